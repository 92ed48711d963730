#include "mail/message_private.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "port/html.h"

/* Lines end in LF, as everywhere before the writers. */
static void take_html(const struct message_draft *draft, struct message_body *html)
{
	*html = (struct message_body){ .bytes = xmalloc(draft->html_len + 1) };
	for (size_t i = 0; i < draft->html_len; i++) {
		char c = draft->html[i];

		if (c != '\r' || i + 1 == draft->html_len || draft->html[i + 1] != '\n')
			html->bytes[html->len++] = c;
	}
	html->coding = message_best_coding(html);
}

/* Without a signature: the HTML has none either, and the two say the same. */
int message_html_make(const struct message_draft *draft, struct message_fields *f, struct err *err)
{
	struct message_draft with = *draft;
	struct buf made = BUF_INIT(MESSAGE_TEXT_MAX);
	int rc;

	if (message_check_text("HTML", draft->html, draft->html_len, err) < 0)
		return -1;
	with.signature = NULL;
	if (!draft->text) {
		if (html_text(draft->html, draft->html_len, &made, err) < 0) {
			buf_free(&made);
			return -1;
		}
		with.text = buf_text(&made);
		with.text_len = made.len;
		with.flows = true;
	}
	rc = message_body_make(&with, &f->body, err);
	buf_free(&made);
	if (rc == 0)
		take_html(draft, &f->html);
	return rc;
}
