/* Signing in: the exact bytes of each mechanism, what each answer means, and
 * that the password shows up nowhere. */
#include "scripted_smtp.h"
#include "scripted_tls.h"

#define PASSWORD "s3cret pass \"%#\xc3\xa9"
#define OFFERS(words) GREETING, EHLO, { SEND, "250-x" }, { SEND, "250 AUTH " words }

/* base64 by hand (python3 -c "base64.b64encode(...)"), not by the code under test. */
#define B64_USER "YWxpY2VAZXhhbXBsZS5vcmc="
#define B64_PASS "czNjcmV0IHBhc3MgIiUjw6k="
#define B64_PLAIN "AGFsaWNlQGV4YW1wbGUub3JnAHMzY3JldCBwYXNzICIlI8Op"

struct row {
	const char *name;
	enum smtp_auth auth;
	const char *host;	/* NULL: 127.0.0.1 */
	struct scripted_step script[16];
	const char *mechanism;	/* NULL: it must fail */
	enum err_kind kind;
	const char *text, *reply;
	bool temporary;
};

#define TRY_PLAIN { EXPECT, "AUTH PLAIN " B64_PLAIN }
#define TRY_LOGIN { EXPECT, "AUTH LOGIN" }, { SEND, "334 VXNlcm5hbWU6" }, { EXPECT, B64_USER }, \
		  { SEND, "334 UGFzc3dvcmQ6" }, { EXPECT, B64_PASS }

static const struct row rows[] = {
	{ "plain", SMTP_AUTH_PLAIN, NULL,
	  { OFFERS("PLAIN LOGIN"), TRY_PLAIN, { SEND, "235 2.7.0 welcome" } }, "PLAIN" },
	{ "plain, asked again", SMTP_AUTH_PLAIN, NULL,
	  { OFFERS("PLAIN"), TRY_PLAIN, { SEND, "334" }, { EXPECT, B64_PLAIN }, { SEND, "235 ok" } },
	  "PLAIN" },
	{ "login", SMTP_AUTH_LOGIN, NULL,
	  { OFFERS("PLAIN LOGIN"), TRY_LOGIN, { SEND, "235 ok" } }, "LOGIN" },
	{ "auto in clear to loopback: PLAIN", SMTP_AUTH_AUTO, NULL,
	  { OFFERS("LOGIN PLAIN"), TRY_PLAIN, { SEND, "235 ok" } }, "PLAIN" },
	{ "auto falls to LOGIN at 504", SMTP_AUTH_AUTO, NULL,
	  { OFFERS("LOGIN PLAIN"), TRY_PLAIN, { SEND, "504 5.5.4 no" }, TRY_LOGIN,
	    { SEND, "235 ok" } }, "LOGIN" },
	{ "auto falls to LOGIN at 535", SMTP_AUTH_AUTO, NULL,
	  { OFFERS("LOGIN PLAIN"), TRY_PLAIN, { SEND, "535 5.7.8 no" }, TRY_LOGIN,
	    { SEND, "235 ok" } }, "LOGIN" },
	{ "535 twice is the end, and the first is told", SMTP_AUTH_AUTO, NULL,
	  { OFFERS("LOGIN PLAIN"), TRY_PLAIN, { SEND, "535-5.7.8 no such" },
	    { SEND, "535 5.7.8 password" }, TRY_LOGIN, { SEND, "535 second" } },
	  NULL, ERR_AUTH, "did not accept the user name and the password",
	  "535 5.7.8 no such\npassword", false },
	{ "535 and gone", SMTP_AUTH_AUTO, NULL,
	  { OFFERS("LOGIN PLAIN"), TRY_PLAIN, { SEND, "535 5.7.8 no" }, { CLOSE } },
	  NULL, ERR_AUTH, "did not accept the user name and the password", "535 5.7.8 no", false },
	{ "534", SMTP_AUTH_PLAIN, NULL,
	  { OFFERS("PLAIN"), TRY_PLAIN, { SEND, "534 5.7.9 app password needed" } },
	  NULL, ERR_AUTH, "does not let this account sign in by PLAIN",
	  "534 5.7.9 app password needed", false },
	{ "454 is no wrong password", SMTP_AUTH_AUTO, NULL,
	  { OFFERS("LOGIN PLAIN"), TRY_PLAIN, { SEND, "454 4.7.0 later" } },
	  NULL, ERR_REFUSED, "says nothing about the password", "454 4.7.0 later", true },
	{ "421 is no wrong password", SMTP_AUTH_AUTO, NULL,
	  { OFFERS("LOGIN PLAIN"), TRY_PLAIN, { SEND, "421 4.7.0 later" }, { CLOSE } },
	  NULL, ERR_NETWORK, "says nothing about the password", "421 4.7.0 later", true },
	{ "250 is no sign-in", SMTP_AUTH_PLAIN, NULL,
	  { OFFERS("PLAIN"), TRY_PLAIN, { SEND, "250 ok" } },
	  NULL, ERR_AUTH, "with 250 instead of 235", "250 ok", false },
	{ "334 without end", SMTP_AUTH_LOGIN, NULL,
	  { OFFERS("LOGIN"), TRY_LOGIN, { SEND, "334 more?" }, { HANG } },
	  NULL, ERR_AUTH, "with 334 instead of 235", "334 more?", false },
	{ "538", SMTP_AUTH_PLAIN, NULL,
	  { OFFERS("PLAIN"), TRY_PLAIN, { SEND, "538 5.7.11 encrypt" } },
	  NULL, ERR_AUTH, "wants an encrypted connection", "538 5.7.11 encrypt", false },
	{ "the drop", SMTP_AUTH_PLAIN, NULL, { OFFERS("PLAIN"), TRY_PLAIN, { CLOSE } },
	  NULL, ERR_NETWORK, "closed the connection instead of answering to AUTH", "", true },
	{ "a line without end", SMTP_AUTH_PLAIN, NULL,
	  { OFFERS("PLAIN"), TRY_PLAIN, { FLOOD, "235 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" } },
	  NULL, ERR_NETWORK, "a line without end", "", true },
	{ "a reply without end", SMTP_AUTH_PLAIN, NULL,
	  { OFFERS("PLAIN"), TRY_PLAIN, { FLOOD, "235-and so on\r\n" } },
	  NULL, ERR_NETWORK, "answers to AUTH without end", "", true },
	{ "no SMTP", SMTP_AUTH_PLAIN, NULL,
	  { OFFERS("PLAIN"), TRY_PLAIN, { SEND, "<html>" }, { HANG } },
	  NULL, ERR_NETWORK, "something that is not SMTP", "", true },
	{ "AUTH not offered", SMTP_AUTH_AUTO, NULL, { GREETING, EHLO, { SEND, "250 x" } },
	  NULL, ERR_AUTH, "does not offer sign-in", "", false },
	{ "none of ours", SMTP_AUTH_AUTO, NULL, { OFFERS("GSSAPI XOAUTH2") },
	  NULL, ERR_AUTH, "takes no password, only a token (GSSAPI XOAUTH2)", "", false },
	{ "none that anybody has", SMTP_AUTH_AUTO, NULL, { OFFERS("GSSAPI NTLM") },
	  NULL, ERR_AUTH, "does not know: GSSAPI NTLM", "", false },
	{ "a certificate that is not there", SMTP_AUTH_EXTERNAL, NULL, { OFFERS("EXTERNAL") },
	  NULL, ERR_AUTH, "no certificate to sign in", "", false },
	{ "not the one that was chosen", SMTP_AUTH_CRAM_MD5, NULL, { OFFERS("PLAIN LOGIN") },
	  NULL, ERR_AUTH, "does not offer sign-in by CRAM-MD5, only: PLAIN LOGIN", "", false },
	{ "no clear text to far away", SMTP_AUTH_AUTO, FAR, { OFFERS("PLAIN LOGIN") },
	  NULL, ERR_AUTH, "wants the password in clear text", "", false },
	{ "not even when told to", SMTP_AUTH_PLAIN, FAR, { OFFERS("PLAIN CRAM-MD5") },
	  NULL, ERR_AUTH, "wants the password in clear text", "", false },
	{ "a challenge that is none", SMTP_AUTH_CRAM_MD5, NULL,
	  { OFFERS("CRAM-MD5"), { EXPECT, "AUTH CRAM-MD5" }, { SEND, "334 !!!" }, { HANG } },
	  NULL, ERR_AUTH, "not base64", "", false },
	{ "old form, lower case", SMTP_AUTH_AUTO, NULL,
	  { GREETING, EHLO, { SEND, "250-x" }, { SEND, "250 auth=login plain" }, TRY_PLAIN,
	    { SEND, "235 ok" } }, "PLAIN" },
};

static void nowhere(const char *where, const char *text)
{
	static const char *const forms[] = { PASSWORD, "s3cret", "czNjcmV0", "MzY3JldC", "zM2NyZX" };

	for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++)
		if (strstr(text, forms[i]))
			fail_msg("the password is in %s: %s", where, text);
}

static void check_row(const struct row *row)
{
	struct secret *secret = secret_new(PASSWORD, strlen(PASSWORD));
	struct err err = ERR_INIT;
	struct scripted sv;
	struct watched w;
	struct smtp_params params;
	struct smtp *s;

	print_message("  %s\n", row->name);
	watched_init(&w);
	scripted_start(&sv, row->script, NULL);
	params = scripted_params(&sv);
	params.host = row->host ? row->host : params.host;
	params.auth = row->auth;
	params.user = "alice@example.org";
	params.secret = secret;
	s = watched_open(&w, &params, NULL, &err);
	assert_string_equal(s ? smtp_mechanism(s) : "", row->mechanism ? row->mechanism : "");
	smtp_close(s);
	assert_string_equal(scripted_end(&sv), "");
	if (row->mechanism) {
		assert_string_equal(err.text, "");
		assert_contains(buf_text(&w.all), "signin done (");
	} else {
		assert_contains(err.text, row->text);
		assert_int_equal(err.kind, row->kind);
		assert_string_equal(err.reply, row->reply);
		assert_int_equal(err.temporary, row->temporary);
		assert_contains(buf_text(&w.all), "signin failed (");
	}
	nowhere("the transcript", buf_text(&w.lines));
	nowhere("the steps", buf_text(&w.all));
	nowhere("the error", err.text);
	nowhere("the reply", err.reply);
	watched_free(&w);
	secret_free(secret);
}

static void each_answer(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		check_row(&rows[i]);
}

/* RFC 2195's own example: tim, tanstaaftanstaaf. */
static void cram_md5(void **state)
{
	static const struct scripted_step script[] = {
		OFFERS("PLAIN LOGIN CRAM-MD5"), { EXPECT, "AUTH CRAM-MD5" },
		{ SEND, "334 PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UucmVzdG9uLm1jaS5uZXQ+" },
		{ EXPECT, "dGltIGI5MTNhNjAyYzdlZGE3YTQ5NWI0ZTZlNzMzNGQzODkw" },
		{ SEND, "235 hello dGltIGI5MTNhNjAyYzdlZGE3YTQ5NWI0ZTZlNzMzNGQzODkw" }, { END },
	};
	struct secret *secret = secret_new("tanstaaftanstaaf", 16);
	struct err err = ERR_INIT;
	struct scripted sv;
	struct watched w;
	struct smtp_params params;
	struct smtp *s;

	(void)state;
	watched_init(&w);
	scripted_start(&sv, script, NULL);
	params = scripted_params(&sv);
	params.host = FAR;	/* chosen by itself where nothing is encrypted */
	params.user = "tim";
	params.secret = secret;
	s = watched_open(&w, &params, NULL, &err);
	assert_string_equal(err.text, "");
	assert_string_equal(smtp_mechanism(s), "CRAM-MD5");
	smtp_close(s);
	assert_string_equal(scripted_end(&sv), "");
	assert_null(strstr(buf_text(&w.lines), "dGltIGI5"));
	assert_contains(buf_text(&w.lines), "> ***\n< 235 hello ***\n");
	watched_free(&w);
	secret_free(secret);
}

/* A server that tells everybody what it heard. */
static void echoes_are_redacted(void **state)
{
	static const struct scripted_step script[] = {
		OFFERS("PLAIN"), TRY_PLAIN,
		{ SEND, "535-5.7.8 you said " B64_PLAIN },
		{ SEND, "535-5.7.8 that is " PASSWORD " and " PASSWORD "!" },
		{ SEND, "535-5.7.8 or " B64_PASS " or eHMzY3JldCBwYXNzICIlI8OpeA==" },
		{ SEND, "535 5.7.8 or eHhzM2NyZXQgcGFzcyAiJSPDqQ==" }, { END },
	};
	struct secret *secret = secret_new(PASSWORD, strlen(PASSWORD));
	struct err err = ERR_INIT;
	struct scripted sv;
	struct watched w;
	struct smtp_params params;

	(void)state;
	watched_init(&w);
	scripted_start(&sv, script, NULL);
	params = scripted_params(&sv);
	params.user = "alice@example.org";
	params.secret = secret;
	assert_null(watched_open(&w, &params, NULL, &err));
	assert_string_equal(scripted_end(&sv), "");
	nowhere("the transcript", buf_text(&w.lines));
	nowhere("the reply", err.reply);
	assert_contains(buf_text(&w.lines), "> AUTH PLAIN ***\n< 535-5.7.8 you said ***\n"
			"< 535-5.7.8 that is *** and ***!\n");
	assert_string_equal(err.reply, "535 5.7.8 you said ***\nthat is *** and ***!\nor *** or ***\nor ***");
	watched_free(&w);
	secret_free(secret);
}

/* Too long for a command line (RFC 4954 4): AUTH PLAIN alone, then the rest. */
static void long_password(void **state)
{
	static char password[SECRET_MAX + 1], expected[16 * 1024];
	struct scripted_step script[] = {
		OFFERS("PLAIN"), { EXPECT, "AUTH PLAIN" }, { SEND, "334 " },
		{ BYTES, expected }, { SEND, "235 ok" }, { END },
	};
	unsigned char raw[SECRET_MAX + 16] = "\0u";
	struct secret *secret;
	struct err err = ERR_INIT;
	struct scripted sv;
	struct smtp_params params;
	struct smtp *s;

	(void)state;
	memset(password, 'x', SECRET_MAX);
	memcpy(raw + 3, password, SECRET_MAX);
	EVP_EncodeBlock((unsigned char *)expected, raw, SECRET_MAX + 3);
	strcat(expected, "\r\n");
	secret = secret_new(password, SECRET_MAX);
	scripted_start(&sv, script, NULL);
	params = scripted_params(&sv);
	params.user = "u";
	params.secret = secret;
	s = smtp_open(&params, NULL, NULL, &err);
	assert_string_equal(err.text, "");
	smtp_close(s);
	assert_string_equal(scripted_end(&sv), "");
	secret_free(secret);
}

static void over_tls(void **state)
{
	static const struct scripted_step script[] = {
		{ TLS }, OFFERS("CRAM-MD5 LOGIN PLAIN"), TRY_PLAIN, { SEND, "235 ok" }, { END },
	};
	struct scripted_cert cert = scripted_cert(FAR, "DNS:" FAR, NULL, -60, 3600);
	SSL_CTX *ctx = scripted_ctx(&cert);
	char ca[] = "/tmp/outpost-ca-XXXXXX";
	struct secret *secret = secret_new(PASSWORD, strlen(PASSWORD));
	struct err err = ERR_INIT;
	struct scripted sv;
	struct smtp_params params;
	struct smtp *s;

	(void)state;
	scripted_cert_write(&cert, ca);
	scripted_start(&sv, script, ctx);
	params = scripted_params(&sv);
	params.host = FAR;
	params.security = NET_TLS;
	params.options.ca_file = ca;
	params.user = "alice@example.org";
	params.secret = secret;
	s = smtp_open(&params, NULL, NULL, &err);
	assert_string_equal(err.text, "");
	assert_string_equal(smtp_mechanism(s), "PLAIN");
	smtp_close(s);
	assert_string_equal(scripted_end(&sv), "");
	unlink(ca);
	SSL_CTX_free(ctx);
	scripted_cert_free(&cert);
	secret_free(secret);
}

static void no_sign_in(void **state)
{
	static const struct scripted_step script[] = { OFFERS("PLAIN"), { END } };

	(void)state;
	for (int i = 0; i < 3; i++) {
		struct err err = ERR_INIT;
		struct scripted sv;
		struct smtp_params params;
		struct smtp *s;

		scripted_start(&sv, script, NULL);
		params = scripted_params(&sv);
		params.user = i == 0 ? NULL : i == 1 ? "" : "u";
		params.auth = i == 2 ? SMTP_AUTH_NONE : SMTP_AUTH_AUTO;
		s = smtp_open(&params, NULL, NULL, &err);
		assert_non_null(s);
		assert_string_equal(smtp_mechanism(s), "");
		smtp_close(s);
		assert_string_equal(scripted_end(&sv), "");
		assert_true(sv.quit);
	}
}

static void names(void **state)
{
	(void)state;
	for (int i = 0; i < SMTP_AUTHS; i++) {
		enum smtp_auth auth = SMTP_AUTHS;

		assert_int_equal(smtp_auth_parse(smtp_auth_name((enum smtp_auth)i), &auth), 0);
		assert_int_equal(auth, i);
	}
	assert_int_equal(smtp_auth_parse("ntlm", &(enum smtp_auth){ 0 }), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_answer),
		cmocka_unit_test(cram_md5),
		cmocka_unit_test(echoes_are_redacted),
		cmocka_unit_test(long_password),
		cmocka_unit_test(over_tls),
		cmocka_unit_test(no_sign_in),
		cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
