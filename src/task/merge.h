/*
 * One message a row of a table: "Dear {{name}}", to each of them once.
 *
 * The first line of the table (port/csv) names its columns. "email", "e-mail" or "to" holds
 * the address, unless another is named; "name", "cc", "bcc" and "attach" (a path, several with
 * semicolons between them), where they are there, do what they say; all can be put into the
 * text and the headers (task/merge_text). Every row is checked to the end before
 * the first message is made: what is wrong is told of all of them.
 *
 * Nobody gets a message twice: each has a tag in the outbox, which takes a tag once. The
 * tag is a hash of everything the message says and to whom, so that after an interruption the
 * same command adds what is missing, also to a table with more rows. With a name
 * for the run the tag is of that name and the address alone: then texts may change and
 * nobody hears twice, and the same text can go out again under another name.
 * The outbox forgets what is older than the account's history-days.
 */
#ifndef OUTPOST_MERGE_H
#define OUTPOST_MERGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mail/message.h"
#include "task/outbox.h"

struct account;
struct buf;
struct err;
struct merge;

#define MERGE_FAULTS    20 /* bad rows that are told; the others are counted */
#define MERGE_ROWS_MAX  1000000
#define MERGE_BYTES_MAX (256u << 20) /* of a table in memory */
#define MERGE_TAG_MAX   48

/* All lent for the life of the merge. */
struct merge_params {
	const struct account *account;
	/* For all: from, cc, bcc, reply_to, files, signature, and html and headers, which may have
	 * places; no to, no text. Without a text one is made from the HTML. */
	const struct message_draft *base;
	const struct smtp_wishes *wishes; /* NULL: none */
	const char *subject; /* may have places; NULL: the template's */
	const char *table; /* what the table is called, "people.csv" */
	const char *text; /* the template, or the text alone, which has no headers */
	size_t text_len;
	const char *text_name; /* "note.txt" */
	bool has_heads; /* the text begins with headers, as merge_template.h says */
	const char *to_column; /* NULL: email, or to */
	const char *const *unsubscribe; /* https:// or mailto: links; may have places */
	size_t unsubscribe_count;
	const char *run; /* NULL: none */
	bool repeat; /* an address may be in several rows */
};

struct merge_fault {
	long line;
	char text[300];
};

/* Reads and checks. NULL: ERR_INPUT and the rest of what is wrong before there are rows. */
struct merge *merge_open(const struct merge_params *params, int fd, struct err *err);
void merge_close(struct merge *m); /* NULL is fine */
size_t merge_count(const struct merge *m); /* rows, good and bad */
/* Returns how many rows are wrong; the first of them go to *list. */
size_t merge_faults(const struct merge *m, const struct merge_fault **list);

/* A row as a message. */
struct merge_message {
	struct message_draft draft; /* all its strings are the message's or the merge's */
	const char *address;
	long line;
	struct merge_strings *own;
};
/* Row i, from 0. Clear out in any case. */
int merge_fill(const struct merge *m, size_t i, struct merge_message *out, struct err *err);
void merge_message_clear(struct merge_message *out);

/* Into the outbox, one after the other, each durable. */
struct merge_added {
	int64_t *ids; /* of all rows gone through, in their order; free with free() */
	bool *was_there; /* the outbox had it before; free with free() */
	size_t count, old; /* old: how many were there */
};
/* step (may be NULL) is called after each; it returns true to go on. Without faults only.
 * -1: what was added is added, and a second call adds the rest. */
int merge_enqueue(struct merge *m, struct outbox *box, bool (*step)(void *arg, size_t done),
		  void *arg, struct merge_added *added, struct err *err);
void merge_added_clear(struct merge_added *added);

/* Seconds until the last of so many has gone, when the account has just reached its limits
 * (0: none). No longer than it takes: part of a window may be over already. */
int64_t merge_time(size_t waiting, long per_hour, long per_day);

#endif
