/*
 * A message as it goes over the wire: any bytes in, CRLF lines out.
 *
 * Bare LF and bare CR become CRLF (RFC 5321 2.3.8 allows neither), a missing
 * last line end is added, and with stuff a dot that begins a line is doubled
 * (4.5.2); BDAT wants no doubling. Read piece by piece, so that memory does
 * not grow with the message.
 */
#ifndef OUTPOST_SMTP_BODY_H
#define OUTPOST_SMTP_BODY_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct buf;
struct err;
struct smtp_body;

struct smtp_body_reader {
	int fd;
	off_t size, at;
	bool stuff;
	bool line_start, after_cr;
	bool done; /* everything was given out */
};

/* What a message is like on the wire, dots not counted. */
struct smtp_body_facts {
	long long size;
	bool eightbit; /* has bytes above 0x7f */
};

void smtp_body_start(struct smtp_body_reader *r, const struct smtp_body *body, bool stuff);
/* Appends the next up to most bytes (at least 6) to out, which must have room.
 * ERR_SYSTEM when the file cannot be read or is shorter than it was said to be. */
int smtp_body_next(struct smtp_body_reader *r, struct buf *out, size_t most, struct err *err);
int smtp_body_scan(const struct smtp_body *body, struct smtp_body_facts *facts, struct err *err);

#endif
