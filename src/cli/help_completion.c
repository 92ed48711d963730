#include "cli/help.h"

#include <string.h>

#include "base/err.h"
#include "cli/command.h"

/* What stands behind an option or as a word of a command. */
enum value { VALUE_TEXT, VALUE_CHOICE, VALUE_FILE, VALUE_FOLDER, VALUE_ACCOUNT, VALUE_PROVIDER,
	     VALUE_CLIENT };

static const char *const sources[] = {
	[VALUE_ACCOUNT] = "outpost accounts --ids 2>/dev/null",
	[VALUE_PROVIDER] = "outpost providers --ids 2>/dev/null",
	/* and behind it the name of an account */
	[VALUE_CLIENT] = "outpost export --ids 2>/dev/null; outpost accounts --ids 2>/dev/null",
};

static enum value value_of(const struct option_row *row)
{
	if (row->choices)
		return VALUE_CHOICE;
	if (strcmp(row->name, "account") == 0)
		return VALUE_ACCOUNT;
	if (strcmp(row->name, "provider") == 0)
		return VALUE_PROVIDER;
	if (strcmp(row->arg, "FILE") == 0)
		return VALUE_FILE;
	if (strcmp(row->arg, "DIR") == 0 || strcmp(row->arg, "FOLDER") == 0)
		return VALUE_FOLDER;
	return VALUE_TEXT;
}

static enum value value_of_args(const struct command *command)
{
	if (strncmp(command->args, "NAME", 4) == 0 || strncmp(command->args, "[NAME]", 6) == 0)
		return VALUE_ACCOUNT;
	if (strncmp(command->args, "[CLIENT", 7) == 0)
		return VALUE_CLIENT;
	return strcmp(command->args, "ID") == 0 ? VALUE_PROVIDER : VALUE_TEXT;
}

/* The command's rows and the global ones, without those that are refused. */
static void collect(const struct command *command, struct options *options)
{
	size_t kept = 0;

	command_options(command, options, NULL);
	options_add(options, global_rows, NULL);
	for (size_t i = 0; i < options->count; i++)
		if (option_is_taken(&options->slots[i].row))
			options->slots[kept++] = options->slots[i];
	options->count = kept;
}

/* Between single quotes, as all three shells read it. */
static void quote(FILE *to, const char *text)
{
	fputc('\'', to);
	for (; *text; text++)
		fputs(*text == '\'' ? "'\\''" : (char[2]){ *text, '\0' }, to);
	fputc('\'', to);
}

static void print_choices(FILE *to, const struct option_row *row)
{
	for (size_t i = 0; row->choices[i]; i++)
		fprintf(to, "%s%s", i > 0 ? " " : "", row->choices[i]);
}

/* ---- bash and zsh: what an option's value may be, for all commands at once ---- */

struct values {
	FILE *to;
	bool zsh;
	const char *seen[128];
	size_t count;
};

static bool seen_before(struct values *v, const char *name)
{
	for (size_t i = 0; i < v->count; i++)
		if (strcmp(v->seen[i], name) == 0)
			return true;
	if (v->count < sizeof v->seen / sizeof *v->seen)
		v->seen[v->count++] = name;
	return false;
}

static void bash_value(FILE *to, const struct option_row *row, enum value kind)
{
	if (kind == VALUE_FILE || kind == VALUE_FOLDER) {
		fprintf(to,
			"compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -%c -- \"$cur\"))",
			kind == VALUE_FILE ? 'f' : 'd');
	} else if (kind == VALUE_CHOICE) {
		fputs("COMPREPLY=($(compgen -W '", to);
		print_choices(to, row);
		fputs("' -- \"$cur\"))", to);
	} else if (kind != VALUE_TEXT) {
		fprintf(to, "COMPREPLY=($(compgen -W \"$(%s)\" -- \"$cur\"))", sources[kind]);
	} else {
		fputs("COMPREPLY=()", to);
	}
}

static void zsh_value(FILE *to, const struct option_row *row, enum value kind)
{
	if (kind == VALUE_FILE || kind == VALUE_FOLDER) {
		fputs(kind == VALUE_FILE ? "_files" : "_files -/", to);
	} else if (kind == VALUE_CHOICE) {
		fputs("compadd -- ", to);
		print_choices(to, row);
	} else if (kind != VALUE_TEXT) {
		fprintf(to, "compadd -- ${(f)\"$(%s)\"}", sources[kind]);
	} else {
		fputs("_message value", to);
	}
}

static void print_values(void *arg, const struct command *command)
{
	struct values *v = arg;
	struct options options = OPTIONS_INIT;

	collect(command, &options);
	for (size_t i = 0; i < options.count; i++) {
		const struct option_row *row = &options.slots[i].row;

		if (!row->arg || seen_before(v, row->name))
			continue;
		fputs(v->zsh ? "\t(" : "\t", v->to);
		if (row->letter)
			fprintf(v->to, "-%c|", row->letter);
		fprintf(v->to, "--%s) ", row->name);
		if (v->zsh)
			zsh_value(v->to, row, value_of(row));
		else
			bash_value(v->to, row, value_of(row));
		fputs("; return ;;\n", v->to);
	}
	options_clear(&options);
}

/* The words typed so far that name a command, in $command. Both shells. */
static void print_find_command(FILE *to, const char *words, const char *current)
{
	fprintf(to,
		"\tlocal command= word\n"
		"\tfor word in %s; do\n"
		"\t\tcase \"$command $word\" in\n",
		words);
	for (size_t i = 0; commands[i]; i++) {
		fprintf(to, "\t\t\" %s\") command=%s ;;\n", commands[i]->name, commands[i]->name);
		for (const struct command *sub = commands[i]->subs; sub && sub->name; sub++)
			fprintf(to, "\t\t\"%s\") command=\"%s\" ;;\n", sub->name, sub->name);
	}
	fprintf(to, "\t\tesac\n\tdone\n\tcase %s in\n", current);
}

/* ---- bash ---- */

static void bash_command(void *arg, const struct command *command)
{
	FILE *to = arg;
	struct options options = OPTIONS_INIT;
	enum value words = value_of_args(command);

	collect(command, &options);
	fprintf(to, "\t\"%s\") list=\"", command->name);
	for (const struct command *sub = command->subs; sub && sub->name; sub++)
		fprintf(to, "%s ", command_word(sub));
	for (size_t i = 0; command == &command_program && commands[i]; i++)
		fprintf(to, "%s ", commands[i]->name);
	for (size_t i = 0; i < options.count; i++)
		fprintf(to, "%s--%s", i > 0 ? " " : "", options.slots[i].row.name);
	if (words != VALUE_TEXT)
		fprintf(to, " $(%s)", sources[words]);
	fputs("\" ;;\n", to);
	options_clear(&options);
}

static void bash(FILE *to)
{
	struct values values = { .to = to };

	fputs("# bash completion for outpost, made by: outpost help --completion bash\n"
	      "_outpost() {\n"
	      "\tlocal cur=${COMP_WORDS[COMP_CWORD]} list=\n"
	      "\tcase ${COMP_WORDS[COMP_CWORD-1]} in\n",
	      to);
	command_each(print_values, &values);
	fputs("\tesac\n", to);
	print_find_command(to, "\"${COMP_WORDS[@]:1:COMP_CWORD-1}\"", "$command");
	bash_command(to, &command_program);
	command_each(bash_command, to);
	fputs("\tesac\n"
	      "\tCOMPREPLY=($(compgen -W \"$list\" -- \"$cur\"))\n"
	      "}\n"
	      "complete -F _outpost outpost\n",
	      to);
}

/* ---- zsh ---- */

static void zsh_row(FILE *to, const char *dashes, const char *name, const char *about)
{
	char line[400];

	snprintf(line, sizeof line, "%s%s:%s", dashes, name, about);
	fputs("\t\t", to);
	quote(to, line);
	fputc('\n', to);
}

static void zsh_command(void *arg, const struct command *command)
{
	FILE *to = arg;
	struct options options = OPTIONS_INIT;
	enum value words = value_of_args(command);

	collect(command, &options);
	fprintf(to, "\t(\"%s\") list=(\n", command->name);
	for (const struct command *sub = command->subs; sub && sub->name; sub++)
		zsh_row(to, "", command_word(sub), sub->summary);
	for (size_t i = 0; command == &command_program && commands[i]; i++)
		zsh_row(to, "", commands[i]->name, commands[i]->summary);
	for (size_t i = 0; i < options.count; i++)
		zsh_row(to, "--", options.slots[i].row.name, options.slots[i].row.help);
	if (words != VALUE_TEXT)
		fprintf(to, "\t\t${(f)\"$(%s)\"}\n", sources[words]);
	fputs("\t\t) ;;\n", to);
	options_clear(&options);
}

static void zsh(FILE *to)
{
	struct values values = { .to = to, .zsh = true };

	fputs("#compdef outpost\n"
	      "# made by: outpost help --completion zsh\n"
	      "_outpost() {\n"
	      "\tlocal -a list\n"
	      "\tcase $words[CURRENT-1] in\n",
	      to);
	command_each(print_values, &values);
	fputs("\tesac\n", to);
	print_find_command(to, "${words[2,CURRENT-1]}", "$command");
	zsh_command(to, &command_program);
	command_each(zsh_command, to);
	fputs("\tesac\n"
	      "\t_describe outpost list\n"
	      "}\n"
	      "_outpost \"$@\"\n",
	      to);
}

/* ---- fish ---- */

/* Prints: complete -c outpost -n 'the command is this one' */
static void fish_begin(FILE *to, const struct command *command)
{
	size_t first = strcspn(command->name, " ");

	fputs("complete -c outpost", to);
	if (!command->name[0])
		fputs(" -n __fish_use_subcommand", to);
	else if (command->name[first] == '\0')
		fprintf(to, " -n '__fish_seen_subcommand_from %s'", command->name);
	else
		fprintf(to,
			" -n '__fish_seen_subcommand_from %.*s; and "
			"__fish_seen_subcommand_from %s'",
			(int)first, command->name, command_word(command));
}

static void fish_word(FILE *to, const struct command *at, const char *word, const char *about)
{
	fish_begin(to, at);
	fprintf(to, " -a %s -d ", word);
	quote(to, about);
	fputc('\n', to);
}

static void fish_option(FILE *to, const struct command *at, const struct option_row *row)
{
	enum value kind = row->arg ? value_of(row) : VALUE_TEXT;

	if (at)
		fish_begin(to, at);
	else
		fputs("complete -c outpost", to);
	if (row->letter)
		fprintf(to, " -s %c", row->letter);
	fprintf(to, " -l %s", row->name);
	if (row->arg)
		fputs(kind == VALUE_FILE || kind == VALUE_FOLDER ? " -r -F" : " -x", to);
	if (kind == VALUE_CHOICE) {
		fputs(" -a '", to);
		print_choices(to, row);
		fputc('\'', to);
	} else if (kind == VALUE_ACCOUNT || kind == VALUE_PROVIDER) {
		fprintf(to, " -a '(%s)'", sources[kind]);
	}
	fputs(" -d ", to);
	quote(to, row->help);
	fputc('\n', to);
}

static void fish_command(void *arg, const struct command *command)
{
	FILE *to = arg;
	struct options options = OPTIONS_INIT;
	enum value words = value_of_args(command);

	for (const struct command *sub = command->subs; sub && sub->name; sub++)
		fish_word(to, command, command_word(sub), sub->summary);
	if (words != VALUE_TEXT) {
		fish_begin(to, command);
		fprintf(to, " -a '(%s)'\n", sources[words]);
	}
	command_options(command, &options, NULL);
	for (size_t i = 0; i < options.count; i++)
		if (option_is_taken(&options.slots[i].row))
			fish_option(to, command, &options.slots[i].row);
	options_clear(&options);
}

static void fish(FILE *to)
{
	fputs("# fish completion for outpost, made by: outpost help --completion fish\n"
	      "complete -c outpost -f\n",
	      to);
	for (const struct option_row *row = global_rows; row->name; row++)
		fish_option(to, NULL, row);
	for (size_t i = 0; commands[i]; i++)
		fish_word(to, &command_program, commands[i]->name, commands[i]->summary);
	command_each(fish_command, to);
}

int help_completion(const char *shell, FILE *to)
{
	static const struct {
		const char *name;
		void (*print)(FILE *to);
	} printers[] = { { "bash", bash }, { "zsh", zsh }, { "fish", fish } };

	for (size_t i = 0; i < sizeof printers / sizeof *printers; i++) {
		if (strcmp(printers[i].name, shell) != 0)
			continue;
		printers[i].print(to);
		return 0;
	}
	return -1;
}
