/*
 * Private to the outbox screen: all that it does with the database, as a job.
 *
 * Opening may repair, and whoever changes something may wait for a lock: so neither happens
 * on the UI thread. The handle goes with the job and comes back with it, for the UI thread
 * to ask whether anything changed. A job carries out what was asked for, in that order, and then
 * reads the list anew: the numbers of all rows, and the rows around the selected one.
 */
#ifndef OUTPOST_SCREEN_OUTBOX_WORK_H
#define OUTPOST_SCREEN_OUTBOX_WORK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "task/outbox_edit.h"
#include "task/outbox_hand.h"
#include "widget/job.h"

#define OUTBOX_ASKS   32
#define OUTBOX_WINDOW 150 /* rows before and behind the selected one */
#define OUTBOX_WORD   80 /* bytes of what is searched for */

enum outbox_op {
	OUTBOX_HOLD, OUTBOX_RELEASE, OUTBOX_REMOVE, OUTBOX_UNDO, OUTBOX_OPEN_IT, OUTBOX_EDIT
};

struct outbox_ask {
	enum outbox_op op;
	int64_t id;
};

/* What is wanted. */
struct outbox_order {
	struct outbox_ask asks[OUTBOX_ASKS];
	size_t ask_count;
	unsigned states;
	char word[OUTBOX_WORD + 1];
	int64_t id; /* selected; 0: the first */
	size_t at; /* where it was, for when it is not there any more */
};

/* Why nothing of an account goes. */
struct outbox_bar {
	char *account;
	struct err why;
};

/* What was found. */
struct outbox_seen {
	int64_t *ids; /* all, newest first */
	size_t count;
	struct outbox_items items; /* some of them, newest first */
	int64_t tally[OUTBOX_STATES];
	struct outbox_bar *bars;
	size_t bar_count;
};

void outbox_seen_clear(struct outbox_seen *seen);
/* Its row, or LIST_NONE; where it would be is in *near (may be NULL). */
size_t outbox_seen_row(const struct outbox_seen *seen, int64_t id, size_t *near);
/* NULL: it was not read. */
const struct outbox_item *outbox_seen_item(const struct outbox_seen *seen, int64_t id);
const struct err *outbox_seen_bar(const struct outbox_seen *seen, const char *account);

struct outbox_work {
	struct outbox *box; /* NULL: to be opened; the owner takes it back */
	struct outbox_order order;
	/* results */
	struct err err; /* the outbox cannot be used */
	char *told; /* it was repaired */
	struct outbox_seen seen;
	struct err trouble; /* of the last ask that failed */
	char notice[200]; /* of the last that did not; "" */
	int64_t back; /* brought back; 0: none */
	char title[80];
	struct buf text; /* of what was opened */
	struct outbox_edit edit; /* edit.draft.replaces is 0: none */
	struct draft_file *file;
};

struct outbox_work *outbox_work_new(struct outbox *box, const struct outbox_order *order);
void outbox_work_run(struct job *job, void *arg);
void outbox_work_free(void *arg);

#endif
