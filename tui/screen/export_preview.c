#include "screen/export_preview.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/text.h"
#include "mail/account.h"
#include "task/export/export.h"
#include "task/export/format.h"
#include "widget/job.h"
#include "widget/pager.h"
#include "widget/scroll.h"
#include "widget/stack.h"

#define TEXT_MAX (2u << 20)

enum { ACT_WRITE = 1, ACT_BACK, ACT_DIFF, ACT_CHECK, ACT_UNDO, ACT_READ };
enum show { SHOW_PART, SHOW_DIFF, SHOW_RESULT };

struct preview {
	char title[128];
	const struct export_format *format;
	struct account *account;
	enum show show;
	bool files, written;	/* it has files; they are noted as written */
	bool over;		/* written or taken back: Enter goes on */
	bool failed;		/* nothing can be written: text says why */
	struct buf text;
	struct scroll scroll;
	struct job *job;
	const char *doing;
};

static const struct keys_row keys[] = {
	{ ACT_WRITE, TERM_ENTER, 'w', "Enter", "write", "write it where the program reads it" },
	{ ACT_BACK, TERM_ESC, 'q', "Esc", "back", "stop, or back to the programs" },
	{ ACT_DIFF, 'd', 0, "d", "change", "what would change in the file; again: what is ours" },
	{ ACT_CHECK, 'k', 0, "k", "check", "let the program send to a sandbox with such settings" },
	{ ACT_UNDO, 'u', 0, "u", "undo", "take back what was written" },
	{ ACT_READ, 'v', 0, "v", "read", "read this on the whole screen" },
	{ 0, 0, 0, "Up, Down", "scroll", "one line" },
	{ 0, 0, 0, "PgUp, PgDn", NULL, "one page" },
	{ 0 }
};

static const char *title(const void *self)
{
	const struct preview *p = self;

	return p->title;
}

static bool can(const void *self, int action)
{
	const struct preview *p = self;

	if (action == ACT_BACK)
		return true;
	if (p->job)
		return false;
	if (action == ACT_WRITE)
		return p->over || (p->files && !p->failed);
	if (action == ACT_DIFF)
		return p->files && !p->failed;
	if (action == ACT_CHECK)
		return p->format->check[0] && !p->failed && export_installed(p->format);
	return action != ACT_UNDO || p->written;
}

static const char *label(const void *self, int action)
{
	const struct preview *p = self;

	if (action == ACT_WRITE && p->over)
		return "done";
	if (action == ACT_BACK && p->job)
		return "stop";
	return action == ACT_DIFF && p->show == SHOW_DIFF ? "text" : NULL;
}

static bool animated(const void *self)
{
	const struct preview *p = self;

	return p->job != NULL;
}

/* ---- what is shown ---- */

static void see(struct buf *out, const char *text)
{
	text_visible(out, text, strlen(text));
}

static void see_lines(struct buf *out, const char *text, size_t len)
{
	for (size_t at = 0; at < len;) {
		const char *nl = memchr(text + at, '\n', len - at);
		size_t n = nl ? (size_t)(nl - text) - at : len - at;

		text_visible(out, text + at, n);
		buf_addc(out, '\n');
		at += n + 1;
	}
}

static const char *change_of(const struct export_target *t)
{
	static const char *const words[] = {
		[EXPORT_NEW] = "a new file",
		[EXPORT_CHANGED] = "the file is there; only outpost's part changes",
		[EXPORT_SAME] = "nothing would change",
	};

	return t->after ? words[t->change] : "to read and copy";
}

static void tell_errors(struct preview *p, const struct err *err)
{
	buf_printf(&p->text, "%s\n", err->text);
	if (err->hint[0])
		buf_printf(&p->text, "%s\n", err->hint);
	if (err->reply[0])
		buf_printf(&p->text, "\n%s\n", err->reply);
}

static void show_plan(struct preview *p, const struct export_plan *plan)
{
	for (size_t i = 0; i < plan->note_count; i++) {
		see(&p->text, plan->notes[i]);
		buf_adds(&p->text, i + 1 == plan->note_count ? "\n\n" : "\n");
	}
	for (size_t i = 0; i < plan->count; i++) {
		const struct export_target *t = &plan->targets[i];

		if (p->show == SHOW_DIFF && t->after) {
			export_diff(t, &p->text);
			continue;
		}
		if (t->path)
			see(&p->text, t->path);
		buf_printf(&p->text, "%s%s\n\n", t->path ? ": " : "", change_of(t));
		see_lines(&p->text, t->part, t->part_len);
		buf_addc(&p->text, '\n');
	}
	if (p->show == SHOW_DIFF && p->text.len == 0)
		buf_adds(&p->text, "Nothing would change.\n");
}

static void note(void *arg, const struct export_format *f, const char *account)
{
	struct preview *p = arg;

	(void)f;
	p->written |= strcmp(account, account_id(p->account)) == 0;
}

static void look_written(struct preview *p)
{
	p->written = false;
	export_each_noted(p->format, note, p);
}

/* Where a file stands in the way its own text can still be read. */
static void look(struct preview *p)
{
	struct export_params params = { .format = p->format, .account = p->account };
	struct export_plan plan = EXPORT_PLAN_INIT;
	struct err err = ERR_INIT;

	buf_clear(&p->text);
	p->scroll.top = 0;
	p->failed = export_plan(&params, &plan, &err) < 0;
	if (p->failed) {
		tell_errors(p, &err);
		export_plan_clear(&plan);
		params.print = true;
		if (export_plan(&params, &plan, &err) == 0)
			buf_addc(&p->text, '\n');
	}
	p->files = export_plan_writes(&plan);
	show_plan(p, &plan);
	export_plan_clear(&plan);
	look_written(p);
}

/* ---- work ---- */

struct work {
	int action;
	const struct export_format *format;
	struct account *account;
	struct export_plan plan;
	size_t kept;
	char *said;
	struct err err;
	int rc;
};

static void work_run(struct job *job, void *arg)
{
	struct work *w = arg;
	const struct export_params params = { .format = w->format, .account = w->account };

	if (w->action == ACT_WRITE)
		w->rc = export_write(&params, &w->plan, &w->err);
	else if (w->action == ACT_UNDO)
		w->rc = export_undo(w->format, account_id(w->account), &w->kept, &w->err);
	else
		w->rc = export_check(w->format, w->account, job_cancel_fd(job), &w->said, &w->err);
}

static void work_free(void *arg)
{
	struct work *w = arg;

	export_plan_clear(&w->plan);
	account_free(w->account);
	free(w->said);
	free(w);
}

static void tell_written(struct preview *p, const struct work *w)
{
	static const char *const words[] = { [EXPORT_NEW] = "Written:",
					     [EXPORT_CHANGED] = "Changed:",
					     [EXPORT_SAME] = "Unchanged:" };

	for (size_t i = 0; i < w->plan.count; i++)
		if (w->plan.targets[i].after) {
			buf_printf(&p->text, "%s ", words[w->plan.targets[i].change]);
			see(&p->text, w->plan.targets[i].path);
			buf_addc(&p->text, '\n');
		}
	if (w->rc > 0) {
		buf_addc(&p->text, '\n');
		tell_errors(p, &w->err);
	}
	for (size_t i = 0; i < w->plan.note_count; i++) {
		buf_adds(&p->text, i == 0 ? "\n" : "");
		see(&p->text, w->plan.notes[i]);
		buf_addc(&p->text, '\n');
	}
	if (w->plan.next_count > 0)
		buf_adds(&p->text, "\nWhat to do next:\n");
	for (size_t i = 0; i < w->plan.next_count; i++) {
		buf_adds(&p->text, "  ");
		see(&p->text, w->plan.next[i]);
		buf_addc(&p->text, '\n');
	}
}

static void tell_check(struct preview *p, const struct work *w)
{
	buf_printf(&p->text,
		   w->rc > 0 ? "%s sends: a message arrived in the sandbox.\n"
			     : "%s did not send with these settings.\n",
		   p->format->title);
	if (w->said && w->said[0])
		buf_printf(&p->text, "\nIts own words:\n%s\n", w->said);
}

static void work_done(void *owner, void *arg)
{
	struct preview *p = owner;
	const struct work *w = arg;

	p->job = NULL;
	if (w->rc < 0 && w->err.kind == ERR_CANCELLED)
		return;
	p->show = SHOW_RESULT;
	p->over = w->rc >= 0 && w->action != ACT_CHECK;
	p->scroll.top = 0;
	buf_clear(&p->text);
	if (w->rc < 0) {
		tell_errors(p, &w->err);
	} else if (w->action == ACT_WRITE) {
		tell_written(p, w);
	} else if (w->action == ACT_CHECK) {
		tell_check(p, w);
	} else {
		buf_adds(&p->text,
			 w->kept > 0 ? "What outpost wrote was changed since, so that stays.\n"
				     : "Taken back. All that is not outpost's stays.\n");
		if (w->rc > 0)
			tell_errors(p, &w->err);
	}
	look_written(p);
}

static const struct job_class work_class = { work_run, NULL, work_done, work_free };

static void begin(struct preview *p, int action, const char *doing)
{
	struct work *w = xcalloc(1, sizeof *w);

	w->action = action;
	w->format = p->format;
	w->account = account_copy(p->account);
	p->doing = doing;
	p->job = job_start(&work_class, w, p);
}

/* ---- the screen ---- */

static void back(struct preview *p)
{
	if (p->job)
		job_cancel(p->job);
	else
		stack_pop(p);
}

static void act(void *self, int action)
{
	struct preview *p = self;

	if (action == ACT_BACK || (action == ACT_WRITE && p->over)) {
		back(p);
	} else if (action == ACT_DIFF) {
		p->show = p->show == SHOW_DIFF ? SHOW_PART : SHOW_DIFF;
		p->over = false;
		look(p);
	} else if (action == ACT_READ) {
		pager_push(p->title, buf_text(&p->text));
	} else {
		begin(p, action,
		      action == ACT_WRITE   ? "Writing"
		      : action == ACT_CHECK ? "The program tries to send"
					    : "Taking it back");
	}
}

static void event(void *self, const struct term_event *ev)
{
	struct preview *p = self;

	scroll_event(&p->scroll, ev);
}

static enum theme_role role_of_change(char first)
{
	return first == '+' ? THEME_OK : first == '-' ? THEME_BAD : THEME_TEXT;
}

static void draw(void *self, const struct area *area)
{
	struct preview *p = self;
	struct area a = { area->y + 1, area->x, area->h - 1, area->w };

	if (p->job) {
		draw_textf(a.y, a.x, a.w, THEME_BUSY, "%s %s ...", theme_spinner(clock_ms()),
			   p->doing);
		draw_cursor(a.y, a.x);
		return;
	}
	scroll_draw(&p->scroll, &a, buf_text(&p->text),
		    p->show == SHOW_DIFF ? role_of_change : NULL);
}

static void free_preview(void *self)
{
	struct preview *p = self;

	job_drop(p->job);
	buf_free(&p->text);
	account_free(p->account);
	free(p);
}

static const struct screen_ops ops = {
	.title = title,
	.keys = keys,
	.draw = draw,
	.event = event,
	.act = act,
	.can = can,
	.label = label,
	.animated = animated,
	.free = free_preview,
};

void export_preview_push(const struct export_format *format, const struct account *account)
{
	struct preview *p = xcalloc(1, sizeof *p);

	snprintf(p->title, sizeof p->title, "%.60s: %.40s", format->title, account_id(account));
	p->format = format;
	p->account = account_copy(account);
	p->text = (struct buf)BUF_INIT(TEXT_MAX);
	look(p);
	stack_push(&ops, p);
}
