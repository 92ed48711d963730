#include "task/password.h"

#include <string.h>

#include "base/err.h"
#include "base/secret.h"
#include "mail/account.h"

static void ref_of(const struct account *a, int cancel_fd, struct store_ref *ref, char label[256])
{
	account_store_ref(a, ref, label);
	ref->cancel_fd = cancel_fd;
}

bool password_in_keyring(const struct account *a)
{
	struct store_ref ref;
	char label[256];

	ref_of(a, -1, &ref, label);
	return ref.kind == STORE_KEYRING && ref.user[0] != '\0';
}

bool password_same_item(const struct account *a, const struct account *b)
{
	struct store_ref one, two;
	char label[256];

	if (!password_in_keyring(a) || !password_in_keyring(b))
		return false;
	ref_of(a, -1, &one, label);
	ref_of(b, -1, &two, label);
	return strcmp(one.host, two.host) == 0 && strcmp(one.user, two.user) == 0;
}

bool password_shared(const struct accounts *all, const struct account *gone)
{
	for (size_t i = 0; i < account_count(all); i++)
		if (password_same_item(account_at(all, i), gone))
			return true;
	return false;
}

/* Where the file is damaged nobody can tell who needs it, so somebody does. */
static bool still_needed(const struct account *gone, bool *needed, struct err *err)
{
	const struct account_fault *faults;
	struct accounts *all = accounts_open(false, err);

	if (!all)
		return false;
	*needed = account_faults(all, &faults) > 0 || password_shared(all, gone);
	accounts_close(all);
	return true;
}

static int put(const struct account *now, const struct secret *secret, int cancel_fd,
	       struct err *err)
{
	struct store_ref ref;
	char label[256];

	ref_of(now, cancel_fd, &ref, label);
	return store_put(&ref, secret, err) == STORE_OK ? 0 : -1;
}

static int forget(const struct account *gone, int cancel_fd, bool *removed, struct err *err)
{
	struct store_ref ref;
	char label[256];
	bool needed;

	*removed = false;
	if (!still_needed(gone, &needed, err))
		return -1;
	if (needed)
		return 0;
	ref_of(gone, cancel_fd, &ref, label);
	*removed = store_forget(&ref, err) == STORE_OK;
	return *removed ? 0 : -1;
}

static int let_go(const struct account *gone, int cancel_fd, enum password_fate *fate,
		  struct err *err)
{
	bool removed;

	if (forget(gone, cancel_fd, &removed, err) < 0)
		return -1;
	*fate = removed ? PASSWORD_REMOVED : PASSWORD_SHARED;
	return 0;
}

static bool holds(const struct account *a, int cancel_fd, struct err *err)
{
	struct secret *secret = NULL;
	struct store_ref ref;
	char label[256];
	bool there;

	ref_of(a, cancel_fd, &ref, label);
	there = store_get(&ref, &secret, err) == STORE_OK;
	secret_free(secret);
	if (!there)
		err_clear(err);
	return there;
}

static int move(const struct account *before, const struct account *now, int cancel_fd,
		enum password_fate *fate, struct err *err)
{
	struct secret *secret = NULL;
	struct store_ref ref;
	char label[256];
	enum store_state state;
	bool removed;
	int rc = -1;

	/* Another account may have brought one there; it is the one that works there. */
	if (!password_same_item(before, now) && holds(now, cancel_fd, err))
		return let_go(before, cancel_fd, fate, err);
	ref_of(before, cancel_fd, &ref, label);
	state = store_get(&ref, &secret, err);
	if (state == STORE_NOT_FOUND) {
		err_clear(err);
		*fate = PASSWORD_MISSING;
		return 0;
	}
	if (state == STORE_OK)
		rc = put(now, secret, cancel_fd, err);
	/* Another port is another item's attribute, but the same place. */
	if (rc == 0 && !password_same_item(before, now))
		rc = forget(before, cancel_fd, &removed, err);
	else
		removed = true;
	*fate = removed ? PASSWORD_MOVED : PASSWORD_COPIED;
	secret_free(secret);
	return rc;
}

int password_follow(const struct account *before, const struct account *now, bool given,
		    int cancel_fd, enum password_fate *fate, struct err *err)
{
	*fate = PASSWORD_UNTOUCHED;
	if (!password_in_keyring(before))
		return 0;
	if (now && password_same_item(before, now) &&
	    (given || account_port(before) == account_port(now)))
		return 0;
	if (now && !given && password_in_keyring(now))
		return move(before, now, cancel_fd, fate, err);
	return let_go(before, cancel_fd, fate, err);
}

int password_follow_all(const struct accounts *before, const struct accounts *now, int cancel_fd,
			struct err *err)
{
	enum password_fate fate;
	int rc = 0;

	for (size_t i = 0; i < account_count(before); i++) {
		const struct account *was = account_at(before, i);
		const struct account *is = account_find(now, account_id(was));

		if (is &&
		    password_follow(was, is, false, cancel_fd, &fate, rc == 0 ? err : NULL) < 0)
			rc = -1;
	}
	return rc;
}
