/*
 * Sends what is due in the outbox, account by account, over one session each.
 *
 * Several may run at a time, in one process or many: each message is sent by one. A run takes
 * nothing new after its time is up; what is on its way then ends by the deadlines of the session.
 * What happens to a message is told as it happens, one at a time; a pause of an account once,
 * ever.
 */
#ifndef OUTPOST_OUTBOX_RUN_H
#define OUTPOST_OUTBOX_RUN_H

#include "mail/smtp.h"
#include "task/outbox.h"

struct accounts;
struct err;
struct secret;

/* One message, or with id 0 an account. why is NULL when it was sent. */
struct outbox_told {
	const char *account, *to;
	int64_t id, next_at;
	enum outbox_state state;
	const struct err *why;
	const struct smtp_result *result;	/* NULL: nothing was tried */
};

struct outbox_run {
	const struct accounts *accounts;
	const char *only;	/* this account; NULL: all */
	int64_t id;		/* this message alone, whatever is in its account's way; 0: any */
	const struct secret *secret;	/* of the account in only, or of the message's; NULL */
	int cancel_fd;		/* -1: none */
	long ms;		/* nothing new is begun after that; 0: no end */
	int connections;	/* at a time, to each server; 0 is 1 */
	const struct smtp_watch *watch;	/* of the first connection; may be NULL */
	void (*tell)(void *arg, const struct outbox_told *told);
	void *arg;
	size_t sent, failed, unsure, put_off;	/* results: messages */
};

/* 0 when it could do its work, whatever became of the messages. With an id ERR_INPUT when that one
 * cannot be sent now: it is not ready, or another process has it. */
int outbox_run(struct outbox *box, struct outbox_run *run, struct err *err);

#endif
