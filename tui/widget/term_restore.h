/*
 * Private to term: the ways in which a terminal is lost and given back.
 * Signals and stderr live here; curses proper lives in term.c.
 */
#ifndef OUTPOST_TERM_RESTORE_H
#define OUTPOST_TERM_RESTORE_H

#include <stdbool.h>

#define TERM_PASTE_ON  "\033[?2004h"
#define TERM_PASTE_OFF "\033[?2004l"

/* Handlers on, stderr aside. Call after curses took the terminal. */
void restore_start(void);
/* Everything back, what came to stderr shown. Call after curses gave it back. */
void restore_stop(void);
/* Stops the process; returns when it goes on. The terminal must be given back. */
void restore_suspend(void);
int  restore_wake_fd(void);	/* readable after a signal */
int  restore_signal(void);	/* a signal that says stop, or 0 */
bool restore_changed(void);	/* a new size, or went on after a stop; once */

#endif
