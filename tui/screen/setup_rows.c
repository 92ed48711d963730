#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "screen/setup_state.h"

#define TEXT_MAX 1000

/* What a choice is called on the screen; in the file it is the value. */
static const struct {
	enum account_key key;
	const char *value, *label;
} labels[] = {
	{ ACCOUNT_SECURITY, "tls", "TLS from the start" },
	{ ACCOUNT_SECURITY, "starttls", "STARTTLS" },
	{ ACCOUNT_SECURITY, "none", "none, not encrypted" },
	{ ACCOUNT_AUTH, "auto", "automatic" },
	{ ACCOUNT_AUTH, "plain", "PLAIN" },
	{ ACCOUNT_AUTH, "login", "LOGIN" },
	{ ACCOUNT_AUTH, "cram-md5", "CRAM-MD5" },
	{ ACCOUNT_AUTH, "scram-sha-256", "SCRAM-SHA-256" },
	{ ACCOUNT_AUTH, "scram-sha-1", "SCRAM-SHA-1" },
	{ ACCOUNT_AUTH, "external", "EXTERNAL, with a certificate" },
	{ ACCOUNT_AUTH, "xoauth2", "XOAUTH2, with a token" },
	{ ACCOUNT_AUTH, "oauthbearer", "OAUTHBEARER, with a token" },
	{ ACCOUNT_AUTH, "none", "none, the server wants no sign-in" },
};

static const char *label_of(enum account_key key, const char *value)
{
	for (size_t i = 0; i < sizeof labels / sizeof *labels; i++)
		if (labels[i].key == key && strcmp(labels[i].value, value) == 0)
			return labels[i].label;
	return value;
}

/* The table's help speaks to people at a command line. */
static const char *help_of(const struct account_setting *setting)
{
	if (setting->key == ACCOUNT_SECURITY)
		return "TLS from the first byte, STARTTLS after the greeting, or none at all.";
	if (setting->key == ACCOUNT_PORT)
		return "Goes with the encryption: 465 with TLS, 587 with STARTTLS.";
	return setting->help;
}

void setup_add_setting(struct form *f, enum account_key key)
{
	const struct account_setting *setting = account_setting(key);
	const char *help = help_of(setting);
	const char *shown[16] = { NULL };

	if (!setting->choices) {
		form_add_field(f, (int)key, setting->label, TEXT_MAX, help);
		return;
	}
	for (size_t i = 0; i < 15 && setting->choices[i]; i++)
		shown[i] = label_of(key, setting->choices[i]);
	form_add_choice(f, (int)key, setting->label, shown, help);
}

void setup_load(struct setup *s, struct form *f, enum account_key key)
{
	const struct account_setting *setting = account_setting(key);
	const char *value = account_get(s->account, key);

	form_unmark(f, (int)key);
	if (!setting->choices) {
		form_set_text(f, (int)key, key == ACCOUNT_USER ? account_user(s->account) : value);
		return;
	}
	for (int i = 0; setting->choices[i]; i++)
		if (strcmp(setting->choices[i], value) == 0)
			form_set_choice(f, (int)key, i);
}

static const char *value_of(const struct form *f, enum account_key key)
{
	const struct account_setting *setting = account_setting(key);

	return setting->choices ? setting->choices[form_choice(f, (int)key)]
				: form_text(f, (int)key);
}

/* What is seldom set and shows its default was not set by anybody. */
static const char *wanted(enum account_key key, const char *value)
{
	const struct account_setting *setting = account_setting(key);

	return (setting->flags & ACCOUNT_ADVANCED) && strcmp(value, setting->fallback) == 0 ? NULL
											    : value;
}

void setup_take(struct setup *s, const struct form *f, enum account_key key)
{
	account_set(s->account, key, wanted(key, value_of(f, key)), NULL);
}

int setup_apply(struct setup *s, struct form *f, enum account_key key)
{
	const struct account_setting *setting = account_setting(key);
	struct err err = ERR_INIT;
	const char *value = value_of(f, key);

	if (value[0] == '\0' && (setting->flags & ACCOUNT_REQUIRED)) {
		form_mark(f, (int)key, FORM_FAULT, "This is needed.");
		return -1;
	}
	if (account_set(s->account, key, wanted(key, value), &err) == 0)
		return 0;
	form_mark(f, (int)key, FORM_FAULT, "%s", err.text);
	return -1;
}

void setup_touched(struct setup *s)
{
	s->proved = s->saved = false;
	if (s->run.state != RUN_IDLE)
		run_reset(&s->run);
}

static const enum account_key filled[] = {
	ACCOUNT_HOST, ACCOUNT_PORT, ACCOUNT_SECURITY, ACCOUNT_AUTH, ACCOUNT_USER,
};

/* Forgets the settings that are still what the old fill made of them. */
static void forget_filled(struct setup *s, bool all)
{
	struct account *old = account_new("old");

	account_set(old, ACCOUNT_ADDRESS, account_get(s->account, ACCOUNT_ADDRESS), NULL);
	setup_fill(old, s->provider, s->choice, NULL);
	for (size_t i = 0; i < sizeof filled / sizeof *filled; i++) {
		enum account_key key = filled[i];

		if (all || strcmp(account_get(old, key), account_get(s->account, key)) == 0)
			account_set(s->account, key, NULL, NULL);
	}
	if (strcmp(account_get(s->account, ACCOUNT_PASSWORD), "none") == 0)
		account_set(s->account, ACCOUNT_PASSWORD, NULL, NULL);
	account_free(old);
}

/* What fills the provider's placeholder: given, its default, the first of its list. */
static void choose(struct setup *s, const char *choice)
{
	const struct provider *p = s->provider;

	if (choice[0] == '\0')
		choice = p->choice_default;
	if (choice[0] == '\0' && p->choices[0])
		choice = p->choices[0];
	if (choice != s->choice)
		snprintf(s->choice, sizeof s->choice, "%s", choice);
}

void setup_refill(struct setup *s, const char *address, const struct provider *p,
		  const char *choice)
{
	if (s->provider)
		forget_filled(s, s->provider != p);
	if (s->provider != p) {
		account_set(s->account, ACCOUNT_PROVIDER, NULL, NULL);
		s->security_chosen = s->insists = false;
	}
	s->provider = p;
	account_set(s->account, ACCOUNT_ADDRESS, address, NULL);
	choose(s, choice);
	/* What cannot be filled in yet (a placeholder that is typed) stays empty and is
	 * asked for on its row. */
	setup_fill(s->account, p, s->choice[0] != '\0' ? s->choice : NULL, NULL);
	setup_touched(s);
}
