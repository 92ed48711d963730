#include "screen/outbox.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "screen/compose.h"
#include "screen/outbox_draw.h"
#include "screen/outbox_send.h"
#include "screen/outbox_work.h"
#include "widget/dialog.h"
#include "widget/field.h"
#include "widget/list.h"
#include "widget/pager.h"
#include "widget/stack.h"

#define LOOK_MS   500L /* between two looks whether another process changed something */
#define AGAIN_MS  2000L /* before an outbox that cannot be opened, or a crash, is looked at again */
#define SLOW_MS   300L /* a job that takes longer is told of */
#define DETAIL    8 /* lines below the list */
#define UNDO_MOST 100
#define AHEAD     70 /* rows that are read before they come into sight */

enum {
	ACT_FOUND = 1,
	ACT_OPEN,
	ACT_RETRY,
	ACT_HOLD,
	ACT_EDIT,
	ACT_REMOVE,
	ACT_UNDO,
	ACT_FIND,
	ACT_VIEW,
	ACT_RUN,
	ACT_BACK,
};

static const struct {
	const char *name, *key; /* on its tab, and behind the key that leads there */
	const char *nothing;
	unsigned states;
} views[] = {
	{ "Unfinished", "unfinished",
	  "Nothing waits, and nothing failed: all that was written has gone out.", OUTBOX_OPEN },
	{ "Sent", "sent", "Nothing was sent yet, or it was forgotten since.", 1u << OUTBOX_SENT },
	{ "Removed", "removed", "Nothing was removed lately.", 1u << OUTBOX_REMOVED },
};

#define VIEWS        (sizeof views / sizeof *views)
#define VIEW_REMOVED 2

struct screen {
	struct outbox *box; /* NULL: a job has it, or it is not open */
	struct job *job;
	struct outbox_order order; /* what the next job does */
	bool again; /* another one is to follow */
	long long began, look_at;
	struct outbox_seen seen;
	bool read; /* the list that is shown was read */
	bool counted; /* seen.tally is something */
	struct err err; /* the outbox cannot be used */
	char *told; /* it was repaired */
	size_t view;
	struct list *list;
	struct field *word;
	bool typing;
	int64_t undo[UNDO_MOST]; /* removed on this screen, the last one last */
	size_t undo_count;
	int64_t asked; /* the message that a question is about */
};

static const struct keys_row keys[] = {
	{ ACT_FOUND, TERM_ENTER, 0, "Enter", "to the list", "end typing; the list stays as found" },
	{ ACT_OPEN, TERM_ENTER, 0, "Enter", "open", "read the message and all about it" },
	{ ACT_RETRY, 'r', 0, "r", "retry", "send it now, whatever held it up" },
	{ ACT_HOLD, 'h', 0, "h", "hold", "keep it back; again: let it wait for its turn" },
	{ ACT_EDIT, 'e', 0, "e", "edit",
	  "correct it; what is sent then takes the place of this one" },
	{ ACT_REMOVE, 'd', TERM_DELETE, "d", "remove", "do away with it (also Del)" },
	{ ACT_UNDO, 'u', 0, "u", "undo", "bring back what was removed, as it was" },
	{ ACT_FIND, '/', 0, "/", "find", "show only what has this in a recipient or the subject" },
	{ ACT_VIEW, TERM_TAB, 0, "Tab", "view", "what waits, what was sent, what was removed" },
	{ ACT_RUN, 'R', 0, "R", "send all due", "send all that is due now" },
	{ ACT_BACK, TERM_ESC, 'q', "Esc", "back", "back to where you came from (also q)" },
	{ 0, 0, 0, "Up, Down", NULL, "move between the messages (also PgUp, PgDn, Home, End)" },
	{ 0 }
};

static const char *title(const void *self)
{
	(void)self;
	return "Outbox";
}

/* ---- the list ---- */

static size_t count(const void *arg)
{
	const struct screen *o = arg;

	return o->seen.count;
}

static void draw_row(const void *arg, size_t i, bool selected, int y, int x, int w)
{
	const struct screen *o = arg;

	outbox_draw_row(outbox_seen_item(&o->seen, o->seen.ids[i]), selected, y, x, w);
}

static int64_t selected_id(const struct screen *o)
{
	size_t i = list_selected(o->list);

	return i == LIST_NONE ? 0 : o->seen.ids[i];
}

static const struct outbox_item *selected(const struct screen *o)
{
	int64_t id = selected_id(o);

	return id ? outbox_seen_item(&o->seen, id) : NULL;
}

/* Gone from the list before the job has done it, so that the next key means the next row. */
static void drop_row(struct screen *o, size_t i)
{
	o->seen.count--;
	memmove(o->seen.ids + i, o->seen.ids + i + 1, (o->seen.count - i) * sizeof *o->seen.ids);
	list_reload(o->list);
}

/* ---- jobs ---- */

static void done(void *owner, void *arg);

static const struct job_class work_class = { outbox_work_run, NULL, done, outbox_work_free };

static void start(struct screen *o)
{
	struct outbox_order *order = &o->order;

	if (o->job) {
		o->again = true;
		return;
	}
	order->states = views[o->view].states;
	snprintf(order->word, sizeof order->word, "%s", field_text(o->word));
	order->id = selected_id(o);
	order->at = order->id ? list_selected(o->list) : 0;
	o->job = job_start(&work_class, outbox_work_new(o->box, order), o);
	o->box = NULL;
	o->again = false;
	o->began = clock_ms();
	order->ask_count = 0;
}

static bool ask(struct screen *o, enum outbox_op op, int64_t id)
{
	struct outbox_order *order = &o->order;

	if (order->ask_count == OUTBOX_ASKS) {
		stack_notice(THEME_WARN, "The outbox is busy: wait a moment.");
		return false;
	}
	order->asks[order->ask_count++] = (struct outbox_ask){ op, id };
	start(o);
	return true;
}

static void take_seen(struct screen *o, struct outbox_work *w)
{
	int64_t id = selected_id(o);
	size_t row, at = id ? list_selected(o->list) : 0;

	outbox_seen_clear(&o->seen);
	o->seen = w->seen;
	w->seen = (struct outbox_seen){ .ids = NULL };
	o->read = o->counted = true;
	list_reload(o->list);
	if (w->back && outbox_seen_row(&o->seen, w->back, NULL) != LIST_NONE)
		id = w->back;
	row = id ? outbox_seen_row(&o->seen, id, NULL) : LIST_NONE;
	if (row == LIST_NONE && o->seen.count > 0)
		row = at < o->seen.count ? at : o->seen.count - 1;
	if (row != LIST_NONE)
		list_follow(o->list, row);
}

static void begin_edit(struct screen *o, struct outbox_work *w)
{
	size_t left_out = w->edit.left_out;

	(void)o;
	compose_push_draft(w->file, &w->edit.draft);
	w->file = NULL;
	if (left_out > 0)
		stack_notice(THEME_WARN, "%zu recipient%s already: left out here.", left_out,
			     left_out == 1 ? " has it" : "s have it");
}

static void tell(const struct outbox_work *w)
{
	if (w->trouble.kind != ERR_NONE)
		stack_notice(THEME_BAD, "%s %s", w->trouble.text, w->trouble.hint);
	else if (w->notice[0] != '\0')
		stack_notice(THEME_OK, "%s", w->notice);
}

static void done(void *owner, void *arg)
{
	struct screen *o = owner;
	struct outbox_work *w = arg;

	o->job = NULL;
	o->box = w->box;
	w->box = NULL;
	o->err = w->err;
	if (w->told) {
		free(o->told);
		o->told = w->told;
		w->told = NULL;
	}
	o->look_at = clock_after(o->box ? LOOK_MS : AGAIN_MS);
	/* Of another list than the one that is shown by now: the next job reads that. */
	if (o->box && w->order.states == views[o->view].states)
		take_seen(o, w);
	tell(w);
	if (o->again || o->order.ask_count > 0)
		start(o);
	if (w->text.len > 0)
		pager_push(w->title, buf_text(&w->text));
	if (w->file)
		begin_edit(o, w);
}

static bool is_slow(const struct screen *o)
{
	return o->job && clock_ms() - o->began >= SLOW_MS;
}

/* Nothing is due while it is out of sight. A crash is found by who looks for it. */
static int idle(void *self)
{
	struct screen *o = self;
	bool crashed;

	if (!stack_shows(o))
		return -1;
	if (o->job)
		return is_slow(o) ? -1 : (int)SLOW_MS;
	if (clock_left(o->look_at) > 0)
		return clock_left(o->look_at);
	crashed = o->seen.tally[OUTBOX_SENDING] > 0 && clock_ms() - o->began > AGAIN_MS;
	o->look_at = clock_after(LOOK_MS);
	if (!o->box || outbox_changed(o->box) || crashed)
		start(o);
	return (int)LOOK_MS;
}

static bool animated(const void *self)
{
	return is_slow(self);
}

static void resumed(void *self)
{
	struct screen *o = self;

	o->look_at = clock_ms();
}

/* ---- keys ---- */

static bool is_one_of(const struct outbox_item *m, unsigned states)
{
	return m && (states & 1u << m->state);
}

static bool can(const void *self, int action)
{
	const struct screen *o = self;
	const struct outbox_item *m = selected(o);

	if (action == ACT_FOUND)
		return o->typing;
	if (action == ACT_BACK || action == ACT_VIEW)
		return true;
	if (o->typing)
		return false;
	switch (action) {
	case ACT_RETRY:
		return is_one_of(m, OUTBOX_OPEN & ~(1u << OUTBOX_SENDING));
	case ACT_HOLD:
		return is_one_of(m, 1u << OUTBOX_READY | 1u << OUTBOX_HELD);
	case ACT_EDIT:
		return is_one_of(m, 1u << OUTBOX_READY | 1u << OUTBOX_HELD | 1u << OUTBOX_FAILED);
	case ACT_REMOVE:
		return m && !is_one_of(m, 1u << OUTBOX_SENDING | 1u << OUTBOX_REMOVED);
	case ACT_UNDO:
		return o->view == VIEW_REMOVED ? m != NULL : o->undo_count > 0;
	case ACT_RUN:
		return o->seen.tally[OUTBOX_READY] > 0;
	case ACT_OPEN:
		return m != NULL;
	default:
		return true;
	}
}

static const char *label(const void *self, int action)
{
	const struct screen *o = self;

	if (action == ACT_HOLD && is_one_of(selected(o), 1u << OUTBOX_HELD))
		return "let go";
	if (action == ACT_VIEW)
		return views[(o->view + 1) % VIEWS].key;
	return action == ACT_BACK && (o->typing || field_len(o->word) > 0) ? "all again" : NULL;
}

static bool typing(const void *self)
{
	const struct screen *o = self;

	return o->typing;
}

/* Another list: from its beginning. */
static void show_other(struct screen *o)
{
	int64_t tally[OUTBOX_STATES];

	memcpy(tally, o->seen.tally, sizeof tally);
	outbox_seen_clear(&o->seen);
	memcpy(o->seen.tally, tally, sizeof tally);
	o->read = false;
	list_reload(o->list);
	start(o);
}

static void retry_answer(void *arg, int choice)
{
	struct screen *o = arg;
	const struct outbox_item *m = outbox_seen_item(&o->seen, o->asked);

	if (choice == 1 && m)
		outbox_send_push(m->id, m->account);
}

static void retry(struct screen *o, const struct outbox_item *m)
{
	static const char *const options[] = { "Do not send it", "Send it again", NULL };

	o->asked = m->id;
	if (m->state == OUTBOX_UNSURE)
		dialog_push("Send it again?",
			    "The server may have taken this message already: nobody knows. Whoever "
			    "got it would get it a second time.",
			    options, 0, retry_answer, o);
	else
		retry_answer(o, 1);
}

static void forget_undo(struct screen *o, int64_t id)
{
	for (size_t i = 0; i < o->undo_count; i++)
		if (o->undo[i] == id) {
			o->undo_count--;
			memmove(o->undo + i, o->undo + i + 1,
				(o->undo_count - i) * sizeof *o->undo);
			return;
		}
}

static void remove_it(struct screen *o, int64_t id)
{
	if (!ask(o, OUTBOX_REMOVE, id))
		return;
	if (o->undo_count == UNDO_MOST)
		forget_undo(o, o->undo[0]);
	o->undo[o->undo_count++] = id;
	drop_row(o, list_selected(o->list));
}

static void undo(struct screen *o)
{
	int64_t id = o->view == VIEW_REMOVED ? selected_id(o) : o->undo[o->undo_count - 1];

	if (!ask(o, OUTBOX_UNDO, id))
		return;
	forget_undo(o, id);
	if (o->view == VIEW_REMOVED)
		drop_row(o, list_selected(o->list));
}

static void go_back(struct screen *o)
{
	if (!o->typing && field_len(o->word) == 0) {
		stack_pop(o);
		return;
	}
	o->typing = false;
	field_set(o->word, "");
	start(o);
}

static void act(void *self, int action)
{
	struct screen *o = self;
	const struct outbox_item *m = selected(o);

	switch (action) {
	case ACT_OPEN:
		ask(o, OUTBOX_OPEN_IT, m->id);
		break;
	case ACT_RETRY:
		retry(o, m);
		break;
	case ACT_HOLD:
		ask(o, m->state == OUTBOX_HELD ? OUTBOX_RELEASE : OUTBOX_HOLD, m->id);
		break;
	case ACT_EDIT:
		ask(o, OUTBOX_EDIT, m->id);
		break;
	case ACT_REMOVE:
		remove_it(o, m->id);
		break;
	case ACT_UNDO:
		undo(o);
		break;
	case ACT_FIND:
		o->typing = true;
		break;
	case ACT_FOUND:
		o->typing = false;
		break;
	case ACT_VIEW:
		o->view = (o->view + 1) % VIEWS;
		show_other(o);
		break;
	case ACT_RUN:
		outbox_send_push(0, NULL);
		break;
	default:
		go_back(o);
		break;
	}
}

/* Are the rows there that are in sight, or will be soon? */
static bool has_around(const struct screen *o)
{
	size_t at = list_selected(o->list), last = o->seen.count - 1;
	size_t from = at > AHEAD ? at - AHEAD : 0, to = at + AHEAD < last ? at + AHEAD : last;

	return outbox_seen_item(&o->seen, o->seen.ids[from]) &&
	       outbox_seen_item(&o->seen, o->seen.ids[to]);
}

static void event(void *self, const struct term_event *ev)
{
	struct screen *o = self;

	if (list_event(o->list, ev)) {
		if (o->seen.count > 0 && !has_around(o))
			start(o);
		return;
	}
	if (!o->typing)
		return;
	switch (field_event(o->word, ev)) {
	case FIELD_CHANGED:
	case FIELD_STRIPPED:
	case FIELD_CUT:
		start(o);
		break;
	default:
		break;
	}
}

/* ---- drawing ---- */

static int64_t count_view(const struct screen *o, size_t view)
{
	int64_t sum = 0;

	for (int s = 0; s < OUTBOX_STATES; s++)
		if (views[view].states & 1u << s)
			sum += o->seen.tally[s];
	return sum;
}

static void draw_views(const struct screen *o, const struct area *a)
{
	int x = a->x;

	for (size_t i = 0; i < VIEWS; i++) {
		bool here = i == o->view;

		draw_text(a->y, x, 1, THEME_KEY, here ? theme_mark(MARK_SELECTED) : " ");
		x += 3 + draw_text(a->y, x + 2, 20, here ? THEME_TITLE : THEME_DIM, views[i].name);
		if (o->counted)
			x += draw_textf(a->y, x, 20, here ? THEME_TITLE : THEME_DIM, "%lld",
					(long long)count_view(o, i));
		x += 2;
	}
	if (!o->typing && field_len(o->word) == 0)
		return;
	x += draw_text(a->y, x, 7, THEME_TEXT, "Find: ");
	field_draw(o->word, a->y, x, a->x + a->w - x > 30 ? 30 : a->x + a->w - x, o->typing);
}

/* Rows that were taken by what has to be said first. */
static int draw_trouble(const struct screen *o, const struct area *a)
{
	struct area rest = { a->y, a->x, 4, a->w };
	int rows = 0;

	if (o->told)
		rows += draw_wrapped(&rest, THEME_WARN, o->told) + 1;
	rest.y += rows;
	if (o->err.kind != ERR_NONE) {
		rest.y += draw_wrapped(&rest, THEME_BAD, o->err.text);
		rest.y += draw_wrapped(&rest, THEME_TEXT, o->err.hint);
		rows = rest.y + 1 - a->y;
	}
	if (is_slow(o)) {
		draw_textf(a->y + rows, a->x, a->w, THEME_BUSY, "%s Waiting for the outbox ...",
			   theme_spinner(clock_ms()));
		rows += 2;
	}
	return rows;
}

static void draw_nothing(const struct screen *o, const struct area *a)
{
	const char *text = views[o->view].nothing;

	if (o->err.kind != ERR_NONE || !o->read)
		text = "";
	else if (field_len(o->word) > 0)
		text = "Nothing has this in a recipient or in the subject.";
	draw_wrapped(a, THEME_TEXT, text);
	if (!o->typing)
		draw_cursor(a->y, a->x);
}

static void draw(void *self, const struct area *area)
{
	struct screen *o = self;
	const struct outbox_item *m = selected(o);
	struct area a = { area->y, area->x, area->h, area->w };
	struct area below = { area->y + area->h - DETAIL + 1, area->x, DETAIL - 1, area->w };
	int used;

	a.y += 2;
	used = draw_trouble(o, &a);
	a.y += used;
	a.h = below.y - 1 - a.y;
	if (o->seen.count == 0)
		draw_nothing(o, &a);
	else
		list_draw(o->list, &a);
	/* Last: while it is typed into, the cursor is there. */
	draw_views(o, area);
	if (o->seen.count == 0)
		return;
	draw_rule(below.y - 1, area->x, area->w);
	if (m)
		outbox_draw_detail(m, outbox_seen_bar(&o->seen, m->account), &below);
}

static void free_screen(void *self)
{
	struct screen *o = self;

	job_drop(o->job);
	outbox_close(o->box);
	outbox_seen_clear(&o->seen);
	list_free(o->list);
	field_free(o->word);
	free(o->told);
	free(o);
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
	.resumed = resumed,
	.free = free_screen,
};

void outbox_push(void)
{
	struct screen *o = xcalloc(1, sizeof *o);
	const struct list_source source = { count, draw_row, NULL, o };

	o->list = list_new(&source);
	o->word = field_new(OUTBOX_WORD, false);
	stack_push(&ops, o);
	start(o);
}
