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

static void draw(struct setup *s, struct form *f, const struct area *area)
{
	struct area a = *area;

	if (s->run.state == RUN_IDLE) {
		a.y += draw_wrapped(&a, THEME_TEXT,
				    "Now it is tried for real, step by step. Press "
				    "Enter, and a test message is on its way.") +
		       1;
		draw_server(s, &a);
		a.y += 2;
		a.h = area->y + area->h - a.y;
		form_draw(f, &a, true);
		return;
	}
	draw_server(s, &a);
	a.y += 2;
	a.h -= 2;
	run_draw(&s->run, &a);
	draw_cursor(area->y, area->x);
}

const struct setup_step_ops setup_check_step = {
	"Check", build, enter, NULL, NULL, next, draw,
};
