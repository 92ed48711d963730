#include <stdio.h>
#include <string.h>

#include "mail/message_head.h"
#include "mail/sandbox.h"
#include "screen/setup_state.h"

/* A command or a key, and what it is for. */
static int draw_way(const struct area *a, int y, const char *what, const char *why)
{
	draw_text(y, a->x + 4, a->w - 4, THEME_KEY, what);
	draw_text(y, a->x + 15, a->w - 15, THEME_TEXT, why);
	return y + 1;
}

static int draw_paragraph(const struct area *area, int y, const char *text)
{
	struct area a = { y, area->x + 2, area->y + area->h - y, area->w - 2 };

	return y + draw_wrapped(&a, THEME_TEXT, text) + 1;
}

static int draw_commands(const struct setup *s, const struct area *a, int y)
{
	const char *id = setup_saved_id(s);

	y = draw_paragraph(a, y,
			   "Press c to write a message now. In a shell or a script one "
			   "command sends:");
	draw_textf(y++, a->x + 4, a->w - 4, THEME_KEY,
		   "outpost send -A %s -t bob@example.org -s Hello 'It works'", id);
	y++;
	y = draw_paragraph(a, y, "And this one checks the account again, step by step:");
	draw_textf(y++, a->x + 4, a->w - 4, THEME_KEY, "outpost test %s", id);
	y = draw_paragraph(a, y + 1,
			   "Other mail programs can have the account, too: x in the list of "
			   "accounts, or");
	draw_textf(y++, a->x + 4, a->w - 4, THEME_KEY, "outpost export");
	return y + 1;
}

static void draw_mail(void *arg, const struct sandbox_mail *mail)
{
	struct area *a = arg;
	struct message_head head;

	if (a->h <= 0)
		return;
	message_head_read(&head, mail->data, mail->len);
	draw_textf(a->y, a->x, 5, THEME_DIM, "%zu", mail->number);
	draw_textf(a->y++, a->x + 5, a->w - 5, THEME_TITLE, "%s, to %s, %s",
		   head.subject[0] != '\0' ? head.subject : "(no subject)",
		   mail->to_count > 0 ? mail->to[0] : "",
		   mail->tls ? "encrypted" : "not encrypted");
	a->h--;
	message_head_clear(&head);
}

static int draw_catch(const struct setup *s, const struct area *area, int y)
{
	size_t n = sandbox_count(s->demo->sandbox);
	struct area a = { y + 1, area->x + 4, 3, area->w - 4 };

	draw_textf(y, area->x + 2, area->w - 2, THEME_TEXT, "The sandbox caught %zu message%s:", n,
		   n == 1 ? "" : "s");
	sandbox_each(s->demo->sandbox, draw_mail, &a);
	return a.y + 1;
}

static void draw_demo(const struct setup *s, const struct area *a, int y)
{
	y = draw_catch(s, a, y);
	y = draw_way(a, y, "s", "read what was caught");
	y = draw_way(a, y, "c", "write a message yourself; it is caught too");
	y = draw_way(a, y, "Enter", "see the account among your accounts") + 1;
	y = draw_paragraph(a, y, "With an account of your own it goes the same way:");
	y--;
	draw_text(y++, a->x + 4, a->w - 4, THEME_KEY, "outpost setup");
	draw_text(y++, a->x + 4, a->w - 4, THEME_KEY,
		  "outpost send -t bob@example.org -s Hello 'It works'");
	draw_paragraph(a, y + 1,
		       "This account lives in a folder that goes away with the demo. Your own "
		       "accounts and settings are neither read nor changed.");
}

void setup_draw_done(struct setup *s, const struct area *area)
{
	draw_text(area->y, area->x, 1, THEME_OK, theme_mark(MARK_DONE));
	draw_textf(area->y, area->x + 2, area->w - 2, THEME_TITLE, "The account %s is ready.",
		   setup_saved_id(s));
	if (s->demo)
		draw_demo(s, area, area->y + 2);
	else
		draw_commands(s, area, area->y + 2);
	draw_cursor(area->y, area->x);
}
