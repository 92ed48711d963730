#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/text.h"
#include "mail/addr.h"
#include "screen/setup_state.h"

/* The first three are what a search or a provider fills in. */
#define FILLED 3
static const enum account_key settings[] = {
	ACCOUNT_HOST,  ACCOUNT_PORT,    ACCOUNT_SECURITY,    ACCOUNT_CA_FILE,
	ACCOUNT_PIN,   ACCOUNT_TLS_MIN, ACCOUNT_CLIENT_CERT, ACCOUNT_CLIENT_KEY,
	ACCOUNT_PROXY, ACCOUNT_SOURCE,  ACCOUNT_EHLO_NAME,   ACCOUNT_TIMEOUT,
};

static void build(struct setup *s, struct form *f)
{
	static const char *const nothing[] = { "", NULL };

	(void)s;
	form_add_choice(f, ROW_PROVIDER, "Provider", nothing, "F3 opens the list of providers.");
	setup_found_build(f);
	form_add_choice(f, ROW_CHOICE, "", nothing,
			"Left and Right change it; Space opens a list.");
	form_add_field(f, ROW_CHOICE_TEXT, "", sizeof s->choice - 1, NULL);
	for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
		setup_add_setting(f, settings[i]);
	form_set_focus(f, ACCOUNT_HOST);
}

static void load_choice(struct setup *s, struct form *f)
{
	const struct provider *p = s->provider;
	bool any = p->placeholder[0] != '\0', listed = any && p->choices[0];

	form_show(f, ROW_CHOICE, listed);
	form_show(f, ROW_CHOICE_TEXT, any && !listed);
	form_set_label(f, ROW_CHOICE, p->placeholder_label);
	form_set_label(f, ROW_CHOICE_TEXT, p->placeholder_label);
	if (any && !listed)
		form_set_text(f, ROW_CHOICE_TEXT, s->choice);
	if (!listed)
		return;
	form_set_choices(f, ROW_CHOICE, p->choices);
	for (int i = 0; p->choices[i]; i++)
		if (strcmp(p->choices[i], s->choice) == 0)
			form_set_choice(f, ROW_CHOICE, i);
}

static void load_settings(struct setup *s, struct form *f)
{
	for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
		setup_load(s, f, settings[i]);
}

static void show_more(struct setup *s, struct form *f)
{
	for (size_t i = FILLED; i < sizeof settings / sizeof *settings; i++)
		form_show(f, (int)settings[i], s->more || account_is_set(s->account, settings[i]));
}

/* What usually fits, said at the port: never forbidden, some servers differ. */
static void advise(struct setup *s, struct form *f)
{
	const char *advice = account_port_advice(s->account);

	form_unmark(f, ACCOUNT_PORT);
	if (advice)
		form_mark(f, ACCOUNT_PORT, FORM_WARNING, "%s", advice);
	form_unmark(f, ACCOUNT_SECURITY);
	if (account_security(s->account) == NET_NONE &&
	    !net_is_loopback(form_text(f, ACCOUNT_HOST)))
		form_mark(f, ACCOUNT_SECURITY, FORM_WARNING,
			  "Everybody on the way could read "
			  "your mail. A password is not sent like this.");
}

/* Something of the host is known to the user only. */
static bool lacks_choice(const struct form *f)
{
	return form_shown(f, ROW_CHOICE_TEXT) && form_text_len(f, ROW_CHOICE_TEXT) == 0;
}

/* What was found may say whose server it is; where it does not, "another" says nothing. */
static void load_provider(struct setup *s, struct form *f)
{
	const struct discover_candidate *c = setup_find_taken(s);
	const char *name = c && !c->provider ? c->name : s->provider->name;

	form_show(f, ROW_PROVIDER, name[0] != '\0');
	form_set_choices(f, ROW_PROVIDER, (const char *const[]){ name, NULL });
}

static bool is_guess(const struct setup *s)
{
	return s->provider->kind == PROVIDER_CUSTOM && !s->old_id && !s->found.taken &&
	       !s->found.typed && !setup_find_looks(s);
}

static void mark_host(struct setup *s, struct form *f)
{
	if (is_guess(s))
		form_mark(f, ACCOUNT_HOST, FORM_NOTE,
			  "A guess from your address: change it when "
			  "your mail host names another.");
}

static void enter(struct setup *s, struct form *f)
{
	load_provider(s, f);
	setup_found_load(s);
	load_choice(s, f);
	load_settings(s, f);
	show_more(s, f);
	mark_host(s, f);
	advise(s, f);
	form_unmark(f, ROW_CHOICE_TEXT);
	if (lacks_choice(f))
		form_set_focus(f, ROW_CHOICE_TEXT);
}

void setup_server_filled(struct setup *s)
{
	struct form *f = s->forms[SETUP_SERVER];

	if (!f)
		return;
	load_provider(s, f);
	setup_found_load(s);
	load_choice(s, f);
	for (size_t i = 0; i < FILLED; i++)
		setup_load(s, f, settings[i]);
	mark_host(s, f);
	advise(s, f);
}

static void port_changed(struct setup *s, struct form *f)
{
	enum net_security security;
	long port;

	if (text_number(form_text(f, ACCOUNT_PORT), 1, 65535, &port) < 0)
		return;
	account_set(s->account, ACCOUNT_PORT, form_text(f, ACCOUNT_PORT), NULL);
	if (!s->security_chosen && provider_security_of_port((int)port, &security) == 0) {
		account_set(s->account, ACCOUNT_SECURITY, provider_security_name(security), NULL);
		setup_load(s, f, ACCOUNT_SECURITY);
	}
}

/* The port goes along where it was the usual one of some security. */
static void security_changed(struct setup *s, struct form *f)
{
	const struct provider *p = s->provider;
	enum net_security usual, security;
	int port = account_port(s->account);
	char text[16];

	setup_apply(s, f, ACCOUNT_SECURITY);
	s->security_chosen = true;
	security = account_security(s->account);
	if (provider_security_of_port(port, &usual) < 0 || usual == security)
		return;
	port = p->security == security                      ? p->port
	       : p->alt_port && p->alt_security == security ? p->alt_port
							    : provider_port_of_security(security);
	snprintf(text, sizeof text, "%d", port);
	account_set(s->account, ACCOUNT_PORT, text, NULL);
	setup_load(s, f, ACCOUNT_PORT);
}

static void choice_changed(struct setup *s, struct form *f, const char *choice)
{
	setup_refill(s, account_get(s->account, ACCOUNT_ADDRESS), s->provider, choice);
	load_settings(s, f);
}

static void changed(struct setup *s, struct form *f, int row)
{
	setup_touched(s);
	if (row == ACCOUNT_HOST || row == ACCOUNT_PORT || row == ACCOUNT_SECURITY ||
	    (s->found.taken && (row == ROW_CHOICE || row == ROW_CHOICE_TEXT))) {
		setup_find_by_hand(s);
		setup_found_load(s);
	}
	switch (row) {
	case ROW_FOUND:
		setup_found_chosen(s, form_choice(f, ROW_FOUND));
		return;
	case ROW_CHOICE:
		choice_changed(s, f, s->provider->choices[form_choice(f, ROW_CHOICE)]);
		return;
	case ROW_CHOICE_TEXT:
		choice_changed(s, f, form_text(f, ROW_CHOICE_TEXT));
		return;
	case ACCOUNT_PORT:
		port_changed(s, f);
		break;
	case ACCOUNT_SECURITY:
		security_changed(s, f);
		break;
	default:
		setup_take(s, f, (enum account_key)row);
		return;
	}
	advise(s, f);
}

static bool next(struct setup *s, struct form *f)
{
	int faults = 0;

	for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
		if (form_shown(f, (int)settings[i]) && setup_apply(s, f, settings[i]) < 0)
			faults++;
	if (form_text(f, ACCOUNT_HOST)[0] == '\0' && setup_find_looks(s)) {
		form_mark(f, ACCOUNT_HOST, FORM_NOTE,
			  "Still looking. Type the name of the server, or press Esc to stop the "
			  "search.");
		return false;
	}
	if (form_text(f, ACCOUNT_HOST)[0] == '\0' && lacks_choice(f)) {
		form_mark(f, ROW_CHOICE_TEXT, FORM_FAULT, "The name of the server goes with it.");
		faults++;
	} else if (form_text(f, ACCOUNT_HOST)[0] == '\0') {
		form_mark(f, ACCOUNT_HOST, FORM_FAULT,
			  "Type the name of the server for outgoing mail.");
		faults++;
	}
	/* Confirmed: what the search still says changes it no more. */
	if (faults == 0)
		s->found.fixed = true;
	return faults == 0;
}

static void draw(struct setup *s, struct form *f, const struct area *area)
{
	struct area a = *area;
	const char *text = "This is what the provider asks for; usually it can stay as it is.";
	int used;

	if (setup_refused(s)) {
		setup_draw_refused(s, &a);
		return;
	}
	if (form_shown(f, ROW_CHOICE_TEXT))
		text = s->provider->hint;
	else if (s->provider->unverified)
		text = "This is what is said of the provider, and it is not certain: the check "
		       "tells. If it fails, look at the provider's own page.";
	if (s->provider->kind == PROVIDER_CUSTOM)
		text = s->provider->hint[0] != '\0' ? s->provider->hint
						    : "Which server takes your mail?";
	used = setup_found_draw(s, &a);
	a.y += (used > 0 ? used : draw_wrapped(&a, THEME_TEXT, text)) + 1;
	a.h = area->y + area->h - a.y;
	form_draw(f, &a, true);
}

const struct setup_step_ops setup_server_step = {
	"Server", build, enter, changed, show_more, next, draw,
};
