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

#define CHECK_MS 6000L

enum { TRIES = 8 };

struct check {
	const struct discover_params *params;
	struct discover_candidate candidate; /* the thread's alone until it has ended */
	int done_fd;
	pthread_t thread;
	bool started, ended;
};

static void *run(void *arg)
{
	struct check *check = arg;
	uint64_t one = 1;

	probe_server(&check->candidate, check->params, check->params->cancel_fd, CHECK_MS);
	__atomic_store_n(&check->ended, true, __ATOMIC_RELEASE);
	if (write(check->done_fd, &one, sizeof one) < 0)
		die("an eventfd cannot be written to");
	return NULL;
}

static bool worth_trying(const struct discover_candidate *c)
{
	return c->live == DISCOVER_NOT_TRIED && c->host[0] && !c->is_private;
}

static size_t start(struct check *checks, const struct discover_params *params,
		    const struct discover_list *list, size_t most)
{
	size_t n = 0;
	int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

	if (fd < 0)
		return 0;
	for (size_t i = 0; i < list->count && i < most && n < TRIES; i++) {
		struct check *check = &checks[n];

		if (!worth_trying(&list->list[i]))
			continue;
		*check = (struct check){ .params = params,
					 .candidate = list->list[i],
					 .done_fd = fd };
		if (pthread_create(&check->thread, NULL, run, check) != 0)
			break;
		check->started = true;
		n++;
	}
	if (n == 0)
		close(fd);
	return n;
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

/* How many of them have ended since the last time. */
static size_t take_ended(struct check *checks, size_t n, const struct discover_watch *watch,
			 struct discover_list *list)
{
	size_t taken = 0;

	for (size_t i = 0; i < n; i++) {
		if (!checks[i].started || !__atomic_load_n(&checks[i].ended, __ATOMIC_ACQUIRE))
			continue;
		take(&checks[i], list);
		taken++;
		if (watch && watch->found)
			watch->found(watch->arg, list, false);
	}
	return taken;
}

static bool is_cancelled(int fd)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };

	return fd >= 0 && poll(&poll_fd, 1, 0) > 0;
}

int discover_check(const struct discover_params *params, const struct discover_watch *watch,
		   struct discover_list *list, size_t most, struct err *err)
{
	struct check *checks = xcalloc(TRIES, sizeof *checks);
	size_t n, left;

	net_init();
	n = left = start(checks, params, list, most);
	while (left > 0) {
		/* Every thread ends by its deadlines, and at once when it is asked to. */
		struct pollfd done = { .fd = checks[0].done_fd, .events = POLLIN };
		uint64_t drain;

		if (poll(&done, 1, -1) > 0 && read(done.fd, &drain, sizeof drain) < 0 &&
		    errno != EAGAIN)
			die("an eventfd cannot be read");
		left -= take_ended(checks, n, watch, list);
	}
	if (n > 0)
		close(checks[0].done_fd);
	free(checks);
	if (is_cancelled(params->cancel_fd))
		return err_set(err, ERR_CANCELLED, "Stopped because you asked for it.");
	return 0;
}
