#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/text.h"
#include "mail/addr.h"
#include "screen/setup_state.h"

#define STANDS_MS 700 /* so long nobody typed: the address is meant */

static const char *address_of(const struct setup *s)
{
	return account_get(s->account, ACCOUNT_ADDRESS);
}

/* The search is about this account's domain, and no provider was chosen instead. */
static bool concerns(const struct setup *s)
{
	return !s->provider_chosen && find_is_for(s->found.find, address_of(s));
}

const struct discover_list *setup_find_list(const struct setup *s)
{
	const struct discover_list *list = find_list(s->found.find);

	return concerns(s) && list->count > 0 ? list : NULL;
}

const struct discover_candidate *setup_find_taken(const struct setup *s)
{
	const struct discover_candidate *now =
		s->found.taken ? find_same(s->found.find, s->found.taken) : NULL;

	return now ? now : s->found.taken;
}

static bool fails(const struct discover_candidate *c)
{
	return c->live == DISCOVER_NO_ANSWER || c->live == DISCOVER_BAD_CERT;
}

const struct discover_candidate *setup_find_other(const struct setup *s)
{
	const struct discover_candidate *c = setup_find_taken(s);
	const struct discover_list *list = find_list(s->found.find);

	if (!c || !fails(c))
		return NULL;
	for (size_t i = 0; i < list->count; i++) {
		const struct discover_candidate *other = &list->list[i];

		if (other->live == DISCOVER_ANSWERS && other->security != NET_NONE &&
		    (discover_trusted(other) || !discover_trusted(c)))
			return other;
	}
	return NULL;
}

/* ---- into the account ---- */

static void forget(struct setup *s)
{
	static const enum account_key keys[] = { ACCOUNT_HOST, ACCOUNT_PORT, ACCOUNT_SECURITY,
						 ACCOUNT_USER };
	static const enum account_key nones[] = { ACCOUNT_AUTH, ACCOUNT_PASSWORD };

	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		account_set(s->account, keys[i], NULL, NULL);
	/* A server without a sign-in took these along. */
	for (size_t i = 0; i < sizeof nones / sizeof *nones; i++)
		if (strcmp(account_get(s->account, nones[i]), "none") == 0)
			account_set(s->account, nones[i], NULL, NULL);
}

static void put_away(struct setup *s)
{
	free(s->found.taken);
	s->found.taken = NULL;
}

static void take(struct setup *s, const struct discover_candidate *c)
{
	struct discover_candidate *own = xcalloc(1, sizeof *own);

	*own = find_for(c, address_of(s));
	forget(s);
	s->provider = own->provider ? own->provider : provider_by_id("custom");
	s->choice[0] = '\0';
	s->security_chosen = false;
	s->insists = s->old_id != NULL;
	discover_apply(own, s->account, NULL);
	put_away(s);
	s->found.taken = own;
	setup_touched(s);
	setup_server_filled(s);
}

/* Nothing found fills the fields: while it is looked for they are free to be typed in, after that
 * the usual name stands there. */
static void guess(struct setup *s)
{
	if (setup_find_looks(s))
		account_set(s->account, ACCOUNT_HOST, NULL, NULL);
	else
		setup_fill(s->account, s->provider, s->choice[0] != '\0' ? s->choice : NULL, NULL);
	setup_server_filled(s);
}

/* The fields follow the answers as long as the user left them alone. */
static void follow(struct setup *s)
{
	const struct discover_candidate *best = discover_best(find_list(s->found.find));

	if (!concerns(s))
		return;
	if (s->found.fixed || (s->found.taken && (!best || find_equal(best, s->found.taken))))
		setup_found_load(s);
	else if (best)
		take(s, best);
	else
		guess(s);
}

static void changed(void *owner)
{
	struct setup *s = owner;

	/* The address may change yet: then it waits until the step is left. */
	if (s->step != SETUP_ADDRESS)
		follow(s);
}

void setup_find_by_hand(struct setup *s)
{
	put_away(s);
	s->found.typed = s->found.fixed = true;
}

void setup_find_take(struct setup *s, const struct discover_candidate *c)
{
	s->found.typed = false;
	s->found.fixed = true;
	take(s, c);
}

void setup_find_drop(struct setup *s)
{
	if (s->found.taken)
		forget(s);
	put_away(s);
	s->found.fixed = s->found.typed;
}

/* ---- when is looked ---- */

bool setup_find_looks(const struct setup *s)
{
	return concerns(s) && find_state(s->found.find) == FIND_LOOKING;
}

/* By itself: only where nothing else says which server it is. */
static bool wants(const struct setup *s, const char *address)
{
	return !s->found.quiet && !s->provider_chosen && find_possible(address) &&
	       !provider_by_domain(address) && !find_is_for(s->found.find, address);
}

int setup_find_idle(struct setup *s)
{
	char meant[TYPO_MAX];
	const char *address;
	int left;

	if (s->step != SETUP_ADDRESS || s->found.quiet)
		return -1;
	address = form_text(s->forms[SETUP_ADDRESS], ACCOUNT_ADDRESS);
	if (!s->found.seen || strcmp(s->found.seen, address) != 0) {
		free(s->found.seen);
		s->found.seen = xstrdup(address);
		s->found.seen_at = clock_ms();
	}
	if (s->found.seen_at == CLOCK_NEVER)
		return -1;
	left = clock_left(s->found.seen_at + STANDS_MS);
	if (left > 0)
		return left;
	s->found.seen_at = CLOCK_NEVER;
	if (wants(s, address) && find_complete(address) && !typo_find(address, meant))
		find_begin(s->found.find, address);
	return -1;
}

static bool same_domain(const char *a, const char *b)
{
	return text_eq_nocase(addr_domain(a), addr_domain(b));
}

void setup_find_address(struct setup *s, const char *address, const struct provider *p)
{
	bool moved = strcmp(address, address_of(s)) != 0;
	bool same = concerns(s) && s->provider && same_domain(address, address_of(s));
	const struct discover_candidate *c = NULL;

	/* What was found or typed for the domain holds for each of its addresses. */
	if (same)
		p = s->provider;
	else if (moved)
		setup_find_drop(s);
	if (same && moved && s->found.taken)
		c = find_same(s->found.find, s->found.taken);
	if (p != s->provider)
		s->found.typed = s->found.fixed = s->found.quiet;
	if (p != s->provider || moved)
		setup_refill(s, address, p, p == s->provider ? s->choice : "");
	if (c)
		take(s, c);
	if (wants(s, address))
		find_begin(s->found.find, address);
	follow(s);
}

bool setup_find_can(const struct setup *s)
{
	const char *address = address_of(s);

	return s->step == SETUP_SERVER && !setup_find_looks(s) && !setup_refused(s) && !s->demo &&
	       (!s->provider_chosen || s->found.quiet) && find_possible(address) &&
	       !provider_by_domain(address);
}

void setup_find_again(struct setup *s)
{
	s->provider_chosen = false;
	find_begin(s->found.find, address_of(s));
	follow(s);
}

void setup_find_stop(struct setup *s)
{
	find_stop(s->found.find);
}

void setup_find_init(struct setup *s, bool quiet)
{
	s->found.find = find_new(changed, s);
	s->found.quiet = s->found.typed = s->found.fixed = quiet;
}

void setup_find_clear(struct setup *s)
{
	find_free(s->found.find);
	put_away(s);
	free(s->found.seen);
	free(s->found.offered);
}
