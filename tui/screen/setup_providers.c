#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "screen/provider_faults.h"
#include "screen/setup_state.h"
#include "widget/list.h"
#include "widget/stack.h"

enum { ACT_TAKE = 1, ACT_BACK };

struct providers {
	struct list *list;
	void (*take)(void *arg, const struct provider *p);
	void *arg;
};

static const struct keys_row keys[] = {
	{ ACT_TAKE, TERM_ENTER, 0, "Enter", "take it", "use this provider" },
	{ ACT_BACK, TERM_ESC, 0, "Esc", "back", "back without a change" },
	{ 0, 0, 0, "letters", NULL, "search by name, short name or domain" },
	{ 0, 0, 0, "Up, Down", NULL, "move (also PgUp, PgDn)" },
	{ 0 }
};

static size_t count(const void *arg)
{
	(void)arg;
	return provider_count();
}

static bool matches(const void *arg, size_t i, const char *word)
{
	(void)arg;
	return provider_matches(provider_at(i), word);
}

static void draw_row(const void *arg, size_t i, bool selected, int y, int x, int w)
{
	const struct provider *p = provider_at(i);
	enum theme_role role = selected ? THEME_SELECTED : THEME_TEXT;

	(void)arg;
	draw_text(y, x, 2, THEME_KEY, selected ? theme_mark(MARK_SELECTED) : " ");
	draw_text(y, x + 2, 36, role, p->name);
	draw_text(y, x + 40, w - 40, THEME_DIM, p->domains[0] ? p->domains[0] : p->host);
}

static const char *title(const void *self)
{
	(void)self;
	return "Providers";
}

static bool typing(const void *self)
{
	(void)self;
	return true;
}

static bool can(const void *self, int action)
{
	const struct providers *p = self;

	return action != ACT_TAKE || list_selected(p->list) != LIST_NONE;
}

static void act(void *self, int action)
{
	struct providers *p = self;

	stack_pop(p);
	if (action == ACT_TAKE)
		p->take(p->arg, provider_at(list_selected(p->list)));
}

static void event(void *self, const struct term_event *ev)
{
	struct providers *p = self;

	list_event(p->list, ev);
}

static void draw(void *self, const struct area *area)
{
	struct providers *p = self;
	struct area a = { area->y + 1, area->x, area->h - 1, area->w };
	int used = provider_faults_draw(&(struct area){ a.y, a.x, 6, a.w });

	a.y += used;
	a.h -= used;
	list_draw(p->list, &a);
	if (list_selected(p->list) == LIST_NONE)
		draw_text(a.y + 2, a.x + 2, a.w - 2, THEME_TEXT,
			  "None fits. Esc goes back: any other server can be typed by hand.");
}

static void free_providers(void *self)
{
	struct providers *p = self;

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
	.free = free_providers,
};

void setup_providers_push(const struct provider *chosen,
			  void (*take)(void *arg, const struct provider *p), void *arg)
{
	const struct list_source source = { count, draw_row, matches, NULL };
	struct providers *p = xcalloc(1, sizeof *p);

	p->list = list_new(&source);
	p->take = take;
	p->arg = arg;
	for (size_t i = 0; i < provider_count(); i++)
		if (provider_at(i) == chosen)
			list_select(p->list, i);
	stack_push(&ops, p);
}
