#include <stdio.h>

#include "screen/setup_state.h"
#include "task/setup.h"

bool setup_password_refused(const struct setup *s)
{
	return !s->insists && setup_refuses_passwords(s->account, s->provider);
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
	const struct provider *p = s->provider;
	struct area a = *area;
	char text[600];

	snprintf(text, sizeof text,
		 "! A password does not work here: %.200s lets programs sign in with OAuth2 only.",
		 p->name);
	a.y += draw_wrapped(&a, THEME_WARN, text);
	a.y += draw_wrapped(&a, THEME_TEXT, p->hint);
	a.y += draw_wrapped(&a, THEME_LINK, p->help_url) + 1;
	draw_text(a.y++, a.x, a.w, THEME_TITLE, "What works instead:");
	a.h = area->y + area->h - a.y;
	a.y = draw_way(&a, a.y, "Enter",
		       "Send through a relay where you have an account (Amazon SES, Brevo, Mailgun "
		       "and others), if it lets you send from this address.");
	a.y = draw_way(&a, a.y, "Esc",
		       "Go back: name another server, or an address of another provider.");
	draw_way(&a, a.y, "F7",
		 "Go on all the same: with a password of which you know that it works, or with a "
		 "program that prints a token (Sign-in xoauth2, under more settings).");
	draw_cursor(area->y, area->x);
}
