#include "screen/compose.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/secret.h"
#include "mail/account.h"
#include "screen/compose_form.h"
#include "screen/compose_offer.h"
#include "screen/compose_old.h"
#include "screen/compose_visual.h"
#include "screen/outbox.h"
#include "screen/run.h"
#include "task/drafts.h"
#include "task/drafts_sent.h"
#include "task/drafts_doubt.h"
#include "widget/dialog.h"
#include "widget/stack.h"

enum {
	ACT_SEND = 1,
	ACT_BACK,
	ACT_TRANSCRIPT,
	ACT_EDIT,
	ACT_DONE,
	ACT_NEW,
	ACT_NEXT,
	ACT_VISUAL,
	ACT_FIND,
	ACT_QUEUE,
	ACT_OUTBOX,
};

/* How long what is typed may be in memory only. */
#define SAVE_MS 700L

struct compose {
	struct accounts *all; /* NULL: they could not be read */
	struct err err; /* why */
	struct compose_form *form;
	struct run run;
	struct secret *secret; /* asked for; kept until the message has gone */
	char *secret_for; /* id of the account that it is of */
	bool sent;
	struct draft_file *file; /* NULL: nothing can be kept */
	struct compose_offer *offer; /* of messages of an earlier time */
	long long save_at; /* CLOCK_NEVER: all is on the disk */
	bool unkept; /* the last save failed */
	enum draft_doubt doubt; /* that is asked */
	bool queue; /* the next try may end in the outbox */
	bool from_outbox; /* which is the screen below */
	struct draft old; /* of it only what it says of the message that is replaced */
	struct draft begun; /* what stood in the form when that came from the outbox */
};

static const struct keys_row keys[] = {
	{ ACT_SEND, TERM_F5, TERM_CTRL('x'), "F5", "send", "send the message (also Ctrl-X)" },
	{ ACT_DONE, TERM_ENTER, 0, "Enter", "done", "back; the message was sent" },
	{ ACT_EDIT, TERM_ENTER, 0, "Enter", "back to the message",
	  "correct it; nothing of it is lost" },
	{ ACT_QUEUE, 'o', 0, "o", "leave it to the outbox",
	  "try once more, and keep it in the outbox when it cannot go now" },
	{ ACT_OUTBOX, 'o', 0, "o", "outbox", "look at it in the outbox, where it waits" },
	{ ACT_NEXT, TERM_TAB, 0, "Tab", "next field",
	  "to the next field (Shift-Tab: the one before)" },
	{ ACT_VISUAL, TERM_F4, TERM_CTRL('o'), "F4", "editor",
	  "write the text in $VISUAL or $EDITOR (also Ctrl-O)" },
	{ ACT_FIND, TERM_CTRL('t'), 0, "Ctrl-T", "find",
	  "in To, Cc, Bcc: people you wrote to, and those in your address book" },
	{ ACT_NEW, 'n', 0, "n", "another", "write another message" },
	{ ACT_TRANSCRIPT, 'v', 0, "v", "transcript",
	  "read all that was said to and by the server" },
	{ ACT_BACK, TERM_ESC, 0, "Esc", "back", "leave; asks first when something was written" },
	{ 0, 0, 0, "Tab", NULL, "in To, Cc, Bcc and Attach: first complete what was begun" },
	{ 0, 0, 0, "Enter", NULL, "in Attach: add the file that is named there" },
	{ 0, 0, 0, "Ctrl-_", NULL, "in the text: undo (also F7); Ctrl-Y or F8 does it again" },
	{ 0, 0, 0, "Ctrl-Left", NULL,
	  "in the text: a word back (or Alt-B); Ctrl-Home: to its beginning" },
	{ 0, 0, 0, "Ctrl-K", NULL,
	  "in the text: delete to the end of the line; Ctrl-U its beginning, Ctrl-W a word" },
	{ 0, 0, 0, "Down", NULL, "in Attach: into the list of files; Del takes one away" },
	{ 0 }
};

static const char *title(const void *self)
{
	(void)self;
	return "Compose";
}

static bool writing(const struct compose *c)
{
	return c->run.state == RUN_IDLE && c->form;
}

static bool can(const void *self, int action)
{
	const struct compose *c = self;

	switch (action) {
	case ACT_SEND:
	case ACT_NEXT:
	case ACT_VISUAL:
		return writing(c);
	case ACT_FIND:
		return writing(c) && compose_form_in_people(c->form);
	case ACT_DONE:
	case ACT_NEW:
		return c->run.state == RUN_PASSED;
	case ACT_EDIT:
		return c->run.state == RUN_FAILED;
	case ACT_QUEUE:
		return c->run.state == RUN_FAILED && c->run.err.temporary;
	case ACT_OUTBOX:
		return c->run.state == RUN_PASSED && c->run.waits[0] != '\0';
	case ACT_TRANSCRIPT:
		return c->run.state != RUN_IDLE;
	default:
		return true;
	}
}

static bool asking(const struct compose *c)
{
	return writing(c) && compose_form_asking(c->form);
}

static const char *label(const void *self, int action)
{
	const struct compose *c = self;

	return action == ACT_BACK && (c->run.state == RUN_RUNNING || asking(c)) ? "stop" : NULL;
}

static bool typing(const void *self)
{
	const struct compose *c = self;

	return writing(c) && compose_form_typing(c->form);
}

static bool animated(const void *self)
{
	const struct compose *c = self;

	return c->run.state == RUN_RUNNING;
}

static const char *unsaved(const void *self)
{
	const struct compose *c = self;

	if (!c->form || c->sent || !compose_form_dirty(c->form))
		return NULL;
	if (c->old.replaces && c->file && !c->unkept)
		return "The correction was not sent. It is kept, and the old message stays in the "
		       "outbox.";
	return c->file && !c->unkept
		       ? "The message was not sent. It is kept, and offered when you write again."
		       : "The message was not sent. It is lost when you leave.";
}

static struct draft to_keep(const struct compose *c)
{
	struct draft draft = compose_form_keep(c->form);

	draft.replaces = c->old.replaces;
	draft.waited = c->old.waited;
	return draft;
}

static void save(struct compose *c)
{
	struct draft draft = to_keep(c);
	struct err err = ERR_INIT;
	bool failed;

	failed = drafts_save(c->file, &draft, &err) < 0;
	if (failed && !c->unkept)
		stack_notice(THEME_WARN, "This message cannot be kept while you write: %s",
			     err.text);
	c->unkept = failed;
	c->save_at = CLOCK_NEVER;
	draft_clear(&draft);
}

static int idle(void *self)
{
	struct compose *c = self;

	if (c->save_at != CLOCK_NEVER && clock_left(c->save_at) == 0)
		save(c);
	return clock_left(c->save_at);
}

/* Nothing of the message is to come back. */
static void forget(struct compose *c)
{
	c->save_at = CLOCK_NEVER;
	if (c->file)
		drafts_remove(c->file);
}

/* Should all end now, the next to open the draft learns that it was on its way. */
static char *note_begin(struct compose *c)
{
	struct draft draft = to_keep(c);
	char *tag = NULL;

	if (drafts_sent_begin(c->file, &draft, NULL) == 0) {
		tag = xstrdup(draft.sent_as);
		c->save_at = CLOCK_NEVER;
		c->unkept = false;
	}
	draft_clear(&draft);
	return tag;
}

static void start(struct compose *c, const struct account *a, const struct secret *secret)
{
	struct run_draft draft = compose_form_draft(c->form);

	draft.queue = c->queue;
	draft.replaces = c->old.replaces;
	draft.tag = c->file ? note_begin(c) : NULL;
	c->queue = false;
	run_deliver(&c->run, a, secret, &draft);
	run_draft_clear(&draft);
}

static void with_secret(void *arg, struct secret *secret)
{
	struct compose *c = arg;
	const struct account *a = compose_form_account(c->form);

	if (!secret) {
		c->queue = false;
		return;
	}
	secret_free(c->secret);
	free(c->secret_for);
	c->secret = secret;
	c->secret_for = xstrdup(account_id(a));
	start(c, a, secret);
}

static void deliver(struct compose *c)
{
	const struct account *a = compose_form_account(c->form);

	if (!run_asks(a))
		start(c, a, NULL);
	else if (c->secret && strcmp(c->secret_for, account_id(a)) == 0)
		start(c, a, c->secret);
	else
		run_ask(a, with_secret, c);
}

static void ask_doubt(struct compose *c, enum draft_doubt from);

static void doubt_answer(void *arg, int choice)
{
	struct compose *c = arg;

	if (choice == 1)
		ask_doubt(c, c->doubt + 1);
	else
		compose_form_to_doubt(c->form, c->doubt);
}

/* Sends it when there is nothing more to ask. */
static void ask_doubt(struct compose *c, enum draft_doubt from)
{
	static const char *const options[] = { "Back to the message", "Send it as it is", NULL };
	struct draft draft = compose_form_keep(c->form);
	char sentence[300];

	c->doubt = draft_doubt(&draft, from, compose_form_file_bytes(c->form), sentence);
	draft_clear(&draft);
	if (c->doubt == DRAFT_DOUBTS)
		deliver(c);
	else
		dialog_push("Send the message?", sentence, options, 0, doubt_answer, c);
}

static void send_it(struct compose *c)
{
	if (compose_form_judge(c->form))
		ask_doubt(c, 0);
}

/* Back in the form, where the failure is. */
static void correct(struct compose *c)
{
	struct err err = c->run.err;
	enum run_part part = c->run.part;

	if (part == RUN_PART_NONE && c->run.failed == SMTP_STEP_RECIPIENT)
		part = RUN_PART_TO;
	run_reset(&c->run);
	if (part == RUN_PART_NONE)
		stack_notice(THEME_BAD, "%s", err.text);
	else
		compose_form_fault(c->form, part, err.text);
}

static void finished(void *owner)
{
	struct compose *c = owner;

	c->sent = c->run.state == RUN_PASSED;
	if (c->sent) {
		forget(c);
		c->old.replaces = 0;
	}
	if (c->run.err.kind == ERR_CANCELLED && !c->sent) {
		run_reset(&c->run);
		return;
	}
	/* A password that was refused is asked for again. */
	if (c->run.err.kind == ERR_AUTH) {
		secret_free(c->secret);
		c->secret = NULL;
	}
}

static void throw_away(struct compose *c)
{
	compose_form_empty(c->form);
	forget(c);
	compose_old_release(&c->old);
	stack_pop(c);
}

static void leave_answer(void *arg, int choice)
{
	if (choice == 1)
		throw_away(arg);
	else if (choice == 0)
		stack_pop(arg);
}

/* Of a message of the outbox that was only looked at. */
static bool uncorrected(const struct compose *c)
{
	struct draft now;
	bool same;

	if (!c->form || !c->old.replaces || !c->from_outbox)
		return false;
	now = compose_form_keep(c->form);
	same = draft_same(&now, &c->begun);
	draft_clear(&now);
	return same;
}

static void go_back(struct compose *c)
{
	static const char *const options[] = { "Leave, and go on another time", "Throw it away",
					       "Stay", NULL };
	static const char *const old_options[] = { "Leave, and go on another time",
						   "Leave the old message as it was", "Stay",
						   NULL };

	if (asking(c)) {
		compose_form_stop(c->form);
	} else if (c->run.state == RUN_RUNNING) {
		bool unsure = c->run.steps[SMTP_STEP_ACCEPTED].state == SMTP_STEP_RUNNING;

		run_reset(&c->run);
		stack_notice(
			THEME_WARN,
			unsure ? "Stopped while the server was taking it: it may have been sent."
			       : "Stopped. The message was not sent.");
	} else if (c->run.state == RUN_FAILED) {
		correct(c);
	} else if (uncorrected(c)) {
		throw_away(c);
	} else if (unsaved(c)) {
		dialog_push("Leave the message?", unsaved(c),
			    c->old.replaces ? old_options : options, 2, leave_answer, c);
	} else {
		stack_pop(c);
	}
}

/* The user's own editor has the text; ours has it again after. */
static void in_visual(struct compose *c)
{
	struct buf text = BUF_INIT(DRAFT_TEXT_MAX);
	struct err err = ERR_INIT;

	/* Beside the draft lies what the editor writes: there must be one. */
	if (c->file)
		save(c);
	if (compose_visual(c->file, compose_form_text(c->form), &text, &err) == 0) {
		compose_form_set_text(c->form, buf_text(&text));
		if (c->file)
			save(c);
	} else {
		stack_notice(THEME_BAD, "%s The text is as it was. %s", err.text, err.hint);
	}
	buf_free(&text);
}

/* What is typed, completed or chosen is to be on the disk soon. */
static void touched(void *self)
{
	struct compose *c = self;

	if (writing(c) && c->file && c->save_at == CLOCK_NEVER)
		c->save_at = clock_after(SAVE_MS);
}

static void act(void *self, int action)
{
	struct compose *c = self;

	switch (action) {
	case ACT_SEND:
		send_it(c);
		break;
	case ACT_NEXT:
		compose_form_next(c->form);
		touched(c);
		break;
	case ACT_EDIT:
		correct(c);
		break;
	case ACT_QUEUE:
		c->queue = true;
		deliver(c);
		break;
	case ACT_FIND:
		compose_form_find(c->form);
		break;
	case ACT_VISUAL:
		in_visual(c);
		break;
	case ACT_DONE:
		stack_pop(c);
		break;
	case ACT_OUTBOX:
		stack_pop(c);
		if (!c->from_outbox)
			outbox_push();
		break;
	case ACT_NEW:
		run_reset(&c->run);
		c->sent = false;
		compose_form_empty(c->form);
		break;
	case ACT_TRANSCRIPT:
		run_show_transcript(&c->run);
		break;
	default:
		go_back(c);
		break;
	}
}

static void event(void *self, const struct term_event *ev)
{
	struct compose *c = self;

	if (!writing(c))
		return;
	compose_form_event(c->form, ev);
	touched(c);
}

static void draw(void *self, const struct area *area)
{
	struct compose *c = self;
	struct area a = { area->y + 1, area->x, area->h - 1, area->w };

	if (!c->form) {
		a.y += draw_wrapped(&a, THEME_BAD, c->err.text) + 1;
		draw_wrapped(&a, THEME_TEXT, c->err.hint);
	} else if (c->run.state == RUN_IDLE) {
		compose_form_draw(c->form, &a);
		return;
	} else {
		run_draw(&c->run, &a);
	}
	draw_cursor(area->y, area->x);
}

static void free_compose(void *self)
{
	struct compose *c = self;

	run_clear(&c->run);
	/* Also on the way out after a signal: what was typed last is not on the disk yet. */
	if (c->file && c->form && c->save_at != CLOCK_NEVER && compose_form_dirty(c->form))
		save(c);
	else if (c->file && c->form && !compose_form_dirty(c->form))
		drafts_remove(c->file);
	drafts_leave(c->file);
	compose_offer_free(c->offer);
	compose_form_free(c->form);
	accounts_close(c->all);
	draft_clear(&c->begun);
	secret_free(c->secret);
	free(c->secret_for);
	free(c);
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
	.resumed = touched,
	.free = free_compose,
};

static void go_on_with(void *arg, struct draft_file *file, const struct draft *draft)
{
	struct compose *c = arg;

	drafts_leave(c->file);
	c->file = file;
	c->old.replaces = draft->replaces;
	c->old.waited = draft->waited;
	compose_form_fill(c->form, draft);
}

static struct compose *push(const char *account_id)
{
	struct compose *c = xcalloc(1, sizeof *c);
	const struct account *a;

	run_init(&c->run, finished, c);
	c->all = accounts_open(false, &c->err);
	a = c->all ? account_pick(c->all, account_id, &c->err) : NULL;
	if (a)
		c->form = compose_form_new(c->all, a);
	c->save_at = CLOCK_NEVER;
	stack_push(&ops, c);
	return c;
}

void compose_push(const char *account_id)
{
	struct compose *c = push(account_id);
	struct err err = ERR_INIT;

	if (!c->form)
		return;
	c->file = drafts_begin(&err);
	if (!c->file)
		stack_notice(THEME_WARN, "This message cannot be kept while you write: %s",
			     err.text);
	c->offer = compose_offer_new(go_on_with, c);
	compose_offer_ask(c->offer);
}

void compose_push_draft(struct draft_file *file, struct draft *draft)
{
	struct compose *c = push(draft->account);

	c->file = file;
	c->from_outbox = true;
	c->old.replaces = draft->replaces;
	c->old.waited = draft->waited;
	if (c->form) {
		compose_form_fill(c->form, draft);
		c->begun = compose_form_keep(c->form);
	}
	draft_clear(draft);
}
