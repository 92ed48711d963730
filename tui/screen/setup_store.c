#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/dirs.h"
#include "base/err.h"
#include "screen/setup_state.h"
#include "widget/job.h"

/* The places that are offered, in the order of the back-ends; "none" comes with
 * the choice of no sign-in. */
static const enum store_kind kinds[] = {
	STORE_KEYRING, STORE_COMMAND, STORE_CREDENTIAL, STORE_FILE, STORE_ASK,
};
#define KINDS ((int)(sizeof kinds / sizeof *kinds))

/* The row of what a back-end must be told. */
static const struct {
	enum store_kind kind;
	enum account_key key;
} sources[] = {
	{ STORE_COMMAND, ACCOUNT_PASSWORD_COMMAND },
	{ STORE_CREDENTIAL, ACCOUNT_CREDENTIAL },
	{ STORE_FILE, ACCOUNT_PASSWORD_FILE },
};
#define SOURCES (sizeof sources / sizeof *sources)

struct probe {
	enum store_state state;
	struct err err;
};

static void probe_run(struct job *job, void *arg)
{
	struct probe *p = arg;

	(void)job;
	p->state = store_probe(STORE_KEYRING, &p->err);
}

static void choose_default(struct setup *s);

static void probe_done(void *owner, void *arg)
{
	struct setup *s = owner;
	const struct probe *p = arg;

	s->probe = NULL;
	s->keyring_known = true;
	s->keyring = p->state;
	s->keyring_err = p->err;
	if (s->step == SETUP_SIGNIN && s->forms[SETUP_SIGNIN])
		setup_store_enter(s, s->forms[SETUP_SIGNIN]);
	else
		choose_default(s);
}

static const struct job_class probe_class = { probe_run, NULL, probe_done, free };

void setup_probe_keyring(struct setup *s)
{
	if (!s->keyring_known && !s->probe)
		s->probe = job_start(&probe_class, xcalloc(1, sizeof(struct probe)), s);
}

enum store_kind setup_store_kind(const struct setup *s)
{
	enum store_kind kind = STORE_KEYRING;

	store_kind_parse(account_get(s->account, ACCOUNT_PASSWORD), &kind);
	return kind;
}

bool setup_secret_typed(const struct setup *s)
{
	enum store_kind kind = setup_store_kind(s);

	return kind == STORE_ASK || store_backend(kind)->writable;
}

char *setup_secret_place(const struct account *a)
{
	return xasprintf("%s %s %s %s %s", account_get(a, ACCOUNT_HOST),
			 account_get(a, ACCOUNT_PORT), account_user(a),
			 account_get(a, ACCOUNT_PASSWORD), account_get(a, ACCOUNT_PASSWORD_FILE));
}

bool setup_secret_kept(const struct setup *s)
{
	char *place;
	bool same;

	if (!s->saved_for || setup_store_kind(s) == STORE_ASK)
		return false;
	place = setup_secret_place(s->account);
	same = strcmp(place, s->saved_for) == 0;
	free(place);
	return same;
}

/* Without a keyring being asked each time is what keeps nothing anywhere; a
 * file is never chosen silently. */
static void choose_default(struct setup *s)
{
	if (account_is_set(s->account, ACCOUNT_PASSWORD) || s->old_id)
		return;
	if (s->keyring_known && s->keyring != STORE_OK && setup_store_kind(s) == STORE_KEYRING)
		account_set(s->account, ACCOUNT_PASSWORD, "ask", NULL);
}

void setup_store_build(struct setup *s, struct form *f)
{
	const char *labels[KINDS + 1] = { NULL };

	(void)s;
	for (int i = 0; i < KINDS; i++)
		labels[i] = store_backend(kinds[i])->label;
	form_add_choice(f, ACCOUNT_PASSWORD, "Keep it in", labels, NULL);
	for (size_t i = 0; i < SOURCES; i++)
		setup_add_setting(f, sources[i].key);
}

/* A file needs a name; the one proposed is nobody else's. */
static void propose_file(struct setup *s)
{
	char *id, *name, *path;

	if (account_is_set(s->account, ACCOUNT_PASSWORD_FILE) || setup_store_kind(s) != STORE_FILE)
		return;
	id = account_suggest_id(NULL, account_get(s->account, ACCOUNT_ADDRESS));
	name = xasprintf("password-%s", id);
	path = dirs_config_path(name);
	account_set(s->account, ACCOUNT_PASSWORD_FILE, path, NULL);
	free(path);
	free(name);
	free(id);
}

/* Why the keyring was not proposed, or what the chosen place is good for. */
static void explain(struct setup *s, struct form *f)
{
	enum store_kind kind = setup_store_kind(s);
	const char *help = store_backend(kind)->help;

	form_unmark(f, ACCOUNT_PASSWORD);
	if (s->probe && kind == STORE_KEYRING)
		form_mark(f, ACCOUNT_PASSWORD, FORM_NOTE, "Looking whether there is a keyring ...");
	else if (s->keyring_known && s->keyring != STORE_OK && kind == STORE_KEYRING)
		form_mark(f, ACCOUNT_PASSWORD, FORM_WARNING, "%s", s->keyring_err.text);
	else if (s->keyring_known && s->keyring != STORE_OK && kind == STORE_ASK)
		form_mark(f, ACCOUNT_PASSWORD, FORM_NOTE,
			  "%s Asking each time keeps it nowhere; "
			  "Left and Right show other places.",
			  s->keyring_err.text);
	else
		form_mark(f, ACCOUNT_PASSWORD, FORM_NOTE, "%s.", help);
}

static void load_choice(struct setup *s, struct form *f)
{
	enum store_kind kind = setup_store_kind(s);

	for (int i = 0; i < KINDS; i++)
		if (kinds[i] == kind)
			form_set_choice(f, ACCOUNT_PASSWORD, i);
}

static void show_rows(struct setup *s, struct form *f)
{
	enum store_kind kind = setup_store_kind(s);

	bool any = !setup_password_refused(s);

	form_show(f, ACCOUNT_PASSWORD, any && kind != STORE_NONE);
	for (size_t i = 0; i < SOURCES; i++)
		form_show(f, (int)sources[i].key, any && kind == sources[i].kind);
}

void setup_store_enter(struct setup *s, struct form *f)
{
	choose_default(s);
	propose_file(s);
	load_choice(s, f);
	for (size_t i = 0; i < SOURCES; i++)
		setup_load(s, f, sources[i].key);
	show_rows(s, f);
	explain(s, f);
}

void setup_store_update(struct setup *s, struct form *f)
{
	enum store_kind before = setup_store_kind(s), kind;

	if (before == STORE_NONE) {
		show_rows(s, f);
		return;
	}
	kind = kinds[form_choice(f, ACCOUNT_PASSWORD)];
	if (kind == before) {
		show_rows(s, f);
		return;
	}
	account_set(s->account, ACCOUNT_PASSWORD, store_backend(kind)->name, NULL);
	/* A password that comes from elsewhere must be proved, too. */
	if (!setup_secret_typed(s))
		setup_touched(s);
	propose_file(s);
	setup_load(s, f, ACCOUNT_PASSWORD_FILE);
	show_rows(s, f);
	explain(s, f);
}

void setup_store_next(struct setup *s, const char *why)
{
	struct form *f = s->forms[SETUP_SIGNIN];
	enum store_kind to = setup_store_kind(s) == STORE_KEYRING ? STORE_FILE : STORE_ASK;

	account_set(s->account, ACCOUNT_PASSWORD, store_backend(to)->name, NULL);
	setup_go(s, SETUP_SIGNIN);
	form_set_focus(f, ACCOUNT_PASSWORD);
	form_mark(f, ACCOUNT_PASSWORD, FORM_WARNING,
		  "%s Proposed instead: %s (%s). Left and Right "
		  "show other places; Enter goes on.",
		  why, store_backend(to)->label, store_backend(to)->help);
}
