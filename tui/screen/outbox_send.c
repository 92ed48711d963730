#include "screen/outbox_send.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/secret.h"
#include "mail/account.h"
#include "screen/run.h"
#include "widget/stack.h"

enum { ACT_DONE = 1, ACT_BACK, ACT_TRANSCRIPT };

struct sending {
	char title[80];
	int64_t id;
	struct account *account; /* NULL: of whatever is due */
	struct run run;
};

static const struct keys_row keys[] = {
	{ ACT_DONE, TERM_ENTER, 0, "Enter", "done", "back to the outbox" },
	{ ACT_BACK, TERM_ESC, 'q', "Esc", "back", "stop sending, or go back (also q)" },
	{ ACT_TRANSCRIPT, 'v', 0, "v", "transcript",
	  "read all that was said to and by the server" },
	{ 0 }
};

static const char *title(const void *self)
{
	const struct sending *s = self;

	return s->title;
}

static bool running(const struct sending *s)
{
	return s->run.state == RUN_RUNNING;
}

static bool can(const void *self, int action)
{
	return action != ACT_DONE || !running(self);
}

static const char *label(const void *self, int action)
{
	return action == ACT_BACK && running(self) ? "stop" : NULL;
}

static bool animated(const void *self)
{
	return running(self);
}

static void stop(struct sending *s)
{
	bool unsure = s->run.steps[SMTP_STEP_ACCEPTED].state == SMTP_STEP_RUNNING;

	stack_pop(s);
	stack_notice(THEME_WARN, unsure ? "Stopped while the server was taking it: the list tells "
					  "what is known."
					: "Stopped. What was not sent waits in the outbox.");
}

static void act(void *self, int action)
{
	struct sending *s = self;

	if (action == ACT_TRANSCRIPT)
		run_show_transcript(&s->run);
	else if (running(s))
		stop(s);
	else
		stack_pop(s);
}

static void draw(void *self, const struct area *area)
{
	struct sending *s = self;
	struct area a = { area->y + 1, area->x, area->h - 1, area->w };

	run_draw(&s->run, &a);
	draw_cursor(area->y, area->x);
}

static void finished(void *owner)
{
	(void)owner;
}

static void free_sending(void *self)
{
	struct sending *s = self;

	run_clear(&s->run);
	account_free(s->account);
	free(s);
}

static const struct screen_ops ops = {
	.title = title,
	.keys = keys,
	.draw = draw,
	.act = act,
	.can = can,
	.label = label,
	.animated = animated,
	.free = free_sending,
};

static void begin(struct sending *s, const struct secret *secret)
{
	stack_push(&ops, s);
	run_outbox(&s->run, s->account, secret, s->id);
}

static void with_secret(void *arg, struct secret *secret)
{
	struct sending *s = arg;

	if (secret)
		begin(s, secret);
	else
		free_sending(s);
	secret_free(secret);
}

/* False: said why. */
static bool find_account(struct sending *s, const char *id)
{
	struct err err = ERR_INIT;
	struct accounts *all = accounts_open(false, &err);
	const struct account *a = all ? account_find(all, id) : NULL;

	if (a)
		s->account = account_copy(a);
	else
		stack_notice(THEME_BAD, "%s",
			     all ? "The account of this message is not there any more."
				 : err.text);
	accounts_close(all);
	return a != NULL;
}

void outbox_send_push(int64_t id, const char *account)
{
	struct sending *s = xcalloc(1, sizeof *s);

	s->id = id;
	run_init(&s->run, finished, s);
	if (id == 0)
		snprintf(s->title, sizeof s->title, "Sending all that is due");
	else
		snprintf(s->title, sizeof s->title, "Sending message %lld", (long long)id);
	if (id != 0 && !find_account(s, account))
		free_sending(s);
	else if (s->account && run_asks(s->account))
		run_ask(s->account, with_secret, s);
	else
		begin(s, NULL);
}
