/*
 * The outbox: every message passes through it, and none is lost or sent twice.
 *
 * One SQLite database, $XDG_STATE_HOME/outpost/outbox.db (0600 in a folder of
 * 0700), holds messages, recipients, attempts and paused accounts. A body up to
 * OUTBOX_INLINE bytes is a row; a longer one is a file beside the database
 * (outbox.d/ID), complete and synced before its row is. synchronous=FULL: what
 * outbox_add has returned for survives a power cut. The journal is chosen when
 * the file is made and kept: WAL on a local file system (one sync a commit),
 * TRUNCATE on a network one, where WAL's shared memory does not work. A WAL file
 * met through a network is refused with a sentence, not opened.
 *
 * Who sends a message holds an open-file-description lock (fcntl(2), F_OFD_SETLK)
 * on byte ID of outbox.lock, taken before its row becomes "sending" and kept
 * until its result is committed. The lock dies with the process, on every host.
 * "sending" without a lock is a crash, and is judged: before the durable mark that is
 * set ahead of the last byte, ready; after it, unsure.
 *
 *     ready --take--> sending --result--> sent | failed | unsure | ready (later)
 *     ready <--hold/retry--> held         failed, unsure --retry--> ready
 *     all but sending --remove--> removed --undo--> what it was
 *
 * After a failure, by its kind:
 *     refused for good   that recipient has failed; the message, when none is left
 *     temporary reply    again after a growing wait with jitter
 *     sign-in refused    the account pauses and says so once; nothing is counted
 *     network, TLS       the account waits a while; nothing is counted
 *     no session         the same: a server that turns everybody away says nothing of a message
 *     lost at the end    unsure: shown, never repeated but by hand
 * An age limit ends what still waits, only after another try has failed and at least
 * OUTBOX_TRIES_MIN were made, so that a clock that jumps ends nothing. A time to come
 * that lies further ahead than any wait is due now.
 */
#ifndef OUTPOST_OUTBOX_H
#define OUTPOST_OUTBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "mail/smtp.h"

struct err;
struct message;
struct outbox;

#define OUTBOX_INLINE    65536	/* bytes of a body that is kept in its row */
#define OUTBOX_TRIES_MIN 5
#define OUTBOX_CLAIM     16	/* messages that a handle claims at a time */

enum outbox_state {
	OUTBOX_READY, OUTBOX_SENDING, OUTBOX_SENT, OUTBOX_FAILED, OUTBOX_UNSURE, OUTBOX_HELD,
	OUTBOX_REMOVED,	/* by hand; it can be brought back for a while */
	OUTBOX_STATES
};
const char *outbox_state_name(enum outbox_state state);
unsigned outbox_state_parse(const char *name);	/* OUTBOX_STATES: it is none */

/* What stands in the way of sending: a queue respects all of it, a message that somebody sends
 * just now goes although the network failed a moment ago, and the one that somebody watches goes
 * although the last sign-in was refused. Limits count always. */
enum outbox_urge { OUTBOX_PATIENT, OUTBOX_NOW, OUTBOX_ANYWAY };

/* What the account's settings say. */
struct outbox_policy {
	long per_hour, per_day;	/* messages; 0: no limit */
	long per_message;	/* recipients that go at a time; 0: no limit */
	long retry_days;	/* what waits longer has failed */
	long history_days;	/* what has ended is forgotten then */
	enum outbox_urge urge;
	bool keep;		/* the body stays after it was sent */
};

/* One handle a thread. Makes what is missing. A damaged file is kept aside, what can be read is
 * put into a new one, and *told (owned by the caller, NULL when all is well) says so; that is
 * left to another one when told is NULL.
 * ERR_SYSTEM: no space, read-only, locked for more than 10 s. */
struct outbox *outbox_open(char **told, struct err *err);
/* The same, but none is made: *box is NULL when there is none yet. */
int outbox_open_there(struct outbox **box, char **told, struct err *err);
void outbox_close(struct outbox *box);	/* what was claimed and not begun is ready again */
/* Several handles of this process, each in a thread, that write what became of their messages
 * together: one sync for all. The first makes the team, and parts last. */
int outbox_team_up(struct outbox *box, struct err *err);
void outbox_join(struct outbox *box, const struct outbox *first);
void outbox_part(struct outbox *box);	/* alone again, also without a team */
/* Has somebody else (another handle, another process) changed anything since this was asked the
 * last time? Cheap, and waits for nobody. */
bool outbox_changed(struct outbox *box);

/* What goes into the outbox. */
struct outbox_entry {
	const char *account;
	const struct message *msg;
	const char *subject;			/* for lists; NULL */
	const struct smtp_wishes *wishes;	/* NULL: none */
	const char *tag;	/* NULL; of the same tag only the first is taken */
};

/* Durable on return. With take the message is this handle's to send at once, unless its
 * account is paused or at its limit. 1: it is; 0: it waits; 2: its tag was there before (id is
 * that one's); -1. A message that was removed gives its tag free, and is gone then. */
int outbox_add(struct outbox *box, const struct outbox_entry *entry,
	       const struct outbox_policy *take, int64_t *id, struct err *err);

/* A message to send: addresses are those that still wait. Owned by the caller. */
struct outbox_job {
	int64_t id;
	char *account, *from, *message_id;
	char **to;
	int64_t *places;	/* of each in the list of recipients */
	size_t count;
	struct smtp_wishes wishes;	/* its strings are the job's */
	struct smtp_body body;		/* its descriptor is the job's */
	const char *server;	/* who it was handed to, set and owned by who sends; NULL */
	bool no_session;	/* set by who sends: it ended before the message counted */
};
#define OUTBOX_JOB_INIT { .body = { -1, 0 } }

/* What became of it. */
struct outbox_outcome {
	enum outbox_state state;
	int64_t next_at;	/* of READY: not before */
	bool paused;		/* the account pauses from now on */
};

/* The next that is due of the account, none while it is paused, waits or is at its limit.
 * Judges first what crashed senders left. 1: *job is filled; 0: nothing is due; -1. */
int outbox_take(struct outbox *box, const char *account, const struct outbox_policy *policy,
		struct outbox_job *job, struct err *err);
/* The job of a message that outbox_add gave this handle. */
int outbox_begin(struct outbox *box, int64_t id, const struct outbox_policy *policy,
		 struct outbox_job *job, struct err *err);
/* Claims that one if it is ready and due, whatever its account: 1, 0, -1. outbox_begin follows. */
int outbox_claim(struct outbox *box, int64_t id, struct err *err);
/* Durable: from here on a crash means unsure. Called ahead of the last byte. */
int outbox_mark(struct outbox *box, struct outbox_job *job, struct err *err);
/* What smtp_send said, durable; the lock is given up, and the job cleared. failure is NULL
 * after success. */
int outbox_record(struct outbox *box, const struct outbox_policy *policy, struct outbox_job *job,
		  const struct smtp_result *result, const struct err *failure,
		  struct outbox_outcome *outcome, struct err *err);
void outbox_job_clear(struct outbox_job *job);
/* Takes files away that belong to no message. */
int outbox_body_tidy(struct outbox *box, struct err *err);

#endif
