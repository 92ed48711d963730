#include "task/outbox_run.h"

#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/secret.h"
#include "mail/account.h"
#include "task/deliver.h"
#include "task/outbox_hand.h"
#include "task/outbox_policy.h"
#include "task/outbox_private.h"
#include "task/session.h"

/* One account's turn. */
struct turn {
	struct outbox *box;
	struct outbox_run *run;
	const struct account *account;
	struct outbox_policy policy;
	struct outbox_job job;
	struct smtp *smtp;
	struct secret *held;
	bool more; /* of the message that was sent last some recipients can go at once */
};

static bool is_over(const struct outbox_run *run, long long deadline)
{
	struct pollfd asked = { .fd = run->cancel_fd, .events = POLLIN };

	return clock_left(deadline) == 0 || (run->cancel_fd >= 0 && poll(&asked, 1, 0) > 0);
}

static int mark(void *arg, struct err *err)
{
	struct turn *t = arg;

	return outbox_mark(t->box, &t->job, err);
}

static int connect_again(struct turn *t, struct err *err)
{
	struct session_params params = { .account = t->account,
					 .secret = t->run->secret,
					 .cancel_fd = t->run->cancel_fd,
					 .watch = t->run->watch };

	if (t->smtp && smtp_alive(t->smtp))
		return 0;
	smtp_close(t->smtp);
	secret_free(t->held);
	t->held = NULL;
	t->smtp = session_open(&params, &t->held, err);
	return t->smtp ? 0 : -1;
}

static int send_job(struct turn *t, struct smtp_result *result, struct err *err)
{
	struct smtp_envelope envelope = { .from = t->job.from,
					  .to = (const char *const *)t->job.to,
					  .count = t->job.count,
					  .wishes = &t->job.wishes,
					  .last = mark,
					  .last_arg = t };

	t->job.server = account_get(t->account, ACCOUNT_HOST);
	t->job.no_session = connect_again(t, err) < 0;
	return t->job.no_session ? -1
				 : smtp_send(t->smtp, &envelope, &t->job.body, result, err);
}

static void count(struct outbox_run *run, enum outbox_state state)
{
	size_t *const counters[OUTBOX_STATES] = {
		[OUTBOX_READY] = &run->put_off, [OUTBOX_SENDING] = &run->put_off,
		[OUTBOX_SENT] = &run->sent,     [OUTBOX_FAILED] = &run->failed,
		[OUTBOX_UNSURE] = &run->unsure, [OUTBOX_HELD] = &run->put_off,
	};

	++*counters[state];
}

static void tell(struct turn *t, struct outbox_told *told, const struct outbox_outcome *outcome)
{
	told->account = account_id(t->account);
	told->next_at = outcome->next_at;
	told->state = outcome->state;
	if (t->run->tell)
		t->run->tell(t->run->arg, told);
}

static char **copy_list(char *const *list, size_t count)
{
	char **copy = xcalloc(count + 1, sizeof *copy);

	for (size_t i = 0; i < count; i++)
		copy[i] = xstrdup(list[i]);
	return copy;
}

static void free_list(char **list)
{
	for (size_t i = 0; list[i]; i++)
		free(list[i]);
	free(list);
}

/* 1: go on with the next; 0: this account has had its turn; -1. */
static int send_one(struct turn *t, struct err *err)
{
	struct smtp_result result = SMTP_RESULT_INIT;
	struct outbox_outcome outcome;
	struct err why = ERR_INIT;
	char **to = copy_list(t->job.to, t->job.count);
	struct outbox_told told = { .to = to[0], .id = t->job.id, .result = &result };
	int rc = send_job(t, &result, &why), noted;
	bool account_stops = t->job.no_session ||
			     (rc < 0 && why.kind != ERR_REFUSED && why.kind != ERR_UNSURE &&
			      why.kind != ERR_INPUT);

	/* The job is cleared with its record; what is told after that outlives it. */
	for (size_t i = 0; i < result.count; i++)
		result.rcpts[i].address = to[i];
	if (rc == 0)
		deliver_copy(t->account, t->job.body.fd, NULL, 0);
	/* Stopped before the last byte: the next run takes it. */
	if (why.kind == ERR_CANCELLED)
		why.kind = ERR_SYSTEM;
	noted = outbox_record(t->box, &t->policy, &t->job, &result, rc < 0 ? &why : NULL, &outcome,
			      err);
	if (noted == 0) {
		count(t->run, outcome.state);
		told.why = rc < 0 ? &why : NULL;
		tell(t, &told, &outcome);
		t->more = outcome.state == OUTBOX_READY && outcome.next_at <= outbox_now();
	}
	smtp_result_clear(&result);
	outbox_job_clear(&t->job);
	free_list(to);
	if (noted < 0)
		return -1;
	return account_stops ? 0 : 1;
}

static int take_turn(struct turn *t, long long deadline, struct err *err)
{
	int rc = 1;

	outbox_policy_of(t->account, &t->policy);
	if (outbox_forget(t->box, account_id(t->account), t->policy.history_days, err) < 0)
		return -1;
	while (rc == 1 && !is_over(t->run, deadline)) {
		rc = outbox_take(t->box, account_id(t->account), &t->policy, &t->job, err);
		if (rc == 1)
			rc = send_one(t, err);
	}
	smtp_close(t->smtp);
	secret_free(t->held);
	return rc < 0 ? -1 : 0;
}

static int tell_pause(struct turn *t, struct err *err)
{
	struct outbox_outcome outcome = { .state = OUTBOX_READY, .paused = true };
	struct err why = ERR_INIT;
	struct outbox_told told = { .why = &why };
	char *text;
	int rc = outbox_tell_pause(t->box, account_id(t->account), &text, err);

	if (rc == 1) {
		outbox_why(t->box, account_id(t->account), &why);
		tell(t, &told, &outcome);
	}
	free(text);
	return rc < 0 ? -1 : 0;
}

/* ---- one message ---- */

static int not_now(int64_t id, struct err *err)
{
	return err_set(err, ERR_INPUT,
		       "Message %lld cannot be sent now: it does not wait, or another program is "
		       "sending it.",
		       (long long)id);
}

/* As many parts as its recipients are sent in. */
static int send_that(struct turn *t, int64_t id, struct err *err)
{
	int rc;

	do {
		rc = outbox_claim(t->box, id, err);
		if (rc == 0)
			return not_now(id, err);
		if (rc < 0 || outbox_begin(t->box, id, &t->policy, &t->job, err) < 0)
			return -1;
		t->more = false;
		rc = send_one(t, err);
	} while (rc == 1 && t->more && !is_over(t->run, CLOCK_NEVER));
	return rc < 0 ? -1 : 0;
}

static int run_that(struct outbox *box, struct outbox_run *run, struct err *err)
{
	struct outbox_query query = { .id = run->id };
	struct outbox_items items = OUTBOX_ITEMS_INIT;
	struct turn turn = { .box = box, .run = run, .job = OUTBOX_JOB_INIT };
	int rc = outbox_find(box, &query, &items, err);

	if (rc == 0 && items.count == 0)
		rc = err_set(err, ERR_NOINPUT, "There is no message %lld in the outbox.",
			     (long long)run->id);
	if (rc == 0 && !(turn.account = account_find(run->accounts, items.list[0].account)))
		rc = err_set(err, ERR_NOINPUT, "The account %s of this message is not there.",
			     items.list[0].account);
	outbox_items_clear(&items);
	if (rc < 0)
		return -1;
	outbox_policy_of(turn.account, &turn.policy);
	rc = send_that(&turn, run->id, err);
	smtp_close(turn.smtp);
	secret_free(turn.held);
	return rc;
}

static int run_one(struct outbox *box, struct outbox_run *run, struct err *err)
{
	long long deadline = run->ms ? clock_after(run->ms) : CLOCK_NEVER;
	char **names;
	int rc = outbox_accounts(box, &names, err);

	for (size_t i = 0; rc == 0 && names[i] && !is_over(run, deadline); i++) {
		struct turn turn = { .box = box,
				     .run = run,
				     .account = account_find(run->accounts, names[i]),
				     .job = OUTBOX_JOB_INIT };

		if (!turn.account || (run->only && strcmp(run->only, names[i]) != 0))
			continue;
		rc = take_turn(&turn, deadline, err);
		if (rc == 0)
			rc = tell_pause(&turn, err);
	}
	free_list(names);
	return rc;
}

struct shared {
	pthread_mutex_t lock;
	const struct outbox_run *run;
};

/* One more connection: a thread with a handle of its own. */
struct worker {
	pthread_t thread;
	const struct outbox *first;
	struct outbox_run run;
	struct err err;
	int rc;
};

static void tell_shared(void *arg, const struct outbox_told *told)
{
	struct shared *shared = arg;

	pthread_mutex_lock(&shared->lock);
	shared->run->tell(shared->run->arg, told);
	pthread_mutex_unlock(&shared->lock);
}

static void *work(void *arg)
{
	struct worker *w = arg;
	char *told;
	struct outbox *box = outbox_open(&told, &w->err);

	free(told); /* whoever opened it first has said so */
	if (box)
		outbox_join(box, w->first);
	w->rc = box ? run_one(box, &w->run, &w->err) : -1;
	outbox_close(box);
	return NULL;
}

static void share(struct outbox_run *part, struct shared *shared)
{
	*part = *shared->run;
	part->sent = part->failed = part->unsure = part->put_off = 0;
	if (part->tell)
		part->tell = tell_shared;
	part->arg = shared;
}

static void sum_up(struct outbox_run *run, const struct outbox_run *part)
{
	run->sent += part->sent;
	run->failed += part->failed;
	run->unsure += part->unsure;
	run->put_off += part->put_off;
}

int outbox_run(struct outbox *box, struct outbox_run *run, struct err *err)
{
	struct shared shared = { .run = run };
	int wanted = run->connections > 1 ? run->connections - 1 : 0, started = 0, rc;
	struct worker *workers = xcalloc((size_t)wanted + 1, sizeof *workers);
	struct outbox_run part;

	if (run->id) {
		free(workers);
		return run_that(box, run, err);
	}
	pthread_mutex_init(&shared.lock, NULL);
	/* Without a team each writes for itself. */
	if (wanted)
		(void)outbox_team_up(box, NULL);
	for (; started < wanted; started++) {
		struct worker *w = &workers[started];

		w->first = box;
		share(&w->run, &shared);
		w->run.watch = NULL;
		if (pthread_create(&w->thread, NULL, work, w) != 0)
			break; /* the others do it */
	}
	share(&part, &shared);
	rc = run_one(box, &part, err);
	sum_up(run, &part);
	for (int i = 0; i < started; i++) {
		pthread_join(workers[i].thread, NULL);
		sum_up(run, &workers[i].run);
		if (rc == 0 && workers[i].rc < 0) {
			rc = -1;
			*err = workers[i].err;
		}
	}
	outbox_part(box);
	pthread_mutex_destroy(&shared.lock);
	free(workers);
	return rc == 0 ? outbox_body_tidy(box, err) : -1;
}
