/* Where files are (dirs) and when it is (clock). */
#include "test_base_kit.h"

#include <limits.h>
#include <pwd.h>

#include "base/clock.h"
#include "base/dirs.h"

static void use_env(const char *home, const char *xdg)
{
	if (home)
		setenv("HOME", home, 1);
	else
		unsetenv("HOME");
	if (xdg)
		setenv("XDG_CONFIG_HOME", xdg, 1);
	else
		unsetenv("XDG_CONFIG_HOME");
	dirs_set_config(NULL);
}

TEST(the_folder_is_where_the_specification_says)
{
	static const struct {
		const char *home, *xdg, *config;
	} rows[] = {
		{ "/h", NULL, "/h/.config/outpost" },
		{ "/h", "", "/h/.config/outpost" },
		{ "/h", "/x", "/x/outpost" },
		{ "/h", "relative", "/h/.config/outpost" },
		{ "/h o\"me", NULL, "/h o\"me/.config/outpost" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		char *path;

		use_env(rows[i].home, rows[i].xdg);
		assert_string_equal(dirs_config(), rows[i].config);
		path = dirs_config_path("accounts.ini");
		assert_memory_equal(path, rows[i].config, strlen(rows[i].config));
		assert_string_equal(path + strlen(rows[i].config), "/accounts.ini");
		free(path);
	}
	dirs_set_config(NULL);
}

TEST(without_home_the_system_knows)
{
	static const char *const homes[] = { NULL, "", "relative" };
	const struct passwd *pw = getpwuid(getuid());
	char *expected = xasprintf("%s/.config/outpost", pw ? pw->pw_dir : "/");

	for (size_t i = 0; i < COUNT(homes); i++) {
		use_env(homes[i], NULL);
		assert_string_equal(dirs_config(), expected);
	}
	free(expected);
	dirs_set_config(NULL);
}

TEST(an_option_wins_and_can_be_taken_back)
{
	use_env("/h", "/x");
	dirs_set_config("/else where");
	assert_string_equal(dirs_config(), "/else where");
	dirs_set_config("/again");
	assert_string_equal(dirs_config(), "/again");
	dirs_set_config(NULL);
	assert_string_equal(dirs_config(), "/x/outpost");
	dirs_set_config(NULL);
}

TEST(a_leading_tilde_is_home)
{
	static const struct {
		const char *in, *out;
	} rows[] = {
		{ "~/x", "/h/x" }, { "~/", "/h/" }, { "~", "/h" }, { "~bob/x", "~bob/x" }, { "/~/x", "/~/x" },
		{ "a~/x", "a~/x" }, { "", "" }, { "~/~/x", "/h/~/x" },
	};

	use_env("/h", NULL);
	for (size_t i = 0; i < COUNT(rows); i++) {
		char *got = dirs_expand(rows[i].in);

		assert_string_equal(got, rows[i].out);
		free(got);
	}
}

TEST(time_only_goes_forward)
{
	long long ms = clock_ms(), us = clock_us(), last = us;

	assert_true(ms > 0 && us / 1000 >= ms && us / 1000 < ms + 60000);
	for (int i = 0; i < 1000; i++) {
		long long now = clock_us();

		assert_true(now >= last);
		last = now;
	}
}

TEST(a_deadline_is_said_in_the_words_of_poll)
{
	int left;

	assert_int_equal(clock_left(CLOCK_NEVER), -1);
	assert_int_equal(clock_left(0), 0);
	assert_int_equal(clock_left(clock_after(-5)), 0);
	left = clock_left(clock_after(100000));
	assert_true(left > 40000 && left <= 100000);
	assert_int_equal(clock_left(clock_after(0)), 0);
	assert_int_equal(clock_left(clock_ms() + 2LL * INT_MAX), INT_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_folder_is_where_the_specification_says),
		cmocka_unit_test(without_home_the_system_knows),
		cmocka_unit_test(an_option_wins_and_can_be_taken_back),
		cmocka_unit_test(a_leading_tilde_is_home),
		cmocka_unit_test(time_only_goes_forward),
		cmocka_unit_test(a_deadline_is_said_in_the_words_of_poll),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
