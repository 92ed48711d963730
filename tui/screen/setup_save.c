#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/secret.h"
#include "screen/setup_state.h"
#include "widget/job.h"
#include "widget/stack.h"

struct save {
	struct account *account;
	struct secret *secret;
	char *old_id;
	struct setup_saving saving; /* of these */
	int rc;
	struct err err;
};

static void build(struct setup *s, struct form *f)
{
	static const char *const yes_no[] = { "no", "yes", NULL };
	struct accounts *all = accounts_open(false, NULL);

	form_add_field(f, ROW_ID, "Account name", 64,
		       "Short, for the command line: outpost send -A NAME");
	form_add_choice(f, ROW_DEFAULT, "Default account", yes_no,
			"Used where no account is named.");
	form_show(f, ROW_DEFAULT, all && account_count(all) > (s->old_id ? 1 : 0));
	if (s->old_id)
		form_set_choice(f, ROW_DEFAULT,
				all && strcmp(account_default(all), s->old_id) == 0);
	accounts_close(all);
}

/* The name follows the address until somebody types another. */
static void enter(struct setup *s, struct form *f)
{
	struct accounts *all = accounts_open(false, NULL);
	char *id = s->old_id || s->demo
			   ? xstrdup(account_id(s->account))
			   : account_suggest_id(all, account_get(s->account, ACCOUNT_ADDRESS));

	form_unmark(f, ROW_ID);
	if (!s->proposed || strcmp(form_text(f, ROW_ID), s->proposed) == 0)
		form_set_text(f, ROW_ID, id);
	free(s->proposed);
	s->proposed = id;
	accounts_close(all);
}

static bool next(struct setup *s, struct form *f)
{
	const char *id = form_text(f, ROW_ID);
	struct accounts *all;
	struct err err = ERR_INIT;
	bool taken;

	if (account_check_id(id, &err) < 0) {
		form_mark(f, ROW_ID, FORM_FAULT, "%s", err.text);
		return false;
	}
	all = accounts_open(false, &err);
	taken = all && account_find(all, id) && (!s->old_id || strcmp(s->old_id, id) != 0);
	accounts_close(all);
	if (taken)
		form_mark(f, ROW_ID, FORM_FAULT,
			  "There is an account with this name. Choose another.");
	return !taken;
}

static void summary(int y, const struct area *a, const char *label, const char *value)
{
	draw_text(y, a->x + 2, 16, THEME_DIM, label);
	draw_text(y, a->x + 19, a->w - 19, THEME_TEXT, value);
}

static void draw(struct setup *s, struct form *f, const struct area *area)
{
	struct area a = *area;
	char server[400];

	a.y += draw_wrapped(&a, s->proved ? THEME_OK : THEME_WARN,
			    s->proved ? "It works. Enter saves the account."
				      : "This account was not checked. Enter saves it as it is.") +
	       1;
	snprintf(server, sizeof server, "%s, port %s", account_get(s->account, ACCOUNT_HOST),
		 account_get(s->account, ACCOUNT_PORT));
	summary(a.y++, &a, "Address", account_get(s->account, ACCOUNT_ADDRESS));
	summary(a.y++, &a, "Server", server);
	summary(a.y++, &a, "Password", store_backend(setup_store_kind(s))->label);
	a.y++;
	a.h = area->y + area->h - a.y;
	a.y += form_draw(f, &a, !s->save) + 1;
	if (!s->save)
		return;
	draw_textf(a.y, a.x, a.w, THEME_BUSY, "%s %s", theme_spinner(clock_ms()),
		   setup_store_kind(s) == STORE_KEYRING
			   ? "Waiting for the keyring: it may have opened a window to unlock it."
			   : "Saving ...");
	draw_cursor(a.y, a.x);
}

static void save_run(struct job *job, void *arg)
{
	struct save *w = arg;

	w->saving.account = w->account;
	w->saving.secret = w->secret;
	w->saving.old_id = w->old_id;
	w->saving.cancel_fd = job_cancel_fd(job);
	w->rc = setup_save(&w->saving, &w->err);
}

static void save_free(void *arg)
{
	struct save *w = arg;

	account_free(w->account);
	secret_free(w->secret);
	free(w->old_id);
	free(w);
}

static void save_done(void *owner, void *arg)
{
	struct setup *s = owner;
	const struct save *w = arg;

	s->save = NULL;
	s->saved = w->rc == 0;
	if (w->rc == 0) {
		if (w->saving.warning[0] != '\0')
			stack_notice(THEME_WARN,
				     "The password before may still be in the keyring: %s",
				     w->saving.warning);
		/* In the demo the steps of the check stay to be read. */
		if (!s->demo || s->step == SETUP_SAVE)
			setup_go(s, SETUP_DONE);
		return;
	}
	setup_go(s, SETUP_SAVE);
	if (w->saving.state == STORE_CANCELLED || w->err.kind == ERR_CANCELLED)
		stack_notice(THEME_WARN, "Stopped. Nothing was saved.");
	else if (w->saving.state != STORE_OK)
		setup_store_next(s, w->err.text);
	else
		form_mark(s->forms[SETUP_SAVE], ROW_ID, FORM_FAULT, "%s %s", w->err.text,
			  w->err.hint);
}

static const struct job_class save_class = { save_run, NULL, save_done, save_free };

struct account *setup_result(const struct setup *s)
{
	struct account *a = account_new(setup_saved_id(s));

	for (int key = 0; key < ACCOUNT_KEYS; key++)
		if (account_is_set(s->account, (enum account_key)key))
			account_set(a, (enum account_key)key,
				    account_get(s->account, (enum account_key)key), NULL);
	return a;
}

void setup_save_start(struct setup *s)
{
	struct save *w = xcalloc(1, sizeof *w);
	const struct form *f = s->forms[SETUP_SAVE], *signin = s->forms[SETUP_SIGNIN];

	w->account = setup_result(s);
	if (setup_secret_typed(s) && form_text_len(signin, ROW_SECRET) > 0)
		w->secret = secret_new(form_text(signin, ROW_SECRET),
				       form_text_len(signin, ROW_SECRET));
	w->old_id = xstrdup(s->old_id);
	w->saving.make_default = form_choice(f, ROW_DEFAULT) == 1;
	s->save = job_start(&save_class, w, s);
}

const char *setup_saved_id(const struct setup *s)
{
	return form_text(s->forms[SETUP_SAVE], ROW_ID);
}

const struct setup_step_ops setup_save_step = {
	"Save", build, enter, NULL, NULL, next, draw,
};
