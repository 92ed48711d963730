#include "test_base_kit.h"

#include "base/text.h"

struct shown {
	const char *in, *out;
	size_t len;	/* 0: strlen(in) */
};

static const struct shown visible[] = {
	{ "", "", 0 },
	{ "plain ~!", "plain ~!", 0 },
	{ "a\tb", "a b", 0 },
	{ "a\r\nb", "a\\x0d\\x0ab", 0 },
	{ "\0", "\\x00", 1 },
	{ "\x1b[2J\x1b]0;title\x07", "\\x1b[2J\\x1b]0;title\\x07", 0 },
	{ "\x7f\x08", "\\x7f\\x08", 0 },
	/* C1, as UTF-8 and as bare bytes */
	{ "\xc2\x80\xc2\x9b\xc2\x9f", "\\u{80}\\u{9b}\\u{9f}", 0 },
	{ "\x9b\x31m", "\\x9b1m", 0 },
	{ "\xc2\xa0", "\xc2\xa0", 0 },
	/* What turns the order of characters round, or ends a line */
	{ "\xe2\x80\xae" "txt", "\\u{202e}txt", 0 },
	{ "\xe2\x80\xaa\xe2\x80\xad\xe2\x81\xa6\xe2\x81\xa9",
	  "\\u{202a}\\u{202d}\\u{2066}\\u{2069}", 0 },
	{ "\xe2\x80\x8e\xe2\x80\x8f\xd8\x9c", "\\u{200e}\\u{200f}\\u{61c}", 0 },
	{ "\xe2\x80\xa8\xe2\x80\xa9", "\\u{2028}\\u{2029}", 0 },
	/* Letters of any width stay, joiners and combining marks too */
	{ "Zo\xc3\xab \xe6\x97\xa5\xe6\x9c\xac e\xcc\x81", "Zo\xc3\xab \xe6\x97\xa5\xe6\x9c\xac e\xcc\x81",
	  0 },
	{ "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x9a\x80", "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x9a\x80", 0 },
	{ "\xd7\xa9\xd9\x84", "\xd7\xa9\xd9\x84", 0 },
	/* Not UTF-8: overlong, surrogate, beyond Unicode, cut short, stray */
	{ "\xc0\x80", "\\xc0\\x80", 0 },
	{ "\xe0\x80\x80", "\\xe0\\x80\\x80", 0 },
	{ "\xed\xa0\x80", "\\xed\\xa0\\x80", 0 },
	{ "\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80", 0 },
	{ "\xe2\x82", "\\xe2\\x82", 0 },
	{ "\xe2\x82x", "\\xe2\\x82x", 0 },
	{ "caf\xe9", "caf\\xe9", 0 },
	{ "\xfe\xff", "\\xfe\\xff", 0 },
};

TEST(makes_hostile_text_visible)
{
	for (size_t i = 0; i < COUNT(visible); i++) {
		const struct shown *row = &visible[i];
		size_t len = row->len ? row->len : strlen(row->in), n;
		struct buf out = BUF_INIT(1000);
		char into[1000];

		text_visible(&out, row->in, len);
		assert_string_equal(buf_text(&out), row->out);
		n = text_visible_into(into, sizeof into, row->in, len);
		assert_int_equal(n, strlen(row->out));
		assert_string_equal(into, row->out);
		/* Shown once more it is the same. */
		buf_clear(&out);
		text_visible(&out, row->out, strlen(row->out));
		assert_string_equal(buf_text(&out), row->out);
		buf_free(&out);
	}
}

TEST(no_single_byte_gets_through_that_should_not)
{
	for (int c = 0; c < 256; c++) {
		char in = (char)c, out[16];

		text_visible_into(out, sizeof out, &in, 1);
		if (c >= 0x20 && c < 0x7f)
			assert_true(out[0] == in && out[1] == '\0');
		else if (c == '\t')
			assert_string_equal(out, " ");
		else
			assert_int_equal(strlen(out), 4);
	}
}

TEST(stops_at_the_room_there_is)
{
	static const char in[] = "a\x1b\xe2\x82\xac" "b";
	static const char *const by_size[] = {
		"", "", "a", "a", "a", "a", "a\\x1b", "a\\x1b", "a\\x1b", "a\\x1b\xe2\x82\xac",
		"a\\x1b\xe2\x82\xac" "b",
	};

	for (size_t size = 0; size < COUNT(by_size); size++) {
		char out[16] = "unchanged";
		struct buf b = BUF_INIT(size ? size - 1 : 0);

		text_visible_into(out, size, in, sizeof in - 1);
		assert_string_equal(out, size ? by_size[size] : "unchanged");
		text_visible(&b, in, sizeof in - 1);
		assert_string_equal(buf_text(&b), by_size[size]);
		buf_free(&b);
	}
}

TEST(reads_one_character)
{
	static const struct {
		const char *in;
		size_t len, n;
		unsigned code;
	} rows[] = {
		{ "a", 1, 1, 'a' },
		{ "", 0, 0, 0 },
		{ "\0", 1, 1, 0 },
		{ "\x7f", 1, 1, 0x7f },
		{ "\xc2\x80", 2, 2, 0x80 },
		{ "\xdf\xbf", 2, 2, 0x7ff },
		{ "\xe0\xa0\x80", 3, 3, 0x800 },
		{ "\xed\x9f\xbf", 3, 3, 0xd7ff },
		{ "\xee\x80\x80", 3, 3, 0xe000 },
		{ "\xef\xbf\xbf", 3, 3, 0xffff },
		{ "\xf0\x90\x80\x80", 4, 4, 0x10000 },
		{ "\xf4\x8f\xbf\xbf", 4, 4, 0x10ffff },
		{ "\xc1\xbf", 2, 0, 0 },
		{ "\xe0\x9f\xbf", 3, 0, 0 },
		{ "\xf0\x8f\xbf\xbf", 4, 0, 0 },
		{ "\xed\xbf\xbf", 3, 0, 0 },
		{ "\xf5\x80\x80\x80", 4, 0, 0 },
		{ "\xe2\x82\xac", 2, 0, 0 },
		{ "\x80", 1, 0, 0 },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		unsigned code = 0;

		assert_int_equal(text_utf8_next(rows[i].in, rows[i].len, &code), rows[i].n);
		assert_int_equal(code, rows[i].code);
		assert_int_equal(text_utf8_valid(rows[i].in, rows[i].len),
				 rows[i].n > 0 || rows[i].len == 0);
	}
}

TEST(trims_and_lowers_in_place)
{
	static const struct {
		const char *in, *out;
	} rows[] = {
		{ "", "" }, { " \t\r\n", "" }, { "a", "a" }, { " a b\n", "a b" }, { "\xc2\xa0x", "\xc2\xa0x" },
	};
	char cased[] = "AbC \xc3\x84 Z[@";

	for (size_t i = 0; i < COUNT(rows); i++) {
		char *copy = xstrdup(rows[i].in);

		assert_string_equal(text_trim(copy), rows[i].out);
		free(copy);
	}
	text_lower(cased);
	assert_string_equal(cased, "abc \xc3\x84 z[@");
}

TEST(compares_without_case)
{
	static const struct {
		const char *a, *b;
		bool eq, prefix, has;
	} rows[] = {
		{ "", "", true, true, true },
		{ "Abc", "aBC", true, true, true },
		{ "abcd", "ABC", false, true, true },
		{ "xabc", "ABC", false, false, true },
		{ "ab", "abc", false, false, false },
		{ "ab", "", false, true, true },
		{ "aab", "AB", false, false, true },
		{ "[", "{", false, false, false },
		{ "\xc3\x84", "\xc3\xa4", false, false, false },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_int_equal(text_eq_nocase(rows[i].a, rows[i].b), rows[i].eq);
		assert_int_equal(text_prefix_nocase(rows[i].a, rows[i].b), rows[i].prefix);
		assert_int_equal(text_has_nocase(rows[i].a, rows[i].b), rows[i].has);
	}
}

TEST(finds_what_is_not_plain)
{
	assert_true(text_ascii(""));
	assert_true(text_ascii("\x01~"));
	assert_false(text_ascii("a\xc3\xab"));
	assert_false(text_has_control("a ~\xc3\xab", 5));
	assert_true(text_has_control("a\tb", 3));
	assert_true(text_has_control("a\0b", 3));
	assert_true(text_has_control("\x7f", 1));
	assert_false(text_has_control("\n", 0));
}

TEST(reads_whole_numbers_only)
{
	static const struct {
		const char *in;
		long min, max, out;	/* out -7: refused */
	} rows[] = {
		{ "0", 0, 10, 0 }, { "10", 0, 10, 10 }, { "11", 0, 10, -7 }, { "007", 0, 10, 7 },
		{ "0", 1, 10, -7 }, { "", 0, 10, -7 }, { " 1", 0, 10, -7 }, { "1 ", 0, 10, -7 },
		{ "+1", 0, 10, -7 }, { "-1", -5, 10, -7 }, { "1e1", 0, 99, -7 }, { "0x1", 0, 99, -7 },
		{ "999999999999999999", 0, 999999999999999999, 999999999999999999 },
		{ "9999999999999999999", 0, 999999999999999999, -7 },
		{ "99999999999999999999999999", 0, 10, -7 },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		long got = -7;
		int rc = text_number(rows[i].in, rows[i].min, rows[i].max, &got);

		assert_int_equal(rc, rows[i].out == -7 ? -1 : 0);
		assert_int_equal(got, rows[i].out);
	}
}

TEST(knows_what_is_below_a_domain)
{
	static const struct {
		const char *host, *domain;
		bool is;
	} rows[] = {
		{ "mx.example.org", "example.org", true },   { "example.org", "example.org", true },
		{ "MX.Example.ORG.", "example.org", true },  { "notexample.org", "example.org", false },
		{ "example.org.evil", "example.org", false }, { "org", "example.org", false },
		{ "", "example.org", false },		     { ".", "example.org", false },
		{ ".example.org", "example.org", true },     { "mx.example.org", "", false },
	};

	for (size_t i = 0; i < COUNT(rows); i++)
		if (text_in_domain(rows[i].host, rows[i].domain, strlen(rows[i].domain)) !=
		    rows[i].is)
			fail_msg("%s, %s", rows[i].host, rows[i].domain);
}

TEST(counts_the_steps_between_words)
{
	static const struct {
		const char *a, *b;
		size_t steps;
	} rows[] = {
		{ "", "", 0 },	     { "a", "", 1 },	  { "gmail", "gmail", 0 },
		{ "gmial", "gmail", 1 }, { "gmil", "gmail", 1 }, { "gmaill", "gmail", 1 },
		{ "gnail", "gmail", 1 }, { "gnial", "gmail", 2 }, { "Gmail", "gmail", 1 },
		{ "abc", "xyz", 3 },
	};
	char longest[TEXT_DISTANCE_MAX + 2];

	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_int_equal(text_distance(rows[i].a, rows[i].b), rows[i].steps);
		assert_int_equal(text_distance(rows[i].b, rows[i].a), rows[i].steps);
	}
	memset(longest, 'a', sizeof longest - 1);
	longest[sizeof longest - 1] = '\0';
	assert_int_equal(text_distance(longest, "a"), TEXT_DISTANCE_MAX);
	assert_int_equal(text_distance(longest + 1, "a"), TEXT_DISTANCE_MAX - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(makes_hostile_text_visible),
		cmocka_unit_test(no_single_byte_gets_through_that_should_not),
		cmocka_unit_test(stops_at_the_room_there_is),
		cmocka_unit_test(reads_one_character),
		cmocka_unit_test(trims_and_lowers_in_place),
		cmocka_unit_test(compares_without_case),
		cmocka_unit_test(finds_what_is_not_plain),
		cmocka_unit_test(reads_whole_numbers_only),
		cmocka_unit_test(knows_what_is_below_a_domain),
		cmocka_unit_test(counts_the_steps_between_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
