/* Transactions against a server that follows a script: exact bytes, every
 * refusal, every way to lose the connection. */
#include "scripted_talk.h"

struct row {
	const char *name;
	struct scripted_step script[28];
	const char *const *to;
	size_t count;
	const char *body;
	enum err_kind kind;	/* ERR_NONE: it must work */
	const char *text, *reply;	/* of the error, or of the result */
	bool temporary;
	size_t accepted;
	const char *steps;	/* the last of them */
	bool quit;		/* the session lives on, and ends in good manners */
};

#define DONE_STEPS "message running\nmessage done\naccepted running\naccepted done\n"

static const struct row rows[] = {
	{ "step by step, DATA",
	  { GREETING, EHLO, OFFER("HELP"), { EXPECT, FROM }, OK, TO("bob"), OK, { EXPECT, "DATA" },
	    { SEND, "354 go" }, { BYTES, "hi\r\n..dot\r\n.\r\n" }, { SEND, "250 2.0.0 queued as 17" } },
	  one, 1, "hi\n.dot", ERR_NONE, NULL, "queued as 17", false, 1, DONE_STEPS, true },
	{ "one flight, DATA",
	  { GREETING, EHLO, OFFER2("PIPELINING", "SIZE 1000"), { EXPECT, FROM " SIZE=10" }, TO("bob"),
	    { EXPECT, "DATA" }, OK, OK, { SEND, "354 go" }, { BYTES, "hi\r\n..dot\r\n.\r\n" },
	    { SEND, "250 2.0.0 queued as 17" } },
	  one, 1, "hi\n.dot", ERR_NONE, NULL, "queued as 17", false, 1, DONE_STEPS, true },
	{ "step by step, BDAT",
	  { GREETING, EHLO, OFFER("CHUNKING"), { EXPECT, FROM }, OK, TO("bob"), OK,
	    { EXPECT, "BDAT 10 LAST" }, { BYTES, "hi\r\n.dot\r\n" }, { SEND, "250 queued as 17" } },
	  one, 1, "hi\n.dot", ERR_NONE, NULL, "queued as 17", false, 1, DONE_STEPS, true },
	{ "one flight, BDAT",
	  { GREETING, EHLO, OFFER2("PIPELINING", "CHUNKING"), { EXPECT, FROM }, TO("bob"),
	    { EXPECT, "BDAT 10 LAST" }, { BYTES, "hi\r\n.dot\r\n" }, OK, OK,
	    { SEND, "250 queued as 17" } },
	  one, 1, "hi\n.dot", ERR_NONE, NULL, "queued as 17", false, 1, DONE_STEPS, true },
	{ "8BITMIME where it is needed",
	  { GREETING, EHLO, OFFER2("8BITMIME", "CHUNKING"), { EXPECT, FROM " BODY=8BITMIME" }, OK,
	    TO("bob"), OK, { EXPECT, "BDAT 4 LAST" }, { BYTES, "\xc3\xa9\r\n" }, { SEND, "250 ok" } },
	  one, 1, "\xc3\xa9\r", ERR_NONE, NULL, "ok", false, 1, DONE_STEPS, true },
	{ "one of three refused, one deferred",
	  { GREETING, EHLO, OFFER("PIPELINING"), { EXPECT, FROM }, TO("bob"), TO("eve"), TO("kim"),
	    { EXPECT, "DATA" }, OK, OK, { SEND, "550-5.1.1 no" }, { SEND, "550 5.1.1 such eve" },
	    { SEND, "450 4.2.1 kim is busy" }, { SEND, "354 go" }, { BYTES, "x\r\n.\r\n" },
	    { SEND, "250 ok" } },
	  three, 3, "x\n", ERR_NONE, NULL, "ok", false, 1, DONE_STEPS, true },
	{ "MAIL refused, step by step",
	  { GREETING, EHLO, OFFER("HELP"), { EXPECT, FROM }, { SEND, "550-5.7.1 not" },
	    { SEND, "550 5.7.1 you" }, { EXPECT, "RSET" }, { SEND, "250 ok" } },
	  one, 1, "x", ERR_REFUSED, "did not accept the sender alice@example.org", "550 5.7.1 not\nyou",
	  false, 0, "sender running\nsender failed\n", true },
	{ "MAIL refused, in one flight with DATA",
	  { GREETING, EHLO, OFFER("PIPELINING"), { EXPECT, FROM }, TO("bob"), { EXPECT, "DATA" },
	    { SEND, "451 4.3.0 later" }, { SEND, "503 need MAIL" }, { SEND, "503 need RCPT" },
	    { EXPECT, "RSET" }, { SEND, "250 ok" } },
	  one, 1, "x", ERR_REFUSED, "did not accept the sender", "451 4.3.0 later", true, 0,
	  "sender failed\n", true },
	{ "MAIL refused, in one flight with BDAT",
	  { GREETING, EHLO, OFFER2("PIPELINING", "CHUNKING"), { EXPECT, FROM }, TO("bob"),
	    { EXPECT, "BDAT 3 LAST" }, { BYTES, "x\r\n" }, { SEND, "550 no" }, { SEND, "503 no" },
	    { SEND, "503 no" }, { EXPECT, "RSET" }, { SEND, "250 ok" } },
	  one, 1, "x", ERR_REFUSED, "did not accept the sender", "550 no", false, 0,
	  "sender failed\n", true },
	{ "530: sign in first",
	  { GREETING, EHLO, OFFER("HELP"), { EXPECT, FROM }, { SEND, "530 5.7.0 sign in" },
	    { EXPECT, "RSET" }, { SEND, "250 ok" } },
	  one, 1, "x", ERR_AUTH, "did not accept the sender", "530 5.7.0 sign in", false, 0,
	  "sender failed\n", true },
	{ "all refused, step by step",
	  { GREETING, EHLO, OFFER("CHUNKING"), { EXPECT, FROM }, OK, TO("bob"),
	    { SEND, "550 5.1.1 no such bob" }, { EXPECT, "RSET" }, { SEND, "250 ok" } },
	  one, 1, "x", ERR_REFUSED, "did not accept the recipient bob@example.net",
	  "550 5.1.1 no such bob", false, 0, "recipient failed\n", true },
	{ "all refused, and 354 all the same",
	  { GREETING, EHLO, OFFER("PIPELINING"), { EXPECT, FROM }, TO("bob"), TO("eve"), TO("kim"),
	    { EXPECT, "DATA" }, OK, { SEND, "550 a" }, { SEND, "450 b" }, { SEND, "550 c" },
	    { SEND, "354 go" }, { EXPECT, "." }, { SEND, "554 nobody" }, { EXPECT, "RSET" },
	    { SEND, "250 ok" } },
	  three, 3, "x", ERR_REFUSED, "accepted none of the 3 recipients", "550 a", true, 0,
	  "recipient failed\n", true },
	{ "all refused, in one flight with BDAT",
	  { GREETING, EHLO, OFFER2("PIPELINING", "CHUNKING"), { EXPECT, FROM }, TO("bob"),
	    { EXPECT, "BDAT 3 LAST" }, { BYTES, "x\r\n" }, OK, { SEND, "550 no" },
	    { SEND, "554 no valid recipients" }, { EXPECT, "RSET" }, { SEND, "250 ok" } },
	  one, 1, "x", ERR_REFUSED, "did not accept the recipient", "550 no", false, 0,
	  "recipient failed\n", true },
	{ "DATA refused",
	  { GREETING, EHLO, OFFER("HELP"), { EXPECT, FROM }, OK, TO("bob"), OK, { EXPECT, "DATA" },
	    { SEND, "451 4.3.2 not now" }, { EXPECT, "RSET" }, { SEND, "250 ok" } },
	  one, 1, "x", ERR_REFUSED, "did not accept the message at the moment", "451 4.3.2 not now",
	  true, 0, "message failed\n", true },
	{ "refused after the dot",
	  { GREETING, EHLO, OFFER("HELP"), { EXPECT, FROM }, OK, TO("bob"), OK, { EXPECT, "DATA" },
	    { SEND, "354 go" }, { BYTES, "x\r\n.\r\n" }, { SEND, "552-5.3.4 too" },
	    { SEND, "552 5.3.4 big" }, { EXPECT, "RSET" }, { SEND, "250 ok" } },
	  one, 1, "x", ERR_REFUSED, "did not accept the message.", "552 5.3.4 too\nbig", false, 0,
	  "accepted failed\n", true },
	{ "421 instead of an answer to MAIL",
	  { GREETING, EHLO, OFFER("PIPELINING"), { EXPECT, FROM }, { SEND, "421 4.7.0 too many" },
	    { CLOSE } },
	  one, 1, "x", ERR_NETWORK, "closes the connection and asks to come back later",
	  "421 4.7.0 too many", true, 0, "sender failed\n", false },
	{ "421 after the dot is no acceptance",
	  { GREETING, EHLO, OFFER("HELP"), { EXPECT, FROM }, OK, TO("bob"), OK, { EXPECT, "DATA" },
	    { SEND, "354 go" }, { BYTES, "x\r\n.\r\n" }, { SEND, "421 4.3.2 going down" }, { CLOSE } },
	  one, 1, "x", ERR_NETWORK, "come back later", "421 4.3.2 going down", true, 0,
	  "accepted failed\n", false },
	{ "dropped at MAIL", { GREETING, EHLO, OFFER("HELP"), { EXPECT, FROM }, { CLOSE } },
	  one, 1, "x", ERR_NETWORK, "instead of answering to MAIL", "", true, 0, "sender failed\n",
	  false },
	{ "dropped at RCPT",
	  { GREETING, EHLO, OFFER("HELP"), { EXPECT, FROM }, OK, TO("bob"), { RESET } },
	  one, 1, "x", ERR_NETWORK, "instead of answering to RCPT", "", true, 0, "recipient failed\n",
	  false },
	{ "dropped at DATA",
	  { GREETING, EHLO, OFFER("HELP"), { EXPECT, FROM }, OK, TO("bob"), OK, { EXPECT, "DATA" },
	    { CLOSE } },
	  one, 1, "x", ERR_NETWORK, "instead of answering to DATA", "", true, 0, "message failed\n",
	  false },
	{ "dropped after the dot: nobody knows",
	  { GREETING, EHLO, OFFER("HELP"), { EXPECT, FROM }, OK, TO("bob"), OK, { EXPECT, "DATA" },
	    { SEND, "354 go" }, { BYTES, "x\r\n.\r\n" }, { CLOSE } },
	  one, 1, "x", ERR_UNSURE, "may have been delivered, or not", "", false, 0,
	  "accepted failed\n", false },
	{ "dropped after BDAT LAST in one flight: nobody knows",
	  { GREETING, EHLO, OFFER2("PIPELINING", "CHUNKING"), { EXPECT, FROM }, TO("bob"),
	    { EXPECT, "BDAT 3 LAST" }, { BYTES, "x\r\n" }, { CLOSE } },
	  one, 1, "x", ERR_UNSURE, "may have been delivered, or not", "", false, 0,
	  "sender failed\n", false },
	{ "refused, then dropped, in one flight: certain",
	  { GREETING, EHLO, OFFER2("PIPELINING", "CHUNKING"), { EXPECT, FROM }, TO("bob"),
	    { EXPECT, "BDAT 3 LAST" }, { BYTES, "x\r\n" }, OK, { SEND, "550 no" }, { CLOSE } },
	  one, 1, "x", ERR_REFUSED, "did not accept the recipient bob@example.net", "550 no", false, 0,
	  "recipient failed\n", false },
	{ "rubbish after the dot: nobody knows",
	  { GREETING, EHLO, OFFER("HELP"), { EXPECT, FROM }, OK, TO("bob"), OK, { EXPECT, "DATA" },
	    { SEND, "354 go" }, { BYTES, "x\r\n.\r\n" }, { SEND, "okay" }, { HANG } },
	  one, 1, "x", ERR_UNSURE, "may have been delivered, or not", "", false, 0,
	  "accepted failed\n", false },
	{ "too big, known before", { GREETING, EHLO, OFFER("SIZE 5") },
	  one, 1, "123\n5", ERR_REFUSED, "has 8 bytes; 127.0.0.1 takes 5 bytes at most", "", false, 0,
	  "sender running\nsender failed\n", true },
	{ "an empty message",
	  { GREETING, EHLO, OFFER("SIZE"), { EXPECT, FROM " SIZE=0" }, OK, TO("bob"), OK,
	    { EXPECT, "DATA" }, { SEND, "354 go" }, { BYTES, ".\r\n" }, { SEND, "250 ok" } },
	  one, 1, "", ERR_NONE, NULL, "ok", false, 1, DONE_STEPS, true },
};

static void check_row(const struct row *row)
{
	struct talk t;
	const char *steps;

	print_message("  %s\n", row->name);
	begin(&t, row->script);
	send_to(&t, "alice@example.org", row->to, row->count, row->body, strlen(row->body));
	if (t.err.kind != row->kind)
		fail_msg("%s\n%s", t.err.text, buf_text(&t.w.lines));
	assert_int_equal(t.rc, row->kind ? -1 : 0);
	if (row->kind) {
		assert_contains(t.err.text, row->text);
		assert_string_equal(t.err.reply, row->reply);
		assert_int_equal(t.err.temporary, row->temporary);
	} else {
		assert_string_equal(t.result.reply.text, row->reply);
	}
	assert_int_equal(t.result.count, row->count);
	assert_int_equal(t.result.accepted, row->accepted);
	assert_int_equal(smtp_alive(t.s), row->quit);
	steps = buf_text(&t.w.steps);
	assert_true(strlen(steps) > strlen(row->steps));
	assert_string_equal(steps + strlen(steps) - strlen(row->steps), row->steps);
	smtp_close(t.s);
	t.s = NULL;
	finish(&t);
	assert_int_equal(t.sv.quit, row->quit);
}

static void each_answer(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		check_row(&rows[i]);
}

static void each_recipient_has_its_reply(void **state)
{
	static const struct scripted_step script[] = {
		GREETING, EHLO, OFFER("PIPELINING"), { EXPECT, "MAIL FROM:<>" }, TO("bob"), TO("eve"),
		TO("kim"), { EXPECT, "DATA" }, OK, { SEND, "550-5.1.1 no" },
		{ SEND, "550 5.1.1 such bob" }, { SEND, "251 2.1.5 will forward" },
		{ SEND, "452 4.2.2 kim is \033[1mfull" }, { SEND, "354 go" }, { BYTES, "x\r\n.\r\n" },
		{ SEND, "250-2.0.0 ok" }, { SEND, "250 2.0.0 id 9" }, { END },
	};
	struct talk t;

	(void)state;
	begin(&t, script);
	send_to(&t, "", three, 3, "x", 1);
	assert_int_equal(t.rc, 0);
	assert_int_equal(t.result.rcpts[0].state, SMTP_RCPT_REFUSED);
	assert_int_equal(t.result.rcpts[0].reply.code, 550);
	assert_string_equal(t.result.rcpts[0].reply.enhanced, "5.1.1");
	assert_string_equal(t.result.rcpts[0].reply.text, "no\nsuch bob");
	assert_int_equal(t.result.rcpts[1].state, SMTP_RCPT_ACCEPTED);
	assert_string_equal(t.result.rcpts[1].address, "eve@example.net");
	assert_int_equal(t.result.rcpts[2].state, SMTP_RCPT_DEFERRED);
	assert_string_equal(t.result.rcpts[2].reply.text, "kim is \\x1b[1mfull");
	assert_string_equal(t.result.reply.text, "ok\nid 9");
	assert_contains(buf_text(&t.w.all), "recipient done (1 of 3 accepted)");
	assert_contains(buf_text(&t.w.all), "accepted done (250 2.0.0 ok\nid 9)");
	assert_contains(buf_text(&t.w.lines), "> <3 bytes of message>\n");
	finish(&t);
}

/* Refused once, the session goes on; a second message goes the same way. */
static void session_goes_on(void **state)
{
	static const struct scripted_step script[] = {
		GREETING, EHLO, OFFER("HELP"),
		{ EXPECT, FROM }, OK, TO("bob"), { SEND, "550 no" }, { EXPECT, "RSET" }, OK,
		{ EXPECT, FROM }, OK, TO("bob"), OK, { EXPECT, "DATA" }, { SEND, "354 go" },
		{ BYTES, "a\r\n.\r\n" }, OK,
		{ EXPECT, FROM }, OK, TO("bob"), OK, { EXPECT, "DATA" }, { SEND, "354 go" },
		{ BYTES, "b\r\n.\r\n" }, { CLOSE },
	};
	struct talk t;

	(void)state;
	begin(&t, script);
	send_to(&t, "alice@example.org", one, 1, "a", 1);
	assert_int_equal(t.err.kind, ERR_REFUSED);
	send_to(&t, "alice@example.org", one, 1, "a", 1);
	assert_int_equal(t.rc, 0);
	send_to(&t, "alice@example.org", one, 1, "b", 1);
	assert_int_equal(t.err.kind, ERR_UNSURE);
	assert_int_equal(t.result.rcpts[0].state, SMTP_RCPT_UNKNOWN);
	assert_false(smtp_alive(t.s));
	send_to(&t, "alice@example.org", one, 1, "b", 1);
	assert_int_equal(t.err.kind, ERR_NETWORK);
	assert_contains(t.err.text, "is closed");
	finish(&t);
}

static void try_delivers_nothing(void **state)
{
	static const struct scripted_step script[] = {
		GREETING, EHLO, OFFER2("PIPELINING", "CHUNKING"), { EXPECT, FROM }, TO("bob"), OK, OK,
		{ EXPECT, "RSET" }, OK, { EXPECT, FROM }, TO("bob"), OK, { SEND, "550 5.1.1 no" },
		{ EXPECT, "RSET" }, OK, { END },
	};
	const struct smtp_envelope envelope = { .from = "alice@example.org", .to = one, .count = 1 };
	struct talk t;

	(void)state;
	begin(&t, script);
	assert_int_equal(smtp_try(t.s, &envelope, &t.result, &t.err), 0);
	assert_int_equal(t.result.accepted, 1);
	assert_int_equal(smtp_try(t.s, &envelope, &t.result, &t.err), -1);
	assert_int_equal(t.err.kind, ERR_REFUSED);
	assert_string_equal(t.err.reply, "550 5.1.1 no");
	finish(&t);
}

#define UTF8_LOCAL "j\xc3\xb6rg@example.net"
#define UTF8_DOMAIN "bob@b\xc3\xbc" "cher.example"

static void utf8_addresses(void **state)
{
	static const struct scripted_step offered[] = {
		GREETING, EHLO, OFFER("SMTPUTF8"), { EXPECT, FROM " SMTPUTF8" }, OK,
		{ EXPECT, "RCPT TO:<" UTF8_LOCAL ">" }, OK,
		{ EXPECT, "RCPT TO:<bob@xn--bcher-kva.example>" }, OK,
		{ EXPECT, "DATA" }, { SEND, "354 go" }, { BYTES, "x\r\n.\r\n" }, OK, { END },
	};
	static const struct scripted_step not_offered[] = {
		GREETING, EHLO, OFFER("HELP"), { EXPECT, FROM }, OK,
		{ EXPECT, "RCPT TO:<bob@xn--bcher-kva.example>" }, OK,
		{ EXPECT, "DATA" }, { SEND, "354 go" }, { BYTES, "x\r\n.\r\n" }, OK, { END },
	};
	static const char *const to[] = { UTF8_LOCAL, UTF8_DOMAIN };
	struct talk t;

	(void)state;
	begin(&t, offered);
	send_to(&t, "alice@example.org", to, 2, "x", 1);
	assert_string_equal(t.err.text, "");
	assert_int_equal(t.result.accepted, 2);
	finish(&t);
	begin(&t, not_offered);
	send_to(&t, "alice@example.org", to, 1, "x", 1);
	assert_int_equal(t.err.kind, ERR_REFUSED);
	assert_contains(t.err.text, "takes only addresses in plain ASCII, not " UTF8_LOCAL);
	send_to(&t, UTF8_LOCAL, one, 1, "x", 1);
	assert_int_equal(t.err.kind, ERR_REFUSED);
	send_to(&t, "alice@example.org", to, 2, "x", 1);
	assert_int_equal(t.rc, 0);
	assert_int_equal(t.result.rcpts[0].state, SMTP_RCPT_REFUSED);
	assert_contains(t.result.rcpts[0].reply.text, "plain ASCII");
	assert_int_equal(t.result.rcpts[1].state, SMTP_RCPT_ACCEPTED);
	finish(&t);
}

static void addresses_that_break_the_dialogue(void **state)
{
	static const struct scripted_step script[] = { GREETING, EHLO, OFFER("HELP"), { END } };
	static const char *const bad[] = { "a@b\r\nRSET", "a@b\n", "a@b> X", "<a@b", "a\x7f@b", "\xff@b" };
	struct talk t;

	(void)state;
	begin(&t, script);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		send_to(&t, bad[i], one, 1, "x", 1);
		assert_int_equal(t.err.kind, ERR_INPUT);
		send_to(&t, "alice@example.org", &bad[i], 1, "x", 1);
		assert_int_equal(t.err.kind, ERR_INPUT);
	}
	send_to(&t, "alice@example.org", one, 0, "x", 1);
	assert_int_equal(t.err.kind, ERR_INPUT);
	finish(&t);
}

/* Grows a script; what it points to must stay. */
struct script {
	struct scripted_step *steps;
	size_t n;
};

static void add(struct script *s, enum scripted_op op, const char *text, size_t size)
{
	s->steps[s->n++] = (struct scripted_step){ op, text, size };
}

/* One dialect of the four: the whole dialogue for a message of these bytes. */
static void dialect(struct script *s, bool ahead, bool chunks, const struct buf *wire)
{
	add(s, SEND, "220 hi", 0);
	add(s, EXPECT, "EHLO [127.0.0.1]", 0);
	add(s, SEND, "250-x", 0);
	add(s, SEND, chunks ? "250-CHUNKING" : "250-X", 0);
	add(s, SEND, ahead ? "250 PIPELINING" : "250 X", 0);
	add(s, EXPECT, FROM, 0);
	if (!ahead)
		add(s, SEND, "250 ok", 0);
	add(s, EXPECT, "RCPT TO:<bob@example.net>", 0);
	if (ahead)
		add(s, SEND, "250 ok", 0);
	add(s, SEND, "250 ok", 0);
	if (chunks) {
		add(s, CHUNKS, buf_text(wire), wire->len);
	} else {
		add(s, EXPECT, "DATA", 0);
		add(s, SEND, "354 go", 0);
		if (wire->len > 0)
			add(s, BYTES, buf_text(wire), wire->len);
		add(s, EXPECT, ".", 0);
		add(s, SEND, "250 ok", 0);
	}
	add(s, END, NULL, 0);
}

static void check_size(const char *bytes, size_t len, bool ahead, bool chunks)
{
	struct scripted_step steps[16];
	struct script script = { steps, 0 };
	struct buf wire = BUF_INIT(1 << 22);
	struct talk t;

	plain_wire(&wire, bytes, len, !chunks);
	dialect(&script, ahead, chunks, &wire);
	begin(&t, steps);
	send_to(&t, "alice@example.org", one, 1, bytes, len);
	assert_string_equal(t.err.text, "");
	finish(&t);
	buf_free(&wire);
}

/* Sizes at which other programs lost data, in all four dialects. */
static void sizes(void **state)
{
	static const size_t list[] = { 0, 1, 16383, 16384, 16385, 65533, 65534, 65535, 65536, 65537,
				       70000, 262142, 262143, 262144, 262145, 600000 };
	char *bytes = malloc(600000);

	(void)state;
	srand(7);
	for (size_t i = 0; i < 600000; i++)
		bytes[i] = rand() % 20 ? 'x' : "\r\n.\n"[rand() % 4];
	for (size_t k = 0; k < sizeof list / sizeof list[0]; k++)
		for (int d = 0; d < 4; d++)
			check_size(bytes, list[k], d & 1, d & 2);
	memset(bytes, 'x', 600000);
	for (size_t k = 0; k < sizeof list / sizeof list[0]; k++)
		for (int d = 0; d < 4; d++)
			check_size(bytes, list[k], d & 1, d & 2);
	free(bytes);
}

/* Each side would wait for the other if the client only wrote: replies of
 * 2 KB to 3,000 recipients fill every buffer on the way. */
static void many_recipients_do_not_deadlock(void **state)
{
	enum { MANY = 3000 };
	struct scripted_step *steps = calloc(2 * MANY + 16, sizeof *steps);
	struct script script = { steps, 0 };
	const char **to = calloc(MANY, sizeof *to);
	char **expected = calloc(MANY, sizeof *expected), reply[2001];
	struct talk t;

	(void)state;
	memset(reply, 'y', sizeof reply - 1);
	memcpy(reply, "250 2.1.5 ", 10);
	reply[sizeof reply - 1] = '\0';
	add(&script, SEND, "220 hi", 0);
	add(&script, EXPECT, "EHLO [127.0.0.1]", 0);
	add(&script, SEND, "250-x", 0);
	add(&script, SEND, "250 PIPELINING", 0);
	add(&script, EXPECT, FROM, 0);
	add(&script, SEND, "250 ok", 0);
	for (int i = 0; i < MANY; i++) {
		to[i] = xasprintf("recipient-with-a-long-name-%d@example.net", i);
		expected[i] = xasprintf("RCPT TO:<%s>", to[i]);
		add(&script, EXPECT, expected[i], 0);
		add(&script, SEND, reply, 0);
	}
	add(&script, EXPECT, "DATA", 0);
	add(&script, SEND, "354 go", 0);
	add(&script, BYTES, "x\r\n.\r\n", 6);
	add(&script, SEND, "250 ok", 0);
	add(&script, END, NULL, 0);
	begin(&t, steps);
	send_to(&t, "alice@example.org", to, MANY, "x", 1);
	assert_string_equal(t.err.text, "");
	assert_int_equal(t.result.accepted, MANY);
	/* Bounded all together: the head of each is kept. */
	assert_true(strlen(t.result.rcpts[MANY - 1].reply.text) > 1000);
	finish(&t);
	for (int i = 0; i < MANY; i++) {
		free((char *)to[i]);
		free(expected[i]);
	}
	free(to);
	free(expected);
	free(steps);
}

#define UP_TO_DATA GREETING, EHLO, OFFER("HELP"), { EXPECT, FROM }, OK, TO("bob"), OK, \
		   { EXPECT, "DATA" }, { SEND, "354 go" }
#define UP_TO_BDAT GREETING, EHLO, OFFER2("CHUNKING", "PIPELINING"), { EXPECT, FROM }, TO("bob"), \
		   OK, OK, { LINE }

/* A message too large for the buffers on the way, and a server that stops
 * reading it. */
static void in_the_middle_of_the_message(void **state)
{
	static const struct {
		struct scripted_step script[20];
		enum err_kind kind;
		const char *text, *reply;
	} list[] = {
		{ { UP_TO_DATA, { SKIP, NULL, 100000 }, { CANCEL }, { HANG } },
		  ERR_CANCELLED, "you asked", "" },
		{ { UP_TO_BDAT, { SKIP, NULL, 100000 }, { CANCEL }, { HANG } },
		  ERR_CANCELLED, "you asked", "" },
		{ { UP_TO_DATA, { SKIP, NULL, 100000 }, { HANG } }, ERR_NETWORK, "in time", "" },
		{ { UP_TO_DATA, { SKIP, NULL, 100000 }, { RESET } }, ERR_NETWORK, "lost", "" },
		{ { UP_TO_BDAT, { SKIP, NULL, 100000 }, { CLOSE } }, ERR_NETWORK, "", "" },
		{ { UP_TO_DATA, { SKIP, NULL, 100000 }, { SEND, "552 5.3.4 enough" }, { HANG } },
		  ERR_REFUSED, "did not accept the message", "552 5.3.4 enough" },
		{ { UP_TO_DATA, { SKIP, NULL, 100000 }, { SEND, "421 4.3.2 going down" }, { HANG } },
		  ERR_NETWORK, "come back later", "421 4.3.2 going down" },
	};
	size_t len = 32u << 20;
	char *bytes = malloc(len);

	(void)state;
	memset(bytes, 'x', len);
	for (size_t i = 0; i < sizeof list / sizeof list[0]; i++) {
		struct talk t;

		begin_within(&t, list[i].script, 700);
		send_to(&t, "alice@example.org", one, 1, bytes, len);
		assert_contains(t.err.text, list[i].text);
		assert_int_equal(t.err.kind, list[i].kind);
		assert_string_equal(t.err.reply, list[i].reply);
		assert_contains(buf_text(&t.w.steps), " failed\n");
		if (list[i].kind == ERR_CANCELLED)
			assert_true(t.returned_at - t.sv.cancelled_at < 500000);
		finish(&t);
	}
	free(bytes);
}

/* A chunk is refused while the next ones are on their way. */
static void refused_chunk(void **state)
{
	static const struct scripted_step script[] = {
		GREETING, EHLO, OFFER("CHUNKING"), { EXPECT, FROM }, OK, TO("bob"), OK,
		{ CHUNK }, { SEND, "452 4.3.1 disk full" },
		{ EXPECT, "RSET" }, OK, { END },
	};
	char *bytes = malloc(600000);
	struct talk t;

	(void)state;
	memset(bytes, 'x', 600000);
	begin(&t, script);
	send_to(&t, "alice@example.org", one, 1, bytes, 600000);
	assert_int_equal(t.err.kind, ERR_REFUSED);
	assert_true(t.err.temporary);
	assert_string_equal(t.err.reply, "452 4.3.1 disk full");
	finish(&t);
	free(bytes);
}

static void stopped_or_silent_after_the_dot(void **state)
{
	static const struct scripted_step cancelled[] = {
		UP_TO_DATA, { BYTES, "x\r\n.\r\n" }, { CANCEL }, { HANG },
	};
	struct talk t;

	(void)state;
	begin(&t, cancelled);
	send_to(&t, "alice@example.org", one, 1, "x", 1);
	assert_int_equal(t.err.kind, ERR_UNSURE);
	assert_contains(t.err.text, "You stopped after the whole message had been sent");
	assert_true(t.returned_at - t.sv.cancelled_at < 500000);
	finish(&t);
}

/* Stopped while a reply is awaited. */
static void stopped_at_mail(void **state)
{
	static const struct scripted_step script[] = {
		GREETING, EHLO, OFFER("PIPELINING"), { EXPECT, FROM }, { CANCEL }, { HANG },
	};
	struct talk t;

	(void)state;
	begin(&t, script);
	send_to(&t, "alice@example.org", one, 1, "x", 1);
	assert_int_equal(t.err.kind, ERR_CANCELLED);
	assert_true(t.returned_at - t.sv.cancelled_at < 500000);
	finish(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_answer),
		cmocka_unit_test(each_recipient_has_its_reply),
		cmocka_unit_test(session_goes_on),
		cmocka_unit_test(try_delivers_nothing),
		cmocka_unit_test(utf8_addresses),
		cmocka_unit_test(addresses_that_break_the_dialogue),
		cmocka_unit_test(sizes),
		cmocka_unit_test(many_recipients_do_not_deadlock),
		cmocka_unit_test(in_the_middle_of_the_message),
		cmocka_unit_test(refused_chunk),
		cmocka_unit_test(stopped_or_silent_after_the_dot),
		cmocka_unit_test(stopped_at_mail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
