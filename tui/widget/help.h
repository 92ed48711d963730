/*
 * The help screen: every row of a screen's key table, and the keys that work
 * everywhere. What cannot be used at the moment is shown too, but grey.
 */
#ifndef OUTPOST_HELP_H
#define OUTPOST_HELP_H

struct keys_row;
struct keys_state;
struct screen_ops;

void help_push(const char *title, const struct keys_row *table, const struct keys_state *state);
const struct screen_ops *help_ops(void);

#endif
