#include "widget/form.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "widget/field.h"
#include "widget/form_row.h"

struct form *form_new(void)
{
	return xcalloc(1, sizeof(struct form));
}

static void free_labels(struct form_row *row)
{
	for (int i = 0; i < row->count; i++)
		free(row->labels[i]);
	free(row->labels);
	row->labels = NULL;
	row->count = 0;
}

void form_free(struct form *f)
{
	if (!f)
		return;
	for (int i = 0; i < f->count; i++) {
		field_free(f->rows[i].field);
		free_labels(&f->rows[i]);
	}
	free(f->rows);
	free(f);
}

static struct form_row *add_row(struct form *f, int id, const char *label, const char *help)
{
	struct form_row *row;

	f->rows = xreallocarray(f->rows, (size_t)f->count + 1, sizeof *f->rows);
	row = &f->rows[f->count++];
	*row = (struct form_row){ .id = id, .label = label, .help = help, .placeholder = "" };
	return row;
}

void form_add_field(struct form *f, int id, const char *label, size_t max, const char *help)
{
	add_row(f, id, label, help)->field = field_new(max, false);
}

void form_add_secret(struct form *f, int id, const char *label, size_t max, const char *help)
{
	add_row(f, id, label, help)->field = field_new(max, true);
}

void form_add_choice(struct form *f, int id, const char *label, const char *const *labels,
		     const char *help)
{
	add_row(f, id, label, help);
	form_set_choices(f, id, labels);
}

static struct form_row *find(const struct form *f, int id)
{
	for (int i = 0; i < f->count; i++)
		if (f->rows[i].id == id)
			return &f->rows[i];
	die("a form has no row %d", id);
}

const char *form_text(const struct form *f, int id)
{
	return field_text(find(f, id)->field);
}

size_t form_text_len(const struct form *f, int id)
{
	return field_len(find(f, id)->field);
}

void form_set_text(struct form *f, int id, const char *text)
{
	field_set(find(f, id)->field, text);
}

int form_choice(const struct form *f, int id)
{
	return find(f, id)->chosen;
}

void form_set_choice(struct form *f, int id, int choice)
{
	struct form_row *row = find(f, id);

	if (choice >= 0 && choice < row->count)
		row->chosen = choice;
}

void form_set_choices(struct form *f, int id, const char *const *labels)
{
	struct form_row *row = find(f, id);

	free_labels(row);
	while (labels[row->count])
		row->count++;
	row->labels = xcalloc((size_t)row->count, sizeof *row->labels);
	for (int i = 0; i < row->count; i++)
		row->labels[i] = xstrdup(labels[i]);
	if (row->chosen >= row->count)
		row->chosen = 0;
}

void form_set_label(struct form *f, int id, const char *label)
{
	find(f, id)->label = label;
}

void form_set_placeholder(struct form *f, int id, const char *text)
{
	find(f, id)->placeholder = text;
}

bool form_shown(const struct form *f, int id)
{
	return !find(f, id)->hidden;
}

/* The nearest shown row from i in steps of by; -1 when there is none. */
static int seek(const struct form *f, int i, int by)
{
	for (; i >= 0 && i < f->count; i += by)
		if (!f->rows[i].hidden)
			return i;
	return -1;
}

void form_show(struct form *f, int id, bool shown)
{
	int i;

	find(f, id)->hidden = !shown;
	if (f->count > 0 && f->rows[f->focus].hidden) {
		i = seek(f, f->focus, 1);
		if (i < 0)
			i = seek(f, f->focus, -1);
		if (i >= 0)
			f->focus = i;
	}
}

void form_mark(struct form *f, int id, enum form_tone tone, const char *fmt, ...)
{
	struct form_row *row = find(f, id);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(row->message, sizeof row->message, fmt, ap);
	va_end(ap);
	row->tone = tone;
}

void form_unmark(struct form *f, int id)
{
	find(f, id)->message[0] = '\0';
}

bool form_has_fault(const struct form *f, int id)
{
	const struct form_row *row = find(f, id);

	return !row->hidden && row->message[0] != '\0' && row->tone == FORM_FAULT;
}

bool form_to_fault(struct form *f)
{
	for (int i = 0; i < f->count; i++) {
		if (!form_has_fault(f, f->rows[i].id))
			continue;
		f->focus = i;
		return true;
	}
	return false;
}

int form_focus(const struct form *f)
{
	return f->count > 0 ? f->rows[f->focus].id : -1;
}

void form_set_focus(struct form *f, int id)
{
	struct form_row *row = find(f, id);

	if (!row->hidden)
		f->focus = (int)(row - f->rows);
}

int form_left(const struct form *f)
{
	return f->rows[f->left].id;
}

bool form_typing(const struct form *f)
{
	return f->count > 0 && f->rows[f->focus].field != NULL && !f->rows[f->focus].hidden;
}

bool form_on_last(const struct form *f)
{
	return seek(f, f->focus + 1, 1) < 0;
}

bool form_on_first(const struct form *f)
{
	return seek(f, f->focus - 1, -1) < 0;
}

bool form_has_secret(const struct form *f)
{
	for (int i = 0; i < f->count; i++)
		if (!f->rows[i].hidden && f->rows[i].field && field_secret(f->rows[i].field))
			return true;
	return false;
}

void form_reveal(struct form *f, bool on)
{
	for (int i = 0; i < f->count; i++)
		if (f->rows[i].field && field_secret(f->rows[i].field))
			field_reveal(f->rows[i].field, on);
}

bool form_revealed(const struct form *f)
{
	for (int i = 0; i < f->count; i++)
		if (f->rows[i].field && field_revealed(f->rows[i].field))
			return true;
	return false;
}

static enum form_result step(struct form *f, int by)
{
	int i = seek(f, f->focus + by, by);

	if (i < 0)
		return FORM_USED;
	f->left = f->focus;
	f->focus = i;
	return FORM_MOVED;
}

static enum form_result choose(struct form_row *row, int by)
{
	if (row->count < 2)
		return FORM_USED;
	row->chosen = (row->chosen + by + row->count) % row->count;
	row->message[0] = '\0';
	return FORM_CHANGED;
}

static enum form_result choice_event(struct form_row *row, int key)
{
	if (key == TERM_LEFT)
		return choose(row, -1);
	if (key == TERM_RIGHT || key == ' ')
		return choose(row, 1);
	return FORM_IGNORED;
}

static enum form_result text_event(struct form *f, struct form_row *row,
				   const struct term_event *event)
{
	switch (field_event(row->field, event)) {
	case FIELD_IGNORED:
		return FORM_IGNORED;
	case FIELD_USED:
		return FORM_USED;
	case FIELD_FULL:
		form_mark(f, row->id, FORM_WARNING, "There is no room for more here.");
		return FORM_USED;
	case FIELD_STRIPPED:
		form_mark(f, row->id, FORM_WARNING,
			  "Line ends and control characters were left out of the pasted text.");
		return FORM_CHANGED;
	case FIELD_CUT:
		form_mark(f, row->id, FORM_WARNING,
			  "The pasted text is too long: its end was left out.");
		return FORM_CHANGED;
	default:
		row->message[0] = '\0';
		return FORM_CHANGED;
	}
}

enum form_result form_event(struct form *f, const struct term_event *event)
{
	struct form_row *row = &f->rows[f->focus];

	if (f->count == 0 || row->hidden)
		return FORM_IGNORED;
	if (event->kind == TERM_KEY && (event->key == TERM_DOWN || event->key == TERM_TAB))
		return step(f, 1);
	if (event->kind == TERM_KEY && (event->key == TERM_UP || event->key == TERM_BACKTAB))
		return step(f, -1);
	if (row->field)
		return text_event(f, row, event);
	return event->kind == TERM_KEY ? choice_event(row, event->key) : FORM_IGNORED;
}
