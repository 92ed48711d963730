/*
 * Taking over what outpost import has found: which of them, where their passwords go, and what is
 * said about it. Used by import.c only.
 */
#ifndef OUTPOST_CLI_IMPORT_TAKE_H
#define OUTPOST_CLI_IMPORT_TAKE_H

#include <stdbool.h>
#include <stddef.h>

struct err;
struct import_result;
struct json;

struct take {
	const char *only;		/* id of the one that is meant; NULL: all */
	bool ask;			/* a person, for each and where something is missing */
	bool replace, check, verbose;
	const char *address;		/* for one that has none; NULL */
	const char *password_kind;	/* "keyring", "file", "ask"; NULL: not said */
	const char *password_file;
	struct json *json;		/* an array, gets a member an account; NULL: words */
	size_t taken;
};

/* The first failure ends it. */
int take_all(struct take *t, const struct import_result *result, struct err *err);
/* What one of them is, for a person. */
void take_print(const struct import_result *result, size_t i);

#endif
