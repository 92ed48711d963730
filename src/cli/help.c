#include "cli/help.h"

#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "cli/command.h"
#include "cli/print.h"
#include "screen/app.h"

#define COLUMN 28 /* where the words about an option begin */

struct help_options {
	bool man;
	const char *completion;
};

static void print_option(const struct option_row *row, FILE *to)
{
	struct buf label = BUF_INIT(200), text = BUF_INIT(1000);

	if (row->letter)
		buf_printf(&label, "  -%c, --%s", row->letter, row->name);
	else
		buf_printf(&label, "      --%s", row->name);
	if (row->arg)
		buf_printf(&label, " %s", row->arg);
	buf_adds(&text, row->help);
	if (row->choices) {
		for (size_t i = 0; row->choices[i]; i++)
			buf_printf(&text, "%s%s", i == 0 ? " (" : ", ", row->choices[i]);
		buf_addc(&text, ')');
	}
	print_beside(to, buf_text(&label), buf_text(&text), COLUMN);
	buf_free(&label);
	buf_free(&text);
}

static void print_options(const struct options *options, const char *title, FILE *to)
{
	if (options->count > 0 && options->slots[0].row.kind != OPTION_TITLE)
		fprintf(to, "\n%s:\n", title);
	for (size_t i = 0; i < options->count; i++) {
		const struct option_row *row = &options->slots[i].row;

		if (row->kind == OPTION_TITLE)
			fprintf(to, "\n%s:\n", row->name);
		else if (option_is_taken(row))
			print_option(row, to);
	}
}

static void print_usage(const struct command *command, FILE *to)
{
	const char *name = command->name;

	fprintf(to, "Usage: outpost%s%s%s%s [OPTION...]\n\n", name[0] ? " " : "", name,
		command->args[0] ? " " : "", command->args);
}

static void print_commands(const struct command *command, FILE *to)
{
	char label[80];

	fputs("\nCommands:\n", to);
	for (const struct command *sub = command->subs; sub && sub->name; sub++) {
		snprintf(label, sizeof label, "  %s", command_word(sub));
		print_beside(to, label, sub->summary, 14);
	}
	for (size_t i = 0; command == &command_program && commands[i]; i++) {
		snprintf(label, sizeof label, "  %s", commands[i]->name);
		print_beside(to, label, commands[i]->summary, 14);
	}
}

static void print_examples(const struct command *command, FILE *to)
{
	const struct example *e = command->examples;

	if (e)
		fputs("\nExamples:\n", to);
	for (; e && e->line; e++) {
		if (e->about)
			fprintf(to, "  # %s\n", e->about);
		fprintf(to, "  %s\n", e->line);
	}
}

void help_command(const struct command *command, FILE *to)
{
	struct options own = OPTIONS_INIT, global = OPTIONS_INIT;

	command_options(command, &own, NULL);
	options_add(&global, global_rows, NULL);
	print_usage(command, to);
	fprintf(to, "%s.\n\n", command->summary);
	print_wrapped(to, command->description, 0);
	if (command->subs || command == &command_program)
		print_commands(command, to);
	print_options(&own, "Options", to);
	print_options(&global, "Options of every command", to);
	print_examples(command, to);
	if (command == &command_program)
		fputs("\nMore: outpost COMMAND --help, man outpost\n", to);
	else if (command->subs)
		fprintf(to, "\nMore: outpost %s %s --help\n", command->name,
			command_word(command->subs));
	options_clear(&own);
	options_clear(&global);
}

static const char *const shells[] = { "bash", "zsh", "fish", NULL };

static int run(struct call *call, struct err *err)
{
	const struct help_options *o = call->options;
	const struct command *command = &command_program;

	if (o->man) {
		help_man(stdout);
		return 0;
	}
	if (o->completion) {
		if (help_completion(o->completion, stdout) == 0)
			return 0;
		return err_set(err, ERR_USAGE,
			       "There are completions for bash, zsh and fish, not "
			       "for \"%s\".",
			       o->completion);
	}
	for (size_t i = 0; i < call->arg_count; i++) {
		const char *word = call->args[i];
		const struct command *next =
			i == 0 ? command_find(word) : command_find_sub(command, word);

		if (!next)
			return command_unknown(i == 0 ? NULL : command, word, err);
		command = next;
	}
	help_command(command, stdout);
	return 0;
}

static const struct option_row rows[] = {
	{ "man", 0, NULL, "print the manual page, in mdoc", OPTION_FLAG,
	  offsetof(struct help_options, man), NULL, 0, 0 },
	{ "completion", 0, "SHELL", "print completions for a shell", OPTION_TEXT,
	  offsetof(struct help_options, completion), shells, 0, 0 },
	{ .name = NULL },
};

static const struct example examples[] = {
	{ "outpost help send", NULL },
	{ "outpost help --man | man -l -", "the manual without installing it" },
	{ "source <(outpost help --completion bash)", "completions in this shell" },
	{ NULL, NULL },
};

const struct command command_help = {
	.name = "help",
	.args = "[COMMAND]",
	.summary = "Show help, the manual page or shell completions",
	.description = "All three are made from the same tables as the program itself.",
	.examples = examples,
	.options = rows,
	.options_size = sizeof(struct help_options),
	.max_args = 2,
	.standalone = true,
	.run = run,
};

/* No command: the full screen. */
static int run_program(struct call *call, struct err *err)
{
	struct app_params app = { .start = APP_HOME, .account_id = call->global.account };

	if (isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) && !call->global.json)
		return app_run(&app, err);
	err_set(err, ERR_USAGE, "Without a terminal outpost needs a command.");
	err_hint(err, "See which there are: outpost --help");
	return -1;
}

static const struct example program_examples[] = {
	{ "outpost setup alice@example.org", "set up an account" },
	{ "outpost test --to alice@example.org", "prove that it works" },
	{ "echo At one? | outpost send -t bob@example.org -s Lunch", "send a message" },
	{ "outpost demo", "try it with nothing to lose" },
	{ NULL, NULL },
};

const struct command command_program = {
	.name = "",
	.args = "[COMMAND]",
	.summary = "Set up outgoing mail, prove that it works, send with it",
	.description = "Without a command the full screen opens.",
	.examples = program_examples,
	.standalone = true, /* the full screen tells it in its own way */
	.run = run_program,
};
