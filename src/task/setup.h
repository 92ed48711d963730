/*
 * Set-up: from an address to a saved account.
 *
 * setup_fill proposes every setting from the address and a provider; a face
 * lets the user change them; verify_account (task/verify) proves them;
 * setup_save keeps the secret and then the account. Nothing is kept before
 * the server accepted it, unless the caller skips the check.
 */
#ifndef OUTPOST_SETUP_H
#define OUTPOST_SETUP_H

#include <stdbool.h>

#include "base/err.h"
#include "mail/account.h"
#include "mail/provider.h"

struct secret;

/* Sets provider, host, port, security, user and password kind of a from p
 * (NULL: the custom provider with the usual guesses smtp.DOMAIN, 465, tls).
 * Only settings that are not set yet are changed. choice fills the provider's
 * placeholder. */
int setup_fill(struct account *a, const struct provider *p, const char *choice, struct err *err);

/* No password can work with these settings: the server is the provider's, and it wants
 * OAuth2. */
bool setup_refuses_passwords(const struct account *a, const struct provider *p);

struct setup_saving {
	const struct account *account;
	const char *old_id;		/* the name it had, NULL: the same, or it is new */
	const struct secret *secret;	/* NULL: nothing to keep */
	bool make_default;		/* the first one is it anyway */
	int cancel_fd;
	/* results */
	enum store_state state;		/* how the store failed */
	char warning[ERR_TEXT_MAX];	/* saved, but the keyring still has the password before */
};

/* Keeps the secret in the account's store (nothing to do for command, credential, ask,
 * none), then the account under its id, replacing one of that name. When the
 * store fails, state says how, nothing is saved, and the face may offer another. A password
 * that an account of that name had in the keyring goes when nobody needs it any more.
 * The keyring may wait for a person; the lock of the accounts is not held then. */
int setup_save(struct setup_saving *saving, struct err *err);

#endif
