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

struct app_demo;
struct secret;

struct setup_start {
	const struct account *account;	/* prefilled (copied); NULL: a new one */
	bool editing;			/* account is a saved one */
	const char *address;		/* for a new one; or NULL */
	/* Instead of all that: its account, ready for the check, one Enter from being
	 * proved and saved; or NULL */
	const struct app_demo *demo;
	/* account was another program's: new, complete, and not to be looked for; secret is its
	 * password, or NULL. Lent for the call. */
	bool imported;
	const struct secret *secret;
	const char *why;		/* editing: a failure to mend, about the setting; or NULL */
	enum account_key about;
};

void setup_push(const struct setup_start *start);

#endif
