/*
 * Private to the outbox screen: sending from it, with the steps live on a screen of its own.
 */
#ifndef OUTPOST_SCREEN_OUTBOX_SEND_H
#define OUTPOST_SCREEN_OUTBOX_SEND_H

#include <stdint.h>

/* One message, made due first; account is its. With id 0 all that is due. */
void outbox_send_push(int64_t id, const char *account);

#endif
