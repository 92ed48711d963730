#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/dirs.h"
#include "base/err.h"
#include "base/file.h"
#include "base/file_lock.h"
#include "base/text.h"
#include "mail/account_private.h"
#include "port/ini.h"

#define FILE_NAME "accounts.ini"

static const char prefix[] = "account ";

/* ---- reading ---- */

/* "account work" -> "work"; "" for any other section. */
static const char *section_id(const char *section)
{
	size_t n = sizeof prefix - 1;

	return strncmp(section, prefix, n) == 0 ? section + n : "";
}

static void add_fault(struct accounts *all, int line, const char *id, const char *reason)
{
	size_t n = strlen(reason);

	all->faults = xreallocarray(all->faults, all->fault_count + 1, sizeof *all->faults);
	/* Some reasons are sentences of a validator; here they stand within one. */
	all->faults[all->fault_count++] = (struct account_fault){
		.line = line, .id = xstrdup(id),
		.reason = xstrndup(reason, n > 0 && reason[n - 1] == '.' ? n - 1 : n) };
}

static int compare_faults(const void *a, const void *b)
{
	const struct account_fault *x = a, *y = b;

	return (x->line > y->line) - (x->line < y->line);
}

/* Says every wrong key, not only the first. Returns how many there are. */
static size_t load_keys(struct accounts *all, struct account *a, const struct ini *ini,
			const char *section)
{
	size_t wrong = 0;

	for (size_t i = 0; i < ini_key_count(ini, section); i++) {
		const char *name = ini_key(ini, section, i);
		const struct account_setting *s = account_setting_by_name(name);
		struct err err = ERR_INIT;

		if (!s)
			err_set(&err, ERR_CONFIG, "no setting is called %s", name);
		else
			account_set(a, s->key, ini_get(ini, section, name), &err);
		if (err.kind == ERR_NONE)
			continue;
		add_fault(all, ini_line(ini, section, name), account_id(a), err.text);
		wrong++;
	}
	return wrong;
}

static void load_account(struct accounts *all, const struct ini *ini, size_t i)
{
	const char *section = ini_section(ini, i);
	struct account *a = account_new(section_id(section));
	struct err err = ERR_INIT;
	size_t wrong = ini_section_faults(ini, section);

	if (account_check_id(account_id(a), &err) == 0) {
		wrong += load_keys(all, a, ini, section);
		if (wrong == 0)
			account_check(a, &err);
	}
	if (err.kind != ERR_NONE)
		add_fault(all, ini_section_line(ini, i), account_id(a), err.text);
	/* Not every fault of a wrecked file is kept, but every account must be named. */
	if (wrong > 0 && !accounts_fault_of(all, account_id(a)))
		add_fault(all, ini_section_line(ini, i), account_id(a), "lines of it are faulty");
	if (wrong == 0 && err.kind == ERR_NONE)
		accounts_append(all, a);
	else
		account_free(a);
}

static void load_settings(struct accounts *all, const struct ini *ini)
{
	static const char section[] = "settings";
	const char *id = ini_get(ini, section, "default");

	for (size_t i = 0; i < ini_key_count(ini, section); i++) {
		const char *key = ini_key(ini, section, i);

		if (strcmp(key, "default") != 0)
			add_fault(all, ini_line(ini, section, key), "", "only \"default\" can "
				  "stand in [settings]");
	}
	if (!id || !*id)
		return;
	if (account_find(all, id) || accounts_fault_of(all, id)) {
		const struct account *a = account_find(all, id);

		accounts_set_default(all, a ? account_id(a) : id);
	} else {
		add_fault(all, ini_line(ini, section, "default"), "", "the default account is "
			  "not there");
	}
}

static int load_text(struct accounts *all, const char *path, struct err *err)
{
	struct ini *ini = ini_parse(path, buf_text(&all->text), all->text.len, err);

	if (!ini)
		return -1;
	for (size_t i = 0; i < ini_fault_count(ini); i++) {
		const struct ini_fault *fault = ini_fault(ini, i);

		add_fault(all, fault->line, section_id(fault->section), fault->reason);
	}
	for (size_t i = 0; i < ini_section_count(ini); i++) {
		const char *section = ini_section(ini, i);

		if (*section_id(section))
			load_account(all, ini, i);
		else if (strcmp(section, "settings") != 0)
			add_fault(all, ini_section_line(ini, i), "", "a section is "
				  "[account NAME] or [settings]");
	}
	load_settings(all, ini);
	if (all->fault_count > 1)
		qsort(all->faults, all->fault_count, sizeof *all->faults, compare_faults);
	ini_free(ini);
	return 0;
}

/* A pipe would be waited for, a device has no end, and neither can be replaced. */
static int check_file(const char *path, struct err *err)
{
	struct stat st;

	if (stat(path, &st) < 0 || S_ISREG(st.st_mode))
		return 0;
	err_set(err, ERR_CONFIG, "%s is not a file, so no accounts can be kept in it.", path);
	err_hint(err, "Move it away; then outpost makes a new one.");
	return -1;
}

/* No file is an empty one. */
static int read_text(const char *path, struct buf *text, struct err *err)
{
	struct err why = ERR_INIT;

	if (check_file(path, err) < 0)
		return -1;
	if (file_read(path, text, &why) == 0 || why.kind == ERR_NOINPUT)
		return 0;
	if (err)
		*err = why;
	return -1;
}

static int take_lock(struct err *err)
{
	char *path = dirs_config_path("accounts.lock");
	int lock = -1;

	if (file_mkdirs(dirs_config(), 0700, err) == 0)
		lock = file_lock(path, err);
	if (lock < 0 && err && !err->temporary)
		err_hint(err, "Changing accounts needs a folder that can be written: %s",
			 dirs_config());
	free(path);
	return lock;
}

struct accounts *accounts_open(bool change, struct err *err)
{
	struct accounts *all = xcalloc(1, sizeof *all);
	char *path = dirs_config_path(FILE_NAME);
	int rc = 0;

	*all = (struct accounts)ACCOUNTS_INIT;
	if (change)
		rc = all->lock = take_lock(err);
	if (rc >= 0)
		rc = read_text(path, &all->text, err);
	if (rc >= 0)
		rc = load_text(all, path, err);
	free(path);
	if (rc >= 0)
		return all;
	accounts_close(all);
	return NULL;
}

struct accounts *accounts_parse(const char *name, const char *text, size_t len, struct err *err)
{
	struct accounts *all = xcalloc(1, sizeof *all);

	*all = (struct accounts)ACCOUNTS_INIT;
	if (buf_add(&all->text, text, len) < 0)
		err_set(err, ERR_CONFIG, "%s is too long.", name);
	else if (load_text(all, name, err) == 0)
		return all;
	accounts_close(all);
	return NULL;
}

void accounts_close(struct accounts *all)
{
	if (!all)
		return;
	accounts_clear(all);
	free(all);
}

/* ---- writing ---- */

int account_print(const struct account *a, struct buf *out, struct err *err)
{
	char *section;
	int rc;

	if (account_check_id(account_id(a), err) < 0 || account_check(a, err) < 0)
		return -1;
	section = xasprintf("%s%s", prefix, account_id(a));
	rc = ini_write_section(out, section, err);
	free(section);
	for (int key = 0; rc == 0 && key < ACCOUNT_KEYS; key++)
		if (account_is_set(a, (enum account_key)key))
			rc = ini_write_value(out, account_setting((enum account_key)key)->name,
					     account_get(a, (enum account_key)key), err);
	return rc;
}

static int write_text(const struct accounts *all, struct buf *out, struct err *err)
{
	if (ini_write_comment(out, "Accounts of outpost. Change them with outpost, or here by "
			      "hand: \"%XX\" in a value is\nthe byte with that hex number, and "
			      "comments of your own go with the next change.") < 0)
		return err_set(err, ERR_INPUT, "The file would grow past its limit.");
	if (*account_default(all) && (ini_write_section(out, "settings", err) < 0 ||
				      ini_write_value(out, "default", account_default(all),
						      err) < 0))
		return -1;
	for (size_t i = 0; i < all->count; i++)
		if (account_print(all->list[i], out, err) < 0)
			return -1;
	return 0;
}

/* What was written must read back as what it was, before it replaces anything. */
static int read_back(const struct accounts *all, const struct buf *text, struct err *err)
{
	struct accounts back = ACCOUNTS_INIT;
	int rc = -1;

	if (buf_add(&back.text, buf_text(text), text->len) < 0 ||
	    load_text(&back, "The new " FILE_NAME, err) < 0)
		goto out;
	if (back.fault_count > 0) {
		err_set(err, ERR_CONFIG, "The accounts were not saved: they would not read back "
			"(%s).", back.faults[0].reason);
		goto out;
	}
	rc = back.count == all->count && strcmp(account_default(&back), account_default(all)) == 0
		? 0 : -1;
	for (size_t i = 0; rc == 0 && i < all->count; i++)
		rc = account_equal(all->list[i], back.list[i]) ? 0 : -1;
	if (rc < 0)
		err_set(err, ERR_CONFIG, "The accounts were not saved: they would read back "
			"as something else.");
out:
	accounts_clear(&back);
	return rc;
}

/* An editor may have been at work since the file was opened. */
static int check_untouched(const struct accounts *all, const char *path, struct err *err)
{
	struct buf now = BUF_INIT(INI_TEXT_MAX);
	int rc = read_text(path, &now, err);

	if (rc == 0 && (now.len != all->text.len ||
			memcmp(buf_text(&now), buf_text(&all->text), now.len) != 0))
		rc = err_set(err, ERR_CONFIG, "%s was changed by another program in the meantime; "
			     "nothing was saved. Do it once more.", path);
	buf_free(&now);
	return rc;
}

static int replace(struct accounts *all, const struct buf *text, struct err *err)
{
	char *path = dirs_config_path(FILE_NAME);
	char *old = dirs_config_path(FILE_NAME ".old");
	int rc = check_untouched(all, path, err);

	if (rc == 0)
		rc = file_replace(old, buf_text(&all->text), all->text.len, 0600, err);
	if (rc == 0)
		rc = file_replace(path, buf_text(text), text->len, 0600, err);
	if (rc == 0) {
		buf_clear(&all->text);
		buf_add(&all->text, buf_text(text), text->len);
	}
	free(path);
	free(old);
	return rc;
}

int accounts_save(struct accounts *all, struct err *err)
{
	struct buf text = BUF_INIT(INI_TEXT_MAX);
	int rc;

	if (all->lock < 0)
		die("accounts_save without the lock");
	if (all->fault_count > 0)
		return accounts_say_fault(all->faults, err);
	rc = write_text(all, &text, err);
	if (rc == 0)
		rc = read_back(all, &text, err);
	/* The same once more would only cost the version that undo brings back. */
	if (rc == 0 && (text.len != all->text.len ||
			memcmp(buf_text(&text), buf_text(&all->text), text.len) != 0))
		rc = replace(all, &text, err);
	buf_free(&text);
	return rc;
}

/* ---- undo ---- */

/* At every moment both versions are on disk: a crash loses neither. */
static int swap_versions(const char *path, const char *old, struct err *err)
{
	struct buf now = BUF_INIT(INI_TEXT_MAX), before = BUF_INIT(INI_TEXT_MAX);
	char *aside = xasprintf("%s.undone", path);
	int rc = read_text(path, &now, err);

	if (rc == 0)
		rc = check_file(old, err);
	if (rc == 0)
		rc = file_read(old, &before, err);
	if (rc == 0)
		rc = file_replace(aside, buf_text(&now), now.len, 0600, err);
	if (rc == 0) {
		rc = file_replace(path, buf_text(&before), before.len, 0600, err);
		if (rc == 0 && rename(aside, old) < 0)
			rc = err_errno(err, "Cannot replace %s", old);
		else if (rc < 0)
			unlink(aside);
	}
	buf_free(&now);
	buf_free(&before);
	free(aside);
	return rc;
}

int account_undo(struct err *err)
{
	char *path = dirs_config_path(FILE_NAME);
	char *old = dirs_config_path(FILE_NAME ".old");
	int lock = -1, rc = -1;

	if (!file_exists(old)) {
		err_set(err, ERR_NOINPUT, "There is nothing to undo: no change of the accounts "
			"was made with outpost yet.");
		goto out;
	}
	lock = take_lock(err);
	if (lock >= 0)
		rc = swap_versions(path, old, err);
out:
	if (lock >= 0)
		close(lock);
	free(path);
	free(old);
	return rc;
}
