/*
 * The outbox: what waits, what failed or is unsure, what was sent and what was removed.
 *
 * It shows what is so: while it is in sight it looks twice a second whether another process has
 * changed anything, which costs next to nothing, and reads anew when one has.
 */
#ifndef OUTPOST_SCREEN_OUTBOX_H
#define OUTPOST_SCREEN_OUTBOX_H

void outbox_push(void);

#endif
