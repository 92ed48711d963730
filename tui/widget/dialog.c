#include "widget/dialog.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/secret.h"
#include "widget/field.h"
#include "widget/stack.h"

#define WIDTH 64

enum { ACT_TAKE = 1, ACT_CLOSE, ACT_REVEAL };

struct dialog {
	char *title, *text;
	const char *const *options; /* NULL: a password is asked for */
	int count, chosen;
	struct field *field;
	dialog_answer answer;
	dialog_secret_answer secret_answer;
	void *arg;
};

static const struct keys_row keys[] = {
	{ ACT_TAKE, TERM_ENTER, 0, "Enter", "take this", "take the marked answer" },
	{ ACT_REVEAL, TERM_F2, TERM_CTRL('r'), "F2", "show",
	  "show or hide the password (also Ctrl-R)" },
	{ ACT_CLOSE, TERM_ESC, 0, "Esc", "cancel", "go back without an answer" },
	{ 0, 0, 0, "Up, Down", NULL, "move between the answers" },
	{ 0 }
};

static bool can(const void *self, int action)
{
	const struct dialog *d = self;

	return action != ACT_REVEAL || d->field;
}

static const char *label(const void *self, int action)
{
	const struct dialog *d = self;

	return action == ACT_TAKE && d->field ? "go on" : NULL;
}

static bool typing(const void *self)
{
	const struct dialog *d = self;

	return d->field != NULL;
}

static void act(void *self, int action)
{
	struct dialog *d = self;
	struct secret *secret = NULL;

	if (action == ACT_REVEAL) {
		field_reveal(d->field, !field_revealed(d->field));
		return;
	}
	stack_pop(d);
	if (d->field) {
		if (action == ACT_TAKE)
			secret = secret_new(field_text(d->field), field_len(d->field));
		d->secret_answer(d->arg, secret);
	} else {
		d->answer(d->arg, action == ACT_TAKE ? d->chosen : -1);
	}
}

static void event(void *self, const struct term_event *ev)
{
	struct dialog *d = self;

	if (d->field) {
		enum field_result result = field_event(d->field, ev);

		if (result == FIELD_STRIPPED)
			stack_notice(THEME_WARN, "Line ends were left out of the pasted text.");
		else if (result == FIELD_CUT || result == FIELD_FULL)
			stack_notice(THEME_WARN, "There is no room for more.");
		return;
	}
	if (ev->kind != TERM_KEY)
		return;
	if (ev->key == TERM_UP || ev->key == TERM_LEFT || ev->key == TERM_BACKTAB)
		d->chosen = (d->chosen + d->count - 1) % d->count;
	if (ev->key == TERM_DOWN || ev->key == TERM_RIGHT || ev->key == TERM_TAB)
		d->chosen = (d->chosen + 1) % d->count;
}

static void draw_options(const struct dialog *d, int y, int x, int w)
{
	for (int i = 0; i < d->count; i++) {
		bool chosen = i == d->chosen;

		draw_text(y + i, x, 2, THEME_KEY, chosen ? theme_mark(MARK_SELECTED) : " ");
		draw_text(y + i, x + 2, w - 2, chosen ? THEME_SELECTED : THEME_TEXT, d->options[i]);
		if (chosen)
			draw_cursor(y + i, x + 2);
	}
}

static void draw(void *self, const struct area *area)
{
	struct dialog *d = self;
	int rows = draw_wrapped_rows(WIDTH - 6, d->text);
	int answer = d->field ? 1 : d->count, h = rows + answer + 5;
	struct area box = { area->y + (area->h - h) / 2, area->x + (area->w - WIDTH) / 2, h,
			    WIDTH };
	struct area text = { box.y + 2, box.x + 3, rows, WIDTH - 6 };

	draw_box(&box, d->title);
	draw_wrapped(&text, THEME_TEXT, d->text);
	if (d->field)
		field_draw(d->field, text.y + rows + 1, text.x, text.w, true);
	else
		draw_options(d, text.y + rows + 1, text.x, text.w);
}

static void free_dialog(void *self)
{
	struct dialog *d = self;

	field_free(d->field);
	free(d->title);
	free(d->text);
	free(d);
}

static const struct screen_ops ops = {
	.keys = keys,
	.overlay = true,
	.draw = draw,
	.event = event,
	.act = act,
	.can = can,
	.label = label,
	.typing = typing,
	.free = free_dialog,
};

static struct dialog *new_dialog(const char *title, const char *text, void *arg)
{
	struct dialog *d = xcalloc(1, sizeof *d);

	d->title = xstrdup(title);
	d->text = xstrdup(text);
	d->arg = arg;
	return d;
}

void dialog_push(const char *title, const char *text, const char *const *options, int chosen,
		 dialog_answer answer, void *arg)
{
	struct dialog *d = new_dialog(title, text, arg);

	d->options = options;
	while (options[d->count])
		d->count++;
	d->chosen = chosen;
	d->answer = answer;
	stack_push(&ops, d);
}

void dialog_push_secret(const char *title, const char *text, dialog_secret_answer answer, void *arg)
{
	struct dialog *d = new_dialog(title, text, arg);

	d->field = field_new(SECRET_MAX, true);
	d->secret_answer = answer;
	stack_push(&ops, d);
}
