#include "task/outbox_hand.h"

#include <stdlib.h>

#include "base/dirs.h"
#include "base/err.h"
#include "base/file.h"
#include "base/text.h"
#include "task/outbox_private.h"
#include "task/outbox_rule.h"

#define DAY   86400
#define STALE 1000 /* messages forgotten at a time: nobody waits long for that */
#define BATCH 100  /* of them in a transaction, while others wait to write */

static int no_such(int64_t id, struct err *err)
{
	err_set(err, ERR_NOINPUT, "There is no message %lld in the outbox.", (long long)id);
	err_hint(err, "See what is there: outpost outbox list");
	return -1;
}

int outbox_change(struct outbox *box, int64_t id, int64_t *state, struct err *err)
{
	int rc;

	if (outbox_recover(box, err) < 0 || db_begin(box->db, err) < 0)
		return -1;
	rc = db_number(box->db, err, state, "SELECT state FROM message WHERE id = ?", "i", id);
	if (rc == 0)
		no_such(id, err);
	else if (rc == 1 && *state == OUTBOX_SENDING)
		err_set(err, ERR_INPUT, "Message %lld is being sent just now.", (long long)id);
	else if (rc == 1)
		return 0;
	db_undo(box->db);
	return -1;
}

int outbox_settle(struct outbox *box, int rc, struct err *err)
{
	if (rc >= 0)
		return db_commit(box->db, err);
	db_undo(box->db);
	return -1;
}

static int make_ready(struct outbox *box, int64_t id, struct err *err)
{
	int64_t now = outbox_now();

	if (db_run(box->db, err,
		   "UPDATE recipient SET state = ? WHERE message = ? AND state IN (?, ?)", "didd",
		   RCPT_WAITING, id, RCPT_FAILED, RCPT_UNSURE) < 0 ||
	    db_run(box->db, err,
		   "UPDATE message SET state = ?, marked = 0, next_at = ?, queued_at = ?,"
		   " tries = 0, attempts = 0 WHERE id = ?",
		   "diii", OUTBOX_READY, now, now, id) < 0 ||
	    db_run(box->db, err,
		   "UPDATE account SET paused = 0, told = 0, failures = 0, wait_until = 0 "
		   "WHERE name = (SELECT account FROM message WHERE id = ?)",
		   "i", id) < 0)
		return -1;
	return outbox_note(box, id, "retry", NULL, NULL, err);
}

static int was_sent(int64_t id, struct err *err)
{
	return err_set(err, ERR_INPUT, "Message %lld has been sent.", (long long)id);
}

int outbox_retry(struct outbox *box, int64_t id, struct err *err)
{
	int64_t state, has = 0;
	int rc;

	if (outbox_change(box, id, &state, err) < 0)
		return -1;
	if (state == OUTBOX_REMOVED)
		rc = outbox_gone(id, err);
	else if (state == OUTBOX_SENT)
		rc = was_sent(id, err);
	else if ((rc = db_number(box->db, err, &has, "SELECT 1 FROM body WHERE message = ?", "i",
				 id)) == 0)
		rc = err_set(err, ERR_INPUT, "The text of message %lld is not kept any more.",
			     (long long)id);
	else if (rc == 1)
		rc = make_ready(box, id, err);
	return outbox_settle(box, rc, err);
}

int outbox_hold(struct outbox *box, int64_t id, struct err *err)
{
	int64_t state;
	int rc;

	if (outbox_change(box, id, &state, err) < 0)
		return -1;
	if (state == OUTBOX_SENT)
		rc = was_sent(id, err);
	else if (state != OUTBOX_READY && state != OUTBOX_HELD)
		rc = err_set(err, ERR_INPUT, "Message %lld does not wait: it is %s.", (long long)id,
			     outbox_state_name((enum outbox_state)state));
	else
		rc = db_run(box->db, err, "UPDATE message SET state = ? WHERE id = ?", "di",
			    OUTBOX_HELD, id);
	if (rc >= 0)
		rc = outbox_note(box, id, "hold", NULL, NULL, err);
	return outbox_settle(box, rc, err);
}

/* Its times are what they were: nothing was tried meanwhile. */
int outbox_release(struct outbox *box, int64_t id, struct err *err)
{
	int64_t state;
	int rc;

	if (outbox_change(box, id, &state, err) < 0)
		return -1;
	if (state != OUTBOX_HELD)
		rc = err_set(err, ERR_INPUT, "Message %lld is not held: it is %s.", (long long)id,
			     outbox_state_name((enum outbox_state)state));
	else
		rc = db_run(box->db, err, "UPDATE message SET state = ? WHERE id = ?", "di",
			    OUTBOX_READY, id);
	if (rc >= 0)
		rc = outbox_note(box, id, "release", NULL, NULL, err);
	return outbox_settle(box, rc, err);
}

/* ---- accounts ---- */

void outbox_resume(const char *account)
{
	struct outbox *box;

	(void)outbox_open_there(&box, NULL, NULL);
	if (box)
		db_run(box->db, NULL,
		       "UPDATE account SET paused = 0, told = 0, failures = 0, wait_until = 0 "
		       "WHERE name = ?",
		       "t", account);
	outbox_close(box);
}

void outbox_why(struct outbox *box, const char *account, struct err *err)
{
	struct db_rows *rows = db_select(
		box->db, NULL, "SELECT paused, wait_until, text FROM account WHERE name = ?", "t",
		account);
	char at[TEXT_WHEN];

	if (rows && db_next(rows, NULL) == 1) {
		const char *text = db_text(rows, 2);
		int64_t when = db_int(rows, 1);

		text_when(at, when);
		if (db_int(rows, 0)) {
			err_set(err, ERR_AUTH, "The account %s is paused: %s", account,
				text ? text : "");
			err_hint(err, "Put it right, and it goes on: outpost password set %s",
				 account);
		} else if (when > outbox_now()) {
			err_set(err, ERR_NETWORK, "The account %s waits until %s: %s", account, at,
				text ? text : "");
		}
	}
	db_end(rows);
}

int outbox_tell_pause(struct outbox *box, const char *account, char **text, struct err *err)
{
	struct db_rows *rows;
	int rc;

	*text = NULL;
	rc = db_run(box->db, err,
		    "UPDATE account SET told = 1 WHERE name = ? AND paused AND "
		    "NOT told", "t",
		    account);
	if (rc <= 0)
		return rc;
	rows = db_select(box->db, err, "SELECT text FROM account WHERE name = ?", "t", account);
	if (rows && db_next(rows, err) == 1)
		*text = xstrdup(db_text(rows, 0) ? db_text(rows, 0) : "");
	db_end(rows);
	return *text ? 1 : 0;
}

/* Each account once, by a leap in the index for each: what waits is not read through. */
#define NAMES                                                                                    \
	"WITH RECURSIVE names(name) AS (SELECT min(account) FROM message UNION ALL SELECT "      \
	"(SELECT min(account) FROM message WHERE account > name) FROM names WHERE name NOT NULL)"

int outbox_accounts(struct outbox *box, char ***names, struct err *err)
{
	struct db_rows *rows = db_select(box->db, err,
					 NAMES "SELECT name FROM names WHERE EXISTS (SELECT 1 FROM "
					       "message WHERE account = name AND state = ?) OR "
					       "EXISTS (SELECT 1 FROM message WHERE account = name "
					       "AND state = ?)",
					 "dd", OUTBOX_READY, OUTBOX_SENDING);
	size_t n = 0;
	int rc;

	*names = xcalloc(1, sizeof **names);
	if (!rows)
		return -1;
	while ((rc = db_next(rows, err)) == 1) {
		*names = xreallocarray(*names, n + 2, sizeof **names);
		(*names)[n++] = xstrdup(db_text(rows, 0));
		(*names)[n] = NULL;
	}
	db_end(rows);
	return rc;
}

int outbox_waiting(struct outbox *box, const char *account, int64_t *count, struct err *err)
{
	return db_number(box->db, err, count,
			 "SELECT count(*) FROM message WHERE account = ? AND state = ?", "td",
			 account, OUTBOX_READY) < 0
		       ? -1
		       : 0;
}

int outbox_next(struct outbox *box, const char *account, int64_t *when, struct err *err)
{
	int64_t now = outbox_now();
	int rc;

	*when = 0;
	/* What is further ahead than a wait can be is due, see outbox.h. */
	rc = db_number(box->db, err, when,
		       NAMES
		       ", first AS (SELECT name, (SELECT min(next_at) FROM message WHERE account = "
		       "name AND state = ?1) AS at FROM names WHERE ?2 IS NULL OR name = ?2) "
		       "SELECT min(max(CASE WHEN at > ?4 THEN ?3 ELSE at END, CASE WHEN "
		       "wait_until > ?5 THEN 0 ELSE coalesce(wait_until, 0) END)) FROM first "
		       "LEFT JOIN account a ON a.name = first.name WHERE at IS NOT NULL AND "
		       "NOT coalesce(paused, 0)",
		       "dtiii", OUTBOX_READY, account, now, now + OUTBOX_WAIT_MAX, now + DAY);
	return rc < 0 ? -1 : 0;
}

static int next_stale(struct outbox *box, const char *account, int64_t before, int64_t *id,
		      struct err *err)
{
	return db_number(box->db, err, id,
			 "SELECT id FROM message WHERE account = ? AND state IN (?, ?) AND "
			 "changed_at < ? LIMIT 1",
			 "tddi", account, OUTBOX_SENT, OUTBOX_FAILED, before);
}

int outbox_forget(struct outbox *box, const char *account, long days, struct err *err)
{
	int64_t before = outbox_now() - (int64_t)days * DAY, id;
	int rc = 1;

	for (int i = 0; rc == 1 && i < STALE / BATCH; i++) {
		/* Mostly there is nothing, and no need for the right to write. */
		rc = next_stale(box, account, before, &id, err);
		if (rc != 1)
			break;
		if (db_begin(box->db, err) < 0)
			return -1;
		for (int n = 0; rc == 1 && n < BATCH; n++) {
			char *file = NULL; /* goes with outbox_body_tidy at the end of a run */

			rc = next_stale(box, account, before, &id, err);
			if (rc == 1 && outbox_delete(box, id, &file, err) < 0)
				rc = -1;
			free(file);
		}
		if (outbox_settle(box, rc, err) < 0)
			return -1;
	}
	return rc < 0 ? -1 : outbox_sweep(box, err);
}

int outbox_refusals(struct outbox *box, const char *address, int64_t *times, char **reply,
		    struct err *err)
{
	struct db_rows *rows = db_select(box->db, err,
					 "SELECT state, reply FROM recipient WHERE address = ? AND "
					 "state IN (?, ?) ORDER BY message DESC LIMIT 20",
					 "tdd", address, RCPT_SENT, RCPT_FAILED);
	int rc;

	*times = 0;
	*reply = NULL;
	if (!rows)
		return -1;
	while ((rc = db_next(rows, err)) == 1 && db_int(rows, 0) == RCPT_FAILED) {
		if (!*reply)
			*reply = xstrdup(db_text(rows, 1));
		++*times;
	}
	db_end(rows);
	return rc < 0 ? -1 : 0;
}
