#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/text.h"
#include "mail/provider_file.h"

#define HEAD "[provider]\nname = N\nhost = h.example\nport = 465\nsecurity = tls\n"

struct seen {
	int count, line;
	char reason[ERR_TEXT_MAX];
};

static void see(void *arg, const char *file, int line, const char *reason)
{
	struct seen *seen = arg;

	assert_string_equal(file, "x.ini");
	if (seen->count++ == 0) {
		seen->line = line;
		snprintf(seen->reason, sizeof seen->reason, "%s", reason);
	}
}

static struct provider *parse(const char *text, struct seen *seen)
{
	*seen = (struct seen){ 0 };
	return provider_parse("x", "x.ini", text, strlen(text), see, seen);
}

static void test_parse_least(void **state)
{
	struct seen seen;
	struct provider *p = parse(HEAD, &seen);

	(void)state;
	assert_non_null(p);
	assert_string_equal(p->id, "x");
	assert_int_equal(p->kind, PROVIDER_MAILBOX);
	assert_int_equal(p->password, PROVIDER_PASSWORD);
	assert_int_equal(p->alt_port, 0);
	assert_string_equal(p->user, "");
	assert_string_equal(p->help_url, "");
	assert_null(p->domains[0]);
	assert_null(p->choices[0]);
	provider_free_parsed(p);
	provider_free_parsed(NULL);
}

static void test_parse_full(void **state)
{
	struct seen seen;
	struct provider *p =
		parse("\xef\xbb\xbf[Provider]\r\n"
		      "NAME = \"Größe %25 ; #1\"\r\n"
		      "kind = relay ; why\n"
		      "domains = A.example, b.example\nDomains-2 = c.example,,d.example\n"
		      "domains-3 = e.example\nmx = mx.example\n"
		      "host = {server}.example\nport = 587\nsecurity = tls\n"
		      "alt-port = 2525\nalt-security = starttls\n"
		      "user = {local}.{domain}\nplaceholder = server\n"
		      "placeholder-label = Server\ndefault = w1\n"
		      "help-url = http://example.org/#/a?b=%2520c\n"
		      "per-hour = 10\nper-day = 100\nper-message = 5\nsent-copy = yes\n",
		      &seen);

	(void)state;
	if (!p)
		fail_msg("line %d: %s", seen.line, seen.reason);
	assert_string_equal(p->name, "Größe % ; #1");
	assert_string_equal(p->domains[0], "a.example");
	assert_string_equal(p->domains[3], "d.example");
	assert_string_equal(p->domains[4], "e.example");
	assert_null(p->domains[5]);
	assert_int_equal(p->security, NET_TLS);
	assert_string_equal(p->help_url, "http://example.org/#/a?b=%20c");
	assert_string_equal(p->choice_default, "w1");
	assert_int_equal(p->per_message, 5);
	provider_free_parsed(p);
}

/* Only a name is needed, and what would be of the server is empty. */
static void test_parse_no_smtp(void **state)
{
	struct seen seen;
	struct provider *p = parse("[provider]\nname = N\npassword = no-smtp\n"
				   "domains = a.example\ncountries = DE, at\n",
				   &seen);

	(void)state;
	if (!p)
		fail_msg("line %d: %s", seen.line, seen.reason);
	assert_int_equal(p->password, PROVIDER_NO_SMTP);
	assert_string_equal(p->host, "");
	assert_int_equal(p->port, 0);
	assert_string_equal(p->user, "");
	assert_string_equal(p->placeholder, "");
	assert_null(p->choices[0]);
	assert_string_equal(p->app_password_url, "");
	assert_string_equal(p->countries[0], "de");
	assert_string_equal(p->countries[1], "at");
	assert_string_equal(p->domains[0], "a.example");
	provider_free_parsed(p);
}

struct fault {
	const char *text;
	int line;
	const char *words;
};

static const struct fault file_faults[] = {
	{ "", 1, "[provider] is missing" },
	{ "name = N\n", 1, "" },
	{ "[provider]\n", 1, "name is missing" },
	{ HEAD "[other]\na = b\n", 6, "unknown section [other]" },
	{ HEAD "prot = 1\n", 6, "unknown key prot" },
	{ HEAD "name-2 = 1\n", 6, "unknown key name-2" },
	{ HEAD "domains = a.example\ndomains-3 = b.example\n", 7, "unknown key domains-3" },
	{ HEAD "domains-2 = b.example\n", 6, "unknown key domains-2" },
	{ HEAD "domains = a.example\ndomains-1 = b.example\n", 7, "unknown key domains-1" },
	{ HEAD "domains = a.example\ndomains-02 = b.example\n", 7, "unknown key domains-02" },
	{ HEAD "domains = a.example\ndomains-2 = a.example\n", 7, "a.example is there twice" },
	{ HEAD "domains = a_b.example\n", 6, "not well formed" },
	{ HEAD "domains = example\n", 6, "not well formed" },
	{ HEAD "domains = -a.example\n", 6, "not well formed" },
	{ HEAD "domains = a..example\n", 6, "not well formed" },
	{ HEAD "domains = \"%1b[2J.example\"\n", 6, "\\x1b[2j.example" },
	{ HEAD "hint = a%0ab\n", 6, "control characters" },
	{ HEAD "hint = %1b]0;x%07\n", 6, "control characters" },
	{ HEAD "kind = shop\n", 6, "\"shop\" is none of" },
	{ HEAD "password = secret\n", 6, "\"secret\" is none of" },
	{ HEAD "alt-port = 587\n", 6, "go together" },
	{ HEAD "alt-security = tls\n", 6, "go together" },
	{ HEAD "alt-port = 465\nalt-security = tls\n", 6, "same as port" },
	{ HEAD "alt-port = 25\nalt-security = none\n", 7, "only for kind = local" },
	{ HEAD "user = {server}\n", 6, "unknown placeholder {server}" },
	{ HEAD "user = {email\n", 6, "braces are for {names}" },
	{ HEAD "user = a b\n", 6, "holds a blank" },
	{ HEAD "placeholder = server\n", 6, "neither host nor user" },
	{ HEAD "user = {s}\nplaceholder = s\n", 7, "needs a placeholder-label" },
	{ HEAD "placeholder = email\n", 6, "{email} is filled from the address" },
	{ HEAD "placeholder = A\n", 6, "is no name" },
	{ HEAD "placeholder-label = A\n", 6, "no placeholder" },
	{ HEAD "choices = a b\n", 6, "without a placeholder" },
	{ HEAD "default = a\n", 6, "without a placeholder" },
	{ HEAD "user = {s}\nplaceholder = s\nplaceholder-label = S\nchoices = a, b\ndefault = c\n",
	  10, "\"c\" is not among the choices" },
	{ HEAD "same-password = maybe\n", 6, "neither yes nor no" },
	{ HEAD "same-password = yes\nuser = {email}\n", 6, "same-password is for" },
	{ HEAD "password = none\nuser = {email}\n", 7, "without sign-in" },
	{ HEAD "password = oauth2\n", 6, "OAuth2 needs" },
	{ HEAD "oauth-scope = x\n", 1, "OAuth2 needs" },
	{ HEAD "oauth-auth-url = http://x.example/\n", 6, "no https:// address" },
	{ HEAD "app-password-url = http://x.example/\n", 6, "no https:// address" },
	{ HEAD "help-url = ftp://x.example/\n", 6, "no https:// or http:// address" },
	{ HEAD "help-url = https://\n", 6, "no https:// or http:// address" },
	{ HEAD "help-url = https://a b\n", 6, "no https:// or http:// address" },
	{ HEAD "max-size-mb = many\n", 6, "no whole number" },
	{ HEAD "per-day = -1\n", 6, "no whole number" },
	{ HEAD "note-date = yesterday\n", 6, "is no date" },
	{ HEAD "countries = de, zz\n", 6, "\"zz\" is not well formed" },
	{ HEAD "countries = Germany\n", 6, "\"germany\" is not well formed" },
	{ HEAD "domains = a.example\ncommon = b.example\npopularity = 1\n", 7,
	  "b.example is not among the domains" },
	{ HEAD "domains = a.example\ncommon = a.example\n", 7, "go together" },
	{ HEAD "popularity = 3\n", 6, "go together" },
	{ HEAD "popularity = 10\n", 6, "no number from 0 to 9" },
	{ HEAD "unverified = perhaps\n", 6, "neither yes nor no" },
	{ HEAD "password = no-smtp\n", 3, "host: there is no server where password = no-smtp" },
	{ "[provider]\nname = N\npassword = no-smtp\nuser = {email}\n", 4, "there is no server" },
	{ "[provider]\npassword = no-smtp\n", 1, "name is missing" },
	{ HEAD "name = M\n", 6, "" },
	{ HEAD "no equals sign\n", 6, "" },
	{ HEAD "hint = 100%\n", 6, "" },
	{ "[provider]\nname =\nhost = h\nport = 465\nsecurity = tls\n", 2, "name: it is empty" },
	{ "[provider]\nname = N\nhost =\nport = 465\nsecurity = tls\n", 3, "host: it is empty" },
	{ "[provider]\nname = N\nport = 465\nsecurity = tls\n", 1, "host is missing" },
	{ "[provider]\nname = N\nhost = h\nsecurity = tls\n", 1, "port is missing" },
	{ "[provider]\nname = N\nhost = h\nport = 465\n", 1, "security is missing" },
	{ "[provider]\nname = N\nhost = h/x\nport = 465\nsecurity = tls\n", 3, "no host name" },
	{ "[provider]\nname = N\nhost = {email}\nport = 465\nsecurity = tls\n", 3, "{email}" },
	{ "[provider]\nname = N\nhost = h\nport = 0\nsecurity = tls\n", 4, "\"0\" is no port" },
	{ "[provider]\nname = N\nhost = h\nport = 65536\nsecurity = tls\n", 4, "is no port" },
	{ "[provider]\nname = N\nhost = h\nport = smtp\nsecurity = tls\n", 4, "is no port" },
	{ "[provider]\nname = N\nhost = h\nport = 465\nsecurity = ssl\n", 5, "\"ssl\" is none of" },
	{ "[provider]\nname = N\nhost = h\nport = 25\nsecurity = none\n", 5, "kind = local" },
};

static void test_file_faults(void **state)
{
	struct seen seen;

	(void)state;
	for (size_t i = 0; i < sizeof file_faults / sizeof file_faults[0]; i++) {
		const struct fault *f = &file_faults[i];
		struct provider *p = parse(f->text, &seen);

		if (p)
			fail_msg("accepted: %s", f->text);
		if (seen.line != f->line || !*seen.reason || !strstr(seen.reason, f->words))
			fail_msg("%sgave line %d: %s", f->text, seen.line, seen.reason);
		assert_false(text_has_control(seen.reason, strlen(seen.reason)));
	}
}

static void test_bounds(void **state)
{
	struct buf text = BUF_INIT(1024 * 1024);
	struct seen seen;

	(void)state;
	buf_adds(&text, HEAD "domains = a0.example\n");
	for (int i = 2; i < 600; i++)
		buf_printf(&text, "domains-%d = a%d.example b%d.example\n", i, i, i);
	assert_null(parse(buf_text(&text), &seen));
	assert_non_null(strstr(seen.reason, "more than 1000"));
	buf_clear(&text);
	buf_adds(&text, HEAD "hint = ");
	for (int i = 0; i < 401; i++)
		buf_addc(&text, 'a');
	assert_null(parse(buf_text(&text), &seen));
	assert_non_null(strstr(seen.reason, "longer than 400 bytes"));
	buf_free(&text);
}

static void test_all_faults_are_told(void **state)
{
	struct seen seen;

	(void)state;
	assert_null(parse("[provider]\nport = 0\nkind = x\nsecurity = y\nzzz = 1\n", &seen));
	assert_int_equal(seen.count, 6); /* name and host are missing, too */
}

static void test_bad_ids(void **state)
{
	static const char *const bad[] = { "", "-a", "A", "a_b", "a.b", "a b", "ä", "../x" };
	struct seen seen;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		seen = (struct seen){ 0 };
		assert_null(provider_parse(bad[i], "x.ini", HEAD, strlen(HEAD), see, &seen));
		assert_non_null(strstr(seen.reason, "id"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse_least),         cmocka_unit_test(test_parse_full),
		cmocka_unit_test(test_file_faults),         cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_all_faults_are_told), cmocka_unit_test(test_bad_ids),
		cmocka_unit_test(test_parse_no_smtp),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
