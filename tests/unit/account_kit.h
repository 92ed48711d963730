/*
 * A configuration folder of its own for each test of accounts.ini. A test
 * program includes it once; begin and end are set-up and tear-down.
 */
#ifndef OUTPOST_ACCOUNT_KIT_H
#define OUTPOST_ACCOUNT_KIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/dirs.h"
#include "base/err.h"
#include "base/file.h"
#include "mail/account.h"

#define GOOD "[account good]\naddress = a@b.example\nhost = h.example\n"

static char folder[64], path[128];

static inline int remove_one(const char *name, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(name);
}

/* Each test has a folder of its own; the one of outpost in it is not there yet. */
static inline int begin(void **state)
{
	char config[96];

	(void)state;
	strcpy(folder, "/tmp/test_account.XXXXXX");
	if (!mkdtemp(folder))
		return -1;
	snprintf(config, sizeof config, "%s/config/outpost", folder);
	snprintf(path, sizeof path, "%s/accounts.ini", config);
	dirs_set_config(config);
	return 0;
}

static inline int end(void **state)
{
	(void)state;
	nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	dirs_set_config(NULL);
	return 0;
}

static inline void put(const char *text)
{
	struct err err = ERR_INIT;

	if (file_mkdirs(dirs_config(), 0700, &err) < 0 ||
	    file_replace(path, text, strlen(text), 0600, &err) < 0)
		fail_msg("%s", err.text);
}

/* What the file holds; free it. */
static inline char *get(void)
{
	struct buf text = BUF_INIT(2 * 1024 * 1024);
	struct err err = ERR_INIT;

	if (file_read(path, &text, &err) < 0)
		fail_msg("%s", err.text);
	return buf_detach(&text);
}

static inline struct accounts *opened(bool change)
{
	struct err err = ERR_INIT;
	struct accounts *all = accounts_open(change, &err);

	if (!all)
		fail_msg("%s", err.text);
	return all;
}

static inline void ok(int rc, const struct err *err)
{
	if (rc != 0)
		fail_msg("%s", err->text);
}

static inline struct account *sample(const char *id)
{
	struct account *a = account_new(id);
	struct err err = ERR_INIT;

	ok(account_set(a, ACCOUNT_ADDRESS, "alice@example.org", &err), &err);
	ok(account_set(a, ACCOUNT_HOST, "mail.example.org", &err), &err);
	return a;
}

static inline void add_one(const char *id)
{
	struct accounts *all = opened(true);
	struct err err = ERR_INIT;

	ok(account_add(all, sample(id), &err), &err);
	ok(accounts_save(all, &err), &err);
	accounts_close(all);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

#endif
