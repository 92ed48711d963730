/*
 * Private to port/store: a blocking call into a library that may ignore every
 * deadline, run in a thread that can be left behind.
 *
 * D-Bus can hang where no cancellable is looked at (a socket that accepts and
 * says nothing, a lock inside the library). So the call works on memory of its own
 * ("work") that the job owns: whoever finishes last, the thread or the caller,
 * frees it. The caller may read work only after store_job_wait said STORE_OK.
 */
#ifndef OUTPOST_STORE_JOB_H
#define OUTPOST_STORE_JOB_H

#include "port/store.h"

struct store_job;

struct store_job_calls {
	void (*run)(void *work);	/* in the thread */
	void (*cancel)(void *work);	/* by the waiter, while run is at it */
	void (*free)(void *work);
	/* Milliseconds from the start that it may take, asked again when that has passed. */
	long (*limit)(void *work);
};

/* Owns work from here on, also on failure. NULL with err filled. */
struct store_job *store_job_start(const struct store_job_calls *calls, void *work,
				  struct err *err);
/* STORE_OK when run has ended, else STORE_TIMED_OUT or STORE_CANCELLED: then
 * cancel was called and work is no longer the caller's to look at. */
enum store_state store_job_wait(struct store_job *job, int cancel_fd);
void store_job_release(struct store_job *job);

#endif
