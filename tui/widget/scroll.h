/*
 * A long text in a part of the screen: wrapped, moved through by keys.
 */
#ifndef OUTPOST_SCROLL_H
#define OUTPOST_SCROLL_H

#include <stdbool.h>
#include <stddef.h>

#include "widget/draw.h"
#include "widget/term.h"

struct scroll {
	int top;	/* the row that is the first to be seen */
	int rows, page;	/* as it was drawn last */
};

/* Arrows, PgUp, PgDn, Home, End; false when the event is none of its own. */
bool scroll_event(struct scroll *s, const struct term_event *event);
/* role gives the look of a line by its first character; NULL: all are plain. How much is below is
 * said in the row under the area. */
void scroll_draw(struct scroll *s, const struct area *area, const char *text,
		 enum theme_role (*role)(char first));

#endif
