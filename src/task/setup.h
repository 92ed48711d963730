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
 * placeholder. ERR_INPUT for a provider without SMTP; nothing is set then. */
int setup_fill(struct account *a, const struct provider *p, const char *choice, struct err *err);

/* Why nothing can be sent with these settings, whatever password is typed. */
enum setup_obstacle {
	SETUP_CLEAR,		/* as far as is known nothing is in the way */
	SETUP_NO_SMTP,		/* the provider has no server for it */
	SETUP_OAUTH2_ONLY,	/* the server is the provider's, and it wants OAuth2 */
};

/* p may be NULL. */
enum setup_obstacle setup_obstacle(const struct account *a, const struct provider *p);
/* The reason as a sentence; what is special about the provider is in its hint. */
void setup_obstacle_reason(enum setup_obstacle obstacle, const struct provider *p,
			   char sentence[ERR_TEXT_MAX]);

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
