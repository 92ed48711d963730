#include "task/export/export.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/secret.h"
#include "cli/cancel.h"
#include "cli/command.h"
#include "cli/input.h"
#include "cli/print.h"
#include "cli/view.h"
#include "mail/account.h"
#include "task/export/format.h"
#include "task/session.h"

struct export_options {
	bool write, undo, with_password, diff;
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

static int list_formats(void)
{
	for (size_t i = 0; i < export_format_count(); i++) {
		const struct export_format *f = export_format_at(i);

		print_padded(stdout, f->id, 18);
		print_padded(stdout, export_installed(f) ? "installed" : "", 11);
		fputs(f->title, stdout);
		printf("%s%s\n", f->about[0] ? ": " : "", f->about);
	}
	return 0;
}

/* ---- what is printed ---- */

static void print_target(const struct export_target *t, bool alone)
{
	if (!alone && t->path) {
		fputs("==> ", stdout);
		print_visible(stdout, t->path);
		fputs(" <==\n", stdout);
	}
	fwrite(t->after, 1, t->after_len, stdout);
	if (t->after_len > 0 && t->after[t->after_len - 1] != '\n')
		putchar('\n');
}

static int print_diff(const struct export_plan *plan, struct err *err)
{
	struct buf diff = BUF_INIT_SECRET(16u << 20);

	for (size_t i = 0; i < plan->count; i++)
		if (plan->targets[i].path)
			export_diff(&plan->targets[i], &diff);
	fwrite(buf_text(&diff), 1, diff.len, stdout);
	buf_free(&diff);
	return ferror(stdout) ? err_errno(err, "The output cannot be written") : 0;
}

static void tell_written(const struct export_plan *plan)
{
	static const char *const words[] = { [EXPORT_NEW] = "wrote",
					     [EXPORT_CHANGED] = "changed",
					     [EXPORT_SAME] = "unchanged:" };

	for (size_t i = 0; i < plan->count; i++)
		if (plan->targets[i].path)
			print_note("%s %s", words[plan->targets[i].change], plan->targets[i].path);
}

static void tell_next(const struct export_format *f, const struct export_plan *plan, bool password)
{
	if (f->warn[0])
		print_warning("%s", f->warn);
	if (!password && f->without[0])
		print_note("%s", f->without);
	for (size_t i = 0; i < plan->next_count; i++)
		print_note("%s", plan->next[i]);
}

/* ---- the command ---- */

static int get_password(const struct account *a, struct secret **secret, struct err *err)
{
	struct session_params session = { .account = a,
					  .ask = input_asker(),
					  .cancel_fd = cancel_fd() };
	enum store_state state;

	*secret = session_secret(&session, &state, err);
	if (!*secret && state != STORE_OK)
		return -1;
	return 0;
}

static int export_account(const struct export_options *o, struct export_params *p,
			  struct err *err)
{
	struct export_plan plan = EXPORT_PLAN_INIT;
	int rc = export_plan(p, &plan, err);

	if (rc == 0 && o->write) {
		rc = export_write(p, &plan, err);
		if (rc == 0)
			tell_written(&plan);
	} else if (rc == 0 && o->diff) {
		rc = print_diff(&plan, err);
	} else if (rc == 0) {
		for (size_t i = 0; i < plan.count; i++)
			print_target(&plan.targets[i], plan.count == 1);
	}
	if (rc == 0)
		tell_next(p->format, &plan, p->password != NULL);
	export_plan_clear(&plan);
	return rc;
}

static int undo(const struct export_format *f, const struct account *a, struct err *err)
{
	size_t kept;

	if (export_undo(f, account_id(a), &kept, err) < 0)
		return -1;
	print_note(kept ? "Taken back. What was changed since stays."
			: "Taken back: everything is as it was before.");
	return 0;
}

static int run(struct call *call, struct err *err)
{
	const struct export_options *o = call->options;
	struct export_params params = { .format = NULL };
	struct secret *secret = NULL;
	struct accounts *all;
	const struct account *a;
	int rc = 0;

	if (call->arg_count == 0)
		return list_formats();
	params.format = find_format(call->args[0], err);
	if (!params.format)
		return -1;
	all = accounts_open(false, err);
	if (!all)
		return -1;
	a = account_pick(all, call->arg_count > 1 ? call->args[1] : call->global.account, err);
	params.account = a;
	if (!a)
		rc = -1;
	else if (o->undo)
		rc = undo(params.format, a, err);
	else {
		if (o->with_password)
			rc = get_password(a, &secret, err);
		params.password = secret;
		if (rc == 0)
			rc = export_account(o, &params, err);
	}
	secret_free(secret);
	accounts_close(all);
	return rc;
}

#define AT(member) offsetof(struct export_options, member)

static const struct option_row rows[] = {
	{ "write", 'w', NULL, "put it where the program reads it", OPTION_FLAG, AT(write), NULL, 0,
	  0 },
	{ "diff", 'd', NULL, "show what --write would change", OPTION_FLAG, AT(diff), NULL, 0, 0 },
	{ "undo", 0, NULL, "take back what --write did", OPTION_FLAG, AT(undo), NULL, 0, 0 },
	{ "with-password", 0, NULL, "put the password into it, where the program needs that",
	  OPTION_FLAG, AT(with_password), NULL, 0, 0 },
	{ .name = NULL },
};

static const struct example examples[] = {
	{ "outpost export", "the programs that an account can be handed to" },
	{ "outpost export msmtp", "what would be written for msmtp" },
	{ "outpost export msmtp work --write", "and writing it" },
	{ NULL, NULL },
};

const struct command command_export = {
	.name = "export",
	.args = "[CLIENT [NAME]]",
	.summary = "Hand an account to another mail program",
	.description =
		"Prints the settings of an account in the form that another program reads, or, "
		"with --write, puts them where it reads them. What is in a file already stays: "
		"only the part between outpost's own two lines is replaced, and the version "
		"before lies beside it.\n\n"
		"No password is in it where the program can take it from the keyring or a "
		"command; where it cannot, it is left out unless --with-password is given.",
	.examples = examples,
	.options = rows,
	.options_size = sizeof(struct export_options),
	.max_args = 2,
	.run = run,
};
