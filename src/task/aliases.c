#include "task/aliases.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/dirs.h"
#include "base/err.h"
#include "base/file.h"
#include "base/text.h"

#define FILE_MAX    (1024u * 1024)
#define ALIASES_MAX 20000

struct alias {
	char *name, *value;
	const char *file; /* owned by aliases */
	int line;
	bool done; /* its addresses have been added: not followed twice */
};

struct aliases {
	aliases_tell tell;
	void *arg;
	struct alias *list;
	size_t count, room;
	char **files;
	size_t file_count;
};

struct aliases *aliases_new(aliases_tell tell, void *arg)
{
	struct aliases *all = xcalloc(1, sizeof *all);

	all->tell = tell;
	all->arg = arg;
	return all;
}

void aliases_free(struct aliases *all)
{
	if (!all)
		return;
	for (size_t i = 0; i < all->count; i++) {
		free(all->list[i].name);
		free(all->list[i].value);
	}
	for (size_t i = 0; i < all->file_count; i++)
		free(all->files[i]);
	free(all->list);
	free(all->files);
	free(all);
}

/* ---- reading ---- */

/* The length of text up to a separator outside of quotes, or up to its end. */
static size_t until(const char *text, const char *separators)
{
	bool quoted = false;
	size_t i;

	for (i = 0; text[i]; i++) {
		if (text[i] == '\\' && quoted && text[i + 1])
			i++;
		else if (text[i] == '"')
			quoted = !quoted;
		else if (!quoted && strchr(separators, text[i]))
			break;
	}
	return i;
}

/* "a b" without its quotes, in place. */
static char *unquote(char *text)
{
	size_t len;

	text = text_trim(text);
	len = strlen(text);
	if (len < 2 || text[0] != '"' || text[len - 1] != '"')
		return text;
	text[len - 1] = '\0';
	return text + 1;
}

static int fault(const char *file, int line, const char *what, struct err *err)
{
	err_set(err, ERR_CONFIG, "Line %d of %s %s.", line, file, what);
	err_hint(err, "A line looks like this: root: you@example.org");
	return -1;
}

/* A line and what continues it. */
static int add_line(struct aliases *all, const char *file, int number, char *text, struct err *err)
{
	size_t colon = until(text, ":");
	char *name;

	if (text[colon] != ':')
		return fault(file, number, "has no colon", err);
	text[colon] = '\0';
	name = unquote(text);
	if (!*name)
		return fault(file, number, "has no name before its colon", err);
	if (all->count >= ALIASES_MAX)
		return fault(file, number, "is one alias too many", err);
	if (all->count == all->room) {
		all->room = all->room ? 2 * all->room : 32;
		all->list = xreallocarray(all->list, all->room, sizeof *all->list);
	}
	all->list[all->count++] =
		(struct alias){ xstrdup(name), xstrdup(text + colon + 1), file, number, false };
	return 0;
}

/* One line without its comment, in place. */
static char *strip(char *line)
{
	line[until(line, "#")] = '\0';
	return line;
}

static int parse(struct aliases *all, const char *file, char *text, struct err *err)
{
	struct buf whole = BUF_INIT(FILE_MAX + 1);
	int number = 0, first = 0, rc = 0;

	while (rc == 0 && text) {
		char *line = strsep(&text, "\n");
		bool more = line[0] == ' ' || line[0] == '\t';
		char *bare = text_trim(strip(line));

		number++;
		if (!*bare)
			continue;
		if (more && first == 0) {
			rc = fault(file, number, "continues a line that is not there", err);
		} else if (more) {
			buf_printf(&whole, " %s", bare);
		} else {
			if (first)
				rc = add_line(all, file, first, whole.data, err);
			buf_clear(&whole);
			buf_adds(&whole, bare);
			first = number;
		}
	}
	if (rc == 0 && first)
		rc = add_line(all, file, first, whole.data, err);
	buf_free(&whole);
	return rc;
}

int aliases_add_file(struct aliases *all, const char *path, struct err *err)
{
	struct buf text = BUF_INIT(FILE_MAX);
	char *file;
	int rc;

	if (!file_exists(path))
		return 0;
	rc = file_read(path, &text, err);
	if (rc == 0 && text.len > 0 && memchr(text.data, '\0', text.len))
		rc = err_set(err, ERR_CONFIG, "%s is no file of aliases: it has a NUL byte.", path);
	if (rc == 0 && text.len > 0) {
		all->files = xreallocarray(all->files, all->file_count + 1, sizeof *all->files);
		file = all->files[all->file_count++] = xstrdup(path);
		rc = parse(all, file, text.data, err);
	}
	buf_free(&text);
	return rc;
}

int aliases_add_usual(struct aliases *all, struct err *err)
{
	char *own = dirs_config_path("aliases");
	int rc = aliases_add_file(all, own, err);

	free(own);
	return rc == 0 ? aliases_add_file(all, ALIASES_SYSTEM, err) : -1;
}

/* ---- looking up ---- */

static struct alias *find(const struct aliases *all, const char *name)
{
	for (size_t i = 0; i < all->count; i++)
		if (text_eq_nocase(all->list[i].name, name))
			return &all->list[i];
	return NULL;
}

static void skip(const struct aliases *all, const struct alias *alias, const char *value)
{
	const char *what = value[0] == '|'   ? "a command"
			   : value[0] == '/' ? "a file"
			   : value[0] == ':' ? "a list in another file"
					     : "a mailbox of this machine";
	char shown[200], sentence[800];
	char name[200], file[300];

	if (!all->tell)
		return;
	text_visible_into(shown, sizeof shown, value, strlen(value));
	text_visible_into(name, sizeof name, alias->name, strlen(alias->name));
	text_visible_into(file, sizeof file, alias->file, strlen(alias->file));
	snprintf(sentence, sizeof sentence,
		 "The alias %s in line %d of %s leads to %s (%s), which is skipped.", name,
		 alias->line, file, what, shown);
	all->tell(all->arg, sentence);
}

/* The names on the way to here, innermost first. */
struct way {
	struct alias *alias;
	const struct way *before;
	int depth;
};

static int follow(const struct aliases *all, const char *name, const struct way *before,
		  struct addr_list *out, struct err *err);

static int add_value(const struct aliases *all, char *value, const struct way *way,
		     struct addr_list *out, struct err *err)
{
	struct err why = ERR_INIT;
	/* A quoted local part is part of its address. */
	bool quoted_local = value[0] == '"' && strchr(value, '@') && addr_check(value, NULL) == 0;

	if (!quoted_local)
		value = unquote(value);
	/* "and a copy to my mailbox here", of which there is none. */
	if (find(all, value + (value[0] == '\\')) == way->alias) {
		skip(all, way->alias, value);
		return 0;
	}
	/* sendmail's "no further alias". */
	if (value[0] == '\\')
		value++;
	if (!*value)
		return 0;
	if (value[0] == '|' || value[0] == '/' || text_prefix_nocase(value, ":include:")) {
		skip(all, way->alias, value);
		return 0;
	}
	if (!strchr(value, '@'))
		return follow(all, value, way, out, err);
	if (addr_check(value, &why) < 0) {
		err_set(err, ERR_CONFIG, "The alias %s in line %d of %s is wrong: %s",
			way->alias->name, way->alias->line, way->alias->file, why.text);
		return -1;
	}
	if (addr_list_has(out, value))
		return 0;
	if (out->count >= ADDR_LIST_MAX)
		return err_set(err, ERR_CONFIG, "The alias %s leads to over %d addresses.",
			       way->alias->name, ADDR_LIST_MAX);
	addr_list_add(out, NULL, value);
	return 0;
}

static int no_alias(const char *name, struct err *err)
{
	char *own = dirs_config_path("aliases");

	err_set(err, ERR_INPUT, "%s is no mail address, and there is no alias for it.", name);
	err_hint(err, "Write a line like \"%s: you@example.org\" into %s or " ALIASES_SYSTEM ".",
		 name, own);
	free(own);
	return -1;
}

static int check_way(const struct alias *alias, const struct way *before, struct err *err)
{
	for (const struct way *w = before; w; w = w->before)
		if (w->alias == alias) {
			err_set(err, ERR_CONFIG, "The alias %s in line %d of %s leads to itself.",
				alias->name, alias->line, alias->file);
			err_hint(err, "Let it end at a mail address.");
			return -1;
		}
	if (before && before->depth >= ALIASES_DEPTH)
		return err_set(err, ERR_CONFIG,
			       "The alias %s in line %d of %s is more than %d names away.",
			       alias->name, alias->line, alias->file, ALIASES_DEPTH);
	return 0;
}

static int follow(const struct aliases *all, const char *name, const struct way *before,
		  struct addr_list *out, struct err *err)
{
	struct alias *alias = find(all, name);
	struct way way = { alias ? alias : find(all, "default"), before,
			   before ? before->depth + 1 : 1 };
	char *copy, *value;
	int rc = 0;

	if (!way.alias)
		return no_alias(name, err);
	if (check_way(way.alias, before, err) < 0)
		return -1;
	if (way.alias->done)
		return 0;
	value = copy = xstrdup(way.alias->value);
	while (rc == 0) {
		size_t len = until(value, ",");
		bool last = value[len] == '\0';

		value[len] = '\0';
		rc = add_value(all, text_trim(value), &way, out, err);
		if (last)
			break;
		value += len + 1;
	}
	way.alias->done = rc == 0;
	free(copy);
	return rc;
}

int aliases_resolve(void *arg, const char *name, struct addr_list *out, struct err *err)
{
	struct aliases *all = arg;
	struct addr_list found = ADDR_LIST_INIT;
	int rc;

	for (size_t i = 0; i < all->count; i++)
		all->list[i].done = false;
	rc = follow(all, name, NULL, &found, err);
	if (rc == 0 && found.count == 0)
		rc = err_set(err, ERR_INPUT, "The alias %s leads to no mail address.", name);
	for (size_t i = 0; rc == 0 && i < found.count; i++)
		if (!addr_list_has(out, found.list[i].address))
			addr_list_add(out, NULL, found.list[i].address);
	addr_list_clear(&found);
	return rc;
}
