#include "widget/stack.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "widget/dialog.h"
#include "widget/help.h"
#include "widget/job.h"

#define DEPTH_MAX   32
#define FRAME_MS    250
#define NOTICE_ROWS 4

struct entry {
	const struct screen_ops *ops;
	void *self;
};

static struct entry screens[DEPTH_MAX], buried[DEPTH_MAX];
static int depth, dead;
static bool over;
static char notice[400];
static enum theme_role notice_role;

void stack_push(const struct screen_ops *ops, void *self)
{
	if (depth == DEPTH_MAX)
		die("too many screens");
	screens[depth++] = (struct entry){ ops, self };
}

static void bury(void)
{
	while (dead > 0) {
		dead--;
		buried[dead].ops->free(buried[dead].self);
	}
}

void stack_pop(const void *self)
{
	int i = depth;

	while (i > 0 && screens[i - 1].self != self)
		i--;
	if (i == 0)
		return;
	while (depth >= i) {
		if (dead == DEPTH_MAX)
			die("too many screens were closed at once");
		buried[dead++] = screens[--depth];
	}
	if (depth > 0 && screens[depth - 1].ops->resumed)
		screens[depth - 1].ops->resumed(screens[depth - 1].self);
}

void stack_clear(void)
{
	bury();
	while (depth > 0) {
		depth--;
		screens[depth].ops->free(screens[depth].self);
	}
}

void stack_notice(enum theme_role role, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(notice, sizeof notice, fmt, ap);
	va_end(ap);
	notice_role = role;
}

bool stack_shows(const void *self)
{
	for (int i = depth - 1; i >= 0; i--) {
		if (screens[i].self == self)
			return true;
		if (!screens[i].ops->overlay)
			return false;
	}
	return false;
}

/* How deep the question whether to leave is, 0: never asked. */
static int asked_depth;

/* Ctrl-C again means yes. */
static bool asking(void)
{
	return asked_depth > 0 && depth >= asked_depth;
}

static void quit_answer(void *arg, int choice)
{
	(void)arg;
	asked_depth = 0;
	if (choice == 0)
		over = true;
}

void stack_quit(void)
{
	static const char *const options[] = { "Leave (also: Ctrl-C again)", "Stay", NULL };

	for (int i = depth - 1; i >= 0 && !asking(); i--) {
		const struct screen_ops *ops = screens[i].ops;
		const char *what = ops->unsaved ? ops->unsaved(screens[i].self) : NULL;

		if (!what)
			continue;
		dialog_push("Leave outpost?", what, options, 1, quit_answer, NULL);
		asked_depth = depth;
		return;
	}
	over = true;
}

static struct keys_state keys_state(const struct entry *e)
{
	return (struct keys_state){
		.typing = e->ops->typing && e->ops->typing(e->self),
		.can = e->ops->can,
		.label = e->ops->label,
		.arg = e->self,
	};
}

static bool too_small(void)
{
	struct area all = draw_screen();

	return all.w < STACK_MIN_COLUMNS || all.h < STACK_MIN_LINES;
}

static void draw_frame(const struct entry *top, const struct area *all)
{
	struct keys_state state = keys_state(top);
	const char *title = "";

	for (int i = depth - 1; i >= 0 && title[0] == '\0'; i--)
		if (!screens[i].ops->overlay && screens[i].ops->title)
			title = screens[i].ops->title(screens[i].self);
	draw_text(0, 2, all->w - 14, THEME_TITLE, title);
	draw_text(0, all->w - 9, 7, THEME_DIM, "outpost");
	draw_rule(1, 0, all->w);
	draw_rule(all->h - 2, 0, all->w);
	keys_draw_bar(top->ops->keys, &state, all->h - 1, 2, all->w - 4);
}

/* Instead of the lower rule; a long one covers what is above it. */
static void draw_notice(const struct area *all)
{
	int rows = draw_wrapped_rows(all->w - 4, notice);
	struct area a = { 0, 2, rows < NOTICE_ROWS ? rows : NOTICE_ROWS, all->w - 4 };

	a.y = all->h - 1 - a.h;
	for (int y = a.y; y < a.y + a.h; y++)
		draw_span(y, 0, all->w, THEME_TEXT, "", 0);
	draw_wrapped(&a, notice_role, notice);
}

static void draw(void)
{
	struct area all = draw_screen(), inner = { 2, 2, all.h - 4, all.w - 4 };
	int i = depth - 1;

	draw_begin();
	if (too_small()) {
		draw_textf(0, 0, all.w, THEME_WARN, "%dx%d is too small: outpost needs %dx%d.",
			   all.w, all.h, STACK_MIN_COLUMNS, STACK_MIN_LINES);
		if (asking())
			draw_text(1, 0, all.w, THEME_WARN,
				  "Something is not saved. Ctrl-C again leaves.");
		draw_end();
		return;
	}
	draw_frame(&screens[depth - 1], &all);
	while (i > 0 && screens[i].ops->overlay)
		i--;
	for (; i < depth; i++)
		screens[i].ops->draw(screens[i].self, &inner);
	if (notice[0] != '\0')
		draw_notice(&all);
	draw_end();
}

static void open_help(const struct entry *top, const struct keys_state *state)
{
	const char *title = top->ops->title ? top->ops->title(top->self) : "Help";

	help_push(title, top->ops->keys, state);
}

/* Keys that mean the same on every screen; true when it was one. */
static bool global_key(const struct entry *top, const struct keys_state *state, int key)
{
	switch (key) {
	case TERM_CTRL('c'):
		stack_quit();
		return true;
	case TERM_CTRL('l'):
		term_redraw();
		return true;
	case TERM_CTRL('z'):
		term_suspend();
		return true;
	case '?':
		if (state->typing)
			return false;
		/* fall through */
	case TERM_F1:
		if (top->ops != help_ops())
			open_help(top, state);
		return true;
	default:
		return false;
	}
}

static void dispatch(const struct term_event *event)
{
	struct entry top = screens[depth - 1];
	struct keys_state state = keys_state(&top);
	const struct keys_row *row;

	if (event->kind == TERM_RESIZE) {
		/* What the terminal did with the old content is its own affair. */
		term_redraw();
		return;
	}
	if (too_small()) {
		/* Nobody sees what a key does. */
		if (event->kind == TERM_KEY && event->key == TERM_CTRL('c'))
			stack_quit();
		return;
	}
	notice[0] = '\0';
	if (event->kind == TERM_KEY && global_key(&top, &state, event->key))
		return;
	row = keys_find(top.ops->keys, &state, event);
	if (row && top.ops->act)
		top.ops->act(top.self, row->action);
	else if (!row && top.ops->event)
		top.ops->event(top.self, event);
}

static bool animated(void)
{
	for (int i = depth - 1; i >= 0; i--) {
		if (screens[i].ops->animated && screens[i].ops->animated(screens[i].self))
			return true;
		if (!screens[i].ops->overlay)
			break;
	}
	return false;
}

static void take_events(void)
{
	struct term_event event;

	while (depth > 0 && !over) {
		term_read(&event);
		if (event.kind == TERM_NOTHING)
			return;
		if (event.kind == TERM_END) {
			over = true;
			return;
		}
		dispatch(&event);
		bury();
	}
}

/* The least of two waits, of which -1 is for ever. */
static int sooner(int a, int b)
{
	return a < 0 || (b >= 0 && b < a) ? b : a;
}

static int idle(void)
{
	int wait = -1;

	for (int i = 0; i < depth; i++)
		if (screens[i].ops->idle)
			wait = sooner(wait, screens[i].ops->idle(screens[i].self));
	return wait;
}

void stack_run(void)
{
	int frame, wait;

	over = false;
	asked_depth = 0;
	while (depth > 0 && !over) {
		/* Before it is drawn: it may have something to say. */
		wait = idle();
		draw();
		frame = animated() && !too_small() ? FRAME_MS : -1;
		term_wait(jobs_fd(), sooner(frame, wait));
		jobs_dispatch();
		bury();
		take_events();
	}
}
