/*
 * Private to compose: the message of the outbox that the new one was to replace.
 */
#ifndef OUTPOST_SCREEN_COMPOSE_OLD_H
#define OUTPOST_SCREEN_COMPOSE_OLD_H

struct draft;

/* The draft was thrown away: the old message is what it was, as soon as the outbox can be had;
 * or gone, when the draft had been sent. */
void compose_old_release(const struct draft *draft);

#endif
