#include "task/setup.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/secret.h"

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

int setup_fill(struct account *a, const struct provider *p, const char *choice, struct err *err)
{
	if (!p)
		p = provider_by_id("custom");
	if (propose(a, ACCOUNT_PROVIDER, p->id, err) < 0 ||
	    propose_template(a, ACCOUNT_HOST, p, p->host, choice, err) < 0 ||
	    propose_port(a, p, err) < 0)
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

bool setup_refuses_passwords(const struct account *a, const struct provider *p)
{
	return p && p->password == PROVIDER_OAUTH2 &&
	       strcmp(account_get(a, ACCOUNT_HOST), p->host) == 0;
}

/* Puts back what the store held before, after the account could not be saved. */
static void restore(const struct store_ref *ref, const struct secret *old)
{
	if (old)
		store_put(ref, old, NULL);
	else
		store_forget(ref, NULL);
}

static int save_account(struct accounts *all, const struct account *a, bool make_default,
			struct err *err)
{
	bool first = account_count(all) == 0;

	if (account_add(all, account_copy(a), err) < 0)
		return -1;
	if ((make_default || first) && account_make_default(all, account_id(a), err) < 0)
		return -1;
	return accounts_save(all, err);
}

int setup_save(const struct account *a, const struct secret *secret, bool make_default,
	       int cancel_fd, enum store_state *state, struct err *err)
{
	struct accounts *all;
	struct secret *old = NULL;
	struct store_ref ref;
	char label[256];
	bool keep;
	int rc = -1;

	*state = STORE_OK;
	if (account_check(a, err) < 0)
		return -1;
	all = accounts_open(true, err);
	if (!all)
		return -1;
	account_store_ref(a, &ref, label);
	ref.cancel_fd = cancel_fd;
	keep = secret && store_backend(ref.kind)->writable;
	if (keep) {
		(void)store_get(&ref, &old, NULL);
		*state = store_put(&ref, secret, err);
		if (*state != STORE_OK)
			goto out;
	}
	rc = save_account(all, a, make_default, err);
	if (rc < 0 && keep)
		restore(&ref, old);
out:
	secret_free(old);
	accounts_close(all);
	return rc;
}
