#include "task/outbox_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

#include "base/err.h"
#include "task/outbox_rule.h"

/* One result on its way into the tables. */
struct entry {
	const struct outbox *own;
	struct outbox *box; /* the same, with the handle that writes */
	const struct outbox_policy *policy;
	const struct outbox_job *job;
	const struct smtp_result *result;
	const struct err *failure; /* NULL: none */
	enum outbox_verdict verdict;
	int64_t now, tries, attempts, queued_at;
	int64_t deferred; /* recipients put off in this try */
	char *file; /* that nobody needs any more */
	struct outbox_outcome out;
};

/* Not random(3), which is the same in every process. */
static double jitter(void)
{
	unsigned n = 0;

	return getrandom(&n, sizeof n, 0) == (ssize_t)sizeof n ? (double)(n % 1000) / 1000 : 0.5;
}

/* ---- recipients ---- */

static int rcpt_state(struct entry *e, const struct smtp_rcpt *rcpt)
{
	enum smtp_rcpt_state said = rcpt ? rcpt->state : SMTP_RCPT_UNKNOWN;

	if (said == SMTP_RCPT_REFUSED)
		return RCPT_FAILED;
	if (e->verdict == VERDICT_UNSURE)
		return RCPT_UNSURE;
	if (e->verdict == VERDICT_FAILED)
		return RCPT_FAILED;
	if (e->verdict != VERDICT_DONE && e->verdict != VERDICT_RECIPIENTS)
		return RCPT_WAITING;
	if (said == SMTP_RCPT_ACCEPTED)
		return RCPT_SENT;
	if (said == SMTP_RCPT_UNKNOWN && e->failure && !e->failure->temporary)
		return RCPT_FAILED;
	e->deferred++;
	return RCPT_WAITING;
}

static int write_recipient(struct entry *e, size_t i, struct err *err)
{
	const struct smtp_rcpt *rcpt = i < e->result->count ? &e->result->rcpts[i] : NULL;
	const struct smtp_reply *reply = rcpt && rcpt->reply.code ? &rcpt->reply : NULL;

	return db_run(e->box->db, err,
		      "UPDATE recipient SET state = ?, code = ?, enhanced = ?, reply = ? WHERE "
		      "message = ? AND n = ?",
		      "ddttii", rcpt_state(e, rcpt), reply ? reply->code : 0,
		      reply && reply->enhanced[0] ? reply->enhanced : NULL,
		      reply ? reply->text : NULL, e->job->id, e->job->places[i]);
}

static int count_rcpts(struct entry *e, int state, int64_t *count, struct err *err)
{
	return db_number(e->box->db, err, count,
			 "SELECT count(*) FROM recipient WHERE message = ? AND state = ?", "id",
			 e->job->id, state) < 0
		       ? -1
		       : 0;
}

/* ---- the message ---- */

/* Who still waits has waited long enough. */
static int give_up(struct entry *e, struct err *err)
{
	e->out.state = OUTBOX_FAILED;
	return db_run(e->box->db, err,
		      "UPDATE recipient SET state = ? WHERE message = ? AND state = ?", "did",
		      RCPT_FAILED, e->job->id, RCPT_WAITING);
}

static int settle_spoken(struct entry *e, struct err *err)
{
	int64_t waiting, sent;

	if (count_rcpts(e, RCPT_WAITING, &waiting, err) < 0 ||
	    count_rcpts(e, RCPT_SENT, &sent, err) < 0)
		return -1;
	e->out.state = sent > 0 ? OUTBOX_SENT : OUTBOX_FAILED;
	if (waiting == 0)
		return 0;
	e->out.state = OUTBOX_READY;
	e->out.next_at = e->now;
	if (e->deferred == 0)
		return 0; /* they were more than go at a time */
	e->tries++;
	e->out.next_at = e->now + outbox_wait_message(e->tries, jitter());
	if (!outbox_too_old(e->now, e->queued_at, e->attempts, e->policy->retry_days))
		return 0;
	return give_up(e, err) < 0 ? -1 : 0;
}

static int settle(struct entry *e, struct err *err)
{
	e->out.next_at = e->now;
	switch (e->verdict) {
	case VERDICT_DONE:
	case VERDICT_RECIPIENTS:
		return settle_spoken(e, err);
	case VERDICT_ACCOUNT_WAITS:
	case VERDICT_ACCOUNT_PAUSES:
		e->out.state = OUTBOX_READY;
		if (outbox_too_old(e->now, e->queued_at, e->attempts, e->policy->retry_days))
			return give_up(e, err) < 0 ? -1 : 0;
		return 0;
	case VERDICT_UNSURE:
		e->out.state = OUTBOX_UNSURE;
		return 0;
	case VERDICT_FAILED:
		e->out.state = OUTBOX_FAILED;
		return 0;
	case VERDICT_HELD:
		e->out.state = OUTBOX_HELD;
		return 0;
	}
	return 0;
}

static const char *or_null(const char *text)
{
	return text && text[0] ? text : NULL;
}

static int write_message(struct entry *e, struct err *err)
{
	const struct err *f = e->failure;
	const char *reply = e->result->reply.text;

	/* With its code, which a success has no need of. */
	if (f && or_null(f->reply))
		reply = f->reply;
	return db_run(e->box->db, err,
		      "UPDATE message SET state = ?, marked = 0, next_at = ?, changed_at = ?,"
		      " tries = ?, attempts = ?, error_kind = ?, error_text = ?, error_hint = ?,"
		      " reply = ?, server = coalesce(?, server) WHERE id = ?",
		      "diiiidtttti", (int)e->out.state, e->out.next_at, e->now, e->tries,
		      e->attempts, f ? (int)f->kind : 0, f ? f->text : NULL,
		      f ? or_null(f->hint) : NULL, reply, e->job->server, e->job->id);
}

/* ---- the account ---- */

static int write_account(struct entry *e, struct err *err)
{
	struct db *db = e->box->db;
	const char *name = e->job->account;
	int64_t failures = 0;

	if (e->verdict == VERDICT_DONE || e->verdict == VERDICT_RECIPIENTS)
		return db_run(db, err,
			      "UPDATE account SET failures = 0, wait_until = 0, text = NULL WHERE "
			      "name = ? AND failures > 0",
			      "t", name);
	if (e->verdict == VERDICT_ACCOUNT_PAUSES) {
		e->out.paused = true;
		return db_run(db, err,
			      "INSERT INTO account (name, paused, text) VALUES (?1, 1, ?2) ON "
			      "CONFLICT (name) DO UPDATE SET paused = 1, told = 0, text = ?2",
			      "tt", name, e->failure->text);
	}
	if (e->verdict != VERDICT_ACCOUNT_WAITS)
		return 0;
	if (db_number(db, err, &failures, "SELECT failures FROM account WHERE name = ?", "t",
		      name) < 0)
		return -1;
	failures++;
	e->out.next_at = e->now + outbox_wait_account(failures, jitter());
	return db_run(
		db, err,
		"INSERT INTO account (name, failures, wait_until, text) VALUES (?1, ?2, ?3, "
		"?4) ON CONFLICT (name) DO UPDATE SET failures = ?2, wait_until = ?3, text = ?4",
		"tiit", name, failures, e->out.next_at, e->failure->text);
}

/* ---- all of it ---- */

static int load_message(struct entry *e, struct err *err)
{
	struct db_rows *rows = db_select(
		e->box->db, err, "SELECT tries, attempts, queued_at FROM message WHERE id = ?", "i",
		e->job->id);
	int rc;

	if (!rows)
		return -1;
	rc = db_next(rows, err);
	if (rc == 1) {
		e->tries = db_int(rows, 0);
		e->attempts = db_int(rows, 1) + 1;
		e->queued_at = db_int(rows, 2);
	}
	db_end(rows);
	if (rc == 0)
		return err_set(err, ERR_SYSTEM, "Message %lld has vanished from the outbox.",
			       (long long)e->job->id);
	return rc;
}

static int write_all(struct entry *e, struct err *err)
{
	if (load_message(e, err) < 0)
		return -1;
	for (size_t i = 0; i < e->job->count; i++)
		if (write_recipient(e, i, err) < 0)
			return -1;
	if (settle(e, err) < 0 || write_account(e, err) < 0 || write_message(e, err) < 0)
		return -1;
	if (e->failure && outbox_note(e->box, e->job->id, "attempt", e->failure->text,
				      or_null(e->failure->reply), err) < 0)
		return -1;
	if (e->out.state == OUTBOX_SENT && !e->policy->keep)
		return outbox_body_drop(e->box, e->job->id, &e->file, err);
	return 0;
}

/* May be done more than once. */
static int write_entry(struct db *db, void *arg, struct err *err)
{
	struct entry *e = arg;
	struct outbox lent = *e->own;

	lent.db = db;
	e->box = &lent;
	e->deferred = 0;
	e->out = (struct outbox_outcome){ .next_at = 0 };
	free(e->file);
	e->file = NULL;
	return write_all(e, err);
}

int outbox_record(struct outbox *box, const struct outbox_policy *policy, struct outbox_job *job,
		  const struct smtp_result *result, const struct err *failure,
		  struct outbox_outcome *outcome, struct err *err)
{
	struct entry e = { .own = box,
			   .policy = policy,
			   .job = job,
			   .result = result,
			   .failure = failure,
			   .verdict = outbox_judge(failure, job->no_session),
			   .now = outbox_now() };

	if (outbox_durably(box, write_entry, &e, err) < 0) {
		free(e.file);
		return -1;
	}
	*outcome = e.out;
	outbox_unlock(box, job->id);
	outbox_job_clear(job);
	outbox_body_unlink(box, e.file);
	return 0;
}
