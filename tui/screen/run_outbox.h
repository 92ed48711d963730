/*
 * Private to run: sending what is in the outbox, on the worker's thread.
 */
#ifndef OUTPOST_SCREEN_RUN_OUTBOX_H
#define OUTPOST_SCREEN_RUN_OUTBOX_H

#include <stdint.h>

#include "base/err.h"
#include "mail/smtp.h"
#include "task/outbox.h"
#include "task/session.h"

struct run_outbox {
	int64_t id;	/* 0: all that is due */
	void (*progress)(void *arg, const char *text);	/* with id 0, after each message */
	void *arg;
	/* results, as in struct run */
	char reply[ERR_REPLY_MAX], refused[1024], waits[200], result[200];
	/* private */
	size_t counts[OUTBOX_STATES];
	struct err why;
};

/* -1 with err: it could not be done, or the one message was not sent. With id 0 the last failure
 * is in err, and the return value is 0 when the outbox could be worked on. */
int run_outbox_send(struct run_outbox *o, const struct session_params *session, struct err *err);
/* "eve@example.org was refused: 550 no", a line each, as far as there is room. */
void run_outbox_refused(char *out, size_t size, const struct smtp_result *result);

#endif
