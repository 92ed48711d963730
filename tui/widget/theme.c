#include "widget/theme.h"

#include <curses.h>
#include <stdlib.h>

static bool use_color, use_ascii;

/* One row a role: colour on the terminal's own background (-1: its own text
 * colour), attributes beside it, attributes when there is no colour. */
static const struct {
	short color;
	attr_t with, mono;
} roles[THEME_ROLES] = {
	[THEME_TEXT] = { -1, A_NORMAL, A_NORMAL },
	[THEME_TITLE] = { -1, A_BOLD, A_BOLD },
	[THEME_DIM] = { -1, A_DIM, A_NORMAL },
	[THEME_FIELD] = { -1, A_UNDERLINE, A_UNDERLINE },
	[THEME_SELECTED] = { -1, A_REVERSE, A_REVERSE },
	[THEME_OK] = { COLOR_GREEN, A_NORMAL, A_NORMAL },
	[THEME_BAD] = { COLOR_RED, A_BOLD, A_BOLD },
	[THEME_WARN] = { COLOR_YELLOW, A_NORMAL, A_BOLD },
	[THEME_BUSY] = { COLOR_CYAN, A_NORMAL, A_BOLD },
	[THEME_KEY] = { COLOR_CYAN, A_BOLD, A_BOLD },
	[THEME_LINK] = { COLOR_CYAN, A_UNDERLINE, A_UNDERLINE },
};

static const char *const marks[MARKS][2] = {
	[MARK_DONE] = { "✓", "+" },    [MARK_FAILED] = { "✗", "x" },
	[MARK_WARN] = { "!", "!" },    [MARK_WAITING] = { "·", "." },
	[MARK_SKIPPED] = { "–", "-" }, [MARK_SELECTED] = { "▸", ">" },
	[MARK_BULLET] = { "•", "*" },  [MARK_LESS] = { "◂", "<" },
	[MARK_MORE] = { "▸", ">" },    [MARK_ELLIPSIS] = { "…", "~" },
	[MARK_SECRET] = { "•", "*" },
};

void theme_start(bool ascii)
{
	const char *no_color = getenv("NO_COLOR");

	use_ascii = ascii;
	use_color = has_colors() && !(no_color && no_color[0]);
	if (!use_color)
		return;
	start_color();
	use_default_colors();
	for (short i = 0; i < THEME_ROLES; i++)
		init_pair((short)(i + 1), roles[i].color, -1);
}

void theme_use(enum theme_role role)
{
	if (use_color)
		attr_set(roles[role].with, (short)(role + 1), NULL);
	else
		attr_set(roles[role].mono, 0, NULL);
}

const char *theme_mark(enum theme_mark mark)
{
	return marks[mark][use_ascii];
}

const char *theme_spinner(long long ms)
{
	static const char *const frames[] = { "|", "/", "-", "\\" };

	return frames[ms / 250 % 4];
}
