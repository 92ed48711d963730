/* The sandbox's dialogue, message by message and limit by limit. */
#include "sandbox_client.h"

struct step {
	const char *send;
	const char *want;	/* start of the reply's last line; "": closed */
};

#define END { NULL, NULL }
#define HELLO { NULL, "220 localhost" }, { "EHLO me.example\r\n", "250 HELP" }

static const struct step order[] = {
	{ NULL, "220 localhost" },
	{ "MAIL FROM:<a@b.example>\r\n", "503 5.5.1" },
	{ "RCPT TO:<a@b.example>\r\n", "503 5.5.1" },
	{ "DATA\r\n", "503 5.5.1" },
	{ "STARTTLS\r\n", "503 5.5.1" },
	{ "AUTH PLAIN AGEAYg==\r\n", "503 5.5.1" },
	{ "EHLO\r\n", "501 5.5.4" },
	{ "HELO \r\n", "501 5.5.4" },
	{ "NOOP\r\n", "250 2.0.0" },
	{ "HELO me.example\r\n", "250 localhost" },
	{ "AUTH PLAIN AGEAYg==\r\n", "503 5.5.1" },
	{ "ehlo me.example\r\n", "250 HELP" },
	{ "DATA\r\n", "503 5.5.1" },
	{ "RCPT TO:<a@b.example>\r\n", "503 5.5.1" },
	{ "mail from:<a@b.example>\r\n", "250 2.1.0" },
	{ "MAIL FROM:<a@b.example>\r\n", "503 5.5.1" },
	{ "AUTH PLAIN AGEAYg==\r\n", "503 5.5.1" },
	{ "DATA\r\n", "554 5.5.1" },
	{ "BDAT 0 LAST\r\n", "554 5.5.1" },
	{ "rcpt to:<c@b.example>\r\n", "250 2.1.5" },
	{ "RSET\r\n", "250 2.0.0" },
	{ "DATA\r\n", "503 5.5.1" },
	{ "MAIL FROM:<>\r\n", "250 2.1.0" },
	{ "EHLO me.example\r\n", "250 HELP" },
	{ "MAIL FROM:<>\r\n", "250 2.1.0" },
	{ "QUIT\r\n", "221 2.0.0" },
	{ NULL, "" },
	END,
};

static const struct step words[] = {
	HELLO,
	{ "LHLO me.example\r\n", "502 5.5.1" },
	{ "EXPN list\r\n", "502 5.5.1" },
	{ "VRFY a\r\n", "252 2." },
	{ "VRFY\r\n", "501 5.5.4" },
	{ "HELP\r\n", "214 2.0.0 EHLO" },
	{ "NOOP with words\r\n", "250 2.0.0" },
	{ "QUIT now\r\n", "501 5.5.4" },
	{ "RSET now\r\n", "501 5.5.4" },
	{ "NOOP  \r\n", "250 2.0.0" },
	{ "\r\n", "500 5.5.1" },
	{ " NOOP\r\n", "500 5.5.1" },
	{ "NOOPS\r\n", "500 5.5.1" },
	{ "ANEXTREMELYLONGCOMMANDNAME\r\n", "500 5.5.1" },
	{ "NOOP\n", "500 5.5.2" },
	{ "NOOP a\rb\r\n", "500 5.5.2" },
	{ "NOOP \x1b[31m\r\n", "500 5.5.2" },
	{ "POST / HTTP/1.1\r\n", "421 4.7.0" },
	{ NULL, "" },
	END,
};

static const struct step addresses[] = {
	HELLO,
	{ "MAIL FROM:a@b.example\r\n", "501 5.1.7" },
	{ "MAIL <a@b.example>\r\n", "501 5.5.4" },
	{ "MAIL\r\n", "501 5.5.4" },
	{ "MAIL FROM:<a@b.example\r\n", "501 5.1.7" },
	{ "MAIL FROM:<a b@b.example>\r\n", "501 5.1.7" },
	{ "MAIL FROM:<a@b@c.example>\r\n", "501 5.1.7" },
	{ "MAIL FROM:<@b.example>\r\n", "501 5.1.7" },
	{ "MAIL FROM:<a@>\r\n", "501 5.1.7" },
	{ "MAIL FROM:<a@b..example>\r\n", "501 5.1.7" },
	{ "MAIL FROM:<a@[]>\r\n", "501 5.1.7" },
	{ "MAIL FROM:<\"a@b.example>\r\n", "501 5.1.7" },
	{ "MAIL FROM:<root>\r\n", "504 5.5.2" },
	{ "MAIL FROM:<j\xc3\xb6rg@b.example>\r\n", "553 5.6.7" },
	{ "MAIL FROM:<j\xff@b.example> SMTPUTF8\r\n", "501 5.1.7" },
	{ "MAIL FROM:<a@b.example>SIZE=1\r\n", "501 5.5.4" },
	{ "MAIL FROM:<a@b.example> SIZE=\r\n", "501 5.5.4" },
	{ "MAIL FROM:<a@b.example> SIZE=1x\r\n", "501 5.5.4" },
	{ "MAIL FROM:<a@b.example> SIZE=1 SIZE=1\r\n", "501 5.5.4" },
	{ "MAIL FROM:<a@b.example> SIZE=99999999999999999999999\r\n", "552 5.3.4" },
	{ "MAIL FROM:<a@b.example> BODY=BINARYMIME\r\n", "501 5.5.4" },
	{ "MAIL FROM:<a@b.example> SMTPUTF8=1\r\n", "501 5.5.4" },
	{ "MAIL FROM:<a@b.example> RET=FULL\r\n", "555 5.5.4" },
	{ "MAIL FROM: <a@b.example> SIZE=10 BODY=8BITMIME AUTH=<> SMTPUTF8\r\n", "250 2.1.0" },
	{ "RCPT TO:<j\xc3\xb6rg@b\xc3\xbc.example>\r\n", "250 2.1.5" },
	{ "RCPT TO:<\"a \\\" b@\"@b.example>\r\n", "250 2.1.5" },
	{ "RCPT TO:<a@[127.0.0.1]>\r\n", "250 2.1.5" },
	{ "RCPT TO:<@x.example,@y.example:a@b.example>\r\n", "250 2.1.5" },
	{ "RCPT TO:<Postmaster>\r\n", "250 2.1.5" },
	{ "RCPT TO:<>\r\n", "501 5.1.3" },
	{ "RCPT TO:<bob>\r\n", "504 5.5.2" },
	{ "RCPT TO:<bob@b.example> NOTIFY=NEVER\r\n", "555 5.5.4" },
	{ "RSET\r\n", "250 2.0.0" },
	{ "MAIL FROM:<a@b.example> body=7bit\r\n", "250 2.1.0" },
	{ "RCPT TO:<j\xc3\xb6rg@b.example>\r\n", "553 5.6.7" },
	END,
};

static const struct step *const dialogues[] = { order, words, addresses };

static void dialogue(void **state)
{
	struct sandbox *sb = sandbox_open(NULL);

	(void)state;
	for (size_t i = 0; i < sizeof dialogues / sizeof *dialogues; i++) {
		struct client *c = client_open(sandbox_port(sb));

		for (const struct step *step = dialogues[i]; step->want; step++) {
			if (step->send)
				client_say(c, step->send);
			client_expect(c, step->want);
		}
		client_close(c);
	}
	sandbox_stop(sb);
}

static void extensions(void **state)
{
	static const char *const offered[] = {
		"-PIPELINING\n", "-SIZE 12345\n",	 "-8BITMIME\n", "-SMTPUTF8\n",
		"-STARTTLS\n",	 "-ENHANCEDSTATUSCODES\n", "-CHUNKING\n",
		"-AUTH PLAIN LOGIN CRAM-MD5\n",
	};
	struct sandbox_params params = { .tls_port = -1, .max_size = 12345 };
	struct sandbox *sb = sandbox_open(&params);
	struct client *c = client_ready(sb);

	(void)state;
	for (size_t i = 0; i < sizeof offered / sizeof *offered; i++)
		assert_non_null(strstr(c->reply, offered[i]));
	client_close(c);
	sandbox_stop(sb);
}

static void one_mail(void *arg, const struct sandbox_mail *mail)
{
	struct buf *out = arg;

	buf_clear(out);
	assert_int_equal(buf_add(out, mail->data, mail->len), 0);
}

static void pipelined(void **state)
{
	struct buf got = BUF_INIT(1000);
	struct sandbox *sb = sandbox_open(NULL);
	struct client *c = client_ready(sb);

	(void)state;
	client_say(c, "MAIL FROM:<a@b.example>\r\nRCPT TO:<c@b.example>\r\nRCPT TO:<bad\r\n"
		      "DATA\r\nSubject: one\r\n\r\none\r\n.\r\n"
		      "MAIL FROM:<a@b.example>\r\nRCPT TO:<c@b.example>\r\nBDAT 5\r\nabcde"
		      "BDAT 2 LAST\r\n\r\nNOOP\r\nQUIT\r\n");
	client_expect(c, "250 2.1.0");
	client_expect(c, "250 2.1.5");
	client_expect(c, "501 5.1.3");
	client_expect(c, "354 ");
	client_expect(c, "250 2.0.0 Ok: caught as 1");
	client_expect(c, "250 2.1.0");
	client_expect(c, "250 2.1.5");
	client_expect(c, "250 2.0.0");
	client_expect(c, "250 2.0.0 Ok: caught as 2");
	client_expect(c, "250 2.0.0");
	client_expect(c, "221 2.0.0");
	client_expect(c, "");
	client_close(c);
	sandbox_each(sb, one_mail, &got);
	assert_string_equal(buf_text(&got), "abcde\r\n");
	buf_free(&got);
	sandbox_stop(sb);
}

static const struct {
	const char *sent, *kept;
} texts[] = {
	{ ".\r\n", "" },
	{ "a\r\n.\r\n", "a\r\n" },
	{ "..\r\n.\r\n", ".\r\n" },
	{ ".a\r\n..b\r\nc.\r\n.\r\n", "a\r\n.b\r\nc.\r\n" },
	{ "a\n.\nb\r\n.\r\n", "a\n.\nb\r\n" },
	{ "a\n.\r\nb\r\n.\r\n", "a\n.\r\nb\r\n" },
	{ "a\r\n.\nb\r\n.\r\n", "a\r\n\nb\r\n" },
	{ "a\r.\rb\r\n.\r\n", "a\r.\rb\r\n" },
	{ "a\r\n.\rb\r\n.\r\n", "a\r\n\rb\r\n" },
	{ "a\r\n.\r\r\n.\r\n", "a\r\n\r\r\n" },
	{ "a\r\r\n.\r\n", "a\r\r\n" },
	{ "\r\n\r\n.\r\n", "\r\n\r\n" },
	{ "QUIT\r\nRSET\r\n.\r\n", "QUIT\r\nRSET\r\n" },
};

/* Whole, and byte by byte: where the packets are cut must not matter. */
static void dots(void **state)
{
	struct buf got = BUF_INIT(1000);
	struct sandbox *sb = sandbox_open(NULL);

	(void)state;
	for (size_t i = 0; i < 2 * sizeof texts / sizeof *texts; i++) {
		const char *text = texts[i / 2].sent;
		struct client *c = client_at_data(sb);

		for (const char *p = text; i % 2 && p[1]; p++, text++)
			assert_true(client_put(c, p, 1));
		client_ask(c, text, "250 2.0.0 Ok: caught as");
		client_ask(c, "NOOP\r\n", "250 2.0.0");
		client_close(c);
		sandbox_each(sb, one_mail, &got);
		assert_string_equal(buf_text(&got), texts[i / 2].kept);
	}
	buf_free(&got);
	sandbox_stop(sb);
}

static void chunks(void **state)
{
	struct buf got = BUF_INIT(1000);
	struct sandbox *sb = sandbox_open(NULL);
	struct client *c = client_ready(sb);

	(void)state;
	/* Refused chunks are read over all the same. */
	client_ask(c, "BDAT 6\r\nNOOP\r\n", "503 5.5.1");
	client_ask(c, "MAIL FROM:<a@b.example>\r\n", "250 2.1.0");
	client_ask(c, "BDAT 6 LAST\r\nQUIT\r\n", "554 5.5.1");
	client_ask(c, "RCPT TO:<c@b.example>\r\n", "250 2.1.5");
	client_ask(c, "BDAT 4\r\n.\r\n\n", "250 2.0.0");
	client_ask(c, "DATA\r\n", "503 5.5.1");
	client_ask(c, "RCPT TO:<c@b.example>\r\n", "503 5.5.1");
	client_ask(c, "MAIL FROM:<c@b.example>\r\n", "503 5.5.1");
	assert_true(client_put(c, "bdat 3\r\na\0b", 11));
	client_expect(c, "250 2.0.0");
	client_ask(c, "BDAT 0 last\r\n", "250 2.0.0 Ok: caught as 1");
	sandbox_each(sb, one_mail, &got);
	assert_int_equal(got.len, 7);
	assert_memory_equal(got.data, ".\r\n\na\0b", 7);
	client_ask(c, "BDAT -1 LAST\r\n", "521 5.5.4");
	client_expect(c, "");
	client_close(c);
	buf_free(&got);
	sandbox_stop(sb);
}

static void fill_text(char *text, size_t len)
{
	memset(text, 'x', len);
	memcpy(text + len - 2, "\r\n", 2);
	memcpy(text + len, ".\r\n", 4);
}

static void sizes(void **state)
{
	struct sandbox_params params = { .tls_port = -1, .max_size = 100000 };
	struct sandbox *sb = sandbox_open(&params);
	struct client *c = client_at_data(sb);
	char *text = malloc(200010);

	(void)state;
	assert_non_null(text);
	fill_text(text, 100000);
	client_ask(c, text, "250 2.0.0 Ok: caught as 1");
	client_ask(c, "MAIL FROM:<a@b.example> SIZE=100001\r\n", "552 5.3.4");
	client_ask(c, "MAIL FROM:<a@b.example> SIZE=100000\r\n", "250 2.1.0");
	client_ask(c, "RCPT TO:<c@b.example>\r\n", "250 2.1.5");
	client_ask(c, "DATA\r\n", "354 ");
	fill_text(text, 100001);
	client_ask(c, text, "552 5.3.4");
	client_ask(c, "MAIL FROM:<a@b.example>\r\n", "250 2.1.0");
	client_ask(c, "RCPT TO:<c@b.example>\r\n", "250 2.1.5");
	client_say(c, "BDAT 200000\r\n");
	fill_text(text, 200000);
	assert_true(client_put(c, text, 200000));
	client_expect(c, "552 5.3.4");
	client_ask(c, "BDAT 2 LAST\r\n\r\n", "552 5.3.4");
	client_ask(c, "NOOP\r\n", "250 2.0.0");
	assert_int_equal(sandbox_count(sb), 1);
	client_close(c);
	free(text);
	sandbox_stop(sb);
}

static void put_many(struct client *c, char byte, size_t n)
{
	char block[4096];

	memset(block, byte, sizeof block);
	while (n > 0) {
		size_t part = n < sizeof block ? n : sizeof block;

		if (!client_put(c, block, part))
			return;
		n -= part;
	}
}

static void long_lines(void **state)
{
	struct sandbox *sb = sandbox_open(NULL);
	struct client *c = client_ready(sb);

	(void)state;
	client_say(c, "NOOP ");
	put_many(c, 'x', 1995);
	client_ask(c, "\r\n", "250 2.0.0");
	client_say(c, "NOOP ");
	put_many(c, 'x', 1996);
	client_ask(c, "\r\n", "500 5.5.2");
	put_many(c, 'x', 100000);
	client_ask(c, "\r\n", "500 5.5.2");
	/* 8,000 bytes of a password are a longer line than others may be. */
	client_ask(c, "AUTH LOGIN Ym9i\r\n", "334 ");
	put_many(c, 'Q', 12000);
	client_ask(c, "\r\n", "235 2.7.0");
	put_many(c, 'x', 2 << 20);
	client_expect(c, "421 4.7.0");
	client_close(c);
	sandbox_stop(sb);
}

static void many_commands(void **state)
{
	struct buf flight = BUF_INIT(100000);
	struct sandbox *sb = sandbox_open(NULL);
	struct client *c = client_ready(sb);

	(void)state;
	for (int i = 0; i < 1000; i++)
		buf_adds(&flight, "NOOP\r\n");
	for (int i = 0; i < 9999; i++) {
		if (i % 1000 == 0)
			client_say(c, buf_text(&flight));
		client_expect(c, "250 2.0.0");
	}
	client_expect(c, "421 4.7.0");
	client_expect(c, "");
	client_close(c);
	buf_free(&flight);
	sandbox_stop(sb);
}

static void count_to(void *arg, const struct sandbox_mail *mail)
{
	size_t *count = arg;

	*count = mail->to_count;
	assert_string_equal(mail->from, "a@example.org");
	assert_string_equal(mail->to[0], "r0@example.org");
	assert_string_equal(mail->to[999], "r999@example.org");
	assert_string_equal(mail->user, "");
	assert_false(mail->tls);
}

static void many_recipients(void **state)
{
	struct sandbox *sb = sandbox_open(NULL);
	struct client *c = client_ready(sb);
	size_t count = 0;

	(void)state;
	client_ask(c, "MAIL FROM:<a@example.org>\r\n", "250 2.1.0");
	for (int i = 0; i <= 1000; i++) {
		char line[64];

		snprintf(line, sizeof line, "RCPT TO:<r%d@example.org>\r\n", i);
		client_ask(c, line, i < 1000 ? "250 2.1.5" : "452 4.5.3");
	}
	client_ask(c, "DATA\r\n", "354 ");
	client_ask(c, "x\r\n.\r\n", "250 2.0.0");
	sandbox_each(sb, count_to, &count);
	assert_int_equal(count, 1000);
	client_close(c);
	sandbox_stop(sb);
}

/* Whatever comes, the sandbox answers with replies or closes, and goes on. */
static void garbage(void **state)
{
	struct sandbox_params params = { .max_size = 1000 };
	struct sandbox *sb = sandbox_open(&params);
	unsigned seed = 1;

	(void)state;
	for (int round = 0; round < 60; round++) {
		struct client *c = client_open(round % 3 ? sandbox_port(sb) : sandbox_tls_port(sb));
		char bytes[3000];

		for (size_t i = 0; i < sizeof bytes; i++) {
			seed = seed * 1103515245u + 12345u;
			bytes[i] = (char)(seed >> 16 & (round % 2 ? 0xff : 0x0f));
		}
		client_say(c, round % 5 ? "EHLO x\r\nMAIL FROM:<a@b.c>\r\nRCPT TO:<a@b.c>\r\n" : "");
		client_say(c, round % 2 ? "BDAT 2000\r\n" : "DATA\r\n");
		(void)client_put(c, bytes, sizeof bytes);
		shutdown(c->fd, SHUT_WR);
		while (client_byte(c) >= 0)
			;
		client_close(c);
	}
	client_close(client_ready(sb));
	sandbox_stop(sb);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dialogue),	   cmocka_unit_test(extensions),
		cmocka_unit_test(pipelined),	   cmocka_unit_test(dots),
		cmocka_unit_test(chunks),	   cmocka_unit_test(sizes),
		cmocka_unit_test(long_lines),	   cmocka_unit_test(many_commands),
		cmocka_unit_test(many_recipients), cmocka_unit_test(garbage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
