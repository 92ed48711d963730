#include "task/discover/hunt.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"

static void wake(const struct hunt *hunt)
{
	uint64_t one = 1;

	if (write(hunt->news_fd, &one, sizeof one) < 0)
		return; /* full: it is readable anyway */
}

static void *run(void *arg)
{
	struct hunt_task *task = arg;
	struct hunt *hunt = task->hunt;

	task->ask(task);
	pthread_mutex_lock(&hunt->lock);
	task->ended = true;
	pthread_mutex_unlock(&hunt->lock);
	wake(hunt);
	return NULL;
}

void hunt_start(struct hunt *hunt, const struct hunt_task *task)
{
	struct err err = ERR_INIT;
	struct hunt_task *own;
	int rc = 0;

	pthread_mutex_lock(&hunt->lock);
	if (!hunt->stopped && hunt->task_count < HUNT_TASKS) {
		own = &hunt->tasks[hunt->task_count];
		*own = *task;
		own->hunt = hunt;
		own->ended = false;
		rc = pthread_create(&own->thread, NULL, run, own);
		hunt->task_count += rc == 0;
	}
	pthread_mutex_unlock(&hunt->lock);
	if (rc != 0) {
		err_set(&err, ERR_SYSTEM, "This computer has no room left to ask several servers "
			"at once: %s.", strerror(rc));
		hunt_fault(hunt, &err);
	}
}

void hunt_fault(struct hunt *hunt, const struct err *err)
{
	pthread_mutex_lock(&hunt->lock);
	if (hunt->fault.kind == ERR_NONE)
		hunt->fault = *err;
	pthread_mutex_unlock(&hunt->lock);
}

struct discover_candidate hunt_candidate(const struct hunt_task *task)
{
	struct discover_candidate c = {
		.source = task->source,
		.also = 1u << task->source,
		.order = task->order,
		.secured = DISCOVER_CLEAR,
	};

	snprintf(c.user, sizeof c.user, "%s", task->hunt->params->address);
	return c;
}

void hunt_ask(struct hunt_question *q, struct hunt_task *task, const char *fmt, ...)
{
	va_list args;

	q->task = task;
	q->begun = clock_ms();
	va_start(args, fmt);
	vsnprintf(q->asked, sizeof q->asked, fmt, args);
	va_end(args);
}

void hunt_answer(const struct hunt_question *q, bool found, bool secured, const char *fmt, ...)
{
	struct hunt *hunt = q->task->hunt;
	long long now = clock_ms();
	char text[1024];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof text, fmt, args);
	va_end(args);
	pthread_mutex_lock(&hunt->lock);
	if (hunt->step_count < HUNT_STEPS) {
		struct discover_step *step = &hunt->steps[hunt->step_count++];

		*step = (struct discover_step){ .source = q->task->source,
						.found = found,
						.secured = secured,
						.ms = (long)(now - q->begun),
						.at = (long)(now - hunt->begun) };
		text_visible_into(step->asked, sizeof step->asked, q->asked, strlen(q->asked));
		text_visible_into(step->answer, sizeof step->answer, text, strlen(text));
	}
	pthread_mutex_unlock(&hunt->lock);
	wake(hunt);
}

struct dns_params hunt_dns(const struct hunt *hunt)
{
	return (struct dns_params){ .server = hunt->params->dns,
				    .deadline = hunt->task_deadline,
				    .cancel_fd = hunt->stop_fd };
}

int hunt_dns_ask(struct hunt *hunt, enum dns_type type, const char *name,
		 struct dns_answer *answer, struct err *err)
{
	struct dns_params params = hunt_dns(hunt);
	int rc = dns_ask(&params, type, name, answer, err);

	pthread_mutex_lock(&hunt->lock);
	if (rc >= 0)
		hunt->dns_answered = true;
	else if (err->kind == ERR_NETWORK)
		hunt->dns_silent = true;
	else if (err->kind == ERR_HOST)
		hunt->dns_failed = true;
	if (rc > 0)
		hunt->domain_known = true;
	pthread_mutex_unlock(&hunt->lock);
	if (rc < 0 && err->kind == ERR_INPUT && params.server)
		hunt_fault(hunt, err);
	return rc;
}

enum net_scope hunt_worst(const char *host, const struct dns_answer *answer)
{
	enum net_scope worst = net_is_loopback(host) ? NET_THIS_HOST : net_scope_of(host);

	for (size_t i = 0; i < answer->count; i++)
		if (net_scope_of(answer->list[i].text) > worst)
			worst = net_scope_of(answer->list[i].text);
	return worst;
}

static enum net_scope scope_of(struct hunt *hunt, const char *host)
{
	struct dns_answer answer = DNS_ANSWER_INIT;
	struct err err = ERR_INIT;
	enum net_scope scope;

	if (!net_is_loopback(host))
		hunt_dns_ask(hunt, DNS_ADDRESS, host, &answer, &err);
	scope = hunt_worst(host, &answer);
	dns_answer_clear(&answer);
	return scope;
}

static void put(struct hunt *hunt, struct discover_candidate *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		text_lower(list[i].host);
		/* A preset means what it says: there are programs on one's own computer that
		 * send. */
		list[i].pending = list[i].source != DISCOVER_MX_PRESET;
		list_judge(&list[i], hunt->domain);
	}
	pthread_mutex_lock(&hunt->lock);
	for (size_t i = 0; i < count; i++)
		list_add(&hunt->list, &list[i]);
	hunt->changed = true;
	pthread_mutex_unlock(&hunt->lock);
	wake(hunt);
}

static void settle_host(struct hunt_task *task, const char *host)
{
	struct hunt *hunt = task->hunt;
	struct hunt_question q;
	enum net_scope scope;

	hunt_ask(&q, task, "address of %s", host);
	scope = scope_of(hunt, host);
	if (scope == NET_THIS_HOST)
		hunt_answer(&q, false, false,
			    "it leads to this computer, which is no mail server of %s: not used",
			    hunt->domain);
	else if (scope == NET_PRIVATE)
		hunt_answer(&q, true, false, "in a private network: not tried by itself");
	pthread_mutex_lock(&hunt->lock);
	list_settle_host(&hunt->list, host, scope, hunt->domain);
	hunt->leads_here |= scope == NET_THIS_HOST;
	hunt->changed = true;
	pthread_mutex_unlock(&hunt->lock);
	wake(hunt);
}

static bool has_host(const struct discover_candidate *list, size_t count, const char *host)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(list[i].host, host) == 0)
			return true;
	return false;
}

void hunt_offer(struct hunt_task *task, struct discover_candidate *list, size_t count)
{
	if (count == 0)
		return;
	put(task->hunt, list, count);
	for (size_t i = 0; i < count; i++)
		if (list[i].pending && !has_host(list, i, list[i].host))
			settle_host(task, list[i].host);
}
