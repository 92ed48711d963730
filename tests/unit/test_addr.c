#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"
#include "base/text.h"
#include "mail/addr.h"

#define X10 "xxxxxxxxxx"
#define X60 X10 X10 X10 X10 X10 X10
#define L61 X60 "x"

struct row {
	const char *text;
	const char *fault;	/* words of the sentence; NULL: accepted */
};

static const struct row addresses[] = {
	{ "bob@example.org", NULL },
	{ "b@x", NULL },
	{ "root@localhost", NULL },
	{ "o'neil+tag!#$%&*-/=?^_`{|}~@example.org", NULL },
	{ "first.last@sub.example.co.uk", NULL },
	{ "-dash@example.org", NULL },
	{ "zoë@example.org", NULL },
	{ "用户@例子.广告", NULL },
	{ "a@xn--bcher-kva.example", NULL },
	{ "a@bücher.example", NULL },
	{ "a@my_container", NULL },
	{ "a@3com.com", NULL },
	{ "\"a b\"@example.org", NULL },
	{ "\"a@b\"@example.org", NULL },
	{ "\"a\\\"b\"@example.org", NULL },
	{ "\"a\\\\\"@example.org", NULL },
	{ "\"a..b\"@example.org", NULL },
	{ "a@[192.0.2.1]", NULL },
	{ "a@[IPv6:2001:db8::1]", NULL },
	{ "a@[ipv6:::1]", NULL },
	{ X60 "1234@example.org", NULL },
	{ "a@" X60 "123.org", NULL },

	{ "", "is empty" },
	{ "bob", "has no @" },
	{ "@example.org", "nothing before the @" },
	{ "bob@", "nothing after the @" },
	{ "@", "nothing before the @" },
	{ "bob@@example.org", "more than one @" },
	{ "bob@a@example.org", "more than one @" },
	{ "bob example@x.org", "a blank at character 4" },
	{ " bob@x.org", "a blank at character 1" },
	{ "bob@x.org ", "a blank at character 10" },
	{ "bob@x .org", "a blank at character 6" },
	{ "bob@x.org\r\nRCPT TO:<eve@x.org>", "line break at character 10" },
	{ "bob@x.org\n", "line break at character 10" },
	{ "\"a\r\nb\"@x.org", "line break at character 3" },
	{ "bob\t@x.org", "control character at character 4" },
	{ "bob\033[2J@x.org", "control character at character 4" },
	{ "bob@x\177.org", "control character at character 6" },
	{ "<bob@x.org>", "a '<' at character 1" },
	{ "bob@x.org>", "a '>' at character 10" },
	{ "\"a<b\"@x.org", "a '<' at character 3" },
	{ "bob\xff@x.org", "not UTF-8 at character 4" },
	{ "zoë\xc3@x.org", "not UTF-8 at character 4" },
	{ "bob\xed\xa0\x80@x.org", "not UTF-8" },
	{ "bob\xc2\x85@x.org", "invisible character (U+0085) at character 4" },
	{ "bob\xc2\xa0@x.org", "invisible character (U+00A0)" },
	{ "bob@x.org\xe2\x80\x8b", "invisible character (U+200B) at character 10" },
	{ "bob\xe2\x80\xae@x.org", "invisible character (U+202E)" },
	{ "\xef\xbb\xbf" "bob@x.org", "invisible character (U+FEFF) at character 1" },
	{ "bob\xef\xbf\xbf@x.org", "invisible character (U+FFFF)" },
	{ "a,b@x.org", "a ',' where none is allowed, at character 2" },
	{ "a;b@x.org", "a ';'" },
	{ "a:b@x.org", "a ':'" },
	{ "(c)a@x.org", "a '('" },
	{ "a\\b@x.org", "a '\\'" },
	{ "a\"b@x.org", "a '\"'" },
	{ "mailto:a@x.org", "a ':'" },
	{ ".a@x.org", "a dot too many at character 1" },
	{ "a.@x.org", "a dot too many at character 2" },
	{ "a..b@x.org", "a dot too many at character 2" },
	{ "a@.x.org", "a dot too many at character 3" },
	{ "a@x..org", "a dot too many at character 5" },
	{ "a@x.org.", "a dot too many at character 9" },
	{ "a@.", "a dot too many" },
	{ "a@-x.org", "begins or ends with '-'" },
	{ "a@x-.org", "begins or ends with '-'" },
	{ "a@x.org:25", "a ':'" },
	{ "a@x/y", "a '/'" },
	{ "a@192.0.2.1", "like an IP address" },
	{ "a@[192.0.2.1", "no valid IP address" },
	{ "a@[192.0.2.256]", "no valid IP address" },
	{ "a@[2001:db8::1]", "no valid IP address" },
	{ "a@[IPv6:]", "no valid IP address" },
	{ "a@[IPv6:192.0.2.1]", "no valid IP address" },
	{ "a@[]", "no valid IP address" },
	{ "a@[192.0.2.1]x", "no valid IP address" },
	{ "\"\"@x.org", "nothing between the quotes" },
	{ "\"a@x.org", "not closed" },
	{ "\"a\\", "has no @" },
	{ "\"a@\\", "not closed" },
	{ "\"a\"b@x.org", "no @ behind the closing quote" },
	{ X60 "12345@example.org", "65 bytes before the @" },
	{ "a@" X60 "1234.org", "64 characters between dots" },
	{ "a@" L61 "." L61 "." L61 "." L61 ".abcdef", "bytes" },
};

static const struct row hosts[] = {
	{ "localhost", NULL },
	{ "mail.example.org", NULL },
	{ "MAIL", NULL },
	{ "my_container", NULL },
	{ "bücher.example", NULL },
	{ "192.0.2.1", NULL },
	{ "::1", NULL },
	{ "2001:db8::25", NULL },
	{ "[2001:db8::25]", NULL },

	{ "", "is empty" },
	{ "mail example", "a blank at character 5" },
	{ "mail\nexample", "line break at character 5" },
	{ "smtp://mail.example.org", "a ':'" },
	{ "mail.example.org:465", "a ':'" },
	{ "bob@example.org", "a '@'" },
	{ "mail.example.org.", "a dot too many" },
	{ ".example.org", "a dot too many" },
	{ "192.0.2.300", "like an IP address" },
	{ "[192.0.2.1]", "a '['" },
	{ "-oProxy", "begins or ends with '-'" },
	{ "$(id)", "a '$'" },
	{ "m\xff", "not UTF-8" },
	{ L61 "." L61 "." L61 "." L61 ".abcdef", "over 253 bytes" },
};

static void check_rows(const struct row *rows, size_t n,
		       int (*check)(const char *text, struct err *err))
{
	for (size_t i = 0; i < n; i++) {
		struct err err = ERR_INIT;
		int rc = check(rows[i].text, &err);

		if (rc != (rows[i].fault ? -1 : 0))
			fail_msg("%s: %d %s", rows[i].text, rc, err.text);
		if (rc == 0)
			continue;
		assert_int_equal(err.kind, ERR_INPUT);
		if (!strstr(err.text, rows[i].fault))
			fail_msg("%s: \"%s\" lacks \"%s\"", rows[i].text, err.text, rows[i].fault);
		assert_int_equal(err.text[strlen(err.text) - 1], '.');
		assert_false(text_has_control(err.text, strlen(err.text)));
		assert_true(text_utf8_valid(err.text, strlen(err.text)));
		assert_int_equal(check(rows[i].text, NULL), -1);
	}
}

static void addresses_are_checked(void **state)
{
	(void)state;
	check_rows(addresses, sizeof addresses / sizeof *addresses, addr_check);
}

static void hosts_are_checked(void **state)
{
	(void)state;
	check_rows(hosts, sizeof hosts / sizeof *hosts, addr_check_host);
}

static void hints_say_what_to_do(void **state)
{
	static const struct {
		int (*check)(const char *text, struct err *err);
		const char *text, *hint;
	} rows[] = {
		{ addr_check, "bob", "name@example.org" },
		{ addr_check, "a..b@x.org", "double quotes" },
		{ addr_check, "a@192.0.2.1", "[192.0.2.1]" },
		{ addr_check_host, "smtp://x", "without smtp://" },
		{ addr_check_host, "x:25", "port" },
		{ addr_check_host, "a@x", "no @" },
		{ addr_check_host, "x.", "dot at the end" },
	};
	struct err err = ERR_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_int_equal(rows[i].check(rows[i].text, &err), -1);
		if (!strstr(err.hint, rows[i].hint))
			fail_msg("%s: %s", rows[i].text, err.hint);
	}
}

/* Length limits hold at the byte, and a long fault is cut, not overrun. */
static void limits_hold(void **state)
{
	char text[4000];
	struct err err = ERR_INIT;

	(void)state;
	/* 2 + 4 * 62 = 250, and the last label of 4: 254 bytes. */
	snprintf(text, sizeof text, "a@%s.%s.%s.%s.%s", L61, L61, L61, L61, "abcd");
	assert_int_equal(strlen(text), 254);
	assert_int_equal(addr_check(text, &err), 0);
	strcat(text, "e");
	assert_int_equal(addr_check(text, &err), -1);

	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	assert_int_equal(addr_check(text, &err), -1);
	assert_non_null(strstr(err.text, "...\" has no @."));
	memset(text, '\001', 200);
	assert_int_equal(addr_check(text, &err), -1);
	assert_non_null(strstr(err.text, "control character at character 1."));
}

/* Whatever the bytes: no crash, and what is accepted can stand between '<' and
 * '>' of an SMTP command. */
static void random_bytes_never_pass_a_command(void **state)
{
	static const char *const pieces[] = {
		"a",  "b.c", "@",    "\"",   "\\",   ".",    " ",  "<",	     ">",
		"\r", "\n",  "\xc3", "\xa9", "\xe2", "\x80", "[",  "]",	     "1.2.3.4",
		"\t", "-",   "org",  "IPv6:", "::1",  "é",    "\x7f", "\033", ",",
	};
	unsigned seed = 20240607;
	char text[200];

	(void)state;
	for (int round = 0; round < 200000; round++) {
		text[0] = '\0';
		for (int n = 1 + (int)(seed % 9); n > 0; n--) {
			seed = seed * 1103515245u + 12345u;
			strcat(text, pieces[(seed >> 16) % (sizeof pieces / sizeof *pieces)]);
		}
		if (addr_check(text, NULL) < 0)
			continue;
		assert_false(text_has_control(text, strlen(text)));
		assert_true(text_utf8_valid(text, strlen(text)));
		assert_null(strpbrk(text, "<>"));
		assert_int_not_equal(*addr_domain(text), '\0');
		if (*text != '"')
			assert_null(strchr(text, ' '));
	}
}

static void domain_is_behind_the_last_at(void **state)
{
	(void)state;
	assert_string_equal(addr_domain("bob@example.org"), "example.org");
	assert_string_equal(addr_domain("\"a@b\"@example.org"), "example.org");
	assert_string_equal(addr_domain("bob"), "");
	assert_string_equal(addr_domain(""), "");
	assert_string_equal(addr_domain("bob@"), "");
}

static void list_knows_what_it_has(void **state)
{
	struct addr_list list = ADDR_LIST_INIT;

	(void)state;
	assert_false(addr_list_has(&list, "bob@example.org"));
	addr_list_add(&list, "Bob", "bob@Example.org");
	addr_list_add(&list, NULL, "zoë@example.org");
	assert_int_equal(list.count, 2);
	assert_string_equal(list.list[0].name, "Bob");
	assert_string_equal(list.list[1].name, "");
	assert_true(addr_list_has(&list, "bob@example.ORG"));
	assert_true(addr_list_has(&list, "zoë@EXAMPLE.org"));
	assert_false(addr_list_has(&list, "BOB@example.org"));
	assert_false(addr_list_has(&list, "bob@example.or"));
	assert_false(addr_list_has(&list, "bob@example.orgs"));
	assert_false(addr_list_has(&list, "bo@example.org"));
	assert_false(addr_list_has(&list, "bob"));
	addr_list_clear(&list);
	assert_null(list.list);
	assert_int_equal(list.count, 0);
	addr_list_clear(&list);
	for (int i = 0; i < 1000; i++)
		addr_list_add(&list, "n", "a@x");
	assert_int_equal(list.count, 1000);
	addr_list_clear(&list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_are_checked),
		cmocka_unit_test(hosts_are_checked),
		cmocka_unit_test(hints_say_what_to_do),
		cmocka_unit_test(limits_hold),
		cmocka_unit_test(random_bytes_never_pass_a_command),
		cmocka_unit_test(domain_is_behind_the_last_at),
		cmocka_unit_test(list_knows_what_it_has),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
