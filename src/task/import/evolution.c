/*
 * Evolution keeps a key file (GLib's GKeyFile) for each part of an account in one folder,
 * NAME.source: an identity says who sends and names the transport, which is another of them.
 * Passwords are in the keyring under Evolution's own mark.
 */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/text.h"
#include "task/import/lines.h"
#include "task/import/reader_file.h"
#include "task/import/readers.h"
#include "task/import/vars.h"

/* "NAME\nGroup\nKey" of all files: key files are small. */
struct sources {
	struct vars vars;
	const char *name;	/* of the file, without .source */
};

/* ---- reading ---- */

/* \s \n \t \r \\ */
static void decode(char *value)
{
	char *out = value;

	for (const char *p = value; *p; p++) {
		if (*p != '\\' || !p[1]) {
			*out++ = *p;
			continue;
		}
		p++;
		*out++ = *p == 's'   ? ' '
			 : *p == 'n' ? '\n'
			 : *p == 't' ? '\t'
			 : *p == 'r' ? '\r'
				     : *p;
	}
	*out = '\0';
}

static bool known_group(const char *group)
{
	static const char *const groups[] = { "Data Source", "Mail Identity", "Mail Submission",
					      "Mail Transport", "Authentication", "Security",
					      NULL };

	for (size_t i = 0; groups[i]; i++)
		if (strcmp(groups[i], group) == 0)
			return true;
	return false;
}

static void read_source(struct reader *r, struct sources *s)
{
	struct lines lines;
	char *line, *value, *group = xstrdup("");

	lines_begin(&lines, r);
	while ((line = lines_next(&lines))) {
		line += strspn(line, " \t");
		if (!*line || *line == '#')
			continue;
		if (*line == '[') {
			line[strcspn(line, "]")] = '\0';
			free(group);
			group = xstrdup(line + 1);
			continue;
		}
		value = lines_value(line, '=');
		if (value && known_group(group)) {
			char *name = xasprintf("%s\n%s\n%s", s->name, group, line);

			decode(value);
			vars_put(&s->vars, name, value, r->line);
			free(name);
		}
	}
	lines_end(&lines);
	free(group);
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The names in the folder, sorted, without ".source"; ends in NULL. */
static char **list_folder(const char *path, struct err *err)
{
	DIR *dir = opendir(path);
	char **names = xcalloc(1, sizeof *names);
	const struct dirent *entry;
	size_t count = 0;

	if (!dir) {
		free(names);
		err_errno(err, "Cannot open the folder %s", path);
		return NULL;
	}
	while (count < IMPORT_FILES && (entry = readdir(dir))) {
		size_t n = strlen(entry->d_name);

		if (n <= 7 || strcmp(entry->d_name + n - 7, ".source") != 0)
			continue;
		names = xreallocarray(names, count + 2, sizeof *names);
		names[count++] = xstrndup(entry->d_name, n - 7);
		names[count] = NULL;
	}
	closedir(dir);
	qsort(names, count, sizeof *names, compare);
	return names;
}

static void read_named(struct reader *r, struct sources *s, const char *name)
{
	const struct import_file *folder = r->file;
	struct buf text = BUF_INIT_SECRET(IMPORT_MAX);
	char *path = xasprintf("%s/%s.source", folder->path, name);
	struct import_file file = { .name = NULL };
	struct err err = ERR_INIT;

	if (reader_open(r, path, &text, &file, &err) < 0) {
		reader_note_err(r, &err);
	} else {
		s->name = name;
		r->file = &file;
		read_source(r, s);
		r->file = folder;
	}
	free((char *)file.name);
	buf_free(&text);
	free(path);
}

/* ---- accounts ---- */

static const char *get(const struct sources *s, const char *name, const char *key)
{
	char *whole = xasprintf("%s\n%s", name, key);
	const char *value = vars_get(&s->vars, whole);

	free(whole);
	return value ? value : "";
}

static void take_method(struct reader *r, struct entry *d, const char *method)
{
	if (text_eq_nocase(method, "none") || !*method)
		d->signin = ENTRY_NO;
	else if (text_eq_nocase(method, "PLAIN") || text_eq_nocase(method, "plain/password"))
		d->signin = ENTRY_YES;
	else
		entry_auth(r, d, text_has_nocase(method, "oauth") ? "xoauth2" : method);
	if (text_has_nocase(method, "oauth"))
		reader_note(r, "its token is Evolution's: outpost needs a command that prints one");
}

static void keep_identity(struct reader *r, const struct sources *s, const char *name)
{
	const char *transport = get(s, name, "Mail Submission\nTransportUid");
	const char *security = get(s, transport, "Security\nMethod");
	struct entry *d;

	if (strcmp(get(s, transport, "Mail Transport\nBackendName"), "smtp") != 0)
		return;
	d = entry_new(r, "");
	entry_set(r, d, ACCOUNT_ADDRESS, get(s, name, "Mail Identity\nAddress"));
	entry_set(r, d, ACCOUNT_FROM_NAME, get(s, name, "Mail Identity\nName"));
	entry_set(r, d, ACCOUNT_HOST, get(s, transport, "Authentication\nHost"));
	entry_set(r, d, ACCOUNT_PORT, get(s, transport, "Authentication\nPort"));
	take_method(r, d, get(s, transport, "Authentication\nMethod"));
	if (d->signin == ENTRY_YES)
		entry_set(r, d, ACCOUNT_USER, get(s, transport, "Authentication\nUser"));
	d->tls = text_eq_nocase(security, "ssl-on-alternate-port") ? ENTRY_YES : ENTRY_NO;
	d->starttls = text_prefix_nocase(security, "starttls") ? ENTRY_YES : ENTRY_NO;
	d->ports[NET_NONE] = 25;
	entry_keep(r, d);
}

int read_evolution(struct reader *r, struct err *err)
{
	struct sources s = { .vars = VARS_INIT };
	char **names = list_folder(r->file->path, err);

	if (!names)
		return -1;
	for (size_t i = 0; names[i]; i++)
		read_named(r, &s, names[i]);
	for (size_t i = 0; names[i]; i++) {
		if (*get(&s, names[i], "Mail Submission\nTransportUid"))
			keep_identity(r, &s, names[i]);
		free(names[i]);
	}
	free(names);
	vars_clear(&s.vars);
	return 0;
}
