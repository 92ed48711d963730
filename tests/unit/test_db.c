#include "test_base_kit.h"

#include <fcntl.h>
#include <sys/wait.h>

#include "port/db.h"

#define SHARED 0x40000002 /* of SQLite's lock bytes: where readers stand */

static char *path;

static int make_path(void **state)
{
	char *dir = new_folder();

	(void)state;
	path = xasprintf("%s/it.db", dir);
	free(dir);
	return 0;
}

static int free_path(void **state)
{
	(void)state;
	free(path);
	return 0;
}

static struct db *open_db(void)
{
	struct err err = ERR_INIT;
	struct db *db = db_open(path, "CREATE TABLE t (n INTEGER)", 1, NULL, &err);

	assert_string_equal(err.text, "");
	assert_non_null(db);
	return db;
}

/* Asked in another process: does somebody have the file in use? */
static bool is_locked(void)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		struct flock there = {
			.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = SHARED, .l_len = 510
		};
		int fd = open(path, O_RDWR | O_CLOEXEC);

		_exit(fd < 0 || fcntl(fd, F_GETLK, &there) < 0 ? 2 : there.l_type != F_UNLCK);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) < 2);
	return WEXITSTATUS(status) == 1;
}

/* Who thinks to be alone takes the log away, and what is written to it afterwards is lost. */
static void a_second_handle_leaves_the_locks_of_the_first(void **state)
{
	struct db *one, *two;
	int64_t n = 0;

	(void)state;
	one = open_db();
	assert_int_equal(db_number(one, NULL, &n, "SELECT count(*) FROM t", ""), 1);
	assert_true(is_locked());
	two = open_db();
	assert_true(is_locked());
	db_close(two);
	assert_true(is_locked());
	db_close(one);
	assert_false(is_locked());
	one = open_db();
	db_close(one);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_second_handle_leaves_the_locks_of_the_first,
						make_path, free_path),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
