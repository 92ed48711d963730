#include "mail/smtp_internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"

#define DIGITS "0123456789"

/* The length of "5.7.8" at s if it is an enhanced code of this class, else 0. */
static size_t enhanced_code(const char *s, size_t len, char class)
{
	size_t n = 0;

	if (len < 5 || s[0] != class || s[1] != '.')
		return 0;
	for (int part = 0; part < 2; part++) {
		size_t digits;

		n += part == 0 ? 2 : 1;
		digits = strspn(s + n, DIGITS);
		if (digits < 1 || digits > 3)
			return 0;
		n += digits;
		if (part == 0 && s[n] != '.')
			return 0;
	}
	return s[n] == ' ' || s[n] == '\0' ? n : 0;
}

/* Where the text has a smaller maximum than the reply, its head is kept, cut
 * between characters. */
static void add_head(struct buf *text, const char *s, size_t len)
{
	if (len > text->max - text->len) {
		len = text->max - text->len;
		while (len > 0 && ((unsigned char)s[len] & 0xc0) == 0x80)
			len--;
	}
	buf_add(text, s, len);
}

void smtp_reader_reset(struct smtp_reader *r)
{
	size_t max = r->text.max;

	buf_free(&r->text);
	*r = (struct smtp_reader){ .text = BUF_INIT(max ? max : SMTP_REPLY_MAX) };
}

int smtp_reader_line(struct smtp_reader *r, const char *shown, size_t len)
{
	size_t skip;

	if (strspn(shown, DIGITS) != 3 || shown[0] < '2' || shown[0] > '5' ||
	    (len > 3 && shown[3] != ' ' && shown[3] != '-'))
		return -1;
	if (r->bytes > 0)
		buf_addc(&r->text, '\n');
	r->bytes += len + 2;
	if (r->bytes > SMTP_REPLY_MAX)
		return -1;
	r->code = atoi(shown);
	if (len <= 4)
		return len < 4 || shown[3] == ' ';
	skip = enhanced_code(shown + 4, len - 4, shown[0]);
	if (skip > 0 && !r->enhanced[0])
		snprintf(r->enhanced, sizeof r->enhanced, "%.*s", (int)skip, shown + 4);
	skip += 4 + (skip > 0 && shown[4 + skip] == ' ');
	add_head(&r->text, shown + skip, len - skip);
	return shown[3] == ' ';
}

void smtp_reader_take(struct smtp_reader *r, struct smtp_reply *reply)
{
	smtp_reply_clear(reply);
	reply->code = r->code;
	memcpy(reply->enhanced, r->enhanced, sizeof reply->enhanced);
	reply->text = xstrdup(buf_text(&r->text));
	buf_free(&r->text);
	*r = (struct smtp_reader){ .text = BUF_INIT(SMTP_REPLY_MAX) };
}

void smtp_reply_clear(struct smtp_reply *reply)
{
	free(reply->text);
	*reply = (struct smtp_reply){ .code = 0 };
}

/* The line at the front, through the transcript into shown. A challenge that is not to be
 * seen goes round the transcript. */
static void take_line(struct smtp *s, size_t len, struct buf *shown)
{
	enum net_layer layer = net_layer(s->net);
	bool challenge = s->conceal && len > 4 && memcmp(s->in.data, "334 ", 4) == 0;

	if (challenge) {
		smtp_trace(s, NET_RECEIVED, layer, "334 ***", 7, NULL);
		text_visible(shown, s->in.data, len);
	} else {
		smtp_trace(s, NET_RECEIVED, layer, s->in.data, len, shown);
	}
}

/* The next line out of s->in, through the transcript, into the reader: 1 a
 * whole reply, 0 not yet, -1 with err. */
static int use_lines(struct smtp *s, const char *doing, struct err *err)
{
	int whole = 0;

	while (whole == 0) {
		char *nl = s->in.len > 0 ? memchr(s->in.data, '\n', s->in.len) : NULL;
		size_t n = nl ? (size_t)(nl - s->in.data) : s->in.len;
		struct buf shown = BUF_INIT(4 * SMTP_LINE_MAX + 16);

		if (n > SMTP_LINE_MAX)
			return err_set(err, ERR_NETWORK,
				       "%s answers to %s with a line without end.", s->host, doing);
		if (!nl)
			return 0;
		take_line(s, n > 0 && s->in.data[n - 1] == '\r' ? n - 1 : n, &shown);
		buf_drop(&s->in, n + 1);
		whole = smtp_reader_line(&s->reader, buf_text(&shown), shown.len);
		buf_free(&shown);
	}
	if (whole < 0)
		return err_set(err, ERR_NETWORK,
			       s->reader.bytes > SMTP_REPLY_MAX
				       ? "%s answers to %s without end."
				       : "%s answers to %s with something that is not SMTP.",
			       s->host, doing);
	return whole;
}

static int receive(struct smtp *s, const char *doing, long wait, long long deadline,
		   struct err *err)
{
	char chunk[4096];
	int readable = net_readable(s->net, deadline, err);
	long n;

	if (readable == 0)
		return err_set(err, ERR_NETWORK, "%s did not answer to %s within %g seconds.",
			       s->host, doing, (double)wait / 1000);
	n = readable < 0 ? -1 : net_recv(s->net, chunk, sizeof chunk, deadline, err);
	if (n < 0 && err->kind != ERR_NETWORK)
		return -1;
	if (n <= 0)
		return err_set(err, ERR_NETWORK,
			       "%s closed the connection instead of answering to %s.", s->host,
			       doing);
	return buf_add(&s->in, chunk, (size_t)n);
}

int smtp_read_reply(struct smtp *s, struct smtp_reply *reply, const char *doing, long wait,
		    struct err *err)
{
	long long deadline = clock_after(wait);
	int whole;

	while ((whole = use_lines(s, doing, err)) == 0)
		if (receive(s, doing, wait, deadline, err) < 0)
			break;
	if (whole == 1) {
		smtp_reader_take(&s->reader, reply);
		return 0;
	}
	smtp_reader_reset(&s->reader);
	s->dead = true;
	return -1;
}

static int out_of_turn(struct smtp *s, const char *doing, struct err *err)
{
	struct smtp_reply extra = { .code = 0 };

	if (smtp_read_reply(s, &extra, doing, smtp_patience(s, SMTP_WAIT_COMMAND), err) == 0) {
		s->dead = true;
		if (extra.code == 421)
			err_set(err, ERR_NETWORK, SMTP_CLOSES, s->host);
		else
			err_set(err, ERR_NETWORK,
				"%s answered %s before it was asked: its answers cannot be "
				"trusted any more.",
				s->host, doing);
		smtp_reply_to_err(&extra, err);
	}
	smtp_reply_clear(&extra);
	return -1;
}

int smtp_quiet(struct smtp *s, const char *doing, struct err *err)
{
	int waiting = s->in.len > 0 ? 1 : net_readable(s->net, 0, err);

	if (waiting == 0)
		return 0;
	if (waiting > 0)
		return out_of_turn(s, doing, err);
	s->dead = true;
	return -1;
}

int smtp_command(struct smtp *s, struct smtp_reply *reply, const char *line, long wait,
		 struct err *err)
{
	struct buf out = BUF_INIT_SECRET(32 * 1024);
	char doing[16];
	int rc;

	/* A secret line is called by the name of what it belongs to. */
	snprintf(doing, sizeof doing, "%.*s", s->hide ? 7 : (int)strcspn(line, " "),
		 s->hide ? "sign-in" : line);
	if (smtp_quiet(s, doing, err) < 0) {
		s->hide = false;
		return -1;
	}
	smtp_trace(s, NET_SENT, net_layer(s->net), line, strlen(line), NULL);
	s->hide = false;
	buf_adds(&out, line);
	rc = buf_adds(&out, "\r\n");
	if (rc < 0)
		err_set(err, ERR_INPUT, "A command for %s would be too long.", s->host);
	else
		rc = net_send(s->net, out.data, out.len, clock_after(wait), err);
	buf_free(&out);
	if (rc < 0) {
		s->dead = true;
		return -1;
	}
	return smtp_read_reply(s, reply, doing, wait, err);
}

char *smtp_reply_words(const struct smtp_reply *reply)
{
	const char *text = reply->text ? reply->text : "";

	return xasprintf("%d%s%s%s%s", reply->code, reply->enhanced[0] ? " " : "", reply->enhanced,
			 text[0] ? " " : "", text);
}

void smtp_reply_to_err(const struct smtp_reply *reply, struct err *err)
{
	char *words;

	if (reply->code == 0)
		return;
	words = smtp_reply_words(reply);
	err_reply(err, words, strlen(words));
	free(words);
}

int smtp_refused(struct smtp *s, const struct smtp_reply *reply, struct err *err, const char *fmt,
		 ...)
{
	char sentence[ERR_TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(sentence, sizeof sentence, fmt, ap);
	va_end(ap);
	if (reply->code == 421)
		s->dead = true;
	err_set(err, reply->code == 421 ? ERR_NETWORK : ERR_REFUSED, "%s", sentence);
	err->temporary = reply->code >= 400 && reply->code < 500;
	smtp_explain(s, reply, err);
	return -1;
}
