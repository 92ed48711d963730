#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/text.h"
#include "mail/addr.h"
#include "mail/message.h"
#include "screen/provider_faults.h"
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

/* What people paste, blanks around it, "mailto:" before it or "Anna <anna@example.org>",
 * becomes the bare address. A name that comes along serves where none was typed. */
static void tidy(struct form *f)
{
	struct addr_list list = ADDR_LIST_INIT;
	char *typed = xstrdup(form_text(f, ACCOUNT_ADDRESS));
	char *text = text_trim(typed);

	if (text_prefix_nocase(text, "mailto:"))
		text += strlen("mailto:");
	if (addr_check(text, NULL) == 0) {
		if (strcmp(text, form_text(f, ACCOUNT_ADDRESS)) != 0)
			form_set_text(f, ACCOUNT_ADDRESS, text);
	} else if (message_parse_addresses(text, &list, NULL) == 0 && list.count == 1) {
		form_set_text(f, ACCOUNT_ADDRESS, list.list[0].address);
		if (form_text_len(f, ACCOUNT_FROM_NAME) == 0)
			form_set_text(f, ACCOUNT_FROM_NAME, list.list[0].name);
	}
	addr_list_clear(&list);
	free(typed);
}

static const struct provider *provider_for(const struct setup *s, const char *address)
{
	const struct provider *p;

	if (s->provider_chosen && s->provider)
		return s->provider;
	p = provider_by_domain(address);
	return p ? p : provider_by_id("custom");
}

bool setup_meant(const struct setup *s, char meant[TYPO_MAX])
{
	const char *address = form_text(s->forms[SETUP_ADDRESS], ACCOUNT_ADDRESS);

	if (addr_check(address, NULL) < 0 || !typo_find(address, meant))
		return false;
	return !text_prefix_nocase(meant, address) ||
	       (s->doubted && strcmp(s->doubted, address) == 0);
}

/* Asked with Enter, once for an address, where it was not shown while it was typed. */
static bool doubt(struct setup *s, const char *address)
{
	char meant[TYPO_MAX];

	if (setup_meant(s, meant) || !typo_find(address, meant))
		return false;
	free(s->doubted);
	s->doubted = xstrdup(address);
	return true;
}

void setup_take_meant(struct setup *s)
{
	char meant[TYPO_MAX];

	if (setup_meant(s, meant))
		form_set_text(s->forms[SETUP_ADDRESS], ACCOUNT_ADDRESS, meant);
}

static bool next(struct setup *s, struct form *f)
{
	const struct provider *p;
	const char *address;
	struct err err = ERR_INIT;

	tidy(f);
	address = form_text(f, ACCOUNT_ADDRESS);
	p = provider_for(s, address);
	if (address[0] == '\0') {
		form_mark(f, ACCOUNT_ADDRESS, FORM_FAULT, "Type the address you send mail from.");
		return false;
	}
	if (addr_check(address, &err) < 0) {
		form_mark(f, ACCOUNT_ADDRESS, FORM_FAULT, "%s", err.text);
		return false;
	}
	if (setup_apply(s, f, ACCOUNT_FROM_NAME) < 0 || doubt(s, address))
		return false;
	setup_find_address(s, address, p);
	setup_probe_keyring(s);
	return true;
}

/* What is known of a provider, and what is still wanted. */
const char *setup_missing(const struct provider *p)
{
	switch (p->password) {
	case PROVIDER_NO_SMTP:
		return "it has no SMTP; the next step says what works instead.";
	case PROVIDER_APP_PASSWORD:
	case PROVIDER_OAUTH2_OR_APP:
		return "It wants an app password; the third step says where to make one.";
	case PROVIDER_API_KEY:
		return "It wants an API key; the third step says where to make one.";
	case PROVIDER_OAUTH2:
		return "But a password does not work there; the third step says what does.";
	case PROVIDER_NO_PASSWORD:
		return "It wants no password.";
	default:
		return "Only your password is missing.";
	}
}

/* What is known about the address, while it is typed. */
static void draw_knowledge(const struct setup *s, const char *address, const struct area *area)
{
	const char *domain = addr_domain(address);
	const struct provider *p = provider_for(s, address);
	char text[600], meant[TYPO_MAX];

	if (!s->provider_chosen && (!strchr(domain, '.') || addr_check(address, NULL) < 0))
		return;
	if (p->kind == PROVIDER_CUSTOM && (s->old_id || s->imported))
		return;
	if (p->kind != PROVIDER_CUSTOM) {
		bool server = p->password != PROVIDER_NO_SMTP;
		bool works = server && p->password != PROVIDER_OAUTH2;

		draw_text(area->y, area->x, 1, works ? THEME_OK : THEME_WARN,
			  theme_mark(works ? MARK_DONE : MARK_WARN));
		snprintf(text, sizeof text, "%s%s %s", p->name,
			 server ? ": server and port are known." : ":", setup_missing(p));
	} else if (setup_meant(s, meant)) {
		draw_text(area->y, area->x, 1, THEME_WARN, theme_mark(MARK_WARN));
		snprintf(text, sizeof text,
			 "Did you mean %.250s? F8 takes it; Enter goes on with what you typed.",
			 meant);
	} else {
		enum theme_role role = setup_found_knowledge(s, address, text, sizeof text);

		draw_text(area->y, area->x, 1, role,
			  role == THEME_BUSY   ? theme_spinner(clock_ms())
			  : role == THEME_OK   ? theme_mark(MARK_DONE)
			  : role == THEME_WARN ? theme_mark(MARK_WARN)
					       : theme_mark(MARK_BULLET));
	}
	draw_wrapped(&(struct area){ area->y, area->x + 2, area->h, area->w - 2 }, THEME_TEXT,
		     text);
}

static void draw_offer(const struct setup *s, const struct area *area)
{
	char text[400];

	if (!setup_import_words(s, text, sizeof text))
		return;
	draw_text(area->y, area->x, 1, THEME_OK, theme_mark(MARK_BULLET));
	draw_wrapped(&(struct area){ area->y, area->x + 2, area->h, area->w - 2 }, THEME_TEXT,
		     text);
}

static const char *welcome(const struct setup *s)
{
	if (s->demo)
		return "Here you would type your own address. In the demo all is filled in; "
		       "Enter goes on.";
	if (s->imported)
		return "Its settings are filled in. Look them through; Enter goes on. Nothing is "
		       "saved before the last step.";
	if (s->old_id)
		return "Change what you like; Enter goes on. Nothing is saved before the last "
		       "step.";
	return "Which address do you send mail from? The rest is looked up from it.";
}

static void draw(struct setup *s, struct form *f, const struct area *area)
{
	struct area a = *area;

	if (s->fault)
		a.y += draw_wrapped(&a, THEME_WARN, s->fault) + 1;
	a.y += draw_wrapped(&a, THEME_TEXT, welcome(s)) + 1;
	a.y += form_draw(f, &a, true) + 1;
	a.h = area->y + area->h - a.y;
	if (form_text_len(f, ACCOUNT_ADDRESS) == 0 && !s->provider_chosen)
		draw_offer(s, &a);
	else
		draw_knowledge(s, form_text(f, ACCOUNT_ADDRESS), &a);
	/* Below what is known, which takes three rows at most. */
	a.y += 4;
	a.h -= 4;
	provider_faults_draw(&a);
}

const struct setup_step_ops setup_address_step = {
	"Address", build, enter, NULL, NULL, next, draw,
};
