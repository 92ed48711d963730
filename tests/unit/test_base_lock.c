#include "test_base_kit.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>

#include "base/clock.h"
#include "base/file_lock.h"

#define LIMIT 20000 /* ms, for what should be there at once */

static char *path;

static int make_path(void **state)
{
	char *dir = new_folder();

	(void)state;
	path = xasprintf("%s/it.lock", dir);
	free(dir);
	return 0;
}

static int free_path(void **state)
{
	(void)state;
	free(path);
	return 0;
}

/* Another process: says 'l' when it has the lock, gives it back when spoken to. */
struct other {
	pid_t pid;
	int hear, speak;
};

static void be_other(int hear, int speak, long wait)
{
	struct err err = ERR_INIT;
	int lock = file_lock_within(path, wait, &err);
	char c = lock >= 0 ? 'l' : 'n';

	if (write(speak, &c, 1) != 1 || read(hear, &c, 1) != 1 || lock < 0)
		_exit(1);
	close(lock);
	/* Alive without the lock. */
	_exit(read(hear, &c, 1) == 0 ? 0 : 1);
}

static struct other start_other(long wait)
{
	int to[2], from[2];
	struct other o;

	assert_int_equal(pipe2(to, O_CLOEXEC), 0);
	assert_int_equal(pipe2(from, O_CLOEXEC), 0);
	o.pid = fork();
	assert_true(o.pid >= 0);
	if (o.pid == 0) {
		close(to[1]);
		close(from[0]);
		be_other(to[0], from[1], wait);
	}
	close(to[0]);
	close(from[1]);
	o.speak = to[1];
	o.hear = from[0];
	return o;
}

static char hear(const struct other *o)
{
	struct pollfd p = { .fd = o->hear, .events = POLLIN };
	char c = '?';

	if (poll(&p, 1, LIMIT) == 1 && read(o->hear, &c, 1) == 1)
		return c;
	return '?';
}

static void end_other(const struct other *o)
{
	int status;

	close(o->speak);
	close(o->hear);
	assert_int_equal(waitpid(o->pid, &status, 0), o->pid);
}

TEST(a_lock_is_had_and_given_back)
{
	struct err err = ERR_INIT;
	char *mine = xasprintf("%ld\n", (long)getpid());
	struct stat st;

	for (int i = 0; i < 3; i++) {
		int lock = file_lock(path, &err);

		assert_true(lock >= 0);
		assert_true(fcntl(lock, F_GETFD) & FD_CLOEXEC);
		assert_contents(path, mine);
		close(lock);
	}
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	free(mine);
}

TEST(one_that_is_held_is_explained)
{
	struct other o = start_other(LIMIT);
	struct err err = ERR_INIT;
	long long begin = clock_ms();
	char *who = xasprintf("Another program (test_base_lock, process %ld) holds %s.", (long)o.pid,
			      path);

	assert_int_equal(hear(&o), 'l');
	assert_int_equal(file_lock_within(path, 100, &err), -1);
	assert_true(clock_ms() - begin >= 100);
	assert_int_equal(err.kind, ERR_SYSTEM);
	assert_true(err.temporary);
	assert_string_equal(err.text, who);
	assert_non_null(strstr(err.hint, "once more"));
	free(who);
	end_other(&o);
}

TEST(nobody_known_is_still_somebody)
{
	static const char *const signs[] = { "", "x", "0\n", "99999999999999999999", "-5" };
	struct other o = start_other(LIMIT);
	struct err err = ERR_INIT;

	assert_int_equal(hear(&o), 'l');
	for (size_t i = 0; i < COUNT(signs); i++) {
		FILE *f = fopen(path, "w");
		char *who = xasprintf("Another program holds %s.", path);

		assert_non_null(f);
		fputs(signs[i], f);
		fclose(f);
		assert_int_equal(file_lock_within(path, 0, &err), -1);
		assert_string_equal(err.text, who);
		free(who);
	}
	assert_int_equal(file_lock_within(path, 0, NULL), -1);
	end_other(&o);
}

TEST(who_waits_gets_it_as_soon_as_it_is_free)
{
	struct err err = ERR_INIT;
	struct other first = start_other(LIMIT), second;
	struct pollfd p;
	long long begin;
	int lock;

	assert_int_equal(hear(&first), 'l');
	second = start_other(LIMIT);
	p = (struct pollfd){ .fd = second.hear, .events = POLLIN };
	assert_int_equal(poll(&p, 1, 100), 0);
	assert_int_equal(write(first.speak, "x", 1), 1);
	assert_int_equal(hear(&second), 'l');
	/* A process that is killed holds nothing any more. */
	assert_int_equal(file_lock_within(path, 0, &err), -1);
	kill(second.pid, SIGKILL);
	begin = clock_ms();
	lock = file_lock(path, &err);
	assert_true(lock >= 0);
	assert_true(clock_ms() - begin < FILE_LOCK_WAIT);
	close(lock);
	end_other(&first);
	end_other(&second);
}

TEST(a_place_without_locks_is_an_error)
{
	struct err err = ERR_INIT;

	assert_int_equal(file_lock("/proc/nothing/it.lock", &err), -1);
	assert_string_equal(err.text,
			    "Cannot open /proc/nothing/it.lock: No such file or directory.");
	assert_false(err.temporary);
}

#define with_path(test) cmocka_unit_test_setup_teardown(test, make_path, free_path)

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_path(a_lock_is_had_and_given_back),
		with_path(one_that_is_held_is_explained),
		with_path(nobody_known_is_still_somebody),
		with_path(who_waits_gets_it_as_soon_as_it_is_free),
		with_path(a_place_without_locks_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
