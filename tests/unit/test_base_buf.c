#include "test_base_kit.h"

#include <signal.h>
#include <sys/resource.h>

TEST(starts_empty_and_reads_as_text)
{
	struct buf b = BUF_INIT(10);
	char *got;

	assert_string_equal(buf_text(&b), "");
	assert_int_equal(b.len, 0);
	buf_clear(&b);
	buf_drop(&b, 0);
	buf_free(&b);
	buf_free(&b);
	got = buf_detach(&b);
	assert_string_equal(got, "");
	free(got);
}

TEST(adds_in_every_way)
{
	struct buf b = BUF_INIT(100);

	assert_int_equal(buf_add(&b, "ab\0c", 4), 0);
	assert_memory_equal(b.data, "ab\0c\0", 5);
	buf_clear(&b);
	assert_int_equal(buf_adds(&b, "one"), 0);
	assert_int_equal(buf_addc(&b, ','), 0);
	assert_int_equal(buf_printf(&b, " %d %s", 2, "two"), 0);
	assert_int_equal(buf_add(&b, NULL, 0), 0);
	assert_string_equal(buf_text(&b), "one, 2 two");
	assert_int_equal(b.len, 10);
	buf_free(&b);
}

TEST(past_the_maximum_nothing_changes)
{
	static const size_t limits[] = { 0, 1, 63, 64, 65, 4096 };

	for (size_t i = 0; i < COUNT(limits); i++) {
		struct buf b = BUF_INIT(limits[i]);
		size_t n = 0;

		while (buf_addc(&b, 'x') == 0)
			assert_true(++n <= limits[i]);
		assert_int_equal(n, limits[i]);
		assert_int_equal(b.len, limits[i]);
		assert_int_equal(strlen(buf_text(&b)), limits[i]);
		assert_int_equal(buf_adds(&b, "yz"), -1);
		assert_int_equal(buf_printf(&b, "%d", 12), -1);
		assert_int_equal(buf_add(&b, "", SIZE_MAX), -1);
		assert_int_equal(b.len, limits[i]);
		assert_null(strchr(buf_text(&b), 'y'));
		assert_int_equal(buf_adds(&b, ""), 0);
		buf_free(&b);
	}
}

TEST(a_failed_addition_does_not_cost_the_rest)
{
	struct buf b = BUF_INIT(4);

	assert_int_equal(buf_adds(&b, "abc"), 0);
	assert_int_equal(buf_printf(&b, "%s", "de"), -1);
	assert_string_equal(buf_text(&b), "abc");
	assert_int_equal(buf_printf(&b, "%s", "d"), 0);
	assert_string_equal(buf_text(&b), "abcd");
	buf_free(&b);
	assert_int_equal(buf_adds(&b, "wxyz"), 0);
	assert_int_equal(buf_adds(&b, "!"), -1);
	buf_free(&b);
}

TEST(cuts_and_drops)
{
	struct buf b = BUF_INIT(100);

	buf_adds(&b, "0123456789");
	buf_drop(&b, 3);
	assert_string_equal(buf_text(&b), "3456789");
	buf_cut(&b, 4);
	assert_string_equal(buf_text(&b), "3456");
	buf_cut(&b, 4);
	buf_drop(&b, 4);
	assert_string_equal(buf_text(&b), "");
	assert_int_equal(b.len, 0);
	buf_free(&b);
}

TEST(what_was_detached_is_the_callers)
{
	struct buf b = BUF_INIT(100);
	char *got;

	buf_adds(&b, "mine");
	got = buf_detach(&b);
	assert_string_equal(buf_text(&b), "");
	buf_adds(&b, "new");
	assert_string_equal(got, "mine");
	free(got);
	buf_free(&b);
}

TEST(a_secret_leaves_no_trace_in_what_is_kept)
{
	struct buf b = BUF_INIT_SECRET(100);

	buf_adds(&b, "hunter2hunter2");
	buf_cut(&b, 7);
	assert_memory_equal(b.data, "hunter2\0\0\0\0\0\0\0\0", 15);
	buf_drop(&b, 5);
	assert_memory_equal(b.data, "r2\0\0\0\0\0\0", 8);
	buf_clear(&b);
	assert_memory_equal(b.data, "\0\0\0", 3);
	buf_free(&b);
}

static int cut_too_much(const char *how)
{
	struct rlimit none = { 0, 0 };
	struct buf b = BUF_INIT(10);

	setrlimit(RLIMIT_CORE, &none);
	stderr_into("/dev/null");
	buf_adds(&b, "abc");
	if (*how == 'c')
		buf_cut(&b, 4);
	else
		buf_drop(&b, 4);
	buf_free(&b);
	return 0;
}

TEST(cutting_what_is_not_there_is_a_broken_program)
{
	assert_int_equal(in_child(cut_too_much, "cut"), 128 + SIGABRT);
	assert_int_equal(in_child(cut_too_much, "drop"), 128 + SIGABRT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(starts_empty_and_reads_as_text),
		cmocka_unit_test(adds_in_every_way),
		cmocka_unit_test(past_the_maximum_nothing_changes),
		cmocka_unit_test(a_failed_addition_does_not_cost_the_rest),
		cmocka_unit_test(cuts_and_drops),
		cmocka_unit_test(what_was_detached_is_the_callers),
		cmocka_unit_test(a_secret_leaves_no_trace_in_what_is_kept),
		cmocka_unit_test(cutting_what_is_not_there_is_a_broken_program),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
