#include "test_base_kit.h"

#include "task/export/section.h"

#define B "# >>> outpost work >>>\n"
#define E "# <<< outpost work <<<\n"

static const struct section work = { "#", "", "work", false };
static const struct section work_first = { "#", "", "work", true };
static const struct section only = { "<!--", "-->", "", false };

static struct section_text text_of(const char *s)
{
	return (struct section_text){ s, strlen(s) };
}

static char *put(const struct section *s, const char *file, const char *body, struct err *err)
{
	struct buf out = BUF_INIT(1 << 20);
	int rc = section_put(s, text_of(file), text_of(body), &out, err);
	char *got = rc == 0 ? buf_detach(&out) : NULL;

	buf_free(&out);
	return got;
}

TEST(puts_in)
{
	static const struct {
		const struct section *s;
		const char *file, *body, *want;
	} rows[] = {
		{ &work, "", "x\n", B "x\n" E },
		{ &work, "", "", B E },
		{ &work, "", "x", B "x\n" E },
		{ &work, "a\n", "x\n", "a\n" B "x\n" E },
		{ &work, "a", "x\n", "a\n" B "x\n" E },
		{ &work, "\n\n", "x\n", "\n\n" B "x\n" E },
		{ &work, "a\n" B "old\n" E "z", "x\n", "a\n" B "x\n" E "z" },
		{ &work, B "old\n" E, "x\n", B "x\n" E },
		{ &work, B "old\n# <<< outpost work <<<", "x\n", B "x\n" E },
		{ &work, "a\n # >>> outpost work >>>\n", "x\n", "a\n # >>> outpost work >>>\n" B "x\n" E },
		{ &work, "# >>> outpost home >>>\nh\n# <<< outpost home <<<\n", "x\n",
		  "# >>> outpost home >>>\nh\n# <<< outpost home <<<\n" B "x\n" E },
		{ &work, "# >>> outpost work2 >>>\nh\n# <<< outpost work2 <<<\n", "x\n",
		  "# >>> outpost work2 >>>\nh\n# <<< outpost work2 <<<\n" B "x\n" E },
		{ &work_first, "a\n", "x\n", B "x\n" E "a\n" },
		{ &work_first, "a", "x\n", B "x\n" E "a" },
		{ &work_first, "\xef\xbb\xbf" "a\n", "x\n", "\xef\xbb\xbf" B "x\n" E "a\n" },
		{ &work_first, "a\n" B "old\n" E, "x\n", "a\n" B "x\n" E },
		{ &only, "<a/>\n", "<x/>\n",
		  "<a/>\n<!-- >>> outpost >>> -->\n<x/>\n<!-- <<< outpost <<< -->\n" },
		{ &work, "a\r\nb\r\n", "x\ny\n",
		  "a\r\nb\r\n# >>> outpost work >>>\r\nx\r\ny\r\n# <<< outpost work <<<\r\n" },
		{ &work, "a\r", "x\n", "a\r\n" B "x\n" E },
		{ &work, "a\r\nb", "x\n",
		  "a\r\nb\r\n# >>> outpost work >>>\r\nx\r\n# <<< outpost work <<<\r\n" },
		{ &work, "# >>> outpost work >>>\r\nold\r\n# <<< outpost work <<<\r\nz\r\n", "x\n",
		  "# >>> outpost work >>>\r\nx\r\n# <<< outpost work <<<\r\nz\r\n" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct err err = ERR_INIT;
		char *got = put(rows[i].s, rows[i].file, rows[i].body, &err), *again;

		assert_non_null(got);
		assert_string_equal(got, rows[i].want);
		again = put(rows[i].s, got, rows[i].body, &err);
		assert_non_null(again);
		assert_string_equal(again, got);
		free(got);
		free(again);
	}
}

/* What is between marks that do not fit could be the user's: nothing is touched. */
TEST(marks_must_be_a_pair)
{
	static const char *const files[] = {
		B "x\n",
		"x\n" E,
		E B,
		B "x\n" E B "x\n" E,
		B B "x\n" E,
		B "x\n" E E,
		B "# >>> outpost home >>>\n" E "# <<< outpost home <<<\n",
	};

	for (size_t i = 0; i < COUNT(files); i++) {
		struct buf out = BUF_INIT(1000);
		struct err err = ERR_INIT;

		assert_null(put(&work, files[i], "x", &err));
		assert_int_equal(err.kind, ERR_INPUT);
		assert_non_null(strstr(err.text, "outpost work"));
		assert_true(err.hint[0] != '\0');
		assert_int_equal(section_take_out(&work, text_of(files[i]), false, &out, &err), -1);
		buf_free(&out);
	}
}

TEST(takes_out)
{
	static const struct {
		const char *file;
		bool bare;
		const char *want; /* NULL: it is not there */
	} rows[] = {
		{ "", false, NULL },
		{ "a\n", false, NULL },
		{ "# >>> outpost home >>>\n", false, NULL },
		{ B "x\n" E, false, "" },
		{ "a\n" B "x\n" E, false, "a\n" },
		{ "a\n" B "x\n" E, true, "a" },
		{ "a\n" B "x\n" E "z\n", true, "a\nz\n" },
		{ "a\r\n# >>> outpost work >>>\r\nx\r\n# <<< outpost work <<<\r\n", true, "a" },
		{ B E "z", false, "z" },
		{ "a\r\n" B "x\n" E, true, "a\r" },
		{ B "x\n" E, true, "" },
		{ "\n# >>> outpost work >>>\r\nx\r\n# <<< outpost work <<<\r\n", true, "\n" },
		{ "\xef\xbb\xbf" B "x\n" E, true, "\xef\xbb\xbf" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct buf out = BUF_INIT(1000);
		struct err err = ERR_INIT;
		int rc = section_take_out(&work, text_of(rows[i].file), rows[i].bare, &out, &err);

		assert_int_equal(rc, rows[i].want != NULL);
		assert_string_equal(buf_text(&out), rows[i].want ? rows[i].want : "");
		buf_free(&out);
	}
}

TEST(sees_any_account)
{
	assert_true(section_any(&work, text_of("a\n# >>> outpost home >>>\n")));
	assert_false(section_any(&work, text_of("a\n; >>> outpost home >>>\n")));
	assert_false(section_any(&work, text_of("")));
}

TEST(bytes_of_any_kind_stay)
{
	static const char bytes[] = "\0\xff\n\0x\r\r\n\x1b\n";
	const struct section_text file = { bytes, sizeof bytes - 1 };
	struct buf with = BUF_INIT(1000), without = BUF_INIT(1000);
	struct err err = ERR_INIT;

	assert_int_equal(section_put(&work, file, text_of("x\n"), &with, &err), 0);
	assert_int_equal(section_take_out(&work, (struct section_text){ with.data, with.len }, false,
					  &without, &err), 1);
	assert_int_equal(without.len, file.len);
	assert_memory_equal(without.data, bytes, file.len);
	buf_free(&with);
	buf_free(&without);
}

TEST(too_long_is_told)
{
	struct buf out = BUF_INIT(30);
	struct err err = ERR_INIT;

	assert_int_equal(section_put(&work, text_of("a\n"), text_of("x\n"), &out, &err), -1);
	assert_string_equal(err.text, "The file is too long to be changed.");
	buf_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(puts_in),
		cmocka_unit_test(marks_must_be_a_pair),
		cmocka_unit_test(takes_out),
		cmocka_unit_test(sees_any_account),
		cmocka_unit_test(bytes_of_any_kind_stay),
		cmocka_unit_test(too_long_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
