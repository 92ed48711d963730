#include "task/export/journal.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/dirs.h"
#include "base/err.h"
#include "base/file.h"
#include "base/file_lock.h"
#include "port/crypt.h"
#include "task/export/format.h"

#define JOURNAL_MAX (64 * 1024)
#define NOTED_MOST  10000 /* entries of the folder that are looked at */

void journal_hash(const void *bytes, size_t len, char out[JOURNAL_HASH])
{
	unsigned char hash[CRYPT_HASH_MAX] = { 0 };

	if (crypt_digest(CRYPT_SHA256, (struct crypt_bytes){ bytes, len }, hash) < 0)
		die("this computer knows no SHA-256");
	for (size_t i = 0; i < 32; i++)
		snprintf(out + 2 * i, 3, "%02x", hash[i]);
}

const struct journal_entry *journal_find(const struct journal *j, const char *path)
{
	for (size_t i = 0; i < j->count; i++)
		if (strcmp(j->list[i].path, path) == 0)
			return &j->list[i];
	return NULL;
}

void journal_add(struct journal *j, const struct journal_entry *entry)
{
	struct journal_entry *e = NULL;

	for (size_t i = 0; i < j->count; i++)
		if (strcmp(j->list[i].path, entry->path) == 0)
			e = &j->list[i];
	if (!e) {
		j->list = xreallocarray(j->list, j->count + 1, sizeof *j->list);
		e = &j->list[j->count++];
		*e = *entry;
		e->path = xstrdup(entry->path);
	}
	/* One that is gone since begins anew. */
	if (entry->was_new) {
		e->was_new = true;
		e->bare = false;
		e->mode = entry->mode;
	}
	memcpy(e->hash, entry->hash, sizeof e->hash);
	memcpy(e->before, entry->before, sizeof e->before);
}

bool journal_fits(const struct journal_entry *e, const void *bytes, size_t len)
{
	char hash[JOURNAL_HASH];

	journal_hash(bytes, len, hash);
	return strcmp(hash, e->hash) == 0 || strcmp(hash, e->before) == 0;
}

/* Both are checked ids: the first has no dot, and neither has a slash. */
static char *path_of(const struct export_format *format, const char *account)
{
	char *name = xasprintf("exports/%s.%s", format->id, format->single ? "" : account);
	char *path = dirs_state_path(name);

	free(name);
	return path;
}

static bool take_hash(const char *word, char out[JOURNAL_HASH])
{
	size_t len = word ? strlen(word) : 0;

	if (len != JOURNAL_HASH - 1 && (!word || strcmp(word, "-") != 0))
		return false;
	memcpy(out, word, len + 1);
	return true;
}

static bool read_line(struct journal *j, char *line)
{
	struct journal_entry e = { .path = NULL };
	char *flag = strsep(&line, " "), *mode = strsep(&line, " "), *end = mode;
	bool good = mode && take_hash(strsep(&line, " "), e.hash) &&
		    take_hash(strsep(&line, " "), e.before);

	if (mode)
		e.mode = (mode_t)strtoul(mode, &end, 8) & 07777;
	if (!good || !line || *end || !*flag || !strchr("nb-", *flag))
		return false;
	e.was_new = *flag == 'n';
	e.bare = *flag == 'b';
	e.path = line;
	journal_add(j, &e);
	return true;
}

int journal_load(const struct export_format *format, const char *account, struct journal *j,
		 struct err *err)
{
	struct buf text = BUF_INIT(JOURNAL_MAX);
	char *path = path_of(format, account), *copy = NULL, *rest, *line;
	int rc = 0;

	if (file_exists(path))
		rc = file_read(path, &text, err);
	rest = copy = xstrdup(buf_text(&text));
	line = strsep(&rest, "\n");
	if (rc == 0 && *line)
		j->account = xstrdup(line);
	while (rc == 0 && (line = strsep(&rest, "\n")))
		if (*line && !read_line(j, line)) {
			rc = err_set(err, ERR_SYSTEM, "%s is damaged: it no longer says what was "
				     "written.", path);
			err_hint(err, "To go on without: rm %s", path);
		}
	free(copy);
	free(path);
	buf_free(&text);
	return rc;
}

static int write_lines(const struct journal *j, const char *account, struct buf *text,
		       struct err *err)
{
	int rc = buf_printf(text, "%s\n", account);

	for (size_t i = 0; rc == 0 && i < j->count; i++) {
		const struct journal_entry *e = &j->list[i];

		rc = buf_printf(text, "%c %04o %s %s %s\n", e->was_new ? 'n' : e->bare ? 'b' : '-',
				(unsigned)e->mode, e->hash, e->before, e->path);
	}
	return rc < 0 ? err_set(err, ERR_SYSTEM, "Too many files were exported.") : 0;
}

int journal_save(const struct export_format *format, const char *account,
		 const struct journal *j, struct err *err)
{
	struct buf text = BUF_INIT(JOURNAL_MAX);
	char *path = path_of(format, account);
	int rc = 0;

	if (j->count > 0) {
		rc = write_lines(j, account, &text, err);
		if (rc == 0)
			rc = file_replace(path, buf_text(&text), text.len, 0600, err);
	} else if (unlink(path) < 0 && errno != ENOENT) {
		rc = err_errno(err, "Cannot remove %s", path);
	}
	free(path);
	buf_free(&text);
	return rc;
}

static int make_folder(struct err *err)
{
	char *folder = dirs_state_path("exports");
	int rc = file_mkdirs(folder, 0700, err);

	free(folder);
	return rc;
}

int journal_lock(struct err *err)
{
	char *path;
	int fd;

	if (make_folder(err) < 0)
		return -1;
	path = dirs_state_path("exports/lock");
	fd = file_lock(path, err);
	free(path);
	return fd;
}

void journal_each(const struct export_format *format,
		  void (*fn)(void *arg, const struct export_format *format, const char *account),
		  void *arg)
{
	char *folder = dirs_state_path("exports");
	DIR *dir = opendir(folder);
	size_t len = strlen(format->id);
	struct dirent *d;

	for (size_t n = 0; dir && n < NOTED_MOST && (d = readdir(dir)); n++) {
		struct journal j = JOURNAL_INIT;

		if (strncmp(d->d_name, format->id, len) == 0 && d->d_name[len] == '.' &&
		    journal_load(format, d->d_name + len + 1, &j, NULL) == 0 && j.account)
			fn(arg, format, j.account);
		journal_clear(&j);
	}
	if (dir)
		closedir(dir);
	free(folder);
}

void journal_clear(struct journal *j)
{
	for (size_t i = 0; i < j->count; i++)
		free(j->list[i].path);
	free(j->list);
	free(j->account);
	*j = (struct journal)JOURNAL_INIT;
}
