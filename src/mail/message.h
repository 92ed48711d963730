/*
 * A mail message, built from what a person gives (RFC 5322, 2045-2047, 2231).
 *
 * GMime is used here and nowhere else, and loaded when it is first needed: a
 * short message in plain ASCII is written without. A draft is plain parameters; building
 * it checks every address (mail/addr), encodes headers and file names, picks
 * transfer encodings that pass any server (7-bit, quoted-printable, base64: so
 * no BODY=8BITMIME is needed), adds Date and Message-ID, and writes the whole
 * to an unlinked temporary file, so that memory stays flat whatever the
 * attachments. Bcc recipients are in the envelope only, never in a header; a
 * message to Bcc alone says "undisclosed-recipients: ;". Lines end in CRLF and
 * none is over 998 bytes; every byte is ASCII, unless an address has UTF-8
 * before its @ (RFC 6532). A person's text with lines over 78 bytes goes as format=flowed
 * (RFC 3676) where that gives every byte back; a text of a program never does, since
 * programs that read mail mostly do not join such lines: it arrives as it was. Domains in
 * UTF-8 go out as A-labels (xn--...) in headers and envelope, so that they need nothing of
 * the server. The text is kept as it is: where it has no final line end, a message of one part has
 * none either (smtp adds it). With HTML it is multipart/alternative, the text first; where
 * no text is given one is made from the HTML (port/html).
 */
#ifndef OUTPOST_MESSAGE_H
#define OUTPOST_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <time.h>

#include "mail/addr.h"

struct err;
struct message;

/* Most bytes of a text; more is an attachment. */
#define MESSAGE_TEXT_MAX (32 << 20)
/* Most bytes of all attachments: no server takes as much, and without an end a
 * sparse file would fill the disk. */
#define MESSAGE_FILES_MAX (1 << 30)

struct message_file {
	const char *path;	/* NULL: fd has it */
	int fd;			/* read from its begin; stays the caller's */
	const char *name;	/* what the receiver sees; NULL: the last part of path */
};

struct message_draft {
	struct addr from;		/* name may be NULL */
	struct addr_list to, cc, bcc;
	const char *reply_to;		/* address list as typed, or NULL */
	const char *subject;		/* UTF-8, or NULL */
	const char *text;		/* UTF-8 body, LF or CRLF; NULL: empty, or made from html */
	size_t text_len;
	bool flows;			/* a person's: its long lines may be broken on the way */
	const char *html;		/* UTF-8, the same in HTML; NULL: none */
	size_t html_len;
	const char *signature;		/* added below "-- ", or NULL */
	const struct message_file *files; /* attachments */
	size_t file_count;
	time_t date;			/* 0: now */
	const char *const *headers;	/* more of them, each "Name: value" in UTF-8 */
	size_t header_count;
	const char *in_reply_to;	/* a Message-ID, with or without <>; NULL: none */
};

/* NULL on error: ERR_INPUT (address, no recipient, text not UTF-8, header with
 * a line break, attachments too large), ERR_NOINPUT (attachment not there),
 * ERR_SYSTEM. Lent values are needed during the call only. */
struct message *message_build(const struct message_draft *draft, struct err *err);
void message_free(struct message *msg);

/* Owned by the message. */
int         message_fd(const struct message *msg);	/* read with pread(2) */
off_t       message_size(const struct message *msg);	/* bytes with CRLF */
const char *message_id(const struct message *msg);	/* "<...>" */
const char *message_from(const struct message *msg);	/* envelope sender */
/* Of a message that was read, for lists: decoded, visible-safe; NULL when there is none. */
const char *message_subject(const struct message *msg);
/* To, Cc, Bcc in this order, doubles left out. */
const struct addr_list *message_recipients(const struct message *msg);

/* "Zoë <zoe@example.org>, bob@example.org" into list (appended, each checked;
 * on error list stays as it was). Separated by commas or semicolons; groups
 * are flattened, encoded names decoded. ERR_INPUT names the one that is wrong. */
int message_parse_addresses(const char *text, struct addr_list *list, struct err *err);
/* "<id>" of a Message-ID with or without its brackets, to be freed; NULL with ERR_INPUT. */
char *message_check_id(const char *id, struct err *err);
/* What it was built with, "GMime 3.2.13", for --version: the library itself is
 * loaded only by what needs it. */
const char *message_library(void);

#endif
