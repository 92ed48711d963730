#include "widget_kit.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "widget/path.h"

static char folder[200];

static void touch(const char *name)
{
	char path[400];

	snprintf(path, sizeof path, "%s/%s", folder, name);
	close(open(path, O_WRONLY | O_CREAT, 0600));
}

static int make(void **state)
{
	char path[300];

	(void)state;
	snprintf(folder, sizeof folder, "%s/path.XXXXXX",
		 getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
	assert_non_null(mkdtemp(folder));
	setenv("HOME", folder, 1);
	touch("report-1.pdf");
	touch("report-2.pdf");
	touch("B\xc3\xa4r 1");
	touch("B\xc3\xb6 2");
	touch(".hidden");
	touch("bad\xff");
	touch("esc\033");
	snprintf(path, sizeof path, "%s/sub", folder);
	return mkdir(path, 0700);
}

static int clean(void **state)
{
	char line[300];

	(void)state;
	snprintf(line, sizeof line, "rm -rf '%s'", folder);
	return system(line);
}

static void test_complete(void **state)
{
	static const struct {
		const char *typed, *whole, *list;
		size_t count;
	} rows[] = {
		{ "~", "~/", "", 1 },
		{ "~/r", "~/report-", "report-1.pdf  report-2.pdf", 2 },
		{ "~/report-2", "~/report-2.pdf", "report-2.pdf", 1 },
		{ "~/s", "~/sub/", "sub", 1 },
		{ "~/B", "~/B", "B\xc3\xa4r 1  B\xc3\xb6 2", 2 },
		{ "~/.h", "~/.hidden", ".hidden", 1 },
		{ "~/bad", "~/bad", "", 0 },
		{ "~/esc", "~/esc", "", 0 },
		{ "~/nothing", "~/nothing", "", 0 },
		{ "/no/such/folder/x", "/no/such/folder/x", "", 0 },
	};
	char list[200], *whole;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		list[0] = '\0';
		assert_int_equal(path_complete(rows[i].typed, &whole, list, sizeof list),
				 rows[i].count);
		assert_string_equal(whole, rows[i].whole);
		assert_string_equal(list, rows[i].list);
		free(whole);
	}
	assert_int_equal(path_complete("~/", &whole, list, 8), 5);
	assert_true(strlen(list) < 8);
	free(whole);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_complete) };

	return cmocka_run_group_tests(tests, make, clean);
}
