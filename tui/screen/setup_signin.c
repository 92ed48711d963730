#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/secret.h"
#include "base/text.h"
#include "screen/setup_state.h"

static void build(struct setup *s, struct form *f)
{
	(void)s;
	setup_add_setting(f, ACCOUNT_USER);
	form_add_secret(f, ROW_SECRET, "Password", SECRET_MAX, NULL);
	setup_store_build(s, f);
	setup_add_setting(f, ACCOUNT_AUTH);
}

static bool signs_in(const struct setup *s)
{
	return strcmp(account_get(s->account, ACCOUNT_AUTH), "none") != 0;
}

/* Is there anything to type? */
static bool has_fields(const struct setup *s)
{
	return signs_in(s) && !setup_password_refused(s);
}

static bool token_is_user(const struct setup *s)
{
	return s->provider->same_password && !account_is_set(s->account, ACCOUNT_USER);
}

/* Which rows make sense with what was chosen. */
static void update(struct setup *s, struct form *f)
{
	bool on = has_fields(s);

	/* First: what was chosen says whether a password is typed. */
	setup_store_update(s, f);
	form_show(f, ACCOUNT_USER, on && !token_is_user(s));
	form_show(f, ROW_SECRET, on && setup_secret_typed(s));
	form_show(f, ACCOUNT_AUTH,
		  !setup_password_refused(s) &&
			  (s->more || !on || s->provider->kind == PROVIDER_CUSTOM ||
			   account_is_set(s->account, ACCOUNT_AUTH)));
}

/* Where the provider gives out user names of its own the address is none. */
static void load_user(struct setup *s, struct form *f)
{
	bool own = s->provider->user[0] == '\0' && !s->provider->same_password;

	setup_load(s, f, ACCOUNT_USER);
	if (own && !account_is_set(s->account, ACCOUNT_USER))
		form_set_text(f, ACCOUNT_USER, "");
	form_set_placeholder(f, ACCOUNT_USER, own ? "as the provider gave it to you" : "");
}

/* A record in the DNS names the server, not how it calls its users. */
static void mark_user(struct setup *s, struct form *f)
{
	const struct discover_candidate *c = s->found.taken;

	if (c && c->other_user[0] != '\0' && strcmp(account_user(s->account), c->user) == 0)
		form_mark(f, ACCOUNT_USER, FORM_NOTE,
			  "Mostly this; some servers want only the part before the @: %s",
			  c->other_user);
}

static void enter(struct setup *s, struct form *f)
{
	form_reveal(f, false);
	form_set_label(f, ROW_SECRET, provider_password_label(s->provider->password));
	form_set_placeholder(f, ROW_SECRET,
			     setup_secret_kept(s) ? "leave empty to keep the saved one" : "");
	setup_load(s, f, ACCOUNT_AUTH);
	load_user(s, f);
	mark_user(s, f);
	setup_store_enter(s, f);
	update(s, f);
	if (form_text_len(f, ACCOUNT_USER) == 0 && form_shown(f, ACCOUNT_USER))
		form_set_focus(f, ACCOUNT_USER);
	else if (form_text(f, ROW_SECRET)[0] == '\0' && form_shown(f, ROW_SECRET) &&
		 account_user(s->account)[0] != '\0')
		form_set_focus(f, ROW_SECRET);
}

/* Signing in or not decides where the password is, too. */
static void auth_changed(struct setup *s, struct form *f)
{
	setup_apply(s, f, ACCOUNT_AUTH);
	if (!signs_in(s)) {
		account_set(s->account, ACCOUNT_PASSWORD, "none", NULL);
		return;
	}
	account_set(s->account, ACCOUNT_PASSWORD, NULL, NULL);
	load_user(s, f);
	setup_store_enter(s, f);
}

static void changed(struct setup *s, struct form *f, int row)
{
	/* Where the password is kept has no part in what was proved. */
	if (row != ACCOUNT_PASSWORD && row != ACCOUNT_PASSWORD_FILE)
		setup_touched(s);
	if (row == ACCOUNT_AUTH)
		auth_changed(s, f);
	else if (row < ACCOUNT_KEYS && row != ACCOUNT_PASSWORD)
		setup_take(s, f, (enum account_key)row);
	update(s, f);
}

static bool judge_secret(struct setup *s, struct form *f)
{
	size_t len = form_text_len(f, ROW_SECRET);

	if (!form_shown(f, ROW_SECRET) || len > 0)
		return true;
	if (setup_secret_kept(s))
		return true;
	form_mark(f, ROW_SECRET, FORM_FAULT,
		  s->saved_for && setup_store_kind(s) != STORE_ASK
			  ? "The server or the user changed: type the password for it."
			  : "Type it here; F2 shows what you type.");
	return false;
}

/* Where the password comes from, left empty: said at that field. */
static bool judge_source(struct form *f, enum account_key key)
{
	const char *what = key == ACCOUNT_PASSWORD_COMMAND ? "Type the command that prints the "
							     "password."
			   : key == ACCOUNT_PASSWORD_FILE  ? "Type the path of the file."
			   : key == ACCOUNT_CREDENTIAL     ? "Type the name of the credential."
							   : NULL;

	if (!what || form_text_len(f, (int)key) > 0)
		return true;
	form_mark(f, (int)key, FORM_FAULT, "%s", what);
	return false;
}

static bool next(struct setup *s, struct form *f)
{
	static const enum account_key keys[] = {
		ACCOUNT_AUTH,          ACCOUNT_USER,       ACCOUNT_PASSWORD_COMMAND,
		ACCOUNT_PASSWORD_FILE, ACCOUNT_CREDENTIAL,
	};
	struct err err = ERR_INIT;
	int faults = 0;

	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		if (!form_shown(f, (int)keys[i]))
			continue;
		if (form_text_len(f, ACCOUNT_USER) == 0 && keys[i] == ACCOUNT_USER) {
			form_mark(f, ACCOUNT_USER, FORM_FAULT, "Type the name to sign in with.");
			faults++;
		} else if (!judge_source(f, keys[i]) || setup_apply(s, f, keys[i]) < 0) {
			faults++;
		}
	}
	if (!judge_secret(s, f))
		faults++;
	if (faults > 0)
		return false;
	if (account_check(s->account, &err) == 0)
		return true;
	form_mark(f, ACCOUNT_PASSWORD, FORM_FAULT, "%s", err.text);
	return false;
}

static const char *hint(const struct setup *s)
{
	/* The one of the demo is started already. */
	if (s->demo)
		return "The sandbox takes any user and password.";
	if (s->provider->hint[0] != '\0' && s->provider->kind != PROVIDER_CUSTOM)
		return s->provider->hint;
	return "Sign in with the name and password of your mail account.";
}

/* What to know before typing the password. */
static int draw_hint(const struct setup *s, const struct area *area)
{
	const struct provider *p = s->provider;
	const struct discover_candidate *c = setup_find_taken(s);
	const char *url = p->app_password_url[0] != '\0' ? p->app_password_url : p->help_url;
	struct area a = *area;

	a.y += setup_found_draw_failure(s, &a);
	if (c && !c->provider && discover_trusted(c) && url[0] == '\0')
		url = c->help_url;
	if (c && !c->provider && c->signin == DISCOVER_OAUTH2)
		a.y += draw_wrapped(&a, THEME_WARN,
				    "! Its settings say that programs sign in with OAuth2; a "
				    "password may not work.");
	if (setup_obstacle(s->account, p) == SETUP_OAUTH2_ONLY)
		a.y += draw_wrapped(&a, THEME_WARN,
				    "! A password does not work here as far as is known.");
	a.y += draw_wrapped(&a, THEME_TEXT, hint(s));
	if (url[0] != '\0')
		a.y += draw_wrapped(&a, THEME_LINK, url);
	if (p->note_date[0] != '\0')
		a.y += draw_textf(a.y, a.x, a.w, THEME_DIM, "As of %s.", p->note_date) > 0;
	return a.y - area->y + 1;
}

static void draw(struct setup *s, struct form *f, const struct area *area)
{
	struct area a = *area;

	if (setup_password_refused(s)) {
		setup_draw_refused(s, &a);
		return;
	}
	if (signs_in(s))
		a.y += draw_hint(s, &a);
	else
		a.y += draw_wrapped(&a, THEME_TEXT, "This server takes mail without a sign-in.") +
		       1;
	a.h = area->y + area->h - a.y;
	form_draw(f, &a, true);
}

const struct setup_step_ops setup_signin_step = {
	"Sign-in", build, enter, changed, update, next, draw,
};
