/* Opening a session: every way it can fail has its own sentence. */
#include "scripted_smtp.h"
#include "scripted_tls.h"

enum cert_kind { NO_TLS, GOOD, EXPIRED, FUTURE, WRONG_NAME, SELF_SIGNED, STRANGER, CERTS };

static SSL_CTX *contexts[CERTS];
static char ca_path[] = "/tmp/outpost-ca-XXXXXX";

static int setup(void **state)
{
	struct scripted_cert ca = scripted_cert("Test authority", NULL, NULL, -3600, 86400);
	struct scripted_cert other = scripted_cert("Stranger", NULL, NULL, -3600, 86400);
	const char *san = "DNS:mail.example.test,IP:127.0.0.1";
	struct scripted_cert certs[] = {
		[GOOD] = scripted_cert(FAR, san, &ca, -3600, 86400),
		[EXPIRED] = scripted_cert(FAR, san, &ca, -86400 * 10, -86400 * 2),
		[FUTURE] = scripted_cert(FAR, san, &ca, 86400 * 2, 86400 * 10),
		[WRONG_NAME] = scripted_cert("x", "DNS:other.example.test", &ca, -3600, 86400),
		[SELF_SIGNED] = scripted_cert(FAR, san, NULL, -3600, 86400),
		[STRANGER] = scripted_cert(FAR, san, &other, -3600, 86400),
	};

	(void)state;
	scripted_cert_write(&ca, ca_path);
	for (int i = GOOD; i < CERTS; i++) {
		contexts[i] = scripted_ctx(&certs[i]);
		scripted_cert_free(&certs[i]);
	}
	scripted_cert_free(&ca);
	scripted_cert_free(&other);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	for (int i = GOOD; i < CERTS; i++)
		SSL_CTX_free(contexts[i]);
	unlink(ca_path);
	return 0;
}

struct fault {
	const char *name;
	enum net_security security;
	enum cert_kind cert;
	struct scripted_step script[12];
	enum err_kind kind;
	const char *text, *hint, *reply;	/* parts of them; NULL: none */
	const char *steps;		/* the last of them */
	bool temporary;
};

#define OFFER { SEND, "250-mail.example.test" }, { SEND, "250 STARTTLS" }
#define ASKED { EXPECT, "STARTTLS" }, { SEND, "220 go ahead" }

static const struct fault faults[] = {
	{ "421 greeting", NET_NONE, NO_TLS,
	  { { SEND, "421-4.3.2 too busy" }, { SEND, "421 4.3.2 come back later" }, { HANG } },
	  ERR_REFUSED, "takes no connections at the moment", NULL,
	  "421 4.3.2 too busy\ncome back later", "greeting failed\n", true },
	{ "554 greeting", NET_NONE, NO_TLS, { { SEND, "554 \033[31mgo away" }, { HANG } },
	  ERR_REFUSED, "refuses connections from here", NULL, "554 \\x1b[31mgo away",
	  "greeting failed\n", false },
	{ "EHLO and HELO refused", NET_NONE, NO_TLS,
	  { GREETING, EHLO, { SEND, "550 bad name" }, { EXPECT, "HELO [127.0.0.1]" },
	    { SEND, "550 5.7.1 bad name" }, { HANG } },
	  ERR_REFUSED, "a computer called [127.0.0.1]", NULL, "550 5.7.1 bad name",
	  "greeting failed\n", false },
	{ "closed without greeting", NET_NONE, NO_TLS, { { CLOSE } },
	  ERR_NETWORK, "without a greeting", "try TLS", NULL, "greeting failed\n", true },
	{ "reset after EHLO", NET_NONE, NO_TLS, { GREETING, EHLO, { RESET } },
	  ERR_NETWORK, "closed the connection after EHLO", NULL, NULL, "greeting failed\n", true },
	{ "not a mail server", NET_NONE, NO_TLS, { { SEND, "SSH-2.0-OpenSSH_9.2" }, { HANG } },
	  ERR_NETWORK, "is an SSH server", "587", "SSH-2.0-OpenSSH_9.2",
	  "greeting failed\n", true },
	{ "greeting without end", NET_NONE, NO_TLS, { { FLOOD, "220-and so on and so on\r\n" } },
	  ERR_NETWORK, "without end", NULL, NULL, "greeting failed\n", true },
	{ "STARTTLS not offered", NET_STARTTLS, NO_TLS,
	  { GREETING, EHLO, { SEND, "250 mail.example.test" }, { HANG } },
	  ERR_TLS, "does not offer STARTTLS", "465", NULL,
	  "greeting done\nencrypt running\nencrypt failed\n", false },
	{ "STARTTLS refused", NET_STARTTLS, NO_TLS,
	  { GREETING, EHLO, OFFER, { EXPECT, "STARTTLS" }, { SEND, "454 no key" }, { HANG } },
	  ERR_TLS, "refused it", NULL, "454 no key", "encrypt failed\n", false },
	{ "more than the answer to STARTTLS", NET_STARTTLS, NO_TLS,
	  { GREETING, EHLO, OFFER, { EXPECT, "STARTTLS" },
	    { RAW, "220 go ahead\r\n250-x\r\n250 AUTH PLAIN\r\n" }, { HANG } },
	  ERR_TLS, "before encryption", "meddling", NULL, "encrypt failed\n", false },
	{ "dropped in the handshake", NET_STARTTLS, NO_TLS,
	  { GREETING, EHLO, OFFER, ASKED, { SKIP, NULL, 20 }, { CLOSE } },
	  ERR_NETWORK, "while TLS was being set up", NULL, NULL, "encrypt failed\n", true },
	{ "dropped in an implicit handshake", NET_TLS, NO_TLS, { { SKIP, NULL, 20 }, { CLOSE } },
	  ERR_NETWORK, "while TLS was being set up", "STARTTLS", NULL, "encrypt failed\n", true },
	{ "TLS to a clear port", NET_TLS, NO_TLS, { GREETING, { HANG } },
	  ERR_TLS, "does not speak TLS from the first byte", "STARTTLS", NULL, "encrypt failed\n",
	  false },
	{ "expired", NET_TLS, EXPIRED, { { TLS }, { HANG } },
	  ERR_TLS, "expired on 20", "date", NULL, "encrypt failed\n", false },
	{ "expired, by STARTTLS", NET_STARTTLS, EXPIRED,
	  { GREETING, EHLO, OFFER, ASKED, { TLS }, { HANG } },
	  ERR_TLS, "expired on 20", "date", NULL, "encrypt failed\n", false },
	{ "not yet valid", NET_TLS, FUTURE, { { TLS }, { HANG } },
	  ERR_TLS, "not valid before 20", "date", NULL, "encrypt failed\n", false },
	{ "wrong name", NET_TLS, WRONG_NAME, { { TLS }, { HANG } },
	  ERR_TLS, "not for 127.0.0.1 but for other.example.test", "name", NULL,
	  "encrypt failed\n", false },
	{ "self-signed", NET_TLS, SELF_SIGNED, { { TLS }, { HANG } },
	  ERR_TLS, "self-signed", "--ca-file", NULL, "encrypt failed\n", false },
	{ "unknown issuer", NET_TLS, STRANGER, { { TLS }, { HANG } },
	  ERR_TLS, "issued by CN=Stranger", "--ca-file", NULL, "encrypt failed\n", false },
	{ "dropped after TLS", NET_TLS, GOOD, { { TLS }, { CLOSE } },
	  ERR_NETWORK, "without a greeting", NULL, NULL, "greeting failed\n", true },
	{ "dropped at the second EHLO", NET_STARTTLS, GOOD,
	  { GREETING, EHLO, OFFER, ASKED, { TLS }, EHLO, { CLOSE } },
	  ERR_NETWORK, "closed the connection after EHLO", NULL, NULL, "encrypt failed\n", true },
};

static void ends_with(const char *text, const char *tail)
{
	size_t n = strlen(text), t = strlen(tail);

	if (n < t || strcmp(text + n - t, tail) != 0)
		fail_msg("\"%s\" does not end in \"%s\"", text, tail);
}

static void check_fault(const struct fault *f)
{
	struct err err = ERR_INIT;
	struct scripted sv;
	struct watched w;
	struct smtp_params params;

	print_message("  %s\n", f->name);
	watched_init(&w);
	scripted_start(&sv, f->script, contexts[f->cert]);
	params = scripted_params(&sv);
	params.security = f->security;
	params.options.ca_file = ca_path;
	assert_null(watched_open(&w, &params, NULL, &err));
	assert_string_equal(scripted_end(&sv), "");
	assert_contains(err.text, f->text);
	assert_int_equal(err.kind, f->kind);
	assert_contains(err.hint, f->hint ? f->hint : "");
	if (f->reply)
		assert_string_equal(err.reply, f->reply);
	else
		assert_string_equal(err.reply, "");
	assert_int_equal(err.temporary, f->temporary);
	ends_with(buf_text(&w.steps), f->steps);
	watched_free(&w);
}

static void each_fault_has_its_words(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++)
		check_fault(&faults[i]);
}

static void nobody_listens(void **state)
{
	struct scripted sv;
	struct err err = ERR_INIT;
	struct smtp_params params;

	(void)state;
	scripted_start(&sv, (const struct scripted_step[]){ { CLOSE } }, NULL);
	params = scripted_params(&sv);
	scripted_end(&sv);
	params.cancel_fd = -1;
	assert_null(smtp_open(&params, NULL, NULL, &err));
	assert_int_equal(err.kind, ERR_NETWORK);
	assert_contains(err.text, "Nothing answers on port");
	assert_contains(err.hint, "465");
}

static void no_such_host(void **state)
{
	struct err err = ERR_INIT;
	struct watched w;
	const struct smtp_params params = { .host = "unknown.example.test", .port = 587,
					    .cancel_fd = -1 };

	(void)state;
	watched_init(&w);
	assert_null(watched_open(&w, &params, NULL, &err));
	assert_int_equal(err.kind, ERR_HOST);
	assert_contains(err.text, "no server called unknown.example.test");
	assert_string_equal(buf_text(&w.steps), "resolve running\nresolve failed\n");
	watched_free(&w);
}

static void bad_parameters(void **state)
{
	static const struct {
		const char *host, *ehlo;
		int port;
	} rows[] = {
		{ "", "x", 25 }, { "a b", "x", 25 }, { "a/b", "x", 25 }, { "u@h", "x", 25 },
		{ "a\r\nb", "x", 25 }, { "127.0.0.1", "x\r\ny", 25 }, { "127.0.0.1", "", 25 },
		{ "127.0.0.1", "x y", 25 }, { "127.0.0.1", "x", 0 }, { "127.0.0.1", "x", 65536 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct err err = ERR_INIT;
		struct smtp_params params = { .host = rows[i].host, .port = rows[i].port,
					      .ehlo_name = rows[i].ehlo, .cancel_fd = -1 };

		assert_null(smtp_open(&params, NULL, NULL, &err));
		assert_int_equal(err.kind, ERR_INPUT);
	}
}

static void missing_ca_file(void **state)
{
	struct scripted sv;
	struct err err = ERR_INIT;
	struct smtp_params params;

	(void)state;
	scripted_start(&sv, (const struct scripted_step[]){ { HANG } }, NULL);
	params = scripted_params(&sv);
	params.security = NET_TLS;
	params.options.ca_file = "/nowhere/ca.pem";
	assert_null(smtp_open(&params, NULL, NULL, &err));
	assert_int_equal(err.kind, ERR_CONFIG);
	assert_contains(err.text, "/nowhere/ca.pem");
	assert_string_equal(scripted_end(&sv), "");
}

/* Silence: each phase ends by its own deadline. */
static void silence(void **state)
{
	static const struct {
		enum net_security security;
		struct scripted_step script[8];
		const char *text;
	} rows[] = {
		{ NET_NONE, { { HANG } }, "sent no greeting within 0.3 seconds" },
		{ NET_NONE, { { RAW, "220-partly\r\n" }, { HANG } }, "did not answer to the conn" },
		{ NET_NONE, { { RAW, "220 no line end" }, { HANG } }, "sent no greeting within" },
		{ NET_NONE, { GREETING, EHLO, { HANG } }, "did not answer to EHLO" },
		{ NET_TLS, { { HANG } }, "did not set up TLS on port" },
		{ NET_TLS, { { TLS }, { HANG } }, "sent no greeting within" },
		{ NET_STARTTLS, { GREETING, EHLO, OFFER, { EXPECT, "STARTTLS" }, { HANG } },
		  "did not answer to STARTTLS" },
		{ NET_STARTTLS, { GREETING, EHLO, OFFER, ASKED, { HANG } }, "did not set up TLS" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct scripted sv;
		struct err err = ERR_INIT;
		struct smtp_params params;

		scripted_start(&sv, rows[i].script, contexts[GOOD]);
		params = scripted_params(&sv);
		params.security = rows[i].security;
		params.options.ca_file = ca_path;
		params.timeout = 300;
		assert_null(smtp_open(&params, NULL, NULL, &err));
		assert_contains(err.text, rows[i].text);
		assert_int_equal(err.kind, ERR_NETWORK);
		assert_string_equal(scripted_end(&sv), "");
	}
}

/* Asked to stop in each phase, it has returned within half a second. */
static void cancel_in_each_phase(void **state)
{
	static const struct {
		enum net_security security;
		struct scripted_step script[12];
	} rows[] = {
		{ NET_NONE, { { CANCEL }, { HANG } } },
		{ NET_NONE, { GREETING, EHLO, { CANCEL }, { HANG } } },
		{ NET_TLS, { { SKIP, NULL, 20 }, { CANCEL }, { HANG } } },
		{ NET_TLS, { { TLS }, { CANCEL }, { HANG } } },
		{ NET_STARTTLS, { GREETING, EHLO, OFFER, ASKED, { CANCEL }, { HANG } } },
		{ NET_STARTTLS, { GREETING, EHLO, OFFER, ASKED, { TLS }, EHLO, { CANCEL }, { HANG } } },
		{ NET_NONE, { GREETING, EHLO, { SEND, "250-x" }, { SEND, "250 AUTH LOGIN" },
			      { EXPECT, "AUTH LOGIN" }, { CANCEL }, { HANG } } },
	};
	struct secret *secret = secret_new("pass word", 9);

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct scripted sv;
		struct err err = ERR_INIT;
		struct smtp_params params;
		long long now;

		scripted_start(&sv, rows[i].script, contexts[GOOD]);
		params = scripted_params(&sv);
		params.security = rows[i].security;
		params.options.ca_file = ca_path;
		params.user = "user";
		params.secret = secret;
		params.timeout = 20000;
		assert_null(smtp_open(&params, NULL, NULL, &err));
		now = clock_us();
		assert_int_equal(err.kind, ERR_CANCELLED);
		assert_string_equal(scripted_end(&sv), "");
		assert_true(sv.cancelled_at > 0 && now - sv.cancelled_at < 500000);
	}
	secret_free(secret);
}

static void *cancel_when_slow(void *arg)
{
	struct scripted *sv = arg;

	pthread_mutex_lock(&slow_lock);
	while (slow_state != 1)
		pthread_cond_wait(&slow_cond, &slow_lock);
	pthread_mutex_unlock(&slow_lock);
	sv->cancelled_at = clock_us();
	assert_int_equal(write(sv->cancel[1], "x", 1), 1);
	return NULL;
}

static void slow_release(void)
{
	pthread_mutex_lock(&slow_lock);
	slow_state = 2;
	pthread_cond_broadcast(&slow_cond);
	pthread_mutex_unlock(&slow_lock);
}

static void cancel_in_a_hanging_look_up(void **state)
{
	struct scripted sv = { .port = 25 };
	struct err err = ERR_INIT;
	struct smtp_params params;
	pthread_t thread;
	long long now;

	(void)state;
	assert_int_equal(pipe(sv.cancel), 0);
	params = scripted_params(&sv);
	params.host = SLOW;
	params.timeout = 20000;
	assert_int_equal(pthread_create(&thread, NULL, cancel_when_slow, &sv), 0);
	assert_null(smtp_open(&params, NULL, NULL, &err));
	now = clock_us();
	assert_int_equal(err.kind, ERR_CANCELLED);
	pthread_join(thread, NULL);
	assert_true(now - sv.cancelled_at < 500000);
	/* And a look-up that hangs ends by its deadline. */
	params.cancel_fd = -1;
	params.timeout = 200;
	assert_null(smtp_open(&params, NULL, NULL, &err));
	assert_contains(err.text, "could not be looked up within 0.2 seconds");
	slow_release();
	close(sv.cancel[0]);
	close(sv.cancel[1]);
}

/* An address that takes no connection and refuses none: the backlog is full. */
static void connecting_takes_too_long(void **state)
{
	struct sockaddr_in addr = { .sin_family = AF_INET };
	socklen_t len = sizeof addr;
	int listener = socket(AF_INET, SOCK_STREAM, 0), fill[8];
	struct err err = ERR_INIT;
	struct smtp_params params = { .host = "127.0.0.1", .cancel_fd = -1, .timeout = 400 };
	int cancel[2];

	(void)state;
	addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(listener, (struct sockaddr *)&addr, sizeof addr), 0);
	assert_int_equal(listen(listener, 0), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *)&addr, &len), 0);
	for (int i = 0; i < 8; i++) {
		fill[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		(void)connect(fill[i], (struct sockaddr *)&addr, sizeof addr);
	}
	params.port = ntohs(addr.sin_port);
	assert_null(smtp_open(&params, NULL, NULL, &err));
	assert_int_equal(err.kind, ERR_NETWORK);
	assert_contains(err.text, "127.0.0.1 did not answer on port");
	assert_contains(err.text, "within 0.4 seconds");
	/* A stop that was asked for before counts, too. */
	assert_int_equal(pipe(cancel), 0);
	assert_int_equal(write(cancel[1], "x", 1), 1);
	params.cancel_fd = cancel[0];
	params.timeout = 20000;
	assert_null(smtp_open(&params, NULL, NULL, &err));
	assert_int_equal(err.kind, ERR_CANCELLED);
	for (int i = 0; i < 8; i++)
		close(fill[i]);
	close(cancel[0]);
	close(cancel[1]);
	close(listener);
}

static void tls_details(void **state)
{
	static const struct scripted_step implicit[] = {
		{ TLS }, GREETING, EHLO, { SEND, "250-x" }, { SEND, "250 PIPELINING" }, { END },
	};
	static const struct scripted_step starttls[] = {
		GREETING, EHLO, { SEND, "250-x" }, { SEND, "250-AUTH PLAIN" },
		{ SEND, "250 STARTTLS" }, ASKED, { TLS }, EHLO, { SEND, "250-x" },
		{ SEND, "250 SIZE 1000" }, { END },
	};

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct scripted sv;
		struct watched w;
		struct err err = ERR_INIT;
		struct net_tls tls;
		struct smtp_params params;
		struct smtp *s;

		watched_init(&w);
		scripted_start(&sv, i == 0 ? implicit : starttls, contexts[GOOD]);
		params = scripted_params(&sv);
		params.host = FAR;
		params.options.ca_file = ca_path;
		params.security = i == 0 ? NET_TLS : NET_STARTTLS;
		s = watched_open(&w, &params, &tls, &err);
		assert_string_equal(err.text, "");
		assert_non_null(s);
		assert_string_equal(tls.version, "TLSv1.3");
		assert_string_equal(tls.subject, "CN=mail.example.test");
		assert_string_equal(tls.issuer, "CN=Test authority");
		assert_string_equal(tls.names, "mail.example.test 127.0.0.1");
		assert_string_equal(tls.verify_error, "");
		assert_int_equal(strlen(tls.cert_sha256), 64);
		assert_int_equal(strlen(tls.key_sha256), 64);
		assert_true(tls.not_before < tls.not_after);
		assert_int_equal(smtp_capabilities(s)->auth, false);
		assert_int_equal(smtp_capabilities(s)->pipelining, i == 0);
		assert_int_equal(smtp_capabilities(s)->size, i == 0 ? -1 : 1000);
		smtp_close(s);
		assert_string_equal(scripted_end(&sv), "");
		assert_true(sv.quit);
		assert_contains(buf_text(&w.all), "TLSv1.3, certificate of mail.example.test until 20");
		assert_string_equal(buf_text(&w.steps), i == 0 ?
			"resolve running\nresolve done\nconnect running\nconnect done\n"
			"encrypt running\nencrypt done\ngreeting running\ngreeting done\n"
			"signin skipped\n" :
			"resolve running\nresolve done\nconnect running\nconnect done\n"
			"greeting running\ngreeting done\nencrypt running\nencrypt done\n"
			"signin skipped\n");
		assert_contains(buf_text(&w.lines), i == 0 ? "T< 220 mail" : "> STARTTLS\n< 220 go "
				"ahead\nT> EHLO [127.0.0.1]\nT< 250-x\n");
		assert_contains(buf_text(&w.lines), "T> QUIT\nT< 221 bye\n");
		watched_free(&w);
	}
}

/* Whatever was offered, however it was written. */
static void capabilities(void **state)
{
	static const struct scripted_step script[] = {
		GREETING, EHLO, { SEND, "250-mail.example.test greets you" },
		{ SEND, "250-pipelining" }, { SEND, "250-Size  99999999999" },
		{ SEND, "250-AUTH=LOGIN" }, { SEND, "250-auth plain CRAM-md5 XOAUTH2" },
		{ SEND, "250-8BITMIME" }, { SEND, "250-X-NEW \033]0;title\007" },
		{ SEND, "250-SMTPUTF8" }, { SEND, "250-DSN" }, { SEND, "250-ENHANCEDSTATUSCODES" },
		{ SEND, "250 CHUNKING" }, { END },
	};
	const struct smtp_capabilities *caps;
	struct scripted sv;
	struct watched w;
	struct err err = ERR_INIT;
	struct smtp_params params;
	struct smtp *s;

	(void)state;
	watched_init(&w);
	scripted_start(&sv, script, NULL);
	params = scripted_params(&sv);
	s = watched_open(&w, &params, NULL, &err);
	assert_non_null(s);
	caps = smtp_capabilities(s);
	assert_true(caps->esmtp && caps->pipelining && caps->chunking && caps->eightbitmime);
	assert_true(caps->smtputf8 && caps->dsn && caps->enhanced && caps->auth);
	assert_false(caps->starttls);
	assert_int_equal(caps->size, 99999999999);
	assert_int_equal(caps->mechanisms, 1u << SMTP_AUTH_PLAIN | 1u << SMTP_AUTH_LOGIN |
			 1u << SMTP_AUTH_CRAM_MD5 | 1u << SMTP_AUTH_XOAUTH2);
	assert_string_equal(caps->auth_line, "LOGIN");
	assert_contains(buf_text(&w.lines), "X-NEW \\x1b]0;title\\x07");
	smtp_close(s);
	assert_string_equal(scripted_end(&sv), "");
	watched_free(&w);
}

static void loopback_names(void **state)
{
	(void)state;
	assert_true(net_is_loopback("127.0.0.1") && net_is_loopback("127.9.9.9"));
	assert_true(net_is_loopback("::1") && net_is_loopback("::ffff:127.0.0.1"));
	assert_true(net_is_loopback("localhost") && net_is_loopback("LocalHost."));
	assert_true(net_is_loopback("a.localhost"));
	assert_false(net_is_loopback("localhost.example.org") || net_is_loopback("notlocalhost"));
	assert_false(net_is_loopback("128.0.0.1") || net_is_loopback("127.0.0.1.example.org"));
	assert_false(net_is_loopback("") || net_is_loopback("::2"));
}

/* A server that never says goodbye does not hold the user up. */
static void quit_is_short(void **state)
{
	static const struct scripted_step script[] = {
		GREETING, EHLO, { SEND, "250 x" }, { EXPECT, "QUIT" }, { HANG },
	};
	struct scripted sv;
	struct smtp_params params;
	struct smtp *s;
	long long before;

	(void)state;
	scripted_start(&sv, script, NULL);
	params = scripted_params(&sv);
	s = smtp_open(&params, NULL, NULL, NULL);
	assert_non_null(s);
	before = clock_ms();
	smtp_close(s);
	assert_true(clock_ms() - before < 2000);
	assert_string_equal(scripted_end(&sv), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_fault_has_its_words),
		cmocka_unit_test(nobody_listens),
		cmocka_unit_test(no_such_host),
		cmocka_unit_test(bad_parameters),
		cmocka_unit_test(missing_ca_file),
		cmocka_unit_test(silence),
		cmocka_unit_test(cancel_in_each_phase),
		cmocka_unit_test(cancel_in_a_hanging_look_up),
		cmocka_unit_test(connecting_takes_too_long),
		cmocka_unit_test(tls_details),
		cmocka_unit_test(capabilities),
		cmocka_unit_test(loopback_names),
		cmocka_unit_test(quit_is_short),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
