#include "widget/help.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "widget/stack.h"

enum { ACT_CLOSE = 1 };

struct help {
	char title[128];
	const struct keys_row *table;
	bool *usable;
	int top, rows;
};

static const struct keys_row keys[] = {
	{ ACT_CLOSE, TERM_ESC, 'q', "Esc", "back", "back to where you came from" },
	{ 0, 0, 0, "Up, Down", "scroll", "one line" },
	{ 0, 0, 0, "PgUp, PgDn", NULL, "one page" },
	{ 0, 0, 0, "Home, End", NULL, "to the beginning or the end" },
	{ 0 }
};

static const struct keys_row everywhere[] = {
	{ 0, 0, 0, "F1, ?", NULL, "this help (? is a character where text is typed)" },
	{ 0, 0, 0, "Ctrl-L", NULL, "draw the screen again" },
	{ 0, 0, 0, "Ctrl-Z", NULL, "stop outpost and go to the shell; fg comes back" },
	{ 0, 0, 0, "Ctrl-C", NULL, "leave outpost" },
	{ 0 }
};

static const struct keys_row editing[] = {
	{ 0, 0, 0, "Left, Right", NULL, "move by a character" },
	{ 0, 0, 0, "Home, End", NULL, "to the beginning or the end (also Ctrl-A, Ctrl-E)" },
	{ 0, 0, 0, "Ctrl-U, Ctrl-K", NULL, "delete what is before or behind the cursor" },
	{ 0, 0, 0, "Ctrl-W", NULL, "delete the word before the cursor" },
	{ 0 }
};

static const char *title(const void *self)
{
	const struct help *h = self;

	return h->title;
}

static void act(void *self, int action)
{
	(void)action;
	stack_pop(self);
}

static void event(void *self, const struct term_event *ev)
{
	struct help *h = self;

	if (ev->kind != TERM_KEY)
		return;
	if (ev->key == TERM_UP || ev->key == TERM_PAGE_UP)
		h->top -= ev->key == TERM_UP ? 1 : 10;
	if (ev->key == TERM_DOWN || ev->key == TERM_PAGE_DOWN)
		h->top += ev->key == TERM_DOWN ? 1 : 10;
	if (ev->key == TERM_HOME || ev->key == TERM_END_KEY)
		h->top = ev->key == TERM_HOME ? 0 : h->rows;
}

#define COLUMN 18

/* The bytes of help that one line has room for, and where the next begins. */
static size_t line_of(const char *help, int room, const char **next)
{
	size_t len = strlen(help), at = (size_t)room;

	*next = NULL;
	if (len <= at)
		return len;
	while (at > 0 && help[at] != ' ')
		at--;
	if (at == 0)
		return len;
	*next = help + at + 1;
	return at;
}

/* Returns the lines it took, or would take. */
static int draw_row(const struct area *a, int y, const struct keys_row *row, bool usable)
{
	const char *help = row->help;
	int lines = 0;

	for (; help; lines++, y++) {
		int room = a->w - COLUMN;
		const char *line = help;
		size_t len = line_of(line, room, &help);

		if (y < a->y || y >= a->y + a->h)
			continue;
		if (lines == 0)
			draw_text(y, a->x, 16, usable ? THEME_KEY : THEME_DIM, row->name);
		draw_textf(y, a->x + COLUMN, room, usable ? THEME_TEXT : THEME_DIM, "%.*s",
			   (int)len, line);
	}
	return lines;
}

static int draw_table(const struct area *a, int y, const char *heading,
		      const struct keys_row *table, const bool *usable)
{
	int lines = 1;

	if (y >= a->y && y < a->y + a->h)
		draw_text(y, a->x, a->w, THEME_TITLE, heading);
	for (int i = 0; table && table[i].name; i++)
		lines += draw_row(a, y + lines, &table[i],
				  !usable || usable[i] || table[i].action == 0);
	return y + lines + 1;
}

static void draw(void *self, const struct area *area)
{
	struct help *h = self;
	int y;

	if (h->top > h->rows - area->h)
		h->top = h->rows - area->h;
	if (h->top < 0)
		h->top = 0;
	y = area->y - h->top;
	y = draw_table(area, y, "On this screen", h->table, h->usable);
	y = draw_table(area, y, "Where text is typed", editing, NULL);
	y = draw_table(area, y, "Everywhere", everywhere, NULL);
	h->rows = y - 1 - area->y + h->top;
	draw_more(area, h->rows - h->top - area->h);
	draw_cursor(area->y, area->x);
}

static void free_help(void *self)
{
	struct help *h = self;

	free(h->usable);
	free(h);
}

static const struct screen_ops ops = {
	.title = title,
	.keys = keys,
	.draw = draw,
	.event = event,
	.act = act,
	.free = free_help,
};

const struct screen_ops *help_ops(void)
{
	return &ops;
}

void help_push(const char *name, const struct keys_row *table, const struct keys_state *state)
{
	struct help *h = xcalloc(1, sizeof *h);
	size_t n = 0;

	snprintf(h->title, sizeof h->title, "Keys: %s", name);
	h->table = table;
	while (table && table[n].name)
		n++;
	h->usable = xcalloc(n, sizeof *h->usable);
	for (size_t i = 0; i < n; i++)
		h->usable[i] = keys_usable(&table[i], state);
	stack_push(&ops, h);
}
