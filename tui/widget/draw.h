/*
 * Drawing on the terminal: text in a role at a place, never past its width.
 *
 * A frame is draw_begin, any number of calls, draw_end; the whole screen is
 * drawn anew each time from the state of the screens (curses sends the
 * difference only). Text is UTF-8; what is no printable character is shown
 * as '?'. The real cursor goes where draw_cursor said last, so that screen
 * readers find the row or field that is meant.
 */
#ifndef OUTPOST_DRAW_H
#define OUTPOST_DRAW_H

#include <stddef.h>

#include "widget/theme.h"

struct area {
	int y, x, h, w;
};

void draw_begin(void);
void draw_end(void);
struct area draw_screen(void);	/* the whole terminal */
void draw_cursor(int y, int x);

/* At most w columns, cut with an ellipsis. Returns the columns used. */
int draw_text(int y, int x, int w, enum theme_role role, const char *text);
int draw_textf(int y, int x, int w, enum theme_role role, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));
/* len bytes, no ellipsis, the rest of w filled with blanks of the role. */
void draw_span(int y, int x, int w, enum theme_role role, const char *text, size_t len);
/* Words wrapped into a from its top, lines never too long to read. Returns the rows
 * used, at most a->h. */
int draw_wrapped(const struct area *a, enum theme_role role, const char *text);
int draw_wrapped_rows(int w, const char *text);	/* rows it would take */
/* On the line below a: so many lines of it are out of sight. Nothing when there are none. */
void draw_more(const struct area *a, int lines);
void draw_rule(int y, int x, int w);
/* An empty frame with a title, for dialogs. */
void draw_box(const struct area *a, const char *title);

#endif
