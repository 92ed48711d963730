#include "cli/export_list.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "cli/command.h"
#include "cli/print.h"
#include "port/json.h"
#include "task/export/export.h"
#include "task/export/format.h"

void export_list_ids(void)
{
	for (size_t i = 0; i < export_format_count(); i++)
		puts(export_format_at(i)->id);
}

/* ---- the list ---- */

static void put_some(struct json *value, const char *key, const char *text)
{
	json_put_text(value, key, text && text[0] ? text : NULL);
}

static struct json *one_json(const struct export_format *f, const char *path)
{
	struct json *value = json_new_object();

	json_put_text(value, "id", f->id);
	json_put_text(value, "title", f->title);
	put_some(value, "about", f->about);
	json_put_text(value, "group", export_group_name(f->group));
	json_put_bool(value, "installed", export_installed(f));
	put_some(value, "path", path);
	put_some(value, "tried", f->tried);
	put_some(value, "read", f->read);
	put_some(value, "since", f->since);
	json_put_bool(value, "root", f->root);
	json_put_bool(value, "check", f->check[0] != '\0');
	return value;
}

/* "~/.msmtprc": who looks for a file looks from home. */
static void print_path(const char *path)
{
	const char *home = getenv("HOME");
	size_t len = home ? strlen(home) : 0;

	if (len > 1 && strncmp(path, home, len) == 0 && path[len] == '/') {
		putchar('~');
		path += len;
	}
	print_visible(stdout, path);
}

/* What is too long for its column still ends with a blank. */
static void print_column(const char *text, size_t width)
{
	print_padded(stdout, text, width);
	fputs(print_width(text) < width ? "" : "  ", stdout);
}

static void print_one(const struct export_format *f, const char *path)
{
	fputs("  ", stdout);
	print_column(f->id, 20);
	print_column(export_installed(f) ? "installed" : "", 11);
	print_column(f->title, 26);
	if (path)
		print_path(path);
	else
		fputs("printed", stdout);
	putchar('\n');
}

void export_list(struct call *call, const struct account *account)
{
	if (call->global.json)
		call->result = json_new_array();
	for (size_t i = 0; i < export_format_count(); i++) {
		const struct export_format *f = export_format_at(i);
		char *path = export_where(f, account);

		if (!call->global.json &&
		    (i == 0 || export_format_at(i - 1)->group != f->group))
			printf("%s%s\n", i > 0 ? "\n" : "", export_group_title(f->group));
		if (call->global.json)
			json_add(call->result, one_json(f, path));
		else
			print_one(f, path);
		free(path);
	}
}

/* ---- after a change of the account ---- */

void export_tell_change(const char *id, const char *now)
{
	char *ids = export_noted_ids(id);
	char *first = xstrndup(ids ? ids : "", ids ? strcspn(ids, ",") : 0);

	if (ids && !now)
		print_note("Other programs still have it (%s). Take it out of each: outpost export "
			   "%s %s --undo", ids, first, id);
	else if (ids && strcmp(id, now) != 0)
		print_note("Other programs know it by its old name (%s). For each: outpost export "
			   "%s %s --undo; outpost export %s %s --write", ids, first, id, first,
			   now);
	else if (ids)
		print_note("Other programs have it as it was (%s). For each: outpost export %s %s "
			   "--write", ids, first, id);
	free(first);
	free(ids);
}
