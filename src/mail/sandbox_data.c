#include "mail/sandbox_data.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/err.h"
#include "base/text.h"
#include "mail/sandbox_session.h"
#include "mail/sandbox_store.h"

#define ARRIVING_MAX ((size_t)256 << 20)
#define CHUNK_DIGITS 15

/* Where the text of DATA stands with regard to CRLF "." CRLF. Nothing but
 * these five bytes ends a message: whoever lets a bare LF do it can be made to
 * see two messages in one. */
enum dots {
	DOTS_START,	/* at the start of a line */
	DOTS_DOT,	/* a dot was there, and is dropped */
	DOTS_DOT_CR,	/* and a CR, which is held back */
	DOTS_TEXT,
	DOTS_CR,
	DOTS_END,
};

/* The room it took is free at once for the messages of others. */
static void fail(struct sandbox_session *s, const char *reply)
{
	snprintf(s->fault, sizeof s->fault, "%s", reply);
	sandbox_forget_data(s);
}

static void keep(struct sandbox_session *s, const char *bytes, size_t n)
{
	size_t most = ARRIVING_MAX;

	if (s->fault[0] || n == 0)
		return;
	if (buf_add(&s->data, bytes, n) < 0) {
		fail(s, "552 5.3.4 The message is larger than SIZE allows");
		return;
	}
	if (most < s->service->params.max_size)
		most = s->service->params.max_size;
	s->charged += n;
	if (atomic_fetch_add(&s->service->arriving, n) + n > most)
		fail(s, "452 4.3.1 Too many large messages at once");
}

static enum dots next_dots(struct sandbox_session *s, enum dots at, char c)
{
	if (at == DOTS_START && c == '.')
		return DOTS_DOT;
	if (at == DOTS_DOT && c == '\r')
		return DOTS_DOT_CR;
	if (at == DOTS_DOT_CR && c == '\n')
		return DOTS_END;
	if (at == DOTS_DOT_CR) {
		keep(s, "\r", 1);
		at = DOTS_CR;
	}
	keep(s, &c, 1);
	if (at == DOTS_CR && c == '\n')
		return DOTS_START;
	return c == '\r' ? DOTS_CR : DOTS_TEXT;
}

/* Feeds n bytes; returns how many were used, fewer only when the end came. */
static size_t feed(struct sandbox_session *s, enum dots *at, const char *bytes, size_t n)
{
	size_t i = 0;

	while (i < n && *at != DOTS_END) {
		if (*at == DOTS_TEXT) {
			const char *cr = memchr(bytes + i, '\r', n - i);
			size_t text = cr ? (size_t)(cr - bytes) - i : n - i;

			keep(s, bytes + i, text);
			i += text;
			if (!cr)
				break;
		}
		*at = next_dots(s, *at, bytes[i++]);
	}
	return i;
}

static size_t catch_mail(struct sandbox_session *s, struct sandbox_mail *mail)
{
	struct sandbox_service *service = s->service;
	struct sandbox_kept *kept;
	size_t number;

	/* Under the lock from the number on, so that messages are told in order. */
	pthread_mutex_lock(&service->speak);
	kept = sandbox_store_add(service->store, mail, &s->data);
	number = sandbox_kept_mail(kept)->number;
	if (service->params.caught)
		service->params.caught(service->params.arg, sandbox_kept_mail(kept));
	pthread_mutex_unlock(&service->speak);
	sandbox_store_release(service->store, kept);
	return number;
}

static void finish_message(struct sandbox_session *s)
{
	struct sandbox_mail mail = {
		.when = time(NULL),
		.from = s->from,
		.to = (const char *const *)s->to,
		.to_count = s->to_count,
		.user = s->user ? s->user : "",
		.tls = sandbox_secure(s),
		.data = buf_text(&s->data),
		.len = s->data.len,
	};
	const char *maildir = s->service->params.maildir;
	struct err err = ERR_INIT;

	if (s->fault[0])
		sandbox_note(s, true, "message, not kept");
	else
		sandbox_note(s, true, "message of %zu bytes", mail.len);
	if (s->fault[0])
		sandbox_reply(s, "%s", s->fault);
	else if (maildir && sandbox_store_maildir(maildir, &mail, &err) < 0)
		sandbox_reply(s, "451 4.3.0 %s", err.text);
	else
		sandbox_reply(s, "250 2.0.0 Ok: caught as %zu", catch_mail(s, &mail));
	sandbox_forget_transaction(s);
}

static bool envelope_ready(struct sandbox_session *s)
{
	if (!s->open)
		sandbox_reply(s, "503 5.5.1 MAIL comes first");
	else if (s->to_count == 0)
		sandbox_reply(s, "554 5.5.1 There is no recipient");
	return s->open && s->to_count > 0;
}

void sandbox_data_run(struct sandbox_session *s, const char *args)
{
	enum dots at = DOTS_START;

	(void)args;
	if (s->chunks) {
		sandbox_reply(s, "503 5.5.1 This message has begun with BDAT");
		return;
	}
	if (!envelope_ready(s))
		return;
	sandbox_reply(s, "354 Send the message; a line with a single dot ends it");
	while (at != DOTS_END) {
		const char *bytes;
		size_t n = sandbox_wire_peek(&s->wire, &bytes);

		if (n == 0)
			return;
		sandbox_wire_take(&s->wire, feed(s, &at, bytes, n));
	}
	finish_message(s);
}

/* Whatever the reply will be, the chunk's bytes are read first. */
static int read_chunk(struct sandbox_session *s, unsigned long long left, bool wanted)
{
	while (left > 0) {
		const char *bytes;
		size_t n = sandbox_wire_peek(&s->wire, &bytes);

		if (n == 0)
			return -1;
		if (n > left)
			n = (size_t)left;
		if (wanted)
			keep(s, bytes, n);
		sandbox_wire_take(&s->wire, n);
		left -= n;
	}
	return 0;
}

/* "NUMBER" or "NUMBER LAST". */
static int parse_chunk(const char *args, unsigned long long *size, bool *last)
{
	size_t digits = strspn(args, "0123456789");

	if (digits == 0 || digits > CHUNK_DIGITS)
		return -1;
	*size = strtoull(args, NULL, 10);
	args += digits;
	*last = *args == ' ' && text_eq_nocase(args + strspn(args, " "), "LAST");
	return *args == '\0' || *last ? 0 : -1;
}

void sandbox_bdat_run(struct sandbox_session *s, const char *args)
{
	unsigned long long size;
	bool last, wanted = s->open && s->to_count > 0;

	if (parse_chunk(args, &size, &last) < 0) {
		/* How many bytes to read over is not known, so nothing that follows
		 * can be told from a command. */
		sandbox_reply(s, "521 5.5.4 Say BDAT number [LAST]; closing");
		s->finished = true;
		return;
	}
	if (read_chunk(s, size, wanted) < 0)
		return;
	if (!wanted) {
		envelope_ready(s);
		return;
	}
	s->chunks = true;
	if (last)
		finish_message(s);
	else if (s->fault[0])
		sandbox_reply(s, "%s", s->fault);
	else
		sandbox_reply(s, "250 2.0.0 Ok: %llu bytes", size);
}
