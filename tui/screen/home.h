/*
 * The accounts: where the full-screen face begins.
 */
#ifndef OUTPOST_SCREEN_HOME_H
#define OUTPOST_SCREEN_HOME_H

struct app_demo;
struct err;

/* With no account yet set-up opens above it. selected and demo may be NULL. */
int home_push(const char *selected, const struct app_demo *demo, struct err *err);

#endif
