/* What is known without asking anybody, and what is made of a candidate. */
#include <stdio.h>
#include <string.h>

#include "mail/account.h"
#include "mail/addr.h"
#include "mail/provider.h"
#include "task/discover/hunt.h"
#include "task/setup.h"

bool discover_known(const char *address, struct discover_list *list)
{
	const struct provider *p = provider_by_domain(address);
	struct discover_candidate base = { .secured = DISCOVER_BUILT_IN };

	if (!p)
		return false;
	base.source = provider_is_own(p) ? DISCOVER_OWN : DISCOVER_PRESET;
	base.also = 1u << base.source;
	if (p->password != PROVIDER_NO_SMTP)
		list_add_provider(list, p, address, &base);
	return true;
}

int known_why_not(const struct provider *p, const char *address, struct err *err)
{
	char reason[ERR_TEXT_MAX];

	if (p->password != PROVIDER_NO_SMTP) {
		err_set(err, ERR_HOST, "The mail of %s is with %s, where the name of the server "
			"goes with the account.", addr_domain(address), p->name);
		err_hint(err, "%s%sThen: outpost setup %s --provider %s --choice NAME", p->hint,
			 p->hint[0] ? " " : "", address, p->id);
		return 0;
	}
	setup_obstacle_reason(SETUP_NO_SMTP, p, reason);
	err_set(err, ERR_HOST, "%s", reason);
	if (p->hint[0])
		err_hint(err, "%s", p->hint);
	return 0;
}

const struct discover_candidate *discover_best(const struct discover_list *list)
{
	const struct discover_candidate *c = list->list;

	if (list->count == 0 || c->pending ||
	    (c->security == NET_NONE && !net_is_loopback(c->host)) ||
	    c->live == DISCOVER_NO_ANSWER || c->live == DISCOVER_BAD_CERT)
		return NULL;
	return c;
}

bool discover_trusted(const struct discover_candidate *c)
{
	if (c->pending)
		return false;
	if (c->security == NET_NONE || c->is_private || c->live == DISCOVER_BAD_CERT)
		return c->secured == DISCOVER_BUILT_IN;
	return !c->foreign || c->provider || c->secured != DISCOVER_CLEAR;
}

/* What an earlier choice without a sign-in left behind. */
static int unset_none(struct account *a, enum account_key key, struct err *err)
{
	return strcmp(account_get(a, key), "none") == 0 ? account_set(a, key, NULL, err) : 0;
}

static int set_signin(const struct discover_candidate *c, struct account *a, struct err *err)
{
	if (c->signin == DISCOVER_NO_SIGNIN) {
		if (account_set(a, ACCOUNT_USER, NULL, err) < 0 ||
		    account_set(a, ACCOUNT_AUTH, "none", err) < 0)
			return -1;
		return account_set(a, ACCOUNT_PASSWORD, "none", err);
	}
	if (unset_none(a, ACCOUNT_AUTH, err) < 0 || unset_none(a, ACCOUNT_PASSWORD, err) < 0)
		return -1;
	return account_set(a, ACCOUNT_USER, c->user[0] ? c->user : NULL, err);
}

int discover_apply(const struct discover_candidate *c, struct account *a, struct err *err)
{
	char port[16];

	snprintf(port, sizeof port, "%d", c->port);
	if (account_set(a, ACCOUNT_PROVIDER, c->provider ? c->provider->id : "custom", err) < 0 ||
	    account_set(a, ACCOUNT_HOST, c->host, err) < 0 ||
	    account_set(a, ACCOUNT_PORT, port, err) < 0 ||
	    account_set(a, ACCOUNT_SECURITY, provider_security_name(c->security), err) < 0)
		return -1;
	return set_signin(c, a, err);
}
