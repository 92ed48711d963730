/* What would be written: nothing is touched here. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/template.h"
#include "mail/account.h"
#include "task/export/export.h"
#include "task/export/format.h"
#include "task/export/place.h"
#include "task/export/section.h"
#include "task/export/values.h"

#define FILE_MOST (4u << 20) /* bytes of a file that is changed */

static struct section section_of(const struct export_params *p, const struct export_file *file)
{
	return (struct section){ .comment = file->comment,
				 .comment_end = file->comment_end,
				 .name = p->format->single ? "" : account_id(p->account),
				 .at_begin = file->at_begin };
}

/* What is there now; no file is no error. */
static int read_before(struct export_target *t, struct err *err)
{
	struct buf text = BUF_INIT_SECRET(FILE_MOST);
	struct stat st;

	t->mode = t->file->mode;
	if (stat(t->path, &st) < 0) {
		if (errno == ENOENT || errno == ENOTDIR)
			return 0;
		return err_errno(err, "Cannot look at %s", t->path);
	}
	if (file_read(t->path, &text, err) < 0) {
		buf_free(&text);
		return -1;
	}
	t->mode = st.st_mode & 07777 & t->file->mode;
	t->before_len = text.len;
	t->before = buf_detach(&text);
	return 0;
}

/* A whole file that is not ours is not written over. */
static int check_own(const struct export_params *p, const struct export_target *t, struct err *err)
{
	if (!t->before || export_wrote(p->format, account_id(p->account), t->path))
		return 0;
	if (t->before_len == t->after_len && memcmp(t->before, t->after, t->after_len) == 0)
		return 0;
	err_set(err, ERR_INPUT, "%s is there already and was not written by outpost.", t->path);
	err_hint(err, "Move it away first, or take what you need: outpost export %s %s",
		 p->format->id, account_id(p->account));
	return -1;
}

static int make_after(const struct export_params *p, struct export_target *t,
		      const struct buf *body, struct err *err)
{
	struct buf out = BUF_INIT_SECRET(FILE_MOST + (1u << 20));
	struct section section = section_of(p, t->file);
	int rc;

	if (t->file->merge == EXPORT_SECTION)
		rc = section_put(&section,
				 (struct section_text){ t->before ? t->before : "", t->before_len },
				 (struct section_text){ buf_text(body), body->len }, &out, err);
	else
		rc = buf_adds(&out, buf_text(body));
	if (rc == 0) {
		t->after_len = out.len;
		t->after = buf_detach(&out);
	}
	buf_free(&out);
	return rc;
}

static void judge(struct export_target *t)
{
	bool same = t->before && t->before_len == t->after_len &&
		    memcmp(t->before, t->after, t->after_len) == 0;

	t->change = !t->before ? EXPORT_NEW : same ? EXPORT_SAME : EXPORT_CHANGED;
}

static void set_paths(struct export_values *v, const char *path)
{
	const char *slash = path ? strrchr(path, '/') : NULL;
	char *dir = slash ? xstrndup(path, (size_t)(slash - path)) : xstrdup("");

	export_value_set(v, "file", path ? path : "");
	export_value_set(v, "folder", dir);
	free(dir);
}

static void note_password(void *arg, const char *name, const char *rule)
{
	bool *named = arg;

	(void)rule;
	*named |= strcmp(name, "password") == 0;
}

static bool names_password(const struct export_file *file)
{
	bool named = false;

	template_each(file->body, note_password, &named);
	return named;
}

static int plan_file(const struct export_params *p, struct export_values *v,
		     struct export_target *t, struct err *err)
{
	const struct export_file *file = t->file;
	struct buf body = BUF_INIT_SECRET(1u << 20);
	int rc = 0;

	if (file->path[0]) {
		t->path = export_place(file->path, v, p->root, err);
		rc = t->path ? 0 : -1;
	}
	set_paths(v, t->path);
	if (rc == 0)
		rc = export_fill(v, file->body, file->quote, &body, err);
	if (rc == 0 && file->merge != EXPORT_PRINT)
		rc = read_before(t, err);
	if (rc == 0)
		rc = make_after(p, t, &body, err);
	if (rc == 0 && file->merge == EXPORT_OWN)
		rc = check_own(p, t, err);
	if (rc == 0) {
		judge(t);
		t->secret = p->password && names_password(file);
		if (t->secret)
			t->mode &= 0600;
	}
	buf_free(&body);
	return rc;
}

static int plan_next(const struct export_params *p, const struct export_values *v,
		     struct export_plan *plan, struct err *err)
{
	for (size_t i = 0; i < p->format->next_count; i++) {
		char *text = export_fill_text(v, p->format->next[i], "plain", err);

		if (!text)
			return -1;
		plan->next[plan->next_count++] = text;
	}
	return 0;
}

int export_plan(const struct export_params *p, struct export_plan *plan, struct err *err)
{
	struct export_values *v = export_values_new(p, err);
	size_t most = p->format->file_count;
	int rc = v ? 0 : -1;

	plan->targets = xcalloc(most, sizeof *plan->targets);
	for (size_t i = 0; rc == 0 && i < most; i++) {
		const struct export_file *file = &p->format->files[i];

		if (file->when[0] && !export_value(v, file->when)[0])
			continue;
		plan->targets[plan->count].file = file;
		rc = plan_file(p, v, &plan->targets[plan->count++], err);
	}
	/* "next" speaks of the first file. */
	if (rc == 0 && plan->count > 0)
		set_paths(v, plan->targets[0].path);
	if (rc == 0)
		rc = plan_next(p, v, plan, err);
	export_values_free(v);
	return rc;
}

static void wipe(char *text, size_t len)
{
	if (text)
		explicit_bzero(text, len);
	free(text);
}

void export_plan_clear(struct export_plan *plan)
{
	for (size_t i = 0; i < plan->count; i++) {
		struct export_target *t = &plan->targets[i];

		wipe(t->before, t->before_len);
		wipe(t->after, t->after_len);
		free(t->path);
	}
	free(plan->targets);
	for (size_t i = 0; i < plan->next_count; i++)
		free(plan->next[i]);
	*plan = (struct export_plan)EXPORT_PLAN_INIT;
}
