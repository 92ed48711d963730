/*
 * Work that may take long, on a thread of its own, one a job.
 *
 * The worker calls blocking code with job_cancel_fd() as its cancel
 * descriptor and reports through job_post(); nothing else is shared. Posts go
 * through a pipe to the one UI thread, where jobs_dispatch() hands them to the
 * owner. The argument belongs to the job from job_start to the end: the
 * worker alone touches it while it runs; from the call of done on the UI
 * thread may read it; it is freed after done, or, when the owner dropped
 * the job, whenever the worker has ended.
 */
#ifndef OUTPOST_JOB_H
#define OUTPOST_JOB_H

#include <stdbool.h>
#include <stddef.h>

struct job;

struct job_class {
	void (*run)(struct job *job, void *arg);	/* worker thread */
	/* UI thread; data is lent for the call. NULL: no posts expected. */
	void (*post)(void *owner, void *arg, int what, const void *data, size_t len);
	/* UI thread, once, the last call; the job is gone after it. */
	void (*done)(void *owner, void *arg);
	void (*free)(void *arg);
};

struct job *job_start(const struct job_class *cls, void *arg, void *owner);
int  job_cancel_fd(const struct job *job);
/* Worker thread: a copy of data goes to the UI thread. */
void job_post(struct job *job, int what, const void *data, size_t len);
/* Makes the cancel descriptor readable; done still comes. */
void job_cancel(struct job *job);
/* Cancels, and the owner hears nothing any more. NULL is fine. */
void job_drop(struct job *job);

int  jobs_fd(void);		/* readable when jobs_dispatch has something to do */
void jobs_dispatch(void);
/* At the end: cancels all and waits for them, at most ms. */
void jobs_stop(long ms);

#endif
