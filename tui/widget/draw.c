#include "widget/draw.h"

#include <curses.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

#include "base/text.h"
#include "widget/glyph.h"

/* Longer lines of prose are hard to read. */
#define PROSE_MAX 100

static int cursor_y, cursor_x;

void draw_begin(void)
{
	erase();
	cursor_y = cursor_x = -1;
}

void draw_end(void)
{
	curs_set(cursor_y >= 0);
	if (cursor_y >= 0)
		move(cursor_y, cursor_x);
	refresh();
}

struct area draw_screen(void)
{
	return (struct area){ 0, 0, LINES, COLS };
}

void draw_cursor(int y, int x)
{
	cursor_y = y;
	cursor_x = x < COLS ? x : COLS - 1;
}

/* One glyph at the current place. */
static void put(const char *s, size_t len)
{
	wchar_t wide[16];
	size_t n = 0;
	unsigned code;

	while (len > 0 && n < 15) {
		size_t used = text_utf8_next(s, len, &code);

		if (used == 0 || wcwidth((wchar_t)code) < 0 || glyph_is_trick(code)) {
			code = '?';
			used = used ? used : 1;
		}
		wide[n++] = (wchar_t)code;
		s += used;
		len -= used;
	}
	addnwstr(wide, (int)n);
}

/* What fits into w columns; returns columns, *used says how many bytes. */
static int put_fitting(const char *text, size_t len, int w, size_t *used)
{
	size_t at = 0;
	int x = 0, columns;

	while (at < len) {
		size_t n = glyph_next(text + at, len - at, &columns);

		if (x + columns > w)
			break;
		if (text[at] == '\t')
			addnstr("        ", columns);
		else
			put(text + at, n);
		x += columns;
		at += n;
	}
	*used = at;
	return x;
}

void draw_span(int y, int x, int w, enum theme_role role, const char *text, size_t len)
{
	size_t used;
	int columns;

	if (w <= 0 || y < 0 || y >= LINES)
		return;
	theme_use(role);
	move(y, x);
	columns = put_fitting(text, len, w, &used);
	for (; columns < w; columns++)
		addch(' ');
	theme_use(THEME_TEXT);
}

int draw_text(int y, int x, int w, enum theme_role role, const char *text)
{
	size_t len = strlen(text), used;
	int columns;
	bool cut = glyph_columns(text, len) > w;

	if (w <= 0 || y < 0 || y >= LINES)
		return 0;
	theme_use(role);
	move(y, x);
	columns = put_fitting(text, len, cut ? w - 1 : w, &used);
	if (cut) {
		put(theme_mark(MARK_ELLIPSIS), strlen(theme_mark(MARK_ELLIPSIS)));
		columns++;
	}
	theme_use(THEME_TEXT);
	return columns;
}

int draw_textf(int y, int x, int w, enum theme_role role, const char *fmt, ...)
{
	char text[2048];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	return draw_text(y, x, w, role, text);
}

int draw_wrapped(const struct area *a, enum theme_role role, const char *text)
{
	size_t len = strlen(text), at = 0, next;
	int row = 0, w = a->w < PROSE_MAX ? a->w : PROSE_MAX;

	while (at < len && row < a->h && w > 0) {
		size_t n = glyph_break(text + at, len - at, w, &next);

		/* The last row that there is room for says that more follows. */
		if (row == a->h - 1 && at + next < len) {
			draw_textf(a->y + row, a->x, w, role, "%.*s%s", (int)n, text + at,
				   theme_mark(MARK_ELLIPSIS));
			return a->h;
		}
		draw_span(a->y + row, a->x,
			  glyph_columns(text + at, n) < w ? glyph_columns(text + at, n) : w, role,
			  text + at, n);
		at += next;
		row++;
	}
	return row;
}

void draw_more(const struct area *a, int lines)
{
	if (lines > 0)
		draw_textf(a->y + a->h, a->x, a->w, THEME_DIM, " %d more line%s ", lines,
			   lines == 1 ? "" : "s");
}

int draw_wrapped_rows(int w, const char *text)
{
	size_t len = strlen(text), at = 0, next;
	int rows = 0;

	w = w < PROSE_MAX ? w : PROSE_MAX;
	while (at < len && w > 0) {
		glyph_break(text + at, len - at, w, &next);
		at += next;
		rows++;
	}
	return rows;
}

void draw_rule(int y, int x, int w)
{
	theme_use(THEME_DIM);
	mvhline(y, x, 0, w);
	theme_use(THEME_TEXT);
}

void draw_box(const struct area *a, const char *title)
{
	int bottom = a->y + a->h - 1, right = a->x + a->w - 1;

	theme_use(THEME_TEXT);
	for (int y = a->y; y <= bottom; y++)
		mvhline(y, a->x, ' ', a->w);
	mvhline(a->y, a->x, 0, a->w);
	mvhline(bottom, a->x, 0, a->w);
	mvvline(a->y, a->x, 0, a->h);
	mvvline(a->y, right, 0, a->h);
	mvaddch(a->y, a->x, ACS_ULCORNER);
	mvaddch(a->y, right, ACS_URCORNER);
	mvaddch(bottom, a->x, ACS_LLCORNER);
	mvaddch(bottom, right, ACS_LRCORNER);
	if (title[0] != '\0')
		draw_textf(a->y, a->x + 2, a->w - 4, THEME_TITLE, " %s ", title);
}
