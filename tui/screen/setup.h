/*
 * Set-up: five short steps on one screen, each prefilled.
 *
 *   address -> server -> sign-in -> check -> save
 *
 * Also used to change an account that exists. What is typed is put into an
 * account at once, so that every step shows what the steps before decided.
 */
#ifndef OUTPOST_SCREEN_SETUP_H
#define OUTPOST_SCREEN_SETUP_H

#include <stdbool.h>

#include "mail/account.h"

struct sandbox;
struct secret;

struct setup_start {
	const struct account *account;	/* prefilled (copied); NULL: a new one */
	bool editing;			/* account is a saved one */
	const char *address;		/* for a new one; or NULL */
	const struct secret *secret;	/* prefilled password (copied); or NULL */
	struct sandbox *sandbox;	/* whose catch is shown at the end; or NULL */
	const char *why;		/* editing: a failure to mend, about this setting; or NULL */
	enum account_key about;
};

void setup_push(const struct setup_start *start);

#endif
