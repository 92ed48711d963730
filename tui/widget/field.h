/*
 * One line of text that can be edited: UTF-8 with wide and combining
 * characters, longer than its place on the screen if need be.
 *
 * A secret field shows marks instead of characters (a key reveals them), keeps
 * its text in memory that stays out of core dumps, and wipes it. Pasted line
 * ends and control characters are left out; field_event says so.
 */
#ifndef OUTPOST_FIELD_H
#define OUTPOST_FIELD_H

#include <stdbool.h>
#include <stddef.h>

#include "widget/term.h"

struct field;

enum field_result {
	FIELD_IGNORED,	/* the key is none of the field's */
	FIELD_USED,	/* cursor moved, nothing changed */
	FIELD_CHANGED,
	FIELD_STRIPPED,	/* changed by a paste; some of it was left out */
	FIELD_CUT,	/* changed by a paste; the end of it did not fit */
	FIELD_FULL,	/* nothing more goes in */
};

struct field *field_new(size_t max, bool secret);	/* max: bytes */
void field_free(struct field *f);
const char *field_text(const struct field *f);	/* valid until the next change */
size_t field_len(const struct field *f);
/* The cursor goes to the end. What does not fit is cut at a character's end. */
void field_set(struct field *f, const char *text);
bool field_secret(const struct field *f);
bool field_revealed(const struct field *f);
void field_reveal(struct field *f, bool on);
enum field_result field_event(struct field *f, const struct term_event *event);
/* With focus the real cursor is set. */
void field_draw(struct field *f, int y, int x, int w, bool focus);

#endif
