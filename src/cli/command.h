/*
 * The commands: one row each, one file each.
 *
 * What a command is called, what it takes and what it says about itself stands
 * in its row; the parser, --help, the man page and the completions are made from
 * it. run does the work: 0, or -1 with err filled, or an exit code of its own.
 *
 * Output: stdout gets what was asked for and nothing else; news, warnings and
 * errors go to stderr. With --json a command puts its answer into call->result
 * and main prints that, with an "error" member when the command failed.
 */
#ifndef OUTPOST_COMMAND_H
#define OUTPOST_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "base/options.h"

struct account;
struct command;
struct err;
struct json;

struct global_options {
	const char *account;
	const char *config_dir;
	bool json;
	bool verbose;
	bool help;
	bool version;
};

/* One call of the program. */
struct call {
	const struct command *command;
	struct global_options global;
	void *options; /* the command's own struct, as its table says */
	const char *const *args;
	size_t arg_count;
	struct json *result; /* owned; NULL until the command has an answer */
};

/* What a line of examples shows. */
struct example {
	const char *line; /* NULL ends a list */
	const char *about;
};

struct command {
	const char *name; /* "send", "account show" */
	const char *args; /* "[NAME]", "" */
	const char *summary; /* one line, no full stop */
	const char *description; /* paragraphs, blank lines between */
	const struct example *examples;
	const struct option_row *options; /* may be NULL */
	size_t options_size; /* of the struct that they fill */
	/* Has an option for every account setting; the values go to an array
	 * const char *[ACCOUNT_KEYS] at this place of the struct. */
	bool has_settings;
	size_t settings_offset;
	size_t min_args, max_args;
	/* Sub-commands, ends with name NULL; may be NULL. Those of a command that can
	 * also run by itself have no options of their own. */
	const struct command *subs;
	/* Without a word it is the first of them, which changes nothing. */
	bool lists;
	/* Uses neither accounts nor providers. The user's own providers are read for all
	 * others before they run, and what is wrong with them is told. */
	bool standalone;
	/* Reads its words itself, options too: args are all that stands behind its name. */
	bool own_words;
	int (*run)(struct call *call, struct err *err); /* NULL: needs a sub-command */
};

#define ARGS_ANY ((size_t)-1)

extern const struct command command_setup, command_accounts, command_account, command_password,
	command_providers, command_test, command_send, command_draft, command_sendmail,
	command_outbox, command_export, command_import, command_discover,
	command_sandbox, command_demo, command_help;

/* In the order of --help; ends in NULL. */
extern const struct command *const commands[];
/* What the program is when no command is named. */
extern const struct command command_program;
extern const struct option_row global_rows[];

/* Each command, and after it its sub-commands. */
void command_each(void (*fn)(void *arg, const struct command *command), void *arg);
/* By its first word; NULL. */
const struct command *command_find(const char *name);
/* "show" of "account"; NULL. */
const struct command *command_find_sub(const struct command *command, const char *word);
/* The last word of its name. */
const char *command_word(const struct command *command);
/* ERR_USAGE that names the nearest; parent NULL: of all commands. */
int command_unknown(const struct command *parent, const char *word, struct err *err);

/* Adds the command's rows (values: its struct, or NULL to look only) and those of
 * the account's settings; not the global ones. */
void command_options(const struct command *command, struct options *options, void *values);

/* Gives the account what was typed for its settings (an array of ACCOUNT_KEYS, NULL:
 * not given). A relative path counts from here. Returns how many, or -1. */
int command_apply_settings(struct account *account, const char *const *values, struct err *err);

/* The account meant: the first argument, else --account, else NULL (the default one). */
const char *call_account(const struct call *call);

#endif
