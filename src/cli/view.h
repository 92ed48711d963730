/*
 * Accounts as they are shown, shared by the commands that show one.
 */
#ifndef OUTPOST_VIEW_H
#define OUTPOST_VIEW_H

#include <stdio.h>

struct account;
struct accounts;
struct call;
struct err;
struct json;

/* Every setting by its name; port and timeout are numbers. */
struct json *view_json(const struct account *account, const struct accounts *all);
/* One setting a line: those that are set and those that matter. */
void view_print(FILE *to, const struct account *account, const struct accounts *all);
/* Where the password is, as the end of a sentence: "kept in the system keyring". */
const char *view_password(const struct account *account);

/* Accounts with their faults told on stderr, and the account that the call means.
 * NULL with err: *all is closed then. */
struct account *view_pick(const struct call *call, struct accounts **all, struct err *err);

#endif
