/*
 * format=flowed (RFC 3676): a line that ends in a blank goes on in the next one, so that a
 * paragraph of any length is short lines on the way, and one paragraph again at the reader's.
 *
 * That is for a person's prose alone. A text is left as it is when something in it would not
 * come back (a blank at the end of a line), would mean something else (">" quotes), or is laid
 * out (blanks at the front, tabs, columns): that is a table, a program or a patch.
 *
 * What came to be flowed is joined again when it is to be edited.
 */
#include "mail/message_private.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"

/* WIDTH is with the blank at the end. */
enum { LONG = 78, WIDTH = 72, LINE_MAX_SMTP = 998 };

/* Two blanks are fine behind a sentence, where some people type them. */
static bool laid_out(const char *line, size_t len)
{
	for (size_t i = 0; i + 1 < len; i++)
		if (line[i] == ' ' && line[i + 1] == ' ' &&
		    (i == 0 || !strchr(".?!:", line[i - 1])))
			return true;
	return false;
}

static bool is_separator(const char *line, size_t len)
{
	return len == 3 && memcmp(line, "-- ", 3) == 0;
}

static bool line_fits(const char *line, size_t len)
{
	if (len == 0 || is_separator(line, len))
		return true;
	for (size_t i = 0; i < len; i++)
		if (line[i] < ' ' || line[i] > '~')
			return false;
	return line[0] != ' ' && line[0] != '>' && line[len - 1] != ' ' && !laid_out(line, len);
}

static bool fits(const struct message_body *body)
{
	const char *p = body->bytes, *end = p + body->len;
	bool any = false;

	while (p < end) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));
		const char *stop = nl ? nl : end;

		if (!line_fits(p, (size_t)(stop - p)))
			return false;
		any = any || stop - p > LONG;
		p = nl ? nl + 1 : end;
	}
	return any;
}

/* May a line end behind the blank at i? "-- " alone would be the sign above a signature. */
static bool breaks(const char *line, size_t i, size_t len)
{
	return line[i] == ' ' && i + 1 < len && line[i + 1] != ' ' && line[i - 1] != ' ' &&
	       !is_separator(line, i + 1);
}

/* How much of the paragraph goes on the next line. */
static size_t piece(const char *line, size_t len)
{
	size_t best = 0;

	if (len <= LONG)
		return len;
	for (size_t i = 1; i < len; i++) {
		if (best && i >= WIDTH)
			return best;
		if (breaks(line, i, len))
			best = i + 1;
	}
	return best ? best : len;
}

/* False: there is a word longer than a line can be. */
static bool add_paragraph(struct buf *out, const char *line, size_t len)
{
	while (len > 0) {
		size_t n = piece(line, len);

		if (n + 1 > LINE_MAX_SMTP)
			return false;
		/* Else mailbox files would change it, or it would be a quote (4.4). */
		if (line[0] == '>' || (len >= 5 && memcmp(line, "From ", 5) == 0))
			buf_addc(out, ' ');
		buf_add(out, line, n);
		line += n;
		len -= n;
		if (len > 0)
			buf_addc(out, '\n');
	}
	return true;
}

bool message_flow(struct message_body *body)
{
	struct buf out = BUF_INIT(3 * body->len + 3);
	const char *p = body->bytes, *end = p + body->len;
	bool good = fits(body);

	while (good && p < end) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));
		const char *stop = nl ? nl : end;

		good = add_paragraph(&out, p, (size_t)(stop - p));
		if (nl)
			buf_addc(&out, '\n');
		p = nl ? nl + 1 : end;
	}
	if (!good) {
		buf_free(&out);
		return false;
	}
	free(body->bytes);
	body->len = out.len;
	body->bytes = buf_detach(&out);
	body->coding = CODING_AS_IS;
	body->flowed = true;
	return true;
}

/* ---- the other way ---- */

static bool has_quotes(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (text[i] == '>' && (i == 0 || text[i - 1] == '\n'))
			return true;
	return false;
}

/* The line from text[at] on without its stuffing (4.4): where it begins and where it ends. */
static size_t line_at(const char *text, size_t len, size_t at, size_t *stop)
{
	const char *nl = memchr(text + at, '\n', len - at);

	*stop = nl ? (size_t)(nl - text) : len;
	return at < *stop && text[at] == ' ' ? at + 1 : at;
}

/* Does the paragraph go on behind this line? The sign above a signature is a line by itself,
 * also behind one that ends in a blank. */
static bool goes_on(const char *text, size_t len, size_t from, size_t stop)
{
	size_t next, end;

	if (from == stop || text[stop - 1] != ' ' || is_separator(text + from, stop - from) ||
	    stop + 1 >= len)
		return false;
	next = line_at(text, len, stop + 1, &end);
	return !is_separator(text + next, end - next);
}

bool message_unflow(char *text, size_t *len)
{
	size_t to = 0, stop;

	if (has_quotes(text, *len))
		return false;
	for (size_t at = 0; at < *len; at = stop + 1) {
		size_t from = line_at(text, *len, at, &stop);
		bool ends = stop < *len && !goes_on(text, *len, from, stop);

		memmove(text + to, text + from, stop - from);
		to += stop - from;
		if (ends)
			text[to++] = '\n';
	}
	*len = to;
	return true;
}
