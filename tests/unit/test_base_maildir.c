#include "test_base_kit.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>

#include "base/maildir.h"

static char *dir, *box;

static int make_box(void **state)
{
	(void)state;
	dir = new_folder();
	box = xasprintf("%s/a/Mail", dir);
	return 0;
}

static int free_box(void **state)
{
	(void)state;
	free(dir);
	free(box);
	return 0;
}

/* Messages in a folder of the box; the name of the last one is kept. */
static int count(const char *folder, char last[300])
{
	char *path = xasprintf("%s/%s", box, folder);
	DIR *d = opendir(path);
	const struct dirent *e;
	int n = 0;

	while (d && (e = readdir(d))) {
		if (e->d_name[0] == '.')
			continue;
		n++;
		if (last)
			snprintf(last, 300, "%s/%s", path, e->d_name);
	}
	if (d)
		closedir(d);
	free(path);
	return n;
}

static void assert_counts(int tmp, int fresh, int cur)
{
	assert_int_equal(count("tmp", NULL), tmp);
	assert_int_equal(count("new", NULL), fresh);
	assert_int_equal(count("cur", NULL), cur);
}

TEST(a_message_lands_where_its_flags_say)
{
	struct err err = ERR_INIT;
	char last[300] = "";
	struct stat st;

	assert_int_equal(maildir_add(box, NULL, "fresh\n\0x", 8, &err), 0);
	assert_counts(0, 1, 0);
	assert_int_equal(count("new", last), 1);
	assert_null(strchr(last, ':'));
	assert_int_equal(stat(last, &st), 0);
	assert_int_equal(st.st_size, 8);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(maildir_add(box, "FS", "seen\n", 5, &err), 0);
	assert_counts(0, 1, 1);
	assert_int_equal(count("cur", last), 1);
	assert_string_equal(last + strlen(last) - 5, ":2,FS");
	assert_contents(last, "seen\n");
	assert_int_equal(stat(box, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
}

TEST(a_descriptor_is_read_from_its_start)
{
	struct err err = ERR_INIT;
	char last[300] = "", *text = xmalloc(100001), *got;
	int fd = file_temp(&err);

	for (size_t i = 0; i < 100000; i++)
		text[i] = (char)('a' + i % 26);
	text[100000] = '\0';
	assert_true(fd >= 0);
	assert_int_equal(file_write_all(fd, text, 100000, "it", &err), 0);
	assert_int_equal(maildir_add_fd(box, "S", fd, &err), 0);
	/* Its own position does not move. */
	assert_int_equal(lseek(fd, 0, SEEK_CUR), 100000);
	assert_int_equal(maildir_add_fd(box, NULL, fd, &err), 0);
	assert_counts(0, 1, 1);
	count("new", last);
	got = contents(last);
	assert_string_equal(got, text);
	free(got);
	free(text);
	close(fd);
}

static int add_some(const char *letter)
{
	struct err err = ERR_INIT;

	for (int i = 0; i < 50; i++)
		if (maildir_add(box, NULL, letter, 1, &err) < 0)
			return 1;
	return 0;
}

TEST(many_writers_do_not_meet)
{
	pid_t pids[4];

	for (size_t i = 0; i < COUNT(pids); i++) {
		pids[i] = fork();
		assert_true(pids[i] >= 0);
		if (pids[i] == 0)
			_exit(add_some("x"));
	}
	for (size_t i = 0; i < COUNT(pids); i++) {
		int status;

		assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
		assert_int_equal(status, 0);
	}
	assert_counts(0, 200, 0);
}

static int add_too_big(const char *flags)
{
	struct rlimit limit = { 1000, 1000 };
	struct err err = ERR_INIT;
	static char big[5000];

	signal(SIGXFSZ, SIG_IGN);
	if (setrlimit(RLIMIT_FSIZE, &limit) < 0)
		return 3;
	if (maildir_add(box, *flags ? flags : NULL, big, sizeof big, &err) == 0)
		return 1;
	return err.kind == ERR_SYSTEM && strstr(err.text, "Cannot write") ? 0 : 2;
}

TEST(a_full_disk_leaves_no_half_message)
{
	assert_int_equal(in_child(add_too_big, ""), 0);
	assert_int_equal(in_child(add_too_big, "S"), 0);
	assert_counts(0, 0, 0);
}

TEST(what_cannot_be_is_an_error)
{
	struct err err = ERR_INIT;
	char *file = xasprintf("%s/file", dir), *below = xasprintf("%s/file/box", dir);
	FILE *f = fopen(file, "w");

	assert_non_null(f);
	fclose(f);
	assert_int_equal(maildir_add(file, NULL, "x", 1, &err), -1);
	assert_non_null(strstr(err.text, "Not a directory"));
	assert_int_equal(maildir_add(below, NULL, "x", 1, &err), -1);
	assert_non_null(strstr(err.text, "Not a directory"));
	assert_int_equal(maildir_add_fd(box, NULL, -1, &err), -1);
	assert_string_equal(err.text, "Cannot read the message: Bad file descriptor.");
	assert_counts(0, 0, 0);
	free(file);
	free(below);
}

#define in_box(test) cmocka_unit_test_setup_teardown(test, make_box, free_box)

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_box(a_message_lands_where_its_flags_say),
		in_box(a_descriptor_is_read_from_its_start),
		in_box(many_writers_do_not_meet),
		in_box(a_full_disk_leaves_no_half_message),
		in_box(what_cannot_be_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
