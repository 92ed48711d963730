/*
 * One hunt for settings: what those who ask share.
 *
 * Each question is a task with a thread of its own and asks in a straight line, blocking, with
 * the hunt's deadline and its descriptor to stop. Tasks offer candidates and note
 * what they asked; they may start further tasks before they end. Only the thread that called
 * discover_run tells the watch. A source is finished when all its tasks have ended.
 */
#ifndef OUTPOST_DISCOVER_HUNT_H
#define OUTPOST_DISCOVER_HUNT_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "port/dns.h"
#include "task/discover/discover.h"

#define HUNT_TASKS 48
#define HUNT_STEPS 96

struct hunt;

struct hunt_task {
	struct hunt *hunt;
	enum discover_source source;
	void (*ask)(struct hunt_task *task);
	char host[256];		/* what it is about: a name, A-labels */
	int port;
	enum net_security security;
	unsigned order;		/* of its candidates, within the source */
	bool secured;		/* what led to the task could not be changed on its way */
	pthread_t thread;
	bool ended;
};

struct hunt {
	const struct discover_params *params;
	char domain[256];	/* of the address, in A-labels and small letters */
	int stop_fd;		/* readable: come to an end */
	int news_fd;		/* written to when there is something new */
	long long begun, deadline;
	long long task_deadline;	/* a little earlier: who is silent is noted as that */
	pthread_mutex_t lock;	/* for all below */
	struct discover_list list;
	struct discover_step steps[HUNT_STEPS];
	size_t step_count;
	struct hunt_task tasks[HUNT_TASKS];
	size_t task_count;
	bool stopped;		/* no more tasks */
	bool changed, told_settled;	/* the list, since it was told; and what was told with it */
	/* For the reason when nothing is found. */
	bool dns_answered, dns_silent, dns_failed, domain_known, no_mail;
	bool strange_certificate, leads_here;
	struct err fault;	/* what is wrong with the question itself: ERR_NONE, nothing */
	const struct provider *unusable; /* takes the domain's mail; known_why_not */
};

/* Starts a task made of these; what does not fit any more is left out. */
void hunt_start(struct hunt *hunt, const struct hunt_task *task);
/* Of the task's source and order, for the address: all else is to be filled in. */
struct discover_candidate hunt_candidate(const struct hunt_task *task);
/* Judges them, puts them into the list, and looks where each host leads: those on this computer are
 * taken out again, with a step that says so, unless a preset means it. */
void hunt_offer(struct hunt_task *task, struct discover_candidate *list, size_t count);

/* A question on its way, to be noted with its answer. */
struct hunt_question {
	struct hunt_task *task;
	long long begun;
	char asked[400];
};
void hunt_ask(struct hunt_question *q, struct hunt_task *task, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void hunt_answer(const struct hunt_question *q, bool found, bool secured, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

struct dns_params hunt_dns(const struct hunt *hunt);
/* dns_ask, with what it says of the network kept. */
int hunt_dns_ask(struct hunt *hunt, enum dns_type type, const char *name,
		 struct dns_answer *answer, struct err *err);
/* The worst scope of the addresses of a host; NET_GLOBAL when it has none. */
enum net_scope hunt_worst(const char *host, const struct dns_answer *answer);
/* Keeps an error that lies with this computer or with what was asked for, the first of them. */
void hunt_fault(struct hunt *hunt, const struct err *err);

/* list.c: candidates in order, without doubles. No I/O. */
void list_judge(struct discover_candidate *c, const char *domain);
/* Where it stands: with its source. But an SRV record to strangers, which anybody on the way could
 * have written, comes right behind the files that https secures. */
enum discover_source list_rank(const struct discover_candidate *c);
void list_add(struct discover_list *list, const struct discover_candidate *c);
void list_sort(struct discover_list *list);
/* Where a host leads is known: its candidates are private, or go, or stay as they are. */
void list_settle_host(struct discover_list *list, const char *host, enum net_scope scope,
		      const char *domain);
void list_drop_pending(struct discover_list *list);
/* Both ways of the provider, into the list. */
void list_add_provider(struct discover_list *list, const struct provider *p, const char *address,
		       const struct discover_candidate *base);

/* known.c: says in err why there is no candidate of a provider: it has no SMTP, or a name of its
 * server has to be chosen; 0. */
int known_why_not(const struct provider *p, const char *address, struct err *err);

/* The sources: each starts its tasks. */
void ask_records(struct hunt *hunt);	/* SRV and MX, in records.c */
void ask_web(struct hunt *hunt);	/* autoconfig, PACC and ISPDB of the domain, in web.c */
/* autoconfig and ISPDB of a domain that takes the mail; nth of them, the first is 0. */
void ask_web_of(struct hunt *hunt, const char *base, bool secured, unsigned nth);
void ask_usual(struct hunt *hunt);	/* probe.c */

/* Speaks to the server of the candidate, as far as EHLO: sets live and live_text. */
void probe_server(struct discover_candidate *c, const struct discover_params *params,
		  int cancel_fd, long ms);

#endif
