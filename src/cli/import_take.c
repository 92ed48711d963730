#include "cli/import_take.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/secret.h"
#include "base/text.h"
#include "cli/cancel.h"
#include "cli/input.h"
#include "cli/print.h"
#include "cli/steps.h"
#include "cli/view.h"
#include "mail/account.h"
#include "mail/addr.h"
#include "port/json.h"
#include "port/store.h"
#include "task/import/import.h"
#include "task/setup.h"
#include "task/verify.h"

/* ---- showing ---- */

static void print_row(const char *label, const char *value)
{
	fputs("  ", stdout);
	print_padded(stdout, label, 18);
	print_visible(stdout, value);
	fputc('\n', stdout);
}

static void print_password(const struct import_found *f)
{
	const char *command = account_get(f->account, ACCOUNT_PASSWORD_COMMAND);

	if (f->password)
		print_row("Password", "in the file");
	else if (!account_user(f->account)[0])
		print_row("Password", "not needed");
	else if (command[0])
		print_row("Password command", command);
	else if (account_is_set(f->account, ACCOUNT_PASSWORD_FILE))
		print_row("Password file", account_get(f->account, ACCOUNT_PASSWORD_FILE));
	else
		print_row("Password", "not in the file");
}

void take_print(const struct import_result *result, size_t i)
{
	static const enum account_key keys[] = { ACCOUNT_AUTH, ACCOUNT_CA_FILE,
						 ACCOUNT_CLIENT_CERT };
	const struct import_found *f = &result->found[i];
	const struct account *a = f->account;
	const char *address = account_get(a, ACCOUNT_ADDRESS);
	const char *name = account_get(a, ACCOUNT_FROM_NAME);
	char server[400];

	steps_server(a, server);
	printf("%s\n", account_id(a));
	print_row("Mail address", address[0] ? address : "not in the file");
	if (name[0])
		print_row("Your name", name);
	print_row("Server", server);
	if (account_user(a)[0])
		print_row("User name", account_user(a));
	print_password(f);
	for (size_t k = 0; k < sizeof keys / sizeof *keys; k++)
		if (account_is_set(a, keys[k]))
			print_row(account_setting(keys[k])->label, account_get(a, keys[k]));
	print_row("Found in", f->where);
}

/* ---- one account ---- */

/* What becomes of one. */
struct one {
	struct take *t;
	const struct import_found *found;
	struct account *account;	/* as it will be saved */
	const struct secret *secret;	/* that will be kept; NULL */
	const char *state;		/* for --json: "taken", "there", "left" */
	bool left_password;		/* there was one, and nowhere to put it */
};

static void say(const struct one *one, const char *text)
{
	if (!one->t->json)
		print_note("%s", text);
}

static int find_address(struct one *one, struct err *err)
{
	char *typed = NULL;
	int rc;

	if (account_is_set(one->account, ACCOUNT_ADDRESS))
		return 0;
	if (one->t->address)
		return account_set(one->account, ACCOUNT_ADDRESS, one->t->address, err);
	if (!one->t->ask) {
		err_set(err, ERR_INPUT, "No mail address for %s is in the file.",
			account_id(one->found->account));
		err_hint(err, "Say which with --address ADDRESS.");
		return -1;
	}
	typed = input_text("Which mail address does it send for?", err);
	rc = typed ? account_set(one->account, ACCOUNT_ADDRESS, typed, err) : -1;
	if (rc == 0 && !*typed)
		rc = err_set(err, ERR_INPUT, "An account needs a mail address.");
	free(typed);
	return rc;
}

/* The keyring is what a person is offered, where there is one. */
static int offer_keyring(struct one *one, struct err *err)
{
	struct err why = ERR_INIT;
	int yes;

	one->left_password = true;
	if (store_probe(STORE_KEYRING, &why) != STORE_OK) {
		say(one, why.text);
		return 0;
	}
	yes = one->t->ask ? input_yes("Its password is in the file. Keep it in the system keyring?",
				      err)
			  : 1;
	one->left_password = yes == 0;
	one->secret = yes > 0 ? one->found->password : NULL;
	return yes < 0 ? -1 : 0;
}

static int choose_store(struct one *one, struct err *err)
{
	const struct take *t = one->t;
	const char *kind = t->password_kind;

	if (!account_user(one->account)[0] || account_is_set(one->account, ACCOUNT_PASSWORD))
		return 0;
	if (!kind && !one->found->password)
		return 0;
	if (!kind && input_terminal() && !t->json)
		return offer_keyring(one, err);
	if (!kind) {
		one->left_password = true;
		return 0;
	}
	if (account_set(one->account, ACCOUNT_PASSWORD, kind, err) < 0 ||
	    (t->password_file &&
	     account_set(one->account, ACCOUNT_PASSWORD_FILE, t->password_file, err) < 0))
		return -1;
	if (strcmp(kind, "ask") != 0)
		one->secret = one->found->password;
	return 0;
}

static int save(struct one *one, struct err *err)
{
	struct setup_saving saving = { .account = one->account,
				       .secret = one->secret,
				       .cancel_fd = cancel_fd() };

	if (setup_save(&saving, err) < 0) {
		if (saving.state != STORE_OK && !err->hint[0])
			err_hint(err, "Choose where the password is kept: --password-file FILE or "
				      "--password-kind ask.");
		return -1;
	}
	if (saving.warning[0])
		print_warning("The password before may still be in the keyring: %s",
			      saving.warning);
	one->state = "taken";
	one->t->taken++;
	return 0;
}

static void tell(const struct one *one)
{
	const char *id = account_id(one->account);

	if (one->t->json)
		return;
	printf("Saved the account %s.", id);
	if (one->secret)
		printf(" The password is %s.", view_password(one->account));
	fputc('\n', stdout);
	if (one->left_password)
		print_note("The password in the file was not taken: outpost password set %s, or "
			   "import again with --password-kind or --password-file and --replace.",
			   id);
	if (!one->t->check)
		printf("Prove that it works: outpost test %s\n", id);
	fflush(stdout);
}

static int check(const struct one *one, struct err *err)
{
	struct steps steps;
	struct verify_report report;
	struct verify_params params = { .session = { .account = one->account,
						     .secret = one->secret,
						     .ask = one->t->ask ? input_asker() : NULL,
						     .cancel_fd = cancel_fd() } };

	if (!one->t->check)
		return 0;
	steps_init(&steps, one->t->json ? NULL : stdout, one->t->verbose);
	params.session.watch = &steps.watch;
	if (verify_account(&params, &report, err) < 0)
		return -1;
	if (!one->t->json)
		puts("It works.");
	return 0;
}

static void add_json(const struct one *one, const struct accounts *all)
{
	struct json *value;

	if (!one->t->json)
		return;
	value = json_new_object();
	json_put_text(value, "found", account_id(one->found->account));
	json_put_text(value, "state", one->state);
	json_put(value, "account", view_json(one->account, all));
	json_put_bool(value, "password_taken", one->secret != NULL);
	json_put_bool(value, "password_left", one->left_password);
	json_add(one->t->json, value);
}

/* 1: it is to be saved; 0: it is not. */
static int agree(struct one *one, const struct accounts *all, struct err *err)
{
	const struct account *same = import_same(one->account, all);
	char *question;
	int yes;

	if (same && !one->t->replace) {
		if (!one->t->json)
			print_note("%s is there already, as %s.",
				   account_id(one->found->account), account_id(same));
		one->state = "there";
		return 0;
	}
	if (!one->t->ask)
		return 1;
	question = xasprintf("Take over %s?", account_id(one->account));
	yes = input_yes(question, err);
	free(question);
	return yes;
}

static int take_one(struct take *t, const struct import_found *found, struct err *err)
{
	struct accounts *all = accounts_open(false, err);
	struct one one = { .t = t, .found = found, .state = "left" };
	int rc;

	if (!all)
		return -1;
	one.account = import_account(found, all, t->replace);
	rc = agree(&one, all, err);
	if (rc > 0)
		rc = find_address(&one, err) == 0 && choose_store(&one, err) == 0 &&
				     save(&one, err) == 0
			     ? 1
			     : -1;
	if (rc > 0)
		tell(&one);
	add_json(&one, all);
	accounts_close(all);
	if (rc > 0)
		rc = check(&one, err);
	account_free(one.account);
	return rc < 0 ? -1 : 0;
}

/* ---- all of them ---- */

static bool meant(const struct take *t, const struct import_found *f)
{
	return !t->only || text_eq_nocase(t->only, account_id(f->account));
}

/* A name that is not there, and one file for the passwords of several, before anything is done. */
static int check_choice(const struct take *t, const struct import_result *result, struct err *err)
{
	size_t count = 0, passwords = 0;

	for (size_t i = 0; i < result->count; i++) {
		count += meant(t, &result->found[i]);
		passwords += meant(t, &result->found[i]) && result->found[i].password;
	}
	if (count == 0) {
		err_set(err, ERR_NOINPUT, "No account called %s is in it.", t->only);
		err_hint(err, "The first one is called %s.", account_id(result->found[0].account));
		return -1;
	}
	if (passwords > 1 && t->password_file)
		return err_set(err, ERR_USAGE, "One file cannot hold the passwords of %zu "
			       "accounts: name one account with --account.", passwords);
	return 0;
}

int take_all(struct take *t, const struct import_result *result, struct err *err)
{
	int rc = check_choice(t, result, err);

	for (size_t i = 0; rc == 0 && i < result->count; i++) {
		if (!meant(t, &result->found[i]))
			continue;
		if (t->ask) {
			fputc('\n', stdout);
			take_print(result, i);
			fflush(stdout);
		}
		rc = take_one(t, &result->found[i], err);
	}
	return rc;
}
