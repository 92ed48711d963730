#include "widget/form_row.h"

#include <stdio.h>
#include <string.h>

#include "widget/field.h"
#include "widget/glyph.h"

#define LABEL_MIN 12
#define FIELD_MAX 50

static int label_columns(const struct form *f)
{
	int most = LABEL_MIN;

	for (int i = 0; i < f->count; i++) {
		int w = glyph_columns(f->rows[i].label, strlen(f->rows[i].label));

		if (!f->rows[i].hidden && w > most)
			most = w;
	}
	return most;
}

/* The line or lines under a row: its message, else its help while it has the focus. */
static const char *below(const struct form_row *row, bool focused)
{
	if (row->message[0] != '\0')
		return row->message;
	return focused && row->help ? row->help : "";
}

static int row_height(const struct form_row *row, bool focused, int w)
{
	const char *text = below(row, focused);
	int indent = row->message[0] != '\0' ? 2 : 0;

	return 1 + (text[0] != '\0' ? draw_wrapped_rows(w - indent, text) : 0);
}

static void draw_choice(const struct form_row *row, int y, int x, int w, bool focused)
{
	const char *label = row->count > 0 ? row->labels[row->chosen] : "";
	int at = x;

	if (row->count > 1)
		at += draw_text(y, at, w, THEME_DIM, theme_mark(MARK_LESS)) + 1;
	at += draw_text(y, at, w - 4, focused ? THEME_SELECTED : THEME_TEXT, label) + 1;
	if (row->count > 1)
		draw_text(y, at, x + w - at, THEME_DIM, theme_mark(MARK_MORE));
	if (focused)
		draw_cursor(y, row->count > 1 ? x + 2 : x);
}

static void draw_value(const struct form_row *row, int y, int x, int w, bool focused)
{
	if (!row->field) {
		draw_choice(row, y, x, w, focused);
		return;
	}
	field_draw(row->field, y, x, w < FIELD_MAX ? w : FIELD_MAX, focused);
	if (field_len(row->field) == 0 && row->placeholder[0] != '\0')
		draw_text(y, x, w < FIELD_MAX ? w : FIELD_MAX, THEME_DIM, row->placeholder);
}

static void draw_below(const struct form_row *row, bool focused, const struct area *area)
{
	static const enum theme_role roles[] = {
		[FORM_NOTE] = THEME_DIM,
		[FORM_WARNING] = THEME_WARN,
		[FORM_FAULT] = THEME_BAD,
	};
	struct area a = *area;
	enum theme_role role = THEME_DIM;
	char text[600];

	snprintf(text, sizeof text, "%s", below(row, focused));
	if (text[0] >= 'a' && text[0] <= 'z')
		text[0] = (char)(text[0] - 'a' + 'A');
	if (row->message[0] != '\0') {
		role = roles[row->tone];
		draw_text(a.y, a.x, 1, role,
			  row->tone == FORM_NOTE ? theme_mark(MARK_BULLET) : theme_mark(MARK_WARN));
		a.x += 2;
		a.w -= 2;
	}
	draw_wrapped(&a, role, text);
}

/* Which line the focused row begins at, and how high all of it is. */
static int measure(const struct form *f, bool focus, int w, int *begin, int *end)
{
	int y = 0;

	for (int i = 0; i < f->count; i++) {
		int h;

		if (f->rows[i].hidden)
			continue;
		h = row_height(&f->rows[i], focus && i == f->focus, w);
		if (i == f->focus) {
			*begin = y;
			*end = y + h;
		}
		y += h;
	}
	return y;
}

int form_draw(struct form *f, const struct area *area, bool focus)
{
	int labels = label_columns(f), begin = 0, end = 0, y, total;
	int w = area->w - labels - 4, x = area->x + labels + 4;

	total = measure(f, focus, w, &begin, &end);
	if (f->top > 0 && total - f->top < area->h)
		f->top = total > area->h ? total - area->h : 0;
	if (end - f->top > area->h)
		f->top = end - area->h;
	if (begin < f->top)
		f->top = begin;
	y = area->y - f->top;
	for (int i = 0; i < f->count; i++) {
		struct form_row *row = &f->rows[i];
		bool focused = focus && i == f->focus;
		int h = row->hidden ? 0 : row_height(row, focused, w);

		if (h > 0 && y >= area->y && y < area->y + area->h) {
			struct area under = { y + 1, x, area->y + area->h - y - 1, w };

			draw_text(y, area->x, 1, THEME_KEY,
				  focused ? theme_mark(MARK_SELECTED) : " ");
			draw_text(y, area->x + 2, labels, focused ? THEME_TITLE : THEME_TEXT,
				  row->label);
			draw_value(row, y, x, w, focused);
			if (h > 1 && under.h > 0)
				draw_below(row, focused, &under);
		}
		y += h;
	}
	return total < area->h ? total : area->h;
}
