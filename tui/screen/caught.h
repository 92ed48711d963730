/*
 * What a sandbox caught: the messages, and each of them as it came.
 */
#ifndef OUTPOST_SCREEN_CAUGHT_H
#define OUTPOST_SCREEN_CAUGHT_H

struct sandbox;

void caught_push(struct sandbox *sb);

#endif
