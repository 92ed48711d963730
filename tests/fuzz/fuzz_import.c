/* Any bytes as a file of another program: the first byte says which one. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/secret.h"
#include "fuzz.h"
#include "mail/account.h"
#include "mail/addr.h"
#include "task/import/import.h"

/* Those that read one file, without a home to look into. */
static const char *const sources[] = { "msmtp", "mutt", "s-nail", "aerc", "git", "himalaya", "thunderbird",
	"mailspring",
				       "ssmtp", "esmtp", "nullmailer", "dma", "postfix", "env", "autoconfig",
				  "outpost" };

static char folder[] = "/tmp/fuzz_import.XXXXXX";
static char path[64];

static void look(const struct import_found *f)
{
	const struct account *a = f->account;
	const char *address = account_get(a, ACCOUNT_ADDRESS);

	promise(account_check_id(account_id(a), NULL) == 0);
	promise(addr_check_host(account_get(a, ACCOUNT_HOST), NULL) == 0);
	promise(!*address || addr_check(address, NULL) == 0);
	promise(account_port(a) >= 1 && account_port(a) <= 65535);
	promise(is_visible(f->where));
	promise(!f->password || secret_len(f->password) > 0);
	promise(strcmp(account_get(a, ACCOUNT_PASSWORD), "command") != 0 ||
		account_is_set(a, ACCOUNT_PASSWORD_COMMAND));
	/* With an address it can be saved. */
	promise(!*address || account_check(a, NULL) == 0);
}

static void read_one(const char *id)
{
	struct import_params params = { import_source_by_id(id), path, NULL };
	struct import_result result = IMPORT_RESULT_INIT;
	struct err err = ERR_INIT;

	promise(import_read(&params, &result, &err) == 0 || is_told(&err));
	promise(result.count <= IMPORT_ACCOUNTS && result.note_count <= IMPORT_NOTES);
	for (size_t i = 0; i < result.count; i++) {
		look(&result.found[i]);
		for (size_t k = 0; k < i; k++)
			promise(strcmp(account_id(result.found[i].account),
				       account_id(result.found[k].account)) != 0);
	}
	for (size_t i = 0; i < result.note_count; i++)
		promise(is_visible(result.notes[i].text));
	import_result_clear(&result);
}

static void clean_up(void)
{
	unlink(path);
	rmdir(folder);
}

static void begin(void)
{
	if (!mkdtemp(folder))
		die("no folder");
	setenv("HOME", folder, 1);
	snprintf(path, sizeof path, "%s/file", folder);
	atexit(clean_up);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	FILE *f;

	if (size == 0)
		return 0;
	if (!path[0])
		begin();
	f = fopen(path, "w");
	if (!f || fwrite(data + 1, 1, size - 1, f) != size - 1 || fclose(f) != 0)
		die("no file");
	read_one(sources[data[0] % (sizeof sources / sizeof *sources)]);
	return 0;
}
