#include <stdlib.h>

#include "base/err.h"
#include "mail/addr.h"
#include "screen/setup_state.h"

static void build(struct setup *s, struct form *f)
{
	form_add_field(f, ROW_TO, "Send a test to", 254,
		       "Leave it empty to stop after the sign-in.");
	form_set_text(f, ROW_TO, account_get(s->account, ACCOUNT_ADDRESS));
}

static void enter(struct setup *s, struct form *f)
{
	(void)s;
	form_unmark(f, ROW_TO);
}

/* Only to start it: what follows a run is in setup.c. */
static bool next(struct setup *s, struct form *f)
{
	struct err err = ERR_INIT;
	const char *to = form_text(f, ROW_TO);

	(void)s;
	if (to[0] == '\0' || addr_check(to, &err) == 0)
		return true;
	form_mark(f, ROW_TO, FORM_FAULT, "%s", err.text);
	return false;
}

static void draw_server(const struct setup *s, const struct area *a)
{
	draw_textf(a->y, a->x, a->w, THEME_TEXT, "%s, port %s, %s",
		   account_get(s->account, ACCOUNT_HOST), account_get(s->account, ACCOUNT_PORT),
		   account_security(s->account) == NET_TLS        ? "TLS from the start"
		   : account_security(s->account) == NET_STARTTLS ? "STARTTLS"
								  : "not encrypted");
}

static const char *invitation(const struct setup *s)
{
	if (s->demo)
		return "This is the demo. A mail server runs inside it that catches every message "
		       "and delivers none, and an account for it is filled in: steps 1 to 3 are "
		       "done, Esc looks at them.\n\n"
		       "Press Enter: a test message is sent, step by step, and the account is "
		       "saved, in a folder that goes away with the demo. Your own accounts and "
		       "settings are neither read nor changed.";
	return "Now it is tried for real, step by step. Press Enter, and a test message is on "
	       "its way.";
}

static void draw_saved(const struct setup *s, const struct area *area, int y)
{
	draw_text(y, area->x, 1, THEME_OK, theme_mark(MARK_DONE));
	draw_text(y, area->x + 2, 9, THEME_DIM, "Saved");
	draw_textf(y, area->x + 12, area->w - 12, THEME_OK, "As the account %s. Enter goes on.",
		   setup_saved_id(s));
}

static void draw(struct setup *s, struct form *f, const struct area *area)
{
	struct area a = *area;

	if (s->run.state == RUN_IDLE) {
		a.y += draw_wrapped(&a, THEME_TEXT, invitation(s)) + 1;
		draw_server(s, &a);
		a.y += 2;
		a.h = area->y + area->h - a.y;
		form_draw(f, &a, true);
		return;
	}
	draw_server(s, &a);
	a.y += 2;
	a.h -= 2;
	a.y = run_draw(&s->run, &a) + 1;
	if (s->saved)
		draw_saved(s, area, a.y);
	draw_cursor(area->y, area->x);
}

const struct setup_step_ops setup_check_step = {
	"Check", build, enter, NULL, NULL, next, draw,
};
