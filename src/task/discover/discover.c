#include "task/discover/hunt.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "mail/addr.h"
#include "mail/provider.h"

#define USUAL_AFTER 700L /* ms until the usual names are tried, unless all others have ended */
#define GRACE_MS    400L /* for what else the best source has to offer */
#define ROOM        64	 /* descriptors that all tasks together may need at a time */
#define TASKS_END   200L /* ms before the whole does */

/* Everything of a better rank has ended, and of the same source all up to this order. */
static bool nothing_better(const struct hunt *hunt, enum discover_source source, unsigned order)
{
	for (size_t i = 0; i < hunt->task_count; i++) {
		const struct hunt_task *task = &hunt->tasks[i];

		if (!task->ended && (task->source < source ||
				     (task->source == source && task->order <= order)))
			return false;
	}
	return true;
}

static bool all_ended(const struct hunt *hunt)
{
	return nothing_better(hunt, DISCOVER_SOURCES, 0);
}

static bool is_settled(const struct hunt *hunt)
{
	const struct discover_candidate *best = discover_best(&hunt->list);

	if (!best)
		return false;
	if (list_rank(best) != best->source)
		return nothing_better(hunt, list_rank(best), UINT_MAX);
	return nothing_better(hunt, best->source, best->order);
}

/* Whoever else of the best's source could still answer, has. */
static bool is_complete(const struct hunt *hunt)
{
	const struct discover_candidate *best = discover_best(&hunt->list);

	return best && nothing_better(hunt, list_rank(best), UINT_MAX);
}

/* What is new, told without the lock: the watch may take its time. */
static bool tell(struct hunt *hunt, const struct discover_watch *watch, size_t *told)
{
	struct discover_step *steps = NULL;
	struct discover_list *list = NULL;
	size_t count;
	bool settled;

	pthread_mutex_lock(&hunt->lock);
	count = hunt->step_count - *told;
	if (count > 0) {
		steps = xcalloc(count, sizeof *steps);
		memcpy(steps, hunt->steps + *told, count * sizeof *steps);
		*told = hunt->step_count;
	}
	settled = is_settled(hunt);
	if (hunt->changed || (settled && !hunt->told_settled)) {
		list = xcalloc(1, sizeof *list);
		*list = hunt->list;
		hunt->changed = false;
		hunt->told_settled = settled;
	}
	pthread_mutex_unlock(&hunt->lock);
	for (size_t i = 0; i < count && watch && watch->step; i++)
		watch->step(watch->arg, &steps[i]);
	if (list && watch && watch->found)
		watch->found(watch->arg, list, settled);
	free(steps);
	free(list);
	return settled;
}

/* Until something is new: 1; 0 the deadline; -1 the user said stop. */
static int wait_news(const struct hunt *hunt, long long until)
{
	struct pollfd fds[2] = { { .fd = hunt->news_fd, .events = POLLIN },
				 { .fd = hunt->params->cancel_fd, .events = POLLIN } };
	uint64_t drain;
	int n;

	do
		n = poll(fds, 2, clock_left(until < hunt->deadline ? until : hunt->deadline));
	while (n < 0 && errno == EINTR);
	if (fds[1].revents)
		return -1;
	if (fds[0].revents && read(hunt->news_fd, &drain, sizeof drain) < 0)
		return 1; /* somebody else's news was read with the last */
	return clock_left(hunt->deadline) > 0;
}

/* What the hunt has come to. */
struct progress {
	bool usual;		/* the usual names are being tried */
	bool any, ended, complete;
	long long usual_at;
	long long grace;	/* 0: nothing is settled */
};

static bool is_over(struct hunt *hunt, struct progress *p, bool settled)
{
	pthread_mutex_lock(&hunt->lock);
	p->ended = all_ended(hunt);
	p->complete = is_complete(hunt);
	p->any = discover_best(&hunt->list) || (hunt->list.count && hunt->list.list[0].pending);
	pthread_mutex_unlock(&hunt->lock);
	if (p->ended && (p->usual || p->any))
		return true;
	if (!settled || hunt->params->all)
		return false;
	if (!p->grace)
		p->grace = clock_after(GRACE_MS);
	return p->complete || clock_left(p->grace) <= 0;
}

/* When there is something to do without news. */
static long long next_step(const struct hunt *hunt, const struct progress *p)
{
	if (p->grace)
		return p->grace;
	return p->usual || p->any ? hunt->deadline : p->usual_at;
}

static int follow(struct hunt *hunt, const struct discover_watch *watch, struct err *err)
{
	struct progress p = { .usual_at = hunt->begun + USUAL_AFTER };
	size_t told = 0;

	for (;;) {
		bool settled = tell(hunt, watch, &told);
		int news;

		if (is_over(hunt, &p, settled))
			break;
		if (!p.usual && !p.any && (p.ended || clock_ms() >= p.usual_at)) {
			p.usual = true;
			ask_usual(hunt);
		}
		news = wait_news(hunt, next_step(hunt, &p));
		if (news < 0)
			return err_set(err, ERR_CANCELLED, "Stopped because you asked for it.");
		if (news == 0)
			break;
	}
	tell(hunt, watch, &told);
	return 0;
}

static void say_why_not(const struct hunt *hunt, struct err *err)
{
	const char *domain = addr_domain(hunt->params->address);

	if (hunt->unusable) {
		known_why_not(hunt->unusable, hunt->params->address, err);
	} else if (hunt->fault.kind != ERR_NONE) {
		*err = hunt->fault;
	} else if (!hunt->dns_answered && hunt->dns_silent) {
		err_set(err, ERR_NETWORK, "No name server answers, so nothing can be looked up.");
		err_hint(err, "Is this computer online? You can also type the server by hand.");
	} else if (hunt->strange_certificate) {
		err_set(err, ERR_TLS,
			"Something in this network answers in the name of others, as a network "
			"with a sign-in page does.");
		err_hint(err, "Sign in to the network with a web browser and try again, or type "
			      "the server by hand.");
	} else if (!hunt->domain_known && hunt->dns_failed) {
		err_set(err, ERR_NETWORK, "The name servers cannot find out about %s.", domain);
		err_hint(err, "Try again later, or type the server by hand.");
	} else if (!hunt->domain_known) {
		err_set(err, ERR_HOST, "There is no mail server for %s, nor anything else of that "
			"name.", domain);
		err_hint(err, "Is the address spelled right?");
	} else if (hunt->leads_here) {
		err_set(err, ERR_HOST, "What %s names as its mail server leads to this computer, "
			"so it was not used.", domain);
		err_hint(err, "Whoever runs the domain can correct that; or type the server by "
			      "hand.");
	} else if (hunt->no_mail) {
		err_set(err, ERR_HOST, "%s takes no mail, it says itself, and no settings were "
			"found for it.", domain);
		err_hint(err, "Is the address spelled right?");
	} else {
		err_set(err, ERR_HOST, "No settings were found for %s.", domain);
		err_hint(err, "Its help pages name the server for outgoing mail (SMTP); type it by "
			      "hand.");
	}
}

static int begin(struct hunt *hunt, struct err *err)
{
	char *ascii = net_host_ascii(addr_domain(hunt->params->address));
	long ms = hunt->params->ms ? hunt->params->ms : DISCOVER_MS;

	hunt->stop_fd = hunt->news_fd = -1;
	if (!ascii || strlen(ascii) > 240 || ascii[0] == '[') {
		err_set(err, ERR_INPUT, "%s is no domain in which settings can be looked up.",
			addr_domain(hunt->params->address));
		free(ascii);
		return -1;
	}
	snprintf(hunt->domain, sizeof hunt->domain, "%s", ascii);
	text_lower(hunt->domain);
	free(ascii);
	hunt->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	hunt->news_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (hunt->stop_fd < 0 || hunt->news_fd < 0)
		return err_errno(err, "Too many files are open to look anything up");
	hunt->begun = clock_ms();
	hunt->deadline = clock_after(ms);
	hunt->task_deadline = hunt->deadline - (ms > 2 * TASKS_END ? TASKS_END : 0);
	return 0;
}

/* Where descriptors are short, questions fail for no fault of those who were asked: then it is not
 * said that there is nothing. */
static void look_for_room(struct hunt *hunt)
{
	int fds[ROOM];
	struct err err = ERR_INIT;
	size_t n = 0;

	while (n < ROOM && (fds[n] = fcntl(hunt->stop_fd, F_DUPFD_CLOEXEC, 0)) >= 0)
		n++;
	if (n < ROOM) {
		err_errno(&err, "Too many files are open to look everything up");
		hunt_fault(hunt, &err);
	}
	while (n > 0)
		close(fds[--n]);
}

/* All tasks end at once, for all of them look at stop_fd. */
static void end(struct hunt *hunt)
{
	uint64_t one = 1;
	size_t joined = 0;

	pthread_mutex_lock(&hunt->lock);
	hunt->stopped = true;
	pthread_mutex_unlock(&hunt->lock);
	if (hunt->stop_fd >= 0 && write(hunt->stop_fd, &one, sizeof one) < 0)
		die("an eventfd cannot be written to");
	for (;;) {
		pthread_t thread = pthread_self();
		bool more;

		pthread_mutex_lock(&hunt->lock);
		more = joined < hunt->task_count;
		if (more)
			thread = hunt->tasks[joined].thread;
		pthread_mutex_unlock(&hunt->lock);
		if (!more)
			break;
		pthread_join(thread, NULL);
		joined++;
	}
	if (hunt->stop_fd >= 0)
		close(hunt->stop_fd);
	if (hunt->news_fd >= 0)
		close(hunt->news_fd);
}

static int ask_all(struct hunt *hunt, const struct discover_watch *watch, struct err *err)
{
	int rc = begin(hunt, err);

	if (rc == 0) {
		look_for_room(hunt);
		ask_records(hunt);
		ask_web(hunt);
		rc = follow(hunt, watch, err);
	}
	end(hunt);
	list_drop_pending(&hunt->list);
	if (rc == 0 && hunt->list.count == 0)
		say_why_not(hunt, err);
	return rc;
}

int discover_run(const struct discover_params *params, const struct discover_watch *watch,
		 struct discover_list *list, struct err *err)
{
	struct hunt *hunt;
	int rc;

	list->count = 0;
	if (addr_check(params->address, err) < 0)
		return -1;
	if (discover_known(params->address, list)) {
		if (list->count > 0 && watch && watch->found)
			watch->found(watch->arg, list, true);
		if (list->count == 0)
			return known_why_not(provider_by_domain(params->address),
					     params->address, err);
		if (!params->all)
			return 0;
	}
	net_init();
	hunt = xcalloc(1, sizeof *hunt);
	hunt->params = params;
	hunt->list = *list;
	pthread_mutex_init(&hunt->lock, NULL);
	rc = ask_all(hunt, watch, err);
	*list = hunt->list;
	pthread_mutex_destroy(&hunt->lock);
	free(hunt);
	return rc;
}
