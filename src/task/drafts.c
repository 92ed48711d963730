#include "task/drafts.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/dirs.h"
#include "base/err.h"
#include "base/file.h"
#include "base/file_lock.h"

#define SUFFIX      ".txt"
#define LOCK_SUFFIX ".lock"
#define HEAD_MAX    (512 * 1024)

struct draft_file {
	char *path, *lock_path;
	int lock;
};

static const struct {
	const char *name;
	size_t offset;
} fields[] = {
	{ "Account", offsetof(struct draft, account) },
	{ "To", offsetof(struct draft, to) },
	{ "Cc", offsetof(struct draft, cc) },
	{ "Bcc", offsetof(struct draft, bcc) },
	{ "Subject", offsetof(struct draft, subject) },
};

#define FIELDS (sizeof fields / sizeof *fields)

static char **field_of(const struct draft *draft, size_t i)
{
	return (char **)((char *)draft + fields[i].offset);
}

void draft_clear(struct draft *draft)
{
	for (size_t i = 0; i < FIELDS; i++)
		free(*field_of(draft, i));
	for (size_t i = 0; i < draft->file_count; i++)
		free(draft->files[i]);
	free(draft->files);
	free(draft->text);
	*draft = (struct draft){ 0 };
}

static void free_file(struct draft_file *file)
{
	free(file->path);
	free(file->lock_path);
	free(file);
}

/* Takes path. NULL: somebody else writes it. */
static struct draft_file *hold(char *path, long ms, struct err *err)
{
	struct draft_file *file = xcalloc(1, sizeof *file);

	file->path = path;
	file->lock_path = xasprintf("%s" LOCK_SUFFIX, path);
	file->lock = file_lock_within(file->lock_path, ms, err);
	if (file->lock >= 0)
		return file;
	free_file(file);
	return NULL;
}

struct draft_file *drafts_begin(struct err *err)
{
	static unsigned count;
	char *folder = dirs_state_path("drafts");
	struct draft_file *file = NULL;

	/* Names sort by time; process and count keep two of one second apart. */
	if (file_mkdirs(folder, 0700, err) == 0)
		file = hold(xasprintf("%s/%012lld-%ld-%u" SUFFIX, folder, (long long)time(NULL),
				      (long)getpid(), count++),
			    FILE_LOCK_WAIT, err);
	free(folder);
	return file;
}

/* A line end inside a field would begin another one. */
static void add_field(struct buf *out, const char *name, const char *value)
{
	buf_printf(out, "%s: ", name);
	for (; *value; value++)
		buf_addc(out, *value == '\n' || *value == '\r' ? ' ' : *value);
	buf_addc(out, '\n');
}

int drafts_save(struct draft_file *file, const struct draft *draft, struct err *err)
{
	struct buf out = BUF_INIT(HEAD_MAX + DRAFT_TEXT_MAX);
	int rc = 0;

	for (size_t i = 0; i < FIELDS; i++)
		if (*field_of(draft, i) && **field_of(draft, i))
			add_field(&out, fields[i].name, *field_of(draft, i));
	for (size_t i = 0; i < draft->file_count; i++)
		add_field(&out, "Attach", draft->files[i]);
	if (out.len >= HEAD_MAX || buf_addc(&out, '\n') < 0 ||
	    buf_adds(&out, draft->text ? draft->text : "") < 0)
		rc = err_set(err, ERR_INPUT, "The message is too long to be kept as a draft.");
	if (rc == 0)
		rc = file_replace(file->path, buf_text(&out), out.len, 0600, err);
	buf_free(&out);
	return rc;
}

static void read_field(struct draft *draft, const char *line, size_t len)
{
	for (size_t i = 0; i < FIELDS; i++) {
		size_t n = strlen(fields[i].name);

		if (len < n + 2 || strncmp(line, fields[i].name, n) != 0 || line[n] != ':' ||
		    line[n + 1] != ' ')
			continue;
		free(*field_of(draft, i));
		*field_of(draft, i) = xstrndup(line + n + 2, len - n - 2);
		return;
	}
	if (len <= 8 || strncmp(line, "Attach: ", 8) != 0 || draft->file_count == DRAFT_FILES_MAX)
		return;
	draft->files = xreallocarray(draft->files, draft->file_count + 1, sizeof *draft->files);
	draft->files[draft->file_count++] = xstrndup(line + 8, len - 8);
}

static bool read_draft(const char *path, struct draft *draft)
{
	struct buf in = BUF_INIT(HEAD_MAX + DRAFT_TEXT_MAX);
	const char *at, *end;
	struct stat st;
	bool good = stat(path, &st) == 0 && S_ISREG(st.st_mode) &&
		    file_read(path, &in, NULL) == 0 &&
		    strlen(buf_text(&in)) == in.len;

	at = buf_text(&in);
	while (good && *at != '\n' && (end = strchr(at, '\n'))) {
		read_field(draft, at, (size_t)(end - at));
		at = end + 1;
	}
	good = good && *at == '\n' && strlen(at + 1) <= DRAFT_TEXT_MAX;
	if (good)
		draft->text = xstrdup(at + 1);
	else
		draft_clear(draft);
	buf_free(&in);
	return good;
}

static int is_draft(const struct dirent *entry)
{
	size_t n = strlen(entry->d_name), s = strlen(SUFFIX);

	return n > s && strcmp(entry->d_name + n - s, SUFFIX) == 0;
}

struct draft_file *drafts_take(struct draft *draft)
{
	char *folder = dirs_state_path("drafts");
	struct dirent **names = NULL;
	struct draft_file *file = NULL;
	int n = scandir(folder, &names, is_draft, alphasort);

	for (int i = n - 1; i >= 0; i--) {
		if (!file)
			file = hold(xasprintf("%s/%s", folder, names[i]->d_name), 0, NULL);
		if (file && !draft->text && !read_draft(file->path, draft)) {
			drafts_leave(file);
			file = NULL;
		}
		free(names[i]);
	}
	free(names);
	free(folder);
	return file;
}

void drafts_remove(struct draft_file *file)
{
	unlink(file->path);
}

void drafts_leave(struct draft_file *file)
{
	if (!file)
		return;
	/* A lock that others may be about to take must not go from under them. */
	if (!file_exists(file->path))
		unlink(file->lock_path);
	close(file->lock);
	free_file(file);
}

const char *drafts_path(const struct draft_file *file)
{
	return file->path;
}
