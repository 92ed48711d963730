/*
 * The messages of a merge on their way: into the outbox, and out of it, with a bar of progress
 * and what became of them.
 */
#ifndef OUTPOST_SEND_EACH_RUN_H
#define OUTPOST_SEND_EACH_RUN_H

#include <stdbool.h>
#include <stddef.h>

struct account;
struct call;
struct err;
struct merge;
struct send_each_base;

/* Of a merge without faults. As a command's run: 0, -1, or an exit code. */
int send_each_run(struct call *call, const struct send_each_base *base, struct merge *m,
		  struct err *err);
/* Says how long so many messages take with the limits of the account, when it is long. fresh:
 * none went before them, and a first lot goes at once. */
void send_each_limits(const struct call *call, const struct account *a, size_t count, bool fresh);

#endif
