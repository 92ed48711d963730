#include "widget/picker.h"

#include <stdlib.h>

#include "base/err.h"
#include "base/text.h"
#include "widget/list.h"
#include "widget/stack.h"

enum { ACT_TAKE = 1, ACT_BACK };

struct picker {
	const char *title;
	const char *const *labels;
	struct list *list;
	void (*take)(void *arg, int choice);
	void *arg;
};

static const struct keys_row keys[] = {
	{ ACT_TAKE, TERM_ENTER, 0, "Enter", "take it", "use this one" },
	{ ACT_BACK, TERM_ESC, 0, "Esc", "back", "back without a change" },
	{ 0, 0, 0, "letters", NULL, "search" },
	{ 0, 0, 0, "Up, Down", NULL, "move (also PgUp, PgDn)" },
	{ 0 }
};

static const char *title(const void *self)
{
	const struct picker *p = self;

	return p->title;
}

static size_t count(const void *arg)
{
	const struct picker *p = arg;
	size_t n = 0;

	while (p->labels[n])
		n++;
	return n;
}

static bool matches(const void *arg, size_t i, const char *word)
{
	const struct picker *p = arg;

	return text_has_nocase(p->labels[i], word);
}

static void draw_row(const void *arg, size_t i, bool selected, int y, int x, int w)
{
	const struct picker *p = arg;

	draw_text(y, x, 2, THEME_KEY, selected ? theme_mark(MARK_SELECTED) : " ");
	draw_text(y, x + 2, w - 2, selected ? THEME_SELECTED : THEME_TEXT, p->labels[i]);
}

static bool typing(const void *self)
{
	(void)self;
	return true;
}

static bool can(const void *self, int action)
{
	const struct picker *p = self;

	return action != ACT_TAKE || list_selected(p->list) != LIST_NONE;
}

static void act(void *self, int action)
{
	struct picker *p = self;

	stack_pop(p);
	p->take(p->arg, action == ACT_TAKE ? (int)list_selected(p->list) : -1);
}

static void event(void *self, const struct term_event *ev)
{
	struct picker *p = self;

	list_event(p->list, ev);
}

static void draw(void *self, const struct area *area)
{
	struct picker *p = self;
	struct area a = { area->y + 1, area->x, area->h - 1, area->w };

	list_draw(p->list, &a);
}

static void free_picker(void *self)
{
	struct picker *p = self;

	list_free(p->list);
	free(p);
}

static const struct screen_ops ops = {
	.title = title,
	.keys = keys,
	.draw = draw,
	.event = event,
	.act = act,
	.can = can,
	.typing = typing,
	.free = free_picker,
};

void picker_push(const char *name, const char *const *labels, int chosen,
		 void (*take)(void *arg, int choice), void *arg)
{
	struct picker *p = xcalloc(1, sizeof *p);
	const struct list_source source = { count, draw_row, matches, p };

	p->title = name;
	p->labels = labels;
	p->take = take;
	p->arg = arg;
	p->list = list_new(&source);
	list_select(p->list, (size_t)chosen);
	stack_push(&ops, p);
}
