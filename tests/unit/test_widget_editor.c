#include "widget_kit.h"

#include "widget/editor.h"

static bool press(struct editor *e, int code)
{
	struct term_event event = key(code);

	return editor_event(e, &event);
}

static void type(struct editor *e, const char *text)
{
	for (; *text; text++)
		press(e, *text == '\n' ? TERM_ENTER : *text);
}

static void test_lines(void **state)
{
	struct editor *e = editor_new(1000);

	(void)state;
	type(e, "one\ntwo\nthree");
	assert_string_equal(editor_text(e), "one\ntwo\nthree");
	assert_true(press(e, TERM_UP));
	press(e, 'X');
	assert_string_equal(editor_text(e), "one\ntwoX\nthree");
	press(e, TERM_HOME);
	press(e, TERM_BACKSPACE);
	assert_string_equal(editor_text(e), "onetwoX\nthree");
	press(e, TERM_CTRL('k'));
	assert_string_equal(editor_text(e), "one\nthree");
	press(e, TERM_CTRL('k'));
	assert_string_equal(editor_text(e), "onethree");
	/* On the first line Up is the caller's. */
	assert_false(press(e, TERM_UP));
	assert_false(press(e, TERM_TAB));
	assert_false(press(e, TERM_ESC));
	editor_free(e);
}

static void test_column_is_kept(void **state)
{
	struct editor *e = editor_new(1000);

	(void)state;
	editor_set(e, "long line\nx\nlong line");
	press(e, TERM_UP);
	press(e, TERM_UP);
	press(e, '!');
	assert_string_equal(editor_text(e), "long line!\nx\nlong line");
	editor_free(e);
}

/* A line of more than the width is walked in the pieces that are seen. */
static void test_wrapped(void **state)
{
	struct editor *e = editor_new(1000);

	(void)state;
	for (int i = 0; i < 30; i++)
		type(e, "word ");
	press(e, TERM_HOME);
	press(e, '|');
	assert_true(strchr(editor_text(e), '|') > editor_text(e) + 70);
	assert_true(press(e, TERM_UP));
	assert_false(press(e, TERM_UP));
	editor_free(e);
}

static void test_paste(void **state)
{
	struct editor *e = editor_new(1000);
	struct term_event event = pasted("a\tb\nc\033[1md\xff"
					 "e\n");

	(void)state;
	assert_true(editor_event(e, &event));
	assert_string_equal(editor_text(e), "a\tb\nc[1mde\n");
	press(e, 'z');
	assert_string_equal(editor_text(e), "a\tb\nc[1mde\nz");
	editor_free(e);
}

static void test_maximum(void **state)
{
	struct editor *e = editor_new(5);

	(void)state;
	type(e, "1234567");
	assert_string_equal(editor_text(e), "12345");
	assert_int_equal(editor_len(e), 5);
	editor_free(e);
}

static void test_wide(void **state)
{
	struct editor *e = editor_new(100);

	(void)state;
	editor_set(e, "\xe7\x94\xb0\xe4\xb8\xad\nab");
	press(e, TERM_LEFT);
	press(e, TERM_UP); /* column 1 is inside the first wide one */
	press(e, TERM_DELETE);
	assert_true(strcmp(editor_text(e), "\xe4\xb8\xad\nab") == 0 ||
		    strcmp(editor_text(e), "\xe7\x94\xb0\nab") == 0);
	editor_free(e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),   cmocka_unit_test(test_column_is_kept),
		cmocka_unit_test(test_wrapped), cmocka_unit_test(test_paste),
		cmocka_unit_test(test_maximum), cmocka_unit_test(test_wide),
	};

	return cmocka_run_group_tests(tests, use_utf8, NULL);
}
