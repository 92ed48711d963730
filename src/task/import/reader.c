#include "task/import/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/dirs.h"
#include "base/err.h"
#include "base/file.h"
#include "base/text.h"
#include "task/import/reader_file.h"

#define NOTE_MAX 300

/* ---- notes ---- */

/* A line that says something for several accounts has its note once. */
static bool is_noted(const struct import_result *result, const char *text)
{
	for (size_t i = 0; i < result->note_count; i++)
		if (strcmp(result->notes[i].text, text) == 0)
			return true;
	return false;
}

static void add_note(struct import_result *result, int line, char *text)
{
	if (is_noted(result, text)) {
		free(text);
		return;
	}
	if (result->note_count == IMPORT_NOTES) {
		result->notes_lost++;
		free(text);
		return;
	}
	result->notes = xreallocarray(result->notes, result->note_count + 1,
				      sizeof *result->notes);
	result->notes[result->note_count++] = (struct import_note){ line, text };
}

/* "line 4: ", or with the file's name where it is not the first one. */
static void add_place(const struct reader *r, struct buf *out)
{
	if (r->file != r->main && r->line)
		buf_printf(out, "%s, line %d: ", r->file->name, r->line);
	else if (r->file != r->main)
		buf_printf(out, "%s: ", r->file->name);
	else if (r->line)
		buf_printf(out, "line %d: ", r->line);
}

void reader_note(struct reader *r, const char *fmt, ...)
{
	struct buf raw = BUF_INIT(4096), shown = BUF_INIT(NOTE_MAX);
	va_list args;
	char text[2048];

	va_start(args, fmt);
	vsnprintf(text, sizeof text, fmt, args);
	va_end(args);
	add_place(r, &raw);
	buf_adds(&raw, text);
	text_visible(&shown, buf_text(&raw), raw.len);
	add_note(r->result, r->line, buf_detach(&shown));
	buf_free(&raw);
}

void reader_note_err(struct reader *r, const struct err *err)
{
	size_t n = strlen(err->text);

	reader_note(r, "%.*s", (int)(n > 0 && err->text[n - 1] == '.' ? n - 1 : n), err->text);
}

void reader_unknown(struct reader *r, const char *what)
{
	reader_note(r, "%.100s is not understood", what);
}

void reader_passed(struct reader *r)
{
	r->result->passed++;
}

/* ---- files ---- */

/* What is no plain file would be waited for, or has no end. */
static int open_plain(const char *path, struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;

	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return err_set(err, ERR_NOINPUT, "There is no file %s.", path);
	if (fd < 0)
		return err_errno(err, "Cannot open %s", path);
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		return fd;
	close(fd);
	return err_set(err, ERR_INPUT, "%s is not a plain file.", path);
}

static int read_plain(const char *path, struct buf *text, struct err *err)
{
	int fd = open_plain(path, err), rc;

	if (fd < 0)
		return -1;
	rc = file_read_fd(fd, path, text, err);
	close(fd);
	return rc;
}

static int check_text(const char *path, const struct buf *text, struct err *err)
{
	if (text->len > 0 && memchr(text->data, '\0', text->len))
		return err_set(err, ERR_INPUT, "%s is not a text file.", path);
	return 0;
}

char *reader_shown(const char *path)
{
	char *home = dirs_expand("~");
	size_t n = strlen(home);
	bool below = n > 1 && strncmp(path, home, n) == 0 && path[n] == '/';
	struct buf shown = BUF_INIT(NOTE_MAX);

	if (below)
		buf_addc(&shown, '~');
	text_visible(&shown, path + (below ? n : 0), strlen(path) - (below ? n : 0));
	free(home);
	return buf_detach(&shown);
}

int reader_open(struct reader *r, const char *path, struct buf *text, struct import_file *file,
		struct err *err)
{
	static const char mark[] = "\xef\xbb\xbf";
	bool pipe = r->opened == 0 && r->params->path;
	struct stat st;
	int rc;

	if (r->opened++ >= IMPORT_FILES)
		return err_set(err, ERR_INPUT, "More than %d files are read by no import.",
			       IMPORT_FILES);
	/* The one that was named may be a pipe. */
	pipe = pipe && stat(path, &st) == 0 && S_ISFIFO(st.st_mode);
	rc = pipe ? file_read(path, text, err) : read_plain(path, text, err);
	if (rc < 0 || check_text(path, text, err) < 0)
		return -1;
	if (text->len >= 3 && memcmp(text->data, mark, 3) == 0)
		buf_drop(text, 3);
	*file = (struct import_file){ path, reader_shown(path), buf_text(text), text->len };
	return 0;
}

/* As if it stood here: r is on that file while fn is called. */
static int visit(struct reader *r, const char *path, reader_fn fn, void *arg, struct err *err)
{
	struct buf text = BUF_INIT_SECRET(IMPORT_MAX);
	const struct import_file *outer = r->file;
	struct import_file file = { .name = NULL };
	int line = r->line;
	int rc = reader_open(r, path, &text, &file, err);

	if (rc == 0) {
		r->file = &file;
		r->line = 0;
		r->depth++;
		fn(r, arg);
		r->depth--;
		r->file = outer;
		r->line = line;
	}
	free((char *)file.name);
	buf_free(&text);
	return rc;
}

static char *beside(const struct reader *r, const char *name)
{
	const char *slash = strrchr(r->file->path, '/');

	return xasprintf("%.*s%s", slash ? (int)(slash - r->file->path) + 1 : 0, r->file->path,
			 name);
}

bool reader_beside(struct reader *r, const char *name, reader_fn fn, void *arg)
{
	char *path = beside(r, name);
	struct err err = ERR_INIT;
	int rc = visit(r, path, fn, arg, &err);

	if (rc < 0 && err.kind != ERR_NOINPUT)
		reader_note_err(r, &err);
	free(path);
	return rc == 0;
}

/* Behind all links; NULL when it is not below the user's home. */
static char *below_home(const char *path)
{
	char *home = dirs_expand("~");
	char *real_home = realpath(home, NULL), *real = realpath(path, NULL);
	size_t n = real_home ? strlen(real_home) : 0;

	if (real && (n < 2 || strncmp(real, real_home, n) != 0 || real[n] != '/')) {
		free(real);
		real = NULL;
	}
	free(real_home);
	free(home);
	return real;
}

void reader_follow(struct reader *r, const char *path, reader_fn fn, void *arg)
{
	char *whole = path[0] == '/' || path[0] == '~' ? dirs_expand(path) : beside(r, path);
	char *real = below_home(whole);
	struct err err = ERR_INIT;

	if (!file_exists(whole))
		reader_note(r, "there is no file %s", path);
	else if (!real)
		reader_note(r, "%s lies outside your home folder, so it was not read", path);
	else if (r->depth >= IMPORT_DEPTH)
		reader_note(r, "%s was not read: more than %d files name each other", path,
			    IMPORT_DEPTH);
	else if (visit(r, real, fn, arg, &err) < 0)
		reader_note_err(r, &err);
	free(real);
	free(whole);
}
