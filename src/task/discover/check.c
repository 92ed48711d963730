/* Which of the candidates answers: all are tried at once, each on a thread of its own. */
#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "task/discover/hunt.h"

#define CHECK_MS 6000L /* for all of them */

enum { TRIES = 8 };

struct check {
	const struct discover_params *params;
	struct discover_candidate candidate; /* the thread's alone until it has ended */
	int done_fd, stop_fd;
	pthread_t thread;
	bool started, ended;
};

struct checks {
	struct check list[TRIES];
	size_t count, left;
	int done_fd; /* readable: one of them has ended */
	int stop_fd; /* readable: come to an end */
};

static void *run(void *arg)
{
	struct check *check = arg;
	uint64_t one = 1;

	probe_server(&check->candidate, check->params, check->stop_fd, CHECK_MS);
	__atomic_store_n(&check->ended, true, __ATOMIC_RELEASE);
	if (write(check->done_fd, &one, sizeof one) < 0)
		die("an eventfd cannot be written to");
	return NULL;
}

static bool worth_trying(const struct discover_candidate *c)
{
	return c->live == DISCOVER_NOT_TRIED && c->host[0] && !c->is_private && !c->pending;
}

static int start(struct checks *checks, const struct discover_params *params,
		 const struct discover_list *list, size_t most)
{
	checks->done_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	checks->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (checks->done_fd < 0 || checks->stop_fd < 0)
		return -1;
	for (size_t i = 0; i < list->count && i < most && checks->count < TRIES; i++) {
		struct check *check = &checks->list[checks->count];

		if (!worth_trying(&list->list[i]))
			continue;
		*check = (struct check){ .params = params,
					 .candidate = list->list[i],
					 .done_fd = checks->done_fd,
					 .stop_fd = checks->stop_fd };
		if (pthread_create(&check->thread, NULL, run, check) != 0)
			break;
		check->started = true;
		checks->count++;
	}
	checks->left = checks->count;
	return 0;
}

/* What one thread found goes to its place in the list. */
static void take(struct check *check, struct discover_list *list)
{
	const struct discover_candidate *c = &check->candidate;

	pthread_join(check->thread, NULL);
	check->started = false;
	for (size_t i = 0; i < list->count; i++) {
		struct discover_candidate *own = &list->list[i];

		if (strcmp(own->host, c->host) != 0 || own->port != c->port ||
		    own->security != c->security)
			continue;
		own->live = c->live;
		memcpy(own->live_text, c->live_text, sizeof own->live_text);
	}
	list_sort(list);
}

static void take_ended(struct checks *checks, const struct discover_watch *watch,
		       struct discover_list *list)
{
	for (size_t i = 0; i < checks->count; i++) {
		struct check *check = &checks->list[i];

		if (!check->started || !__atomic_load_n(&check->ended, __ATOMIC_ACQUIRE))
			continue;
		take(check, list);
		checks->left--;
		if (watch && watch->found)
			watch->found(watch->arg, list, false);
	}
}

/* Until one has ended, or time is up, or the user said stop: then false. */
static bool wait_one(const struct checks *checks, int cancel_fd, long long deadline)
{
	struct pollfd fds[2] = { { .fd = checks->done_fd, .events = POLLIN },
				 { .fd = cancel_fd, .events = POLLIN } };
	uint64_t drain;
	int n;

	do
		n = poll(fds, 2, clock_left(deadline));
	while (n < 0 && errno == EINTR);
	if (fds[0].revents && read(checks->done_fd, &drain, sizeof drain) < 0 && errno != EAGAIN)
		die("an eventfd cannot be read");
	return n > 0 && !fds[1].revents;
}

/* What they found is not kept. */
static void drop(struct checks *checks)
{
	for (size_t i = 0; i < checks->count; i++)
		if (checks->list[i].started)
			pthread_join(checks->list[i].thread, NULL);
}

/* All that still run end at once. */
static void stop(struct checks *checks, const struct discover_watch *watch,
		 struct discover_list *list, bool cancelled)
{
	uint64_t one = 1;

	if (write(checks->stop_fd, &one, sizeof one) < 0)
		die("an eventfd cannot be written to");
	if (cancelled) {
		drop(checks);
		return;
	}
	while (checks->left > 0) {
		wait_one(checks, -1, CLOCK_NEVER);
		take_ended(checks, watch, list);
	}
}

static bool is_cancelled(int fd)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };

	return fd >= 0 && poll(&poll_fd, 1, 0) > 0;
}

int discover_check(const struct discover_params *params, const struct discover_watch *watch,
		   struct discover_list *list, size_t most, struct err *err)
{
	struct checks *checks = xcalloc(1, sizeof *checks);
	long long deadline = clock_after(CHECK_MS);
	bool cancelled = false;
	int rc = 0;

	net_init();
	if (start(checks, params, list, most) < 0) {
		rc = err_errno(err, "Too many files are open to try the servers");
	} else {
		while (checks->left > 0 && wait_one(checks, params->cancel_fd, deadline))
			take_ended(checks, watch, list);
		cancelled = is_cancelled(params->cancel_fd);
		stop(checks, watch, list, cancelled);
	}
	if (checks->done_fd >= 0)
		close(checks->done_fd);
	if (checks->stop_fd >= 0)
		close(checks->stop_fd);
	free(checks);
	if (cancelled)
		return err_set(err, ERR_CANCELLED, "Stopped because you asked for it.");
	return rc;
}
