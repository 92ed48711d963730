/*
 * Passwords follow their accounts: what becomes of the keyring's item when an
 * account is changed, replaced, removed or brought back.
 *
 * The keyring finds a password by server and user, so an account that gets
 * another of them would leave its password behind. The keyring may open a window
 * and wait for a person: nothing here is to be called with the lock of the
 * accounts file held. Who else needs an item is read from that file at the last
 * moment.
 */
#ifndef OUTPOST_PASSWORD_H
#define OUTPOST_PASSWORD_H

#include <stdbool.h>

struct account;
struct accounts;
struct err;

enum password_fate {
	PASSWORD_UNTOUCHED,	/* the same place, or it was not in the keyring */
	PASSWORD_MOVED,		/* to the new place; gone from the old */
	PASSWORD_COPIED,	/* to the new place; another account needs the old one */
	PASSWORD_REMOVED,	/* nobody looked for it any more */
	PASSWORD_SHARED,	/* stays: another account needs it */
	PASSWORD_MISSING,	/* there was none to move */
};

/* Is the keyring where the account's password is looked for? */
bool password_in_keyring(const struct account *a);
/* Do both look in the same place of the keyring? */
bool password_same_item(const struct account *a, const struct account *b);
/* Does an account of the list look for the password of gone in the same place? */
bool password_shared(const struct accounts *all, const struct account *gone);

/* After the change was saved. now is NULL when the account has gone; given: its password
 * is in the new place already. A password that is in the new place already is not
 * overwritten. On -1 the old item is still there and err says why. */
int password_follow(const struct account *before, const struct account *now, bool given,
		    int cancel_fd, enum password_fate *fate, struct err *err);

/* For every account that is in both lists under one name. The first error is told. */
int password_follow_all(const struct accounts *before, const struct accounts *now, int cancel_fd,
			struct err *err);

#endif
