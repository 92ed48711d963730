/* What would be written: nothing is touched here. */
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/template.h"
#include "mail/account.h"
#include "task/export/export.h"
#include "task/export/format.h"
#include "task/export/journal.h"
#include "task/export/place.h"
#include "task/export/plan.h"
#include "task/export/section.h"
#include "task/export/values.h"

#define PART_MOST (1u << 20)

struct section export_section(const struct export_format *format, const struct export_file *file,
			      const char *account)
{
	return (struct section){ .comment = file->comment,
				 .comment_end = file->comment_end,
				 .name = format->single ? "" : account,
				 .at_begin = file->at_begin };
}

/* ---- whose the file is, and who may read it ---- */

/* Ids that this computer does not know stay as they are: then the file is root's alone. */
static void rights_of_new(struct export_target *t)
{
	char *user = xstrdup(t->file->owner), *colon = strchr(user, ':');
	const struct passwd *pw;
	const struct group *gr;

	t->mode = t->file->mode;
	if (colon)
		*colon = '\0';
	if (geteuid() == 0 && *user && (pw = getpwnam(user)))
		t->uid = pw->pw_uid;
	if (geteuid() == 0 && colon && (gr = getgrnam(colon + 1)))
		t->gid = gr->gr_gid;
	free(user);
}

/* With a list of rights beyond the usual ones the group's are no group's: they go. */
static void rights_of_old(struct export_target *t, const struct stat *st)
{
	t->mode = t->mode_now = st->st_mode & 07777;
	if (getxattr(t->path, "system.posix_acl_access", NULL, 0) > 0)
		t->mode &= ~(mode_t)070;
	if (t->file->mode_given)
		t->mode &= t->file->mode;
	t->uid = st->st_uid;
	t->gid = st->st_gid;
	t->read_only = !(st->st_mode & 0200);
}

/* What is there now; no file is no error. */
static int read_before(struct export_target *t, struct err *err)
{
	struct buf text = BUF_INIT_SECRET(EXPORT_FILE_MOST);
	struct stat st;

	rights_of_new(t);
	if (stat(t->path, &st) < 0) {
		if (errno == ENOENT || errno == ENOTDIR)
			return 0;
		return err_errno(err, "Cannot look at %s", t->path);
	}
	if (!S_ISREG(st.st_mode))
		return err_set(err, ERR_INPUT, "%s is there and is no file.", t->path);
	if (file_read(t->path, &text, err) < 0) {
		buf_free(&text);
		return -1;
	}
	rights_of_old(t, &st);
	t->before_len = text.len;
	t->before = buf_detach(&text);
	return 0;
}

/* ---- one file ---- */

/* A whole file that is not as we left it is not written over. */
static int check_own(const struct export_params *p, const struct export_target *t, struct err *err)
{
	const char *account = account_id(p->account);
	struct journal j = JOURNAL_INIT;
	const struct journal_entry *e = NULL;
	bool fits;

	if (!t->before ||
	    (t->before_len == t->after_len && memcmp(t->before, t->after, t->after_len) == 0))
		return 0;
	if (journal_load(p->format, account, &j, NULL) == 0)
		e = journal_find(&j, t->path);
	fits = e && journal_fits(e, t->before, t->before_len);
	journal_clear(&j);
	if (fits)
		return 0;
	err_set(err, ERR_INPUT, e ? "%s was changed since outpost wrote it." :
		"%s is there already and was not written by outpost.", t->path);
	err_hint(err, "Move it away first, or take from this what you need: outpost export %s %s",
		 p->format->id, account);
	return -1;
}

static int make_section(const struct export_params *p, struct export_target *t, struct err *err)
{
	struct buf out = BUF_INIT_SECRET(EXPORT_FILE_MOST + PART_MOST);
	const struct section section = export_section(p->format, t->file, account_id(p->account));
	const struct section_text file = { t->before ? t->before : "", t->before_len };
	int rc = section_put(&section, file, (struct section_text){ t->part, t->part_len }, &out,
			     err);

	t->any = section_any(&section, file);
	if (rc == 0) {
		t->after_len = out.len;
		t->after = buf_detach(&out);
	} else if (err) {
		struct err why = *err;

		err_set(err, why.kind, "%s: %s", t->path, why.text);
		err_hint(err, "%s", why.hint);
	}
	buf_free(&out);
	return rc;
}

static int make_own(const struct export_params *p, struct export_target *t, struct err *err)
{
	t->after = xmalloc(t->part_len + 1);
	memcpy(t->after, t->part, t->part_len + 1);
	t->after_len = t->part_len;
	return check_own(p, t, err);
}

static void judge(struct export_target *t)
{
	bool same = t->before && t->before_len == t->after_len &&
		    memcmp(t->before, t->after, t->after_len) == 0 && t->mode == t->mode_now;

	t->change = !t->before ? EXPORT_NEW : same ? EXPORT_SAME : EXPORT_CHANGED;
}

static int compare(const struct export_params *p, struct export_target *t, struct err *err)
{
	int rc = read_before(t, err);

	if (rc == 0)
		rc = t->file->merge == EXPORT_SECTION ? make_section(p, t, err)
						      : make_own(p, t, err);
	if (t->secret)
		t->mode &= t->file->owner[0] ? t->file->mode & 0770 : 0600;
	if (rc == 0)
		judge(t);
	return rc;
}

static void set_paths(struct export_values *v, const char *path)
{
	const char *slash = path ? strrchr(path, '/') : NULL;
	char *dir = slash ? xstrndup(path, (size_t)(slash - path)) : xstrdup("");

	export_value_set(v, "file", path ? path : "");
	export_value_set(v, "folder", dir);
	free(dir);
}

struct naming {
	const char *name;
	bool there;
};

static void note_name(void *arg, const char *name, const char *rule)
{
	struct naming *n = arg;

	(void)rule;
	n->there |= strcmp(name, n->name) == 0;
}

static bool file_names(const struct export_file *file, const char *name)
{
	struct naming n = { name, false };

	template_each(file->body, note_name, &n);
	return n.there;
}

static int plan_file(const struct export_params *p, struct export_values *v,
		     struct export_target *t, struct err *err)
{
	const struct export_file *file = t->file;
	struct buf part = BUF_INIT_SECRET(PART_MOST);
	int rc = 0;

	t->uid = (uid_t)-1;
	t->gid = (gid_t)-1;
	if (file->path[0]) {
		t->path = export_place(file->path, v, p->root, err);
		rc = t->path ? 0 : -1;
	}
	set_paths(v, t->path);
	if (rc == 0)
		rc = export_fill(v, file->body, file->quote, &part, err);
	if (rc == 0) {
		t->secret = p->password && file_names(file, "password");
		t->part_len = part.len;
		t->part = buf_detach(&part);
	}
	if (rc == 0 && file->merge != EXPORT_PRINT && !p->print)
		rc = compare(p, t, err);
	buf_free(&part);
	return rc;
}

/* ---- can the program use the account at all? ---- */

/* One word of needs: "auth", "tls|starttls", "!oauth". */
static bool has(const struct export_values *v, const char *word)
{
	bool not = word[0] == '!', any = false;
	char *copy = xstrdup(word + not), *rest = copy, *name;

	while ((name = strsep(&rest, "|")))
		any |= *name && export_value(v, name) && export_value(v, name)[0];
	free(copy);
	return any != not;
}

static int lacks(const struct export_params *p, const char *word, struct err *err)
{
	const char *title = p->format->title, *id = account_id(p->account);
	struct buf words = BUF_INIT(400);
	char *copy = xstrdup(word), *rest = copy + (*word == '!'), *name;

	while ((name = strsep(&rest, "|")))
		buf_printf(&words, "%s%s", words.len > 0 ? " or " : "", export_name_words(name));
	err_set(err, ERR_INPUT, *word == '!' ? "%s cannot use the account %s: it cannot do with %s."
					     : "%s cannot use the account %s: it needs %s.",
		title, id, buf_text(&words));
	buf_free(&words);
	free(copy);
	return -1;
}

static int check_needs(const struct export_params *p, const struct export_values *v,
		       struct err *err)
{
	char *copy = xstrdup(p->format->needs), *rest = copy, *word;
	int rc = 0;

	while (rc == 0 && (word = strsep(&rest, " ")))
		if (*word && !has(v, word))
			rc = lacks(p, word, err);
	free(copy);
	return rc;
}

/* ---- what to say ---- */

static bool format_names(const struct export_format *f, const char *name)
{
	bool there = false;

	for (size_t i = 0; i < f->file_count; i++)
		there |= file_names(&f->files[i], name);
	return there;
}

static void note(struct export_plan *plan, char *text)
{
	if (plan->note_count < EXPORT_NOTES)
		plan->notes[plan->note_count++] = text;
	else
		free(text);
}

static int note_password(const struct export_params *p, const struct export_values *v,
			 struct export_plan *plan, struct err *err)
{
	const struct export_format *f = p->format;
	char *text;

	if (p->password && !format_names(f, "password"))
		note(plan, xasprintf("%s has no password in its file: none is written.", f->title));
	if (p->password || !export_value(v, "auth")[0])
		return 0;
	if (f->without[0]) {
		text = export_fill_text(v, f->without, "plain", err);
		if (!text)
			return -1;
		note(plan, text);
	} else if (f->secret == EXPORT_SECRET_FILE && format_names(f, "password")) {
		note(plan, xasprintf("The password is left out. %s can only have it in the file, "
				     "in clear: --with-password puts it there.", f->title));
	}
	return 0;
}

static int make_notes(const struct export_params *p, const struct export_values *v,
		      struct export_plan *plan, struct err *err)
{
	static const struct {
		enum account_key key;
		const char *name, *words;
	} left[] = {
		{ ACCOUNT_CA_FILE, "ca_file", "trusts the certificate in the account's CA file" },
		{ ACCOUNT_PIN, "pin", "knows the key that the account trusts" },
		{ ACCOUNT_CLIENT_CERT, "client_cert", "shows the account's certificate" },
		{ ACCOUNT_PROXY, "proxy", "uses the account's proxy" },
	};
	const struct export_format *f = p->format;

	if (f->warn[0])
		note(plan, xstrdup(f->warn));
	for (size_t i = 0; i < sizeof left / sizeof *left; i++)
		if (account_is_set(p->account, left[i].key) && !format_names(f, left[i].name) &&
		    f->secret != EXPORT_SECRET_OUTPOST)
			note(plan, xasprintf("Nothing in this makes that %s %s.", f->title,
					     left[i].words));
	return note_password(p, v, plan, err);
}

static int plan_next(const struct export_params *p, const struct export_values *v,
		     struct export_plan *plan, struct err *err)
{
	for (size_t i = 0; i < p->format->next_count; i++) {
		char *text = export_fill_text(v, p->format->next[i], "plain", err);

		if (!text)
			return -1;
		/* One that is for other accounts only. */
		if (text[0])
			plan->next[plan->next_count++] = text;
		else
			free(text);
	}
	return 0;
}

static int fill_plan(const struct export_params *p, struct export_values *v,
		     struct export_plan *plan, struct err *err)
{
	int rc = check_needs(p, v, err);

	plan->targets = xcalloc(p->format->file_count, sizeof *plan->targets);
	for (size_t i = 0; rc == 0 && i < p->format->file_count; i++) {
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
		rc = make_notes(p, v, plan, err);
	return rc == 0 ? plan_next(p, v, plan, err) : rc;
}

int export_plan(const struct export_params *p, struct export_plan *plan, struct err *err)
{
	struct export_values *v = export_values_new(p, err);
	int rc = v ? fill_plan(p, v, plan, err) : -1;

	export_values_free(v);
	return rc;
}

bool export_plan_writes(const struct export_plan *plan)
{
	for (size_t i = 0; i < plan->count; i++)
		if (plan->targets[i].file->merge != EXPORT_PRINT)
			return true;
	return false;
}

char *export_where(const struct export_format *f, const struct account *account)
{
	struct account *any = account ? NULL : account_new("name");
	const struct export_params p = { .format = f, .account = account ? account : any };
	struct export_values *v = export_values_new(&p, NULL);
	char *path = NULL;

	for (size_t i = 0; v && !path && i < f->file_count; i++)
		if (f->files[i].merge != EXPORT_PRINT)
			path = export_place(f->files[i].path, v, NULL, NULL);
	export_values_free(v);
	account_free(any);
	return path;
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

		wipe(t->part, t->part_len);
		wipe(t->before, t->before_len);
		wipe(t->after, t->after_len);
		free(t->path);
	}
	free(plan->targets);
	for (size_t i = 0; i < plan->next_count; i++)
		free(plan->next[i]);
	for (size_t i = 0; i < plan->note_count; i++)
		free(plan->notes[i]);
	*plan = (struct export_plan)EXPORT_PLAN_INIT;
}
