#include "test_base_kit.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/wait.h>

#include "port/db.h"
#include "port/db_team.h"

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
	static const char *const steps[] = { "CREATE TABLE t (n INTEGER)", NULL };
	struct err err = ERR_INIT;
	struct db *db = db_open(path, steps, NULL, &err);

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
		cmocka_unit_test_setup_teardown(what_one_undoes_the_others_keep, make_path,
						free_path),
		cmocka_unit_test_setup_teardown(a_file_of_an_older_version_is_brought_on, make_path,
						free_path),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
