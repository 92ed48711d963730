/* Any bytes as what a server says after it has seen the password. */
#include <stdlib.h>

#include "fuzz.h"
#include "mail/smtp_internal.h"

/* Neither begins with what an escape like \x9c could end in. */
#define SECRET        "Sesame-0pen"
#define SECRET_BASE64 "U2VzYW1lLTBwZW4"

static void see_line(void *arg, const struct smtp_line *line)
{
	(void)arg;
	promise(is_visible(line->text));
	promise(!strstr(line->text, SECRET) && !strstr(line->text, SECRET_BASE64));
}

static void use_reply(const struct smtp_reply *reply)
{
	struct smtp_capabilities caps = { 0 };
	struct err err = ERR_INIT;
	char *words = smtp_reply_words(reply);

	promise(reply->code >= 200 && reply->code <= 599);
	promise(strlen(reply->text) <= SMTP_REPLY_MAX);
	err_set(&err, ERR_REFUSED, "Refused.");
	smtp_reply_to_err(reply, &err);
	promise(err.reply[0]);
	for (char *line = strtok(err.reply, "\n"); line; line = strtok(NULL, "\n"))
		promise(is_visible(line));
	smtp_ehlo_parse(&caps, reply->text);
	free(words);
}

static void use_line(struct smtp *s, const char *line, size_t len)
{
	struct buf shown = BUF_INIT(4 * SMTP_LINE_MAX + 16);
	struct smtp_reply reply = { 0 };
	int whole;

	smtp_trace(s, NET_RECEIVED, NET_LAYER_TLS, line, len, &shown);
	whole = smtp_reader_line(&s->reader, buf_text(&shown), shown.len);
	if (whole == 1) {
		smtp_reader_take(&s->reader, &reply);
		use_reply(&reply);
		smtp_reply_clear(&reply);
	} else if (whole < 0) {
		smtp_reader_reset(&s->reader);
	}
	buf_free(&shown);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct smtp s = { .watch.line = see_line };
	const char *at = (const char *)data, *end = at + size;

	smtp_reader_reset(&s.reader);
	smtp_trace_secret(&s, SECRET, strlen(SECRET));
	smtp_trace_payload(&s, SECRET_BASE64 "=", strlen(SECRET_BASE64) + 1);
	while (at < end) {
		const char *nl = memchr(at, '\n', (size_t)(end - at));
		size_t len = nl ? (size_t)(nl - at) : (size_t)(end - at);

		if (len > SMTP_LINE_MAX)
			len = SMTP_LINE_MAX;
		use_line(&s, at, len > 0 && at[len - 1] == '\r' ? len - 1 : len);
		at += len + (nl == at + len);
	}
	smtp_reader_reset(&s.reader);
	smtp_trace_clear(&s);
	return 0;
}
