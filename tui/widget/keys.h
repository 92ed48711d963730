/*
 * Key actions as tables: one row feeds dispatch, hint bar and help screen.
 */
#ifndef OUTPOST_KEYS_H
#define OUTPOST_KEYS_H

#include <stdbool.h>
#include <stddef.h>

#include "widget/term.h"

struct keys_row {
	int action;		/* 0: a row for the help screen only */
	int key, also;		/* as in struct term_event; 0: none */
	const char *name;	/* "Enter"; NULL ends the table */
	const char *label;	/* in the hint bar; NULL: not shown there */
	const char *help;	/* one line */
};

/* Which rows can be used now. */
struct keys_state {
	bool typing;			/* characters are text and no actions */
	bool (*can)(const void *arg, int action);	/* NULL: all */
	/* Another label for the bar ("": none), or NULL for the table's; may be NULL. */
	const char *(*label)(const void *arg, int action);
	const void *arg;
};

/* The row that event means now; NULL: none. */
const struct keys_row *keys_find(const struct keys_row *table, const struct keys_state *state,
				 const struct term_event *event);
/* One line of what works now, whole hints only; the key for help always fits. */
void keys_draw_bar(const struct keys_row *table, const struct keys_state *state,
		   int y, int x, int w);
/* Can the row be used at all by a key in this state? */
bool keys_usable(const struct keys_row *row, const struct keys_state *state);

#endif
