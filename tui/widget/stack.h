/*
 * The screens, one above the other, and the one loop that runs them.
 *
 * A screen is a table of functions and its state. The top one gets the events:
 * a key that its table knows becomes act(action), everything else event().
 * Drawing is a function of state: after events all is drawn anew, from the
 * lowest visible screen up. A screen that is popped is freed when the event
 * is over, so that it may pop itself. All of it belongs to the UI thread.
 *
 * Keys that work everywhere: ? and F1 help, Ctrl-L draw again, Ctrl-Z stop,
 * Ctrl-C leave the program (after a question when something would be lost).
 */
#ifndef OUTPOST_STACK_H
#define OUTPOST_STACK_H

#include <stdbool.h>

#include "widget/draw.h"
#include "widget/keys.h"

#define STACK_MIN_COLUMNS 80
#define STACK_MIN_LINES   24

/* Only draw and free must be there. */
struct screen_ops {
	const char *(*title)(const void *self);
	const struct keys_row *keys;
	bool overlay;		/* the screen below stays in sight */
	void (*draw)(void *self, const struct area *area);
	void (*event)(void *self, const struct term_event *event);
	void (*act)(void *self, int action);
	bool (*can)(const void *self, int action);
	const char *(*label)(const void *self, int action);
	bool (*typing)(const void *self);
	bool (*animated)(const void *self);	/* draw again by the clock */
	/* What is due by the clock, after events; the ms until it wants to be called again,
	 * -1: when something happened. Called while screens above hide it, too. */
	int (*idle)(void *self);
	const char *(*unsaved)(const void *self);	/* what would be lost, or NULL */
	void (*resumed)(void *self);	/* the screen above went away */
	void (*free)(void *self);
};

void stack_push(const struct screen_ops *ops, void *self);
/* Takes away the screen and all above it. */
void stack_pop(const void *self);
/* Is it in sight: on top, or below overlays only? */
bool stack_shows(const void *self);
/* Ends the loop; asks first when a screen has something unsaved. */
void stack_quit(void);
/* A line for the user until the next key. */
void stack_notice(enum theme_role role, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Runs until the last screen went away, stack_quit, or the terminal's end. */
void stack_run(void);
/* Frees all screens. */
void stack_clear(void);

#endif
