#include "widget_kit.h"

#include <stdlib.h>

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
	assert_true(editor_full(e));
	press(e, TERM_BACKSPACE);
	assert_false(editor_full(e));
	editor_free(e);
}

/* What fits of a paste goes in, never half a character, and it is told. */
static void test_paste_maximum(void **state)
{
	struct editor *e = editor_new(6);
	struct term_event event = pasted("ab\xc3\xa4\xc3\xa4\xc3\xa4z");

	(void)state;
	press(e, '1');
	assert_true(editor_event(e, &event));
	assert_string_equal(editor_text(e), "1ab\xc3\xa4");
	assert_true(editor_full(e));
	editor_free(e);
}

/* Inserts a mark at the beginning of the line and compares. */
static void assert_same_line(struct editor *a, struct editor *b)
{
	press(a, TERM_HOME);
	press(b, TERM_HOME);
	press(a, '|');
	press(b, '|');
	assert_string_equal(editor_text(a), editor_text(b));
	press(a, TERM_BACKSPACE);
	press(b, TERM_BACKSPACE);
}

/* Lines that are broken anew around a change are those of the whole text. */
static void test_wrap_around_changes(void **state)
{
	static const int keys[] = { 'a',
				    'b',
				    ' ',
				    ' ',
				    TERM_ENTER,
				    TERM_BACKSPACE,
				    TERM_DELETE,
				    TERM_CTRL('w'),
				    TERM_CTRL('k'),
				    TERM_LEFT,
				    TERM_UP,
				    TERM_DOWN,
				    0x301,
				    0x4f60,
				    TERM_END_KEY };
	struct editor *e = editor_new(100000);

	(void)state;
	srand(4711);
	for (int round = 0; round < 60; round++) {
		struct editor *fresh = editor_new(100000);
		struct term_event event = pasted("some words to begin with, of some length ");

		editor_event(e, &event);
		for (int i = 0; i < 60; i++)
			press(e, keys[(size_t)rand() % (sizeof keys / sizeof *keys)]);
		editor_set(fresh, editor_text(e));
		/* Both to the last line. */
		for (int i = 0; i < 200; i++)
			press(e, TERM_PAGE_DOWN);
		for (int i = 0; i < 30; i++) {
			assert_same_line(e, fresh);
			press(e, TERM_UP);
			press(fresh, TERM_UP);
		}
		editor_free(fresh);
	}
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

static void test_undo(void **state)
{
	struct editor *e = editor_new(1000);

	(void)state;
	type(e, "one two\nthree");
	press(e, EDITOR_UNDO);
	assert_string_equal(editor_text(e), "one two\n");
	press(e, EDITOR_UNDO);
	assert_string_equal(editor_text(e), "one ");
	press(e, EDITOR_REDO);
	assert_string_equal(editor_text(e), "one two\n");
	press(e, EDITOR_REDO);
	press(e, EDITOR_REDO);
	assert_string_equal(editor_text(e), "one two\nthree");
	press(e, TERM_BACKSPACE);
	press(e, TERM_BACKSPACE);
	press(e, TERM_BACKSPACE);
	assert_string_equal(editor_text(e), "one two\nth");
	press(e, TERM_TEXT_BEGIN);
	press(e, TERM_DELETE);
	press(e, TERM_DELETE);
	assert_string_equal(editor_text(e), "e two\nth");
	press(e, EDITOR_UNDO);
	assert_string_equal(editor_text(e), "one two\nth");
	press(e, EDITOR_UNDO);
	assert_string_equal(editor_text(e), "one two\nthree");
	/* Something new: what was taken back is gone. */
	press(e, 'X');
	press(e, EDITOR_REDO);
	assert_string_equal(editor_text(e), "one two\nthreeX");
	for (int i = 0; i < 20; i++)
		press(e, EDITOR_UNDO);
	assert_string_equal(editor_text(e), "");
	editor_free(e);
}

static void test_undo_of_a_paste(void **state)
{
	struct editor *e = editor_new(1000);
	struct term_event paste = pasted("a b\nc d");

	(void)state;
	type(e, "x");
	editor_event(e, &paste);
	type(e, "y");
	press(e, EDITOR_UNDO);
	assert_string_equal(editor_text(e), "xa b\nc d");
	press(e, EDITOR_UNDO);
	assert_string_equal(editor_text(e), "x");
	press(e, EDITOR_REDO);
	assert_string_equal(editor_text(e), "xa b\nc d");
	editor_change(e, "xa \xc3\xa4");
	assert_string_equal(editor_text(e), "xa \xc3\xa4");
	editor_change(e, "xa \xc3\xb6");
	press(e, EDITOR_UNDO);
	press(e, EDITOR_UNDO);
	assert_string_equal(editor_text(e), "xa \xc3\xa4");
	/* Another text has no past. */
	editor_set(e, "new");
	press(e, EDITOR_UNDO);
	assert_string_equal(editor_text(e), "new");
	editor_free(e);
}

/* Whatever is done, taking it all back gives what was, and doing it again what came. */
static void test_undo_at_random(void **state)
{
	static const int keys[] = { 'a', 'b', ' ', 0xe4, 0x4f60, 0x301, TERM_ENTER, TERM_BACKSPACE,
				    TERM_DELETE, TERM_LEFT, TERM_UP, TERM_HOME, TERM_WORD_LEFT,
				    TERM_WORD_RIGHT, TERM_CTRL('k'), TERM_CTRL('u'),
				    TERM_CTRL('w'), TERM_TEXT_END, EDITOR_UNDO, EDITOR_REDO };
	unsigned seed = 1;

	(void)state;
	for (int round = 0; round < 200; round++) {
		struct editor *e = editor_new(60);
		char *end;

		for (int i = 0; i < 150; i++) {
			seed = seed * 1103515245u + 12345u;
			press(e, keys[(seed >> 16) % (sizeof keys / sizeof *keys)]);
		}
		for (int i = 0; i < 300; i++)
			press(e, EDITOR_REDO);
		end = strdup(editor_text(e));
		for (int i = 0; i < 300; i++)
			press(e, EDITOR_UNDO);
		assert_string_equal(editor_text(e), "");
		for (int i = 0; i < 300; i++)
			press(e, EDITOR_REDO);
		assert_string_equal(editor_text(e), end);
		free(end);
		editor_free(e);
	}
}

static void test_words(void **state)
{
	struct editor *e = editor_new(1000);

	(void)state;
	type(e, "one  two\nthree");
	press(e, TERM_WORD_LEFT);
	press(e, '1');
	press(e, TERM_WORD_LEFT);
	press(e, TERM_WORD_LEFT);
	press(e, '2');
	press(e, TERM_TEXT_BEGIN);
	press(e, TERM_WORD_RIGHT);
	press(e, '3');
	press(e, TERM_TEXT_END);
	press(e, '4');
	assert_string_equal(editor_text(e), "one3  2two\n1three4");
	editor_free(e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_undo),
		cmocka_unit_test(test_undo_of_a_paste),
		cmocka_unit_test(test_undo_at_random),
		cmocka_unit_test(test_words),         cmocka_unit_test(test_column_is_kept),
		cmocka_unit_test(test_wrapped),       cmocka_unit_test(test_paste),
		cmocka_unit_test(test_maximum),       cmocka_unit_test(test_wide),
		cmocka_unit_test(test_paste_maximum), cmocka_unit_test(test_wrap_around_changes),
	};

	return cmocka_run_group_tests(tests, use_utf8, NULL);
}
