#include "account_kit.h"

#include <signal.h>
#include <sys/wait.h>

/* ---- changing ---- */

static void test_changes(void **state)
{
	struct accounts *all = opened(true);
	struct err err = ERR_INIT;
	char *id;

	(void)state;
	ok(account_add(all, sample("one"), &err), &err);
	ok(account_add(all, sample("two"), &err), &err);
	ok(account_add(all, sample("three"), &err), &err);
	assert_string_equal(account_default(all), "one");
	assert_int_equal(account_rename(all, "two", "three", &err), -1);
	assert_int_equal(account_rename(all, "two", "T o", &err), -1);
	assert_int_equal(account_rename(all, "four", "five", &err), -1);
	assert_int_equal(err.kind, ERR_NOINPUT);
	ok(account_rename(all, "one", "uno", &err), &err);
	assert_string_equal(account_default(all), "uno");
	ok(account_make_default(all, "two", &err), &err);
	assert_int_equal(account_make_default(all, "four", &err), -1);
	ok(accounts_save(all, &err), &err);
	ok(account_remove(all, "two", &err), &err);
	assert_string_equal(account_default(all), "");
	assert_int_equal(account_remove(all, "two", &err), -1);
	assert_int_equal(account_add(all, account_new("empty"), &err), -1);
	assert_int_equal(account_add(all, sample("Bad Id"), &err), -1);
	ok(account_set(account_find(all, "uno"), ACCOUNT_PORT, "2525", &err), &err);
	ok(accounts_save(all, &err), &err);
	id = account_suggest_id(all, "x@three");
	assert_string_equal(id, "three-2");
	free(id);
	accounts_close(all);

	all = opened(false);
	assert_int_equal(account_count(all), 2);
	assert_string_equal(account_id(account_at(all, 0)), "uno");
	assert_int_equal(account_port(account_at(all, 0)), 2525);
	assert_string_equal(account_id(account_at(all, 1)), "three");
	accounts_close(all);
}

static void test_undo(void **state)
{
	struct err err = ERR_INIT;
	struct accounts *all;
	char *one, *two, *now;

	(void)state;
	assert_int_equal(account_undo(&err), -1);
	assert_int_equal(err.kind, ERR_NOINPUT);
	assert_non_null(strstr(err.text, "nothing to undo"));
	add_one("one");
	one = get();
	add_one("two");
	two = get();
	/* Saving the same once more is no change. */
	all = opened(true);
	ok(accounts_save(all, &err), &err);
	accounts_close(all);
	for (int i = 0; i < 4; i++) {
		ok(account_undo(&err), &err);
		now = get();
		assert_string_equal(now, i % 2 ? two : one);
		free(now);
	}
	/* It also takes back a change by hand that broke the file, and loses it not. */
	put("junk\n");
	ok(account_undo(&err), &err);
	now = get();
	assert_string_equal(now, one);
	free(now);
	ok(account_undo(&err), &err);
	now = get();
	assert_string_equal(now, "junk\n");
	free(now);
	free(one);
	free(two);
}

static void test_undo_first(void **state)
{
	struct err err = ERR_INIT;
	struct accounts *all;

	(void)state;
	add_one("one");
	ok(account_undo(&err), &err);
	all = opened(false);
	assert_int_equal(account_count(all), 0);
	accounts_close(all);
	ok(account_undo(&err), &err);
	all = opened(false);
	assert_int_equal(account_count(all), 1);
	accounts_close(all);
}

static void check_undone(const char *want)
{
	struct accounts *before = opened(false), *now;
	struct err err = ERR_INIT;
	char done[200];

	ok(account_undo(&err), &err);
	now = opened(false);
	accounts_undone(before, now, done);
	assert_string_equal(done, want);
	accounts_close(before);
	accounts_close(now);
}

static void test_undone_in_words(void **state)
{
	struct err err = ERR_INIT;
	struct accounts *all;

	(void)state;
	add_one("one");
	add_one("two");
	check_undone("The account two is gone again.");
	check_undone("The account two is there again.");
	all = opened(true);
	ok(account_rename(all, "two", "three", &err), &err);
	ok(accounts_save(all, &err), &err);
	accounts_close(all);
	check_undone("The account three is called two again.");
	all = opened(true);
	ok(account_set(account_find(all, "one"), ACCOUNT_PORT, "2525", &err), &err);
	ok(accounts_save(all, &err), &err);
	accounts_close(all);
	check_undone("The account one is as it was before.");
	all = opened(true);
	ok(account_make_default(all, "two", &err), &err);
	ok(accounts_save(all, &err), &err);
	accounts_close(all);
	check_undone("The default account is one again.");
}

static void test_changed_meanwhile(void **state)
{
	struct accounts *all;
	struct err err = ERR_INIT;
	char *now;

	(void)state;
	add_one("one");
	all = opened(true);
	ok(account_add(all, sample("two"), &err), &err);
	put(GOOD);	/* an editor knows no lock */
	assert_int_equal(accounts_save(all, &err), -1);
	assert_int_equal(err.kind, ERR_CONFIG);
	assert_non_null(strstr(err.text, "changed by another program"));
	accounts_close(all);
	now = get();
	assert_string_equal(now, GOOD);
	free(now);
}

/* ---- other processes, other folders ---- */

static void wait_for(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static int add_many(char name)
{
	for (int i = 0; i < 25; i++) {
		struct accounts *all = accounts_open(true, NULL);
		char id[16];
		int rc = -1;

		snprintf(id, sizeof id, "%c%d", name, i);
		if (all && account_add(all, sample(id), NULL) == 0)
			rc = accounts_save(all, NULL);
		accounts_close(all);
		if (rc < 0)
			return 1;
	}
	return 0;
}

static void test_two_at_once(void **state)
{
	struct accounts *all;
	pid_t pid[2];

	(void)state;
	for (int i = 0; i < 2; i++) {
		pid[i] = fork();
		assert_true(pid[i] >= 0);
		if (pid[i] == 0)
			_exit(add_many((char)('a' + i)));
	}
	wait_for(pid[0]);
	wait_for(pid[1]);
	all = opened(false);
	assert_int_equal(account_count(all), 50);
	accounts_close(all);
}

/* Killed at any moment: what is there is one whole version. */
static void test_killed(void **state)
{
	(void)state;
	add_one("one");
	for (int round = 0; round < 20; round++) {
		struct accounts *all;
		pid_t pid = fork();

		assert_true(pid >= 0);
		if (pid == 0) {
			for (int i = 0;; i++) {
				char text[16];

				all = accounts_open(true, NULL);
				snprintf(text, sizeof text, "%d", 1 + i % 1000);
				account_set(account_at(all, 0), ACCOUNT_PORT, text, NULL);
				accounts_save(all, NULL);
				accounts_close(all);
			}
		}
		/* The moment is what differs from round to round. */
		usleep((useconds_t)(1000 + round * 700));
		kill(pid, SIGKILL);
		assert_int_equal(waitpid(pid, NULL, 0), pid);
		all = opened(false);
		assert_int_equal(account_faults(all, NULL), 0);
		assert_int_equal(account_count(all), 1);
		accounts_close(all);
	}
}

/* Runs in a process without root's rights, which no folder stops. */
static int try_read_only(void)
{
	struct err err = ERR_INIT;
	struct accounts *all;

	if (geteuid() == 0 && (setgid(65534) < 0 || setuid(65534) < 0))
		return 2;
	all = accounts_open(true, &err);
	if (all && account_set(account_at(all, 0), ACCOUNT_PORT, "26", &err) == 0 &&
	    accounts_save(all, &err) == 0)
		return 3;
	accounts_close(all);
	if (err.kind != ERR_SYSTEM || !strstr(err.text, "Permission denied") ||
	    err.text[strlen(err.text) - 1] != '.' || (!all && !*err.hint))
		return 4;
	/* Reading goes on. */
	all = accounts_open(false, &err);
	if (!all || account_count(all) != 1)
		return 5;
	accounts_close(all);
	return 0;
}

static void read_only_with(mode_t lock_mode)
{
	char *before, *after, *lock = dirs_config_path("accounts.lock");
	pid_t pid;

	add_one("one");
	before = get();
	if (lock_mode)
		chmod(lock, lock_mode);
	else
		unlink(lock);
	if (geteuid() == 0) {
		char config[96];

		snprintf(config, sizeof config, "%s/config", folder);
		chmod(folder, 0755);
		chmod(config, 0755);
		chmod(path, 0644);
	}
	chmod(dirs_config(), 0555);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		_exit(try_read_only());
	wait_for(pid);
	chmod(dirs_config(), 0700);
	after = get();
	assert_string_equal(before, after);
	free(before);
	free(after);
	free(lock);
}

static void test_read_only_folder(void **state)
{
	(void)state;
	read_only_with(0);
}

/* With a lock file that can be opened it is the writing that fails. */
static void test_read_only_locked(void **state)
{
	(void)state;
	read_only_with(0666);
}

static void test_symbolic_link(void **state)
{
	char target[96], seen[96] = "";
	struct buf text = BUF_INIT(10000);
	struct stat st;
	struct err err = ERR_INIT;

	(void)state;
	put(GOOD);
	snprintf(target, sizeof target, "%s/dotfiles.ini", folder);
	assert_int_equal(rename(path, target), 0);
	assert_int_equal(symlink(target, path), 0);
	add_one("two");
	assert_int_equal(lstat(path, &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	assert_true(readlink(path, seen, sizeof seen - 1) > 0);
	assert_string_equal(seen, target);
	ok(file_read(target, &text, &err), &err);
	assert_non_null(strstr(buf_text(&text), "[account two]"));
	ok(account_undo(&err), &err);
	assert_int_equal(lstat(path, &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	buf_clear(&text);
	ok(file_read(target, &text, &err), &err);
	assert_string_equal(buf_text(&text), GOOD);
	buf_free(&text);
}

static void test_unreadable(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(file_mkdirs(path, 0700, &err), 0);	/* a folder of that name */
	assert_null(accounts_open(false, &err));
	assert_int_equal(err.kind, ERR_CONFIG);
	assert_non_null(strstr(err.text, path));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_changes),
		TEST(test_undo),
		TEST(test_undo_first),
		TEST(test_undone_in_words),
		TEST(test_changed_meanwhile),
		TEST(test_two_at_once),
		TEST(test_killed),
		TEST(test_read_only_folder),
		TEST(test_read_only_locked),
		TEST(test_symbolic_link),
		TEST(test_unreadable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
