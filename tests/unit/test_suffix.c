/* Who registered which part of a name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "port/suffix.h"

static void test_base(void **state)
{
	static const struct {
		const char *host, *base;
	} rows[] = {
		{ "example.com", "example.com" },
		{ "mx1.mail.example.com", "example.com" },
		{ "mx1.mail.example.co.uk", "example.co.uk" },
		{ "MX1.Example.CO.UK", "Example.CO.UK" },
		{ "a.b.xn--mnchen-3ya.de", "xn--mnchen-3ya.de" },
		{ "_submissions._tcp.example.org", "example.org" },
		/* Rules with * and with !, and those of providers who give names away. */
		{ "a.b.c.ck", "b.c.ck" },
		{ "mail.www.ck", "www.ck" },
		{ "mail.someone.github.io", "someone.github.io" },
		/* A top-level domain that the list does not know. */
		{ "mail.example.nosuchtld", "example.nosuchtld" },
		{ "com", NULL },
		{ "co.uk", NULL },
		{ "github.io", NULL },
		{ "c.ck", NULL },
		{ "localhost", NULL },
		{ "nosuchtld", NULL },
		{ "", NULL },
		{ ".", NULL },
		{ ".example.com", NULL },
		{ "a..com", NULL },
		{ "192.0.2.1", NULL },
		{ "2001:db8::1", NULL },
		{ "::ffff:192.0.2.1", NULL },
		{ "[192.0.2.1]", NULL },
		{ "[2001:db8::1]", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const char *base = suffix_base(rows[i].host);

		if (!rows[i].base) {
			if (base)
				fail_msg("%s: got %s, want none", rows[i].host, base);
			continue;
		}
		if (!base || strcmp(base, rows[i].base) != 0)
			fail_msg("%s: got %s", rows[i].host, base ? base : "none");
		/* The tail of what was given, no copy. */
		assert_ptr_equal(base, rows[i].host + strlen(rows[i].host) - strlen(base));
	}
}

static void test_long(void **state)
{
	char host[400];

	(void)state;
	memset(host, 'a', sizeof host);
	host[63] = host[127] = '.';
	strcpy(host + 245, ".com");
	assert_string_equal(suffix_base(host), host + 128);
	memset(host + 245, 'a', 10);
	strcpy(host + 250, ".com");
	assert_null(suffix_base(host));
}

static void test_same(void **state)
{
	static const struct {
		const char *a, *b;
		bool same;
	} rows[] = {
		{ "smtp.example.com", "example.com", true },
		{ "example.com", "smtp.EXAMPLE.com", true },
		{ "a.example.co.uk", "b.example.co.uk", true },
		{ "example.com", "example.org", false },
		{ "notexample.com", "example.com", false },
		{ "example.com.evil.org", "example.com", false },
		{ "one.co.uk", "two.co.uk", false },
		{ "one.github.io", "two.github.io", false },
		/* A public suffix is nobody's: who is below it is another. */
		{ "one.github.io", "github.io", false },
		{ "github.io", "GitHub.io", true },
		{ "localhost", "localhost", true },
		{ "localhost", "mailhost", false },
		{ "192.0.2.1", "192.0.2.1", true },
		{ "192.0.2.1", "1.0.2.1", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (suffix_same(rows[i].a, rows[i].b) != rows[i].same ||
		    suffix_same(rows[i].b, rows[i].a) != rows[i].same)
			fail_msg("%s and %s", rows[i].a, rows[i].b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_base), cmocka_unit_test(test_long),
		cmocka_unit_test(test_same),
	};

	return cmocka_run_group_tests_name("suffix", tests, NULL, NULL);
}
