#include "widget/keys.h"

#include <string.h>

#include "widget/draw.h"
#include "widget/glyph.h"

static bool is_character(int key)
{
	return key >= 0x20 && key < 0x110000;
}

static bool matches(int key, const struct keys_state *state, int pressed)
{
	if (key == 0 || (state->typing && is_character(key)))
		return false;
	return key == pressed;
}

bool keys_usable(const struct keys_row *row, const struct keys_state *state)
{
	bool reachable = (row->key && !(state->typing && is_character(row->key))) ||
			 (row->also && !(state->typing && is_character(row->also)));

	return row->action && reachable && (!state->can || state->can(state->arg, row->action));
}

const struct keys_row *keys_find(const struct keys_row *table, const struct keys_state *state,
				 const struct term_event *event)
{
	if (event->kind != TERM_KEY)
		return NULL;
	for (const struct keys_row *row = table; row && row->name; row++) {
		if (!row->action || (state->can && !state->can(state->arg, row->action)))
			continue;
		if (matches(row->key, state, event->key) || matches(row->also, state, event->key))
			return row;
	}
	return NULL;
}

static int columns(const char *s)
{
	return glyph_columns(s, strlen(s));
}

static int draw_hint(int y, int x, int w, const char *name, const char *label)
{
	int used = draw_text(y, x, w, THEME_KEY, name);

	used += 1 + draw_text(y, x + used + 1, w - used - 1, THEME_TEXT, label);
	return used;
}

void keys_draw_bar(const struct keys_row *table, const struct keys_state *state, int y, int x,
		   int w)
{
	const char *help = state->typing ? "F1" : "?";
	int room = w - columns(help) - 1 - 4, at = x;

	for (const struct keys_row *row = table; row && row->name; row++) {
		const char *label = row->label;

		if (!label || (row->action && !keys_usable(row, state)))
			continue;
		if (state->label && state->label(state->arg, row->action))
			label = state->label(state->arg, row->action);
		if (label[0] == '\0')
			continue;
		if (at + columns(row->name) + 1 + columns(label) + 2 > x + room)
			continue;
		at += draw_hint(y, at, w, row->name, label) + 2;
	}
	draw_hint(y, x + room, w - room, help, "help");
}
