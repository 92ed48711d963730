#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/secret.h"
#include "base/text.h"
#include "cli/cancel.h"
#include "cli/command.h"
#include "cli/input.h"
#include "cli/print.h"
#include "cli/steps.h"
#include "cli/view.h"
#include "mail/account.h"
#include "task/outbox_hand.h"
#include "task/verify.h"

struct set_options {
	bool no_check;
	bool from_stdin;
};

struct show_options {
	bool to_stdout;
};

static void make_ref(const struct account *a, struct store_ref *ref, char label[256])
{
	account_store_ref(a, ref, label);
	ref->cancel_fd = cancel_fd();
}

static struct secret *read_new(const struct account *a, const struct set_options *o,
			       struct err *err)
{
	char user[300], prompt[400];

	if (o->from_stdin)
		return input_secret_stdin(err);
	text_visible_into(user, sizeof user, account_user(a), strlen(account_user(a)));
	snprintf(prompt, sizeof prompt, "New password of %s", user);
	return input_secret_tty(prompt, err);
}

/* Only where outpost may write: a command or a credential is changed elsewhere. */
static int check_writable(const struct account *a, struct err *err)
{
	struct store_ref ref;
	char label[256];

	account_store_ref(a, &ref, label);
	if (account_user(a)[0] != '\0' && store_backend(ref.kind)->writable)
		return 0;
	err_set(err, ERR_INPUT, "The password of %s is %s, so there is nothing to set here.",
		account_id(a), view_password(a));
	err_hint(err,
		 "Keep it in the keyring instead: outpost account edit %s --password-kind "
		 "keyring",
		 account_id(a));
	return -1;
}

static int check_live(const struct call *call, const struct account *a, const struct secret *secret,
		      struct err *err)
{
	struct steps steps;
	struct verify_report report;
	struct verify_params params = { .to = NULL };
	char server[400];

	steps_init(&steps, call->global.json ? NULL : stderr, call->global.verbose);
	steps_server(a, server);
	if (!call->global.json)
		print_note("Checking %s.", server);
	params.session.account = a;
	params.session.secret = secret;
	params.session.cancel_fd = cancel_fd();
	params.session.watch = &steps.watch;
	if (verify_account(&params, &report, err) == 0)
		return 0;
	print_note("The password was not changed.");
	return -1;
}

static int set(struct call *call, struct err *err)
{
	const struct set_options *o = call->options;
	struct accounts *all;
	struct account *a = view_pick(call, &all, err);
	struct secret *secret = NULL;
	struct store_ref ref;
	char label[256];
	int rc = -1;

	if (!a)
		return -1;
	if (check_writable(a, err) < 0)
		goto out;
	secret = read_new(a, o, err);
	if (!secret || (!o->no_check && check_live(call, a, secret, err) < 0))
		goto out;
	make_ref(a, &ref, label);
	if (store_put(&ref, secret, err) != STORE_OK)
		goto out;
	outbox_resume(account_id(a));
	print_note("The password of %s is %s.", account_id(a), view_password(a));
	rc = 0;
out:
	secret_free(secret);
	accounts_close(all);
	return rc;
}

static int refuse_show(const struct call *call, struct err *err)
{
	const struct show_options *o = call->options;

	if (call->global.json)
		return err_set(err, ERR_USAGE, "A password is printed as it is, not as JSON.");
	if (!o->to_stdout) {
		err_set(err, ERR_USAGE, "The password would be readable on standard output.");
		err_hint(err, "If that is what you want, say so: outpost password show --stdout");
		return -1;
	}
	return 0;
}

static int show(struct call *call, struct err *err)
{
	struct accounts *all;
	struct account *a;
	struct secret *secret = NULL;
	struct store_ref ref;
	char label[256];
	int rc = -1;

	if (refuse_show(call, err) < 0)
		return -1;
	a = view_pick(call, &all, err);
	if (!a)
		return -1;
	make_ref(a, &ref, label);
	if (account_user(a)[0] == '\0' || ref.kind == STORE_NONE || ref.kind == STORE_ASK)
		err_set(err, ERR_NOINPUT, "No password of %s is kept: it is %s.", account_id(a),
			view_password(a));
	else if (store_get(&ref, &secret, err) == STORE_OK)
		rc = 0;
	if (rc == 0) {
		/* Unbuffered, so that no copy stays in stdio's memory. */
		setvbuf(stdout, NULL, _IONBF, 0);
		fwrite(secret_text(secret), 1, secret_len(secret), stdout);
		putchar('\n');
	}
	secret_free(secret);
	accounts_close(all);
	return rc;
}

static int forget(struct call *call, struct err *err)
{
	struct accounts *all;
	struct account *a = view_pick(call, &all, err);
	struct store_ref ref;
	char label[256];
	int rc = -1;

	if (!a)
		return -1;
	make_ref(a, &ref, label);
	if (check_writable(a, err) == 0 && store_forget(&ref, err) == STORE_OK) {
		print_note(
			"The password of %s is forgotten. Give it again: outpost password set %s",
			account_id(a), account_id(a));
		rc = 0;
	}
	accounts_close(all);
	return rc;
}

static const struct option_row set_rows[] = {
	{ "password-stdin", 0, NULL, "read it from standard input, one line", OPTION_FLAG,
	  offsetof(struct set_options, from_stdin), NULL, 0, 0 },
	{ "no-check", 0, NULL, "keep it without asking the server", OPTION_FLAG,
	  offsetof(struct set_options, no_check), NULL, 0, 0 },
	{ "password", 0, "Use --password-stdin, or neither and you are asked for it.",
	  "A password on the command line can be read by others, so it is not taken there.",
	  OPTION_REFUSED, 0, NULL, 0, 0 },
	{ .name = NULL },
};

static const struct option_row show_rows[] = {
	{ "stdout", 0, NULL, "yes, print it on standard output", OPTION_FLAG,
	  offsetof(struct show_options, to_stdout), NULL, 0, 0 },
	{ .name = NULL },
};

static const struct example set_examples[] = {
	{ "outpost password set work", "asked for, not shown" },
	{ "pass show mail | outpost password set work --password-stdin", "from another program" },
	{ NULL, NULL },
};

static const struct example show_examples[] = {
	{ "outpost password show work --stdout | xclip", "for another program" },
	{ NULL, NULL },
};

static const struct command subs[] = {
	{ .name = "password set",
	  .args = "[NAME]",
	  .summary = "Set a new password",
	  .description = "It is tried with the server first and kept only when that accepts it. "
			 "A password that was there before is replaced.",
	  .examples = set_examples,
	  .options = set_rows,
	  .options_size = sizeof(struct set_options),
	  .max_args = 1,
	  .run = set },
	{ .name = "password show",
	  .args = "[NAME] --stdout",
	  .summary = "Print the password, for scripts",
	  .description = "Prints the password and a line end, and only with --stdout.",
	  .examples = show_examples,
	  .options = show_rows,
	  .options_size = sizeof(struct show_options),
	  .max_args = 1,
	  .run = show },
	{ .name = "password forget",
	  .args = "[NAME]",
	  .summary = "Remove the password from where it is kept",
	  .description = "The account stays.",
	  .max_args = 1,
	  .run = forget },
	{ .name = NULL },
};

static const struct example examples[] = {
	{ "outpost password set work", "asked for, not shown" },
	{ "outpost password forget work", NULL },
	{ NULL, NULL },
};

const struct command command_password = {
	.name = "password",
	.args = "set|show|forget",
	.summary = "Set, print or forget a password",
	.description = "Where a password is kept is a setting of the account (password-kind).",
	.examples = examples,
	.subs = subs,
};
