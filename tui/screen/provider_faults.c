#include "screen/provider_faults.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/err.h"
#include "mail/provider.h"

#define KEPT_MAX  20
#define SHOWN_MAX 3

static char *faults[KEPT_MAX];
static size_t count; /* of all, also those that are not kept */

static void add(void *arg, const char *file, const char *reason)
{
	(void)arg;
	if (count < KEPT_MAX)
		faults[count] = xasprintf("! The provider file %s is left out: %s", file, reason);
	count++;
}

void provider_faults_load(void)
{
	provider_faults_clear();
	provider_load_own(add, NULL);
}

void provider_faults_clear(void)
{
	for (size_t i = 0; i < count && i < KEPT_MAX; i++)
		free(faults[i]);
	count = 0;
}

int provider_faults_draw(const struct area *area)
{
	struct area a = *area;

	for (size_t i = 0; i < count && i < SHOWN_MAX && a.h > 0; i++) {
		int rows = draw_wrapped(&a, THEME_WARN, faults[i]);

		a.y += rows;
		a.h -= rows;
	}
	if (count > SHOWN_MAX && a.h > 0)
		draw_textf(a.y++, a.x, a.w, THEME_WARN, "! and %zu more; see: outpost providers",
			   count - SHOWN_MAX);
	return a.y > area->y ? a.y - area->y + 1 : 0;
}
