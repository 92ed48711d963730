#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "mail/addr.h"
#include "screen/setup_state.h"

static void build(struct setup *s, struct form *f)
{
	(void)s;
	setup_add_setting(f, ACCOUNT_ADDRESS);
	setup_add_setting(f, ACCOUNT_FROM_NAME);
	form_set_label(f, ACCOUNT_ADDRESS, "Mail address");
	form_set_placeholder(f, ACCOUNT_FROM_NAME, "may stay empty");
}

static void enter(struct setup *s, struct form *f)
{
	setup_load(s, f, ACCOUNT_FROM_NAME);
	/* An address that is not complete yet is in the form only. */
	if (account_is_set(s->account, ACCOUNT_ADDRESS))
		setup_load(s, f, ACCOUNT_ADDRESS);
}

static const struct provider *provider_for(const struct setup *s, const char *address)
{
	const struct provider *p;

	if (s->provider_chosen && s->provider)
		return s->provider;
	p = provider_by_domain(address);
	return p ? p : provider_by_id("custom");
}

static bool next(struct setup *s, struct form *f)
{
	const char *address = form_text(f, ACCOUNT_ADDRESS);
	const struct provider *p = provider_for(s, address);
	struct err err = ERR_INIT;

	if (address[0] == '\0') {
		form_mark(f, ACCOUNT_ADDRESS, FORM_FAULT, "Type the address you send mail from.");
		return false;
	}
	if (addr_check(address, &err) < 0) {
		form_mark(f, ACCOUNT_ADDRESS, FORM_FAULT, "%s", err.text);
		return false;
	}
	if (setup_apply(s, f, ACCOUNT_FROM_NAME) < 0)
		return false;
	if (p != s->provider || strcmp(address, account_get(s->account, ACCOUNT_ADDRESS)) != 0)
		setup_refill(s, address, p, p == s->provider ? s->choice : "");
	setup_probe_keyring(s);
	return true;
}

/* What is known about the address, while it is typed. */
static void draw_knowledge(const struct setup *s, const char *address, const struct area *area)
{
	const char *domain = addr_domain(address);
	const struct provider *p = provider_for(s, address);
	char text[600];

	if (!strchr(domain, '.') && !s->provider_chosen)
		return;
	if (p->kind != PROVIDER_CUSTOM) {
		draw_text(area->y, area->x, 1, THEME_OK, theme_mark(MARK_DONE));
		snprintf(text, sizeof text, "%s: server and port are known.", p->name);
	} else {
		draw_text(area->y, area->x, 1, THEME_DIM, theme_mark(MARK_BULLET));
		snprintf(text, sizeof text,
			 "%s is not in the list of providers. The next step "
			 "proposes the usual server, and you can change it.",
			 domain);
	}
	draw_wrapped(&(struct area){ area->y, area->x + 2, area->h, area->w - 2 }, THEME_TEXT,
		     text);
}

static const char *welcome(const struct setup *s)
{
	if (s->demo)
		return "Here you would type your own address. In the demo all is filled in; "
		       "Enter goes on.";
	if (s->old_id)
		return "Change what you like; Enter goes on. Nothing is saved before the last "
		       "step.";
	return "Which address do you send mail from? The rest is looked up from it.";
}

static void draw(struct setup *s, struct form *f, const struct area *area)
{
	struct area a = *area;

	a.y += draw_wrapped(&a, THEME_TEXT, welcome(s)) + 1;
	a.y += form_draw(f, &a, true) + 1;
	a.h = area->y + area->h - a.y;
	draw_knowledge(s, form_text(f, ACCOUNT_ADDRESS), &a);
}

const struct setup_step_ops setup_address_step = {
	"Address", build, enter, NULL, NULL, next, draw,
};
