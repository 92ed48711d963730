#include "mail/account.h"

#include <string.h>

#include "base/err.h"
#include "cli/cancel.h"
#include "cli/command.h"
#include "cli/export_list.h"
#include "cli/print.h"
#include "cli/view.h"
#include "port/json.h"
#include "task/outbox_hand.h"
#include "task/password.h"

struct edit_options {
	const char *settings[ACCOUNT_KEYS];
};

static int show(struct call *call, struct err *err)
{
	struct accounts *all;
	struct account *a = view_pick(call, &all, err);

	if (!a)
		return -1;
	if (call->global.json)
		call->result = view_json(a, all);
	else
		view_print(stdout, a, all);
	accounts_close(all);
	return 0;
}

/* Saves a change; with --json the answer is the account as it is now. */
static int save(struct call *call, struct accounts *all, const char *id, struct err *err)
{
	const struct account *a = account_find(all, id);

	if (accounts_save(all, err) < 0)
		return -1;
	outbox_resume(id);
	if (call->global.json && a)
		call->result = view_json(a, all);
	return 0;
}

/* The account of the call in a list that may be changed. */
static struct account *open_for_change(const struct call *call, struct accounts **all,
				       struct err *err)
{
	struct account *a;

	*all = accounts_open(true, err);
	if (!*all)
		return NULL;
	a = account_pick(*all, call_account(call), err);
	if (!a) {
		accounts_close(*all);
		*all = NULL;
	}
	return a;
}

/* The password has to be given again, for it was in a place that is not looked at now. */
static bool password_left(const struct account *before, const struct account *now)
{
	struct store_ref old, new;
	char label[256];

	account_store_ref(before, &old, label);
	account_store_ref(now, &new, label);
	if (new.kind == STORE_NONE || !store_backend(new.kind)->writable)
		return false;
	return old.kind != new.kind || (new.kind == STORE_FILE &&strcmp(old.source, new.source));
}

static void tell_password(const struct account *now, enum password_fate fate)
{
	const char *id = account_id(now);
	bool in_keyring = password_in_keyring(now);

	switch (fate) {
	case PASSWORD_MOVED:
	case PASSWORD_COPIED:
		print_note("Its password in the keyring goes along. If it is another one now: "
			   "outpost password set %s",
			   id);
		break;
	case PASSWORD_MISSING:
		print_note("The keyring holds no password for it. Give it: outpost password set %s",
			   id);
		break;
	case PASSWORD_REMOVED:
	case PASSWORD_SHARED:
		if (in_keyring)
			print_note("The keyring holds a password for these settings already.");
		else if (fate == PASSWORD_REMOVED)
			print_note("Its password was removed from the keyring.");
		break;
	default:
		break;
	}
}

/* Without the lock of the accounts: the keyring may wait for a person. */
static void follow(const struct account *before, const struct account *now)
{
	const char *id = account_id(now);
	enum password_fate fate;
	struct err err = ERR_INIT;

	if (password_follow(before, now, false, cancel_fd(), &fate, &err) < 0) {
		print_warning("The password could not be moved in the keyring: %s", err.text);
		print_note("Give it again: outpost password set %s", id);
		return;
	}
	tell_password(now, fate);
	if (password_left(before, now))
		print_note("The password belongs to the settings before. Give it again: "
			   "outpost password set %s",
			   id);
	else
		print_note("Saved. Prove that it works: outpost test %s", id);
}

static int change(struct account *a, const struct edit_options *o, struct err *err)
{
	int changes = command_apply_settings(a, o->settings, err);

	if (changes < 0)
		return -1;
	if (changes == 0) {
		err_set(err, ERR_USAGE, "Say what to change: outpost account edit %s --port 587.",
			account_id(a));
		err_hint(err, "See all settings: outpost account edit --help");
		return -1;
	}
	return account_check(a, err);
}

static int edit(struct call *call, struct err *err)
{
	struct accounts *all;
	struct account *a = open_for_change(call, &all, err);
	struct account *before, *now;
	int rc = -1;

	if (!a)
		return -1;
	before = account_copy(a);
	if (change(a, call->options, err) == 0)
		rc = save(call, all, account_id(a), err);
	now = account_copy(a);
	accounts_close(all);
	if (rc == 0) {
		follow(before, now);
		export_tell_change(account_id(now), account_id(now));
	}
	account_free(before);
	account_free(now);
	return rc;
}

static int rename_account(struct call *call, struct err *err)
{
	struct accounts *all = accounts_open(true, err);
	int rc = -1;

	if (!all)
		return -1;
	if (account_pick(all, call->args[0], err) &&
	    account_rename(all, call->args[0], call->args[1], err) == 0)
		rc = save(call, all, call->args[1], err);
	accounts_close(all);
	if (rc == 0)
		export_tell_change(call->args[0], call->args[1]);
	return rc;
}

/* After the account has gone: a password nobody looks for any more goes too. */
static void forget_password(const struct account *gone)
{
	enum password_fate fate;
	struct store_ref ref;
	char label[256];
	struct err err = ERR_INIT;

	account_store_ref(gone, &ref, label);
	if (ref.kind == STORE_FILE)
		print_note("Its password file is still there: %s", ref.source);
	else if (password_follow(gone, NULL, false, cancel_fd(), &fate, &err) < 0)
		print_warning("Its password could not be removed from the keyring: %s", err.text);
	else if (fate == PASSWORD_SHARED)
		print_note("Its password stays in the keyring: another account uses it.");
	else if (fate == PASSWORD_REMOVED)
		print_note("Its password was removed from the keyring.");
}

static void tell_waiting(const char *id)
{
	struct outbox *box = NULL;
	int64_t waiting = 0;

	(void)outbox_open_there(&box, NULL, NULL);
	if (box && outbox_waiting(box, id, &waiting, NULL) == 0 && waiting > 0)
		print_note("What waits for it in the outbox (%lld) goes when an account of that "
			   "name is set up.", (long long)waiting);
	outbox_close(box);
}

static int remove_account(struct call *call, struct err *err)
{
	struct accounts *all = accounts_open(true, err);
	struct account *gone = NULL, *a;
	int rc = -1;

	if (!all)
		return -1;
	a = account_pick(all, call->args[0], err);
	if (a) {
		gone = account_copy(a);
		if (account_remove(all, call->args[0], err) == 0)
			rc = accounts_save(all, err);
	}
	accounts_close(all);
	if (rc == 0) {
		print_note("Removed the account %s. Bring it back: outpost account undo",
			   account_id(gone));
		forget_password(gone);
		tell_waiting(account_id(gone));
		export_tell_change(account_id(gone), NULL);
	}
	account_free(gone);
	return rc;
}

static int make_default(struct call *call, struct err *err)
{
	struct accounts *all = accounts_open(true, err);
	int rc = -1;

	if (!all)
		return -1;
	if (account_pick(all, call->args[0], err) &&
	    account_make_default(all, call->args[0], err) == 0)
		rc = save(call, all, call->args[0], err);
	accounts_close(all);
	return rc;
}

static int undo(struct call *call, struct err *err)
{
	struct accounts *before = accounts_open(false, NULL), *now;
	char done[200] = "The last change was taken back.";
	struct err why = ERR_INIT;
	int rc = account_undo(err);

	(void)call;
	if (rc == 0) {
		now = accounts_open(false, NULL);
		if (before && now)
			accounts_undone(before, now, done);
		print_note("%s The same again takes this back.", done);
		if (before && now && password_follow_all(before, now, cancel_fd(), &why) < 0)
			print_warning("A password could not follow in the keyring: %s", why.text);
		accounts_close(now);
	}
	accounts_close(before);
	return rc;
}

static const struct option_row edit_rows[] = {
	{ "password", 0, "Use outpost password set NAME.",
	  "A password on the command line can be read by others, so it is not taken there.",
	  OPTION_REFUSED, 0, NULL, 0, 0 },
	{ .name = NULL },
};

static const struct example edit_examples[] = {
	{ "outpost account edit work --port 465 --security tls", "another port" },
	{ "outpost account edit work --from-name 'Zo\xc3\xab Q.'", "the name in From" },
	{ "outpost account edit work --signature ''", "back to the default" },
	{ NULL, NULL },
};

static const struct command subs[] = {
	{ .name = "account show",
	  .args = "[NAME]",
	  .summary = "Show the settings of an account",
	  .description = "Without a name it is the default account. The password is not shown.",
	  .max_args = 1,
	  .run = show },
	{ .name = "account edit",
	  .args = "[NAME] --SETTING VALUE...",
	  .summary = "Change settings of an account",
	  .description = "Each setting is an option. An empty value goes back to the default. "
			 "The server is not asked: outpost test proves the result.",
	  .examples = edit_examples,
	  .options = edit_rows,
	  .options_size = sizeof(struct edit_options),
	  .has_settings = true,
	  .settings_offset = offsetof(struct edit_options, settings),
	  .max_args = 1,
	  .run = edit },
	{ .name = "account rename",
	  .args = "NAME NEW",
	  .summary = "Give an account another name",
	  .description = "Names are lower case letters, digits, dots, dashes and underscores.",
	  .min_args = 2,
	  .max_args = 2,
	  .run = rename_account },
	{ .name = "account remove",
	  .args = "NAME",
	  .summary = "Remove an account",
	  .description =
		  "The password in the keyring goes too, unless another account uses it. "
		  "The account can be brought back with outpost account undo, the password cannot.",
	  .min_args = 1,
	  .max_args = 1,
	  .run = remove_account },
	{ .name = "account default",
	  .args = "NAME",
	  .summary = "Make an account the default one",
	  .description = "It is used when no account is named.",
	  .min_args = 1,
	  .max_args = 1,
	  .run = make_default },
	{ .name = "account undo",
	  .args = "",
	  .summary = "Take the last change back",
	  .description = "Puts back the accounts as they were before the last change. Doing it "
			 "twice takes the undo back.",
	  .run = undo },
	{ .name = NULL },
};

static const struct example examples[] = {
	{ "outpost account show work", NULL },
	{ "outpost account edit work --port 465 --security tls", NULL },
	{ "outpost account rename work office", NULL },
	{ "outpost account undo", "take the last change back" },
	{ NULL, NULL },
};

const struct command command_account = {
	.name = "account",
	.args = "show|edit|rename|remove|default|undo",
	.summary = "Show or change one account",
	.description = "The version before each change is kept, so that one step can be undone.",
	.examples = examples,
	.subs = subs,
};
