/*
 * A message on its way, told to who sent it. Used by send and draft.
 */
#ifndef OUTPOST_SEND_H
#define OUTPOST_SEND_H

#include <stdbool.h>

struct account;
struct call;
struct err;
struct message_draft;
struct smtp_wishes;

struct send_way {
	const struct smtp_wishes *wishes;
	bool no_queue; /* what cannot go now is not left in the outbox */
	const char *tag; /* its own in the outbox; may be NULL */
};

/* Sends, and prints what came of it. 0 or an exit code: it was sent, to some at least, or is
 * in the outbox; -1: it is nowhere but with the caller. */
int send_deliver(struct call *call, const struct account *a, const struct message_draft *draft,
		 const struct send_way *way, struct err *err);

#endif
