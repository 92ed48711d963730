/*
 * Recipients who were refused for good again and again: worth a word before the next message to
 * them.
 */
#ifndef OUTPOST_OUTBOX_FLAG_H
#define OUTPOST_OUTBOX_FLAG_H

#include <stdbool.h>

struct outbox;

#define OUTBOX_FLAG_TIMES 3	/* refusals in a row, nothing between them that was taken */
#define OUTBOX_FLAG_MAX   300	/* bytes of a sentence */

/* Is it one of them? Then the sentence says so, with the last words of a server. Without an outbox
 * (NULL), or where it cannot be read, nobody is. */
bool outbox_flag(struct outbox *box, const char *address, char sentence[OUTBOX_FLAG_MAX]);

#endif
