/*
 * What things look like: roles to terminal attributes, and marks.
 *
 * Colour never carries a meaning alone: a mark and a word stand beside it, and
 * with NO_COLOR (no-color.org) or a terminal without colours the roles are
 * bold, underlined and reverse. Marks are plain ASCII where the locale is not
 * UTF-8 or the terminal is the Linux console.
 */
#ifndef OUTPOST_THEME_H
#define OUTPOST_THEME_H

#include <stdbool.h>

enum theme_role {
	THEME_TEXT,
	THEME_TITLE,
	THEME_DIM,	/* less important */
	THEME_FIELD,	/* where can be typed */
	THEME_SELECTED,	/* the row or choice that has the cursor */
	THEME_OK,
	THEME_BAD,
	THEME_WARN,
	THEME_BUSY,
	THEME_KEY,	/* name of a key in the hint bar */
	THEME_LINK,
	THEME_ROLES
};

enum theme_mark {
	MARK_DONE, MARK_FAILED, MARK_WARN, MARK_WAITING, MARK_SKIPPED, MARK_SELECTED,
	MARK_BULLET, MARK_LESS, MARK_MORE, MARK_ELLIPSIS, MARK_SECRET,
	MARKS
};

/* After curses has begun; ascii: use plain marks. */
void theme_start(bool ascii);
/* Sets the attributes for what is drawn next. */
void theme_use(enum theme_role role);
const char *theme_mark(enum theme_mark mark);	/* UTF-8, one column */
/* One frame of the sign that something is going on. */
const char *theme_spinner(long long ms);

#endif
