#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "cli/command.h"
#include "cli/help.h"
#include "cli/print.h"
#include "cli/sendmail_options.h"
#include "cli/sendmail_pass.h"
#include "cli/sendmail_smtp.h"
#include "mail/message_raw.h"
#include "port/json.h"
#include "task/aliases.h"

#define EXIT_PARTLY 67 /* EX_NOUSER: sent, but not to everyone */

static struct json *report_json(const struct deliver_report *report, const char *account,
				const struct err *why)
{
	const struct smtp_result *result = &report->result;
	struct json *value = json_new_object();

	json_put_bool(value, "sent", result->accepted > 0);
	json_put_text(value, "account", account);
	json_put_text(value, "message_id", report->message_id);
	json_put_text(value, "reply", report->reply[0] ? report->reply : NULL);
	json_put_number(value, "accepted", (long long)result->accepted);
	json_put_number(value, "recipients", (long long)report->recipients.count);
	if (report->id) {
		json_put_number(value, "id", report->id);
		json_put_text(value, "state", outbox_state_name(report->state));
	}
	if (why->kind != ERR_NONE)
		json_put(value, "error", error_json(why));
	return value;
}

/* What waits in the outbox was taken: whoever called must not send it again. */
static int tell(struct call *call, const struct deliver_report *report, const char *account, int rc,
		const struct err *err)
{
	if (call->global.json && report->recipients.count > 0)
		call->result = report_json(report, account, err);
	sendmail_tell(report, err);
	return rc == 0 && sendmail_lost(report) > 0 ? EXIT_PARTLY : rc;
}

static int send_input(struct call *call, const struct sendmail_options *o, struct err *err)
{
	struct deliver_report report = DELIVER_REPORT_INIT;
	struct addr_list to = ADDR_LIST_INIT;
	struct sendmail_mail mail = {
		.fd = STDIN_FILENO, .dot_ends = !o->dots, .from_header = o->from_header, .to = &to
	};
	struct sendmail_way way;
	char *sender = NULL;
	int rc = sendmail_way_open(&way, o, err);

	/* What stands in for one that was closed can only be written to. */
	if (rc == 0 && (fcntl(STDIN_FILENO, F_GETFL) & O_ACCMODE) == O_WRONLY)
		rc = err_set(err, ERR_SYSTEM,
			     "Standard input is closed: the message is to come there.");
	if (rc == 0 && o->sender)
		rc = sendmail_sender(o->sender, &sender, err);
	for (size_t i = 0; rc == 0 && i < o->count; i++)
		rc = message_raw_parse(o->words[i], aliases_resolve, way.aliases, &to, err);
	mail.sender = sender;
	if (rc == 0) {
		rc = sendmail_pass(&way, &mail, &report, err);
		rc = tell(call, &report, mail.account, rc, err);
	}
	deliver_report_clear(&report);
	addr_list_clear(&to);
	free(sender);
	sendmail_way_close(&way);
	return rc;
}

static int speak(struct call *call, const struct sendmail_options *o, struct err *err)
{
	struct sendmail_way way;
	int rc = sendmail_way_open(&way, o, err);

	/* Standard output is for SMTP alone. */
	call->global.json = false;
	if (rc == 0)
		rc = sendmail_smtp_run(&way, err);
	sendmail_way_close(&way);
	return rc;
}

/* As if the command had been given by that name, with no options of its own. */
static int run_outbox(struct call *call, const char *word, struct err *err)
{
	const struct command *sub = command_find_sub(&command_outbox, word);
	struct call inner = { .command = sub, .global = call->global };
	int rc;

	inner.options = xcalloc(1, sub->options_size);
	rc = sub->run(&inner, err);
	call->result = inner.result;
	free(inner.options);
	return rc;
}

static int run_mode(struct call *call, const struct sendmail_options *o, struct err *err)
{
	call->global.account = o->account;
	call->global.verbose = o->verbose;
	switch (o->mode) {
	case SENDMAIL_SEND:
		return send_input(call, o, err);
	case SENDMAIL_SMTP:
		return speak(call, o, err);
	case SENDMAIL_LIST:
		return run_outbox(call, "list", err);
	case SENDMAIL_RUN:
		return run_outbox(call, "run", err);
	case SENDMAIL_VERSION:
		puts("outpost " OUTPOST_VERSION ", as sendmail");
		break;
	case SENDMAIL_NOTHING:
		break;
	}
	return 0;
}

static int run(struct call *call, struct err *err)
{
	struct sendmail_options options;
	int rc;

	if (call->arg_count == 1 &&
	    (strcmp(call->args[0], "--help") == 0 || strcmp(call->args[0], "-h") == 0)) {
		help_command(call->command, stdout);
		return 0;
	}
	rc = sendmail_options_parse(call, &options, err);
	if (rc == 0)
		rc = run_mode(call, &options, err);
	sendmail_options_clear(&options);
	return rc;
}

static const struct example examples[] = {
	{ "outpost sendmail -t -i < message.eml", "recipients from the header" },
	{ "printf 'Subject: Disks\\n\\nFull.\\n' | outpost sendmail root",
	  "to whom the alias root stands for" },
	{ "outpost -A work sendmail -t -i < message.eml", "with another account" },
	{ "ln -s $(command -v outpost) ~/bin/sendmail", "under the name that programs call" },
	{ NULL, NULL },
};

const struct command command_sendmail = {
	.name = "sendmail",
	.args = "[ADDRESS...]",
	.summary = "Send what another program wrote, with sendmail's options",
	.description =
		"Takes a finished message on standard input, as git, mutt, cron and many others "
		"give it to sendmail. Called by the name sendmail, for instance through a link, "
		"the program is this command.\n\n"
		"-t takes recipients from To, Cc and Bcc too. -i or -oi: a line of a single dot "
		"does not end the message. -f or -r ADDRESS is the sender of the envelope, -F "
		"NAME the name in a From that is added, --read-envelope-from makes the address in "
		"From the sender of the envelope. -N WHEN, -R full or hdrs and -V ID ask for "
		"reports. -X FILE adds the dialogue with the server to a file, -v shows it. "
		"Other options of sendmail are ignored. --account NAME, and the options of every "
		"command before the word sendmail, choose the account; else it is the one that has "
		"the sender's address, or the default one.\n\n"
		"A message that cannot go now waits in the outbox: a warning says why, and the "
		"exit code is 0, so that no program sends it again. -odq only puts it there. -q "
		"sends once what is due, as outpost outbox run; -bp, or the name mailq, lists what "
		"waits, as outpost outbox list. -bs speaks SMTP on standard input and output, for "
		"programs that want that.\n\n"
		"Bcc is taken out; Date, Message-ID and From are added when they are missing. A "
		"name without @ is looked up in the file aliases in the configuration folder, "
		"then in /etc/aliases. A line there is \"root: you@example.org\"; commands, "
		"files, :include: and mailboxes of this machine are skipped.\n\n"
		"The exit code is sendmail's: 0 sent or waiting, 64 wrong use, 65 wrong message "
		"or address, 67 not everyone was accepted, 69 refused, 74 the connection was lost "
		"before the answer, so that it may have been delivered, 75 it cannot go now and "
		"the outbox cannot keep it, 78 wrong configuration.",
	.examples = examples,
	.own_words = true,
	.max_args = ARGS_ANY,
	.run = run,
};
