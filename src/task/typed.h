/*
 * What a message says beyond who gets it, subject, text and files, as a person typed it, and
 * what becomes of it in the message. The command line and the drafts share it.
 */
#ifndef OUTPOST_TYPED_H
#define OUTPOST_TYPED_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "mail/message.h"

struct err;

/* Lent; NULL is not given. */
struct typed {
	const char *from, *reply_to; /* addresses */
	const char *in_reply_to; /* a Message-ID */
	const char *html; /* path; "-" is standard input */
	const char *date; /* as base/date.h reads it */
	const char *const *headers; /* "Name: value" */
	size_t header_count;
	bool no_signature;
};

/* What the message then lends. Clear in any case. */
struct typed_own {
	struct addr_list from;
	struct buf html;
};

#define TYPED_OWN_INIT { ADDR_LIST_INIT, BUF_INIT(MESSAGE_TEXT_MAX + 1) }

/* What can be checked before anything is read. */
int typed_check(const struct typed *typed, struct err *err);
/* Into the draft, which lends from both. ERR_INPUT says what is wrong, ERR_NOINPUT that the
 * file of the HTML is not there. */
int typed_read(const struct typed *typed, struct message_draft *draft, struct typed_own *own,
	       struct err *err);
void typed_own_clear(struct typed_own *own);

/* A copy of standard input in a file without a name, for the caller to close; its bytes are
 * bounded by what attachments may have. */
int typed_spool(int fd, struct err *err);

#endif
