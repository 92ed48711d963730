/* JSON as it is printed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "port/json.h"

static void check(struct json *value, bool one_line, const char *want)
{
	char *text = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);

	assert_non_null(to);
	assert_int_equal(json_print(value, one_line, to), 0);
	fclose(to);
	assert_string_equal(text, want);
	free(text);
	json_free(value);
}

static void test_object(void **state)
{
	struct json *value = json_new_object();
	struct json *list = json_new_array();

	(void)state;
	json_put_text(value, "z", "first");
	json_put_number(value, "n", -9007199254740993LL);
	json_put_bool(value, "yes", true);
	json_put_bool(value, "no", false);
	json_put_null(value, "nothing");
	json_put_text(value, "none", NULL);
	json_add_text(list, "one");
	json_add(list, json_new_object());
	json_put(value, "list", list);
	json_put_text(value, "z", "again");
	check(value, true, "{\"z\":\"again\",\"n\":-9007199254740993,\"yes\":true,\"no\":false,"
	      "\"nothing\":null,\"none\":null,\"list\":[\"one\",{}]}\n");
}

static void test_indented(void **state)
{
	struct json *value = json_new_object();

	(void)state;
	json_put_text(value, "a", "b");
	check(value, false, "{\n  \"a\": \"b\"\n}\n");
}

static void test_text(void **state)
{
	static const struct {
		const char *text, *json;
	} cases[] = {
		{ "", "[\"\"]\n" },
		{ "Zo\xc3\xab \xf0\x9f\x93\xa7", "[\"Zo\xc3\xab \xf0\x9f\x93\xa7\"]\n" },
		{ "a\"b\\c/\n\t\x1b\x7f", "[\"a\\\"b\\\\c/\\n\\t\\u001B\\u007F\"]\n" },
		{ "\xc2\x9b" "31m\xe2\x80\xae\xe2\x80\xa8\xc2\xa0",
		  "[\"\\u009B31m\\u202E\\u2028\xc2\xa0\"]\n" },
		{ "not \xff utf-8\n", "[\"not \\\\xff utf-8\\\\x0a\"]\n" },
		{ "\xed\xa0\x80", "[\"\\\\xed\\\\xa0\\\\x80\"]\n" },	/* a surrogate */
		{ "\xc0\xaf", "[\"\\\\xc0\\\\xaf\"]\n" },		/* overlong */
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct json *list = json_new_array();

		json_add_text(list, cases[i].text);
		check(list, true, cases[i].json);
	}
}

static void test_read(void **state)
{
	static const char text[] = "\xef\xbb\xbf{\"a\":{\"t\":\"x\\\"[{\",\"n\":1,\"b\":true,\"f\":false,"
				   "\"l\":[{}],\"z\":null}}\n";
	struct json *root = json_read(text, sizeof text - 1, NULL);
	const struct json *a = json_get_object(root, "a");

	(void)state;
	assert_non_null(root);
	assert_non_null(a);
	assert_string_equal(json_get_text(a, "t"), "x\"[{");
	assert_null(json_get_text(a, "n"));
	assert_null(json_get_text(a, "none"));
	assert_true(json_get_bool(a, "b"));
	assert_false(json_get_bool(a, "f"));
	assert_false(json_get_bool(a, "n"));
	assert_null(json_get_object(a, "l"));
	assert_null(json_get_object(a, "z"));
	assert_null(json_get_object(root, "t"));
	assert_null(json_get_object(NULL, "a"));
	assert_null(json_get_text(NULL, "a"));
	assert_false(json_get_bool(NULL, "a"));
	json_free(root);
	root = json_read("7", 1, NULL);
	assert_non_null(root);
	assert_null(json_get_text(root, "a"));
	json_free(root);
}

#define BYTES(s) s, sizeof s - 1

static void test_not_read(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		const char *words;
	} cases[] = {
		{ BYTES(""), "line 1" },
		{ BYTES("<html>"), "line 1" },
		{ BYTES("{\"a\":1"), "line 1" },
		{ BYTES("{}\n{}"), "line 2: end of file expected" },
		{ BYTES("{\"a\":1,\"a\":2}"), "duplicate" },
		{ BYTES("{'a':1}"), "line 1" },
		{ BYTES("[1,]"), "line 1" },
		{ BYTES("[\"\\u0000\"]"), "\\u0000" },
		{ BYTES("[\"\0\"]"), "line 1" },
		{ BYTES("[\"\xff\"]"), "byte 0xff" },
		{ BYTES("[\"\x1b\"]"), "control character" },
		{ BYTES("[NaN]"), "line 1" },
		{ BYTES("[1e999]"), "line 1" },
		{ BYTES("[99999999999999999999]"), "line 1" },
		{ BYTES("\xff\xfe{\0}\0"), "line 1" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct err err = ERR_INIT;

		if (json_read(cases[i].bytes, cases[i].len, &err))
			fail_msg("case %zu was read", i);
		if (err.kind != ERR_INPUT || !strstr(err.text, cases[i].words))
			fail_msg("case %zu: %s", i, err.text);
	}
}

/* Nested so deep; brackets in a text do not count. */
static int deep(char open, char close, size_t depth)
{
	char *text = xmalloc(2 * depth + 8);
	struct err err = ERR_INIT;
	struct json *value;
	size_t len = 0;

	for (size_t i = 0; i < depth - 1; i++)
		text[len++] = open;
	len += (size_t)sprintf(text + len, "[\"[[\"]");
	for (size_t i = 0; i < depth - 1; i++)
		text[len++] = close;
	value = json_read(text, len, &err);
	if (!value)
		assert_non_null(strstr(err.text, "too deep"));
	json_free(value);
	free(text);
	return value ? 0 : -1;
}

static void test_depth(void **state)
{
	(void)state;
	assert_int_equal(deep('[', ']', JSON_DEPTH), 0);
	assert_int_equal(deep('[', ']', JSON_DEPTH + 1), -1);
	assert_int_equal(deep('[', ']', 1000000), -1);
	assert_int_equal(deep('{', '}', 1000000), -1);
}

static void test_full_disk(void **state)
{
	FILE *full = fopen("/dev/full", "w");
	struct json *value = json_new_object();
	int rc;

	(void)state;
	assert_non_null(full);
	rc = json_print(value, true, full);
	assert_true(rc < 0 || fflush(full) == EOF);
	fclose(full);
	json_free(value);
}

static void test_library(void **state)
{
	(void)state;
	assert_int_equal(strncmp(json_library(), "jansson 2", 9), 0);
	json_free(NULL);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_object),
		cmocka_unit_test(test_indented),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_not_read),
		cmocka_unit_test(test_depth),
		cmocka_unit_test(test_full_disk),
		cmocka_unit_test(test_library),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
