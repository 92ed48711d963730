#include "task/drafts.h"

#include <dirent.h>
#include <ftw.h>
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
#define EDIT_SUFFIX ".edit"
#define FILES_SUFFIX ".files"
#define NUMBER_MAX  999999
#define HEAD_MAX    (512 * 1024)

struct draft_file {
	char *path, *lock_path, *edit_path, *files_path;
	long number;
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
	{ "From", offsetof(struct draft, from) },
	{ "Reply-To", offsetof(struct draft, reply_to) },
	{ "In-Reply-To", offsetof(struct draft, in_reply_to) },
	{ "HTML", offsetof(struct draft, html) },
	{ "Date", offsetof(struct draft, date) },
	{ "No-Signature", offsetof(struct draft, no_signature) },
	{ "Keep-Lines", offsetof(struct draft, keep_lines) },
	{ "Sent-As", offsetof(struct draft, sent_as) },
};

#define FIELDS (sizeof fields / sizeof *fields)

static char **field_of(const struct draft *draft, size_t i)
{
	return (char **)((char *)draft + fields[i].offset);
}

static bool same_text(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "") == 0;
}

bool draft_same(const struct draft *a, const struct draft *b)
{
	if (a->file_count != b->file_count || !same_text(a->text, b->text))
		return false;
	for (size_t i = 0; i < FIELDS; i++)
		if (!same_text(*field_of(a, i), *field_of(b, i)))
			return false;
	for (size_t i = 0; i < a->file_count; i++)
		if (!same_text(a->files[i], b->files[i]))
			return false;
	return true;
}

void draft_clear(struct draft *draft)
{
	for (size_t i = 0; i < FIELDS; i++)
		free(*field_of(draft, i));
	for (size_t i = 0; i < draft->file_count; i++) {
		free(draft->files[i]);
		free(draft->names ? draft->names[i] : NULL);
	}
	for (size_t i = 0; i < draft->header_count; i++)
		free(draft->headers[i]);
	free(draft->headers);
	free(draft->files);
	free(draft->names);
	free(draft->text);
	*draft = (struct draft){ 0 };
}

struct typed draft_typed(const struct draft *draft)
{
	return (struct typed){
		.from = draft->from,
		.reply_to = draft->reply_to,
		.in_reply_to = draft->in_reply_to,
		.html = draft->html,
		.date = draft->date,
		.headers = (const char *const *)draft->headers,
		.header_count = draft->header_count,
		.no_signature = draft->no_signature != NULL,
	};
}

bool draft_says_more(const struct draft *draft)
{
	for (size_t i = 0; i < draft->file_count; i++)
		if (draft->names && draft->names[i])
			return true;
	return draft->from || draft->reply_to || draft->in_reply_to || draft->html || draft->date ||
	       draft->no_signature || draft->header_count > 0;
}

static void free_file(struct draft_file *file)
{
	free(file->path);
	free(file->lock_path);
	free(file->edit_path);
	free(file->files_path);
	free(file);
}

/* A lock on a file that somebody took away meanwhile, as drafts_leave does, keeps nobody off. */
static int lock_in_place(const char *path, struct err *err)
{
	struct stat st;
	int fd;

	while ((fd = file_lock_within(path, 0, err)) >= 0) {
		if (fstat(fd, &st) < 0 || st.st_nlink > 0)
			break;
		close(fd);
	}
	return fd;
}

/* NULL: somebody else writes it (err is temporary), or it cannot be locked. */
static struct draft_file *hold(const char *folder, long number, struct err *err)
{
	struct draft_file *file = xcalloc(1, sizeof *file);

	file->number = number;
	file->path = xasprintf("%s/%06ld" SUFFIX, folder, number);
	file->lock_path = xasprintf("%s" LOCK_SUFFIX, file->path);
	file->edit_path = xasprintf("%s" EDIT_SUFFIX, file->path);
	file->files_path = xasprintf("%s" FILES_SUFFIX, file->path);
	file->lock = lock_in_place(file->lock_path, err);
	if (file->lock >= 0)
		return file;
	free_file(file);
	return NULL;
}

/* The number in the name of a draft, or of what lies beside one; 0: it is neither. */
static long number_of(const char *name)
{
	char *end;
	long n = name[0] >= '0' && name[0] <= '9' ? strtol(name, &end, 10) : 0;

	return n > 0 && n <= NUMBER_MAX && end - name == 6 &&
			       strncmp(end, SUFFIX, strlen(SUFFIX)) == 0
		       ? n
		       : 0;
}

static int is_draft(const struct dirent *entry)
{
	return number_of(entry->d_name) > 0 && strlen(entry->d_name) == 6 + strlen(SUFFIX);
}

static int is_ours(const struct dirent *entry)
{
	return number_of(entry->d_name) > 0;
}

/* The numbers in use, rising; *list is freed by free. */
static size_t numbers(const char *folder, int (*which)(const struct dirent *), long **list)
{
	struct dirent **names = NULL;
	int n = scandir(folder, &names, which, alphasort);

	*list = xcalloc(n > 0 ? (size_t)n : 1, sizeof **list);
	for (int i = 0; i < n; i++) {
		(*list)[i] = number_of(names[i]->d_name);
		free(names[i]);
	}
	free(names);
	return n > 0 ? (size_t)n : 0;
}

struct draft_file *drafts_begin(struct err *err)
{
	char *folder = dirs_state_path("drafts");
	struct draft_file *file = NULL;
	struct err why = ERR_INIT;
	long *used = NULL, number;
	size_t n;

	if (file_mkdirs(folder, 0700, err) < 0) {
		free(folder);
		return NULL;
	}
	n = numbers(folder, is_ours, &used);
	number = n > 0 ? used[n - 1] + 1 : 1;
	free(used);
	/* Another process may have taken the same one just now. */
	for (; !file && number <= NUMBER_MAX; number++) {
		err_clear(&why);
		file = hold(folder, number, &why);
		if (!file && !why.temporary)
			break;
		if (file && file_exists(file->path)) {
			drafts_leave(file);
			file = NULL;
		}
	}
	if (!file && why.kind == ERR_NONE)
		err_set(&why, ERR_SYSTEM, "There are no numbers left for drafts in %s.", folder);
	if (!file && err)
		*err = why;
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
	for (size_t i = 0; i < draft->header_count; i++)
		add_field(&out, "Header", draft->headers[i]);
	for (size_t i = 0; i < draft->file_count; i++) {
		add_field(&out, "Attach", draft->files[i]);
		if (draft->names && draft->names[i])
			add_field(&out, "Name", draft->names[i]);
	}
	if (draft->replaces)
		buf_printf(&out, "Replaces: %lld%s\n", draft->replaces,
			   draft->waited ? " waited" : "");
	if (out.len >= HEAD_MAX || buf_addc(&out, '\n') < 0 ||
	    buf_adds(&out, draft->text ? draft->text : "") < 0)
		rc = err_set(err, ERR_INPUT, "The message is too long to be kept as a draft.");
	if (rc == 0)
		rc = file_replace(file->path, buf_text(&out), out.len, 0600, err);
	/* An older one would win over what was saved now. */
	if (rc == 0)
		unlink(file->edit_path);
	buf_free(&out);
	return rc;
}

/* The value of the field of that name; NULL: it is another one, or empty. */
static char *value_of(const char *name, const char *line, size_t len)
{
	size_t n = strlen(name);

	if (len <= n + 2 || strncmp(line, name, n) != 0 || strncmp(line + n, ": ", 2) != 0)
		return NULL;
	return xstrndup(line + n + 2, len - n - 2);
}

static void add_attached(struct draft *draft, char *path)
{
	size_t n = draft->file_count++;

	draft->files = xreallocarray(draft->files, n + 1, sizeof *draft->files);
	draft->names = xreallocarray(draft->names, n + 1, sizeof *draft->names);
	draft->files[n] = path;
	draft->names[n] = NULL;
}

/* Those that may be there several times. A name is that of the file before it. */
static void read_listed(struct draft *draft, const char *line, size_t len)
{
	char *value;

	if (draft->file_count < DRAFT_FILES_MAX && (value = value_of("Attach", line, len))) {
		add_attached(draft, value);
	} else if (draft->header_count < DRAFT_HEADERS_MAX &&
		   (value = value_of("Header", line, len))) {
		draft->headers = xreallocarray(draft->headers, draft->header_count + 1,
					       sizeof *draft->headers);
		draft->headers[draft->header_count++] = value;
	} else if (draft->file_count > 0 && (value = value_of("Name", line, len))) {
		free(draft->names[draft->file_count - 1]);
		draft->names[draft->file_count - 1] = value;
	}
}

static void read_field(struct draft *draft, const char *line, size_t len)
{
	for (size_t i = 0; i < FIELDS; i++) {
		char *value = value_of(fields[i].name, line, len);

		if (!value)
			continue;
		free(*field_of(draft, i));
		*field_of(draft, i) = value;
		return;
	}
	if (len > 10 && strncmp(line, "Replaces: ", 10) == 0) {
		char *end;

		draft->replaces = strtoll(line + 10, &end, 10);
		draft->waited = strncmp(end, " waited", 7) == 0;
		return;
	}
	read_listed(draft, line, len);
}

/* What an editor had when all ended; nothing there: the text stays. */
static void read_edited(const char *path, struct draft *draft)
{
	struct buf in = BUF_INIT(DRAFT_TEXT_MAX);
	struct stat st;

	if (stat(path, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0 &&
	    file_read(path, &in, NULL) == 0 && strlen(buf_text(&in)) == in.len) {
		free(draft->text);
		draft->text = buf_detach(&in);
	}
	buf_free(&in);
}

static bool read_draft(const char *path, const char *edit_path, struct draft *draft)
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
	if (good) {
		draft->text = xstrdup(at + 1);
		read_edited(edit_path, draft);
	} else {
		draft_clear(draft);
	}
	buf_free(&in);
	return good;
}

struct draft_file *drafts_take(struct draft *draft)
{
	char *folder = dirs_state_path("drafts");
	struct draft_file *file = NULL;
	long *list;

	for (size_t n = numbers(folder, is_draft, &list); n > 0 && !file; n--) {
		file = hold(folder, list[n - 1], NULL);
		if (file && (!read_draft(file->path, file->edit_path, draft) ||
			     draft_says_more(draft))) {
			draft_clear(draft);
			drafts_leave(file);
			file = NULL;
		}
	}
	free(list);
	free(folder);
	return file;
}

struct draft_file *drafts_open(long number, struct draft *draft, struct err *err)
{
	char *folder = dirs_state_path("drafts");
	char *path = xasprintf("%s/%06ld" SUFFIX, folder, number);
	struct draft_file *file = NULL;

	if (!file_exists(path))
		err_set(err, ERR_NOINPUT, "There is no draft %ld.", number);
	else
		file = hold(folder, number, err);
	if (file && !read_draft(file->path, file->edit_path, draft)) {
		err_set(err, ERR_NOINPUT, "%s is no draft, or is gone.", path);
		drafts_leave(file);
		file = NULL;
	}
	free(path);
	free(folder);
	return file;
}

static bool look(const char *folder, long number, struct draft_seen *seen)
{
	char *path = xasprintf("%s/%06ld" SUFFIX, folder, number);
	char *edit = xasprintf("%s" EDIT_SUFFIX, path);
	struct err why = ERR_INIT;
	struct draft_file *file;
	struct stat st;
	bool good = stat(path, &st) == 0;

	*seen = (struct draft_seen){ .number = number };
	if (good) {
		seen->saved = st.st_mtime;
		file = hold(folder, number, &why);
		/* In a folder that is read-only nobody can hold it. */
		seen->held = !file && why.temporary;
		good = read_draft(path, edit, &seen->draft);
		drafts_leave(file);
	}
	free(edit);
	free(path);
	return good;
}

struct draft_seen *drafts_list(size_t *count)
{
	char *folder = dirs_state_path("drafts");
	struct draft_seen *seen;
	long *list;
	size_t n = numbers(folder, is_draft, &list);

	*count = 0;
	seen = xcalloc(n + 1, sizeof *seen);
	for (size_t i = 0; i < n; i++)
		if (look(folder, list[i], &seen[*count]))
			(*count)++;
	free(list);
	free(folder);
	return seen;
}

void drafts_seen_free(struct draft_seen *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		draft_clear(&list[i].draft);
	free(list);
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *where)
{
	(void)st;
	(void)kind;
	(void)where;
	return remove(path) < 0 ? -1 : 0;
}

void drafts_remove(struct draft_file *file)
{
	nftw(file->files_path, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	unlink(file->edit_path);
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

const char *drafts_edit_path(const struct draft_file *file)
{
	return file->edit_path;
}

const char *drafts_files_path(const struct draft_file *file)
{
	return file->files_path;
}

long drafts_number(const struct draft_file *file)
{
	return file->number;
}
