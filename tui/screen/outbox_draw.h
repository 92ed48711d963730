/*
 * Private to the outbox screen: a row, and all that is to be said of the selected one.
 */
#ifndef OUTPOST_SCREEN_OUTBOX_DRAW_H
#define OUTPOST_SCREEN_OUTBOX_DRAW_H

#include <stdbool.h>

#include "task/outbox_hand.h"
#include "widget/draw.h"

struct err;

/* item NULL: it is not read yet. */
void outbox_draw_row(const struct outbox_item *item, bool selected, int y, int x, int w);
/* why: what is in the way of its account, or NULL. */
void outbox_draw_detail(const struct outbox_item *item, const struct err *why,
			const struct area *area);

#endif
