/*
 * mkexports OUT.c FILE.tmpl...
 *
 * Checks each file of data/export (task/export/format.h) and writes them as the constant table that
 * task/export/formats.h declares, in order of group and title. On any fault it prints a line
 * for each, leaves OUT.c as it was, and ends with 1.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "task/export/format.h"
#include "tool/c_text.h"

#define OUT_MAX  ((size_t)8 * 1024 * 1024)
#define FILE_MOST ((size_t)64 * 1024)

struct read {
	struct export_format *format;
	char *id, *text;
};

static char *id_of(const char *path)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	const char *dot = strrchr(name, '.');

	return xstrndup(name, dot ? (size_t)(dot - name) : strlen(name));
}

static bool read_one(const char *path, struct read *r)
{
	struct buf text = BUF_INIT(FILE_MOST);
	struct err err = ERR_INIT;

	r->id = id_of(path);
	if (file_read(path, &text, &err) == 0)
		r->format = export_format_parse(r->id, buf_text(&text), text.len, &err);
	if (!r->format)
		fprintf(stderr, "%s: %s\n", path, err.text);
	r->text = buf_detach(&text);
	return r->format != NULL;
}

static int compare(const void *a, const void *b)
{
	const struct read *x = a, *y = b;

	if (x->format->group != y->format->group)
		return (int)x->format->group - (int)y->format->group;
	return strcasecmp(x->format->title, y->format->title);
}

static int write_out(const char *path, const struct read *list, size_t count)
{
	struct buf out = BUF_INIT(OUT_MAX);
	struct err err = ERR_INIT;
	int rc;

	buf_adds(&out, "#include \"task/export/formats.h\"\n\n"
		       "const struct export_source export_sources[] = {\n");
	for (size_t i = 0; i < count; i++) {
		buf_adds(&out, "\t{ ");
		c_string(&out, list[i].id);
		buf_adds(&out, ", ");
		c_string(&out, list[i].text);
		buf_adds(&out, " },\n");
	}
	buf_printf(&out, "};\nconst size_t export_source_count = %zu;\n", count);
	rc = file_replace(path, buf_text(&out), out.len, 0644, &err);
	if (rc < 0)
		fprintf(stderr, "mkexports: %s\n", err.text);
	buf_free(&out);
	return rc;
}

int main(int argc, char **argv)
{
	size_t count = argc > 2 ? (size_t)argc - 2 : 0;
	struct read *list = xcalloc(count + 1, sizeof *list);
	bool good = count > 0;

	if (!good)
		fputs("usage: mkexports OUT.c FILE.tmpl...\n", stderr);
	for (size_t i = 0; i < count; i++)
		good &= read_one(argv[i + 2], &list[i]);
	if (good) {
		qsort(list, count, sizeof *list, compare);
		good = write_out(argv[1], list, count) == 0;
	}
	for (size_t i = 0; i < count; i++) {
		export_format_free(list[i].format);
		free(list[i].id);
		free(list[i].text);
	}
	free(list);
	return good ? 0 : 1;
}
