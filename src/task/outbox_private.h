/*
 * The outbox's own: its handle, its locks, and what its files share.
 *
 * Times are seconds since 1970, of the clock on the wall: they have to mean the same
 * to the next process, and after a restart. That clock can jump, see outbox.h.
 */
#ifndef OUTPOST_OUTBOX_PRIVATE_H
#define OUTPOST_OUTBOX_PRIVATE_H

#include "port/db.h"
#include "port/db_team.h"
#include "task/outbox.h"

struct buf;

/* Of a recipient, in the table. */
enum { RCPT_WAITING, RCPT_SENT, RCPT_FAILED, RCPT_UNSURE };

struct outbox {
	struct db *db;
	struct db_team *team;	/* NULL: it writes alone */
	bool leads;		/* the team is its own */
	char *folder;		/* of the database, with outbox.d and outbox.lock */
	int lock_fd;
	int64_t seen;		/* state of the file, see outbox_changed */
	int64_t claimed[OUTBOX_CLAIM];	/* locked and "sending", not handed out yet */
	size_t claimed_count, claimed_at;
	char *claimed_account;	/* theirs */
};

/* A step that is to be durable: with the others of the team, or alone. */
int outbox_durably(struct outbox *box, db_step step, void *arg, struct err *err);

int64_t outbox_now(void);
char *outbox_path(const struct outbox *box, const char *name);

/* Byte ID of outbox.lock: whoever holds it is the one who sends the message. 1 got, 0 somebody
 * else has it, -1. The descriptor is the handle's own, so a second handle in the same process
 * is somebody else. */
int outbox_lock(struct outbox *box, int64_t id, struct err *err);
void outbox_unlock(struct outbox *box, int64_t id);

/* Bodies. store: a descriptor that keeps the file from being swept until it is closed (-1 for a
 * body in a row, *name NULL then), or -2 with err. name is for the caller to free. */
int outbox_body_store(struct outbox *box, const struct message *msg, char **name, struct err *err);
/* Within a transaction; *file (NULL: none) is for outbox_body_unlink after the commit. Should
 * that not happen, outbox_body_tidy finds it. */
int outbox_body_drop(struct outbox *box, int64_t id, char **file, struct err *err);
void outbox_body_unlink(const struct outbox *box, char *file);	/* frees the name */

/* How many of want may the account send now: 0 while it is paused or waits. Within a
 * transaction. */
int outbox_room(struct outbox *box, const char *account, const struct outbox_policy *policy,
		int64_t want, int64_t *room, struct err *err);
/* Fills the job with what still waits, at most so many recipients (0: all). ERR_INPUT: it
 * can never go. job is to be cleared in any case. */
int outbox_load(struct outbox *box, int64_t id, long most, struct outbox_job *job,
		struct err *err);
/* Does the message ask more of the server than to take it (reports, TLS on the way)? */
int outbox_asks_more(struct outbox *box, int64_t id, bool *more, struct err *err);
/* What was claimed and not begun is anybody's again. */
void outbox_give_back(struct outbox *box);

/* A change by hand. change: the message's state, with the right to change it, as a transaction
 * that has begun; ERR_INPUT while it is sent. settle ends it: rc below 0 undoes it. */
int outbox_change(struct outbox *box, int64_t id, int64_t *state, struct err *err);
int outbox_settle(struct outbox *box, int rc, struct err *err);
/* ERR_INPUT: it was removed, and how it comes back. Always -1. */
int outbox_gone(int64_t id, struct err *err);
/* Within a transaction: all rows of a message; file as with outbox_body_drop. */
int outbox_delete(struct outbox *box, int64_t id, char **file, struct err *err);
/* What was removed longer ago than it can be brought back. */
int outbox_sweep(struct outbox *box, struct err *err);

/* A line of what happened to a message. Within a transaction. */
int outbox_note(struct outbox *box, int64_t id, const char *what, const char *text,
		const char *reply, struct err *err);

/* A database that is damaged: what can be read of it goes into a new one. The file is
 * kept, and *told says where and what was saved. Called with the whole outbox locked. */
int outbox_rescue(const char *path, char **told, struct err *err);
extern const char *const outbox_schema[];	/* from each version to the next */

#endif
