/* Putting an export where its program reads it. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/dirs.h"
#include "base/err.h"
#include "base/file.h"
#include "mail/account.h"
#include "task/export/export.h"
#include "task/export/format.h"
#include "task/export/journal.h"
#include "task/export/run.h"
#include "task/export/write.h"

/* What is ready beside its place; NULL: nothing to do there. */
struct writing {
	struct file_stage *files[EXPORT_FILES], *kept[EXPORT_FILES];
	char *kept_paths[EXPORT_FILES];
	bool done[EXPORT_FILES], kept_done[EXPORT_FILES];
};

static bool is_file(const struct export_target *t)
{
	return t->path && t->file->merge != EXPORT_PRINT;
}

/* ---- may it be written? ---- */

static int check_target(const struct export_target *t, struct err *err)
{
	if (strchr(t->path, '*')) {
		err_set(err, ERR_NOINPUT, "There is no folder that fits %s.", t->path);
		err_hint(err, "Start the program once: it makes the folder.");
		return -1;
	}
	if (t->read_only && t->change != EXPORT_SAME) {
		err_set(err, ERR_SYSTEM, "%s is read-only, so it is left as it is.", t->path);
		err_hint(err, "If that is not meant: chmod u+w %s", t->path);
		return -1;
	}
	return 0;
}

static int check_root(const struct export_params *p, struct err *err)
{
	const char *id = account_id(p->account);

	if (!p->format->root || p->root || geteuid() == 0)
		return 0;
	err_set(err, ERR_SYSTEM, "Only root can write the settings of %s.", p->format->title);
	err_hint(err, "sudo outpost --config-dir %s export %s %s --write", dirs_config(),
		 p->format->id, id);
	return -1;
}

/* ---- ready beside it ---- */

static int make_folder(const struct export_target *t, struct err *err)
{
	char *dir = xstrdup(t->path), *slash = strrchr(dir, '/');
	int rc = 0;

	if (slash && slash > dir) {
		*slash = '\0';
		rc = file_mkdirs(dir, t->file->mode & 0044 ? 0755 : 0700, err);
	}
	free(dir);
	return rc;
}

/* The version before our part came, beside the file; with a part in it, it was kept already. */
static int stage_kept(struct writing *w, size_t i, const struct export_target *t, struct err *err)
{
	const struct file_rights rights = { t->mode_now & 0600, t->uid, t->gid };

	if (!t->before || t->file->merge != EXPORT_SECTION || t->any)
		return 0;
	w->kept_paths[i] = xasprintf("%s%s", t->path, EXPORT_BEFORE);
	w->kept[i] = file_stage(w->kept_paths[i], t->before, t->before_len, &rights, err);
	return w->kept[i] ? 0 : -1;
}

static int stage(struct writing *w, size_t i, const struct export_target *t, struct err *err)
{
	const struct file_rights rights = { t->mode, t->uid, t->gid };

	if (check_target(t, err) < 0)
		return -1;
	if (t->change == EXPORT_SAME)
		return 0;
	if (make_folder(t, err) < 0 || stage_kept(w, i, t, err) < 0)
		return -1;
	w->files[i] = file_stage(t->path, t->after, t->after_len, &rights, err);
	return w->files[i] ? 0 : -1;
}

/* ---- in its place ---- */

static void put_back(const struct export_target *t)
{
	const struct file_rights rights = { t->mode_now, t->uid, t->gid };
	struct file_stage *s;

	if (!t->before) {
		unlink(t->path);
		return;
	}
	s = file_stage(t->path, t->before, t->before_len, &rights, NULL);
	if (s)
		(void)file_commit(s, NULL);
}

static int commit(struct file_stage **s, struct err *err)
{
	struct file_stage *stage = *s;

	*s = NULL;
	return stage ? file_commit(stage, err) : 0;
}

static int commit_all(struct writing *w, const struct export_plan *plan, struct err *err)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < plan->count; i++) {
		w->kept_done[i] = w->kept[i] != NULL;
		rc = commit(&w->kept[i], err);
		w->kept_done[i] &= rc == 0;
	}
	for (size_t i = 0; rc == 0 && i < plan->count; i++) {
		w->done[i] = w->files[i] != NULL;
		rc = commit(&w->files[i], err);
		w->done[i] &= rc == 0;
	}
	for (size_t i = plan->count; rc < 0 && i-- > 0;) {
		if (w->done[i])
			put_back(&plan->targets[i]);
		if (w->kept_done[i])
			unlink(w->kept_paths[i]);
	}
	return rc;
}

static void clear(struct writing *w)
{
	for (size_t i = 0; i < EXPORT_FILES; i++) {
		file_drop(w->files[i]);
		file_drop(w->kept[i]);
		free(w->kept_paths[i]);
	}
}

/* ---- what is noted ---- */

static void note(struct journal *j, const struct export_target *t)
{
	bool bare = t->before_len > 0 && t->before[t->before_len - 1] != '\n';
	struct journal_entry e = { .was_new = !t->before, .bare = bare, .mode = t->mode_now,
				   .before = "-", .path = t->path };

	journal_hash(t->after, t->after_len, e.hash);
	if (t->before)
		journal_hash(t->before, t->before_len, e.before);
	journal_add(j, &e);
}

/* Before the first file changes: what is not noted could not be taken back. */
static int note_all(const struct export_params *p, const struct export_plan *plan,
		    struct journal *was, struct err *err)
{
	const char *account = account_id(p->account);
	struct journal now = JOURNAL_INIT;
	int rc = journal_load(p->format, account, was, err);

	if (rc == 0)
		rc = journal_load(p->format, account, &now, err);
	for (size_t i = 0; rc == 0 && i < plan->count; i++)
		if (is_file(&plan->targets[i]))
			note(&now, &plan->targets[i]);
	if (rc == 0)
		rc = journal_save(p->format, account, &now, err);
	journal_clear(&now);
	return rc;
}

static int write_all(const struct export_params *p, const struct export_plan *plan,
		     struct err *err)
{
	struct writing w = { .files = { NULL } };
	struct journal was = JOURNAL_INIT;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < plan->count; i++)
		if (is_file(&plan->targets[i]))
			rc = stage(&w, i, &plan->targets[i], err);
	if (rc == 0 && !p->root)
		rc = note_all(p, plan, &was, err);
	if (rc == 0) {
		rc = commit_all(&w, plan, err);
		if (rc < 0 && !p->root)
			(void)journal_save(p->format, account_id(p->account), &was, NULL);
	}
	clear(&w);
	journal_clear(&was);
	return rc;
}

static int run_all(const struct export_plan *plan, struct err *err)
{
	int rc = 0;

	for (size_t i = 0; i < plan->count; i++)
		if (is_file(&plan->targets[i]) &&
		    export_run(plan->targets[i].file->run, plan->targets[i].path,
			       rc == 0 ? err : NULL) < 0)
			rc = 1;
	return rc;
}

int export_write(const struct export_params *p, struct export_plan *plan, struct err *err)
{
	int lock = -1, rc = check_root(p, err);

	if (rc == 0 && !p->root) {
		lock = journal_lock(err);
		rc = lock < 0 ? -1 : 0;
	}
	if (rc == 0) {
		export_plan_clear(plan);
		rc = export_plan(p, plan, err);
	}
	if (rc == 0 && !export_plan_writes(plan)) {
		rc = err_set(err, ERR_USAGE, "This is only printed: no file of it is written.");
		err_hint(err, "outpost export %s %s > FILE", p->format->id,
			 account_id(p->account));
	}
	if (rc == 0)
		rc = write_all(p, plan, err);
	if (lock >= 0)
		close(lock);
	return rc == 0 ? run_all(plan, err) : rc;
}
