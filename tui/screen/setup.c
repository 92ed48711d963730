#include "screen/setup.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/secret.h"
#include "screen/caught.h"
#include "screen/compose.h"
#include "screen/setup_state.h"
#include "widget/dialog.h"
#include "widget/job.h"
#include "widget/pager.h"
#include "widget/picker.h"
#include "widget/stack.h"

enum {
	ACT_NEXT = 1,
	ACT_BACK,
	ACT_REVEAL,
	ACT_PROVIDERS,
	ACT_MORE,
	ACT_AGAIN,
	ACT_SKIP,
	ACT_TRANSCRIPT,
	ACT_PICK,
	ACT_COMPOSE,
	ACT_CAUGHT,
	ACT_INSIST,
};

static const struct keys_row keys[] = {
	{ ACT_NEXT, TERM_ENTER, 0, "Enter", "next", "go on with what is shown" },
	{ ACT_BACK, TERM_ESC, 0, "Esc", "back", "one step back; stops what is under way" },
	{ ACT_REVEAL, TERM_F2, TERM_CTRL('r'), "F2", "show password",
	  "show or hide the password (also Ctrl-R)" },
	{ ACT_PROVIDERS, TERM_F3, TERM_CTRL('p'), "F3", "providers",
	  "choose from the list of providers (also Ctrl-P)" },
	{ ACT_PICK, ' ', 0, "Space", "list", "choose from a list" },
	{ ACT_MORE, TERM_F4, 0, "F4", "more settings",
	  "show or hide the settings that are rarely needed" },
	{ ACT_TRANSCRIPT, 'v', 0, "v", "transcript",
	  "read all that was said to and by the server" },
	{ ACT_AGAIN, 'r', TERM_F5, "r", "try again", "run the check once more (also F5)" },
	{ ACT_INSIST, TERM_F7, 0, "F7", "use a password",
	  "sign in with a password although the provider says that none works" },
	{ ACT_SKIP, TERM_F6, 0, "F6", "save unchecked", "go to saving without a check" },
	{ ACT_COMPOSE, 'c', 0, "c", "compose", "write a message with the new account" },
	{ ACT_CAUGHT, 's', 0, "s", "caught mail", "read what the sandbox caught" },
	{ 0, 0, 0, "Up, Down, Tab", NULL, "move between the fields" },
	{ 0, 0, 0, "Left, Right", NULL, "change a choice" },
	{ 0 }
};

static const struct setup_step_ops *const steps[SETUP_STEPS] = {
	&setup_address_step, &setup_server_step, &setup_signin_step,
	&setup_check_step,   &setup_save_step,
};

static struct form *form_of(const struct setup *s)
{
	return s->step < SETUP_STEPS ? s->forms[s->step] : NULL;
}

static const char *title(const void *self)
{
	const struct setup *s = self;

	return s->old_id ? "Change an account" : "Set up an account";
}

void setup_make_form(struct setup *s, enum setup_step step)
{
	if (!s->forms[step]) {
		s->forms[step] = form_new();
		steps[step]->build(s, s->forms[step]);
	}
	steps[step]->enter(s, s->forms[step]);
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
		if (!form_shown(form_of(s), row))
			row = row == ROW_SECRET ? ACCOUNT_PASSWORD : ACCOUNT_AUTH;
		form_set_focus(form_of(s), row);
		form_mark(form_of(s), row, FORM_FAULT, "%s", why);
		return;
	}
}

static bool busy(const struct setup *s)
{
	return s->run.state == RUN_RUNNING || s->save;
}

static bool shows_run(const struct setup *s)
{
	return s->step == SETUP_CHECK && s->run.state != RUN_IDLE;
}

static bool typing(const void *self)
{
	const struct setup *s = self;

	return form_of(s) && !shows_run(s) && !s->save && form_typing(form_of(s));
}

static bool long_choice(const struct setup *s)
{
	return s->step == SETUP_SERVER && form_focus(form_of(s)) == ROW_CHOICE;
}

/* The check failed for something that can be typed. */
static bool names_field(const struct setup *s)
{
	return run_blame(&s->run) != ACCOUNT_KEYS || s->run.failed == SMTP_STEP_RECIPIENT;
}

static bool refused(const struct setup *s)
{
	return s->step == SETUP_SIGNIN && setup_password_refused(s);
}

static bool can(const void *self, int action)
{
	const struct setup *s = self;

	switch (action) {
	case ACT_NEXT:
		return !busy(s);
	case ACT_BACK:
		return true;
	case ACT_REVEAL:
		return s->step == SETUP_SIGNIN && form_has_secret(form_of(s));
	case ACT_PROVIDERS:
		return s->step == SETUP_ADDRESS || s->step == SETUP_SERVER;
	case ACT_PICK:
		return long_choice(s);
	case ACT_MORE:
		return s->step == SETUP_SERVER || (s->step == SETUP_SIGNIN && !refused(s));
	case ACT_INSIST:
		return refused(s);
	case ACT_TRANSCRIPT:
		return shows_run(s);
	case ACT_AGAIN:
		return shows_run(s) && !busy(s);
	case ACT_SKIP:
		return s->step == SETUP_CHECK && !busy(s) && s->run.state != RUN_PASSED && !s->demo;
	case ACT_CAUGHT:
		return s->step == SETUP_DONE && s->demo;
	default:
		return s->step == SETUP_DONE;
	}
}

static const char *label(const void *self, int action)
{
	const struct setup *s = self;

	if (action == ACT_BACK)
		return busy(s)                             ? "stop"
		       : s->step == SETUP_ADDRESS          ? "leave"
		       : s->step == SETUP_DONE || s->saved ? ""
							   : NULL;
	if (action == ACT_REVEAL)
		return form_revealed(form_of(s)) ? "hide password" : NULL;
	if (action == ACT_MORE)
		return s->more ? "fewer settings" : NULL;
	if (action != ACT_NEXT)
		return NULL;
	if (s->step == SETUP_SAVE)
		return "save";
	if (refused(s))
		return "choose another provider";
	if (s->step == SETUP_DONE)
		return s->demo ? "the accounts" : "finish";
	if (s->step != SETUP_CHECK)
		return NULL;
	return s->run.state == RUN_IDLE     ? "start"
	       : s->run.state != RUN_FAILED ? NULL
	       : names_field(s)             ? "correct it"
					    : "back";
}

static bool animated(const void *self)
{
	return busy(self);
}

static const char *unsaved(const void *self)
{
	const struct setup *s = self;

	if (s->step == SETUP_DONE || s->demo || !s->forms[SETUP_ADDRESS] ||
	    form_text(s->forms[SETUP_ADDRESS], ACCOUNT_ADDRESS)[0] == '\0')
		return NULL;
	return s->old_id ? "What you changed in this account is not saved."
			 : "The account is not saved yet.";
}

static void start_check(struct setup *s)
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

static void check_finished(void *owner)
{
	struct setup *s = owner;

	s->proved = s->run.state == RUN_PASSED;
	if (s->run.err.kind == ERR_CANCELLED)
		run_reset(&s->run);
	if (s->demo && s->proved)
		setup_save_start(s);
}

/* Enter after a check: on when it passed, else to the field that it is about. */
static void after_check(struct setup *s)
{
	struct err err = s->run.err;
	enum smtp_step failed = s->run.failed;
	enum account_key key;

	if (s->run.state == RUN_PASSED) {
		setup_go(s, s->saved ? SETUP_DONE : SETUP_SAVE);
		return;
	}
	key = run_blame(&s->run);
	run_reset(&s->run);
	if (key != ACCOUNT_KEYS)
		setup_go_to(s, key, err.text);
	else if (failed == SMTP_STEP_RECIPIENT)
		form_mark(form_of(s), ROW_TO, FORM_FAULT, "%s", err.text);
}

static void take_provider(void *arg, const struct provider *p)
{
	struct setup *s = arg;

	s->provider_chosen = true;
	setup_refill(s, account_get(s->account, ACCOUNT_ADDRESS), p, "");
	if (s->step != SETUP_ADDRESS)
		setup_go(s, SETUP_SERVER);
}

static void go_next(struct setup *s)
{
	struct form *f = form_of(s);

	if (s->step == SETUP_DONE) {
		stack_pop(s);
		return;
	}
	if (shows_run(s)) {
		after_check(s);
		return;
	}
	if (refused(s)) {
		setup_providers_push(setup_first_relay(), take_provider, s);
		return;
	}
	if (!steps[s->step]->next(s, f)) {
		form_to_fault(f);
		return;
	}
	if (s->step == SETUP_CHECK)
		start_check(s);
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

static void go_back(struct setup *s)
{
	static const char *const options[] = { "Leave", "Stay", NULL };

	if (s->save) {
		job_cancel(s->save);
		stack_notice(THEME_WARN, "Stopping ...");
	} else if (s->run.state == RUN_RUNNING) {
		run_reset(&s->run);
		stack_notice(THEME_WARN, "Stopped.");
	} else if (s->step == SETUP_DONE || s->saved || (s->step == SETUP_ADDRESS && !unsaved(s))) {
		stack_pop(s);
	} else if (s->step == SETUP_ADDRESS) {
		dialog_push("Leave the set-up?", unsaved(s), options, 1, leave_answer, s);
	} else if (shows_run(s) && s->run.state == RUN_FAILED) {
		run_reset(&s->run);
	} else {
		setup_go(s, s->step - 1);
	}
}

static void take_choice(void *arg, int choice)
{
	struct setup *s = arg;

	if (choice < 0)
		return;
	form_set_choice(form_of(s), ROW_CHOICE, choice);
	setup_server_step.changed(s, form_of(s), ROW_CHOICE);
}

static void act(void *self, int action)
{
	struct setup *s = self;

	switch (action) {
	case ACT_NEXT:
		go_next(s);
		break;
	case ACT_BACK:
		go_back(s);
		break;
	case ACT_REVEAL:
		form_reveal(form_of(s), !form_revealed(form_of(s)));
		break;
	case ACT_PROVIDERS:
		setup_providers_push(s->provider, take_provider, s);
		break;
	case ACT_PICK:
		picker_push(s->provider->placeholder_label, s->provider->choices,
			    form_choice(form_of(s), ROW_CHOICE), take_choice, s);
		break;
	case ACT_INSIST:
		s->insists = true;
		setup_go(s, SETUP_SIGNIN);
		break;
	case ACT_MORE:
		s->more = !s->more;
		steps[s->step]->show(s, form_of(s));
		break;
	case ACT_TRANSCRIPT:
		pager_push_live("Transcript: -> sent, <- received, passwords left out",
				&s->run.transcript);
		break;
	case ACT_AGAIN:
		start_check(s);
		break;
	case ACT_SKIP:
		run_reset(&s->run);
		setup_go(s, SETUP_SAVE);
		break;
	case ACT_COMPOSE:
		compose_push(setup_saved_id(s));
		break;
	case ACT_CAUGHT:
		caught_push(s->demo->sandbox);
		break;
	default:
		break;
	}
}

static void event(void *self, const struct term_event *ev)
{
	struct setup *s = self;
	struct form *f = form_of(s);

	if (!f || shows_run(s) || s->save)
		return;
	if (form_event(f, ev) == FORM_CHANGED && steps[s->step]->changed)
		steps[s->step]->changed(s, f, form_focus(f));
}

/* The five steps, the current one marked; done ones have their mark. */
static void draw_steps(const struct setup *s, const struct area *area)
{
	int x = area->x;

	for (enum setup_step i = 0; i < SETUP_STEPS; i++) {
		bool done = i < s->step, now = i == s->step;

		if (done && i == SETUP_CHECK && !s->proved)
			x += draw_text(area->y, x, 1, THEME_WARN, theme_mark(MARK_SKIPPED));
		else if (done)
			x += draw_text(area->y, x, 1, THEME_OK, theme_mark(MARK_DONE));
		else
			x += draw_textf(area->y, x, 1, now ? THEME_KEY : THEME_DIM, "%d",
					(int)i + 1);
		x += 1 + draw_text(area->y, x + 1, 12, now ? THEME_KEY : THEME_DIM, steps[i]->name);
		if (i + 1 < SETUP_STEPS)
			x += draw_text(area->y, x, 5, THEME_DIM, "  -  ");
	}
}

static void draw(void *self, const struct area *area)
{
	struct setup *s = self;
	struct area a = { area->y + 2, area->x, area->h - 2, area->w };

	draw_steps(s, area);
	if (s->step == SETUP_DONE)
		setup_draw_done(s, &a);
	else
		steps[s->step]->draw(s, form_of(s), &a);
}

static void free_setup(void *self)
{
	struct setup *s = self;

	job_drop(s->probe);
	job_drop(s->save);
	run_clear(&s->run);
	for (int i = 0; i < SETUP_STEPS; i++)
		form_free(s->forms[i]);
	account_free(s->account);
	free(s->old_id);
	free(s->proposed);
	free(s->fault);
	free(s->saved_for);
	free(s);
}

static const struct screen_ops ops = {
	.title = title,
	.keys = keys,
	.draw = draw,
	.event = event,
	.act = act,
	.can = can,
	.label = label,
	.typing = typing,
	.animated = animated,
	.unsaved = unsaved,
	.free = free_setup,
};

/* A file with a fault is not written: better said before everything was typed. */
static void look_at_file(struct setup *s)
{
	const struct account_fault *faults;
	struct accounts *all = accounts_open(false, NULL);

	if (all && account_faults(all, &faults) > 0)
		s->fault = xasprintf("! Nothing can be saved now: line %d of accounts.ini is wrong "
				     "(%s). Correct it first.",
				     faults[0].line, faults[0].reason);
	accounts_close(all);
}

/* All is filled in: what is left is the check. */
static void enter_demo(struct setup *s)
{
	for (enum setup_step step = SETUP_ADDRESS; step < SETUP_CHECK; step++)
		setup_go(s, step);
	form_set_text(s->forms[SETUP_SIGNIN], ROW_SECRET, secret_text(s->demo->secret));
	setup_go(s, SETUP_CHECK);
}

void setup_push(const struct setup_start *start)
{
	struct setup *s = xcalloc(1, sizeof *s);
	const struct account *from = start->demo ? start->demo->account : start->account;

	s->account = from ? account_copy(from) : account_new("new");
	s->demo = start->demo;
	run_init(&s->run, check_finished, s);
	if (from) {
		s->provider = provider_by_id(account_get(s->account, ACCOUNT_PROVIDER));
		s->provider_chosen = s->provider != NULL;
		if (!s->provider)
			s->provider = provider_by_id("custom");
		s->security_chosen = true;
	}
	if (start->editing) {
		s->insists = true;
		s->old_id = xstrdup(account_id(from));
		s->saved_for = setup_secret_place(s->account);
	}
	look_at_file(s);
	setup_go(s, SETUP_ADDRESS);
	if (start->address)
		form_set_text(s->forms[SETUP_ADDRESS], ACCOUNT_ADDRESS, start->address);
	if (start->demo)
		enter_demo(s);
	if (start->why)
		setup_go_to(s, start->about, start->why);
	stack_push(&ops, s);
}
