#include "task/outbox_private.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "task/outbox_hand.h"
#include "task/outbox_rule.h"

#define HOUR 3600
#define DAY  86400

/* ---- what crashed senders left ---- */

#define MAYBE                                                                         \
	"The program that sent it ended before it knew what the server said: it may " \
	"have been delivered, or not."

static int write_verdict(struct outbox *box, int64_t id, bool marked, struct err *err)
{
	int64_t now = outbox_now();

	if (db_run(box->db, err,
		   "UPDATE message SET state = ?, marked = 0, next_at = ?, changed_at = ?,"
		   " attempts = attempts + 1, error_kind = ?, error_text = ? WHERE id = ?",
		   "diidti", marked ? OUTBOX_UNSURE : OUTBOX_READY, now, now,
		   marked ? ERR_UNSURE : 0, marked ? MAYBE : NULL, id) < 0)
		return -1;
	if (marked &&
	    db_run(box->db, err, "UPDATE recipient SET state = ? WHERE message = ? AND state = ?",
		   "did", RCPT_UNSURE, id, RCPT_WAITING) < 0)
		return -1;
	return outbox_note(box, id, "crash",
			   marked ? "after the last byte" : "before the last byte", NULL, err);
}

static int judge_one(struct outbox *box, int64_t id, struct err *err)
{
	int64_t marked;
	int rc;

	if (db_begin(box->db, err) < 0)
		return -1;
	rc = db_number(box->db, err, &marked,
		       "SELECT marked FROM message WHERE id = ? AND state = ?", "id", id,
		       OUTBOX_SENDING);
	if (rc == 1 && write_verdict(box, id, marked, err) >= 0)
		return db_commit(box->db, err);
	db_undo(box->db);
	return rc == 0 ? 0 : -1;
}

/* Claimed messages of this handle are locked by itself: a lock would always be given. */
static bool is_mine(const struct outbox *box, int64_t id)
{
	for (size_t i = box->claimed_at; i < box->claimed_count; i++)
		if (box->claimed[i] == id)
			return true;
	return false;
}

int outbox_recover(struct outbox *box, struct err *err)
{
	int64_t id = 0;
	int rc;

	while ((rc = db_number(
			box->db, err, &id,
			"SELECT id FROM message WHERE state = ? AND id > ? ORDER BY id LIMIT 1",
			"di", OUTBOX_SENDING, id)) == 1) {
		if (is_mine(box, id))
			continue;
		rc = outbox_lock(box, id, err);
		if (rc == 1) {
			rc = judge_one(box, id, err);
			outbox_unlock(box, id);
		}
		if (rc < 0)
			break;
	}
	return rc;
}

/* ---- may it send, and how much? ---- */

/* Of so many in a window of time, how many may still go; *free_at when none. Those that
 * are on their way count. */
static int room_in(struct outbox *box, const char *account, long limit, int64_t window,
		   int64_t *room, int64_t *free_at, struct err *err)
{
	int64_t now = outbox_now(), gone = 0, first = now;

	if (limit <= 0)
		return 0;
	if (db_number(box->db, err, &gone,
		      "SELECT (SELECT count(*) FROM message WHERE account = ?1 AND state = ?2 AND "
		      "changed_at > ?3 AND changed_at <= ?4) + (SELECT count(*) FROM message WHERE "
		      "account = ?1 AND state = ?5)",
		      "tdiid", account, OUTBOX_SENT, now - window, now, OUTBOX_SENDING) < 0)
		return -1;
	if (limit - gone < *room)
		*room = limit - gone;
	if (limit > gone)
		return 0;
	if (db_number(box->db, err, &first,
		      "SELECT changed_at FROM message WHERE account = ? AND state = ? AND "
		      "changed_at > ? AND changed_at <= ? ORDER BY changed_at LIMIT 1 OFFSET ?",
		      "tdiii", account, OUTBOX_SENT, now - window, now, gone - limit) < 0)
		return -1;
	if (first + window > *free_at)
		*free_at = first + window;
	return 0;
}

int outbox_room(struct outbox *box, const char *account, const struct outbox_policy *policy,
		int64_t want, int64_t *room, struct err *err)
{
	int64_t now = outbox_now(), free_at = 0, barred = 0;

	*room = want;
	if (db_number(box->db, err, &barred,
		      "SELECT 1 FROM account WHERE name = ? AND ((paused AND ? < ?) OR "
		      "(wait_until > ? AND wait_until <= ? AND ? < ?))",
		      "tddiidd", account, policy->urge, OUTBOX_ANYWAY, now, now + DAY,
		      policy->urge, OUTBOX_NOW) < 0 ||
	    room_in(box, account, policy->per_hour, HOUR, room, &free_at, err) < 0 ||
	    room_in(box, account, policy->per_day, DAY, room, &free_at, err) < 0)
		return -1;
	if (barred || *room < 0)
		*room = 0;
	if (!free_at || barred)
		return 0;
	return db_run(
		box->db, err,
		"INSERT INTO account (name, wait_until, text) VALUES (?1, ?2, ?3) ON CONFLICT "
		"(name) DO UPDATE SET wait_until = ?2, text = ?3",
		"tit", account, free_at, "The limit of the account is reached.");
}

/* ---- taking ---- */

static int claim_rows(struct outbox *box, const char *account, int64_t room, struct err *err)
{
	int64_t now = outbox_now();
	struct db_rows *rows =
		db_select(box->db, err,
			  "SELECT id FROM message WHERE account = ? AND state = ? AND "
			  "(next_at <= ? OR next_at > ?) ORDER BY next_at, id LIMIT ?",
			  "tdiii", account, OUTBOX_READY, now, now + OUTBOX_WAIT_MAX, room);
	int rc;

	if (!rows)
		return -1;
	while ((rc = db_next(rows, err)) == 1) {
		rc = outbox_lock(box, db_int(rows, 0), err);
		if (rc < 0)
			break;
		if (rc == 1)
			box->claimed[box->claimed_count++] = db_int(rows, 0);
	}
	db_end(rows);
	for (size_t i = 0; rc == 0 && i < box->claimed_count; i++)
		if (db_run(box->db, err, "UPDATE message SET state = ?, marked = 0 WHERE id = ?",
			   "di", OUTBOX_SENDING, box->claimed[i]) < 0)
			rc = -1;
	return rc;
}

static int claim(struct outbox *box, const char *account, const struct outbox_policy *policy,
		 struct err *err)
{
	int64_t room;

	box->claimed_at = box->claimed_count = 0;
	if (db_begin(box->db, err) < 0)
		return -1;
	if (outbox_room(box, account, policy, OUTBOX_CLAIM, &room, err) < 0 ||
	    (room > 0 && claim_rows(box, account, room, err) < 0) || db_commit(box->db, err) < 0) {
		db_undo(box->db);
		for (size_t i = 0; i < box->claimed_count; i++)
			outbox_unlock(box, box->claimed[i]);
		box->claimed_count = 0;
		return -1;
	}
	free(box->claimed_account);
	box->claimed_account = xstrdup(account);
	return 0;
}

/* Claimed for another account, or one that may not send any more. */
static int is_fresh(struct outbox *box, const char *account)
{
	return box->claimed_at < box->claimed_count && strcmp(box->claimed_account, account) == 0;
}

int outbox_begin(struct outbox *box, int64_t id, const struct outbox_policy *policy,
		 struct outbox_job *job, struct err *err)
{
	struct outbox_outcome outcome;
	struct err why = ERR_INIT;
	struct smtp_result nothing = SMTP_RESULT_INIT;

	if (outbox_load(box, id, policy->per_message, job, &why) == 0)
		return 0;
	/* It can never go: that is its result. */
	job->id = id;
	if (why.kind == ERR_INPUT &&
	    outbox_record(box, policy, job, &nothing, &why, &outcome, err) < 0)
		return -1;
	outbox_job_clear(job);
	if (err)
		*err = why;
	return -1;
}

int outbox_take(struct outbox *box, const char *account, const struct outbox_policy *policy,
		struct outbox_job *job, struct err *err)
{
	for (;;) {
		if (!is_fresh(box, account)) {
			outbox_give_back(box);
			if (outbox_recover(box, err) < 0 || claim(box, account, policy, err) < 0)
				return -1;
			if (box->claimed_count == 0)
				return 0;
		}
		if (outbox_begin(box, box->claimed[box->claimed_at++], policy, job, err) == 0)
			return 1;
		if (!err || err->kind != ERR_INPUT)
			return -1;
		err_clear(err);
	}
}

static int write_mark(struct db *db, void *arg, struct err *err)
{
	const struct outbox_job *job = arg;

	return db_run(db, err, "UPDATE message SET marked = 1 WHERE id = ?", "i", job->id);
}

int outbox_mark(struct outbox *box, struct outbox_job *job, struct err *err)
{
	return outbox_durably(box, write_mark, job, err);
}

int outbox_claim(struct outbox *box, int64_t id, struct err *err)
{
	int rc;

	if (db_begin(box->db, err) < 0)
		return -1;
	rc = outbox_lock(box, id, err);
	if (rc == 1)
		rc = db_run(box->db, err,
			    "UPDATE message SET state = ?, marked = 0 WHERE id = ? AND state = ?",
			    "did", OUTBOX_SENDING, id, OUTBOX_READY);
	if (rc > 0 && db_commit(box->db, err) == 0)
		return 1;
	db_undo(box->db);
	outbox_unlock(box, id);
	return rc > 0 ? -1 : rc;
}
