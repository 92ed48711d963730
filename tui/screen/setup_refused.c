#include <stdio.h>

#include "base/err.h"
#include "screen/setup_state.h"

#define WAYS 3

/* What stands in the way, at which step it is said, and what works instead: Enter, Esc, F7. */
static const struct {
	enum setup_step step;
	const char *insist; /* the label of its key */
	const char *ways[WAYS];
} obstacles[] = {
	[SETUP_CLEAR] = { SETUP_STEPS, NULL, { NULL } },
	[SETUP_NO_SMTP] = {
		SETUP_SERVER, "name a server",
		{ "Send through a relay where you have an account (Amazon SES, Brevo, Mailgun "
		  "and others), if it lets you send from this address.",
		  "Go back: an address of another provider.",
		  "Name a server of which you know that it takes mail from this address." } },
	[SETUP_OAUTH2_ONLY] = {
		SETUP_SIGNIN, NULL,
		{ "Send through a relay where you have an account (Amazon SES, Brevo, Mailgun "
		  "and others), if it lets you send from this address.",
		  "Go back: name another server, or an address of another provider.",
		  "Go on all the same: with a password of which you know that it works, or with a "
		  "program that prints a token (Sign-in xoauth2, under more settings)." } },
};

static const char *const way_keys[WAYS] = { "Enter", "Esc", "F7" };

enum setup_obstacle setup_stopped(const struct setup *s)
{
	return s->insists ? SETUP_CLEAR : setup_obstacle(s->account, s->provider);
}

bool setup_password_refused(const struct setup *s)
{
	return setup_stopped(s) == SETUP_OAUTH2_ONLY;
}

bool setup_refused(const struct setup *s)
{
	return s->step < SETUP_STEPS && obstacles[setup_stopped(s)].step == s->step;
}

const char *setup_insist_label(const struct setup *s)
{
	return obstacles[setup_stopped(s)].insist;
}

void setup_insist(struct setup *s)
{
	if (setup_stopped(s) == SETUP_NO_SMTP) {
		setup_take_provider(s, provider_by_id("custom"));
		return;
	}
	s->insists = true;
	setup_go(s, s->step);
}

const struct provider *setup_first_relay(void)
{
	for (size_t i = 0; i < provider_count(); i++)
		if (provider_at(i)->kind == PROVIDER_RELAY)
			return provider_at(i);
	return NULL;
}

static int draw_way(const struct area *area, int y, const char *key, const char *text)
{
	struct area a = { y, area->x + 10, area->y + area->h - y, area->w - 10 };

	draw_text(y, area->x + 2, 7, THEME_KEY, key);
	return y + draw_wrapped(&a, THEME_TEXT, text) + 1;
}

void setup_draw_refused(const struct setup *s, const struct area *area)
{
	enum setup_obstacle obstacle = setup_stopped(s);
	const struct provider *p = s->provider;
	struct area a = *area;
	char reason[ERR_TEXT_MAX], text[ERR_TEXT_MAX + 2];

	setup_obstacle_reason(obstacle, p, reason);
	snprintf(text, sizeof text, "! %s", reason);
	a.y += draw_wrapped(&a, THEME_WARN, text);
	a.y += draw_wrapped(&a, THEME_TEXT, p->hint);
	a.y += draw_wrapped(&a, THEME_LINK, p->help_url) + 1;
	draw_text(a.y++, a.x, a.w, THEME_TITLE, "What works instead:");
	a.h = area->y + area->h - a.y;
	for (int i = 0; i < WAYS; i++)
		a.y = draw_way(&a, a.y, way_keys[i], obstacles[obstacle].ways[i]);
	draw_cursor(area->y, area->x);
}
