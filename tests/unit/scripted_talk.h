/* What the tests of transactions share: a session with a scripted server, and sending. */
#ifndef SCRIPTED_TALK_H
#define SCRIPTED_TALK_H

#include "scripted_smtp.h"
#include "scripted_body.h"

#define OFFER(words) { SEND, "250-x" }, { SEND, "250-ENHANCEDSTATUSCODES" }, { SEND, "250 " words }
#define OFFER2(a, b) { SEND, "250-x" }, { SEND, "250-" a }, { SEND, "250 " b }
#define FROM "MAIL FROM:<alice@example.org>"
#define TO(who) { EXPECT, "RCPT TO:<" who "@example.net>" }
#define OK { SEND, "250 2.1.0 ok" }

static const char *const one[] = { "bob@example.net" };
static const char *const three[] = { "bob@example.net", "eve@example.net", "kim@example.net" };

struct talk {
	struct scripted sv;
	struct watched w;
	struct smtp *s;
	struct smtp_result result;
	struct err err;
	int rc;
	long long returned_at;
};

static inline void begin_within(struct talk *t, const struct scripted_step *script, long timeout)
{
	struct smtp_params params;

	*t = (struct talk){ .result = SMTP_RESULT_INIT, .err = ERR_INIT };
	watched_init(&t->w);
	scripted_start(&t->sv, script, NULL);
	params = scripted_params(&t->sv);
	params.timeout = timeout;
	t->s = watched_open(&t->w, &params, NULL, &t->err);
	assert_non_null(t->s);
}

static inline void begin(struct talk *t, const struct scripted_step *script)
{
	begin_within(t, script, 5000);
}

static inline void send_wishing(struct talk *t, const struct smtp_envelope *envelope,
				const char *bytes, size_t len)
{
	struct smtp_body body = body_of(bytes, len);

	t->rc = smtp_send(t->s, envelope, &body, &t->result, &t->err);
	t->returned_at = clock_us();
	close(body.fd);
}

static inline void send_to(struct talk *t, const char *from, const char *const *to, size_t count,
			   const char *bytes, size_t len)
{
	const struct smtp_envelope envelope = { .from = from, .to = to, .count = count };

	send_wishing(t, &envelope, bytes, len);
}

static inline void finish(struct talk *t)
{
	smtp_close(t->s);
	assert_string_equal(scripted_end(&t->sv), "");
	smtp_result_clear(&t->result);
	watched_free(&t->w);
}

#endif
