#include "screen/find.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "mail/addr.h"
#include "port/net.h"
#include "port/suffix.h"
#include "widget/job.h"

#define TRIED 6
/* Stands for the part before the @, which nobody is told. */
#define MARK "part-before-the-at"

enum { POST_LIST, POST_SETTLED };

struct find {
	void (*changed)(void *owner);
	void *owner;
	struct job *job;
	enum find_state state;
	char domain[256]; /* "" none yet */
	long long began;
	struct discover_list list;
	struct err why;
};

/* What the worker has. */
struct work {
	char address[300];
	bool look; /* else only to try what is in the list */
	struct job *job;
	struct discover_list list;
	struct err why;
};

static void post_list(void *arg, const struct discover_list *list, bool settled)
{
	struct work *w = arg;

	(void)settled;
	job_post(w->job, POST_LIST, list->list, list->count * sizeof *list->list);
}

static void work_run(struct job *job, void *arg)
{
	struct work *w = arg;
	const struct discover_watch watch = { .arg = w, .found = post_list };
	const struct discover_params params = { .address = w->address,
						.cancel_fd = job_cancel_fd(job) };
	struct err err = ERR_INIT;

	w->job = job;
	if (w->look) {
		if (discover_run(&params, &watch, &w->list, &w->why) < 0)
			return;
		post_list(w, &w->list, true);
		job_post(job, POST_SETTLED, &w->why, sizeof w->why);
	}
	discover_check(&params, &watch, &w->list, TRIED, &err);
}

static void take_post(void *owner, void *arg, int what, const void *data, size_t len)
{
	struct find *f = owner;

	(void)arg;
	if (what == POST_SETTLED) {
		memcpy(&f->why, data, sizeof f->why);
		f->state = FIND_TRYING;
	} else {
		f->list.count = len / sizeof *f->list.list;
		memcpy(f->list.list, data, len);
	}
	f->changed(f->owner);
}

static void take_done(void *owner, void *arg)
{
	struct find *f = owner;
	const struct work *w = arg;

	f->job = NULL;
	if (f->state == FIND_LOOKING)
		f->why = w->why;
	f->state = FIND_ENDED;
	f->changed(f->owner);
}

static const struct job_class job_class = { work_run, take_post, take_done, free };

struct find *find_new(void (*changed)(void *owner), void *owner)
{
	struct find *f = xcalloc(1, sizeof *f);

	f->changed = changed;
	f->owner = owner;
	return f;
}

void find_free(struct find *f)
{
	if (f)
		job_drop(f->job);
	free(f);
}

bool find_possible(const char *address)
{
	const char *domain = addr_domain(address);

	return addr_check(address, NULL) == 0 && strchr(domain, '.') && domain[0] != '[' &&
	       strlen(domain) < sizeof((struct find *)0)->domain;
}

bool find_complete(const char *address)
{
	char *ascii = find_possible(address) ? net_host_ascii(addr_domain(address)) : NULL;
	bool complete = ascii && suffix_base(ascii);

	free(ascii);
	return complete;
}

static void start(struct find *f, bool look)
{
	struct work *w = xcalloc(1, sizeof *w);

	job_drop(f->job);
	/* The first use must not be in two jobs at once. */
	net_init();
	snprintf(w->address, sizeof w->address, MARK "@%s", f->domain);
	w->look = look;
	w->list = f->list;
	f->state = look ? FIND_LOOKING : FIND_TRYING;
	f->job = job_start(&job_class, w, f);
}

void find_begin(struct find *f, const char *address)
{
	snprintf(f->domain, sizeof f->domain, "%s", addr_domain(address));
	f->began = clock_ms();
	f->list.count = 0;
	f->why = (struct err)ERR_INIT;
	start(f, true);
}

void find_stop(struct find *f)
{
	if (f->state != FIND_LOOKING)
		return;
	err_set(&f->why, ERR_CANCELLED, "You stopped the search.");
	start(f, false);
	f->changed(f->owner);
}

enum find_state find_state(const struct find *f)
{
	return f->state;
}

bool find_is_for(const struct find *f, const char *address)
{
	return f->state != FIND_IDLE && text_eq_nocase(f->domain, addr_domain(address));
}

long find_seconds(const struct find *f)
{
	return (long)((clock_ms() - f->began) / 1000);
}

const struct discover_list *find_list(const struct find *f)
{
	return &f->list;
}

const struct err *find_why(const struct find *f)
{
	return &f->why;
}

bool find_equal(const struct discover_candidate *a, const struct discover_candidate *b)
{
	return a->port == b->port && a->security == b->security && strcmp(a->host, b->host) == 0;
}

const struct discover_candidate *find_same(const struct find *f,
					   const struct discover_candidate *c)
{
	for (size_t i = 0; i < f->list.count; i++)
		if (find_equal(&f->list.list[i], c))
			return &f->list.list[i];
	return NULL;
}

static void put_local(char *name, size_t size, const char *address)
{
	int len = (int)(addr_domain(address) - address) - 1;
	const char *mark = strstr(name, MARK);
	char whole[512];

	if (!mark)
		return;
	snprintf(whole, sizeof whole, "%.*s%.*s%s", (int)(mark - name), name, len, address,
		 mark + strlen(MARK));
	snprintf(name, size, "%.*s", (int)size - 1, whole);
}

struct discover_candidate find_for(const struct discover_candidate *c, const char *address)
{
	struct discover_candidate own = *c;

	put_local(own.user, sizeof own.user, address);
	put_local(own.other_user, sizeof own.other_user, address);
	return own;
}
