#include "cli/command.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "mail/account.h"

const struct option_row global_rows[] = {
	{ "account", 'A', "NAME", "use this account instead of the default one", OPTION_TEXT,
	  offsetof(struct global_options, account), NULL, 0, 0 },
	{ "json", 0, NULL, "answer in JSON, errors too", OPTION_FLAG,
	  offsetof(struct global_options, json), NULL, 0, 0 },
	{ "verbose", 'v', NULL, "show the dialogue with the server on standard error", OPTION_FLAG,
	  offsetof(struct global_options, verbose), NULL, 0, 0 },
	{ "config-dir", 0, "DIR", "keep accounts in DIR, not in ~/.config/outpost", OPTION_TEXT,
	  offsetof(struct global_options, config_dir), NULL, 0, 0 },
	{ "help", 'h', NULL, "show help for the command", OPTION_FLAG,
	  offsetof(struct global_options, help), NULL, 0, 0 },
	{ "version", 0, NULL, "show the version; with -v the libraries too", OPTION_FLAG,
	  offsetof(struct global_options, version), NULL, 0, 0 },
	{ .name = NULL },
};

const struct command *const commands[] = {
	&command_setup,     &command_accounts,
	&command_account,   &command_password,
	&command_providers, &command_discover, &command_test,
	&command_send,      &command_draft,
	&command_sendmail,  &command_outbox,
	&command_export,    &command_import,
	&command_sandbox,   &command_demo,
	&command_help,      NULL,
};

/* The settings' options that are not simply named as the setting. "password" says in
 * accounts.ini where the password is kept; as an option it would look like the place
 * to type one. */
static const char *setting_option(const struct account_setting *setting)
{
	return setting->key == ACCOUNT_PASSWORD ? "password-kind" : setting->name;
}

static void add_settings(struct options *options, const char **values)
{
	for (int key = 0; key < ACCOUNT_KEYS; key++) {
		const struct account_setting *setting = account_setting((enum account_key)key);
		struct option_row rows[2] = {
			{ setting_option(setting), 0, setting->arg, setting->help, OPTION_TEXT, 0,
			  setting->choices, 0, 0 },
			{ .name = NULL },
		};

		options_add(options, rows, values ? &values[key] : NULL);
	}
}

void command_options(const struct command *command, struct options *options, void *values)
{
	options_add(options, command->options, values);
	if (!command->has_settings)
		return;
	if (values)
		add_settings(options, (const char **)((char *)values + command->settings_offset));
	else
		add_settings(options, NULL);
}

void command_each(void (*fn)(void *arg, const struct command *command), void *arg)
{
	for (size_t i = 0; commands[i]; i++) {
		fn(arg, commands[i]);
		for (const struct command *sub = commands[i]->subs; sub && sub->name; sub++)
			fn(arg, sub);
	}
}

const struct command *command_find(const char *name)
{
	for (size_t i = 0; commands[i]; i++)
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	return NULL;
}

const char *command_word(const struct command *command)
{
	const char *blank = strrchr(command->name, ' ');

	return blank ? blank + 1 : command->name;
}

const struct command *command_find_sub(const struct command *command, const char *word)
{
	for (const struct command *sub = command->subs; sub && sub->name; sub++)
		if (strcmp(command_word(sub), word) == 0)
			return sub;
	return NULL;
}

int command_unknown(const struct command *parent, const char *word, struct err *err)
{
	const char *names[32] = { NULL };
	const char *near;
	size_t count = 0;

	for (size_t i = 0; !parent && commands[i] && count < 32; i++)
		names[count++] = commands[i]->name;
	for (const struct command *sub = parent ? parent->subs : NULL;
	     sub && sub->name && count < 32; sub++)
		names[count++] = command_word(sub);
	near = options_nearest(word, names, count);
	err_set(err, ERR_USAGE, "There is no command \"%s%s%s\".", parent ? parent->name : "",
		parent ? " " : "", word);
	if (near)
		err_hint(err, "Did you mean \"outpost %s%s%s\"?", parent ? parent->name : "",
			 parent ? " " : "", near);
	else
		err_hint(err, "See all commands: outpost %s%s--help", parent ? parent->name : "",
			 parent ? " " : "");
	return -1;
}

static int apply(struct account *account, enum account_key key, const char *value, struct err *err)
{
	bool relative = (account_setting(key)->flags & ACCOUNT_PATH) && value[0] != '\0' &&
			value[0] != '/' && strncmp(value, "~/", 2) != 0;
	char *here = relative ? realpath(".", NULL) : NULL;
	char *full;
	int rc;

	if (!here)
		return account_set(account, key, value, err);
	full = xasprintf("%s/%s", here, value);
	rc = account_set(account, key, full, err);
	free(full);
	free(here);
	return rc;
}

int command_apply_settings(struct account *account, const char *const *values, struct err *err)
{
	int count = 0;

	for (int key = 0; key < ACCOUNT_KEYS; key++) {
		if (!values[key])
			continue;
		if (apply(account, (enum account_key)key, values[key], err) < 0)
			return -1;
		count++;
	}
	return count;
}

const char *call_account(const struct call *call)
{
	return call->arg_count > 0 ? call->args[0] : call->global.account;
}
