#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/dirs.h"
#include "base/err.h"
#include "base/secret.h"
#include "cli/cancel.h"
#include "cli/caught.h"
#include "cli/command.h"
#include "cli/print.h"
#include "cli/steps.h"
#include "mail/account.h"
#include "mail/sandbox.h"
#include "port/json.h"
#include "screen/app.h"
#include "task/deliver.h"
#include "task/setup.h"
#include "task/verify.h"

#define DEMO_ADDRESS  "you@sandbox.example"
#define DEMO_PASSWORD "correct horse battery staple"
#define FRIEND        "friend@sandbox.example"

/* A world of its own: folder, server, account. */
struct demo {
	struct call *call;
	char *folder;
	struct sandbox *sandbox;
	struct account *account;
	struct secret *secret;
};

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static int make_account(struct demo *d, struct err *err)
{
	char port[16];
	char *password = xasprintf("%s/password", d->folder);
	const struct {
		enum account_key key;
		const char *value;
	} settings[] = {
		{ ACCOUNT_ADDRESS, DEMO_ADDRESS },
		{ ACCOUNT_FROM_NAME, "You" },
		{ ACCOUNT_PROVIDER, "sandbox" },
		{ ACCOUNT_HOST, "127.0.0.1" },
		{ ACCOUNT_PORT, port },
		{ ACCOUNT_SECURITY, "starttls" },
		{ ACCOUNT_USER, DEMO_ADDRESS },
		{ ACCOUNT_CA_FILE, sandbox_cert_file(d->sandbox) },
		{ ACCOUNT_PASSWORD, "file" },
		{ ACCOUNT_PASSWORD_FILE, password },
	};
	int rc = 0;

	snprintf(port, sizeof port, "%d", sandbox_port(d->sandbox));
	d->account = account_new("demo");
	for (size_t i = 0; rc == 0 && i < sizeof settings / sizeof *settings; i++)
		rc = account_set(d->account, settings[i].key, settings[i].value, err);
	free(password);
	return rc;
}

static int begin(struct demo *d, struct err *err)
{
	const char *tmp = getenv("TMPDIR");
	struct sandbox_params params = { .tls_port = 0 };
	char *cert;

	d->folder = xasprintf("%s/outpost-demo.XXXXXX", tmp && *tmp ? tmp : "/tmp");
	if (!mkdtemp(d->folder)) {
		err_errno(err, "Cannot make the folder %s", d->folder);
		free(d->folder);
		d->folder = NULL;
		return -1;
	}
	dirs_set_config(d->folder);
	cert = xasprintf("%s/sandbox.pem", d->folder);
	params.cert_file = cert;
	d->sandbox = sandbox_start(&params, err);
	free(cert);
	if (!d->sandbox)
		return -1;
	d->secret = secret_new(DEMO_PASSWORD, strlen(DEMO_PASSWORD));
	return make_account(d, err);
}

static void end(struct demo *d)
{
	sandbox_stop(d->sandbox);
	account_free(d->account);
	secret_free(d->secret);
	if (d->folder)
		(void)nftw(d->folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
	free(d->folder);
}

static int set_up(struct demo *d, struct err *err)
{
	struct verify_params params = { .to = NULL };
	struct verify_report report;
	struct setup_saving saving = {
		.account = d->account,
		.secret = d->secret,
		.make_default = true,
		.cancel_fd = cancel_fd(),
	};
	struct steps steps;
	int rc;

	steps_init(&steps, d->call->global.json ? NULL : stdout, d->call->global.verbose);
	params.session.account = d->account;
	params.session.secret = d->secret;
	params.session.cancel_fd = cancel_fd();
	params.session.watch = &steps.watch;
	rc = verify_account(&params, &report, err);
	if (d->call->result) {
		struct json *check = steps_json(&report);

		json_put_bool(check, "ok", rc == 0);
		json_put(d->call->result, "check", check);
	}
	if (rc < 0)
		return -1;
	return setup_save(&saving, err);
}

static int send_one(struct demo *d, struct err *err)
{
	struct deliver_report report = DELIVER_REPORT_INIT;
	struct session_params session = { .account = d->account };
	struct message_draft draft = {
		.subject = "Hello from outpost",
		.text = "This message went through the account that was just set up.\n",
	};
	int rc;

	draft.text_len = strlen(draft.text);
	addr_list_add(&draft.to, "A friend", FRIEND);
	session.cancel_fd = cancel_fd();
	rc = deliver_message(&session, &draft, &report, err);
	deliver_report_clear(&report);
	addr_list_clear(&draft.to);
	return rc;
}

static void show_caught(void *arg, const struct sandbox_mail *mail)
{
	struct json *list = arg;

	if (list)
		json_add(list, caught_json(mail));
	else
		caught_print(stdout, mail);
}

/* The same three functions as the commands use, one after the other. */
static int tell_story(struct demo *d, struct err *err)
{
	bool json = d->call->global.json;
	struct json *caught = NULL;

	if (json) {
		d->call->result = json_new_object();
		caught = json_new_array();
		json_put(d->call->result, "caught", caught);
	} else {
		printf("A sandbox server listens on 127.0.0.1 port %d.\n\n"
		       "Setting up %s:\n",
		       sandbox_port(d->sandbox), DEMO_ADDRESS);
	}
	if (set_up(d, err) < 0)
		return -1;
	if (!json)
		printf("\nThe account works and is saved. Sending a message to %s:\n", FRIEND);
	if (send_one(d, err) < 0)
		return -1;
	if (!json)
		puts("\nThe sandbox caught:");
	sandbox_each(d->sandbox, show_caught, caught);
	return 0;
}

/* In the full screen; told in lines where there is no terminal, or one that cannot
 * show it. */
static int play(struct demo *d, struct err *err)
{
	const struct app_demo demo = { d->account, d->secret, d->sandbox };
	const struct app_params app = { .start = APP_HOME, .demo = &demo };
	int rc;

	if (!d->call->global.json) {
		rc = app_run(&app, err);
		if (rc == 0 || err->kind != ERR_USAGE)
			return rc;
		err_clear(err);
	}
	return tell_story(d, err);
}

static int run(struct call *call, struct err *err)
{
	struct demo d = { .call = call };
	int rc;

	/* A signal ends the demo, but its folder must go. */
	cancel_fd();
	rc = begin(&d, err);
	if (rc == 0)
		rc = play(&d, err);
	if (rc == 0 && !call->global.json)
		printf("\nYour own accounts were not touched. Set one up: %s setup\n",
		       program_invocation_name);
	end(&d);
	return rc;
}

static const struct example examples[] = {
	{ "outpost demo", "try set-up and sending with nothing to lose" },
	{ "outpost demo | cat", "the same without the full screen" },
	{ NULL, NULL },
};

const struct command command_demo = {
	.name = "demo",
	.args = "",
	.summary = "Try it all with a sandbox server inside",
	.description =
		"Starts a sandbox server and opens set-up with an account for it filled in. "
		"Without a terminal it sets up, proves, sends one message and shows what the "
		"sandbox caught. Your own configuration is neither read nor changed.",
	.examples = examples,
	.standalone = true,
	.run = run,
};
