#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/text.h"
#include "cli/cancel.h"
#include "cli/command.h"
#include "cli/help.h"
#include "cli/input.h"
#include "cli/print.h"
#include "mail/account.h"
#include "mail/message_raw.h"
#include "port/json.h"
#include "task/aliases.h"
#include "task/deliver.h"

#define EXIT_PARTLY 67 /* EX_NOUSER: sent, but not to everyone */

struct sendmail {
	bool from_header; /* -t */
	bool dots; /* -i: a line of a dot ends nothing */
	bool sender_from_header; /* --read-envelope-from */
	char mode; /* -b */
	const char *sender, *name, *log, *account;
	struct smtp_wishes wishes;
	const char **words; /* recipients; lent by the command line, the array is ours */
	size_t count;
};

/* ---- the command line ---- */

enum { OPT_READ_FROM = 256, OPT_ACCOUNT };

/* Those that are not named in take_option are for queues, daemons and configurations
 * that are not ours; programs give them all the same, and all of them are ignored. */
static const char letters[] = ":A:B:C:D:EF:GIL:M:N:O:Q::R:TUV:X:b:d::e:f:h:imno:p:q::r:stvx:";

static const struct option longs[] = {
	{ "read-envelope-from", no_argument, NULL, OPT_READ_FROM },
	{ "read-recipients", no_argument, NULL, 't' },
	{ "account", required_argument, NULL, OPT_ACCOUNT },
	{ NULL, 0, NULL, 0 },
};

static int take_mode(struct sendmail *s, const char *mode, struct err *err)
{
	if (strlen(mode) == 1 && strchr("mpi", *mode)) {
		s->mode = *mode;
		return 0;
	}
	if (strcmp(mode, "s") == 0) {
		err_set(err, ERR_USAGE, "-bs, SMTP on standard input, is not done here.");
		err_hint(err, "Let the program call sendmail -t -i, with the message on standard "
			      "input.");
		return -1;
	}
	err_set(err, ERR_USAGE, "-b%s is not done here: this sendmail only sends.", mode);
	err_hint(err, "See outpost sendmail --help");
	return -1;
}

static int take_return(struct sendmail *s, const char *word, struct err *err)
{
	if (text_eq_nocase(word, "full"))
		s->wishes.ret = SMTP_RETURN_FULL;
	else if (text_eq_nocase(word, "hdrs"))
		s->wishes.ret = SMTP_RETURN_HEADERS;
	else
		return err_set(err, ERR_USAGE, "-R takes full or hdrs, not \"%s\".", word);
	return 0;
}

static int take_option(struct sendmail *s, int option, const char *value, struct err *err)
{
	switch (option) {
	case 't':
		s->from_header = true;
		break;
	case 'i':
		s->dots = true;
		break;
	case 'o':
		s->dots = s->dots || strcmp(value, "i") == 0;
		break;
	case 'f':
	case 'r':
		s->sender = value;
		break;
	case 'F':
		s->name = value;
		break;
	case 'X':
		s->log = value;
		break;
	case 'V':
		s->wishes.envid = value;
		break;
	case OPT_READ_FROM:
		s->sender_from_header = true;
		break;
	case OPT_ACCOUNT:
		s->account = value;
		break;
	case 'b':
		return take_mode(s, value, err);
	case 'N':
		return smtp_notify_parse(value, &s->wishes.notify, err);
	case 'R':
		return take_return(s, value, err);
	default:
		break;
	}
	return 0;
}

/* argv has the program's name first. */
static int parse(struct call *call, struct sendmail *s, int argc, char **argv, struct err *err)
{
	int option;

	optind = 0;
	while ((option = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
		if (option == '?' || option == ':') {
			err_set(err, ERR_USAGE, "%s %s.", argv[optind - 1],
				option == ':' ? "needs a value" : "is no option of sendmail");
			err_hint(err, "See outpost sendmail --help");
			return -1;
		}
		if (option == 'v')
			call->global.verbose = true;
		if (take_option(s, option, optarg, err) < 0)
			return -1;
	}
	for (; optind < argc; optind++)
		s->words[s->count++] = argv[optind];
	return 0;
}

static int take_words(struct call *call, struct sendmail *s, struct err *err)
{
	char **argv = xcalloc(call->arg_count + 2, sizeof *argv);
	int rc;

	argv[0] = (char *)call->command->name;
	for (size_t i = 0; i < call->arg_count; i++)
		argv[i + 1] = (char *)call->args[i];
	s->words = xcalloc(call->arg_count + 1, sizeof *s->words);
	s->account = call->global.account;
	rc = parse(call, s, (int)call->arg_count + 1, argv, err);
	free(argv);
	return rc;
}

/* ---- who ---- */

/* *sender: "" for the null sender, NULL when the option says nothing of use here: a
 * user's name on this machine is no address that a server would take. */
static int parse_sender(const char *typed, char **sender, struct err *err)
{
	struct addr_list list = ADDR_LIST_INIT;
	char *bare = message_raw_bare(typed);
	int rc = 0;

	if (!*typed || strcmp(typed, "<>") == 0) {
		*sender = xstrdup("");
	} else if (!bare) {
		rc = message_parse_addresses(typed, &list, err);
		if (rc == 0 && list.count != 1)
			rc = err_set(err, ERR_USAGE, "-f takes one address, not \"%s\".", typed);
		if (rc == 0)
			*sender = xstrdup(list.list[0].address);
	}
	addr_list_clear(&list);
	free(bare);
	return rc;
}

/* The one asked for, or the one that has the sender's address, or the default one. */
static struct account *pick(const struct accounts *all, const char *asked, const char *sender,
			    const char *from, struct err *err)
{
	const char *addresses[] = { sender, from };

	for (size_t n = 0; n < 2 && !asked; n++)
		for (size_t i = 0; addresses[n] && i < account_count(all); i++) {
			struct account *a = account_at(all, i);

			if (text_eq_nocase(account_get(a, ACCOUNT_ADDRESS), addresses[n]))
				return a;
		}
	return account_pick(all, asked, err);
}

static void tell_skipped(void *arg, const char *sentence)
{
	(void)arg;
	print_warning("%s", sentence);
}

/* ---- sending ---- */

struct log {
	FILE *file; /* -X */
	bool verbose;
};

static void print_line(FILE *to, const struct smtp_line *line)
{
	fprintf(to, "%9.3f %s %s %s\n", (double)line->us / 1e6,
		line->dir == NET_SENT ? "C:" : "S:",
		line->layer == NET_LAYER_TLS ? "tls  " : "clear", line->text);
}

static void on_line(void *arg, const struct smtp_line *line)
{
	const struct log *log = arg;

	if (log->verbose)
		print_line(stderr, line);
	if (log->file)
		print_line(log->file, line);
}

static int log_open(struct log *log, const char *path, struct err *err)
{
	int fd;

	if (!path)
		return 0;
	fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_errno(err, "Cannot write the log %s", path);
	log->file = fdopen(fd, "a");
	if (!log->file) {
		close(fd);
		return err_errno(err, "Cannot write the log %s", path);
	}
	return 0;
}

static int tell(struct call *call, const struct account *a, const struct deliver_report *report)
{
	const struct smtp_result *result = &report->result;

	for (size_t i = 0; i < result->count; i++) {
		const struct smtp_rcpt *rcpt = &result->rcpts[i];

		if (rcpt->state != SMTP_RCPT_REFUSED && rcpt->state != SMTP_RCPT_DEFERRED)
			continue;
		print_note("%s was %s: %d %s", rcpt->address,
			   rcpt->state == SMTP_RCPT_REFUSED ? "refused" : "put off",
			   rcpt->reply.code, rcpt->reply.text ? rcpt->reply.text : "");
	}
	if (report->copy_warning[0])
		print_warning("%s", report->copy_warning);
	if (call->global.json) {
		call->result = json_new_object();
		json_put_bool(call->result, "sent", result->accepted > 0);
		json_put_text(call->result, "account", account_id(a));
		json_put_text(call->result, "message_id", report->message_id);
		json_put_text(call->result, "reply", report->reply[0] ? report->reply : NULL);
		json_put_number(call->result, "accepted", (long long)result->accepted);
		json_put_number(call->result, "recipients", (long long)result->count);
	}
	return result->accepted < result->count ? EXIT_PARTLY : 0;
}

static int deliver(struct call *call, const struct sendmail *s, const struct account *a,
		   const struct message *msg, struct err *err)
{
	struct log log = { NULL, call->global.verbose };
	struct smtp_watch watch = { .arg = &log };
	struct deliver_report report = DELIVER_REPORT_INIT;
	struct session_params session = { .account = a, .ask = input_asker(), .watch = &watch,
					  .wishes = &s->wishes };
	int rc, told;

	if (log_open(&log, s->log, err) < 0)
		return -1;
	if (log.file || log.verbose)
		watch.line = on_line;
	session.cancel_fd = cancel_fd();
	rc = deliver_built(&session, msg, &report, err);
	/* When the only one was refused, the error says so itself. */
	if (rc == 0 || report.result.count > 1) {
		told = tell(call, a, &report);
		rc = rc == 0 ? told : -1;
	}
	deliver_report_clear(&report);
	if (log.file && fclose(log.file) == EOF)
		print_warning("The log %s could not be written: %s.", s->log, strerror(errno));
	return rc;
}

static int finish(struct call *call, const struct sendmail *s, struct message_raw *raw,
		  const struct account *a, const char *sender, struct err *err)
{
	struct aliases *aliases = aliases_new(tell_skipped, NULL);
	struct addr_list to = ADDR_LIST_INIT;
	struct message_raw_params params = { .sender = sender, .recipients = &to,
					     .from_header = s->from_header,
					     .resolve = aliases_resolve, .resolve_arg = aliases };
	const char *address = sender && *sender ? sender : account_get(a, ACCOUNT_ADDRESS);
	const char *name = s->name ? s->name : account_get(a, ACCOUNT_FROM_NAME);
	struct message *msg = NULL;
	int rc = aliases_add_usual(aliases, err);

	params.from = (struct addr){ (char *)name, (char *)address };
	for (size_t i = 0; rc == 0 && i < s->count; i++)
		rc = message_raw_parse(s->words[i], aliases_resolve, aliases, &to, err);
	if (rc == 0) {
		msg = message_raw_finish(raw, &params, err);
		rc = msg ? deliver(call, s, a, msg, err) : -1;
	}
	message_free(msg);
	addr_list_clear(&to);
	aliases_free(aliases);
	return rc;
}

static int send_input(struct call *call, const struct sendmail *s, struct err *err)
{
	struct accounts *all = NULL;
	struct message_raw *raw = NULL;
	struct account *a;
	char *sender = NULL;
	int rc = -1;

	if (!s->from_header && s->count == 0) {
		err_set(err, ERR_USAGE, "Say who gets the message, or that its header does: -t.");
		err_hint(err, "See outpost sendmail --help");
		return -1;
	}
	if (s->sender && parse_sender(s->sender, &sender, err) < 0)
		return -1;
	all = accounts_open(false, err);
	raw = all ? message_raw_open(STDIN_FILENO, !s->dots, err) : NULL;
	if (!raw)
		goto out;
	if (!sender && s->sender_from_header && message_raw_from(raw))
		sender = xstrdup(message_raw_from(raw));
	a = pick(all, s->account, sender, message_raw_from(raw), err);
	if (a)
		rc = finish(call, s, raw, a, sender, err);
out:
	message_raw_free(raw);
	accounts_close(all);
	free(sender);
	return rc;
}

static void tell_queue(void)
{
	if (command_find("outbox"))
		puts("The queue is listed by: outpost outbox list");
	else
		puts("There is no queue: each message is sent before sendmail ends.");
}

static int run(struct call *call, struct err *err)
{
	struct sendmail s = { .mode = 'm' };
	int rc = 0;

	if (call->arg_count == 1 &&
	    (strcmp(call->args[0], "--help") == 0 || strcmp(call->args[0], "-h") == 0)) {
		help_command(call->command, stdout);
		return 0;
	}
	rc = take_words(call, &s, err);
	if (rc == 0 && s.mode == 'p')
		tell_queue();
	else if (rc == 0 && s.mode == 'm')
		rc = send_input(call, &s, err);
	free(s.words);
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
		"reports. -X FILE adds the dialogue with the server to a file, -v shows it. -bp "
		"tells about the queue. Other options of sendmail are ignored. --account NAME, "
		"and the options of every command before the word sendmail, choose the account; "
		"else it is the one that has the sender's address, or the default one.\n\n"
		"Bcc is taken out; Date, Message-ID and From are added when they are missing. A "
		"name without @ is looked up in the file aliases in the configuration folder, "
		"then in /etc/aliases. A line there is \"root: you@example.org\"; commands, files "
		"and :include: are skipped.\n\n"
		"The exit code is sendmail's: 0 sent, 64 wrong use, 65 wrong message or address, "
		"67 not everyone was accepted, 69 refused, 75 try again later, 77 sign-in "
		"refused, 78 wrong configuration.",
	.examples = examples,
	.own_words = true,
	.max_args = ARGS_ANY,
	.run = run,
};
