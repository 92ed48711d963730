#include "screen/setup.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/secret.h"
#include "screen/caught.h"
#include "screen/compose.h"
#include "screen/setup_state.h"
#include "widget/job.h"
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
	ACT_MEANT,
	ACT_TRUST,
	ACT_LOOK,
	ACT_IMPORT,
};

static const struct keys_row keys[] = {
	{ ACT_NEXT, TERM_ENTER, 0, "Enter", "next", "go on with what is shown" },
	{ ACT_BACK, TERM_ESC, 0, "Esc", "back", "one step back; stops what is under way" },
	{ ACT_REVEAL, TERM_F2, TERM_CTRL('r'), "F2", "show password",
	  "show or hide the password (also Ctrl-R)" },
	{ ACT_PROVIDERS, TERM_F3, TERM_CTRL('p'), "F3", "providers",
	  "choose from the list of providers (also Ctrl-P)" },
	{ ACT_PICK, ' ', 0, "Space", "list", "choose from a list" },
	{ ACT_LOOK, TERM_F5, 0, "F5", "look again",
	  "look once more for the server of the address" },
	{ ACT_MORE, TERM_F4, 0, "F4", "more settings",
	  "show or hide the settings that are rarely needed" },
	{ ACT_TRANSCRIPT, 'v', 0, "v", "transcript",
	  "read all that was said to and by the server" },
	{ ACT_TRUST, 't', 0, "t", "trust its key",
	  "accept this server's key although nobody vouches for it" },
	{ ACT_AGAIN, 'r', TERM_F5, "r", "try again", "run the check once more (also F5)" },
	{ ACT_INSIST, TERM_F7, 0, "F7", "use a password",
	  "sign in with a password although the provider says that none works" },
	{ ACT_MEANT, TERM_F8, 0, "F8", "correct it",
	  "take the address that was probably meant" },
	{ ACT_IMPORT, TERM_F9, 0, "F9", "take over",
	  "take over an account that another program has here" },
	{ ACT_SKIP, TERM_F6, 0, "F6", "save unchecked", "go to saving without a check" },
	{ ACT_COMPOSE, 'c', 0, "c", "compose", "write a message with the new account" },
	{ ACT_CAUGHT, 's', 0, "s", "caught mail", "read what the sandbox caught" },
	{ 0, 0, 0, "Up, Down, Tab", NULL, "move between the fields" },
	{ 0, 0, 0, "Left, Right", NULL, "change a choice" },
	{ 0 }
};

static const char *title(const void *self)
{
	const struct setup *s = self;

	return s->old_id ? "Change an account" : "Set up an account";
}

static const char *unsaved(const void *self)
{
	return setup_unsaved(self);
}

static bool typing(const void *self)
{
	const struct setup *s = self;

	return setup_form(s) && !setup_shows_run(s) && !setup_refused(s) && !s->save &&
	       form_typing(setup_form(s));
}

static bool long_choice(const struct setup *s)
{
	int row = s->step == SETUP_SERVER ? form_focus(setup_form(s)) : -1;

	return !setup_refused(s) && (row == ROW_CHOICE || (row == ROW_FOUND && setup_find_list(s)));
}

static bool can(const void *self, int action)
{
	const struct setup *s = self;
	char meant[TYPO_MAX];

	switch (action) {
	case ACT_NEXT:
		return !setup_busy(s);
	case ACT_MEANT:
		return s->step == SETUP_ADDRESS && setup_meant(s, meant);
	case ACT_IMPORT:
		return setup_import_can(s);
	case ACT_BACK:
		return true;
	case ACT_REVEAL:
		return s->step == SETUP_SIGNIN && form_has_secret(setup_form(s));
	case ACT_PROVIDERS:
		return (s->step == SETUP_ADDRESS || s->step == SETUP_SERVER) && !setup_refused(s);
	case ACT_PICK:
		return long_choice(s);
	case ACT_LOOK:
		return setup_find_can(s);
	case ACT_MORE:
		return (s->step == SETUP_SERVER || s->step == SETUP_SIGNIN) && !setup_refused(s);
	case ACT_INSIST:
		return setup_refused(s);
	case ACT_TRUST:
		return setup_can_trust(s);
	case ACT_TRANSCRIPT:
		return setup_shows_run(s);
	case ACT_AGAIN:
		return setup_shows_run(s) && !setup_busy(s);
	case ACT_SKIP:
		return s->step == SETUP_CHECK && !setup_busy(s) && s->run.state != RUN_PASSED &&
		       !s->demo;
	case ACT_CAUGHT:
		return s->step == SETUP_DONE && s->demo;
	default:
		return s->step == SETUP_DONE;
	}
}

static bool looks_here(const struct setup *s)
{
	return s->step == SETUP_SERVER && setup_find_looks(s);
}

static const char *label(const void *self, int action)
{
	const struct setup *s = self;

	if (action == ACT_BACK)
		return setup_busy(s)                       ? "stop"
		       : looks_here(s)                     ? "stop looking"
		       : s->step == SETUP_ADDRESS          ? "leave"
		       : s->step == SETUP_DONE || s->saved ? ""
							   : NULL;
	if (action == ACT_REVEAL)
		return form_revealed(setup_form(s)) ? "hide password" : NULL;
	if (action == ACT_INSIST)
		return setup_insist_label(s);
	if (action == ACT_MORE)
		return s->more ? "fewer settings" : NULL;
	if (action != ACT_NEXT)
		return NULL;
	if (s->step == SETUP_SAVE)
		return "save";
	if (setup_refused(s))
		return "choose another provider";
	if (s->step == SETUP_DONE)
		return s->demo ? "the accounts" : "finish";
	if (s->step != SETUP_CHECK)
		return NULL;
	return s->run.state == RUN_IDLE     ? "start"
	       : s->run.state != RUN_FAILED ? NULL
	       : setup_names_field(s)       ? "correct it"
					    : "back";
}

static bool animated(const void *self)
{
	const struct setup *s = self;

	return setup_busy(s) ||
	       (s->step <= SETUP_SERVER && find_state(s->found.find) == FIND_LOOKING);
}

static int idle(void *self)
{
	return setup_find_idle(self);
}

static void take_choice(void *arg, int choice)
{
	struct setup *s = arg;

	if (choice < 0)
		return;
	form_set_choice(setup_form(s), ROW_CHOICE, choice);
	setup_server_step.changed(s, setup_form(s), ROW_CHOICE);
}

static void act(void *self, int action)
{
	struct setup *s = self;

	switch (action) {
	case ACT_NEXT:
		setup_next(s);
		break;
	case ACT_BACK:
		setup_back(s);
		break;
	case ACT_REVEAL:
		form_reveal(setup_form(s), !form_revealed(setup_form(s)));
		break;
	case ACT_PROVIDERS:
		setup_providers_push(s, s->provider);
		break;
	case ACT_LOOK:
		setup_find_again(s);
		break;
	case ACT_PICK:
		if (form_focus(setup_form(s)) == ROW_FOUND) {
			setup_found_push(s);
			break;
		}
		picker_push_labels(s->provider->placeholder_label, s->provider->choices,
				   (size_t)form_choice(setup_form(s), ROW_CHOICE), take_choice, s);
		break;
	case ACT_INSIST:
		setup_insist(s);
		break;
	case ACT_MEANT:
		setup_take_meant(s);
		break;
	case ACT_IMPORT:
		setup_import_push(s);
		break;
	case ACT_MORE:
		s->more = !s->more;
		setup_steps[s->step]->show(s, setup_form(s));
		break;
	case ACT_TRANSCRIPT:
		run_show_transcript(&s->run);
		break;
	case ACT_TRUST:
		setup_trust(s);
		break;
	case ACT_AGAIN:
		setup_check_start(s);
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
	struct form *f = setup_form(s);

	if (!f || setup_shows_run(s) || setup_refused(s) || s->save)
		return;
	if (form_event(f, ev) == FORM_CHANGED && setup_steps[s->step]->changed)
		setup_steps[s->step]->changed(s, f, form_focus(f));
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
		x += 1 + draw_text(area->y, x + 1, 12, now ? THEME_KEY : THEME_DIM,
				   setup_steps[i]->name);
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
		setup_steps[s->step]->draw(s, setup_form(s), &a);
}

static void free_setup(void *self)
{
	struct setup *s = self;

	setup_find_clear(s);
	setup_import_clear(s);
	job_drop(s->probe);
	job_drop(s->save);
	run_clear(&s->run);
	for (int i = 0; i < SETUP_STEPS; i++)
		form_free(s->forms[i]);
	account_free(s->account);
	account_free(s->original);
	free(s->old_id);
	free(s->proposed);
	free(s->doubted);
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
	.idle = idle,
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

/* It is in the field for it, however long the way there. */
static void enter_secret(struct setup *s, const struct secret *secret)
{
	for (enum setup_step step = SETUP_ADDRESS; step < SETUP_CHECK; step++)
		setup_make_form(s, step);
	form_set_text(s->forms[SETUP_SIGNIN], ROW_SECRET, secret_text(secret));
}

void setup_push(const struct setup_start *start)
{
	struct setup *s = xcalloc(1, sizeof *s);
	const struct account *from = start->demo ? start->demo->account : start->account;

	s->account = from ? account_copy(from) : account_new("new");
	s->demo = start->demo;
	s->imported = start->imported;
	run_init(&s->run, setup_check_finished, s);
	setup_find_init(s, from != NULL);
	if (from) {
		s->provider = provider_by_id(account_get(s->account, ACCOUNT_PROVIDER));
		s->provider_chosen = s->provider != NULL;
		if (!s->provider)
			s->provider = provider_by_id("custom");
		s->security_chosen = true;
		s->provider_chosen |= start->imported;
	} else {
		setup_import_look(s);
	}
	if (start->editing) {
		s->insists = true;
		s->original = account_copy(from);
		s->old_id = xstrdup(account_id(from));
		s->saved_for = setup_secret_place(s->account);
	}
	look_at_file(s);
	setup_go(s, SETUP_ADDRESS);
	if (start->address)
		form_set_text(s->forms[SETUP_ADDRESS], ACCOUNT_ADDRESS, start->address);
	if (start->secret)
		enter_secret(s, start->secret);
	if (start->demo)
		enter_demo(s);
	if (start->why)
		setup_go_to(s, start->about, start->why);
	stack_push(&ops, s);
}
