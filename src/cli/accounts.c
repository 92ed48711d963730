#include <string.h>

#include "base/err.h"
#include "cli/command.h"
#include "cli/print.h"
#include "cli/steps.h"
#include "cli/view.h"
#include "mail/account.h"
#include "port/json.h"

struct accounts_options {
	bool ids;
};

static struct json *faults_json(const struct accounts *all)
{
	const struct account_fault *faults;
	size_t count = account_faults(all, &faults);
	struct json *list = json_new_array();

	for (size_t i = 0; i < count; i++) {
		struct json *one = json_new_object();

		json_put_number(one, "line", faults[i].line);
		json_put_text(one, "account", faults[i].id[0] ? faults[i].id : NULL);
		json_put_text(one, "reason", faults[i].reason);
		json_add(list, one);
	}
	return list;
}

static struct json *all_json(const struct accounts *all)
{
	struct json *value = json_new_object();
	struct json *list = json_new_array();
	const char *name = account_default(all);

	for (size_t i = 0; i < account_count(all); i++)
		json_add(list, view_json(account_at(all, i), all));
	json_put_text(value, "default", name[0] ? name : NULL);
	json_put(value, "accounts", list);
	json_put(value, "faults", faults_json(all));
	return value;
}

static void print_list(const struct accounts *all)
{
	size_t id_width = 0, address_width = 0;
	char server[400];

	for (size_t i = 0; i < account_count(all); i++) {
		const struct account *a = account_at(all, i);
		size_t id = print_width(account_id(a));
		size_t address = print_width(account_get(a, ACCOUNT_ADDRESS));

		id_width = id > id_width ? id : id_width;
		address_width = address > address_width ? address : address_width;
	}
	for (size_t i = 0; i < account_count(all); i++) {
		const struct account *a = account_at(all, i);

		printf("%s ", strcmp(account_default(all), account_id(a)) == 0 ? "*" : " ");
		print_padded(stdout, account_id(a), id_width + 2);
		print_padded(stdout, account_get(a, ACCOUNT_ADDRESS), address_width + 2);
		steps_server(a, server);
		puts(server);
	}
}

static int run(struct call *call, struct err *err)
{
	const struct accounts_options *o = call->options;
	struct accounts *all = accounts_open(false, err);

	if (!all)
		return -1;
	print_faults(all);
	if (call->global.json) {
		call->result = all_json(all);
	} else if (o->ids) {
		for (size_t i = 0; i < account_count(all); i++)
			puts(account_id(account_at(all, i)));
	} else if (account_count(all) == 0) {
		print_note("There are no accounts yet. Set one up: outpost setup");
	} else {
		print_list(all);
	}
	accounts_close(all);
	return 0;
}

static const struct option_row rows[] = {
	{ "ids", 0, NULL, "only the names, one a line", OPTION_FLAG,
	  offsetof(struct accounts_options, ids), NULL, 0, 0 },
	{ .name = NULL },
};

static const struct example examples[] = {
	{ "outpost accounts", "the default one has a star" },
	{ "outpost accounts --json", "with every setting, for programs" },
	{ NULL, NULL },
};

const struct command command_accounts = {
	.name = "accounts",
	.args = "",
	.summary = "List the accounts",
	.description = "One account a line: name, address, server. Passwords are never shown.",
	.examples = examples,
	.options = rows,
	.options_size = sizeof(struct accounts_options),
	.run = run,
};
