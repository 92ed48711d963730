/*
 * outpost outbox list, log and show: what waits, what became of the rest, and one of them.
 */
#ifndef OUTPOST_OUTBOX_LIST_H
#define OUTPOST_OUTBOX_LIST_H

#include <stdint.h>

#include "base/options.h"
#include "cli/command.h"

struct outbox;

struct list_options {
	struct option_list states;
	const char *to, *subject, *since, *before;
	struct option_number most;
};
extern const struct option_row outbox_list_rows[];

int outbox_list(struct call *call, struct err *err);
int outbox_log(struct call *call, struct err *err);
int outbox_show(struct call *call, struct err *err);

/* For the other commands of the outbox. What was wrong with it, and is right again, is told. */
struct outbox *outbox_open_telling(struct err *err);
int outbox_parse_id(const char *word, int64_t *id, struct err *err);

#endif
