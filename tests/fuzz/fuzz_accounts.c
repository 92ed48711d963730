/* Any text as accounts.ini: it is read or refused, and without faults it saves as it was. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/dirs.h"
#include "base/file.h"
#include "fuzz.h"
#include "mail/account_private.h"

static char folder[256], file[300];

static void clean_up(void)
{
	static const char *const names[] = { "accounts.ini", "accounts.ini.old", "accounts.lock" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		snprintf(file, sizeof file, "%s/%s", folder, names[i]);
		unlink(file);
	}
	rmdir(folder);
	dirs_set_config(NULL);
}

static void begin(void)
{
	const char *tmp = getenv("TMPDIR");

	snprintf(folder, sizeof folder, "%s/outpost-fuzz.XXXXXX", tmp && *tmp ? tmp : "/tmp");
	promise(mkdtemp(folder));
	dirs_set_config(folder);
	atexit(clean_up);
	snprintf(file, sizeof file, "%s/accounts.ini", folder);
}

static void put(const uint8_t *data, size_t size)
{
	FILE *f = fopen(file, "w");

	promise(f && fwrite(data, 1, size, f) == size);
	promise(fclose(f) == 0);
}

static void check_account(const struct accounts *all, const struct account *a)
{
	struct err err = ERR_INIT;
	char label[256];
	struct store_ref ref;
	struct smtp_params params;

	promise(account_check_id(account_id(a), &err) == 0 && account_check(a, &err) == 0);
	promise(account_find(all, account_id(a)) == a);
	promise(account_port(a) >= 1 && account_port(a) <= 65535);
	account_store_ref(a, &ref, label);
	account_smtp_params(a, &params);
	(void)account_port_advice(a);
}

static void check_accounts(const struct accounts *all)
{
	const struct account_fault *faults;
	size_t count = account_faults(all, &faults);

	for (size_t i = 0; i < account_count(all); i++)
		check_account(all, account_at(all, i));
	for (size_t i = 0; i < count; i++) {
		promise(faults[i].line >= 0 && faults[i].reason[0]);
		promise(is_visible(faults[i].id) && is_visible(faults[i].reason));
		promise(i == 0 || faults[i].line >= faults[i - 1].line);
	}
}

static void check_saved(const struct accounts *before)
{
	struct err err = ERR_INIT;
	struct accounts *back = accounts_open(false, &err);

	promise(back && back->fault_count == 0 && back->count == before->count);
	promise(strcmp(account_default(back), account_default(before)) == 0);
	for (size_t i = 0; i < back->count; i++)
		promise(account_equal(back->list[i], before->list[i]));
	accounts_close(back);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err = ERR_INIT;
	struct accounts *all;

	if (!folder[0])
		begin();
	put(data, size);
	all = accounts_open(true, &err);
	if (!all) {
		promise(is_told(&err));
		return 0;
	}
	check_accounts(all);
	if (accounts_save(all, &err) == 0)
		check_saved(all);
	else
		promise(is_told(&err));
	accounts_close(all);
	return 0;
}
