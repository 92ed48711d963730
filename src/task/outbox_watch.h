/*
 * Notices that somebody changed the outbox: another process has put something in, or sends.
 *
 * Of this host alone: what another one writes to a shared home is seen by looking now and then.
 */
#ifndef OUTPOST_OUTBOX_WATCH_H
#define OUTPOST_OUTBOX_WATCH_H

#include <stdbool.h>
#include <stdint.h>

struct outbox;

/* A descriptor that can be read from when something was written, also by this process; -1 where
 * the system has none to give. Closed with close(2). */
int outbox_watch_open(const struct outbox *box);
/* Forgets what came so far. What is read from the outbox after that is no older. */
void outbox_watch_drain(int fd);

/* For a loop that sends and waits: ms until it has to look again, at most so many. due: what
 * outbox_next said; fruitless: how many rounds in a row had nothing to do although something
 * was due (somebody else's account, say): then not at once again. */
int outbox_watch_ms(int64_t due, int64_t now, int most, int fruitless);

#endif
