#include "task/export/export.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/secret.h"
#include "cli/cancel.h"
#include "cli/command.h"
#include "cli/export_list.h"
#include "cli/input.h"
#include "cli/print.h"
#include "cli/view.h"
#include "mail/account.h"
#include "port/json.h"
#include "task/export/format.h"
#include "task/session.h"

#define DIFF_MOST (16u << 20)

struct export_options {
	bool write, undo, with_password, diff, check, ids;
};

static const struct export_format *find_format(const char *id, struct err *err)
{
	const struct export_format *f = export_format_by_id(id);

	if (!f) {
		err_set(err, ERR_NOINPUT, "There is no format \"%s\".", id);
		err_hint(err, "See which there are: outpost export");
	}
	return f;
}

/* ---- what is printed ---- */

/* Tabs stay: they mean something where this is copied to. */
static void print_seen(const char *text)
{
	while (*text) {
		size_t n = strcspn(text, "\n\t");
		char *piece = xstrndup(text, n);

		print_visible(stdout, piece);
		free(piece);
		if (text[n])
			putchar(text[n++]);
		text += n;
	}
}

static void print_target(const struct export_target *t, bool alone)
{
	if (!alone && t->path) {
		fputs("==> ", stdout);
		print_visible(stdout, t->path);
		fputs(" <==\n", stdout);
	}
	if (isatty(STDOUT_FILENO))
		print_seen(t->part);
	else
		fwrite(t->part, 1, t->part_len, stdout);
	if (t->part_len > 0 && t->part[t->part_len - 1] != '\n')
		putchar('\n');
}

static void print_plan(const struct export_plan *plan)
{
	for (size_t i = 0; i < plan->count; i++)
		print_target(&plan->targets[i], plan->count == 1);
	if (plan->count == 1 && export_plan_writes(plan))
		print_note("It belongs into %s; --write puts it there.", plan->targets[0].path);
	else if (export_plan_writes(plan))
		print_note("--write puts each into its file.");
}

static void print_diff(const struct export_plan *plan)
{
	struct buf diff = BUF_INIT_SECRET(DIFF_MOST);

	for (size_t i = 0; i < plan->count; i++)
		if (plan->targets[i].after)
			export_diff(&plan->targets[i], &diff);
	fwrite(buf_text(&diff), 1, diff.len, stdout);
	if (diff.len == 0)
		print_note("Nothing would change.");
	buf_free(&diff);
}

static const char *const changes[] = { [EXPORT_NEW] = "new", [EXPORT_CHANGED] = "changed",
				       [EXPORT_SAME] = "unchanged" };

static void tell_written(const struct export_plan *plan)
{
	static const char *const words[] = { [EXPORT_NEW] = "Wrote",
					     [EXPORT_CHANGED] = "Changed",
					     [EXPORT_SAME] = "Unchanged:" };

	for (size_t i = 0; i < plan->count; i++)
		if (plan->targets[i].after)
			print_note("%s %s", words[plan->targets[i].change], plan->targets[i].path);
}

static struct json *texts(char *const *list, size_t count)
{
	struct json *value = json_new_array();

	for (size_t i = 0; i < count; i++)
		json_add_text(value, list[i]);
	return value;
}

static struct json *target_json(const struct export_target *t)
{
	struct json *value = json_new_object();
	char mode[8];

	snprintf(mode, sizeof mode, "%04o", (unsigned)(t->after ? t->mode : t->file->mode));
	json_put_text(value, "path", t->path);
	json_put_text(value, "change", t->after ? changes[t->change] : NULL);
	json_put_text(value, "mode", t->path ? mode : NULL);
	json_put_bool(value, "secret", t->secret);
	json_put_text(value, "text", t->part);
	return value;
}

static struct json *plan_json(const struct export_params *p, const struct export_plan *plan,
			      bool written)
{
	struct json *value = json_new_object(), *files = json_new_array();

	json_put_text(value, "client", p->format->id);
	json_put_text(value, "account", account_id(p->account));
	json_put_bool(value, "written", written);
	for (size_t i = 0; i < plan->count; i++)
		json_add(files, target_json(&plan->targets[i]));
	json_put(value, "files", files);
	json_put(value, "notes", texts(plan->notes, plan->note_count));
	json_put(value, "next", texts(plan->next, plan->next_count));
	return value;
}

/* ---- writing, showing ---- */

static int get_password(const struct account *a, struct secret **secret, struct err *err)
{
	struct session_params session = { .account = a,
					  .ask = input_asker(),
					  .cancel_fd = cancel_fd() };
	enum store_state state;

	*secret = session_secret(&session, &state, err);
	/* Root has no keyring of the user's, but the user may know the password. */
	if (!*secret && state != STORE_OK && err->kind == ERR_KEYRING && isatty(STDIN_FILENO)) {
		print_error(err);
		*secret = input_secret_tty("Password", err);
		return *secret ? 0 : -1;
	}
	return *secret || state == STORE_OK ? 0 : -1;
}

static void warn_password(const struct export_plan *plan)
{
	for (size_t i = 0; i < plan->count; i++)
		if (plan->targets[i].secret && plan->targets[i].path)
			print_warning("The password stands in clear in %s (rights %04o).",
				      plan->targets[i].path, (unsigned)plan->targets[i].mode);
}

/* An exit code when the files are written and a command after them failed. */
static int write_plan(const struct export_params *p, struct export_plan *plan, struct err *err)
{
	int rc = export_write(p, plan, err);

	if (rc < 0)
		return -1;
	warn_password(plan);
	tell_written(plan);
	if (rc == 0)
		return 0;
	print_error(err);
	rc = err_exit_code(err);
	err_clear(err);
	return rc;
}

static void tell_next(const struct export_plan *plan)
{
	for (size_t i = 0; i < plan->next_count; i++)
		print_note("%s", plan->next[i]);
}

static int export_account(struct call *call, struct export_params *p, struct err *err)
{
	const struct export_options *o = call->options;
	struct export_plan plan = EXPORT_PLAN_INIT;
	int rc;

	p->print = !o->write && !o->diff;
	rc = export_plan(p, &plan, err);
	if (rc == 0)
		for (size_t i = 0; i < plan.note_count; i++)
			print_note("%s", plan.notes[i]);
	if (rc == 0 && o->write)
		rc = write_plan(p, &plan, err);
	if (rc >= 0 && call->global.json)
		call->result = plan_json(p, &plan, o->write);
	else if (rc == 0 && o->diff)
		print_diff(&plan);
	else if (rc == 0 && !o->write)
		print_plan(&plan);
	if (rc >= 0 && ferror(stdout))
		rc = err_errno(err, "The output cannot be written");
	/* What can only be printed has to be put somewhere by hand. */
	if (rc == 0 && (o->write || !export_plan_writes(&plan)))
		tell_next(&plan);
	export_plan_clear(&plan);
	return rc;
}

/* ---- taking back ---- */

struct noted {
	char *account;
	size_t count;
};

static void note_account(void *arg, const struct export_format *f, const char *account)
{
	struct noted *n = arg;

	(void)f;
	if (n->count++ == 0)
		n->account = xstrdup(account);
}

/* The account named, also one that is gone; else the only one that was written, else the default
 * one. Owned by the caller. */
static char *undo_account(const struct call *call, const struct export_format *f, struct err *err)
{
	const char *id = call->arg_count > 1 ? call->args[1] : call->global.account;
	struct noted n = { NULL, 0 };
	struct accounts *all;
	const struct account *a;
	char *name = NULL;

	if (id)
		return account_check_id(id, err) == 0 ? xstrdup(id) : NULL;
	export_each_noted(f, note_account, &n);
	if (n.count == 1)
		return n.account;
	free(n.account);
	all = accounts_open(false, err);
	a = all ? account_pick(all, NULL, err) : NULL;
	if (a)
		name = xstrdup(account_id(a));
	accounts_close(all);
	return name;
}

static int undo(struct call *call, const struct export_format *f, struct err *err)
{
	char *id = undo_account(call, f, err);
	size_t kept = 0;
	int rc = id ? export_undo(f, id, &kept, err) : -1;

	free(id);
	if (rc < 0)
		return -1;
	if (kept > 0)
		print_warning("What outpost wrote was changed since, so that stays.");
	else
		print_note("Taken back. All that is not outpost's stays.");
	if (call->global.json) {
		call->result = json_new_object();
		json_put_bool(call->result, "undone", kept == 0);
	}
	return rc == 0 ? 0 : -1;
}

/* ---- trying ---- */

static int check(struct call *call, const struct export_params *p, struct err *err)
{
	const char *title = p->format->title;
	char *said = NULL;
	int rc = export_check(p->format, p->account, cancel_fd(), &said, err);

	if (rc > 0)
		print_note("%s sends: a message arrived in the sandbox.", title);
	if (rc >= 0 && call->global.json) {
		call->result = json_new_object();
		json_put_bool(call->result, "sent", rc > 0);
		json_put_text(call->result, "said", said);
	}
	if (rc == 0) {
		err_set(err, ERR_REFUSED, "%s did not send with these settings.", title);
		if (said && said[0])
			err_reply(err, said, strlen(said));
	}
	free(said);
	return rc > 0 ? 0 : -1;
}

/* ---- the command ---- */

static int check_options(const struct call *call, struct err *err)
{
	const struct export_options *o = call->options;
	int jobs = o->write + o->diff + o->undo + o->check;

	if (jobs > 1)
		return err_set(err, ERR_USAGE, "Only one of --write, --diff, --undo and --check "
			       "at a time.");
	if (call->arg_count == 0 && (jobs > 0 || o->with_password)) {
		err_set(err, ERR_USAGE, "Say which program it is for: outpost export CLIENT.");
		err_hint(err, "See which there are: outpost export");
		return -1;
	}
	if (!o->with_password)
		return 0;
	if (o->diff || o->undo || o->check)
		return err_set(err, ERR_USAGE, "--with-password goes with --write, or with output "
			       "into a file.");
	if (isatty(STDOUT_FILENO) && !(o->write && !call->global.json)) {
		err_set(err, ERR_USAGE, "The password would be shown on this terminal.");
		err_hint(err, "Add --write, or send the output into a file or a program.");
		return -1;
	}
	return 0;
}

static int list(struct call *call, struct err *err)
{
	const struct export_options *o = call->options;
	struct accounts *all;

	if (o->ids) {
		export_list_ids();
		return 0;
	}
	all = accounts_open(false, err);
	if (!all)
		return -1;
	export_list(call, account_pick(all, call->global.account, NULL));
	accounts_close(all);
	return 0;
}

static int with_account(struct call *call, struct export_params *p, struct err *err)
{
	const struct export_options *o = call->options;
	struct secret *secret = NULL;
	int rc = o->with_password ? get_password(p->account, &secret, err) : 0;

	p->password = secret;
	if (rc == 0)
		rc = o->check ? check(call, p, err) : export_account(call, p, err);
	secret_free(secret);
	return rc;
}

static int run(struct call *call, struct err *err)
{
	const struct export_options *o = call->options;
	struct export_params params = { .format = NULL };
	struct accounts *all;
	int rc = -1;

	if (check_options(call, err) < 0)
		return -1;
	if (call->arg_count == 0)
		return list(call, err);
	params.format = find_format(call->args[0], err);
	if (!params.format)
		return -1;
	if (o->undo)
		return undo(call, params.format, err);
	all = accounts_open(false, err);
	if (!all)
		return -1;
	print_faults(all);
	params.account = account_pick(
		all, call->arg_count > 1 ? call->args[1] : call->global.account, err);
	if (params.account)
		rc = with_account(call, &params, err);
	accounts_close(all);
	return rc;
}

#define AT(member) offsetof(struct export_options, member)

static const struct option_row rows[] = {
	{ "write", 'w', NULL, "put it where the program reads it", OPTION_FLAG, AT(write), NULL, 0,
	  0 },
	{ "diff", 'd', NULL, "show what --write would change", OPTION_FLAG, AT(diff), NULL, 0, 0 },
	{ "undo", 0, NULL, "take back what --write did", OPTION_FLAG, AT(undo), NULL, 0, 0 },
	{ "check", 0, NULL,
	  "run the program with such settings against a sandbox, and say whether it sends",
	  OPTION_FLAG, AT(check), NULL, 0, 0 },
	{ "with-password", 0, NULL, "put the password into it, where the program needs that",
	  OPTION_FLAG, AT(with_password), NULL, 0, 0 },
	{ "ids", 0, NULL, "only the names of the formats, one a line", OPTION_FLAG, AT(ids), NULL,
	  0, 0 },
	{ .name = NULL },
};

static const struct example examples[] = {
	{ "outpost export", "the programs that an account can be handed to" },
	{ "outpost export msmtp", "what would be written for msmtp" },
	{ "outpost export msmtp work --diff", "the change of its file" },
	{ "outpost export msmtp work --write", "and writing it" },
	{ "outpost export msmtp work --check", "does the msmtp here send with it?" },
	{ "outpost export msmtp work --undo", "take it out again" },
	{ NULL, NULL },
};

const struct command command_export = {
	.name = "export",
	.args = "[CLIENT [NAME]]",
	.summary = "Hand an account to another mail program",
	.description =
		"Prints the settings of an account in the form that another program reads, or, "
		"with --write, puts them where it reads them. Without a client it lists them: "
		"name, whether it is installed here, and which file would be written.\n\n"
		"What is in a file already stays: only the part between outpost's own two lines "
		"is replaced, and the version before lies beside it as FILE.before-outpost. "
		"--undo takes just that part out again.\n\n"
		"No password is in it where the program can take it from the keyring or a "
		"command; where it cannot, it is left out unless --with-password is given.\n\n"
		"--check gives the program that is installed here an account like this one on a "
		"server inside outpost, in a home folder of its own. Nothing is sent out.",
	.examples = examples,
	.options = rows,
	.options_size = sizeof(struct export_options),
	.max_args = 2,
	.run = run,
};
