#include "cli/send_each_run.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "cli/cancel.h"
#include "cli/command.h"
#include "cli/print.h"
#include "cli/progress.h"
#include "cli/send_each.h"
#include "mail/account.h"
#include "port/json.h"
#include "task/merge.h"
#include "task/outbox_flag.h"
#include "task/outbox_hand.h"
#include "task/outbox_policy.h"
#include "task/outbox_run.h"

#define EXIT_WAITS   75 /* EX_TEMPFAIL: some are in the outbox */
#define EXIT_TROUBLE 69

static bool on_queued(void *arg, size_t done)
{
	struct progress *p = arg;

	p->done = done;
	progress_show(p);
	return !cancel_asked();
}

static int compare(const void *a, const void *b)
{
	int64_t one = *(const int64_t *)a, two = *(const int64_t *)b;

	return (one > two) - (one < two);
}

/* What happens to ours in a run of the outbox. */
struct watch {
	struct progress p;
	int64_t *ids; /* sorted */
	bool json;
	int64_t stopped; /* the message at which the account stopped; 0: at none */
	struct err why; /* it did */
};

static bool is_ours(const struct watch *w, int64_t id)
{
	return id && bsearch(&id, w->ids, w->p.total, sizeof *w->ids, compare);
}

/* Of one message, and not of the account with all that it has. */
static bool is_of_message(const struct err *why)
{
	return why->kind == ERR_REFUSED || why->kind == ERR_UNSURE || why->kind == ERR_INPUT;
}

static void on_told(void *arg, const struct outbox_told *told)
{
	struct watch *w = arg;

	if (is_ours(w, told->id) && told->state != OUTBOX_READY)
		w->p.done++;
	if (told->why && !is_of_message(told->why)) {
		w->stopped = told->id;
		w->why = *told->why;
	} else if (told->why && !w->json) {
		progress_break(&w->p, false);
		print_note("%s: %s", told->to, told->why->text);
	}
	progress_show(&w->p);
}

struct tally {
	size_t states[OUTBOX_STATES];
	size_t total, old;
};

static int count_states(struct outbox *box, const struct merge_added *added, struct tally *t,
			struct err *err)
{
	for (size_t i = 0; i < added->count; i++) {
		struct outbox_query query = { .id = added->ids[i], .most = 1 };
		struct outbox_items items = OUTBOX_ITEMS_INIT;

		if (outbox_find(box, &query, &items, err) < 0)
			return -1;
		if (items.count)
			t->states[items.list[0].state]++;
		outbox_items_clear(&items);
	}
	t->total = added->count;
	t->old = added->old;
	return 0;
}

static struct json *tally_json(const struct tally *t)
{
	struct json *value = json_new_object();

	json_put_number(value, "messages", (long long)t->total);
	json_put_number(value, "there_before", (long long)t->old);
	for (int s = 0; s < OUTBOX_STATES; s++)
		json_put_number(value, outbox_state_name((enum outbox_state)s),
				(long long)t->states[s]);
	return value;
}

static int tell_result(struct call *call, const struct tally *t)
{
	size_t waits = t->states[OUTBOX_READY] + t->states[OUTBOX_SENDING] + t->states[OUTBOX_HELD];
	size_t bad = t->states[OUTBOX_FAILED] + t->states[OUTBOX_UNSURE];

	if (call->global.json)
		call->result = tally_json(t);
	else if (waits || bad || progress_watched(call)) {
		print_note("%zu of %zu sent%s.", t->states[OUTBOX_SENT], t->total,
			   t->old == t->total ? ", all of them queued by an earlier run" : "");
		if (bad)
			print_note("%zu failed, %zu %s unsure: see outpost outbox list.",
				   t->states[OUTBOX_FAILED], t->states[OUTBOX_UNSURE],
				   t->states[OUTBOX_UNSURE] == 1 ? "is" : "are");
		if (waits)
			print_note("%zu wait%s in the outbox: outpost outbox run goes on, and so "
				   "does the same command again. Nobody gets it twice.",
				   waits, waits == 1 ? "s" : "");
	}
	return cancel_asked() && waits ? 130 : waits ? EXIT_WAITS : bad ? EXIT_TROUBLE : 0;
}

void send_each_limits(const struct call *call, const struct account *a, size_t count, bool fresh)
{
	struct outbox_policy policy;
	size_t at_once;
	int64_t seconds;

	outbox_policy_of(a, &policy);
	at_once = (size_t)(policy.per_hour > 0 ? policy.per_hour : policy.per_day);
	if (fresh)
		count -= at_once < count ? at_once : count;
	seconds = merge_time(count, policy.per_hour, policy.per_day);
	if (!call->global.json && seconds >= 60)
		print_note("With the limits of the account the last is sent in about %lld:%02lld "
			   "hours, if outpost outbox run --watch runs meanwhile.",
			   (long long)seconds / 3600, (long long)seconds / 60 % 60);
}

/* Somebody wants it now, perhaps right after a Ctrl-C: a wait of the account is over, and so is
 * that of a message which no server has put off. A refused sign-in stays one. */
static int end_waits(struct outbox *box, const char *account, const struct merge_added *added,
		     struct err *err)
{
	struct err why = ERR_INIT;
	int rc = 0;

	outbox_why(box, account, &why);
	if (why.kind == ERR_AUTH)
		return 0;
	if (why.kind != ERR_NONE)
		outbox_resume(account);
	for (size_t i = 0; rc == 0 && i < added->count; i++) {
		struct outbox_query query = { .id = added->ids[i], .most = 1 };
		struct outbox_items items = OUTBOX_ITEMS_INIT;

		rc = outbox_find(box, &query, &items, err);
		if (rc == 0 && items.count && items.list[0].state == OUTBOX_READY &&
		    items.list[0].tries == 0 && items.list[0].attempts > 0)
			rc = outbox_retry(box, added->ids[i], err);
		outbox_items_clear(&items);
	}
	return rc;
}

/* Many servers close a connection after so many messages. One that took some goes on taking
 * over the next connection. */
static int run_turns(struct outbox *box, struct outbox_run *work, struct watch *w, struct err *err)
{
	size_t before;
	int rc;

	for (;;) {
		before = w->p.done;
		w->stopped = 0;
		rc = outbox_run(box, work, err);
		if (rc < 0 || !w->stopped || w->p.done == before || w->why.kind != ERR_NETWORK ||
		    cancel_asked())
			return rc;
		outbox_resume(work->only);
		if (outbox_retry(box, w->stopped, err) < 0)
			return -1;
		w->why = (struct err)ERR_INIT;
	}
}

static int run_outbox(struct call *call, const struct send_each_base *base, struct outbox *box,
		      const struct merge_added *added, struct err *err)
{
	struct watch w = { .p = progress_new(call, "Sent", added->count),
			   .json = call->global.json,
			   .why = ERR_INIT };
	struct outbox_run work = { .accounts = base->all,
				   .only = account_id(base->account),
				   .cancel_fd = cancel_fd(),
				   .tell = on_told,
				   .arg = &w };
	struct tally tally = { .total = 0 };
	int rc;

	w.ids = xcalloc(added->count, sizeof *w.ids);
	memcpy(w.ids, added->ids, added->count * sizeof *w.ids);
	qsort(w.ids, added->count, sizeof *w.ids, compare);
	rc = count_states(box, added, &tally, err);
	w.p.from = w.p.done = tally.total - tally.states[OUTBOX_READY];
	if (rc == 0)
		rc = end_waits(box, work.only, added, err);
	if (rc == 0)
		rc = run_turns(box, &work, &w, err);
	if (w.p.done < w.p.total)
		progress_break(&w.p, true);
	if (w.why.kind != ERR_NONE && !w.json && !cancel_asked())
		print_note("%s", w.why.text);
	tally = (struct tally){ .total = 0 };
	if (rc == 0)
		rc = count_states(box, added, &tally, err);
	if (rc == 0) {
		rc = tell_result(call, &tally);
		send_each_limits(call, base->account, tally.states[OUTBOX_READY], false);
	}
	free(w.ids);
	return rc;
}

/* Those who were refused again and again are told before anything goes. */
static int flag_refused(const struct merge *m, struct outbox *box, struct err *err)
{
	char sentence[OUTBOX_FLAG_MAX];
	size_t flagged = 0;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < merge_count(m) && !cancel_asked(); i++) {
		struct merge_message msg;

		rc = merge_fill(m, i, &msg, err);
		if (rc == 0 && outbox_flag(box, msg.address, sentence) && flagged++ < MERGE_FAULTS)
			print_warning("Line %ld: %s", msg.line, sentence);
		merge_message_clear(&msg);
	}
	if (flagged > MERGE_FAULTS)
		print_note("And so were %zu more.", flagged - MERGE_FAULTS);
	return rc;
}

int send_each_run(struct call *call, const struct send_each_base *base, struct merge *m,
		  struct err *err)
{
	struct progress p = progress_new(call, "Queued", merge_count(m));
	struct merge_added added = { .count = 0 };
	char *told = NULL;
	struct outbox *box = outbox_open(&told, err);
	int rc = box ? 0 : -1;

	if (told)
		print_warning("%s", told);
	(void)cancel_fd(); /* from here on Ctrl-C is a word, not an end */
	if (rc == 0)
		rc = flag_refused(m, box, err);
	if (rc == 0)
		rc = merge_enqueue(m, box, on_queued, &p, &added, err);
	if (rc < 0 && added.count) {
		progress_break(&p, true);
		print_note("%zu of %zu messages are in the outbox: outpost outbox run sends them. "
			   "The same command again adds the others; nobody gets it twice.",
			   added.count, merge_count(m));
	}
	if (rc == 0)
		rc = run_outbox(call, base, box, &added, err);
	merge_added_clear(&added);
	outbox_close(box);
	free(told);
	return rc;
}
