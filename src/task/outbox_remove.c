#include <stdlib.h>

#include "base/err.h"
#include "task/outbox_hand.h"
#include "task/outbox_private.h"

#define DAY 86400

int outbox_gone(int64_t id, struct err *err)
{
	err_set(err, ERR_INPUT, "Message %lld was removed.", (long long)id);
	err_hint(err, "Bring it back: outpost outbox undo %lld", (long long)id);
	return -1;
}

int outbox_delete(struct outbox *box, int64_t id, char **file, struct err *err)
{
	static const char *const tables[] = { "DELETE FROM recipient WHERE message = ?",
					      "DELETE FROM event WHERE message = ?",
					      "DELETE FROM message WHERE id = ?", NULL };

	if (outbox_body_drop(box, id, file, err) < 0)
		return -1;
	for (size_t i = 0; tables[i]; i++)
		if (db_run(box->db, err, tables[i], "i", id) < 0)
			return -1;
	return 0;
}

/* Ends the transaction. */
static int delete_message(struct outbox *box, int64_t id, struct err *err)
{
	char *file = NULL;

	if (outbox_settle(box, outbox_delete(box, id, &file, err), err) < 0) {
		free(file);
		return -1;
	}
	outbox_body_unlink(box, file);
	return 0;
}

/* It may have been brought back and removed again: its last line counts. */
int outbox_sweep(struct outbox *box, struct err *err)
{
	int64_t id, before = outbox_now() - OUTBOX_UNDO_DAYS * DAY;
	int rc;

	while ((rc = db_number(box->db, err, &id,
			       "SELECT m.id FROM event e CROSS JOIN message m ON m.id = "
			       "e.message WHERE e.what = 'remove' AND e.at < ?1 AND m.state = ?2 "
			       "AND NOT EXISTS (SELECT 1 FROM event l WHERE l.message = m.id AND "
			       "l.what = 'remove' AND l.at >= ?1) LIMIT 1",
			       "id", before, OUTBOX_REMOVED)) == 1)
		if (db_begin(box->db, err) < 0 || delete_message(box, id, err) < 0)
			return -1;
	return rc;
}

int outbox_remove(struct outbox *box, int64_t id, struct err *err)
{
	int64_t state;
	int rc;

	if (outbox_change(box, id, &state, err) < 0)
		return -1;
	if (state == OUTBOX_REMOVED)
		rc = outbox_gone(id, err);
	else
		rc = db_run(box->db, err, "UPDATE message SET state = ? WHERE id = ?", "di",
			    OUTBOX_REMOVED, id);
	/* What it was is what undo makes of it. */
	if (rc >= 0)
		rc = outbox_note(box, id, "remove", outbox_state_name((enum outbox_state)state),
				 NULL, err);
	return outbox_settle(box, rc, err) < 0 ? -1 : outbox_sweep(box, err);
}

/* Within a transaction: what the message was before it was removed; held, when nobody knows. */
static int state_before(struct outbox *box, int64_t id, int64_t *state, struct err *err)
{
	struct db_rows *rows = db_select(box->db, err,
					 "SELECT text FROM event WHERE message = ? AND what = "
					 "'remove' ORDER BY id DESC LIMIT 1",
					 "i", id);
	int rc = rows ? db_next(rows, err) : -1;

	*state = OUTBOX_STATES;
	if (rc == 1 && db_text(rows, 0))
		*state = outbox_state_parse(db_text(rows, 0));
	if (*state >= OUTBOX_REMOVED || *state == OUTBOX_SENDING)
		*state = OUTBOX_HELD;
	db_end(rows);
	return rc < 0 ? -1 : 0;
}

static int restore(struct outbox *box, int64_t id, struct err *err)
{
	int64_t state;

	if (state_before(box, id, &state, err) < 0 ||
	    db_run(box->db, err, "UPDATE message SET state = ? WHERE id = ?", "ii", state, id) < 0)
		return -1;
	return outbox_note(box, id, "undo", NULL, NULL, err);
}

/* The one that was removed last: 1, 0: none. */
static int find_last(struct outbox *box, int64_t *id, struct err *err)
{
	return db_number(box->db, err, id,
			 "SELECT e.message FROM message m JOIN event e ON e.message = m.id WHERE "
			 "m.state = ? AND e.what = 'remove' ORDER BY e.id DESC LIMIT 1",
			 "d", OUTBOX_REMOVED);
}

int outbox_undo(struct outbox *box, int64_t *id, struct err *err)
{
	int64_t state;
	int rc;

	if (*id == 0 && (rc = find_last(box, id, err)) <= 0)
		return rc < 0 ? -1 : err_set(err, ERR_NOINPUT, "No message was removed lately.");
	if (outbox_change(box, *id, &state, err) < 0)
		return -1;
	if (state != OUTBOX_REMOVED)
		rc = err_set(err, ERR_INPUT, "Message %lld was not removed: it is %s.",
			     (long long)*id, outbox_state_name((enum outbox_state)state));
	else
		rc = restore(box, *id, err);
	return outbox_settle(box, rc, err);
}

int outbox_purge(struct outbox *box, int64_t id, struct err *err)
{
	int64_t state;

	return outbox_change(box, id, &state, err) < 0 ? -1 : delete_message(box, id, err);
}

int outbox_withdraw(struct outbox *box, int64_t id, struct err *err)
{
	if (db_begin(box->db, err) < 0 || delete_message(box, id, err) < 0)
		return -1;
	outbox_unlock(box, id);
	return 0;
}
