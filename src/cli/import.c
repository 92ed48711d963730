#include "task/import/import.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "cli/command.h"
#include "cli/import_take.h"
#include "cli/input.h"
#include "cli/print.h"
#include "cli/view.h"
#include "mail/account.h"
#include "mail/addr.h"
#include "port/json.h"

struct import_options {
	bool yes, dry_run, replace, check;
	const char *address, *password_kind, *password_file;
};

/* ---- the sources ---- */

static struct json *sources_json(void)
{
	const struct import_source *s;
	struct json *list = json_new_array(), *value = json_new_object();

	for (size_t i = 0; (s = import_source_at(i)); i++) {
		struct json *one = json_new_object();
		char *path = import_path(s);

		json_put_text(one, "id", s->id);
		json_put_text(one, "title", s->title);
		json_put_text(one, "path", path);
		json_put_bool(one, "there", import_there(s));
		json_add(list, one);
		free(path);
	}
	json_put(value, "sources", list);
	return value;
}

static void print_sources(void)
{
	const struct import_source *s;

	for (size_t i = 0; (s = import_source_at(i)); i++) {
		bool there = import_there(s);
		char *path = import_path(s);

		print_padded(stdout, s->id, 13);
		print_padded(stdout, there ? "here" : "", 6);
		if (there && path)
			print_visible(stdout, path);
		else
			fputs(s->title, stdout);
		if (!path && !s->environment)
			fputs(" (name it)", stdout);
		fputc('\n', stdout);
		free(path);
	}
	print_note("See what is in one, and take it over: outpost import CLIENT [FILE]");
}

/* ---- what was found ---- */

static struct json *found_json(const struct import_result *result)
{
	struct json *list = json_new_array();
	struct accounts *none = accounts_parse("", "", 0, NULL);

	for (size_t i = 0; i < result->count; i++) {
		struct json *one = json_new_object();

		json_put(one, "account", view_json(result->found[i].account, none));
		json_put_text(one, "where", result->found[i].where);
		json_put_bool(one, "password", result->found[i].password != NULL);
		json_add(list, one);
	}
	accounts_close(none);
	return list;
}

static struct json *result_json(const struct import_result *result)
{
	struct json *value = json_new_object(), *notes = json_new_array();

	for (size_t i = 0; i < result->note_count; i++) {
		struct json *one = json_new_object();

		if (result->notes[i].line)
			json_put_number(one, "line", result->notes[i].line);
		else
			json_put_null(one, "line");
		json_put_text(one, "text", result->notes[i].text);
		json_add(notes, one);
	}
	json_put_text(value, "path", result->path[0] ? result->path : NULL);
	json_put(value, "found", found_json(result));
	json_put(value, "not_understood", notes);
	json_put_number(value, "passed_over", (long long)result->passed);
	json_put(value, "accounts", json_new_array());
	return value;
}

static void print_notes(const struct import_result *result)
{
	if (result->note_count > 0)
		puts("\nNot taken over:");
	for (size_t i = 0; i < result->note_count; i++)
		printf("  %s\n", result->notes[i].text);
	if (result->notes_lost > 0)
		printf("  and %zu more\n", result->notes_lost);
	if (result->passed > 0)
		printf("\n%zu setting%s about other things %s passed over.\n", result->passed,
		       result->passed == 1 ? "" : "s", result->passed == 1 ? "was" : "were");
	fflush(stdout);
}

static void print_result(const struct import_result *result, bool asked_each)
{
	for (size_t i = 0; !asked_each && i < result->count; i++) {
		if (i > 0)
			fputc('\n', stdout);
		take_print(result, i);
	}
	print_notes(result);
}

/* ---- the command ---- */

static int choose(const struct call *call, struct take *t, struct err *err)
{
	const struct import_options *o = call->options;

	*t = (struct take){ .only = call->global.account,
			    .ask = !o->yes && !call->global.json && input_terminal(),
			    .replace = o->replace,
			    .check = o->check,
			    .verbose = call->global.verbose,
			    .address = o->address,
			    .password_kind = o->password_kind,
			    .password_file = o->password_file };
	if (o->address && addr_check(o->address, err) < 0)
		return -1;
	if (o->password_kind && strcmp(o->password_kind, "keyring") != 0 &&
	    strcmp(o->password_kind, "file") != 0 && strcmp(o->password_kind, "ask") != 0)
		return err_set(err, ERR_USAGE, "A password that was found can be kept in the "
			       "keyring or a file, or be asked for: not \"%s\".",
			       o->password_kind);
	if (o->password_file && !o->password_kind)
		t->password_kind = "file";
	if ((t->password_kind && strcmp(t->password_kind, "file") == 0) != !!o->password_file)
		return err_set(err, ERR_USAGE, "To keep a password in a file, say which with "
			       "--password-file FILE.");
	return 0;
}

static int nothing_found(const struct import_source *source, const struct import_result *result,
			 struct err *err)
{
	if (result->path[0])
		return err_set(err, ERR_NOINPUT, "No account that sends mail was found in %s.",
			       result->path);
	return err_set(err, ERR_NOINPUT, "No account was found in the %s.",
		       source->environment ? "environment" : "file");
}

static int take_over(struct call *call, const struct import_source *source,
		     struct import_result *result, struct err *err)
{
	const struct import_options *o = call->options;
	bool json = call->global.json, named = o->yes || call->global.account;
	struct take t;
	int rc;

	if (choose(call, &t, err) < 0)
		return -1;
	if (json)
		call->result = result_json(result);
	else
		print_result(result, t.ask && !o->dry_run);
	if (result->count == 0)
		return nothing_found(source, result, err);
	if (o->dry_run || (json && !named))
		return 0;
	if (!named && !t.ask) {
		err_set(err, ERR_USAGE, "Nothing was taken over: there is no terminal to ask at.");
		err_hint(err, "Take all with --yes, or one with --account NAME.");
		return -1;
	}
	if (json)
		t.json = json_new_array();
	rc = take_all(&t, result, err);
	if (json)
		json_put(call->result, "accounts", t.json);
	return rc;
}

static int run(struct call *call, struct err *err)
{
	const struct import_options *o = call->options;
	struct import_result result = IMPORT_RESULT_INIT;
	struct import_params params = { .address = o->address };
	int rc;

	if (call->arg_count == 0) {
		if (call->global.json)
			call->result = sources_json();
		else
			print_sources();
		return 0;
	}
	params.source = import_source_by_id(call->args[0]);
	if (!params.source) {
		err_set(err, ERR_NOINPUT, "Nothing is known about a program \"%s\".",
			call->args[0]);
		err_hint(err, "See which there are: outpost import");
		return -1;
	}
	params.path = call->arg_count > 1 ? call->args[1] : NULL;
	rc = import_read(&params, &result, err);
	if (rc == 0)
		rc = take_over(call, params.source, &result, err);
	import_result_clear(&result);
	return rc;
}

#define AT(member) offsetof(struct import_options, member)

static const char *const kinds[] = { "keyring", "file", "ask", NULL };

static const struct option_row rows[] = {
	{ "yes", 'y', NULL, "take over all that was found, without asking", OPTION_FLAG, AT(yes),
	  NULL, 0, 0 },
	{ "dry-run", 'n', NULL, "only show what was found", OPTION_FLAG, AT(dry_run), NULL, 0, 0 },
	{ "replace", 0, NULL, "replace accounts of the same name", OPTION_FLAG, AT(replace), NULL,
	  0, 0 },
	{ "check", 0, NULL, "then prove each one: connect, encrypt, sign in", OPTION_FLAG,
	  AT(check), NULL, 0, 0 },
	{ "address", 0, "ADDRESS", "the mail address, where the file has none", OPTION_TEXT,
	  AT(address), NULL, 0, 0 },
	{ "password-kind", 0, "WHERE", "where a password that was found is kept", OPTION_TEXT,
	  AT(password_kind), kinds, 0, 0 },
	{ "password-file", 0, "FILE", "keep it in this file, which only you can read", OPTION_TEXT,
	  AT(password_file), NULL, 0, 0 },
	{ .name = NULL },
};

static const struct example examples[] = {
	{ "outpost import", "the programs that are known, and which have a file here" },
	{ "outpost import msmtp", "the accounts of ~/.msmtprc, each asked about" },
	{ "outpost import mutt ~/old/muttrc --dry-run", "only a look" },
	{ "outpost import msmtp --account work --password-kind keyring --check",
	  "one of them, proved" },
	{ NULL, NULL },
};

const struct command command_import = {
	.name = "import",
	.args = "[CLIENT [FILE]]",
	.summary = "Take over accounts from another mail program",
	.description =
		"Shows the accounts in the settings of another program, and which lines of them "
		"were not understood, and takes over those that you want. The file stays as it "
		"is, and no command in it is run: one that prints the password is shown, and "
		"becomes the account's password command.\n\n"
		"A password in the file is offered to the system keyring, or goes where "
		"--password-kind or --password-file say. Without a terminal and without these it "
		"is not taken. --account NAME takes that one only; --yes takes all.",
	.examples = examples,
	.options = rows,
	.options_size = sizeof(struct import_options),
	.max_args = 2,
	.run = run,
};
