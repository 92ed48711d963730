/* Taking an export back, and what there is to take back. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/dirs.h"
#include "base/err.h"
#include "base/file.h"
#include "task/export/export.h"
#include "task/export/format.h"
#include "task/export/journal.h"
#include "task/export/plan.h"
#include "task/export/run.h"
#include "task/export/section.h"
#include "task/export/write.h"

#define FILE_MOST (EXPORT_FILE_MOST * 2)

struct undoing {
	const struct export_format *format;
	const char *account;
	struct journal j;
	struct file_stage *stages[EXPORT_FILES * 2];
	bool remove[EXPORT_FILES * 2];
	size_t kept;
	struct err *err;
};

/* Our section, whichever of the format's files it is: 1 with out, 0 there is none, -1. */
static int take_out(const struct undoing *u, const struct journal_entry *e, const struct buf *now,
		    struct buf *out)
{
	const struct section_text text = { buf_text(now), now->len };
	int found = 0;

	for (size_t i = 0; found == 0 && i < u->format->file_count; i++) {
		const struct export_file *file = &u->format->files[i];
		const struct section s = export_section(u->format, file, u->account);

		if (file->merge == EXPORT_SECTION)
			found = section_take_out(&s, text, e->bare, out, u->err);
	}
	return found;
}

static bool has_own(const struct export_format *f)
{
	for (size_t i = 0; i < f->file_count; i++)
		if (f->files[i].merge == EXPORT_OWN)
			return true;
	return false;
}

/* Rights that were taken from the file for our part come back, unless somebody gave it others. */
static mode_t mode_of(const struct journal_entry *e, const struct stat *st)
{
	mode_t now = st->st_mode & 07777;

	return e->mode != 0 && (now & ~e->mode) == 0 ? e->mode : now;
}

/* What is to be done with a file that is there. */
static int decide(struct undoing *u, size_t i, const struct stat *st)
{
	const struct journal_entry *e = &u->j.list[i];
	const struct file_rights rights = { mode_of(e, st), st->st_uid, st->st_gid };
	struct buf now = BUF_INIT_SECRET(FILE_MOST), out = BUF_INIT_SECRET(FILE_MOST);
	int rc = file_read(e->path, &now, u->err);

	if (rc == 0)
		rc = take_out(u, e, &now, &out);
	if (rc > 0 && out.len == 0 && e->was_new) {
		u->remove[i] = true;
	} else if (rc > 0) {
		u->stages[i] = file_stage(e->path, buf_text(&out), out.len, &rights, u->err);
		rc = u->stages[i] ? 0 : -1;
	} else if (rc == 0 && e->was_new && has_own(u->format)) {
		u->remove[i] = journal_fits(e, buf_text(&now), now.len);
		u->kept += !u->remove[i];
	}
	buf_free(&now);
	buf_free(&out);
	return rc < 0 ? -1 : 0;
}

static int prepare(struct undoing *u)
{
	int rc = 0;

	if (u->j.count > sizeof u->stages / sizeof *u->stages)
		return err_set(u->err, ERR_SYSTEM, "The note of what was written is damaged.");
	for (size_t i = 0; rc == 0 && i < u->j.count; i++) {
		struct stat st;

		if (stat(u->j.list[i].path, &st) == 0 && !S_ISREG(st.st_mode))
			rc = err_set(u->err, ERR_INPUT, "%s is there and is no file.",
				     u->j.list[i].path);
		else if (stat(u->j.list[i].path, &st) == 0)
			rc = decide(u, i, &st);
		else if (errno != ENOENT && errno != ENOTDIR)
			rc = err_errno(u->err, "Cannot look at %s", u->j.list[i].path);
	}
	return rc;
}

/* The version before ours is worth nothing when it is what is there again. */
static void drop_kept(const char *path)
{
	char *beside = xasprintf("%s%s", path, EXPORT_BEFORE);
	struct buf a = BUF_INIT_SECRET(FILE_MOST), b = BUF_INIT_SECRET(FILE_MOST);

	if (file_exists(beside) && file_read(path, &a, NULL) == 0 &&
	    file_read(beside, &b, NULL) == 0 && a.len == b.len &&
	    memcmp(buf_text(&a), buf_text(&b), a.len) == 0)
		unlink(beside);
	buf_free(&a);
	buf_free(&b);
	free(beside);
}

static int carry_out(struct undoing *u)
{
	int rc = 0;

	for (size_t i = u->j.count; rc == 0 && i-- > 0;) {
		const char *path = u->j.list[i].path;

		if (u->stages[i]) {
			rc = file_commit(u->stages[i], u->err);
			u->stages[i] = NULL;
			drop_kept(path);
		} else if (u->remove[i] && unlink(path) < 0 && errno != ENOENT) {
			rc = err_errno(u->err, "Cannot remove %s", path);
		}
	}
	return rc;
}

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* What a program made of a file that is gone: the password may be in it. */
static void remove_made(const struct export_file *file, const char *path)
{
	char *copy = xstrdup(file->made), *rest = copy, *ending;

	while (!file_exists(path) && (ending = strsep(&rest, " "))) {
		char *made = xasprintf("%s%s", path, ending);

		if (*ending)
			unlink(made);
		free(made);
	}
	free(copy);
}

static int run_all(const struct undoing *u)
{
	int rc = 0;

	for (size_t i = 0; i < u->format->file_count; i++)
		for (size_t n = 0; n < u->j.count; n++) {
			const struct export_file *file = &u->format->files[i];
			const char *path = u->j.list[n].path;

			if (strcmp(last_part(file->path), last_part(path)) != 0)
				continue;
			remove_made(file, path);
			if (export_run(file->run, path, rc == 0 ? u->err : NULL) < 0)
				rc = 1;
		}
	return rc;
}

static int undo_all(struct undoing *u)
{
	const struct journal none = JOURNAL_INIT;
	int rc = journal_load(u->format, u->account, &u->j, u->err);

	if (rc == 0 && u->j.count == 0) {
		rc = err_set(u->err, ERR_NOINPUT, "Nothing was written for %s and the account %s.",
			     u->format->title, u->account);
		if (u->format->root && geteuid() != 0)
			err_hint(u->err, "If root wrote it: sudo outpost --config-dir %s export %s "
				 "%s --undo", dirs_config(), u->format->id, u->account);
	}
	if (rc == 0)
		rc = prepare(u);
	if (rc == 0)
		rc = carry_out(u);
	if (rc == 0)
		rc = journal_save(u->format, u->account, &none, u->err);
	for (size_t i = 0; i < sizeof u->stages / sizeof *u->stages; i++)
		file_drop(u->stages[i]);
	return rc;
}

int export_undo(const struct export_format *format, const char *account, size_t *kept,
		struct err *err)
{
	struct undoing u = { .format = format, .account = account, .err = err };
	int lock = journal_lock(err);
	int rc = lock < 0 ? -1 : undo_all(&u);

	if (lock >= 0)
		close(lock);
	if (rc == 0)
		rc = run_all(&u);
	if (kept)
		*kept = u.kept;
	journal_clear(&u.j);
	return rc;
}

void export_each_noted(const struct export_format *format, export_noted fn, void *arg)
{
	if (format) {
		journal_each(format, fn, arg);
		return;
	}
	for (size_t i = 0; i < export_format_count(); i++)
		journal_each(export_format_at(i), fn, arg);
}

struct noted {
	const char *account;
	struct buf ids;
};

static void add_noted(void *arg, const struct export_format *f, const char *account)
{
	struct noted *n = arg;

	if (strcmp(account, n->account) == 0)
		buf_printf(&n->ids, "%s%s", n->ids.len > 0 ? ", " : "", f->id);
}

char *export_noted_ids(const char *account)
{
	struct noted n = { account, BUF_INIT(4096) };

	export_each_noted(NULL, add_noted, &n);
	return n.ids.len > 0 ? buf_detach(&n.ids) : NULL;
}
