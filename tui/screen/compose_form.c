#include "screen/compose_form.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/dirs.h"
#include "base/err.h"
#include "widget/editor.h"
#include "widget/form.h"
#include "widget/stack.h"

#define LINE_MAX_BYTES 8000
#define TEXT_MAX_BYTES DRAFT_TEXT_MAX
#define FILES_MAX      DRAFT_FILES_MAX

enum { ROW_FROM, ROW_TO, ROW_CC, ROW_BCC, ROW_SUBJECT, ROW_FILE };

struct compose_form {
	const struct accounts *all;
	struct form *form;
	struct editor *body;
	bool in_body;
	char *files[FILES_MAX];
	size_t file_count;
};

/* Every account as one label; they live until the form has copied them. */
static void add_from(struct compose_form *c, const struct account *from)
{
	size_t n = account_count(c->all), chosen = 0;
	const char **labels = xcalloc(n + 1, sizeof *labels);
	char **made = xcalloc(n, sizeof *made);

	for (size_t i = 0; i < n; i++) {
		const struct account *a = account_at(c->all, i);

		made[i] = xasprintf("%s  (%s)", account_get(a, ACCOUNT_ADDRESS), account_id(a));
		labels[i] = made[i];
		if (a == from)
			chosen = i;
	}
	form_add_choice(c->form, ROW_FROM, "From", labels, NULL);
	form_set_choice(c->form, ROW_FROM, (int)chosen);
	for (size_t i = 0; i < n; i++)
		free(made[i]);
	free(made);
	free(labels);
}

struct compose_form *compose_form_new(const struct accounts *all, const struct account *from)
{
	struct compose_form *c = xcalloc(1, sizeof *c);

	c->all = all;
	c->form = form_new();
	c->body = editor_new(TEXT_MAX_BYTES);
	add_from(c, from);
	form_add_field(c->form, ROW_TO, "To", LINE_MAX_BYTES, NULL);
	form_add_field(c->form, ROW_CC, "Cc", LINE_MAX_BYTES, NULL);
	form_add_field(c->form, ROW_BCC, "Bcc", LINE_MAX_BYTES, NULL);
	form_add_field(c->form, ROW_SUBJECT, "Subject", LINE_MAX_BYTES, NULL);
	form_add_field(c->form, ROW_FILE, "Attach", 4095, NULL);
	form_set_placeholder(c->form, ROW_FILE, "path of a file, then Enter");
	form_set_focus(c->form, ROW_TO);
	return c;
}

static void forget_files(struct compose_form *c)
{
	while (c->file_count > 0)
		free(c->files[--c->file_count]);
}

void compose_form_free(struct compose_form *c)
{
	if (!c)
		return;
	forget_files(c);
	form_free(c->form);
	editor_free(c->body);
	free(c);
}

void compose_form_empty(struct compose_form *c)
{
	for (int row = ROW_TO; row <= ROW_FILE; row++) {
		form_set_text(c->form, row, "");
		form_unmark(c->form, row);
	}
	forget_files(c);
	editor_set(c->body, "");
	form_set_focus(c->form, ROW_TO);
	c->in_body = false;
}

bool compose_form_dirty(const struct compose_form *c)
{
	for (int row = ROW_TO; row <= ROW_FILE; row++)
		if (form_text_len(c->form, row) > 0)
			return true;
	return editor_len(c->body) > 0 || c->file_count > 0;
}

bool compose_form_typing(const struct compose_form *c)
{
	return c->in_body || form_typing(c->form);
}

static void list_files(struct compose_form *c)
{
	char text[500];
	size_t at = 0;

	form_unmark(c->form, ROW_FILE);
	for (size_t i = 0; i < c->file_count && at < sizeof text; i++) {
		const char *slash = strrchr(c->files[i], '/');

		at += (size_t)snprintf(text + at, sizeof text - at, "%s%s", i > 0 ? ", " : "",
				       slash ? slash + 1 : c->files[i]);
	}
	if (c->file_count > 0)
		form_mark(c->form, ROW_FILE, FORM_NOTE, "%zu file%s: %s", c->file_count,
			  c->file_count == 1 ? "" : "s", text);
}

/* Takes the path that is typed, if any, into the list. */
static bool add_file(struct compose_form *c)
{
	const char *typed = form_text(c->form, ROW_FILE);
	struct stat st;
	char *path;

	if (typed[0] == '\0')
		return true;
	path = dirs_expand(typed);
	if (stat(path, &st) < 0 || access(path, R_OK) < 0)
		form_mark(c->form, ROW_FILE, FORM_FAULT, "%s: %s.", typed, strerror(errno));
	else if (!S_ISREG(st.st_mode))
		form_mark(c->form, ROW_FILE, FORM_FAULT, "%s is no file.", typed);
	else if (c->file_count == FILES_MAX)
		form_mark(c->form, ROW_FILE, FORM_FAULT, "There are %d files already.", FILES_MAX);
	else {
		c->files[c->file_count++] = path;
		form_set_text(c->form, ROW_FILE, "");
		list_files(c);
		return true;
	}
	free(path);
	return false;
}

static void step_on(struct compose_form *c)
{
	const struct term_event down = { .kind = TERM_KEY, .key = TERM_DOWN };

	if (form_on_last(c->form))
		c->in_body = true;
	else
		form_event(c->form, &down);
}

void compose_form_next(struct compose_form *c)
{
	if (c->in_body) {
		c->in_body = false;
		form_set_focus(c->form, ROW_TO);
	} else if (form_focus(c->form) != ROW_FILE || add_file(c)) {
		step_on(c);
	}
}

/* Attach has keys of its own: Enter adds, Backspace in the empty field takes away. */
static bool file_event(struct compose_form *c, const struct term_event *event)
{
	if (form_focus(c->form) != ROW_FILE || event->kind != TERM_KEY || event->key == TERM_UP ||
	    event->key == TERM_BACKTAB)
		return false;
	if (event->key == TERM_ENTER && form_text_len(c->form, ROW_FILE) > 0) {
		add_file(c);
		return true;
	}
	if (event->key != TERM_BACKSPACE || form_text_len(c->form, ROW_FILE) > 0 ||
	    c->file_count == 0)
		return false;
	free(c->files[--c->file_count]);
	list_files(c);
	return true;
}

static void body_event(struct compose_form *c, const struct term_event *event)
{
	bool used = editor_event(c->body, event);

	if (editor_full(c->body))
		stack_notice(THEME_WARN,
			     "The text is full: it has room for %d MB. Attach the rest "
			     "as a file.",
			     TEXT_MAX_BYTES >> 20);
	if (used || event->kind != TERM_KEY)
		return;
	if (event->key == TERM_UP || event->key == TERM_BACKTAB) {
		c->in_body = false;
		form_set_focus(c->form, ROW_FILE);
	}
}

void compose_form_event(struct compose_form *c, const struct term_event *event)
{
	if (c->in_body) {
		body_event(c, event);
		return;
	}
	if (file_event(c, event))
		return;
	if (event->kind == TERM_KEY &&
	    (event->key == TERM_ENTER || (event->key == TERM_DOWN && form_on_last(c->form)))) {
		step_on(c);
		return;
	}
	if (form_event(c->form, event) == FORM_CHANGED && form_focus(c->form) == ROW_FILE &&
	    event->kind != TERM_PASTE)
		list_files(c);
}

void compose_form_draw(struct compose_form *c, const struct area *area)
{
	struct area a = *area, body = *area;
	int used = form_draw(c->form, &a, !c->in_body) + 1;

	draw_rule(area->y + used - 1, area->x, area->w);
	body.y += used;
	body.h -= used;
	editor_draw(c->body, &body, c->in_body);
	if (!c->in_body && editor_len(c->body) == 0)
		draw_text(body.y, body.x, body.w, THEME_DIM, "Your text");
}

const struct account *compose_form_account(const struct compose_form *c)
{
	return account_at(c->all, (size_t)form_choice(c->form, ROW_FROM));
}

bool compose_form_judge(struct compose_form *c)
{
	bool somebody = false;

	for (int row = ROW_TO; row <= ROW_BCC; row++) {
		const char *text = form_text(c->form, row);

		form_unmark(c->form, row);
		somebody = somebody || strspn(text, " ,") < strlen(text);
	}
	if (!somebody)
		form_mark(c->form, ROW_TO, FORM_FAULT, "Whom is it for? Type an address.");
	if (!add_file(c) || !somebody) {
		c->in_body = false;
		form_to_fault(c->form);
		return false;
	}
	return true;
}

void compose_form_fault(struct compose_form *c, enum run_part part, const char *why)
{
	static const int rows[] = {
		[RUN_PART_TO] = ROW_TO,
		[RUN_PART_CC] = ROW_CC,
		[RUN_PART_BCC] = ROW_BCC,
		[RUN_PART_FILES] = ROW_FILE,
	};

	form_mark(c->form, rows[part], FORM_FAULT, "%s", why);
	c->in_body = false;
	form_set_focus(c->form, rows[part]);
}

struct run_draft compose_form_draft(const struct compose_form *c)
{
	const struct run_draft lent = {
		.to = (char *)form_text(c->form, ROW_TO),
		.cc = (char *)form_text(c->form, ROW_CC),
		.bcc = (char *)form_text(c->form, ROW_BCC),
		.subject = (char *)form_text(c->form, ROW_SUBJECT),
		.text = (char *)editor_text(c->body),
		.files = (char **)c->files,
		.file_count = c->file_count,
	};

	return run_draft_copy(&lent);
}

/* Whoever goes on with it may stand in another folder. */
static char *whole_path(const char *path)
{
	char *whole = realpath(path, NULL);

	return whole ? whole : xstrdup(path);
}

struct draft compose_form_keep(const struct compose_form *c)
{
	struct draft draft = {
		.account = xstrdup(account_id(compose_form_account(c))),
		.to = xstrdup(form_text(c->form, ROW_TO)),
		.cc = xstrdup(form_text(c->form, ROW_CC)),
		.bcc = xstrdup(form_text(c->form, ROW_BCC)),
		.subject = xstrdup(form_text(c->form, ROW_SUBJECT)),
		.files = xcalloc(c->file_count + 1, sizeof *draft.files),
		.file_count = c->file_count,
		.text = xstrdup(editor_text(c->body)),
	};

	for (size_t i = 0; i < c->file_count; i++)
		draft.files[i] = whole_path(c->files[i]);
	return draft;
}

const char *compose_form_text(const struct compose_form *c)
{
	return editor_text(c->body);
}

void compose_form_set_text(struct compose_form *c, const char *text)
{
	editor_set(c->body, text);
	c->in_body = true;
}

void compose_form_fill(struct compose_form *c, const struct draft *draft)
{
	const char *const fields[] = { draft->to, draft->cc, draft->bcc, draft->subject };

	compose_form_empty(c);
	for (size_t i = 0; i < account_count(c->all); i++)
		if (draft->account &&
		    strcmp(account_id(account_at(c->all, i)), draft->account) == 0)
			form_set_choice(c->form, ROW_FROM, (int)i);
	for (int i = 0; i < 4; i++)
		form_set_text(c->form, ROW_TO + i, fields[i] ? fields[i] : "");
	for (; c->file_count < draft->file_count; c->file_count++)
		c->files[c->file_count] = xstrdup(draft->files[c->file_count]);
	list_files(c);
	editor_set(c->body, draft->text ? draft->text : "");
}
