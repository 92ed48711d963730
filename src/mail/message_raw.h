/*
 * A message that another program has written (RFC 5322), as it comes in on a
 * descriptor: what programs give to sendmail.
 *
 * Reading is two steps, so that the account can be chosen by what the header says:
 * message_raw_open reads the header (at most MESSAGE_RAW_HEAD bytes, in memory),
 * message_raw_finish streams the rest into an unlinked temporary file. A leading
 * mbox line ("From ") is left out, bare LF and bare CR become CRLF, a message that
 * does not begin with a header is all body. Bcc, Resent-Bcc and Return-Path are taken
 * out; Date, Message-ID, From, and To when there is neither To nor Cc, are added when
 * missing. A From of a bare name ("root (Cron Daemon)"), or of an address of this machine
 * alone ("root@localhost"), becomes the given address with that display name. All else
 * stays as it is, byte for byte.
 */
#ifndef OUTPOST_MESSAGE_RAW_H
#define OUTPOST_MESSAGE_RAW_H

#include <stdbool.h>
#include <time.h>

#include "mail/message.h"

struct err;
struct message_raw;

#define MESSAGE_RAW_HEAD (1024 * 1024) /* 10,000 recipients and more */
#define MESSAGE_RAW_MAX  ((off_t)1 << 31) /* bytes of the whole message */

/* Adds the addresses that a name without "@" stands for to out; -1 with err when it
 * stands for none. */
typedef int (*message_raw_resolve)(void *arg, const char *name, struct addr_list *out,
				   struct err *err);

struct message_raw_params {
	struct addr from;	/* for a From that is missing; name may be NULL */
	const char *sender;	/* of the envelope, checked; "" the null sender; NULL: from's */
	const struct addr_list *recipients;	/* may be NULL */
	bool from_header;	/* To, Cc, Bcc too; with Resent-To, -Cc or -Bcc those instead */
	message_raw_resolve resolve;	/* NULL: a bare name is an error */
	void *resolve_arg;
	time_t date;		/* 0: now */
};

/* fd stays the caller's and is read to its end, or with dot_ends to a line of a
 * single dot. NULL with ERR_INPUT (header too large, or with a NUL) or ERR_SYSTEM. */
struct message_raw *message_raw_open(int fd, bool dot_ends, struct err *err);
void message_raw_free(struct message_raw *raw);
/* The address in From, checked; NULL when there is none. Owned by raw. */
const char *message_raw_from(const struct message_raw *raw);
/* Once for each raw. NULL with ERR_INPUT (address wrong, no recipient, too large) or
 * ERR_SYSTEM. */
struct message *message_raw_finish(struct message_raw *raw,
				   const struct message_raw_params *params, struct err *err);

/* As message_parse_addresses, with bare names given to resolve; addresses of this machine
 * alone too, which stay as they are when there is nobody for them. */
int message_raw_parse(const char *text, message_raw_resolve resolve, void *arg,
		      struct addr_list *list, struct err *err);
/* "root" of "root", "root (Cron Daemon)" and "Cron Daemon <root>", to be freed; NULL
 * when text is something else. */
char *message_raw_bare(const char *text);
/* Is it at localhost, or at a host name of this machine that means nothing elsewhere? */
bool message_raw_local(const char *address);

#endif
