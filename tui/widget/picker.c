#include "widget/picker.h"

#include <stdlib.h>

#include "base/err.h"
#include "base/text.h"
#include "widget/stack.h"

enum { ACT_TAKE = 1, ACT_BACK };

struct picker {
	struct picker_look look;
	struct list *list;
	void (*take)(void *arg, int choice);
	void *arg;
};

static const struct keys_row keys[] = {
	{ ACT_TAKE, TERM_ENTER, 0, "Enter", "take it", "use this one" },
	{ ACT_BACK, TERM_ESC, 0, "Esc", "back", "back without a change" },
	{ 0, 0, 0, "letters", NULL, "search by what a row holds" },
	{ 0, 0, 0, "Up, Down", NULL, "move (also PgUp, PgDn)" },
	{ 0 }
};

static const char *title(const void *self)
{
	const struct picker *p = self;

	return p->look.title;
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
	int used = p->look.head ? p->look.head(&a) : 0;

	a.y += used;
	a.h -= used;
	list_draw(p->list, &a);
	if (p->look.nothing && list_selected(p->list) == LIST_NONE)
		draw_text(a.y + 2, a.x + 2, a.w - 2, THEME_TEXT, p->look.nothing);
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

void picker_push(const struct picker_look *look, size_t chosen,
		 void (*take)(void *arg, int choice), void *arg)
{
	struct picker *p = xcalloc(1, sizeof *p);

	p->look = *look;
	p->take = take;
	p->arg = arg;
	p->list = list_new(&look->rows);
	if (chosen != LIST_NONE)
		list_select(p->list, chosen);
	stack_push(&ops, p);
}

static size_t count_labels(const void *arg)
{
	const char *const *labels = arg;
	size_t n = 0;

	while (labels[n])
		n++;
	return n;
}

static bool label_matches(const void *arg, size_t i, const char *word)
{
	const char *const *labels = arg;

	return text_has_nocase(labels[i], word);
}

static void draw_label(const void *arg, size_t i, bool selected, int y, int x, int w)
{
	const char *const *labels = arg;

	draw_text(y, x, 2, THEME_KEY, selected ? theme_mark(MARK_SELECTED) : " ");
	draw_text(y, x + 2, w - 2, selected ? THEME_SELECTED : THEME_TEXT, labels[i]);
}

void picker_push_labels(const char *name, const char *const *labels, size_t chosen,
			void (*take)(void *arg, int choice), void *arg)
{
	const struct picker_look look = {
		.title = name,
		.rows = { count_labels, draw_label, label_matches, labels },
	};

	picker_push(&look, chosen, take, arg);
}
