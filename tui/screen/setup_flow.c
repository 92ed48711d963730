#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/secret.h"
#include "screen/setup_state.h"
#include "widget/dialog.h"
#include "widget/job.h"
#include "widget/stack.h"

const struct setup_step_ops *const setup_steps[SETUP_STEPS] = {
	&setup_address_step, &setup_server_step, &setup_signin_step,
	&setup_check_step,   &setup_save_step,
};

struct form *setup_form(const struct setup *s)
{
	return s->step < SETUP_STEPS ? s->forms[s->step] : NULL;
}

void setup_make_form(struct setup *s, enum setup_step step)
{
	if (!s->forms[step]) {
		s->forms[step] = form_new();
		setup_steps[step]->build(s, s->forms[step]);
	}
	setup_steps[step]->enter(s, s->forms[step]);
}

void setup_go(struct setup *s, enum setup_step step)
{
	s->step = step;
	if (step == SETUP_DONE)
		return;
	setup_make_form(s, step);
}

void setup_go_to(struct setup *s, enum account_key key, const char *why)
{
	static const struct {
		enum account_key key;
		enum setup_step step;
		int row;
	} places[] = {
		{ ACCOUNT_ADDRESS, SETUP_ADDRESS, ACCOUNT_ADDRESS },
		{ ACCOUNT_HOST, SETUP_SERVER, ACCOUNT_HOST },
		{ ACCOUNT_SECURITY, SETUP_SERVER, ACCOUNT_SECURITY },
		{ ACCOUNT_CA_FILE, SETUP_SERVER, ACCOUNT_CA_FILE },
		{ ACCOUNT_USER, SETUP_SIGNIN, ACCOUNT_USER },
		{ ACCOUNT_PASSWORD, SETUP_SIGNIN, ROW_SECRET },
	};

	for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
		int row = places[i].row;

		if (places[i].key != key)
			continue;
		if (key == ACCOUNT_CA_FILE)
			s->more = true;
		setup_go(s, places[i].step);
		if (!form_shown(setup_form(s), row))
			row = row == ROW_SECRET ? ACCOUNT_PASSWORD : ACCOUNT_AUTH;
		form_set_focus(setup_form(s), row);
		form_mark(setup_form(s), row, FORM_FAULT, "%s", why);
		return;
	}
}

bool setup_busy(const struct setup *s)
{
	return s->run.state == RUN_RUNNING || s->save;
}

bool setup_shows_run(const struct setup *s)
{
	return s->step == SETUP_CHECK && s->run.state != RUN_IDLE;
}

bool setup_names_field(const struct setup *s)
{
	return run_blame(&s->run) != ACCOUNT_KEYS || s->run.failed == SMTP_STEP_RECIPIENT;
}

/* Settings, the fields that are not taken before the next step, the password. */
static bool changed(const struct setup *s)
{
	const struct form *first = s->forms[SETUP_ADDRESS], *signin = s->forms[SETUP_SIGNIN];
	static const enum account_key typed[] = { ACCOUNT_ADDRESS, ACCOUNT_FROM_NAME };

	for (size_t i = 0; i < sizeof typed / sizeof *typed; i++)
		if (strcmp(form_text(first, (int)typed[i]), account_get(s->original, typed[i])))
			return true;
	for (int key = 0; key < ACCOUNT_KEYS; key++)
		if (strcmp(account_get(s->account, (enum account_key)key),
			   account_get(s->original, (enum account_key)key)) != 0)
			return true;
	return signin && form_text_len(signin, ROW_SECRET) > 0;
}

const char *setup_unsaved(const struct setup *s)
{
	const struct form *first = s->forms[SETUP_ADDRESS];

	if (s->step == SETUP_DONE || s->demo || !first)
		return NULL;
	if (s->original)
		return changed(s) ? "What you changed in this account is not saved." : NULL;
	return form_text_len(first, ACCOUNT_ADDRESS) > 0 ? "The account is not saved yet." : NULL;
}

void setup_check_start(struct setup *s)
{
	const struct form *signin = s->forms[SETUP_SIGNIN];
	struct secret *secret = NULL;
	struct account *a;

	setup_make_form(s, SETUP_SAVE);
	a = setup_result(s);
	if (setup_secret_typed(s) && form_text_len(signin, ROW_SECRET) > 0)
		secret = secret_new(form_text(signin, ROW_SECRET),
				    form_text_len(signin, ROW_SECRET));
	run_verify(&s->run, a, secret, form_text(s->forms[SETUP_CHECK], ROW_TO));
	secret_free(secret);
	account_free(a);
}

void setup_check_finished(void *owner)
{
	struct setup *s = owner;

	s->proved = s->run.state == RUN_PASSED;
	if (s->run.err.kind == ERR_CANCELLED)
		run_reset(&s->run);
	if (s->demo && s->proved)
		setup_save_start(s);
}

bool setup_can_trust(const struct setup *s)
{
	return s->step == SETUP_CHECK && s->run.state == RUN_FAILED && s->run.bad_certificate &&
	       s->run.key_pin[0] != '\0' && !account_is_set(s->account, ACCOUNT_PIN);
}

static void trust_answer(void *arg, int choice)
{
	struct setup *s = arg;

	if (choice != 0)
		return;
	account_set(s->account, ACCOUNT_PIN, s->run.key_pin, NULL);
	setup_touched(s);
	setup_check_start(s);
}

void setup_trust(struct setup *s)
{
	static const char *const options[] = { "Trust this key for this account", "Do not trust it",
					       NULL };
	char text[700];

	snprintf(text, sizeof text,
		 "%.200s Whoever runs the server can tell you its key. Is it this one?\n\n%s\n\n"
		 "Then only this key is accepted, whatever the certificate says.",
		 s->run.err.text, s->run.key_pin);
	dialog_push("Trust the key of the server?", text, options, 1, trust_answer, s);
}

/* Enter after a check: on when it passed, else to the field that it is about. */
static void after_check(struct setup *s)
{
	struct err err = s->run.err;
	enum smtp_step failed = s->run.failed;
	enum account_key key;
	char *why;

	if (s->run.state == RUN_PASSED) {
		setup_go(s, s->saved ? SETUP_DONE : SETUP_SAVE);
		return;
	}
	key = run_blame(&s->run);
	run_reset(&s->run);
	/* Which of them to choose instead is in the hint. */
	why = key == ACCOUNT_SECURITY ? xasprintf("%s %s", err.text, err.hint) : xstrdup(err.text);
	if (key != ACCOUNT_KEYS)
		setup_go_to(s, key, why);
	else if (failed == SMTP_STEP_RECIPIENT)
		form_mark(setup_form(s), ROW_TO, FORM_FAULT, "%s", why);
	free(why);
}

void setup_take_provider(struct setup *s, const struct provider *p)
{
	s->provider_chosen = true;
	setup_find_drop(s);
	setup_refill(s, account_get(s->account, ACCOUNT_ADDRESS), p, "");
	if (s->step != SETUP_ADDRESS)
		setup_go(s, SETUP_SERVER);
}

void setup_next(struct setup *s)
{
	struct form *f = setup_form(s);

	if (s->step == SETUP_DONE) {
		stack_pop(s);
		return;
	}
	if (setup_shows_run(s)) {
		after_check(s);
		return;
	}
	if (setup_refused(s)) {
		setup_providers_push(s, setup_first_relay());
		return;
	}
	if (!setup_steps[s->step]->next(s, f)) {
		form_to_fault(f);
		return;
	}
	if (s->step == SETUP_CHECK)
		setup_check_start(s);
	else if (s->step == SETUP_SAVE)
		setup_save_start(s);
	else if (s->step == SETUP_SIGNIN && s->proved)
		setup_go(s, SETUP_SAVE);
	else
		setup_go(s, s->step + 1);
}

static void leave_answer(void *arg, int choice)
{
	if (choice == 0)
		stack_pop(arg);
}

void setup_back(struct setup *s)
{
	static const char *const options[] = { "Leave", "Stay", NULL };

	if (s->save) {
		job_cancel(s->save);
		stack_notice(THEME_WARN, "Stopping ...");
	} else if (s->run.state == RUN_RUNNING) {
		run_reset(&s->run);
		stack_notice(THEME_WARN, "Stopped.");
	} else if (s->step == SETUP_SERVER && setup_find_looks(s)) {
		setup_find_stop(s);
	} else if (s->step == SETUP_DONE || s->saved ||
		   (s->step == SETUP_ADDRESS && !setup_unsaved(s))) {
		stack_pop(s);
	} else if (s->step == SETUP_ADDRESS) {
		dialog_push("Leave the set-up?", setup_unsaved(s), options, 1, leave_answer, s);
	} else if (setup_shows_run(s) && s->run.state == RUN_FAILED) {
		run_reset(&s->run);
	} else {
		setup_go(s, s->step - 1);
	}
}
