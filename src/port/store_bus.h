/*
 * Private to port/store: what can be known about the session bus and the
 * screen before any library is asked. GLib, when it finds no address, starts a
 * bus of its own ("autolaunch"); a keyring started on that one would be empty,
 * so the address is looked for here first.
 */
#ifndef OUTPOST_STORE_BUS_H
#define OUTPOST_STORE_BUS_H

#include <stdbool.h>

struct err;

/* -1 when GLib would find no session bus that is already there. */
int store_bus_check(struct err *err);
/* Can a window open where this program was started? */
bool store_bus_has_screen(void);

#endif
