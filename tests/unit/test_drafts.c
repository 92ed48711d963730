/* Unfinished messages: what is saved comes back, to one process, and nothing else does. */
#include "test_base_kit.h"

#include <sys/stat.h>

#include "base/dirs.h"
#include "task/drafts.h"

static char folder[200];

static int make_folder(void **state)
{
	const char *dir = getenv("TMPDIR");

	(void)state;
	snprintf(folder, sizeof folder, "%s/drafts.XXXXXX", dir && *dir ? dir : "/tmp");
	assert_non_null(mkdtemp(folder));
	setenv("XDG_STATE_HOME", folder, 1);
	dirs_set_config(NULL);
	return 0;
}

static int remove_folder(void **state)
{
	char line[300];

	(void)state;
	snprintf(line, sizeof line, "rm -rf '%s'", folder);
	return system(line);
}

static const char *const files[] = { "/tmp/a: b", "/tmp/\xc3\xa4" };

static struct draft example(const char *text)
{
	return (struct draft){ .account = (char *)"work",
			       .to = (char *)"Zo\xc3\xab <zoe@example.org>",
			       .subject = (char *)"a\nTo: evil@example.org",
			       .files = (char **)files,
			       .file_count = 2,
			       .text = (char *)text };
}

TEST(what_was_saved_comes_back)
{
	struct draft draft = example("\nTo: in the text\n\nand more"), back = { 0 };
	struct draft_file *file = drafts_begin(NULL);
	struct stat st;

	assert_non_null(file);
	assert_int_equal(drafts_save(file, &draft, NULL), 0);
	assert_int_equal(stat(drafts_path(file), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	drafts_leave(file);
	file = drafts_take(&back);
	assert_non_null(file);
	assert_string_equal(back.account, "work");
	assert_string_equal(back.to, draft.to);
	assert_null(back.cc);
	assert_string_equal(back.subject, "a To: evil@example.org");
	assert_int_equal(back.file_count, 2);
	assert_string_equal(back.files[0], files[0]);
	assert_string_equal(back.files[1], files[1]);
	assert_string_equal(back.text, draft.text);
	draft_clear(&back);
	drafts_remove(file);
	drafts_leave(file);
	assert_null(drafts_take(&back));
}

/* As send --draft gives it: kept, and not offered where it cannot be seen. */
TEST(what_is_said_more_comes_back)
{
	static const char *const headers[] = { "X-A: b", "Header: To: x\nBcc: eve@example.org" };
	static const char *const as[] = { NULL, "n\xc3\xa4me: x.txt" };
	struct draft draft = example("x"), back = { 0 };
	struct draft_file *file = drafts_begin(NULL);
	struct typed typed;
	long number = drafts_number(file);

	assert_false(draft_says_more(&draft));
	draft.from = (char *)"Ann <ann@example.org>";
	draft.reply_to = (char *)"desk@example.org";
	draft.in_reply_to = (char *)"<1@x>";
	draft.html = (char *)"/tmp/a.html";
	draft.date = (char *)"2026-11-24 09:30";
	draft.no_signature = (char *)"yes";
	draft.headers = (char **)headers;
	draft.header_count = 2;
	draft.names = (char **)as;
	assert_true(draft_says_more(&draft));
	assert_int_equal(drafts_save(file, &draft, NULL), 0);
	drafts_leave(file);
	assert_null(drafts_take(&back));
	file = drafts_open(number, &back, NULL);
	assert_non_null(file);
	typed = draft_typed(&back);
	assert_string_equal(typed.from, draft.from);
	assert_string_equal(typed.reply_to, draft.reply_to);
	assert_string_equal(typed.in_reply_to, draft.in_reply_to);
	assert_string_equal(typed.html, draft.html);
	assert_string_equal(typed.date, draft.date);
	assert_true(typed.no_signature);
	assert_int_equal(typed.header_count, 2);
	assert_string_equal(typed.headers[0], headers[0]);
	assert_string_equal(typed.headers[1], "Header: To: x Bcc: eve@example.org");
	assert_int_equal(back.file_count, 2);
	assert_null(back.names[0]);
	assert_string_equal(back.names[1], as[1]);
	assert_null(back.bcc);
	draft_clear(&back);
	drafts_remove(file);
	drafts_leave(file);
}

TEST(what_somebody_writes_is_not_offered)
{
	struct draft draft = example("x"), back = { 0 };
	struct draft_file *file = drafts_begin(NULL), *other = drafts_begin(NULL);

	assert_int_equal(drafts_save(file, &draft, NULL), 0);
	assert_null(drafts_take(&back));
	draft.text = (char *)"newer";
	assert_int_equal(drafts_save(other, &draft, NULL), 0);
	drafts_leave(file);
	drafts_leave(other);
	other = drafts_take(&back);
	assert_string_equal(back.text, "newer");
	draft_clear(&back);
	file = drafts_take(&back);
	assert_string_equal(back.text, "x");
	draft_clear(&back);
	drafts_remove(file);
	drafts_remove(other);
	drafts_leave(file);
	drafts_leave(other);
}

TEST(what_is_no_draft_is_passed_over_and_stays)
{
	static const char *const bad[] = { "", "To: x", "To: x\n", "no head\0\n\nx" };
	static const size_t len[] = { 0, 5, 6, 12 };
	struct draft back = { 0 };
	char path[300];
	FILE *f;

	for (size_t i = 0; i < COUNT(bad); i++) {
		snprintf(path, sizeof path, "%s/outpost/drafts/%zu.txt", folder, i);
		f = fopen(path, "w");
		assert_non_null(f);
		fwrite(bad[i], 1, len[i], f);
		fclose(f);
		assert_null(drafts_take(&back));
		assert_null(back.text);
		assert_int_equal(access(path, F_OK), 0);
		unlink(path);
	}
}

TEST(one_too_long_leaves_the_old)
{
	struct draft draft = example("first"), back = { 0 };
	struct draft_file *file = drafts_begin(NULL);
	struct err err = ERR_INIT;
	char *big = calloc(1, 700 * 1024);

	assert_int_equal(drafts_save(file, &draft, NULL), 0);
	memset(big, 'a', 700 * 1024 - 1);
	draft.cc = big;
	assert_int_equal(drafts_save(file, &draft, &err), -1);
	assert_int_equal(err.kind, ERR_INPUT);
	free(big);
	drafts_leave(file);
	file = drafts_take(&back);
	assert_string_equal(back.text, "first");
	draft_clear(&back);
	drafts_remove(file);
	drafts_leave(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_saved_comes_back),
		cmocka_unit_test(what_is_said_more_comes_back),
		cmocka_unit_test(what_somebody_writes_is_not_offered),
		cmocka_unit_test(what_is_no_draft_is_passed_over_and_stays),
		cmocka_unit_test(one_too_long_leaves_the_old),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
