#include "task/export/journal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/dirs.h"
#include "base/err.h"
#include "base/file.h"
#include "port/crypt.h"

#define JOURNAL_MAX (64 * 1024)

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

void journal_add(struct journal *j, const char *path, bool was_there, const char *hash)
{
	struct journal_entry *e = NULL;

	for (size_t i = 0; i < j->count; i++)
		if (strcmp(j->list[i].path, path) == 0)
			e = &j->list[i];
	if (!e) {
		j->list = xreallocarray(j->list, j->count + 1, sizeof *j->list);
		e = &j->list[j->count++];
		*e = (struct journal_entry){ .was_there = was_there, .path = xstrdup(path) };
	}
	snprintf(e->hash, sizeof e->hash, "%s", hash);
}

/* Both are checked ids: letters, digits, '.', '_' and '-'. */
static char *path_of(const char *format, const char *account)
{
	char *name = xasprintf("exports/%s.%s", format, account);
	char *path = dirs_state_path(name);

	free(name);
	return path;
}

static int read_line(struct journal *j, char *line)
{
	if (strlen(line) < JOURNAL_HASH + 3 || (line[0] != '0' && line[0] != '1') ||
	    line[1] != ' ' || line[2 + JOURNAL_HASH - 1] != ' ')
		return -1;
	line[2 + JOURNAL_HASH - 1] = '\0';
	journal_add(j, line + 2 + JOURNAL_HASH, line[0] == '1', line + 2);
	return 0;
}

int journal_load(const char *format, const char *account, struct journal *j, struct err *err)
{
	struct buf text = BUF_INIT(JOURNAL_MAX);
	char *path = path_of(format, account), *copy = NULL, *rest, *line;
	int rc = 0;

	if (file_exists(path))
		rc = file_read(path, &text, err);
	rest = copy = xstrdup(buf_text(&text));
	while (rc == 0 && (line = strsep(&rest, "\n")))
		if (*line && read_line(j, line) < 0)
			rc = err_set(err, ERR_SYSTEM, "%s is damaged, so what was exported cannot "
				     "be taken back.", path);
	free(copy);
	free(path);
	buf_free(&text);
	return rc;
}

int journal_save(const char *format, const char *account, const struct journal *j, struct err *err)
{
	struct buf text = BUF_INIT(JOURNAL_MAX);
	char *path = path_of(format, account), *folder = dirs_state_path("exports");
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < j->count; i++)
		if (buf_printf(&text, "%d %s %s\n", j->list[i].was_there, j->list[i].hash,
			       j->list[i].path) < 0)
			rc = err_set(err, ERR_SYSTEM, "Too many files were exported.");
	if (rc == 0 && j->count == 0) {
		if (unlink(path) < 0 && errno != ENOENT)
			rc = err_errno(err, "Cannot remove %s", path);
	} else if (rc == 0) {
		rc = file_mkdirs(folder, 0700, err);
		if (rc == 0)
			rc = file_replace(path, buf_text(&text), text.len, 0600, err);
	}
	free(folder);
	free(path);
	buf_free(&text);
	return rc;
}

void journal_clear(struct journal *j)
{
	for (size_t i = 0; i < j->count; i++)
		free(j->list[i].path);
	free(j->list);
	*j = (struct journal)JOURNAL_INIT;
}
