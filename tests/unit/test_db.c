/* The database file: its locks outlive whatever else this process does with it. */
#include "test_base_kit.h"

#include <fcntl.h>

#include "port/db.h"

#define SCHEMA "CREATE TABLE t (a INTEGER)"

static struct db *open_one(const char *path)
{
	struct err err = ERR_INIT;
	struct db *db = db_open(path, SCHEMA, 1, NULL, &err);

	assert_string_equal(err.text, "");
	assert_non_null(db);
	return db;
}

/* As another process sees it: is anything of the file locked? */
static bool is_locked(const char *path)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
		int fd = open(path, O_RDWR);

		_exit(fd < 0 || fcntl(fd, F_GETLK, &lock) < 0 ? 2 : lock.l_type != F_UNLCK);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) < 2);
	return WEXITSTATUS(status) == 1;
}

/* Without its lock another program would take the log away as nobody's. */
TEST(a_second_handle_leaves_the_lock_of_the_first)
{
	char *folder = new_folder(), *path = xasprintf("%s/a.db", folder);
	struct db *first = open_one(path), *second;

	assert_int_equal(db_run(first, NULL, "INSERT INTO t VALUES (1)", ""), 1);
	assert_true(is_locked(path));
	second = open_one(path);
	assert_true(is_locked(path));
	db_close(second);
	assert_true(is_locked(path));
	db_close(first);
	assert_false(is_locked(path));
	free(path);
	free(folder);
}

TEST(changes_of_others_are_noticed)
{
	char *folder = new_folder(), *path = xasprintf("%s/a.db", folder);
	struct db *first = open_one(path), *second = open_one(path);
	int64_t seen = 0;

	assert_true(db_changed(first, &seen));
	assert_false(db_changed(first, &seen));
	assert_int_equal(db_run(first, NULL, "INSERT INTO t VALUES (1)", ""), 1);
	assert_false(db_changed(first, &seen));
	/* Only what is committed counts; nobody is waited for. */
	assert_int_equal(db_begin(second, NULL), 0);
	assert_int_equal(db_run(second, NULL, "INSERT INTO t VALUES (2)", ""), 1);
	assert_false(db_changed(first, &seen));
	assert_int_equal(db_commit(second, NULL), 0);
	assert_true(db_changed(first, &seen));
	assert_false(db_changed(first, &seen));
	db_close(first);
	db_close(second);
	free(path);
	free(folder);
}

TEST(what_is_no_file_is_refused)
{
	char *folder = new_folder(), *link = xasprintf("%s/link", folder);
	struct err err = ERR_INIT;

	assert_int_equal(symlink("/nowhere/else", link), 0);
	assert_null(db_open(link, SCHEMA, 1, NULL, &err));
	assert_non_null(strstr(err.text, "no file"));
	assert_null(db_open(folder, SCHEMA, 1, NULL, &err));
	assert_non_null(strstr(err.text, "no file"));
	free(link);
	link = xasprintf("%s/no/such", folder);
	assert_null(db_open(link, SCHEMA, 1, NULL, &err));
	assert_non_null(strstr(err.text, "No such file"));
	free(link);
	free(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_second_handle_leaves_the_lock_of_the_first),
		cmocka_unit_test(changes_of_others_are_noticed),
		cmocka_unit_test(what_is_no_file_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
