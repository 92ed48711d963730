#include <string.h>

#include "base/err.h"
#include "base/text.h"
#include "task/merge_private.h"

static int compile(struct merge *m, const struct merge_source *source, struct merge_text **out,
		   struct err *err)
{
	*out = merge_text_new(source, &m->table.columns, err);
	return *out ? 0 : -1;
}

static int compile_line(struct merge *m, const char *where, const char *value, enum merge_use use,
			struct merge_text **out, struct err *err)
{
	struct merge_source source = {
		.bytes = value, .len = strlen(value), .where = where, .use = use
	};

	return compile(m, &source, out, err);
}

/* Those of the template that the draft has a place for; others are headers as they stand. */
static int compile_heads(struct merge *m, struct err *err)
{
	const struct {
		const char *name;
		enum merge_use use;
		struct merge_text **at;
	} known[] = {
		{ "Subject", MERGE_HEADER, &m->subject },
		{ "From", MERGE_ADDRESSES, &m->from },
		{ "Reply-To", MERGE_ADDRESSES, &m->reply_to },
		{ "Cc", MERGE_ADDRESSES, &m->cc },
		{ "Bcc", MERGE_ADDRESSES, &m->bcc },
	};

	for (size_t i = 0; i < m->template.head_count; i++) {
		const struct merge_head *head = &m->template.heads[i];
		struct merge_source source = { .bytes = head->value,
					       .len = strlen(head->value),
					       .where = m->params.text_name,
					       .line = head->line,
					       .use = MERGE_HEADER };
		struct merge_text **at = NULL;

		for (size_t k = 0; k < sizeof known / sizeof *known; k++)
			if (text_eq_nocase(known[k].name, head->name)) {
				source.use = known[k].use;
				at = known[k].at;
			}
		if (!at) {
			m->heads[m->head_count].name = head->name;
			at = &m->heads[m->head_count++].value;
		}
		if (compile(m, &source, at, err) < 0)
			return -1;
	}
	return 0;
}

/* In the template, or beside it. */
static bool has_head(const struct merge *m, const char *name)
{
	const struct message_draft *base = m->params.base;
	size_t len = strlen(name);

	for (size_t i = 0; i < base->header_count; i++)
		if (text_prefix_nocase(base->headers[i], name) && base->headers[i][len] == ':')
			return true;
	return merge_template_head(&m->template, name) != NULL;
}

static int compile_links(struct merge *m, struct err *err)
{
	if (m->params.unsubscribe_count > MERGE_LINKS_MAX)
		return err_set(err, ERR_USAGE, "--list-unsubscribe takes at most %d links.",
			       MERGE_LINKS_MAX);
	if (m->params.unsubscribe_count && has_head(m, "List-Unsubscribe"))
		return err_set(err, ERR_USAGE,
			       "List-Unsubscribe is given as a header, too: leave one of the two "
			       "out.");
	for (size_t i = 0; i < m->params.unsubscribe_count; i++) {
		const char *link = m->params.unsubscribe[i];

		if (!text_prefix_nocase(link, "https://") && !text_prefix_nocase(link, "http://") &&
		    !text_prefix_nocase(link, "mailto:")) {
			err_set(err, ERR_USAGE, "--list-unsubscribe takes a link, not \"%.200s\".",
				link);
			err_hint(err, "It begins with https:// or mailto:");
			return -1;
		}
		if (compile_line(m, "--list-unsubscribe", link, MERGE_LINK, &m->links[i], err) < 0)
			return -1;
	}
	return 0;
}

/* The headers and the HTML that are given beside the template. */
static int compile_base(struct merge *m, struct err *err)
{
	const struct message_draft *base = m->params.base;
	struct merge_source html = { .bytes = base->html,
				     .len = base->html_len,
				     .where = "the HTML",
				     .line = 1,
				     .use = MERGE_HTML };

	m->lines = xcalloc(base->header_count + 1, sizeof *m->lines);
	for (size_t i = 0; i < base->header_count; i++)
		if (compile_line(m, "a header", base->headers[i], MERGE_HEADER, &m->lines[i],
				 err) < 0)
			return -1;
	return base->html ? compile(m, &html, &m->html, err) : 0;
}

int merge_compile(struct merge *m, struct err *err)
{
	struct merge_source text = { .bytes = m->template.text,
				     .len = m->template.text_len,
				     .where = m->params.text_name,
				     .line = m->template.text_line,
				     .use = MERGE_TEXT };

	if (m->params.subject && merge_template_head(&m->template, "Subject"))
		return err_set(err, ERR_USAGE,
			       "%s has a Subject, and --subject is given too: leave one out.",
			       m->params.text_name);
	if (compile_heads(m, err) < 0 || compile_base(m, err) < 0 ||
	    compile(m, &text, &m->text, err) < 0)
		return -1;
	if (m->params.subject &&
	    compile_line(m, "the subject", m->params.subject, MERGE_HEADER, &m->subject, err) < 0)
		return -1;
	return compile_links(m, err);
}
