#include <stdlib.h>
#include <string.h>

#include <stdio.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/text.h"
#include "mail/addr.h"
#include "mail/provider.h"
#include "port/suffix.h"
#include "task/discover/hunt.h"

/* A server that a preset knows by its name: its hints apply whoever named it. */
static const struct provider *provider_of_host(const char *host)
{
	for (size_t i = 0; i < provider_count(); i++) {
		const struct provider *p = provider_at(i);

		if ((p->kind == PROVIDER_MAILBOX || p->kind == PROVIDER_RELAY) &&
		    text_eq_nocase(p->host, host))
			return p;
	}
	return NULL;
}

static enum discover_sure sure_of(const struct discover_candidate *c)
{
	switch (c->source) {
	case DISCOVER_OWN:
	case DISCOVER_PRESET:
		return c->provider->unverified ? DISCOVER_LIKELY : DISCOVER_CERTAIN;
	case DISCOVER_SRV:
		if (c->secured == DISCOVER_DNSSEC)
			return DISCOVER_CERTAIN;
		return c->foreign && !c->provider ? DISCOVER_UNSURE : DISCOVER_LIKELY;
	case DISCOVER_PACC:
	case DISCOVER_AUTOCONFIG:
		return c->secured == DISCOVER_CLEAR ? DISCOVER_UNSURE : DISCOVER_CERTAIN;
	case DISCOVER_ISPDB:
	case DISCOVER_MX_PRESET:
		return DISCOVER_LIKELY;
	case DISCOVER_MX_AUTOCONFIG:
	case DISCOVER_MX_ISPDB:
		return c->secured == DISCOVER_CLEAR ? DISCOVER_UNSURE : DISCOVER_LIKELY;
	default:
		return DISCOVER_GUESS;
	}
}

void list_judge(struct discover_candidate *c, const char *domain)
{
	c->foreign = !suffix_same(c->host, domain);
	if (!c->provider)
		c->provider = provider_of_host(c->host);
	if (c->provider && c->provider->password == PROVIDER_OAUTH2)
		c->signin = DISCOVER_OAUTH2;
	if (c->provider && !c->name[0])
		snprintf(c->name, sizeof c->name, "%s", c->provider->name);
	c->sure = sure_of(c);
	if ((c->is_private || c->security == NET_NONE) && c->sure < DISCOVER_UNSURE &&
	    c->secured != DISCOVER_BUILT_IN)
		c->sure = DISCOVER_UNSURE;
}

/* Without encryption comes last, unless it is on this host; then what does not answer. */
static int weight(const struct discover_candidate *c)
{
	static const int live[] = { [DISCOVER_NOT_TRIED] = 0,
				    [DISCOVER_ANSWERS] = 0,
				    [DISCOVER_BAD_CERT] = 1,
				    [DISCOVER_NO_ANSWER] = 2 };

	return (c->security == NET_NONE && !net_is_loopback(c->host) ? 4 : 0) + live[c->live];
}

enum discover_source list_rank(const struct discover_candidate *c)
{
	return c->source == DISCOVER_SRV && c->sure == DISCOVER_UNSURE ? DISCOVER_ISPDB : c->source;
}

static int compare(const void *a, const void *b)
{
	const struct discover_candidate *x = a, *y = b;

	if (weight(x) != weight(y))
		return weight(x) - weight(y);
	if (list_rank(x) != list_rank(y))
		return (int)list_rank(x) - (int)list_rank(y);
	if (x->source != y->source)
		return (int)y->source - (int)x->source;
	return x->order < y->order ? -1 : x->order > y->order;
}

void list_sort(struct discover_list *list)
{
	qsort(list->list, list->count, sizeof *list->list, compare);
}

static bool same(const struct discover_candidate *a, const struct discover_candidate *b)
{
	return a->port == b->port && a->security == b->security && text_eq_nocase(a->host, b->host);
}

/* The better source speaks; the other one adds that it says so too. */
static void join(struct discover_candidate *old, const struct discover_candidate *c)
{
	unsigned also = old->also | c->also;
	enum discover_sure sure = old->sure < c->sure ? old->sure : c->sure;
	enum discover_secured secured = old->secured < c->secured ? old->secured : c->secured;
	bool better = compare(c, old) < 0;
	struct discover_candidate other = better ? *old : *c;

	if (better)
		*old = *c;
	old->also = also;
	old->sure = sure;
	old->secured = secured;
	/* SRV does not say who signs in, and how; a file that does is believed in that. */
	if (old->other_user[0] && !other.other_user[0] && other.source != DISCOVER_PROBE) {
		memcpy(old->user, other.user, sizeof old->user);
		old->other_user[0] = '\0';
		old->signin = other.signin;
	}
	if (!old->name[0])
		memcpy(old->name, other.name, sizeof old->name);
	if (!old->help_url[0])
		memcpy(old->help_url, other.help_url, sizeof old->help_url);
	if (old->live == DISCOVER_NOT_TRIED) {
		old->live = other.live;
		memcpy(old->live_text, other.live_text, sizeof old->live_text);
	}
}

void list_add(struct discover_list *list, const struct discover_candidate *c)
{
	for (size_t i = 0; i < list->count; i++) {
		if (!same(&list->list[i], c))
			continue;
		join(&list->list[i], c);
		list_sort(list);
		return;
	}
	if (list->count < DISCOVER_MAX)
		list->list[list->count++] = *c;
	else if (compare(c, &list->list[DISCOVER_MAX - 1]) < 0)
		list->list[DISCOVER_MAX - 1] = *c;
	list_sort(list);
}

static void drop(struct discover_list *list, size_t i)
{
	list->count--;
	memmove(&list->list[i], &list->list[i + 1], (list->count - i) * sizeof *list->list);
}

void list_settle_host(struct discover_list *list, const char *host, enum net_scope scope,
		      const char *domain)
{
	for (size_t i = list->count; i-- > 0;) {
		struct discover_candidate *c = &list->list[i];

		if (!c->pending || strcmp(c->host, host) != 0)
			continue;
		c->pending = false;
		if (scope == NET_THIS_HOST) {
			drop(list, i);
		} else if (scope == NET_PRIVATE) {
			c->is_private = true;
			list_judge(c, domain);
		}
	}
	list_sort(list);
}

void list_drop_pending(struct discover_list *list)
{
	for (size_t i = list->count; i-- > 0;)
		if (list->list[i].pending)
			drop(list, i);
}

static bool expand(const struct provider *p, const char *tmpl, const char *address, char *out,
		   size_t size)
{
	struct buf text = BUF_INIT(1024);
	bool fits = provider_expand(p, tmpl, address, NULL, &text, NULL) == 0 && text.len < size;

	if (fits)
		memcpy(out, buf_text(&text), text.len + 1);
	buf_free(&text);
	return fits;
}

void list_add_provider(struct discover_list *list, const struct provider *p, const char *address,
		       const struct discover_candidate *base)
{
	struct discover_candidate c = *base;

	c.provider = p;
	snprintf(c.name, sizeof c.name, "%s", p->name);
	if (strncmp(p->help_url, "https://", 8) == 0 && strlen(p->help_url) < sizeof c.help_url)
		memcpy(c.help_url, p->help_url, strlen(p->help_url) + 1);
	c.port = p->port;
	c.security = p->security;
	c.signin = p->password == PROVIDER_OAUTH2	? DISCOVER_OAUTH2
		   : p->password == PROVIDER_NO_PASSWORD ? DISCOVER_NO_SIGNIN
							 : DISCOVER_PASSWORD;
	if (!expand(p, p->host, address, c.host, sizeof c.host))
		return;
	if (p->user[0] && !expand(p, p->user, address, c.user, sizeof c.user))
		return;
	if (!p->user[0])
		c.user[0] = '\0';
	list_judge(&c, addr_domain(address));
	list_add(list, &c);
	if (!p->alt_port)
		return;
	c.port = p->alt_port;
	c.security = p->alt_security;
	c.order++;
	list_judge(&c, addr_domain(address));
	list_add(list, &c);
}
