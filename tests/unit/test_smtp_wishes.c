/* What is asked for beside delivery; and a server that speaks out of turn. */
#include "scripted_talk.h"
#include "scripted_tls.h"

#define BODY { BYTES, "x\r\n.\r\n" }, { SEND, "250 2.0.0 taken" }
#define GO { EXPECT, "DATA" }, { SEND, "354 go" }, BODY
#define NET "@example.net"

struct row {
	const char *name;
	struct scripted_step script[26];
	struct smtp_wishes wishes;
	size_t count;
	enum err_kind kind;
	const char *text, *hint;	/* parts of them */
	bool temporary, alive;
};

static const struct row rows[] = {
	{ "reports, everything asked for",
	  { GREETING, EHLO, OFFER2("DSN", "SIZE"),
	    { EXPECT, FROM " SIZE=3 RET=HDRS ENVID=a+2Bb+20c+3D" }, OK,
	    { EXPECT, "RCPT TO:<bob" NET "> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;bob" NET }, OK, GO },
	  { .notify = SMTP_NOTIFY_SUCCESS | SMTP_NOTIFY_DELAY, .ret = SMTP_RETURN_HEADERS,
	    .envid = "a+b c=" }, 1, ERR_NONE, NULL, NULL, false, true },
	{ "no reports at all",
	  { GREETING, EHLO, OFFER("DSN"), { EXPECT, FROM " RET=FULL" }, OK,
	    { EXPECT, "RCPT TO:<bob" NET "> NOTIFY=NEVER ORCPT=rfc822;bob" NET }, OK, GO },
	  { .notify = SMTP_NOTIFY_NEVER, .ret = SMTP_RETURN_FULL }, 1, ERR_NONE, NULL, NULL, false,
	  true },
	{ "reports not to be had", { GREETING, EHLO, OFFER("HELP") },
	  { .notify = SMTP_NOTIFY_FAILURE }, 1, ERR_REFUSED, "cannot be asked for reports", "DSN",
	  false, true },
	{ "an id with a line end", { GREETING, EHLO, OFFER("DSN") },
	  { .envid = "a\r\nRSET" }, 1, ERR_INPUT, "plain ASCII", NULL, false, true },
	{ "who wrote it", { GREETING, EHLO, OFFER("AUTH X"), { EXPECT, FROM " AUTH=e+3Dmc2@example.com" },
	    OK, TO("bob"), OK, GO },
	  { .submitter = "e=mc2@example.com" }, 1, ERR_NONE, NULL, NULL, false, true },
	{ "nobody says who wrote it", { GREETING, EHLO, OFFER("AUTH X"), { EXPECT, FROM " AUTH=<>" },
	    OK, TO("bob"), OK, GO },
	  { .submitter = "" }, 1, ERR_NONE, NULL, NULL, false, true },
	{ "who wrote it, and no AUTH there", { GREETING, EHLO, OFFER("HELP"), { EXPECT, FROM }, OK,
	    TO("bob"), OK, GO },
	  { .submitter = "" }, 1, ERR_NONE, NULL, NULL, false, true },
	{ "who wrote it, and a command", { GREETING, EHLO, OFFER("AUTH X") },
	  { .submitter = "a@b\nRSET" }, 1, ERR_INPUT, "cannot be used as an address", NULL, false,
	  true },
	{ "encrypted all the way, in clear text", { GREETING, EHLO, OFFER("REQUIRETLS") },
	  { .require_tls = true }, 1, ERR_TLS, "cannot promise", "not encrypted", false, true },
	{ "all or none: none",
	  { GREETING, EHLO, OFFER2("PIPELINING", "CHUNKING"), { EXPECT, FROM }, TO("bob"), TO("eve"),
	    TO("kim"), OK, OK, { SEND, "450 4.2.1 busy" }, OK, { EXPECT, "RSET" }, OK },
	  { .all_or_none = true }, 3, ERR_REFUSED, "did not accept 1 of the 3 recipients, so nothing",
	  NULL, true, true },
	{ "all or none: all",
	  { GREETING, EHLO, OFFER("PIPELINING"), { EXPECT, FROM }, TO("bob"), TO("eve"), TO("kim"), OK,
	    OK, OK, OK, GO },
	  { .all_or_none = true }, 3, ERR_NONE, NULL, NULL, false, true },
	{ "an answer too many",
	  { GREETING, EHLO, OFFER("CHUNKING"), { EXPECT, FROM },
	    { RAW, "250 ok\r\n250 ok\r\n" }, { HANG } },
	  { .notify = 0 }, 1, ERR_NETWORK, "answered RCPT before it was asked", NULL, true, false },
	{ "an answer too many, to a flight",
	  { GREETING, EHLO, OFFER("PIPELINING"), { EXPECT, FROM }, TO("bob"), { EXPECT, "DATA" },
	    { RAW, "250 ok\r\n550 no\r\n503 no\r\n250 ok\r\n" }, { HANG } },
	  { .notify = 0 }, 1, ERR_REFUSED, "did not accept the recipient", NULL, false, false },
	{ "421 out of turn",
	  { GREETING, EHLO, OFFER("CHUNKING"), { EXPECT, FROM }, { RAW, "250 ok\r\n421 4.3.2 bye\r\n" },
	    { HANG } },
	  { .notify = 0 }, 1, ERR_NETWORK, "come back later", NULL, true, false },
};

static void check_row(const struct row *row)
{
	const struct smtp_envelope envelope = { .from = "alice@example.org",
						.to = three,
						.count = row->count,
						.wishes = &row->wishes };
	struct talk t;

	print_message("  %s\n", row->name);
	begin(&t, row->script);
	send_wishing(&t, &envelope, "x", 1);
	if (t.err.kind != row->kind)
		fail_msg("%s\n%s", t.err.text, buf_text(&t.w.lines));
	assert_contains(t.err.text, row->text ? row->text : "");
	assert_contains(t.err.hint, row->hint ? row->hint : "");
	assert_int_equal(t.err.temporary, row->temporary);
	assert_int_equal(t.result.accepted, row->kind ? 0 : row->count);
	assert_int_equal(smtp_alive(t.s), row->alive);
	finish(&t);
}

static void each_wish(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		check_row(&rows[i]);
}

static void over_tls(void **state)
{
	static const struct scripted_step script[] = {
		{ TLS }, GREETING, EHLO, OFFER("REQUIRETLS"), { EXPECT, FROM " REQUIRETLS" }, OK,
		TO("bob"), OK, GO, { END },
	};
	static const struct smtp_wishes wishes = { .require_tls = true };
	const struct smtp_envelope envelope = { .from = "alice@example.org",
						.to = one,
						.count = 1,
						.wishes = &wishes };
	struct scripted_cert cert = scripted_cert(FAR, "DNS:" FAR, NULL, -60, 3600);
	SSL_CTX *ctx = scripted_ctx(&cert);
	char ca[] = "/tmp/outpost-ca-XXXXXX";
	struct talk t = { .result = SMTP_RESULT_INIT, .err = ERR_INIT };
	struct smtp_params params;

	(void)state;
	scripted_cert_write(&cert, ca);
	watched_init(&t.w);
	scripted_start(&t.sv, script, ctx);
	params = scripted_params(&t.sv);
	params.host = FAR;
	params.security = NET_TLS;
	params.options.ca_file = ca;
	t.s = watched_open(&t.w, &params, NULL, &t.err);
	assert_string_equal(t.err.text, "");
	send_wishing(&t, &envelope, "x", 1);
	assert_string_equal(t.err.text, "");
	finish(&t);
	unlink(ca);
	SSL_CTX_free(ctx);
	scripted_cert_free(&cert);
}

/* The verdict on the message is the verdict for those who had been accepted. */
static void verdicts(void **state)
{
	static const struct scripted_step script[] = {
		GREETING, EHLO, OFFER("PIPELINING"), { EXPECT, FROM }, TO("bob"), TO("eve"), TO("kim"),
		{ EXPECT, "DATA" }, OK, OK, { SEND, "450 4.2.1 eve is busy" }, OK, { SEND, "354 go" },
		{ BYTES, "x\r\n.\r\n" }, { SEND, "552 5.3.4 too big" }, { EXPECT, "RSET" }, OK, { END },
	};
	struct talk t;

	(void)state;
	begin(&t, script);
	send_to(&t, "alice@example.org", three, 3, "x", 1);
	assert_int_equal(t.err.kind, ERR_REFUSED);
	assert_int_equal(t.result.accepted, 0);
	assert_int_equal(t.result.rcpts[0].state, SMTP_RCPT_REFUSED);
	assert_string_equal(t.result.rcpts[0].reply.text, "too big");
	assert_int_equal(t.result.rcpts[1].state, SMTP_RCPT_DEFERRED);
	assert_string_equal(t.result.rcpts[1].reply.text, "eve is busy");
	assert_int_equal(t.result.rcpts[2].reply.code, 552);
	finish(&t);
}

/* Of a long message only the head goes out before the envelope is refused. */
static void refused_while_streaming(void **state)
{
	static const struct scripted_step script[] = {
		GREETING, EHLO, OFFER2("PIPELINING", "CHUNKING"), { EXPECT, FROM },
		{ SEND, "550 5.7.1 not you" }, TO("bob"), { CHUNK },
		{ SEND, "503 no" }, { SEND, "503 no" }, { CHUNKS_REFUSED, "503 no" }, { END },
	};
	size_t len = 64u << 20;
	char *bytes = malloc(len);
	struct talk t;

	(void)state;
	memset(bytes, 'x', len);
	begin(&t, script);
	send_to(&t, "alice@example.org", one, 1, bytes, len);
	assert_contains(t.err.text, "did not accept the sender");
	assert_string_equal(t.err.reply, "550 5.7.1 not you");
	assert_true(smtp_alive(t.s));
	finish(&t);
	/* Whatever went out before that was read, it was not the message. */
	assert_true(t.sv.taken < len / 2);
	free(bytes);
}

static void notify_words(void **state)
{
	static const struct {
		const char *words;
		unsigned bits;
	} list[] = {
		{ "never", SMTP_NOTIFY_NEVER },
		{ "success", SMTP_NOTIFY_SUCCESS },
		{ "Failure,delay", SMTP_NOTIFY_FAILURE | SMTP_NOTIFY_DELAY },
		{ "delay,delay", SMTP_NOTIFY_DELAY },
		{ "", 0 }, { "never,success", 0 }, { "success,never", 0 }, { "success,", 0 },
		{ "succes", 0 }, { "successful", 0 }, { "success failure", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof list / sizeof list[0]; i++) {
		struct err err = ERR_INIT;
		unsigned bits = 0;
		int rc = smtp_notify_parse(list[i].words, &bits, &err);

		assert_int_equal(rc, list[i].bits ? 0 : -1);
		assert_int_equal(bits, list[i].bits);
		assert_int_equal(err.kind, list[i].bits ? ERR_NONE : ERR_INPUT);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_wish),
		cmocka_unit_test(over_tls),
		cmocka_unit_test(verdicts),
		cmocka_unit_test(refused_while_streaming),
		cmocka_unit_test(notify_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
