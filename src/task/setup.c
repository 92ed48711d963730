#include "task/setup.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/secret.h"
#include "task/outbox_hand.h"
#include "task/password.h"

static int propose(struct account *a, enum account_key key, const char *value, struct err *err)
{
	if (account_is_set(a, key))
		return 0;
	return account_set(a, key, value, err);
}

static int propose_template(struct account *a, enum account_key key, const struct provider *p,
			    const char *tmpl, const char *choice, struct err *err)
{
	struct buf value = BUF_INIT(1024);
	int rc = 0;

	if (!account_is_set(a, key)) {
		rc = provider_expand(p, tmpl, account_get(a, ACCOUNT_ADDRESS), choice, &value, err);
		if (rc == 0)
			rc = account_set(a, key, buf_text(&value), err);
	}
	buf_free(&value);
	return rc;
}

/* Port and security go together: where the user gave one of them, the other
 * is the one that fits it, not the provider's first choice. */
static int propose_port(struct account *a, const struct provider *p, struct err *err)
{
	enum net_security security = p->security;
	int port = p->port;
	char text[16];

	if (account_is_set(a, ACCOUNT_PORT)) {
		port = account_port(a);
		if (port == p->alt_port && port != p->port)
			security = p->alt_security;
		else if (port != p->port)
			provider_security_of_port(port, &security);
	} else if (account_is_set(a, ACCOUNT_SECURITY)) {
		security = account_security(a);
		if (security != p->security)
			port = p->alt_port && security == p->alt_security
				       ? p->alt_port
				       : provider_port_of_security(security);
	}
	snprintf(text, sizeof text, "%d", port);
	if (propose(a, ACCOUNT_PORT, text, err) < 0)
		return -1;
	return propose(a, ACCOUNT_SECURITY, provider_security_name(security), err);
}

static int no_smtp(const struct provider *p, struct err *err)
{
	char reason[ERR_TEXT_MAX];

	setup_obstacle_reason(SETUP_NO_SMTP, p, reason);
	err_set(err, ERR_INPUT, "%s", reason);
	err_hint(err, "%s", p->hint);
	return -1;
}

int setup_fill(struct account *a, const struct provider *p, const char *choice, struct err *err)
{
	if (!p)
		p = provider_by_id("custom");
	if (p->password == PROVIDER_NO_SMTP)
		return no_smtp(p, err);
	/* The host last: where its choice is still missing, the rest is right already. */
	if (propose(a, ACCOUNT_PROVIDER, p->id, err) < 0 || propose_port(a, p, err) < 0 ||
	    propose_template(a, ACCOUNT_HOST, p, p->host, choice, err) < 0)
		return -1;
	if (p->password == PROVIDER_NO_PASSWORD && !account_is_set(a, ACCOUNT_USER)) {
		if (propose(a, ACCOUNT_AUTH, "none", err) < 0)
			return -1;
		return propose(a, ACCOUNT_PASSWORD, "none", err);
	}
	/* The token is what is typed; a user name is not. */
	if (p->same_password || account_is_set(a, ACCOUNT_USER))
		return 0;
	if (p->user[0] != '\0')
		return propose_template(a, ACCOUNT_USER, p, p->user, choice, err);
	err_set(err, ERR_INPUT, "%s gives out user names of its own, and none was given.", p->name);
	err_hint(err, "Give the one you got with --user.");
	return -1;
}

enum setup_obstacle setup_obstacle(const struct account *a, const struct provider *p)
{
	const char *auth = account_get(a, ACCOUNT_AUTH);

	if (p && p->password == PROVIDER_NO_SMTP)
		return SETUP_NO_SMTP;
	if (p && p->password == PROVIDER_OAUTH2 &&
	    strcmp(account_get(a, ACCOUNT_HOST), p->host) == 0 && strcmp(auth, "xoauth2") != 0 &&
	    strcmp(auth, "oauthbearer") != 0)
		return SETUP_OAUTH2_ONLY;
	return SETUP_CLEAR;
}

void setup_obstacle_reason(enum setup_obstacle obstacle, const struct provider *p,
			   char sentence[ERR_TEXT_MAX])
{
	static const struct {
		const char *before, *after;
	} reasons[] = {
		[SETUP_CLEAR] = { "Nothing is known that stands against ", "." },
		[SETUP_NO_SMTP] = { "Other programs cannot send through ", ": it has no SMTP." },
		[SETUP_OAUTH2_ONLY] = { "A password does not work here: ",
					" lets programs sign in with OAuth2 only." },
	};

	snprintf(sentence, ERR_TEXT_MAX, "%s%.200s%s", reasons[obstacle].before, p->name,
		 reasons[obstacle].after);
}

/* Puts back what the store held before, after the account could not be saved. */
static void restore(const struct store_ref *ref, const struct secret *old)
{
	if (old)
		store_put(ref, old, NULL);
	else
		store_forget(ref, NULL);
}

/* One change of the file, under its lock. *before is the account that was there under the
 * name, if any; free it. */
static int commit(const struct setup_saving *w, struct account **before, struct err *err)
{
	const char *id = account_id(w->account), *old_id = w->old_id ? w->old_id : id;
	struct accounts *all = accounts_open(true, err);
	bool first;
	int rc = 0;

	if (!all)
		return -1;
	first = account_count(all) == 0;
	if (account_find(all, old_id))
		*before = account_copy(account_find(all, old_id));
	if (*before && strcmp(old_id, id) != 0)
		rc = account_rename(all, old_id, id, err);
	if (rc == 0)
		rc = account_add(all, account_copy(w->account), err);
	if (rc == 0 && (w->make_default || first))
		rc = account_make_default(all, id, err);
	if (rc == 0)
		rc = accounts_save(all, err);
	accounts_close(all);
	return rc;
}

/* Saved is saved: what the keyring does with the password before is told, no more. */
static void clean_up(struct setup_saving *w, const struct account *before)
{
	struct err err = ERR_INIT;
	enum password_fate fate;

	if (password_follow(before, w->account, true, w->cancel_fd, &fate, &err) < 0)
		snprintf(w->warning, sizeof w->warning, "%s", err.text);
}

int setup_save(struct setup_saving *w, struct err *err)
{
	struct account *before = NULL;
	struct secret *old = NULL;
	struct store_ref ref;
	char label[256];
	bool keep;
	int rc = -1;

	w->state = STORE_OK;
	w->warning[0] = '\0';
	if (account_check(w->account, err) < 0)
		return -1;
	account_store_ref(w->account, &ref, label);
	ref.cancel_fd = w->cancel_fd;
	keep = w->secret && store_backend(ref.kind)->writable;
	if (keep) {
		(void)store_get(&ref, &old, NULL);
		w->state = store_put(&ref, w->secret, err);
	}
	if (w->state == STORE_OK)
		rc = commit(w, &before, err);
	if (rc == 0)
		outbox_resume(account_id(w->account));
	if (rc == 0 && before)
		clean_up(w, before);
	else if (rc < 0 && keep && w->state == STORE_OK)
		restore(&ref, old);
	account_free(before);
	secret_free(old);
	return rc;
}
