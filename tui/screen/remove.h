/*
 * Removing an account, after a question, with its password or without.
 */
#ifndef OUTPOST_SCREEN_REMOVE_H
#define OUTPOST_SCREEN_REMOVE_H

struct account;

/* The screen below is resumed when it is over. */
void remove_push(const struct account *a);

#endif
