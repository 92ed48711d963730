#include "task/import/import.h"
#include "task/setup.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/dirs.h"
#include "base/err.h"
#include "base/file.h"
#include "base/secret.h"
#include "base/text.h"
#include "cli/cancel.h"
#include "cli/command.h"
#include "cli/input.h"
#include "cli/print.h"
#include "cli/setup_discover.h"
#include "cli/steps.h"
#include "cli/view.h"
#include "port/json.h"
#include "screen/app.h"

struct setup_options {
	const char *settings[ACCOUNT_KEYS];
	const char *name;
	const char *choice;
	const char *test_to;
	bool password_stdin;
	bool make_default;
	bool yes;
	bool no_check;
	bool replace;
};

/* One set-up on its way. */
struct job {
	struct call *call;
	const struct setup_options *o;
	struct account *account;
	struct secret *secret;
	struct verify_report report;
};

static const char *given_address(const struct job *job)
{
	return job->call->arg_count > 0 ? job->call->args[0] : job->o->settings[ACCOUNT_ADDRESS];
}

/* Anything that says how makes the full screen needless. */
static bool wants_screen(const struct job *job)
{
	const struct setup_options *o = job->o;

	for (int key = 0; key < ACCOUNT_KEYS; key++)
		if (o->settings[key] && key != ACCOUNT_ADDRESS)
			return false;
	return !o->yes && !o->password_stdin && !o->no_check && !o->replace && !o->test_to &&
	       !o->name && !o->choice && !o->make_default && !job->call->global.json &&
	       isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
}

/* The account's id: --name, or one made from the address. */
static char *choose_id(const struct job *job, const struct accounts *all, struct err *err)
{
	const struct account_fault *faults;
	const char *name = job->o->name ? job->o->name : job->call->global.account;

	if (account_faults(all, &faults) > 0) {
		err_set(err, ERR_CONFIG,
			"Line %d of accounts.ini is wrong (%s), so nothing can be "
			"saved.",
			faults[0].line, faults[0].reason);
		err_hint(err, "Correct it first: %s/accounts.ini", dirs_config());
		return NULL;
	}
	if (!name)
		return account_suggest_id(all, given_address(job));
	if (account_check_id(name, err) < 0)
		return NULL;
	if (account_find(all, name) && !job->o->replace) {
		err_set(err, ERR_INPUT, "There is an account %s already.", name);
		err_hint(err, "Choose another --name, or replace that account with --replace.");
		return NULL;
	}
	return xstrdup(name);
}

/* A source that is named says also where the password is. */
static int imply_password_kind(struct job *job, struct err *err)
{
	static const struct {
		enum account_key key;
		const char *kind;
	} implied[] = {
		{ ACCOUNT_PASSWORD_COMMAND, "command" },
		{ ACCOUNT_PASSWORD_FILE, "file" },
		{ ACCOUNT_CREDENTIAL, "credential" },
	};

	for (size_t i = 0; i < sizeof implied / sizeof *implied; i++)
		if (job->o->settings[implied[i].key] && !job->o->settings[ACCOUNT_PASSWORD])
			return account_set(job->account, ACCOUNT_PASSWORD, implied[i].kind, err);
	return 0;
}

static const struct provider *choose_provider(const struct job *job, struct err *err)
{
	const char *id = job->o->settings[ACCOUNT_PROVIDER];
	const char *address = given_address(job);
	const struct provider *p;

	if (id) {
		p = provider_by_id(id);
		if (!p) {
			err_set(err, ERR_INPUT, "There is no provider \"%s\".", id);
			err_hint(err, "See which there are: outpost providers");
		}
		return p;
	}
	/* A host of one's own has nothing of the ports of the address's provider. */
	p = job->o->settings[ACCOUNT_HOST] ? NULL : provider_by_domain(address);
	return p ? p : provider_by_id("custom");
}

/* Nothing says which server it is. */
static bool is_unknown(const struct job *job)
{
	return !job->o->settings[ACCOUNT_PROVIDER] && !job->o->settings[ACCOUNT_HOST] &&
	       !provider_by_domain(given_address(job));
}

/* What was given wins over what was found, and a port over the encryption that was found. */
static int find_server(struct job *job, struct err *err)
{
	if (setup_discover(job->account, err) < 0)
		return -1;
	if (job->o->settings[ACCOUNT_PORT])
		account_set(job->account, ACCOUNT_SECURITY, NULL, NULL);
	return command_apply_settings(job->account, job->o->settings, err);
}

static int fill(struct job *job, struct err *err)
{
	const struct provider *p;

	if (command_apply_settings(job->account, job->o->settings, err) < 0 ||
	    account_set(job->account, ACCOUNT_ADDRESS, given_address(job), err) < 0)
		return -1;
	print_typo(given_address(job), "It is set up as you wrote it.");
	if (is_unknown(job) && find_server(job, err) < 0)
		return -1;
	if (imply_password_kind(job, err) < 0)
		return -1;
	p = choose_provider(job, err);
	if (!p)
		return -1;
	if (setup_fill(job->account, p, job->o->choice, err) < 0) {
		if (setup_obstacle(job->account, p) == SETUP_NO_SMTP)
			err_hint(err,
				 "%s Name one with --provider (see: outpost providers relay), or "
				 "another server with --host.",
				 p->hint);
		return -1;
	}
	if (account_user(job->account)[0] == '\0' &&
	    !account_is_set(job->account, ACCOUNT_PASSWORD) &&
	    account_set(job->account, ACCOUNT_PASSWORD, "none", err) < 0)
		return -1;
	return account_check(job->account, err);
}

/* Asked before the password is, so that nobody types one that cannot be kept. */
static int check_keyring(struct err *err)
{
	char why[ERR_TEXT_MAX];

	if (store_probe(STORE_KEYRING, err) == STORE_OK)
		return 0;
	memcpy(why, err->text, sizeof why);
	err_set(err, ERR_KEYRING, "%s Nothing was saved.", why);
	err_hint(err, "Choose where the password is kept: --password-file FILE, "
		      "--password-command CMD or --password-kind ask.");
	return -1;
}

static bool file_is_there(const struct job *job)
{
	char *path = dirs_expand(account_get(job->account, ACCOUNT_PASSWORD_FILE));
	bool there = file_exists(path);

	free(path);
	return there;
}

static void tell_what_is_wanted(const struct provider *p)
{
	const char *page = p->app_password_url[0] ? p->app_password_url : p->help_url;

	if (p->hint[0])
		print_note("%s: %s", p->name, p->hint);
	if (p->kind != PROVIDER_CUSTOM && page[0])
		print_note("See %s%s%s%s", page, p->note_date[0] ? " (as of " : "", p->note_date,
			   p->note_date[0] ? ")" : "");
	if (p->unverified)
		print_note("The settings of %s are not certain; the check tells.", p->name);
}

/* With what the provider says about it, before it is typed. */
static struct secret *ask_secret(const struct job *job, struct err *err)
{
	const struct provider *p = provider_by_id(account_get(job->account, ACCOUNT_PROVIDER));
	const char *user = account_user(job->account);
	char prompt[400];
	size_t n;

	n = (size_t)snprintf(prompt, 60, "%s of ",
			     p ? provider_password_label(p->password) : "Password");
	text_visible_into(prompt + n, sizeof prompt - n, user, strlen(user));
	if (p && isatty(STDERR_FILENO))
		tell_what_is_wanted(p);
	return input_secret_tty(prompt, err);
}

/* Nobody should look for a password that cannot work. Given with an option it is tried. */
static int check_password_works(const struct job *job, struct err *err)
{
	const struct provider *p = provider_by_id(account_get(job->account, ACCOUNT_PROVIDER));
	enum setup_obstacle obstacle = setup_obstacle(job->account, p);
	char reason[ERR_TEXT_MAX];

	if (obstacle == SETUP_CLEAR)
		return 0;
	setup_obstacle_reason(obstacle, p, reason);
	err_set(err, ERR_INPUT, "%s", reason);
	err_hint(err, "If you have a program that prints a token: --auth xoauth2 "
		      "--password-command CMD. Otherwise send through a relay where you have an "
		      "account (--provider brevo), name another server (--host), or try a "
		      "password all the same (--password-stdin).");
	return -1;
}

/* Fills job->secret where one has to be given; NULL stays where the store has it. */
static int get_secret(struct job *job, struct err *err)
{
	bool typed = job->o->password_stdin;
	struct store_ref ref;
	char label[256];

	account_store_ref(job->account, &ref, label);
	if (account_user(job->account)[0] == '\0' ||
	    (ref.kind != STORE_ASK && !store_backend(ref.kind)->writable)) {
		if (typed)
			return err_set(err, ERR_USAGE,
				       "--password-stdin does not fit: the "
				       "password is %s.",
				       view_password(job->account));
		return 0;
	}
	if (!typed && check_password_works(job, err) < 0)
		return -1;
	if (ref.kind == STORE_KEYRING && check_keyring(err) < 0)
		return -1;
	if (!typed && ref.kind == STORE_FILE && file_is_there(job))
		return 0;
	if (ref.kind == STORE_ASK && job->o->no_check)
		return 0;
	job->secret = typed ? input_secret_stdin(err) : ask_secret(job, err);
	return job->secret ? 0 : -1;
}

static int check(struct job *job, struct err *err)
{
	struct steps steps;
	struct verify_params params = { .to = job->o->test_to };
	char server[400];
	int rc;

	steps_init(&steps, job->call->global.json ? NULL : stderr, job->call->global.verbose);
	steps_server(job->account, server);
	if (!job->call->global.json)
		print_note("Checking %s.", server);
	params.session.account = job->account;
	params.session.secret = job->secret;
	params.session.ask = input_asker();
	params.session.cancel_fd = cancel_fd();
	params.session.watch = &steps.watch;
	rc = verify_account(&params, &job->report, err);
	if (job->call->global.json) {
		struct json *report = steps_json(&job->report);

		json_put_bool(report, "ok", rc == 0);
		json_put(job->call->result, "check", report);
	}
	if (rc == 0)
		return 0;
	print_note("The check failed, so nothing was saved.");
	return -1;
}

static void tell(const struct job *job, const struct accounts *all)
{
	char server[400];

	if (job->call->global.json) {
		json_put(job->call->result, "account", view_json(job->account, all));
		json_put_bool(job->call->result, "checked", !job->o->no_check);
		return;
	}
	steps_server(job->account, server);
	fputs("Saved the account ", stdout);
	printf("%s: ", account_id(job->account));
	print_visible(stdout, account_get(job->account, ACCOUNT_ADDRESS));
	printf(" through %s.\nThe password is %s.\n", server, view_password(job->account));
}

static int save(struct job *job, struct err *err)
{
	struct setup_saving saving = {
		.account = job->account,
		.secret = job->secret,
		.make_default = job->o->make_default,
		.cancel_fd = cancel_fd(),
	};
	struct accounts *all;

	if (setup_save(&saving, err) < 0) {
		if (saving.state != STORE_OK && !err->hint[0])
			err_hint(err, "Nothing was saved. Choose where the password is kept: "
				      "--password-file FILE, --password-command CMD or "
				      "--password-kind ask.");
		return -1;
	}
	if (saving.warning[0])
		print_warning("The password before may still be in the keyring: %s",
			      saving.warning);
	all = accounts_open(false, err);
	if (!all)
		return -1;
	tell(job, all);
	accounts_close(all);
	return 0;
}

/* The first that another program has. */
static void mention(void *arg, const struct import_source *source, struct import_result *result)
{
	bool *told = arg;

	if (*told)
		return;
	print_note("%s has an account here, %s: outpost import %s takes it over.", source->title,
		   account_id(result->found[0].account), source->id);
	*told = true;
}

static void mention_others(const struct job *job, const struct accounts *all)
{
	bool told = job->call->global.json || account_count(all) > 0;

	if (!told)
		import_each(mention, &told);
}

static int run_unattended(struct job *job, struct err *err)
{
	struct accounts *all;
	char *id;
	int rc = -1;

	if (!given_address(job))
		return err_set(err, ERR_USAGE,
			       "Say which address to set up: outpost setup ADDRESS.");
	all = accounts_open(false, err);
	if (!all)
		return -1;
	id = choose_id(job, all, err);
	if (id)
		mention_others(job, all);
	accounts_close(all);
	if (!id)
		return -1;
	if (job->call->global.json)
		job->call->result = json_new_object();
	job->account = account_new(id);
	free(id);
	if (fill(job, err) == 0 && get_secret(job, err) == 0 &&
	    (job->o->no_check || check(job, err) == 0))
		rc = save(job, err);
	account_free(job->account);
	secret_free(job->secret);
	return rc;
}

static int run(struct call *call, struct err *err)
{
	struct job job = { .call = call, .o = call->options };
	struct app_params app = { .start = APP_SETUP, .address = given_address(&job) };

	if (wants_screen(&job))
		return app_run(&app, err);
	return run_unattended(&job, err);
}

#define AT(member) offsetof(struct setup_options, member)

static const struct option_row rows[] = {
	{ "name", 0, "NAME", "what the account is called here", OPTION_TEXT, AT(name), NULL, 0, 0 },
	{ "choice", 0, "VALUE", "what the provider leaves open, such as a region", OPTION_TEXT,
	  AT(choice), NULL, 0, 0 },
	{ "password-stdin", 0, NULL, "read the password from standard input, one line", OPTION_FLAG,
	  AT(password_stdin), NULL, 0, 0 },
	{ "password", 0,
	  "Use --password-stdin, --password-command CMD, or neither and you are "
	  "asked for it.",
	  "A password on the command line can be read by others, so it is not taken there.",
	  OPTION_REFUSED, 0, NULL, 0, 0 },
	{ "default", 0, NULL, "make it the default account", OPTION_FLAG, AT(make_default), NULL, 0,
	  0 },
	{ "yes", 0, NULL, "take what is proposed, without the full screen", OPTION_FLAG, AT(yes),
	  NULL, 0, 0 },
	{ "test-to", 0, "ADDRESS", "also send a test message there before saving", OPTION_TEXT,
	  AT(test_to), NULL, 0, 0 },
	{ "no-check", 0, NULL, "save without asking the server", OPTION_FLAG, AT(no_check), NULL, 0,
	  0 },
	{ "replace", 0, NULL, "replace the account of that name", OPTION_FLAG, AT(replace), NULL, 0,
	  0 },
	{ .name = NULL },
};

static const struct example examples[] = {
	{ "outpost setup", "in the full screen, step by step" },
	{ "outpost setup alice@gmail.com --yes", "a known provider: only the password is asked" },
	{ "pass mail | outpost setup a@example.org --password-stdin --yes",
	  "the password from another program" },
	{ "outpost setup a@example.org --host mail.example.org --port 587 \\\n"
	  "        --security starttls --password-command 'pass show mail'",
	  "a server of your own" },
	{ NULL, NULL },
};

const struct command command_setup = {
	.name = "setup",
	.args = "[ADDRESS]",
	.summary = "Set up an account and prove that it works",
	.description =
		"Without options it opens the full screen. With --yes or any option that says "
		"how, it works without: settings that are not given come from the provider of "
		"the address, or are the usual ones.\n\n"
		"Before anything is saved, outpost signs in to the server. If that fails, it says "
		"why and saves nothing.\n\n"
		"The password is never an option. It is asked for, read from standard input "
		"(--password-stdin), printed by a command (--password-command), or in a file "
		"that only you can read (--password-file; it is written when it is not there).",
	.examples = examples,
	.options = rows,
	.options_size = sizeof(struct setup_options),
	.has_settings = true,
	.settings_offset = AT(settings),
	.max_args = 1,
	.run = run,
};
