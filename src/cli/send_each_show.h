/*
 * What outpost send --each --dry-run shows: the first messages as they would go, and what a
 * person may want to look at again before all of them do.
 */
#ifndef OUTPOST_SEND_EACH_SHOW_H
#define OUTPOST_SEND_EACH_SHOW_H

struct call;
struct err;
struct merge;

/* The first three of a merge without faults, on stdout or as the result of the call. */
int send_each_show(struct call *call, const struct merge *m, struct err *err);
/* Warnings about what can be sent and is probably not meant: no subject, a file that the text
 * speaks of, addresses that look mistyped (table is what the table is called). */
void send_each_warn(const struct merge *m, const char *table);

#endif
