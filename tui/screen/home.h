/*
 * The accounts: where the full-screen face begins.
 */
#ifndef OUTPOST_SCREEN_HOME_H
#define OUTPOST_SCREEN_HOME_H

struct err;

/* With no account yet set-up opens above it. selected may be NULL. */
int home_push(const char *selected, struct err *err);

#endif
