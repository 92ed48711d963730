#include "task/import/vars.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"

static void wipe(char *text)
{
	explicit_bzero(text, strlen(text));
	free(text);
}

const struct var *vars_find(const struct vars *v, const char *name)
{
	for (size_t i = 0; i < v->count; i++)
		if (strcmp(v->list[i].name, name) == 0)
			return &v->list[i];
	return NULL;
}

const char *vars_get(const struct vars *v, const char *name)
{
	const struct var *var = vars_find(v, name);

	return var ? var->value : NULL;
}

void vars_put(struct vars *v, const char *name, const char *value, int line)
{
	struct var *var = (struct var *)vars_find(v, name);

	if (!var && v->count == VARS_MAX)
		return;
	if (!var) {
		v->list = xreallocarray(v->list, v->count + 1, sizeof *v->list);
		var = &v->list[v->count++];
		*var = (struct var){ .name = xstrdup(name) };
	} else {
		wipe(var->value);
	}
	var->value = xstrdup(value);
	var->line = line;
}

void vars_clear(struct vars *v)
{
	for (size_t i = 0; i < v->count; i++) {
		free(v->list[i].name);
		wipe(v->list[i].value);
	}
	free(v->list);
	*v = (struct vars)VARS_INIT;
}
