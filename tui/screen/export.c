#include "screen/export.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/text.h"
#include "mail/account.h"
#include "screen/export_preview.h"
#include "task/export/export.h"
#include "task/export/format.h"
#include "widget/list.h"
#include "widget/stack.h"

enum { ACT_SHOW = 1, ACT_BACK };

/* Of each format, what does not change while the list is open. */
struct row {
	const struct export_format *format;
	bool installed, written;
	char *path; /* NULL: printed only */
};

struct export {
	char title[128];
	struct account *account;
	struct row *rows;
	size_t count;
	struct list *list;
};

static const struct keys_row keys[] = {
	{ ACT_SHOW, TERM_ENTER, 0, "Enter", "show", "see what would be written, and write it" },
	{ ACT_BACK, TERM_ESC, 0, "Esc", "back", "back to the accounts" },
	{ 0, 0, 0, "letters", "search", "search by name, kind, or \"installed\"" },
	{ 0, 0, 0, "Up, Down", NULL, "move between the programs (also PgUp, PgDn)" },
	{ 0 }
};

static const char *title(const void *self)
{
	const struct export *e = self;

	return e->title;
}

static bool typing(const void *self)
{
	(void)self;
	return true;
}

static bool can(const void *self, int action)
{
	const struct export *e = self;

	return action != ACT_SHOW || list_selected(e->list) != LIST_NONE;
}

static size_t count(const void *arg)
{
	const struct export *e = arg;

	return e->count;
}

static const char *state_of(const struct row *row)
{
	return row->written ? "written" : row->installed ? "installed" : "";
}

static bool matches(const void *arg, size_t i, const char *word)
{
	const struct export *e = arg;
	const struct row *row = &e->rows[i];
	const struct export_format *f = row->format;

	return text_has_nocase(f->title, word) || text_has_nocase(f->id, word) ||
	       text_has_nocase(f->about, word) || text_has_nocase(state_of(row), word) ||
	       text_has_nocase(export_group_name(f->group), word);
}

/* From home, where it is there. */
static void draw_path(int y, int x, int w, const char *path)
{
	const char *home = getenv("HOME");
	size_t len = home ? strlen(home) : 0;
	bool inside = len > 1 && strncmp(path, home, len) == 0 && path[len] == '/';
	char shown[600];

	text_visible_into(shown, sizeof shown, inside ? path + len : path,
			  strlen(inside ? path + len : path));
	draw_textf(y, x, w, THEME_DIM, "%s%s", inside ? "~" : "", shown);
}

static void draw_row(const void *arg, size_t i, bool selected, int y, int x, int w)
{
	const struct export *e = arg;
	const struct row *row = &e->rows[i];
	enum theme_role role = row->written ? THEME_OK : THEME_TEXT;

	draw_text(y, x, 1, THEME_KEY, selected ? theme_mark(MARK_SELECTED) : " ");
	draw_text(y, x + 2, 26, selected ? THEME_SELECTED : THEME_TITLE, row->format->title);
	draw_text(y, x + 29, 7, THEME_DIM, export_group_name(row->format->group));
	draw_text(y, x + 37, 10, role, state_of(row));
	if (row->path)
		draw_path(y, x + 47, w - 47, row->path);
	else
		draw_text(y, x + 47, w - 47, THEME_DIM, "to read and copy");
}

/* ---- what there is ---- */

static void note(void *arg, const struct export_format *f, const char *account)
{
	struct export *e = arg;

	for (size_t i = 0; i < e->count; i++)
		if (e->rows[i].format == f && strcmp(account, account_id(e->account)) == 0)
			e->rows[i].written = true;
}

static void look(void *self)
{
	struct export *e = self;

	for (size_t i = 0; i < e->count; i++)
		e->rows[i].written = false;
	export_each_noted(NULL, note, e);
}

static void read_rows(struct export *e)
{
	e->count = export_format_count();
	e->rows = xcalloc(e->count + 1, sizeof *e->rows);
	for (size_t i = 0; i < e->count; i++) {
		const struct export_format *f = export_format_at(i);

		e->rows[i] = (struct row){ .format = f,
					   .installed = export_installed(f),
					   .path = export_where(f, e->account) };
	}
	look(e);
}

/* ---- the screen ---- */

static void act(void *self, int action)
{
	struct export *e = self;

	if (action == ACT_SHOW)
		export_preview_push(e->rows[list_selected(e->list)].format, e->account);
	else
		stack_pop(e);
}

static void event(void *self, const struct term_event *ev)
{
	struct export *e = self;

	list_event(e->list, ev);
}

static void draw(void *self, const struct area *area)
{
	struct export *e = self;
	struct area a = { area->y + 1, area->x, area->h - 3, area->w };
	size_t i = list_selected(e->list);

	list_draw(e->list, &a);
	if (i == LIST_NONE)
		draw_text(a.y + 2, a.x + 2, a.w - 2, THEME_TEXT,
			  "None fits. Delete what was typed to see all.");
	else
		draw_textf(area->y + area->h - 1, area->x + 2, area->w - 2, THEME_DIM, "%s: %s",
			   e->rows[i].format->title, e->rows[i].format->about);
}

static void free_export(void *self)
{
	struct export *e = self;

	list_free(e->list);
	for (size_t i = 0; i < e->count; i++)
		free(e->rows[i].path);
	free(e->rows);
	account_free(e->account);
	free(e);
}

static const struct screen_ops ops = {
	.title = title,
	.keys = keys,
	.draw = draw,
	.event = event,
	.act = act,
	.can = can,
	.typing = typing,
	.resumed = look,
	.free = free_export,
};

void export_push(const struct account *account)
{
	struct export *e = xcalloc(1, sizeof *e);
	const struct list_source source = { count, draw_row, matches, e };

	snprintf(e->title, sizeof e->title, "Hand over %.64s", account_id(account));
	e->account = account_copy(account);
	read_rows(e);
	e->list = list_new(&source);
	stack_push(&ops, e);
}
