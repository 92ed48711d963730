/*
 * What a person does to the outbox by hand, and what they see of it.
 *
 * A message that is being sent is nobody's to change: ERR_INPUT says so.
 *
 * Removing has a way back. A removed message stays where it is, with its text, its
 * recipients and what happened to it; only its state says that it is gone, and the line of events
 * that goes with it says what it was. Nothing sends it, lists leave it out unless they
 * ask for it, and outbox_undo makes it again what it was. After OUTBOX_UNDO_DAYS it is deleted by
 * whoever removes or sends something then. Each step is one transaction, so that any
 * number of processes may do this, and end at any moment: the message is there or removed,
 * never half of it.
 */
#ifndef OUTPOST_OUTBOX_HAND_H
#define OUTPOST_OUTBOX_HAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "task/outbox.h"

#define OUTBOX_OPEN /* what is not over, as states of a query */                            \
	(1u << OUTBOX_READY | 1u << OUTBOX_SENDING | 1u << OUTBOX_FAILED | 1u << OUTBOX_UNSURE | \
	 1u << OUTBOX_HELD)

/* Ready at once, and the account's pause is over. Of a sent message ERR_INPUT. */
int outbox_retry(struct outbox *box, int64_t id, struct err *err);
/* Waits for outbox_retry, or for outbox_release, after which it is as it was before. */
int outbox_hold(struct outbox *box, int64_t id, struct err *err);
int outbox_release(struct outbox *box, int64_t id, struct err *err);
#define OUTBOX_UNDO_DAYS 7
int outbox_remove(struct outbox *box, int64_t id, struct err *err);
/* Brings it back as it was; with *id 0 the one that was removed last, and *id tells which.
 * ERR_NOINPUT when there is none. */
int outbox_undo(struct outbox *box, int64_t *id, struct err *err);
/* Takes the message back that this handle has claimed, and removes it. */
int outbox_withdraw(struct outbox *box, int64_t id, struct err *err);
/* Judges what crashed senders left; until then it looks as if it were being sent. */
int outbox_recover(struct outbox *box, struct err *err);
/* The account may send again: its settings changed, or they were seen to work. No outbox
 * is made for that; errors are ignored, for the next try tells them. */
void outbox_resume(const char *account);
/* Why nothing of the account goes now, as an error (ERR_AUTH while it is paused, else
 * temporary); err is left alone when nothing is in the way. */
void outbox_why(struct outbox *box, const char *account, struct err *err);

/* Does away with it for good. */
int outbox_purge(struct outbox *box, int64_t id, struct err *err);

struct outbox_item {
	int64_t id, queued_at, next_at, changed_at, tries, attempts, size;
	enum outbox_state state;
	char *account, *from, *to, *subject, *message_id;	/* to: the first, NULL none */
	int64_t recipients, refused;
	char *error, *hint, *reply;	/* NULL: none */
	char *server;	/* that it was handed to, or was meant to be; NULL: not tried yet */
};

struct outbox_query {
	int64_t id;		/* 0: any */
	unsigned states;	/* 1u << state; 0: any but removed */
	const char *account;	/* NULL: any */
	const char *recipient;	/* part of an address; NULL */
	const char *subject;	/* part of it; NULL */
	const char *either;	/* part of an address or of the subject; NULL */
	int64_t from_id, to_id;	/* only these numbers; 0: any */
	int64_t since, before;	/* when it was queued; 0: any */
	long most;		/* 0: all */
};

struct outbox_items {
	struct outbox_item *list;
	size_t count;
};
#define OUTBOX_ITEMS_INIT { NULL, 0 }

/* Newest first. */
int outbox_find(struct outbox *box, const struct outbox_query *query, struct outbox_items *items,
		struct err *err);
void outbox_items_clear(struct outbox_items *items);
/* Their numbers alone, for a list of which only a part is looked at; freed by free. */
int outbox_ids(struct outbox *box, const struct outbox_query *query, int64_t **ids, size_t *count,
	       struct err *err);
/* How many there are of each state. */
int outbox_tally(struct outbox *box, int64_t counts[OUTBOX_STATES], struct err *err);

struct outbox_rcpt {
	char *address, *reply;	/* reply NULL: none */
	const char *state;	/* "waiting", "sent", "failed", "unsure" */
	int code;
};
/* Of one message, in order; the caller frees with outbox_rcpts_free. */
int outbox_rcpts(struct outbox *box, int64_t id, struct outbox_rcpt **list, size_t *count,
		 struct err *err);
void outbox_rcpts_free(struct outbox_rcpt *list, size_t count);

struct outbox_event {
	int64_t at;
	char *what;	/* "attempt", "crash", "retry", "hold", "release", "remove", "undo" */
	char *text, *reply;	/* NULL: none */
};
/* What happened to one message, the first thing first, at most the last OUTBOX_EVENTS; the
 * caller frees with outbox_events_free. */
#define OUTBOX_EVENTS 500
int outbox_events(struct outbox *box, int64_t id, struct outbox_event **list, size_t *count,
		  struct err *err);
void outbox_events_free(struct outbox_event *list, size_t count);
/* The message as it is sent; the descriptor is the caller's. ERR_INPUT: it is not kept. */
int outbox_body_open(struct outbox *box, int64_t id, struct smtp_body *body, struct err *err);

/* Addresses that were written to, the last first, at most so many; not those that were refused
 * for good each time. NULL-ended, each freed by free. */
int outbox_correspondents(struct outbox *box, long most, char ***addresses, struct err *err);
/* Accounts that have something waiting, for who sends it. NULL-ended, each freed by free. */
int outbox_accounts(struct outbox *box, char ***names, struct err *err);
/* How many of the account are ready, now or later. */
int outbox_waiting(struct outbox *box, const char *account, int64_t *count, struct err *err);
/* When the next thing is to be done, of one account or (NULL) of all: 0 nothing waits. */
int outbox_next(struct outbox *box, const char *account, int64_t *when, struct err *err);
/* Old history goes: sent and failed messages older than that. */
int outbox_forget(struct outbox *box, const char *account, long days, struct err *err);
/* Once for a pause: 1 and *text (freed by the caller) the first time it is asked for. */
int outbox_tell_pause(struct outbox *box, const char *account, char **text, struct err *err);
/* How often in a row the address was refused for good, and with which words (NULL: none). */
int outbox_refusals(struct outbox *box, const char *address, int64_t *times, char **reply,
		    struct err *err);

#endif
