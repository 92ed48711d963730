/* The database file: its locks outlive whatever else this process does with it; its versions; a
 * team that writes to it. */
#include "test_base_kit.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/wait.h>

#include "port/db.h"
#include "port/db_team.h"

static char *folder, *path;

static int make_path(void **state)
{
	(void)state;
	folder = new_folder();
	path = xasprintf("%s/it.db", folder);
	return 0;
}

static int free_path(void **state)
{
	(void)state;
	free(path);
	free(folder);
	return 0;
}

static const char *const one_step[] = { "CREATE TABLE t (n INTEGER)", NULL };

static struct db *open_db(void)
{
	struct err err = ERR_INIT;
	struct db *db = db_open(path, one_step, NULL, &err);

	assert_string_equal(err.text, "");
	assert_non_null(db);
	return db;
}

/* As another process sees it: is anything of the file locked? */
static bool is_locked(void)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		struct flock there = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
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

TEST(changes_of_others_are_noticed)
{
	struct db *first = open_db(), *second = open_db();
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
}

TEST(what_is_no_file_is_refused)
{
	char *link = xasprintf("%s/link", folder);
	struct err err = ERR_INIT;

	assert_int_equal(symlink("/nowhere/else", link), 0);
	assert_null(db_open(link, one_step, NULL, &err));
	assert_non_null(strstr(err.text, "no file"));
	assert_null(db_open(folder, one_step, NULL, &err));
	assert_non_null(strstr(err.text, "no file"));
	free(link);
	link = xasprintf("%s/no/such", folder);
	assert_null(db_open(link, one_step, NULL, &err));
	assert_non_null(strstr(err.text, "No such file"));
	free(link);
}

/* ---- a team ---- */

#define THREADS 8
#define STEPS   50

struct part {
	pthread_t thread;
	struct db_team *team;
	int64_t from, now;
	int kept;
};

/* Every seventh is refused, after it was written. */
static int step(struct db *db, void *arg, struct err *err)
{
	const struct part *p = arg;

	if (db_run(db, err, "INSERT INTO t VALUES (?)", "i", p->now) < 0)
		return -1;
	return p->now % 7 ? 0 : err_set(err, ERR_INPUT, "No %d.", (int)p->now);
}

static void *work(void *arg)
{
	struct part *p = arg;

	for (p->now = p->from; p->now < p->from + STEPS; p->now++) {
		struct err err = ERR_INIT;
		char want[32];
		int rc = db_team_run(p->team, step, p, &err);

		snprintf(want, sizeof want, "No %d.", (int)p->now);
		if ((rc == 0) != (p->now % 7 != 0) || (rc < 0 && strcmp(err.text, want) != 0))
			return NULL;
		p->kept += rc == 0;
	}
	return p;
}

static void what_one_undoes_the_others_keep(void **state)
{
	struct db *db = open_db();
	struct part parts[THREADS] = { 0 };
	struct db_team *team = db_team_new(open_db());
	int64_t n = 0;
	int kept = 0;

	(void)state;
	for (int i = 0; i < THREADS; i++) {
		parts[i].team = team;
		parts[i].from = i * STEPS;
		assert_int_equal(pthread_create(&parts[i].thread, NULL, work, &parts[i]), 0);
	}
	for (int i = 0; i < THREADS; i++) {
		void *right;

		pthread_join(parts[i].thread, &right);
		assert_non_null(right);
		kept += parts[i].kept;
	}
	db_team_free(team);
	assert_int_equal(db_number(db, NULL, &n, "SELECT count(*) FROM t", ""), 1);
	assert_int_equal(n, kept);
	assert_int_equal(db_number(db, NULL, &n, "SELECT count(DISTINCT n) FROM t WHERE n % 7", ""), 1);
	assert_int_equal(n, kept);
	db_close(db);
}

/* ---- versions ---- */

static void a_file_of_an_older_version_is_brought_on(void **state)
{
	static const char *const old[] = { "CREATE TABLE a (n INTEGER)", NULL };
	static const char *const new[] = { "CREATE TABLE a (n INTEGER)",
					   "ALTER TABLE a ADD COLUMN m INTEGER; CREATE TABLE b (n)",
					   "INSERT INTO b VALUES (7)", NULL };
	struct err err = ERR_INIT;
	struct db *db = db_open(path, old, NULL, &err);
	int64_t n = 0;

	(void)state;
	assert_non_null(db);
	assert_int_equal(db_run(db, &err, "INSERT INTO a VALUES (5)", ""), 1);
	db_close(db);
	for (int i = 0; i < 2; i++) {
		db = db_open(path, new, NULL, &err);
		assert_non_null(db);
		assert_int_equal(db_number(db, &err, &n, "SELECT n FROM a WHERE m IS NULL", ""), 1);
		assert_int_equal(n, 5);
		assert_int_equal(db_number(db, &err, &n, "SELECT sum(n) FROM b", ""), 1);
		assert_int_equal(n, 7);
		/* What is promised is on the disk: 2 is FULL. */
		assert_int_equal(db_number(db, &err, &n, "PRAGMA synchronous", ""), 1);
		assert_int_equal(n, 2);
		db_close(db);
	}
	assert_null(db_open(path, old, NULL, &err));
	assert_non_null(strstr(err.text, "newer"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_second_handle_leaves_the_locks_of_the_first,
						make_path, free_path),
		cmocka_unit_test_setup_teardown(changes_of_others_are_noticed, make_path, free_path),
		cmocka_unit_test_setup_teardown(what_is_no_file_is_refused, make_path, free_path),
		cmocka_unit_test_setup_teardown(what_one_undoes_the_others_keep, make_path,
						free_path),
		cmocka_unit_test_setup_teardown(a_file_of_an_older_version_is_brought_on, make_path,
						free_path),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
