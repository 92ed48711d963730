#include "screen/test.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/secret.h"
#include "mail/addr.h"
#include "screen/run.h"
#include "screen/setup.h"
#include "widget/dialog.h"
#include "widget/form.h"
#include "widget/stack.h"

enum { ACT_START = 1, ACT_BACK, ACT_AGAIN, ACT_TRANSCRIPT };
enum { ROW_TO };

struct test {
	char title[128];
	struct account *account;
	struct form *form;
	struct run run;
};

static const struct keys_row keys[] = {
	{ ACT_START, TERM_ENTER, 0, "Enter", "start",
	  "start the check; after it: correct what failed" },
	{ ACT_BACK, TERM_ESC, 0, "Esc", "back", "stop the check, or go back" },
	{ ACT_TRANSCRIPT, 'v', 0, "v", "transcript",
	  "read all that was said to and by the server" },
	{ ACT_AGAIN, 'r', TERM_F5, "r", "try again", "run the check once more (also F5)" },
	{ 0 }
};

static const char *title(const void *self)
{
	const struct test *t = self;

	return t->title;
}

static bool can(const void *self, int action)
{
	const struct test *t = self;

	if (action == ACT_START)
		return t->run.state == RUN_IDLE || t->run.state == RUN_PASSED ||
		       (t->run.state == RUN_FAILED && run_blame(&t->run) != ACCOUNT_KEYS);
	if (action == ACT_TRANSCRIPT)
		return t->run.state != RUN_IDLE;
	if (action == ACT_AGAIN)
		return t->run.state == RUN_PASSED || t->run.state == RUN_FAILED;
	return true;
}

static const char *label(const void *self, int action)
{
	const struct test *t = self;

	if (action == ACT_BACK && t->run.state == RUN_RUNNING)
		return "stop";
	if (action == ACT_START && t->run.state == RUN_FAILED)
		return "correct it";
	return action == ACT_START && t->run.state == RUN_PASSED ? "done" : NULL;
}

static bool typing(const void *self)
{
	const struct test *t = self;

	return t->run.state == RUN_IDLE;
}

static bool animated(const void *self)
{
	const struct test *t = self;

	return t->run.state == RUN_RUNNING;
}

static void with_secret(void *arg, struct secret *secret)
{
	struct test *t = arg;

	if (secret)
		run_verify(&t->run, t->account, secret, form_text(t->form, ROW_TO));
	secret_free(secret);
}

static void begin(struct test *t)
{
	const char *to = form_text(t->form, ROW_TO);
	struct err err = ERR_INIT;

	if (to[0] != '\0' && addr_check(to, &err) < 0)
		form_mark(t->form, ROW_TO, FORM_FAULT, "%s", err.text);
	else if (run_asks(t->account))
		run_ask(t->account, with_secret, t);
	else
		run_verify(&t->run, t->account, NULL, to);
}

/* The set-up of this account, at the field that the failure is about. */
static void correct(struct test *t)
{
	const struct setup_start start = {
		.account = t->account,
		.editing = true,
		.why = t->run.err.text,
		.about = run_blame(&t->run),
	};

	stack_pop(t);
	setup_push(&start);
}

static void act(void *self, int action)
{
	struct test *t = self;

	if (action == ACT_TRANSCRIPT) {
		run_show_transcript(&t->run);
	} else if (action == ACT_BACK && t->run.state == RUN_RUNNING) {
		run_reset(&t->run);
		stack_notice(THEME_WARN, "Stopped.");
	} else if (action == ACT_BACK || (action == ACT_START && t->run.state == RUN_PASSED)) {
		stack_pop(t);
	} else if (action == ACT_START && t->run.state == RUN_FAILED) {
		correct(t);
	} else {
		begin(t);
	}
}

static void event(void *self, const struct term_event *ev)
{
	struct test *t = self;

	if (t->run.state == RUN_IDLE)
		form_event(t->form, ev);
}

static void draw(void *self, const struct area *area)
{
	struct test *t = self;
	struct area a = { area->y + 1, area->x, area->h - 1, area->w };

	draw_textf(a.y, a.x, a.w, THEME_TEXT, "%s, port %s", account_get(t->account, ACCOUNT_HOST),
		   account_get(t->account, ACCOUNT_PORT));
	a.y += 2;
	a.h -= 2;
	if (t->run.state == RUN_IDLE) {
		form_draw(t->form, &a, true);
		return;
	}
	run_draw(&t->run, &a);
	draw_cursor(area->y + 1, area->x);
}

static void finished(void *owner)
{
	struct test *t = owner;

	if (t->run.err.kind == ERR_CANCELLED)
		run_reset(&t->run);
}

static void free_test(void *self)
{
	struct test *t = self;

	run_clear(&t->run);
	form_free(t->form);
	account_free(t->account);
	free(t);
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
	.free = free_test,
};

void test_push(const struct account *a)
{
	struct test *t = xcalloc(1, sizeof *t);

	snprintf(t->title, sizeof t->title, "Test of %.64s", account_id(a));
	t->account = account_copy(a);
	t->form = form_new();
	form_add_field(t->form, ROW_TO, "Send a test to", 254,
		       "Leave it empty to stop after the sign-in.");
	run_init(&t->run, finished, t);
	stack_push(&ops, t);
}
