#include "screen/provider_faults.h"
#include "screen/setup_state.h"
#include "widget/picker.h"

static size_t count(const void *arg)
{
	(void)arg;
	return provider_count();
}

static bool matches(const void *arg, size_t i, const char *word)
{
	(void)arg;
	return provider_matches(provider_at(i), word);
}

static const char *shown_beside(const struct provider *p)
{
	if (p->password == PROVIDER_NO_SMTP)
		return "no SMTP";
	return p->domains[0] ? p->domains[0] : p->host;
}

static void draw_row(const void *arg, size_t i, bool selected, int y, int x, int w)
{
	const struct provider *p = provider_at(i);
	enum theme_role role = selected ? THEME_SELECTED : THEME_TEXT;

	(void)arg;
	draw_text(y, x, 2, THEME_KEY, selected ? theme_mark(MARK_SELECTED) : " ");
	draw_text(y, x + 2, 36, role, p->name);
	draw_text(y, x + 40, w - 40, THEME_DIM, shown_beside(p));
}

static int draw_faults(const struct area *area)
{
	return provider_faults_draw(&(struct area){ area->y, area->x, 6, area->w });
}

static void take(void *arg, int choice)
{
	if (choice >= 0)
		setup_take_provider(arg, provider_at((size_t)choice));
}

void setup_providers_push(struct setup *s, const struct provider *chosen)
{
	const struct picker_look look = {
		.title = "Providers",
		.rows = { count, draw_row, matches, NULL },
		.nothing = "None fits. Esc goes back: any other server can be typed by hand.",
		.head = draw_faults,
	};
	size_t at = LIST_NONE;

	for (size_t i = 0; i < provider_count(); i++)
		if (provider_at(i) == chosen)
			at = i;
	picker_push(&look, at, take, s);
}
