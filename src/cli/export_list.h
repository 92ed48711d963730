/*
 * What outpost export says without a client, and what the commands that change an account say of
 * the programs it was handed to.
 */
#ifndef OUTPOST_EXPORT_LIST_H
#define OUTPOST_EXPORT_LIST_H

#include <stdbool.h>

struct account;
struct call;

void export_list_ids(void);
/* account (may be NULL) fills the paths. With --json into call->result. */
void export_list(struct call *call, const struct account *account);

/* In one line, where there are any: how those programs get what has changed. now is its name
 * from now on: the same, another, or NULL when it is gone. */
void export_tell_change(const char *account_id, const char *now);

#endif
