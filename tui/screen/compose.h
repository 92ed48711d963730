/*
 * Writing a message and sending it, with the steps live on the screen.
 */
#ifndef OUTPOST_SCREEN_COMPOSE_H
#define OUTPOST_SCREEN_COMPOSE_H

/* From the account named, or with NULL the default one. */
void compose_push(const char *account_id);

#endif
