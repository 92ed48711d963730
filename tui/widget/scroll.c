#include "widget/scroll.h"

#include <string.h>

#include "widget/glyph.h"

bool scroll_event(struct scroll *s, const struct term_event *ev)
{
	if (ev->kind != TERM_KEY)
		return false;
	switch (ev->key) {
	case TERM_UP:
		s->top--;
		return true;
	case TERM_DOWN:
		s->top++;
		return true;
	case TERM_PAGE_UP:
		s->top -= s->page;
		return true;
	case TERM_PAGE_DOWN:
		s->top += s->page;
		return true;
	case TERM_HOME:
		s->top = 0;
		return true;
	case TERM_END_KEY:
		s->top = s->rows;
		return true;
	default:
		return false;
	}
}

static int count_rows(const char *text, int w)
{
	size_t len = strlen(text), next;
	int rows = 0;

	for (size_t at = 0; at < len; at += next, rows++)
		glyph_break(text + at, len - at, w, &next);
	return rows;
}

void scroll_draw(struct scroll *s, const struct area *area, const char *text,
		 enum theme_role (*role)(char first))
{
	size_t len = strlen(text), next;
	enum theme_role look = THEME_TEXT;
	int row = 0;

	s->page = area->h > 1 ? area->h - 1 : 1;
	s->rows = count_rows(text, area->w);
	if (s->top > s->rows - area->h)
		s->top = s->rows - area->h;
	if (s->top < 0)
		s->top = 0;
	for (size_t at = 0; at < len; at += next, row++) {
		size_t n = glyph_break(text + at, len - at, area->w, &next);

		if (role && (at == 0 || text[at - 1] == '\n'))
			look = role(text[at]);
		if (row >= s->top && row < s->top + area->h)
			draw_span(area->y + row - s->top, area->x, area->w, look, text + at, n);
	}
	draw_more(area, s->rows - s->top - area->h);
	draw_cursor(area->y, area->x);
}
