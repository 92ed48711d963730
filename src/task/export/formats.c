/* The formats compiled in. Each is read when it is first asked for, and stays. */
#include "task/export/formats.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "task/export/format.h"

static struct export_format **formats;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

size_t export_format_count(void)
{
	return export_source_count;
}

const struct export_format *export_format_at(size_t i)
{
	struct err err = ERR_INIT;
	const struct export_format *f;

	pthread_mutex_lock(&lock);
	if (!formats)
		formats = xcalloc(export_source_count + 1, sizeof *formats);
	if (!formats[i]) {
		const struct export_source *s = &export_sources[i];

		formats[i] = export_format_parse(s->id, s->text, strlen(s->text), &err);
		if (!formats[i])
			die("%s", err.text); /* mkexports has read it */
	}
	f = formats[i];
	pthread_mutex_unlock(&lock);
	return f;
}

const struct export_format *export_format_by_id(const char *id)
{
	for (size_t i = 0; i < export_source_count; i++)
		if (strcmp(export_sources[i].id, id) == 0)
			return export_format_at(i);
	return NULL;
}
