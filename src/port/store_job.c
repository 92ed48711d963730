#include "port/store_job.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"

/* After cancelling: time to leave the bus in order, so that a window which the call had
 * opened is closed. Short enough for somebody who pressed Esc. */
#define CLEANUP_MS 250

struct store_job {
	const struct store_job_calls *calls;
	void *work;
	long long begin;
	int done_fd;	/* eventfd, readable once run has ended */
	pthread_mutex_t lock;
	int owners;	/* the caller and the thread */
};

static void job_drop(struct store_job *job)
{
	int left;

	pthread_mutex_lock(&job->lock);
	left = --job->owners;
	pthread_mutex_unlock(&job->lock);
	if (left > 0)
		return;
	job->calls->free(job->work);
	close(job->done_fd);
	pthread_mutex_destroy(&job->lock);
	free(job);
}

static void *job_main(void *arg)
{
	struct store_job *job = arg;
	uint64_t one = 1;

	job->calls->run(job->work);
	/* An eventfd that holds 0 takes a 1; there is nothing to fail. */
	(void)!write(job->done_fd, &one, sizeof one);
	job_drop(job);
	return NULL;
}

static int start_thread(struct store_job *job)
{
	pthread_attr_t attr;
	pthread_t thread;
	sigset_t all, before;
	int rc;

	/* The thread, and those that the library starts from it, must not take
	 * signals away from whoever handles them. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	rc = pthread_create(&thread, &attr, job_main, job);
	pthread_attr_destroy(&attr);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return rc;
}

struct store_job *store_job_start(const struct store_job_calls *calls, void *work,
				  struct err *err)
{
	struct store_job *job = xcalloc(1, sizeof *job);
	int rc;

	job->calls = calls;
	job->work = work;
	job->begin = clock_ms();
	job->owners = 2;
	pthread_mutex_init(&job->lock, NULL);
	job->done_fd = eventfd(0, EFD_CLOEXEC);
	rc = job->done_fd < 0 ? errno : start_thread(job);
	if (rc == 0)
		return job;
	errno = rc;
	err_errno(err, "Cannot start looking after the password");
	job->owners = 1;
	job_drop(job);
	return NULL;
}

enum store_state store_job_wait(struct store_job *job, int cancel_fd)
{
	struct pollfd fds[2] = { { .fd = job->done_fd, .events = POLLIN },
				 { .fd = cancel_fd, .events = POLLIN } };
	enum store_state state;

	for (;;) {
		int left = clock_left(job->begin + job->calls->limit(job->work));
		int n = poll(fds, 2, left);

		if (n < 0 && errno != EINTR)
			die("poll: error %d", errno);
		if (n > 0 && fds[0].revents)
			return STORE_OK;
		if (n > 0) {
			state = STORE_CANCELLED;
			break;
		}
		if (n == 0 && clock_left(job->begin + job->calls->limit(job->work)) == 0) {
			state = STORE_TIMED_OUT;
			break;
		}
	}
	job->calls->cancel(job->work);
	(void)poll(fds, 1, CLEANUP_MS);
	return state;
}

void store_job_release(struct store_job *job)
{
	job_drop(job);
}
