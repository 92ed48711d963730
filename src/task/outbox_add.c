#include "task/outbox_private.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/err.h"
#include "mail/message.h"
#include "task/outbox_hand.h"

enum { FLAG_REQUIRE_TLS = 1, FLAG_ALL_OR_NONE = 2, FLAG_LENIENT = 4 };

static int add_row(struct outbox *box, const struct outbox_entry *entry, enum outbox_state state,
		   struct err *err)
{
	static const struct smtp_wishes none;
	const struct smtp_wishes *w = entry->wishes ? entry->wishes : &none;
	int64_t now = outbox_now();

	return db_run(box->db, err,
		      "INSERT INTO message (account, state, queued_at, next_at, changed_at, sender,"
		      " subject, message_id, size, notify, ret, envid, submitter, flags, tag) "
		      "VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
		      "tdiiitttiddttdt", entry->account, (int)state, now, now, now,
		      message_from(entry->msg), entry->subject, message_id(entry->msg),
		      (int64_t)message_size(entry->msg), (int)w->notify, (int)w->ret, w->envid,
		      w->submitter,
		      (w->require_tls ? FLAG_REQUIRE_TLS : 0) |
			      (w->all_or_none ? FLAG_ALL_OR_NONE : 0) |
			      (w->lenient ? FLAG_LENIENT : 0),
		      entry->tag);
}

static int add_recipients(struct outbox *box, const struct outbox_entry *entry, int64_t id,
			  struct err *err)
{
	const struct addr_list *to = message_recipients(entry->msg);

	for (size_t i = 0; i < to->count; i++)
		if (db_run(box->db, err,
			   "INSERT INTO recipient (message, n, address, state) VALUES (?,?,?,?)",
			   "iitd", id, (int64_t)i, to->list[i].address, RCPT_WAITING) < 0)
			return -1;
	return 0;
}

static int add_body(struct outbox *box, const struct outbox_entry *entry, int64_t id,
		    const char *file, struct err *err)
{
	size_t size = (size_t)message_size(entry->msg);
	char *bytes;
	int rc;

	if (file)
		return db_run(box->db, err, "INSERT INTO body (message, file) VALUES (?,?)", "it",
			      id, file);
	bytes = xmalloc(size + 1);
	if (pread(message_fd(entry->msg), bytes, size, 0) != (ssize_t)size)
		rc = err_errno(err, "The message cannot be read back");
	else
		rc = db_run(box->db, err, "INSERT INTO body (message, bytes) VALUES (?,?)", "ib",
			    id, bytes, size);
	free(bytes);
	return rc;
}

static int add_all(struct outbox *box, const struct outbox_entry *entry, const char *file,
		   enum outbox_state state, int64_t *id, struct err *err)
{
	int rc;

	if (add_row(box, entry, state, err) < 0)
		return -1;
	*id = db_last_id(box->db);
	if (add_recipients(box, entry, *id, err) < 0 || add_body(box, entry, *id, file, err) < 0)
		return -1;
	/* Before anyone can see it as "sending". */
	if (state != OUTBOX_SENDING)
		return 0;
	rc = outbox_lock(box, *id, err);
	return rc == 0 ? err_set(err, ERR_SYSTEM, "Message %lld is another one's.", (long long)*id)
		       : rc - 1;
}

/* 2: another message has the tag; 0: nobody, or one that was removed and is gone now. */
static int look_for_tag(struct outbox *box, const char *tag, int64_t *id, struct err *err)
{
	int64_t removed = 0;
	char *file = NULL;
	int rc = db_number(box->db, err, id, "SELECT id FROM message WHERE tag = ?", "t", tag);

	if (rc == 1)
		rc = db_number(box->db, err, &removed, "SELECT state = ? FROM message WHERE id = ?",
			       "di", OUTBOX_REMOVED, *id);
	if (rc <= 0)
		return rc;
	if (!removed)
		return 2;
	rc = outbox_delete(box, *id, &file, err);
	free(file); /* goes with outbox_body_tidy */
	*id = 0;
	return rc;
}

static int add_in_one(struct outbox *box, const struct outbox_entry *entry, const char *file,
		      const struct outbox_policy *take, int64_t *id, struct err *err)
{
	int64_t room = 1;
	int rc;

	if (db_begin(box->db, err) < 0)
		return -1;
	rc = entry->tag ? look_for_tag(box, entry->tag, id, err) : 0;
	if (rc != 0) {
		db_undo(box->db);
		return rc;
	}
	if (take && outbox_room(box, entry->account, take, 1, &room, err) < 0)
		goto undo;
	if (add_all(box, entry, file, take && room > 0 ? OUTBOX_SENDING : OUTBOX_READY, id, err) <
		    0 ||
	    db_commit(box->db, err) < 0)
		goto undo;
	return take && room > 0;
undo:
	/* In this order: after it another process may get the same number. */
	if (*id)
		outbox_unlock(box, *id);
	db_undo(box->db);
	*id = 0;
	return -1;
}

int outbox_add(struct outbox *box, const struct outbox_entry *entry,
	       const struct outbox_policy *take, int64_t *id, struct err *err)
{
	char *file;
	int hold = outbox_body_store(box, entry->msg, &file, err);
	int rc = -1;

	*id = 0;
	if (hold != -2)
		rc = add_in_one(box, entry, file, take, id, err);
	if (hold >= 0) {
		close(hold);
		if (rc != 0 && rc != 1)
			outbox_body_tidy(box, NULL);
	}
	free(file);
	return rc;
}

/* ---- and out again ---- */

static void load_wishes(struct db_rows *rows, struct outbox_job *job)
{
	int64_t flags = db_int(rows, 7);

	job->wishes = (struct smtp_wishes){
		.notify = (unsigned)db_int(rows, 3),
		.ret = (enum smtp_return)db_int(rows, 4),
		.envid = xstrdup(db_text(rows, 5)),
		.submitter = xstrdup(db_text(rows, 6)),
		.require_tls = flags & FLAG_REQUIRE_TLS,
		.all_or_none = flags & FLAG_ALL_OR_NONE,
		.lenient = flags & FLAG_LENIENT,
	};
}

int outbox_asks_more(struct outbox *box, int64_t id, bool *more, struct err *err)
{
	int64_t flags = 0;
	int rc = db_number(box->db, err, &flags,
			   "SELECT coalesce(notify, 0) <> 0 OR coalesce(ret, 0) <> 0 OR "
			   "(coalesce(flags, 0) & ?) <> 0 FROM message WHERE id = ?",
			   "di", FLAG_REQUIRE_TLS | FLAG_ALL_OR_NONE, id);

	*more = flags != 0;
	return rc < 0 ? -1 : 0;
}

static int load_recipients(struct outbox *box, long most, struct outbox_job *job, struct err *err)
{
	struct db_rows *rows =
		db_select(box->db, err,
			  "SELECT n, address FROM recipient WHERE message = ? AND "
			  "state = ? ORDER BY n LIMIT ?",
			  "idi", job->id, RCPT_WAITING, most > 0 ? (int64_t)most : (int64_t)-1);
	size_t cap = 0;
	int rc;

	if (!rows)
		return -1;
	while ((rc = db_next(rows, err)) == 1) {
		if (job->count == cap) {
			cap = cap ? cap * 2 : 4;
			job->to = xreallocarray(job->to, cap, sizeof *job->to);
			job->places = xreallocarray(job->places, cap, sizeof *job->places);
		}
		job->places[job->count] = db_int(rows, 0);
		job->to[job->count++] = xstrdup(db_text(rows, 1));
	}
	db_end(rows);
	if (rc == 0 && job->count == 0)
		return err_set(err, ERR_INPUT, "Nobody is left to get message %lld.",
			       (long long)job->id);
	return rc;
}

int outbox_load(struct outbox *box, int64_t id, long most, struct outbox_job *job, struct err *err)
{
	struct db_rows *rows = db_select(box->db, err,
					 "SELECT account, sender, message_id, notify, ret, envid,"
					 " submitter, flags FROM message WHERE id = ?",
					 "i", id);
	int rc;

	*job = (struct outbox_job)OUTBOX_JOB_INIT;
	if (!rows)
		return -1;
	rc = db_next(rows, err);
	if (rc == 1) {
		job->id = id;
		job->account = xstrdup(db_text(rows, 0));
		job->from = xstrdup(db_text(rows, 1));
		job->message_id = xstrdup(db_text(rows, 2));
		load_wishes(rows, job);
	}
	db_end(rows);
	if (rc == 0)
		return err_set(err, ERR_NOINPUT, "There is no message %lld.", (long long)id);
	if (rc < 0 || load_recipients(box, most, job, err) < 0)
		return -1;
	return outbox_body_open(box, id, &job->body, err);
}

void outbox_job_clear(struct outbox_job *job)
{
	for (size_t i = 0; i < job->count; i++)
		free(job->to[i]);
	free(job->to);
	free(job->places);
	free(job->account);
	free(job->from);
	free(job->message_id);
	free((char *)job->wishes.envid);
	free((char *)job->wishes.submitter);
	if (job->body.fd >= 0)
		close(job->body.fd);
	*job = (struct outbox_job)OUTBOX_JOB_INIT;
}
