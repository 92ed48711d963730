#include "widget_kit.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "widget/job.h"

static int freed;

struct work {
	bool hang;
	int result;
};

struct seen {
	int posts, sum, result;
	bool done;
};

static void run(struct job *job, void *arg)
{
	struct work *w = arg;
	struct pollfd fd = { job_cancel_fd(job), POLLIN, 0 };

	for (int i = 1; i <= 3; i++)
		job_post(job, i, &i, sizeof i);
	if (w->hang)
		poll(&fd, 1, -1);
	w->result = 42;
}

static void post(void *owner, void *arg, int what, const void *data, size_t len)
{
	struct seen *seen = owner;
	int i;

	(void)arg;
	assert_int_equal(len, sizeof i);
	memcpy(&i, data, len);
	assert_int_equal(i, what);
	assert_int_equal(i, ++seen->posts); /* in order */
	seen->sum += i;
}

static void done(void *owner, void *arg)
{
	struct seen *seen = owner;
	const struct work *w = arg;

	seen->done = true;
	seen->result = w->result;
}

static void release(void *arg)
{
	freed++;
	free(arg);
}

static const struct job_class cls = { run, post, done, release };

static struct job *start(bool hang, struct seen *seen)
{
	struct work *w = xcalloc(1, sizeof *w);

	w->hang = hang;
	return job_start(&cls, w, seen);
}

static bool wait_freed(int count)
{
	long long deadline = clock_after(20000);
	struct pollfd fd = { jobs_fd(), POLLIN, 0 };

	while (freed < count && clock_left(deadline) > 0) {
		poll(&fd, 1, clock_left(deadline));
		jobs_dispatch();
	}
	return freed == count;
}

static void test_reports(void **state)
{
	struct seen seen = { 0 };

	(void)state;
	freed = 0;
	start(false, &seen);
	assert_true(wait_freed(1));
	assert_true(seen.done);
	assert_int_equal(seen.sum, 6);
	assert_int_equal(seen.result, 42);
}

static void test_cancel_tells_the_owner(void **state)
{
	struct seen seen = { 0 };

	(void)state;
	freed = 0;
	job_cancel(start(true, &seen));
	assert_true(wait_freed(1));
	assert_true(seen.done);
}

static void test_drop_tells_nobody(void **state)
{
	struct seen seen = { 0 };

	(void)state;
	freed = 0;
	job_drop(start(true, &seen));
	job_drop(NULL);
	assert_true(wait_freed(1));
	assert_false(seen.done);
	assert_int_equal(seen.posts, 0);
}

static void test_stop_ends_all(void **state)
{
	struct seen seen = { 0 };

	(void)state;
	freed = 0;
	for (int i = 0; i < 5; i++)
		start(true, &seen);
	jobs_stop(20000);
	assert_int_equal(freed, 5);
	assert_false(seen.done);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reports),
		cmocka_unit_test(test_cancel_tells_the_owner),
		cmocka_unit_test(test_drop_tells_nobody),
		cmocka_unit_test(test_stop_ends_all),
	};

	return cmocka_run_group_tests(tests, use_utf8, NULL);
}
