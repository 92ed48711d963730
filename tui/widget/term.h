/*
 * The terminal: taking it, reading it, giving it back whatever happens.
 *
 * term_start puts the terminal into raw full-screen mode and term_stop gives it
 * back; so do die() (through its hook), fatal signals, and stopping with
 * Ctrl-Z. While it is taken, what libraries write to stderr is kept aside and
 * shown after. The locale's character type is set here; where the locale is
 * not UTF-8, C.UTF-8 is used.
 *
 * Input comes as events: a key (characters and control characters are their
 * code point, the others have names below), a paste (bracketed paste is one
 * event, so that pasted text never triggers an action), a new size. Nothing
 * here wakes up by itself.
 */
#ifndef OUTPOST_TERM_H
#define OUTPOST_TERM_H

#include <stdbool.h>
#include <stddef.h>

struct err;

enum term_kind {
	TERM_NOTHING,
	TERM_KEY,
	TERM_PASTE,
	TERM_RESIZE,
	TERM_END,	/* the terminal is gone or a signal says stop */
};

#define TERM_CTRL(c) ((c) & 0x1f)
#define TERM_ENTER 13
#define TERM_ESC   27
#define TERM_TAB   9

/* Above every code point. */
enum term_key {
	TERM_UP = 0x110000, TERM_DOWN, TERM_LEFT, TERM_RIGHT, TERM_HOME, TERM_END_KEY,
	TERM_PAGE_UP, TERM_PAGE_DOWN, TERM_BACKSPACE, TERM_DELETE, TERM_BACKTAB,
	TERM_WORD_LEFT, TERM_WORD_RIGHT, TERM_TEXT_BEGIN, TERM_TEXT_END,	/* with Ctrl */
	TERM_F1, TERM_F2, TERM_F3, TERM_F4, TERM_F5, TERM_F6, TERM_F7, TERM_F8,
	TERM_F9,
};

struct term_event {
	enum term_kind kind;
	int key;
	const char *text;	/* paste: UTF-8, LF line ends; valid until the next read */
	size_t len;
};

int  term_start(struct err *err);	/* ERR_USAGE: not on a terminal */
void term_stop(void);			/* harmless when not started */
/* The next event that is there without waiting; TERM_NOTHING when there is none. */
void term_read(struct term_event *event);
/* Waits until term_read has something or other_fd can be read; ms < 0: for ever. */
void term_wait(int other_fd, int ms);
/* Stops the process as Ctrl-Z does, and takes the terminal again on return. */
void term_suspend(void);
/* Gives the terminal to another program, and takes it again; nothing is drawn or read
 * between the two. */
void term_lend(void);
void term_take_back(void);
void term_redraw(void);			/* everything, after something wrote over it */
int  term_signal(void);			/* the signal behind TERM_END, 0: none */
/* A character that can be typed into a text. */
bool term_is_text(const struct term_event *event);

#endif
