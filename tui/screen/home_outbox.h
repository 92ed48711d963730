/*
 * Private to home: one line on what is in the outbox, when there is anything to tell.
 */
#ifndef OUTPOST_SCREEN_HOME_OUTBOX_H
#define OUTPOST_SCREEN_HOME_OUTBOX_H

#include "widget/draw.h"

struct home_outbox;

/* Looks at once; no outbox is made for that. */
struct home_outbox *home_outbox_new(void);
void home_outbox_free(struct home_outbox *o);
void home_outbox_look(struct home_outbox *o);	/* anew */
/* Returns the rows it took. */
int home_outbox_draw(const struct home_outbox *o, const struct area *area);

#endif
