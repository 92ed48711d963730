#include "widget_kit.h"

#include "widget/field.h"
#include "widget/glyph.h"

static enum field_result press(struct field *f, int code)
{
	struct term_event event = key(code);

	return field_event(f, &event);
}

static void test_glyphs(void **state)
{
	static const struct {
		const char *text;
		size_t bytes;
		int columns;
	} rows[] = {
		{ "a", 1, 1 },
		{ "e\xcc\x81x", 3, 1 }, /* e + combining acute */
		{ "\xe7\x94\xb0y", 3, 2 }, /* wide */
		{ "\xe7\x94\xb0\xcc\x81y", 5, 2 }, /* wide + combining */
		{ "\xffz", 1, 1 }, /* no UTF-8 */
		{ "\xcc\x81x", 2, 1 }, /* combining alone */
		{ "\tx", 1, GLYPH_TAB },
	};
	int columns;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_int_equal(glyph_next(rows[i].text, strlen(rows[i].text), &columns),
				 rows[i].bytes);
		assert_int_equal(columns, rows[i].columns);
		assert_int_equal(glyph_prev(rows[i].text, rows[i].bytes), 0);
	}
	assert_int_equal(glyph_columns("e\xcc\x81\xe7\x94\xb0", 5), 3);
}

static void test_encode(void **state)
{
	static const struct {
		unsigned code;
		const char *bytes;
	} rows[] = {
		{ 'A', "A" },
		{ 0xe9, "\xc3\xa9" },
		{ 0x7530, "\xe7\x94\xb0" },
		{ 0x1f600, "\xf0\x9f\x98\x80" },
	};
	char out[4];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_int_equal(glyph_encode(rows[i].code, out), strlen(rows[i].bytes));
		assert_memory_equal(out, rows[i].bytes, strlen(rows[i].bytes));
	}
	assert_int_equal(glyph_encode(0xd800, out), 0);
	assert_int_equal(glyph_encode(0x110000, out), 0);
}

static void test_break(void **state)
{
	static const struct {
		const char *text;
		int w;
		size_t line, next;
	} rows[] = {
		{ "one two three", 8, 8, 8 },
		{ "one two three", 7, 8, 8 },
		{ "abcdefgh", 3, 3, 3 },
		{ "ab\ncd", 10, 2, 3 },
		{ "\xe7\x94\xb0\xe7\x94\xb0", 3, 3, 3 },
		{ "\xe7\x94\xb0", 1, 3, 3 }, /* never stuck */
	};
	size_t next;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_int_equal(glyph_break(rows[i].text, strlen(rows[i].text), rows[i].w, &next),
				 rows[i].line);
		assert_int_equal(next, rows[i].next);
	}
}

static void test_editing(void **state)
{
	struct field *f = field_new(100, false);

	(void)state;
	field_set(f, "one two");
	assert_int_equal(press(f, TERM_CTRL('w')), FIELD_CHANGED);
	assert_string_equal(field_text(f), "one ");
	press(f, TERM_HOME);
	press(f, 0x7530);
	assert_string_equal(field_text(f), "\xe7\x94\xb0one ");
	press(f, TERM_RIGHT);
	press(f, 'x');
	assert_string_equal(field_text(f), "\xe7\x94\xb0oxne ");
	press(f, TERM_CTRL('k'));
	assert_string_equal(field_text(f), "\xe7\x94\xb0ox");
	press(f, TERM_LEFT);
	press(f, TERM_LEFT);
	assert_int_equal(press(f, TERM_BACKSPACE), FIELD_CHANGED);
	assert_string_equal(field_text(f), "ox");
	assert_int_equal(press(f, TERM_BACKSPACE), FIELD_USED);
	press(f, TERM_DELETE);
	assert_string_equal(field_text(f), "x");
	press(f, TERM_END_KEY);
	press(f, TERM_CTRL('u'));
	assert_string_equal(field_text(f), "");
	assert_int_equal(press(f, TERM_UP), FIELD_IGNORED);
	assert_int_equal(press(f, TERM_ESC), FIELD_IGNORED);
	field_free(f);
}

static void test_combined_goes_whole(void **state)
{
	struct field *f = field_new(100, false);

	(void)state;
	field_set(f, "ae\xcc\x81");
	press(f, TERM_BACKSPACE);
	assert_string_equal(field_text(f), "a");
	field_free(f);
}

static void test_paste(void **state)
{
	static const struct {
		const char *text, *left;
		enum field_result result;
	} rows[] = {
		{ "plain", "plain", FIELD_CHANGED },
		{ " blanks stay ", " blanks stay ", FIELD_CHANGED },
		{ "line\n", "line", FIELD_STRIPPED },
		{ "a\r\nb", "ab", FIELD_STRIPPED },
		{ "esc\033[31m", "esc[31m", FIELD_STRIPPED },
		{ "bad\xff utf", "bad utf", FIELD_STRIPPED },
		{ "c1\xc2\x9bx", "c1x", FIELD_STRIPPED },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct field *f = field_new(100, false);
		struct term_event event = pasted(rows[i].text);

		assert_int_equal(field_event(f, &event), rows[i].result);
		assert_string_equal(field_text(f), rows[i].left);
		field_free(f);
	}
}

static void test_full(void **state)
{
	struct field *f = field_new(4, false);
	struct term_event event = pasted("ab\xc3\xa9\xc3\xa9z");

	(void)state;
	field_set(f, "abc\xc3\xa9");
	assert_string_equal(field_text(f), "abc");
	assert_int_equal(press(f, 'd'), FIELD_CHANGED);
	assert_int_equal(press(f, 'e'), FIELD_FULL);
	assert_string_equal(field_text(f), "abcd");
	press(f, TERM_CTRL('u'));
	/* Cut at its end, not in the middle: nothing smaller gets in behind. */
	assert_int_equal(field_event(f, &event), FIELD_CUT);
	assert_string_equal(field_text(f), "ab\xc3\xa9");
	field_free(f);
}

static void test_secret(void **state)
{
	struct field *f = field_new(500, true);
	const char *at;

	(void)state;
	field_set(f, "  hush hush  ");
	assert_int_equal(field_len(f), 13);
	assert_false(field_revealed(f));
	field_reveal(f, true);
	assert_true(field_revealed(f));
	at = field_text(f);
	press(f, TERM_CTRL('u'));
	for (size_t i = 0; i < 13; i++)
		assert_int_equal(at[i], 0);
	field_free(f);
	field_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_glyphs),
		cmocka_unit_test(test_encode),
		cmocka_unit_test(test_break),
		cmocka_unit_test(test_editing),
		cmocka_unit_test(test_combined_goes_whole),
		cmocka_unit_test(test_paste),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_secret),
	};

	return cmocka_run_group_tests(tests, use_utf8, NULL);
}
