#include "screen/caught.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/text.h"
#include "mail/message_head.h"
#include "mail/sandbox.h"
#include "widget/list.h"
#include "widget/pager.h"
#include "widget/stack.h"

/* More of one message than anybody reads on a screen. */
#define TEXT_MAX (256 * 1024)

enum { ACT_READ = 1, ACT_BACK };

/* A row is what was there when the list was read; the text is fetched when it is
 * wanted. */
struct row {
	size_t number;
	char *from, *subject, *to;
};

struct caught {
	struct sandbox *sandbox;
	struct row *rows;
	size_t count;
	struct list *list;
};

static const struct keys_row keys[] = {
	{ ACT_READ, TERM_ENTER, 0, "Enter", "read", "read the message as it came" },
	{ ACT_BACK, TERM_ESC, 'q', "Esc", "back", "back to where you came from (also q)" },
	{ 0, 0, 0, "Up, Down", NULL, "move between the messages" },
	{ 0 }
};

static const char *title(const void *self)
{
	(void)self;
	return "Mail that the sandbox caught";
}

static void forget_rows(struct caught *c)
{
	for (size_t i = 0; i < c->count; i++) {
		free(c->rows[i].from);
		free(c->rows[i].subject);
		free(c->rows[i].to);
	}
	free(c->rows);
	c->rows = NULL;
	c->count = 0;
}

static char *visible(const char *text)
{
	char out[300];

	text_visible_into(out, sizeof out, text, strlen(text));
	return xstrdup(out);
}

static void add_row(void *arg, const struct sandbox_mail *mail)
{
	struct caught *c = arg;
	struct message_head head;

	message_head_read(&head, mail->data, mail->len);
	c->rows = xreallocarray(c->rows, c->count + 1, sizeof *c->rows);
	c->rows[c->count++] = (struct row){
		.number = mail->number,
		.from = visible(mail->from),
		.subject = visible(head.subject),
		.to = visible(mail->to_count > 0 ? mail->to[0] : ""),
	};
	message_head_clear(&head);
}

/* The newest first. */
static const struct row *row_at(const struct caught *c, size_t i)
{
	return &c->rows[c->count - 1 - i];
}

static size_t count(const void *arg)
{
	const struct caught *c = arg;

	return c->count;
}

static void draw_row(const void *arg, size_t i, bool selected, int y, int x, int w)
{
	const struct row *row = row_at(arg, i);
	int half = (w - 8) / 2;

	draw_text(y, x, 1, THEME_KEY, selected ? theme_mark(MARK_SELECTED) : " ");
	draw_textf(y, x + 2, 5, THEME_DIM, "%zu", row->number);
	draw_text(y, x + 7, half - 1, selected ? THEME_SELECTED : THEME_TITLE,
		  row->subject[0] != '\0' ? row->subject : "(no subject)");
	draw_textf(y, x + 7 + half, w - 7 - half, THEME_TEXT, "to %s", row->to);
}

static bool can(const void *self, int action)
{
	const struct caught *c = self;

	return action != ACT_READ || list_selected(c->list) != LIST_NONE;
}

/* One message made readable: the envelope, then what came, line by line. */
struct reading {
	size_t number;
	struct buf text;
};

static void read_mail(void *arg, const struct sandbox_mail *mail)
{
	struct reading *r = arg;

	if (mail->number != r->number)
		return;
	buf_printf(&r->text, "Envelope: from <");
	text_visible(&r->text, mail->from, strlen(mail->from));
	for (size_t i = 0; i < mail->to_count; i++) {
		buf_adds(&r->text, i == 0 ? "> to <" : ">, <");
		text_visible(&r->text, mail->to[i], strlen(mail->to[i]));
	}
	buf_printf(&r->text, ">, %s\n\n", mail->tls ? "encrypted" : "not encrypted");
	text_visible_lines(&r->text, mail->data, mail->len);
}

static void open_mail(struct caught *c)
{
	struct reading r = {
		.number = row_at(c, list_selected(c->list))->number,
		.text = BUF_INIT(TEXT_MAX),
	};
	char name[64];

	sandbox_each(c->sandbox, read_mail, &r);
	snprintf(name, sizeof name, "Message %zu as it came", r.number);
	if (r.text.len > 0)
		pager_push(name, buf_text(&r.text));
	else
		stack_notice(THEME_WARN, "The sandbox keeps this message no longer.");
	buf_free(&r.text);
}

static void act(void *self, int action)
{
	if (action == ACT_READ)
		open_mail(self);
	else
		stack_pop(self);
}

static void reload(void *self)
{
	struct caught *c = self;

	forget_rows(c);
	sandbox_each(c->sandbox, add_row, c);
	list_reload(c->list);
}

static void event(void *self, const struct term_event *ev)
{
	struct caught *c = self;

	if (list_event(c->list, ev))
		return;
	reload(c);
}

static void draw(void *self, const struct area *area)
{
	struct caught *c = self;
	struct area a = { area->y + 1, area->x, area->h - 1, area->w };

	if (c->count > 0) {
		list_draw(c->list, &a);
		return;
	}
	draw_wrapped(&a, THEME_TEXT,
		     "Nothing yet. A message that is sent through the sandbox "
		     "comes here, whomever it is for.");
	draw_cursor(a.y, a.x);
}

static void free_caught(void *self)
{
	struct caught *c = self;

	list_free(c->list);
	forget_rows(c);
	free(c);
}

static const struct screen_ops ops = {
	.title = title,
	.keys = keys,
	.draw = draw,
	.event = event,
	.act = act,
	.can = can,
	.resumed = reload,
	.free = free_caught,
};

void caught_push(struct sandbox *sb)
{
	struct caught *c = xcalloc(1, sizeof *c);
	const struct list_source source = { count, draw_row, NULL, c };

	c->sandbox = sb;
	sandbox_each(sb, add_row, c);
	c->list = list_new(&source);
	stack_push(&ops, c);
}
