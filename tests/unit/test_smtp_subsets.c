/* Every subset of a transaction refused, in every dialect, and then a second
 * message on the same connection: it must find the session clean. */
#include "scripted_talk.h"

struct dialect {
	bool ahead, chunks;
	bool go_anyway;	/* 354 although nobody is to get it */
};

struct verdicts {
	bool mail, message;
	unsigned rcpts;	/* bit set: accepted */
};

struct script {
	struct scripted_step steps[80];
	size_t n;
};

static void add(struct script *s, enum scripted_op op, const char *text)
{
	s->steps[s->n++] = (struct scripted_step){ op, text, 0 };
}

static void answer_rcpt(struct script *s, const struct verdicts *v, size_t i)
{
	static const char *const no[] = { "550 5.1.1 no bob", "450 4.2.1 eve is busy", "550 no kim" };

	add(s, SEND, !v->mail ? "503 5.5.1 MAIL first" : v->rcpts & 1u << i ? "250 ok" : no[i]);
}

static void open_session(struct script *s, const struct dialect *d)
{
	add(s, SEND, "220 hi");
	add(s, EXPECT, "EHLO [127.0.0.1]");
	add(s, SEND, "250-x");
	add(s, SEND, d->chunks ? "250-CHUNKING" : "250-X");
	add(s, SEND, d->ahead ? "250 PIPELINING" : "250 X");
}

static void ask_envelope(struct script *s, const struct dialect *d, const struct verdicts *v,
			 size_t count)
{
	static const char *const rcpts[] = { "RCPT TO:<bob@example.net>", "RCPT TO:<eve@example.net>",
					     "RCPT TO:<kim@example.net>" };
	const char *mail = v->mail ? "250 ok" : "550 5.7.1 not you";

	add(s, EXPECT, FROM);
	if (!d->ahead)
		add(s, SEND, mail);
	for (size_t i = 0; i < count && (d->ahead || v->mail); i++) {
		add(s, EXPECT, rcpts[i]);
		if (!d->ahead)
			answer_rcpt(s, v, i);
	}
	if (!d->ahead)
		return;
	add(s, EXPECT, d->chunks ? "BDAT 3 LAST" : "DATA");
	if (d->chunks)
		add(s, BYTES, "x\r\n");
	add(s, SEND, mail);
	for (size_t i = 0; i < count; i++)
		answer_rcpt(s, v, i);
}

/* From where it is clear who gets it. */
static void ask_message(struct script *s, const struct dialect *d, const struct verdicts *v)
{
	bool somebody = v->mail && v->rcpts;
	const char *verdict = !somebody ? "554 5.5.1 no valid recipients"
			      : v->message ? "250 2.0.0 taken" : "554 5.7.1 spam";

	if (d->chunks && !d->ahead && somebody) {
		add(s, EXPECT, "BDAT 3 LAST");
		add(s, BYTES, "x\r\n");
	}
	if (d->chunks && (d->ahead || somebody))
		add(s, SEND, verdict);
	if (!d->chunks && !d->ahead && somebody)
		add(s, EXPECT, "DATA");
	if (!d->chunks && (somebody || (d->ahead && d->go_anyway))) {
		add(s, SEND, "354 go");
		add(s, BYTES, somebody ? "x\r\n.\r\n" : ".\r\n");
		add(s, SEND, verdict);
	} else if (!d->chunks && d->ahead) {
		add(s, SEND, verdict);
	}
	if (somebody && v->message)
		return;
	add(s, EXPECT, "RSET");
	add(s, SEND, "250 ok");
}

static void check_states(const struct talk *t, const struct verdicts *v)
{
	static const enum smtp_rcpt_state no[] = { SMTP_RCPT_REFUSED, SMTP_RCPT_DEFERRED,
						   SMTP_RCPT_REFUSED };

	for (size_t i = 0; i < 3; i++) {
		enum smtp_rcpt_state want = SMTP_RCPT_UNKNOWN;

		if (v->mail && !(v->rcpts & 1u << i))
			want = no[i];
		else if (v->mail)
			want = v->message ? SMTP_RCPT_ACCEPTED : SMTP_RCPT_REFUSED;
		assert_int_equal(t->result.rcpts[i].state, want);
	}
}

static void check(const struct dialect *d, const struct verdicts *v)
{
	static const struct verdicts all = { true, true, 7 };
	bool good = v->mail && v->rcpts && v->message;
	struct script s = { .n = 0 };
	struct talk t;

	open_session(&s, d);
	ask_envelope(&s, d, v, 3);
	ask_message(&s, d, v);
	ask_envelope(&s, d, &all, 1);
	ask_message(&s, d, &all);
	add(&s, END, NULL);
	begin(&t, s.steps);
	send_to(&t, "alice@example.org", three, 3, "x", 1);
	if (t.rc != (good ? 0 : -1) || !smtp_alive(t.s))
		fail_msg("mail %d, rcpts %u, message %d, ahead %d, chunks %d: %s\n%s", v->mail, v->rcpts,
			 v->message, d->ahead, d->chunks, t.err.text, buf_text(&t.w.lines));
	assert_int_equal(t.err.kind, good ? ERR_NONE : ERR_REFUSED);
	assert_contains(t.err.reply, good ? "" : !v->mail ? "not you" : v->rcpts ? "spam" : "no bob");
	check_states(&t, v);
	t.err = (struct err)ERR_INIT;
	send_to(&t, "alice@example.org", one, 1, "x", 1);
	if (t.rc < 0)
		fail_msg("the second message: %s\n%s", t.err.text, buf_text(&t.w.lines));
	assert_string_equal(t.result.reply.text, "taken");
	finish(&t);
	assert_true(t.sv.quit);
}

static void each_subset(void **state)
{
	static const struct dialect dialects[] = {
		{ false, false, false }, { false, true, false }, { true, true, false },
		{ true, false, false }, { true, false, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof dialects / sizeof dialects[0]; i++)
		for (unsigned bits = 0; bits < 32; bits++)
			check(&dialects[i], &(struct verdicts){ bits & 8, bits & 16, bits & 7 });
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_subset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
