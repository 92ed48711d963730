/* Putting an export where its program reads it, and taking it back. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "mail/account.h"
#include "task/export/export.h"
#include "task/export/format.h"
#include "task/export/journal.h"
#include "task/export/section.h"

#define FILE_MOST (8u << 20)
#define BEFORE    ".before-outpost"

static int make_folder(const char *path, struct err *err)
{
	char *dir = xstrdup(path), *slash = strrchr(dir, '/');
	int rc = 0;

	if (slash && slash > dir) {
		*slash = '\0';
		rc = file_mkdirs(dir, 0700, err);
	}
	free(dir);
	return rc;
}

/* The version before, beside the file. Only the first time: later ones hold our part. */
static int keep_before(const struct export_target *t, const struct journal *j, struct err *err)
{
	char *beside;
	int rc;

	if (!t->before || journal_find(j, t->path))
		return 0;
	beside = xasprintf("%s%s", t->path, BEFORE);
	rc = file_replace(beside, t->before, t->before_len, t->mode & 0600, err);
	free(beside);
	return rc;
}

static int write_one(const struct export_target *t, struct journal *j, struct err *err)
{
	char hash[JOURNAL_HASH];

	if (make_folder(t->path, err) < 0 || keep_before(t, j, err) < 0 ||
	    file_replace(t->path, t->after, t->after_len, t->mode, err) < 0)
		return -1;
	journal_hash(t->after, t->after_len, hash);
	journal_add(j, t->path, t->before != NULL, hash);
	return 0;
}

static void put_back(const struct export_target *t)
{
	if (t->before)
		(void)file_replace(t->path, t->before, t->before_len, t->mode, NULL);
	else
		(void)unlink(t->path);
}

int export_write(const struct export_params *p, const struct export_plan *plan, struct err *err)
{
	const char *format = p->format->id, *account = account_id(p->account);
	struct journal j = JOURNAL_INIT;
	int rc = journal_load(format, account, &j, err);
	size_t done = 0;

	for (; rc == 0 && done < plan->count; done++)
		if (plan->targets[done].path && plan->targets[done].file->merge != EXPORT_PRINT)
			rc = write_one(&plan->targets[done], &j, err);
	if (rc == 0)
		rc = journal_save(format, account, &j, err);
	while (rc < 0 && done-- > 0)
		if (plan->targets[done].path && plan->targets[done].file->merge != EXPORT_PRINT)
			put_back(&plan->targets[done]);
	journal_clear(&j);
	return rc;
}

bool export_wrote(const struct export_format *format, const char *account, const char *path)
{
	struct journal j = JOURNAL_INIT;
	bool ours = journal_load(format->id, account, &j, NULL) == 0 && journal_find(&j, path);

	journal_clear(&j);
	return ours;
}

/* ---- taking it back ---- */

static const struct export_file *file_of(const struct export_format *f, size_t i)
{
	return i < f->file_count ? &f->files[i] : NULL;
}

/* Nothing was changed since: the file as it was, or none. */
static int restore(const struct journal_entry *e, mode_t mode, struct err *err)
{
	struct buf text = BUF_INIT_SECRET(FILE_MOST);
	char *beside = xasprintf("%s%s", e->path, BEFORE);
	int rc = 0;

	if (!e->was_there)
		rc = unlink(e->path) < 0 ? err_errno(err, "Cannot remove %s", e->path) : 0;
	else if (file_read(beside, &text, err) < 0 ||
		 file_replace(e->path, buf_text(&text), text.len, mode, err) < 0)
		rc = -1;
	else
		unlink(beside);
	buf_free(&text);
	free(beside);
	return rc;
}

/* Changed since: only our section goes, whichever of the format's files it is. 1: it went. */
static int take_out(const struct export_format *f, const char *account,
		    const struct journal_entry *e, const struct buf *now, mode_t mode,
		    struct err *err)
{
	struct buf out = BUF_INIT_SECRET(FILE_MOST);
	const struct export_file *file;
	int found = 0, rc = 0;

	for (size_t i = 0; found == 0 && (file = file_of(f, i)); i++) {
		const struct section s = { .comment = file->comment,
					   .comment_end = file->comment_end,
					   .name = f->single ? "" : account };

		if (file->merge == EXPORT_SECTION)
			found = section_take_out(
				&s, (struct section_text){ buf_text(now), now->len }, &out, err);
	}
	if (found > 0)
		rc = file_replace(e->path, buf_text(&out), out.len, mode, err);
	buf_free(&out);
	return found <= 0 ? found : rc < 0 ? -1 : 1;
}

static int undo_one(const struct export_format *f, const char *account,
		    const struct journal_entry *e, size_t *kept, struct err *err)
{
	struct buf now = BUF_INIT_SECRET(FILE_MOST);
	char hash[JOURNAL_HASH];
	struct stat st;
	int rc = 0;

	if (stat(e->path, &st) < 0)
		return errno == ENOENT ? 0 : err_errno(err, "Cannot look at %s", e->path);
	if (file_read(e->path, &now, err) < 0)
		return -1;
	journal_hash(buf_text(&now), now.len, hash);
	if (strcmp(hash, e->hash) == 0) {
		rc = restore(e, st.st_mode & 07777, err);
	} else {
		rc = take_out(f, account, e, &now, st.st_mode & 07777, err);
		*kept += rc >= 0;
	}
	buf_free(&now);
	return rc < 0 ? -1 : 0;
}

int export_undo(const struct export_format *f, const char *account, size_t *kept, struct err *err)
{
	struct journal j = JOURNAL_INIT;
	size_t changed = 0;
	int rc = journal_load(f->id, account, &j, err);

	if (rc == 0 && j.count == 0)
		rc = err_set(err, ERR_NOINPUT, "Nothing was written for %s and the account %s.",
			     f->title, account);
	for (size_t i = j.count; rc == 0 && i-- > 0;) {
		rc = undo_one(f, account, &j.list[i], &changed, err);
		if (rc == 0) {
			free(j.list[i].path);
			j.count = i;
			rc = journal_save(f->id, account, &j, err);
		}
	}
	if (kept)
		*kept = changed;
	journal_clear(&j);
	return rc;
}
