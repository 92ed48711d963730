#include "mail/message_private.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"

/* LINE_WIDTH is below the width at which GMime folds. */
enum { LINE_WIDTH = 76, PLAIN_WORD = 60, HEAD_MAX = 4096, TEXT_MAX = 1 << 20 };

static bool plain_address(const char *address)
{
	for (const char *p = address; *p; p++)
		if (!isalnum((unsigned char)*p) && !strchr("@.+-_=", *p))
			return false;
	return true;
}

/* Words that need neither quotes nor encoding, one blank between them. */
static bool plain_name(const char *name)
{
	bool blank = true;

	if (!name || !*name)
		return true;
	for (const char *p = name; *p; p++) {
		if (*p == ' ' ? blank : !isalnum((unsigned char)*p))
			return false;
		blank = *p == ' ';
	}
	return !blank;
}

/* Does it come back the same when it is sent as it is? Folding eats blanks at
 * the ends and may change runs of them; "=?" would be taken for an encoded
 * word; a long word cannot be folded. */
bool message_needs_no_words(const char *text)
{
	size_t word = 0;

	for (const char *p = text; *p; p++) {
		unsigned char c = (unsigned char)*p;

		if (c < 0x20 || c >= 0x7f || (c == '=' && p[1] == '?'))
			return false;
		if (c == ' ' && (p == text || p[1] == ' ' || p[1] == '\0'))
			return false;
		word = c == ' ' ? 0 : word + 1;
		if (word > PLAIN_WORD)
			return false;
	}
	return true;
}

static bool plain_subject(const char *subject)
{
	return !subject || (*subject && strlen(subject) <= LINE_WIDTH - strlen("Subject: ") &&
			    message_needs_no_words(subject));
}

/* On one line with its header's name. */
static bool plain_list(const struct addr_list *list, size_t width)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct addr *a = &list->list[i];

		if (!plain_address(a->address) || !plain_name(a->name))
			return false;
		width += strlen(", ") + strlen(a->address);
		if (a->name && *a->name)
			width += strlen(a->name) + strlen(" <>");
		if (width > LINE_WIDTH)
			return false;
	}
	return true;
}

bool message_plain_fits(const struct message_fields *f)
{
	return f->file_count == 0 && !f->html.bytes && f->body.coding == CODING_AS_IS &&
	       f->body.len <= TEXT_MAX && f->reply_to.count == 0 && f->to.count > 0 &&
	       plain_subject(f->subject) && plain_list(&f->from, strlen("From:")) &&
	       plain_list(&f->to, strlen("To:")) &&
	       plain_list(&f->cc, strlen("Cc:"));
}

static void add_list(struct buf *out, const char *header, const struct addr_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct addr *a = &list->list[i];

		buf_printf(out, "%s ", i == 0 ? header : ",");
		if (a->name && *a->name)
			buf_printf(out, "%s <%s>", a->name, a->address);
		else
			buf_adds(out, a->address);
	}
	if (list->count > 0)
		buf_adds(out, "\r\n");
}

/* RFC 5322 3.3, whatever the language of the user. */
int message_add_date(struct buf *out, time_t date, struct err *err)
{
	static const char days[] = "SunMonTueWedThuFriSat";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	struct tm tm;
	long zone;

	if (!localtime_r(&date, &tm) || tm.tm_year < -1900 || tm.tm_year > 9999 - 1900)
		return err_set(err, ERR_INPUT, "The date of the message is out of range.");
	zone = labs(tm.tm_gmtoff) / 60;
	buf_printf(out, "Date: %.3s, %02d %.3s %04d %02d:%02d:%02d %c%02ld%02ld\r\n",
		   days + 3 * tm.tm_wday, tm.tm_mday, months + 3 * tm.tm_mon, tm.tm_year + 1900,
		   tm.tm_hour, tm.tm_min, tm.tm_sec, tm.tm_gmtoff < 0 ? '-' : '+', zone / 60,
		   zone % 60);
	return 0;
}

static int add_head(struct buf *out, const struct message_fields *f, struct err *err)
{
	if (message_add_date(out, f->date, err) < 0)
		return -1;
	add_list(out, "From:", &f->from);
	if (f->subject)
		buf_printf(out, "Subject: %s\r\n", f->subject);
	add_list(out, "To:", &f->to);
	add_list(out, "Cc:", &f->cc);
	buf_printf(out, "Message-Id: <%s>\r\n", f->id);
	buf_printf(out,
		   "MIME-Version: 1.0\r\n"
		   "Content-Type: text/plain; charset=utf-8%s\r\n"
		   "Content-Transfer-Encoding: 7bit\r\n\r\n",
		   f->body.flowed ? "; format=flowed" : "");
	return 0;
}

static void add_body(struct buf *out, const struct message_body *body)
{
	const char *p = body->bytes, *end = p + body->len;

	while (p < end) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));
		const char *stop = nl ? nl : end;

		buf_add(out, p, (size_t)(stop - p));
		if (nl)
			buf_adds(out, "\r\n");
		p = nl ? nl + 1 : end;
	}
}

int message_plain_write(const struct message_fields *f, int fd, struct err *err)
{
	struct buf out = BUF_INIT(HEAD_MAX + 2 * TEXT_MAX);
	int rc = add_head(&out, f, err);

	if (rc == 0) {
		add_body(&out, &f->body);
		if (file_write_all(fd, out.data, out.len, "the message", err) < 0)
			rc = message_write_failed(err);
	}
	buf_free(&out);
	return rc;
}
