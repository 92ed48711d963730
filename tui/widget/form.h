/*
 * Rows of fields and choices, each with its own message.
 *
 * A form owns its rows; the screen that owns the form reads values by row id,
 * shows and hides rows, and puts a message on a row when its value was judged
 * (when the row is left, not at every key). Up, Down, Tab and Shift-Tab move;
 * Left, Right and the space bar change a choice. Enter, Esc and all else are
 * the screen's.
 */
#ifndef OUTPOST_FORM_H
#define OUTPOST_FORM_H

#include <stdbool.h>
#include <stddef.h>

#include "widget/draw.h"
#include "widget/term.h"

struct form;

enum form_result {
	FORM_IGNORED,
	FORM_USED,
	FORM_CHANGED,	/* the value of the focused row */
	FORM_MOVED,	/* another row has the focus: form_left() says which was left */
};

enum form_tone { FORM_NOTE, FORM_WARNING, FORM_FAULT };

struct form *form_new(void);
void form_free(struct form *f);

/* Ids are the caller's, from 0 up; label and help must outlive the form. */
void form_add_field(struct form *f, int id, const char *label, size_t max, const char *help);
void form_add_secret(struct form *f, int id, const char *label, size_t max, const char *help);
/* labels (copied) end in NULL. */
void form_add_choice(struct form *f, int id, const char *label, const char *const *labels,
		     const char *help);

const char *form_text(const struct form *f, int id);
size_t form_text_len(const struct form *f, int id);
void form_set_text(struct form *f, int id, const char *text);
int  form_choice(const struct form *f, int id);
void form_set_choice(struct form *f, int id, int choice);
/* Replaces the labels of a choice; keeps the chosen number where it can. */
void form_set_choices(struct form *f, int id, const char *const *labels);
void form_set_label(struct form *f, int id, const char *label);
/* Shown grey in an empty field: what leaving it empty means. Must outlive the form. */
void form_set_placeholder(struct form *f, int id, const char *text);

void form_show(struct form *f, int id, bool shown);
bool form_shown(const struct form *f, int id);
/* Stays until form_unmark or, when the row is edited, until then. */
void form_mark(struct form *f, int id, enum form_tone tone, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
void form_unmark(struct form *f, int id);
bool form_has_fault(const struct form *f, int id);
/* The first shown row with a fault gets the focus; false when there is none. */
bool form_to_fault(struct form *f);

int  form_focus(const struct form *f);
void form_set_focus(struct form *f, int id);	/* a hidden row is not taken */
int  form_left(const struct form *f);
bool form_typing(const struct form *f);		/* the focused row takes characters */
bool form_on_last(const struct form *f);
bool form_on_first(const struct form *f);
bool form_has_secret(const struct form *f);	/* one is shown */
void form_reveal(struct form *f, bool on);	/* shows or hides secrets */
bool form_revealed(const struct form *f);

enum form_result form_event(struct form *f, const struct term_event *event);
/* Returns the rows used. Without focus no cursor is set. */
int  form_draw(struct form *f, const struct area *area, bool focus);

#endif
