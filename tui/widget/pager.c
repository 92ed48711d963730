#include "widget/pager.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/dirs.h"
#include "base/err.h"
#include "base/file.h"
#include "widget/scroll.h"
#include "widget/stack.h"

enum { ACT_CLOSE = 1, ACT_SAVE };

struct pager {
	char *title, *text;
	const struct buf *live; /* instead of text */
	const char *save_name; /* NULL: cannot be saved */
	struct scroll scroll;
};

static const struct keys_row keys[] = {
	{ ACT_CLOSE, TERM_ESC, 'q', "Esc", "back", "back to where you came from (also q)" },
	{ ACT_SAVE, 's', 0, "s", "save", "save the text as a file in your home folder" },
	{ 0, 0, 0, "Up, Down", "scroll", "one line" },
	{ 0, 0, 0, "PgUp, PgDn", NULL, "one page (also the space bar)" },
	{ 0, 0, 0, "Home, End", NULL, "to the beginning or the end" },
	{ 0 }
};

static const char *title(const void *self)
{
	const struct pager *p = self;

	return p->title;
}

static const char *text_of(const struct pager *p)
{
	return p->live ? buf_text(p->live) : p->text;
}

static bool can(const void *self, int action)
{
	const struct pager *p = self;

	return action != ACT_SAVE || p->save_name;
}

static void save(const struct pager *p)
{
	struct err err = ERR_INIT;
	time_t now = time(NULL);
	char when[32], *name, *path;
	struct tm tm;

	localtime_r(&now, &tm);
	strftime(when, sizeof when, "%Y%m%d-%H%M%S", &tm);
	name = xasprintf("~/%s-%s.txt", p->save_name, when);
	path = dirs_expand(name);
	if (file_replace(path, text_of(p), strlen(text_of(p)), 0600, &err) < 0)
		stack_notice(THEME_BAD, "%s", err.text);
	else
		stack_notice(THEME_OK, "Saved as %s", name);
	free(path);
	free(name);
}

static void act(void *self, int action)
{
	if (action == ACT_SAVE)
		save(self);
	else
		stack_pop(self);
}

static void event(void *self, const struct term_event *ev)
{
	struct pager *p = self;

	if (ev->kind != TERM_KEY || scroll_event(&p->scroll, ev))
		return;
	if (ev->key == 'k')
		p->scroll.top--;
	else if (ev->key == 'j' || ev->key == TERM_ENTER)
		p->scroll.top++;
	else if (ev->key == ' ')
		p->scroll.top += p->scroll.page;
}

static void draw(void *self, const struct area *area)
{
	struct pager *p = self;

	scroll_draw(&p->scroll, area, text_of(p), NULL);
}

static void free_pager(void *self)
{
	struct pager *p = self;

	free(p->title);
	free(p->text);
	free(p);
}

static const struct screen_ops ops = {
	.title = title,
	.keys = keys,
	.draw = draw,
	.event = event,
	.act = act,
	.can = can,
	.free = free_pager,
};

static struct pager *new_pager(const char *name)
{
	struct pager *p = xcalloc(1, sizeof *p);

	p->title = xstrdup(name);
	return p;
}

void pager_push(const char *name, const char *text)
{
	struct pager *p = new_pager(name);

	p->text = xstrdup(text);
	stack_push(&ops, p);
}

void pager_push_live(const char *name, const struct buf *text, const char *save_name)
{
	struct pager *p = new_pager(name);

	p->save_name = save_name;
	p->live = text;
	stack_push(&ops, p);
}
