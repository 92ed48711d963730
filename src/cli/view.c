#include "cli/view.h"

#include <string.h>

#include "base/err.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/print.h"
#include "mail/account.h"
#include "port/json.h"

static bool is_default(const struct account *account, const struct accounts *all)
{
	return strcmp(account_default(all), account_id(account)) == 0;
}

struct json *view_json(const struct account *account, const struct accounts *all)
{
	struct json *value = json_new_object();

	json_put_text(value, "name", account_id(account));
	json_put_bool(value, "default", is_default(account, all));
	for (int key = 0; key < ACCOUNT_KEYS; key++) {
		const char *name = account_setting((enum account_key)key)->name;
		const char *text = account_get(account, (enum account_key)key);
		long number;

		if ((key == ACCOUNT_PORT || key == ACCOUNT_TIMEOUT) &&
		    text_number(text, 0, 1000000, &number) == 0)
			json_put_number(value, name, number);
		else
			json_put_text(value, name, text);
	}
	return value;
}

void view_print(FILE *to, const struct account *account, const struct accounts *all)
{
	fprintf(to, "name             %s%s\n", account_id(account),
		is_default(account, all) ? " (default)" : "");
	for (int i = 0; i < ACCOUNT_KEYS; i++) {
		enum account_key key = (enum account_key)i;
		const char *value =
			key == ACCOUNT_USER ? account_user(account) : account_get(account, key);

		if (value[0] == '\0')
			continue;
		if (!account_is_set(account, key) &&
		    (account_setting(key)->flags & ACCOUNT_ADVANCED))
			continue;
		print_padded(to, account_setting(key)->name, 17);
		print_visible(to, value);
		fputc('\n', to);
	}
}

const char *view_password(const struct account *account)
{
	static const char *const words[STORE_KINDS] = {
		[STORE_KEYRING] = "kept in the system keyring",
		[STORE_COMMAND] = "printed by the password command",
		[STORE_CREDENTIAL] = "read from the systemd credential",
		[STORE_FILE] = "kept in the password file",
		[STORE_ASK] = "asked for each time",
		[STORE_NONE] = "not needed",
	};
	struct store_ref ref;
	char label[256];

	account_store_ref(account, &ref, label);
	return words[ref.kind];
}

struct account *view_pick(const struct call *call, struct accounts **all, struct err *err)
{
	struct account *account;

	*all = accounts_open(false, err);
	if (!*all)
		return NULL;
	print_faults(*all);
	account = account_pick(*all, call_account(call), err);
	if (!account) {
		accounts_close(*all);
		*all = NULL;
	}
	return account;
}
