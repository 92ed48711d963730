#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/text.h"
#include "cli/cancel.h"
#include "cli/command.h"
#include "cli/input.h"
#include "cli/print.h"
#include "cli/steps.h"
#include "cli/view.h"
#include "mail/account.h"
#include "port/json.h"
#include "task/verify.h"

struct test_options {
	const char *to;
};

static void print_verdict(const struct account *a, const char *to,
			  const struct verify_report *report)
{
	putchar('\n');
	steps_summary(stdout, report);
	putchar('\n');
	if (to) {
		fputs("It works: the test message to ", stdout);
		print_visible(stdout, to);
		fputs(" was accepted.\n", stdout);
		return;
	}
	fputs(account_user(a)[0] ? "It works: the server accepted the sign-in.\n"
				 : "It works: the server answers.\n",
	      stdout);
	printf("A test message shows the rest: outpost test %s --to ADDRESS\n", account_id(a));
}

static int run(struct call *call, struct err *err)
{
	const struct test_options *o = call->options;
	struct accounts *all;
	struct account *a = view_pick(call, &all, err);
	struct verify_params params = { .to = o->to };
	struct verify_report report;
	struct steps steps;
	int rc;

	if (!a)
		return -1;
	steps_init(&steps, call->global.json ? NULL : stdout, call->global.verbose);
	params.session.account = a;
	params.session.ask = input_asker();
	params.session.cancel_fd = cancel_fd();
	params.session.watch = &steps.watch;
	rc = verify_account(&params, &report, err);
	if (call->global.json) {
		call->result = steps_json(&report);
		json_put_bool(call->result, "ok", rc == 0);
		json_put_text(call->result, "account", account_id(a));
	} else if (rc == 0) {
		print_verdict(a, o->to, &report);
	} else if (report.tls.cert_sha256[0]) {
		/* What a person wants to see of a certificate that was refused. */
		putchar('\n');
		steps_summary(stdout, &report);
	}
	fflush(stdout);
	accounts_close(all);
	return rc;
}

static const struct option_row rows[] = {
	{ "to", 't', "ADDRESS", "send a test message there", OPTION_TEXT,
	  offsetof(struct test_options, to), NULL, 0, 0 },
	{ .name = NULL },
};

static const struct example examples[] = {
	{ "outpost test", "up to the sign-in" },
	{ "outpost test work --to me@example.org", "with a message" },
	{ "outpost test --json | jq .failed", "for a monitor" },
	{ NULL, NULL },
};

const struct command command_test = {
	.name = "test",
	.args = "[NAME]",
	.summary = "Prove that an account works, step by step",
	.description =
		"Shows each step of a delivery as it happens: look up the name, connect, encrypt, "
		"greeting, sign in, and with --to also sender, recipient, message, accepted. When "
		"a step fails it says why, what the server said, and what to do. With -v the whole "
		"dialogue goes to standard error; passwords in it are blotted out.",
	.examples = examples,
	.options = rows,
	.options_size = sizeof(struct test_options),
	.max_args = 1,
	.run = run,
};
