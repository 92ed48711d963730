/*
 * Ctrl-C as a descriptor.
 *
 * cancel_fd becomes readable when SIGINT, SIGTERM or SIGHUP arrives, so that whatever
 * waits for a server ends at once and cleanly. A second signal ends the
 * process the usual way. It is -1, and never readable, when no descriptor is left; then
 * already the first signal ends the process.
 */
#ifndef OUTPOST_CANCEL_H
#define OUTPOST_CANCEL_H

#include <stdbool.h>

/* Installs the handlers at the first call. */
int cancel_fd(void);
bool cancel_asked(void);

#endif
