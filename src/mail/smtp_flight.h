/*
 * Commands sent ahead of their replies (RFC 2920).
 *
 * Bytes wait in out until they are pushed. While they are being written, replies
 * that come are read and handed over, so that neither side can wait for
 * the other however long the flight. Each reply goes to on_reply with its number,
 * from 0; -1 from there ends everything. Owned by a transaction.
 */
#ifndef OUTPOST_SMTP_FLIGHT_H
#define OUTPOST_SMTP_FLIGHT_H

#include <stddef.h>

#include "base/buf.h"

struct err;
struct smtp;
struct smtp_reply;

struct smtp_flight {
	struct smtp *smtp;
	struct buf out;
	size_t asked, answered; /* commands that have, or had, a reply coming */
	const char *doing; /* for words: what the next reply answers */
	size_t text_max; /* bytes kept of one reply's text */
	/* May take the text out of the reply. */
	int (*on_reply)(void *arg, size_t number, struct smtp_reply *reply, struct err *err);
	void *arg;
};

/* Everything in out is with the operating system when it returns 0. */
int smtp_flight_push(struct smtp_flight *f, struct err *err);
/* Push, then wait until so many replies have come. */
int smtp_flight_wait(struct smtp_flight *f, size_t answered, long wait, struct err *err);
/* The replies that have come by now; waits for nothing but the rest of one that began. */
int smtp_flight_take_ready(struct smtp_flight *f, struct err *err);
/* One command line (without CRLF) into the transcript and into out. */
int smtp_flight_ask(struct smtp_flight *f, const char *line, struct err *err);

#endif
