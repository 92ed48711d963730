/*
 * A message that is there already, taken apart again: to be read by a person, or to be
 * filled into a form, corrected and written anew.
 *
 * Not every message can be written anew from its parts: of one that is signed, has its text as
 * HTML too, or carries headers that a form does not know, something would be lost.
 * obstacle says what, as a sentence; it is "" for what message_build writes.
 *
 * Attachments stay where they are until they are asked for, so that memory does not grow with
 * them. What comes out may hold anything: make it visible before it is shown.
 */
#ifndef OUTPOST_MESSAGE_READ_H
#define OUTPOST_MESSAGE_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct err;
struct message_parts;

#define MESSAGE_READ_TEXT (2 << 20) /* most bytes of the text; the rest is left out */

struct message_mailbox {
	char *name;	/* decoded; "" none */
	char *address;	/* as a person reads it */
	char *wire;	/* as it stands in the envelope: its domain in ASCII */
};

struct message_mailboxes {
	struct message_mailbox *list;
	size_t count;
};

struct message_read {
	struct message_mailboxes from, to, cc;
	char *subject, *date;	/* NULL: none */
	/* UTF-8 where its charset is known; lines end in LF. A paragraph that was broken on the way
	 * (format=flowed) is one line again. */
	char *text;
	size_t text_len;
	bool cut;		/* the text was longer */
	char **files;		/* names of the attachments; "" none */
	size_t file_count;
	char obstacle[200];
	struct message_parts *parts;	/* private */
};

/* Reads size bytes of fd, which stays the caller's and is used until message_read_free. NULL:
 * ERR_SYSTEM, ERR_INPUT when it is no message. */
struct message_read *message_read_open(int fd, off_t size, struct err *err);
void message_read_free(struct message_read *m);
/* Writes the i-th attachment, decoded, to the descriptor. ERR_SYSTEM. */
int message_read_save(struct message_read *m, size_t i, int fd, struct err *err);

#endif
