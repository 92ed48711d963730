/* The sandbox's sign-in and TLS, and that its trace tells no password. */
#include "sandbox_client.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#define SECRET "geheim wort"

/* Base64 of "\0bob\0geheim wort", "bob", "geheim wort" and so on. */
#define B64_PLAIN     "AGJvYgBnZWhlaW0gd29ydA=="
#define B64_PLAIN_ZID "Ym9iAGJvYgBnZWhlaW0gd29ydA=="
#define B64_WRONG     "AGJvYgB3cm9uZw=="
#define B64_ONE_NUL   "AGJvYg=="
#define B64_BOB       "Ym9i"
#define B64_ALICE     "YWxpY2U="
#define B64_SECRET    "Z2VoZWltIHdvcnQ="

struct step {
	const char *send, *want;
};

static const struct step signs[][5] = {
	{ { "AUTH PLAIN " B64_PLAIN, "235 2.7.0" }, { "AUTH PLAIN", "503 5.5.1" } },
	{ { "auth plain  " B64_PLAIN, "235 2.7.0" } },
	{ { "AUTH PLAIN " B64_PLAIN_ZID, "235 2.7.0" } },
	{ { "AUTH PLAIN", "334 " }, { B64_PLAIN, "235 2.7.0" } },
	{ { "AUTH LOGIN", "334 VXNlcm5hbWU6" },
	  { B64_BOB, "334 UGFzc3dvcmQ6" },
	  { B64_SECRET, "235 2.7.0" } },
	{ { "AUTH LOGIN " B64_BOB, "334 UGFzc3dvcmQ6" }, { B64_SECRET, "235 2.7.0" } },
	{ { "AUTH PLAIN " B64_WRONG, "535 5.7.8" }, { "AUTH PLAIN " B64_PLAIN, "235 2.7.0" } },
	{ { "AUTH LOGIN " B64_ALICE, "334 " }, { B64_SECRET, "535 5.7.8" } },
	{ { "AUTH LOGIN " B64_BOB, "334 " }, { "", "535 5.7.8" } },
	{ { "AUTH LOGIN =", "334 " }, { B64_SECRET, "535 5.7.8" } },
	{ { "AUTH PLAIN =", "501 5.5.2" } },
	{ { "AUTH PLAIN " B64_ONE_NUL, "501 5.5.2" } },
	{ { "AUTH PLAIN", "334 " }, { "*", "501 5.7.0" }, { "NOOP", "250 2.0.0" } },
	{ { "AUTH LOGIN", "334 " }, { B64_BOB, "334 " }, { "*", "501 5.7.0" } },
	{ { "AUTH CRAM-MD5", "334 " }, { "*", "501 5.7.0" } },
	{ { "AUTH CRAM-MD5 " B64_BOB, "501 5.7.0" } },
	{ { "AUTH CRAM-MD5", "334 " }, { B64_BOB, "501 5.5.2" } },
	{ { "AUTH PLAIN !!!!", "501 5.5.2" },
	  { "AUTH PLAIN AGJ", "501 5.5.2" },
	  { "AUTH PLAIN ====", "501 5.5.2" },
	  { "AUTH PLAIN A===", "501 5.5.2" } },
	/* Bits that belong to no byte */
	{ { "AUTH LOGIN YWxpY2V=", "501 5.5.2" }, { "AUTH LOGIN Yh==", "501 5.5.2" } },
	{ { "AUTH", "501 5.5.4" }, { "AUTH XOAUTH2 abcd", "504 5.5.4" } },
};

static void ask_line(struct client *c, const struct step *step)
{
	client_say(c, step->send);
	client_ask(c, "\r\n", step->want);
}

static void signing_in(void **state)
{
	struct sandbox_params params = { .tls_port = -1, .user = "bob", .password = SECRET };
	struct sandbox *sb = sandbox_open(&params);

	(void)state;
	for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
		struct client *c = client_ready(sb);

		for (size_t k = 0; k < 5 && signs[i][k].send; k++)
			ask_line(c, &signs[i][k]);
		client_ask(c, "NOOP\r\n", "250 2.0.0");
		client_close(c);
	}
	sandbox_stop(sb);
}

/* With no user named, anyone is welcome who names a user and a password. */
static void anyone(void **state)
{
	static const struct step steps[] = {
		{ "AUTH LOGIN " B64_ALICE, "334 " },    { "", "535 5.7.8" },
		{ "AUTH PLAIN AGJvYgA=", "535 5.7.8" }, { "AUTH PLAIN AABi", "535 5.7.8" },
		{ "AUTH PLAIN AGJvYgB4", "235 2.7.0" },
	};
	struct sandbox *sb = sandbox_open(NULL);
	struct client *c = client_ready(sb);

	(void)state;
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
		ask_line(c, &steps[i]);
	client_close(c);
	sandbox_stop(sb);
}

/* The answer to the challenge in the last reply, as a line. */
static void cram_line(struct client *c, const char *user, const char *password, char *line)
{
	unsigned char challenge[256], digest[EVP_MAX_MD_SIZE], plain[256];
	const char *coded = c->reply + 4;
	unsigned len;
	int n = EVP_DecodeBlock(challenge, (const unsigned char *)coded, (int)strlen(coded));

	assert_true(n > 0);
	while (coded[strlen(coded) - 1] == '=' && n > 0 && challenge[n - 1] == '\0')
		n--;
	assert_int_equal(challenge[0], '<');
	assert_int_equal(challenge[n - 1], '>');
	HMAC(EVP_md5(), password, (int)strlen(password), challenge, (size_t)n, digest, &len);
	n = sprintf((char *)plain, "%s ", user);
	for (unsigned i = 0; i < len; i++)
		n += sprintf((char *)plain + n, "%02x", digest[i]);
	EVP_EncodeBlock((unsigned char *)line, plain, n);
	strcat(line, "\r\n");
}

static void cram_md5(void **state)
{
	struct sandbox_params params = { .tls_port = -1, .user = "bob smith", .password = SECRET };
	struct sandbox *sb = sandbox_open(&params);
	struct client *c = client_ready(sb);
	char line[512];

	(void)state;
	client_ask(c, "AUTH CRAM-MD5\r\n", "334 ");
	cram_line(c, "bob smith", "wrong", line);
	client_ask(c, line, "535 5.7.8");
	client_ask(c, "AUTH CRAM-MD5\r\n", "334 ");
	/* The challenge is a new one: an old answer is worth nothing. */
	client_ask(c, line, "535 5.7.8");
	client_ask(c, "AUTH CRAM-MD5\r\n", "334 ");
	cram_line(c, "bob smith", SECRET, line);
	client_ask(c, line, "235 2.7.0");
	client_close(c);
	sandbox_stop(sb);
}

static void user_of(void *arg, const struct sandbox_mail *mail)
{
	assert_string_equal(mail->user, "bob");
	assert_true(mail->tls);
	++*(size_t *)arg;
}

static void required(void **state)
{
	struct sandbox_params params = { .tls_port = -1,
					 .require_auth = true,
					 .require_tls = true };
	struct sandbox *sb = sandbox_open(&params);
	struct client *c = client_ready(sb);
	size_t caught = 0;

	(void)state;
	assert_null(strstr(c->reply, "AUTH"));
	client_ask(c, "MAIL FROM:<a@b.example>\r\n", "530 5.7.0");
	client_ask(c, "AUTH PLAIN " B64_PLAIN "\r\n", "530 5.7.0");
	client_ask(c, "NOOP\r\n", "250 2.0.0");
	client_ask(c, "STARTTLS\r\n", "220 ");
	assert_int_equal(client_tls(c, sandbox_cert_file(sb), "localhost"), 0);
	client_ask(c, "MAIL FROM:<a@b.example>\r\n", "503 5.5.1");
	client_ask(c, "EHLO me.example\r\n", "250 ");
	assert_non_null(strstr(c->reply, "AUTH"));
	assert_null(strstr(c->reply, "STARTTLS"));
	client_ask(c, "STARTTLS\r\n", "503 5.5.1");
	client_ask(c, "MAIL FROM:<a@b.example>\r\n", "530 5.7.0");
	client_ask(c, "AUTH PLAIN " B64_PLAIN "\r\n", "235 ");
	client_ask(c, "MAIL FROM:<a@b.example>\r\n", "250 2.1.0");
	client_ask(c, "RCPT TO:<a@b.example>\r\n", "250 2.1.5");
	client_ask(c, "DATA\r\n", "354 ");
	client_ask(c, "x\r\n.\r\n", "250 2.0.0");
	client_ask(c, "QUIT\r\n", "221 ");
	client_expect(c, "");
	client_close(c);
	sandbox_each(sb, user_of, &caught);
	assert_int_equal(caught, 1);
	sandbox_stop(sb);
}

/* What was said in clear is forgotten: greeting, sender, sign-in. */
static void starttls_forgets(void **state)
{
	struct sandbox_params params = { .tls_port = -1, .require_auth = true };
	struct sandbox *sb = sandbox_open(&params);
	struct client *c = client_ready(sb);

	(void)state;
	client_ask(c, "AUTH PLAIN " B64_PLAIN "\r\n", "235 ");
	client_ask(c, "MAIL FROM:<a@b.example>\r\n", "250 2.1.0");
	client_ask(c, "STARTTLS\r\n", "220 ");
	assert_int_equal(client_tls(c, sandbox_cert_file(sb), "127.0.0.1"), 0);
	client_ask(c, "RCPT TO:<a@b.example>\r\n", "503 5.5.1");
	client_ask(c, "EHLO me.example\r\n", "250 ");
	client_ask(c, "RCPT TO:<a@b.example>\r\n", "503 5.5.1");
	client_ask(c, "MAIL FROM:<a@b.example>\r\n", "530 5.7.0");
	client_close(c);

	c = client_ready(sb);
	client_ask(c, "STARTTLS\r\nMAIL FROM:<evil@b.example>\r\n", "554 5.5.1");
	client_expect(c, "");
	client_close(c);
	sandbox_stop(sb);
}

static void implicit_tls(void **state)
{
	static const char *const names[] = { "localhost", "127.0.0.1", "::1" };
	struct sandbox_params params = { .tls_port = 0 };
	struct sandbox *sb = sandbox_open(&params);
	struct client *c;
	int byte;

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		c = client_open(sandbox_tls_port(sb));
		assert_int_equal(client_tls(c, sandbox_cert_file(sb), names[i]), 0);
		client_expect(c, "220 ");
		client_ask(c, "EHLO me.example\r\n", "250 ");
		client_close(c);
	}
	c = client_open(sandbox_tls_port(sb));
	assert_int_equal(client_tls(c, sandbox_cert_file(sb), "example.org"), -1);
	client_close(c);
	c = client_open(sandbox_tls_port(sb));
	assert_int_equal(client_tls(c, NULL, "localhost"), -1);
	client_close(c);
	/* In clear on the port for TLS: an alert, or nothing, and the end. */
	c = client_open(sandbox_tls_port(sb));
	client_say(c, "EHLO me.example\r\n");
	byte = client_byte(c);
	assert_true(byte == 0x15 || byte == -1);
	client_close(c);
	sandbox_stop(sb);
}

/* 2 MiB in one flight and back out of the store, through TLS records. */
static void large_in_tls(void **state)
{
	struct sandbox_params params = { .tls_port = 0 };
	struct sandbox *sb = sandbox_open(&params);
	struct client *c = client_open(sandbox_tls_port(sb));
	size_t len = 2 << 20;
	char *text = malloc(len);

	(void)state;
	assert_non_null(text);
	memset(text, 'x', len);
	assert_int_equal(client_tls(c, sandbox_cert_file(sb), "localhost"), 0);
	client_expect(c, "220 ");
	client_say(c, "EHLO me\r\nMAIL FROM:<a@b.c>\r\nRCPT TO:<a@b.c>\r\nBDAT 2097152 LAST\r\n");
	assert_true(client_put(c, text, len));
	client_expect(c, "250 HELP");
	client_expect(c, "250 2.1.0");
	client_expect(c, "250 2.1.5");
	client_expect(c, "250 2.0.0 Ok: caught as 1");
	client_close(c);
	free(text);
	sandbox_stop(sb);
}

static void note(void *arg, unsigned connection, bool from_client, const char *line)
{
	assert_true(connection > 0);
	buf_printf(arg, "%s %s\n", from_client ? "C:" : "S:", line);
}

static void trace(void **state)
{
	struct buf log = BUF_INIT(100000);
	struct sandbox_params params = {
		.tls_port = -1, .user = "bob", .password = SECRET, .trace = note, .arg = &log
	};
	struct sandbox *sb = sandbox_open(&params);
	struct client *c = client_ready(sb);

	(void)state;
	client_ask(c, "AUTH PLAIN " B64_PLAIN "\n", "500 5.5.2");
	client_ask(c, "AUTH NOSUCH " B64_PLAIN "\r\n", "504 5.5.4");
	client_ask(c, B64_SECRET "\r\n", "500 5.5.1");
	client_ask(c, "AUTH " B64_PLAIN "\r\n", "504 5.5.4");
	client_ask(c, "AUTH LOGIN\r\n", "334 ");
	client_ask(c, B64_BOB "\r\n", "334 ");
	client_ask(c, B64_SECRET "\r\n", "235 ");
	client_ask(c, "NOOP \x1b]0;x\x07\r\n", "500 5.5.2");
	client_ask(c, "STARTTLS\r\n", "220 ");
	assert_int_equal(client_tls(c, sandbox_cert_file(sb), "localhost"), 0);
	client_ask(c, "QUIT\r\n", "221 ");
	client_close(c);
	sandbox_stop(sb);

	assert_non_null(strstr(buf_text(&log), "S: 220 localhost"));
	assert_non_null(strstr(buf_text(&log), "C: EHLO client.example\n"));
	assert_non_null(strstr(buf_text(&log), "C: AUTH NOSUCH ["));
	assert_non_null(strstr(buf_text(&log), "C: AUTH LOGIN\n"));
	assert_non_null(strstr(buf_text(&log), "S: 235 2.7.0"));
	assert_non_null(strstr(buf_text(&log), "S: [TLSv1.3 "));
	assert_null(strstr(buf_text(&log), B64_PLAIN));
	assert_null(strstr(buf_text(&log), B64_SECRET));
	assert_null(strstr(buf_text(&log), SECRET));
	assert_null(strchr(buf_text(&log), '\x1b'));
	assert_null(strchr(buf_text(&log), '\x07'));
	buf_free(&log);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signing_in),       cmocka_unit_test(anyone),
		cmocka_unit_test(cram_md5),         cmocka_unit_test(required),
		cmocka_unit_test(starttls_forgets), cmocka_unit_test(implicit_tls),
		cmocka_unit_test(large_in_tls),     cmocka_unit_test(trace),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
