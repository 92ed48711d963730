#include "widget/job.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"

#define WHAT_DONE (-1)

struct job {
	const struct job_class *cls;
	void *arg;
	void *owner; /* UI thread only */
	bool dropped; /* UI thread only */
	int cancel[2];
	struct job *next;
};

/* One pointer to one of these goes through the pipe; a write of that size is atomic. */
struct post {
	struct job *job;
	int what;
	size_t len;
	unsigned char data[];
};

static int channel[2] = { -1, -1 };
static struct job *jobs; /* all that run; UI thread only */

int jobs_fd(void)
{
	if (channel[0] < 0) {
		if (pipe2(channel, O_CLOEXEC) < 0)
			die("no pipe for jobs: %s", strerror(errno));
		fcntl(channel[0], F_SETFL, O_NONBLOCK);
	}
	return channel[0];
}

void job_post(struct job *job, int what, const void *data, size_t len)
{
	struct post *post = xmalloc(sizeof *post + len);

	post->job = job;
	post->what = what;
	post->len = len;
	if (len > 0)
		memcpy(post->data, data, len);
	while (write(channel[1], &post, sizeof post) < 0)
		if (errno != EINTR)
			die("a job could not report: %s", strerror(errno));
}

static void *work(void *arg)
{
	struct job *job = arg;

	job->cls->run(job, job->arg);
	job_post(job, WHAT_DONE, NULL, 0);
	return NULL;
}

static void start_thread(struct job *job)
{
	pthread_attr_t attr;
	pthread_t thread;
	sigset_t all, old;
	int rc;

	/* Signals are the UI thread's. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	rc = pthread_create(&thread, &attr, work, job);
	pthread_attr_destroy(&attr);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (rc != 0)
		die("no thread for a job: %s", strerror(rc));
}

struct job *job_start(const struct job_class *cls, void *arg, void *owner)
{
	struct job *job = xcalloc(1, sizeof *job);

	jobs_fd();
	job->cls = cls;
	job->arg = arg;
	job->owner = owner;
	if (pipe2(job->cancel, O_CLOEXEC | O_NONBLOCK) < 0)
		die("no pipe for a job: %s", strerror(errno));
	job->next = jobs;
	jobs = job;
	start_thread(job);
	return job;
}

int job_cancel_fd(const struct job *job)
{
	return job->cancel[0];
}

void job_cancel(struct job *job)
{
	(void)!write(job->cancel[1], "", 1);
}

void job_drop(struct job *job)
{
	if (!job)
		return;
	job->dropped = true;
	job_cancel(job);
}

static void finish(struct job *job)
{
	struct job **at = &jobs;

	while (*at != job)
		at = &(*at)->next;
	*at = job->next;
	if (!job->dropped && job->cls->done)
		job->cls->done(job->owner, job->arg);
	if (job->cls->free)
		job->cls->free(job->arg);
	close(job->cancel[0]);
	close(job->cancel[1]);
	free(job);
}

void jobs_dispatch(void)
{
	struct post *post;

	while (read(jobs_fd(), &post, sizeof post) == sizeof post) {
		struct job *job = post->job;

		if (post->what == WHAT_DONE)
			finish(job);
		else if (!job->dropped && job->cls->post)
			job->cls->post(job->owner, job->arg, post->what, post->data, post->len);
		explicit_bzero(post->data, post->len);
		free(post);
	}
}

void jobs_stop(long ms)
{
	long long deadline = clock_after(ms);
	struct pollfd fd = { jobs_fd(), POLLIN, 0 };

	for (struct job *job = jobs; job; job = job->next)
		job_drop(job);
	while (jobs && clock_left(deadline) > 0) {
		poll(&fd, 1, clock_left(deadline));
		jobs_dispatch();
	}
}
