#include "widget/list.h"

#include <stdlib.h>

#include "base/err.h"
#include "widget/field.h"

#define FILTER_MAX 80

struct list {
	struct list_source source;
	struct field *filter; /* NULL: none */
	size_t *shown; /* numbers of the rows that match */
	size_t count, at, top;
	int page; /* rows that were drawn last */
};

struct list *list_new(const struct list_source *source)
{
	struct list *l = xcalloc(1, sizeof *l);

	l->source = *source;
	l->page = 10;
	if (source->matches)
		l->filter = field_new(FILTER_MAX, false);
	list_reload(l);
	return l;
}

void list_free(struct list *l)
{
	if (!l)
		return;
	field_free(l->filter);
	free(l->shown);
	free(l);
}

size_t list_selected(const struct list *l)
{
	return l->count > 0 ? l->shown[l->at] : LIST_NONE;
}

const char *list_filter(const struct list *l)
{
	return l->filter ? field_text(l->filter) : "";
}

static void seek(struct list *l, size_t i)
{
	for (size_t k = 0; k < l->count; k++)
		if (l->shown[k] == i)
			l->at = k;
}

/* With what follows it in sight, and a little of what is before. */
void list_select(struct list *l, size_t i)
{
	seek(l, i);
	l->top = l->at > 3 ? l->at - 3 : 0;
}

void list_follow(struct list *l, size_t i)
{
	size_t before = l->at;

	seek(l, i);
	/* At the top what comes in above is to be seen. */
	if (l->top > 0)
		l->top = l->top + l->at > before ? l->top + l->at - before : 0;
}

void list_reload(struct list *l)
{
	size_t total = l->source.count(l->source.arg), before = list_selected(l);
	const char *word = list_filter(l);

	l->shown = xreallocarray(l->shown, total, sizeof *l->shown);
	l->count = 0;
	for (size_t i = 0; i < total; i++)
		if (word[0] == '\0' || l->source.matches(l->source.arg, i, word))
			l->shown[l->count++] = i;
	if (l->at >= l->count)
		l->at = l->count > 0 ? l->count - 1 : 0;
	if (before != LIST_NONE)
		seek(l, before);
}

static void step(struct list *l, long by)
{
	long at = (long)l->at + by;

	if (l->count == 0)
		return;
	if (at < 0)
		at = 0;
	if (at >= (long)l->count)
		at = (long)l->count - 1;
	l->at = (size_t)at;
}

static bool move_event(struct list *l, int key)
{
	switch (key) {
	case TERM_UP:
		step(l, -1);
		return true;
	case TERM_DOWN:
		step(l, 1);
		return true;
	case TERM_PAGE_UP:
		step(l, -l->page);
		return true;
	case TERM_PAGE_DOWN:
		step(l, l->page);
		return true;
	case TERM_HOME:
		step(l, -(long)l->count);
		return true;
	case TERM_END_KEY:
		step(l, (long)l->count);
		return true;
	default:
		return false;
	}
}

bool list_event(struct list *l, const struct term_event *event)
{
	if (event->kind == TERM_KEY && move_event(l, event->key))
		return true;
	if (!l->filter)
		return false;
	switch (field_event(l->filter, event)) {
	case FIELD_IGNORED:
		return false;
	case FIELD_CHANGED:
	case FIELD_STRIPPED:
	case FIELD_CUT:
		/* The best match is the first one. */
		l->at = 0;
		free(l->shown);
		l->shown = NULL;
		l->count = 0;
		list_reload(l);
		return true;
	default:
		return true;
	}
}

void list_draw(struct list *l, const struct area *area)
{
	struct area a = *area;

	if (l->filter) {
		int used = draw_text(a.y, a.x, a.w, THEME_TEXT, "Type to search: ");

		field_draw(l->filter, a.y, a.x + used, a.w - used > 30 ? 30 : a.w - used, true);
		a.y += 2;
		a.h -= 2;
	}
	l->page = a.h > 1 ? a.h - 1 : 1;
	if (a.h > 0 && l->top + (size_t)a.h > l->count)
		l->top = l->count > (size_t)a.h ? l->count - (size_t)a.h : 0;
	if (l->at < l->top)
		l->top = l->at;
	if (l->at >= l->top + (size_t)(a.h > 0 ? a.h : 1))
		l->top = l->at + 1 - (size_t)(a.h > 0 ? a.h : 1);
	for (int row = 0; row < a.h && l->top + (size_t)row < l->count; row++) {
		size_t k = l->top + (size_t)row;

		l->source.draw(l->source.arg, l->shown[k], k == l->at, a.y + row, a.x, a.w);
		if (k == l->at && !l->filter)
			draw_cursor(a.y + row, a.x);
	}
}
