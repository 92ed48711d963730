/* Reading a command line by tables. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/err.h"
#include "base/options.h"

struct values {
	bool quiet, all;
	const char *subject;
	struct option_list to;
	struct option_number port;
};

#define AT(member) offsetof(struct values, member)

static const struct option_row rows[] = {
	{ .name = "title", .kind = OPTION_TITLE },
	{ "quiet", 'q', NULL, "say less", OPTION_FLAG, AT(quiet), NULL, 0, 0 },
	{ "all", 'a', NULL, "everything", OPTION_FLAG, AT(all), NULL, 0, 0 },
	{ "subject", 's', "TEXT", "the subject", OPTION_TEXT, AT(subject), NULL, 0, 0 },
	{ "to", 't', "ADDRESS", "who", OPTION_LIST, AT(to), NULL, 0, 0 },
	{ "port", 0, "PORT", "where", OPTION_NUMBER, AT(port), NULL, 1, 65535 },
	{ "password", 0, "Ask.", "Never here.", OPTION_REFUSED, 0, NULL, 0, 0 },
	{ .name = NULL },
};

struct line {
	struct values v;
	struct options options;
	struct option_words words;
	struct err err;
	int at, rc;
};

static void read_line(struct line *l, bool stop, int argc, const char *const *argv)
{
	memset(l, 0, sizeof *l);
	options_add(&l->options, rows, &l->v);
	l->rc = options_parse(&l->options, argc, (char *const *)argv, &l->at, stop, &l->words,
			      &l->err);
}

static void clear_line(struct line *l)
{
	options_clear(&l->options);
	option_words_free(&l->words);
}

#define READ(l, stop, ...) do { \
	const char *const argv_[] = { __VA_ARGS__ }; \
	read_line(l, stop, (int)(sizeof argv_ / sizeof *argv_), argv_); \
} while (0)

static void test_forms(void **state)
{
	struct line l;

	(void)state;
	READ(&l, false, "-qa", "--subject=a=b", "-tx", "one", "--to", "y", "-aqtz", "-", "--port", "25",
	     "--", "-q", "--to");
	assert_int_equal(l.rc, 0);
	assert_true(l.v.quiet && l.v.all);
	assert_string_equal(l.v.subject, "a=b");
	assert_int_equal(l.v.to.count, 3);
	assert_true(l.v.to.at[0] < l.v.to.at[1] && l.v.to.at[1] < l.v.to.at[2]);
	assert_string_equal(l.v.to.items[0], "x");
	assert_string_equal(l.v.to.items[1], "y");
	assert_string_equal(l.v.to.items[2], "z");
	assert_true(l.v.port.given);
	assert_int_equal(l.v.port.value, 25);
	assert_int_equal(l.words.count, 4);
	assert_string_equal(l.words.list[0], "one");
	assert_string_equal(l.words.list[1], "-");
	assert_string_equal(l.words.list[2], "-q");
	assert_string_equal(l.words.list[3], "--to");
	clear_line(&l);
}

static void test_values_that_look_like_options(void **state)
{
	struct line l;

	(void)state;
	READ(&l, false, "-s", "-q", "--to", "--", "--subject=", "last");
	assert_int_equal(l.rc, 0);
	assert_false(l.v.quiet);
	assert_string_equal(l.v.subject, "");
	assert_string_equal(l.v.to.items[0], "--");
	assert_int_equal(l.words.count, 1);
	clear_line(&l);
}

static void test_stop(void **state)
{
	struct line l;

	(void)state;
	READ(&l, true, "-q", "send", "-a");
	assert_int_equal(l.rc, 0);
	assert_int_equal(l.at, 1);
	assert_true(l.v.quiet);
	assert_false(l.v.all);
	clear_line(&l);
}

static void test_faults(void **state)
{
	static const struct {
		const char *argv[2];
		const char *text, *hint;
	} cases[] = {
		{ { "--sucject", "x" }, "There is no option --sucject.", "Did you mean --subject?" },
		{ { "--sub", "x" }, "There is no option --sub.", "Did you mean --subject?" },
		{ { "--sucject=x", "x" }, "There is no option --sucject.", "Did you mean --subject?" },
		{ { "--frobnicate", "x" }, "There is no option --frobnicate.", "" },
		{ { "x", "-x" }, "There is no option -x.", "" },
		{ { "x", "-q\xc3\xbc" }, "There is no option -\xc3\xbc.", "" },
		{ { "--quiet=yes", "x" }, "--quiet takes no value.", "" },
		{ { "x", "--to" }, "--to needs a value: --to ADDRESS.", "" },
		{ { "x", "-qs" }, "--subject needs a value: --subject TEXT.", "" },
		{ { "--port", "0" }, "--port takes a number from 1 to 65535, not \"0\".", "" },
		{ { "--port", "25x" }, "--port takes a number from 1 to 65535, not \"25x\".", "" },
		{ { "--port", "-1" }, "--port takes a number from 1 to 65535, not \"-1\".", "" },
		{ { "--password", "x" }, "Never here.", "Ask." },
		{ { "--password=x", "x" }, "Never here.", "Ask." },
		{ { "--passwort", "x" }, "There is no option --passwort.", "" },
		{ { "--\x1b[31m", "x" }, "There is no option --\\x1b[31m.", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct line l;

		read_line(&l, false, 2, cases[i].argv);
		assert_int_equal(l.rc, -1);
		assert_int_equal(l.err.kind, ERR_USAGE);
		assert_string_equal(l.err.text, cases[i].text);
		assert_string_equal(l.err.hint, cases[i].hint);
		clear_line(&l);
	}
}

static void test_nearest(void **state)
{
	static const char *const names[] = { "send", "setup", "test", "account", "accounts" };
	static const struct {
		const char *word, *near;
	} cases[] = {
		{ "sned", "send" }, { "SEND", "send" }, { "stup", "setup" }, { "acount", "account" },
		{ "accont", "account" }, { "tset", "test" }, { "acc", "account" }, { "x", NULL },
		{ "", NULL }, { "zzzzzzzz", NULL },
		{ "0123456789012345678901234567890123456789012345678901234567890123456789", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const char *near = options_nearest(cases[i].word, names, 5);

		if (cases[i].near)
			assert_string_equal(near, cases[i].near);
		else
			assert_null(near);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_values_that_look_like_options),
		cmocka_unit_test(test_stop),
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_nearest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
