#include "cli/sendmail_pass.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/err.h"
#include "base/text.h"
#include "cli/cancel.h"
#include "cli/input.h"
#include "cli/print.h"
#include "mail/account.h"
#include "mail/message_raw.h"
#include "task/aliases.h"

/* ---- who ---- */

static void tell_skipped(void *arg, const char *sentence)
{
	(void)arg;
	print_warning("%s", sentence);
}

int sendmail_way_open(struct sendmail_way *way, const struct sendmail_options *options,
		      struct err *err)
{
	*way = (struct sendmail_way){ .options = options };
	way->accounts = accounts_open(false, err);
	if (!way->accounts)
		return -1;
	way->aliases = aliases_new(tell_skipped, NULL);
	return aliases_add_usual(way->aliases, err);
}

void sendmail_way_close(struct sendmail_way *way)
{
	aliases_free(way->aliases);
	accounts_close(way->accounts);
}

int sendmail_sender(const char *given, char **sender, struct err *err)
{
	struct addr_list list = ADDR_LIST_INIT;
	char *bare = message_raw_bare(given);
	int rc = 0;

	*sender = NULL;
	if (!*given || strcmp(given, "<>") == 0) {
		*sender = xstrdup("");
	} else if (!bare) {
		rc = message_parse_addresses(given, &list, err);
		if (rc == 0 && list.count != 1)
			rc = err_set(err, ERR_USAGE, "The sender is one address, not \"%s\".",
				     given);
		if (rc == 0)
			*sender = xstrdup(list.list[0].address);
	}
	addr_list_clear(&list);
	free(bare);
	return rc;
}

static struct account *find(const struct accounts *all, const char *address)
{
	for (size_t i = 0; address && i < account_count(all); i++)
		if (text_eq_nocase(account_get(account_at(all, i), ACCOUNT_ADDRESS), address))
			return account_at(all, i);
	return NULL;
}

/* The one asked for, or the one that has the sender's address, or the default one. */
static struct account *pick(const struct accounts *all, const char *asked, const char *sender,
			    const char *from, struct err *err)
{
	struct account *a = asked ? NULL : find(all, sender);

	if (!a && !asked)
		a = find(all, from);
	return a ? a : account_pick(all, asked, err);
}

/* ---- the dialogue, for -X and -v ---- */

struct log {
	FILE *file;
	bool verbose;
};

static void print_line(FILE *to, const struct smtp_line *line)
{
	fprintf(to, "%9.3f %s %s %s\n", (double)line->us / 1e6, line->dir == NET_SENT ? "C:" : "S:",
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

/* ---- into the outbox, and on ---- */

/* For -odq. False: the outbox cannot be used, and the message goes at once. */
static bool put_aside(const struct sendmail_options *o, const struct account *a,
		      const struct message *msg, struct deliver_report *report)
{
	struct outbox_entry entry = { .account = account_id(a),
				      .msg = msg,
				      .subject = message_subject(msg),
				      .wishes = &o->wishes };
	struct err err = ERR_INIT;
	char *told = NULL;
	struct outbox *box = outbox_open(&told, &err);
	bool done = box && outbox_add(box, &entry, NULL, &report->id, &err) == 0;

	if (told)
		print_warning("%s", told);
	if (!done)
		print_warning("The message is sent at once, not queued: %s", err.text);
	report->state = OUTBOX_READY;
	snprintf(report->message_id, sizeof report->message_id, "%s", message_id(msg));
	for (size_t i = 0; done && i < message_recipients(msg)->count; i++)
		addr_list_add(&report->recipients, NULL, message_recipients(msg)->list[i].address);
	outbox_close(box);
	free(told);
	return done;
}

static bool waits(const struct deliver_report *report)
{
	return report->id && (report->state == OUTBOX_READY || report->state == OUTBOX_HELD);
}

static int deliver(const struct sendmail_options *o, const struct account *a,
		   const struct message *msg, struct deliver_report *report, struct err *err)
{
	struct log log = { NULL, o->verbose };
	struct smtp_watch watch = { .arg = &log };
	struct session_params session = {
		.account = a, .ask = input_asker(), .watch = &watch, .wishes = &o->wishes
	};
	int rc;

	if (o->queue_only && put_aside(o, a, msg, report))
		return 0;
	if (log_open(&log, o->log, err) < 0)
		return -1;
	if (log.file || log.verbose)
		watch.line = on_line;
	session.cancel_fd = cancel_fd();
	rc = deliver_built(&session, msg, report, err);
	if (log.file && fclose(log.file) == EOF)
		print_warning("The log %s could not be written: %s.", o->log, strerror(errno));
	return rc < 0 && waits(report) ? 0 : rc;
}

static int pass_raw(const struct sendmail_way *way, struct sendmail_mail *mail,
		    struct message_raw *raw, struct deliver_report *report, struct err *err)
{
	const struct sendmail_options *o = way->options;
	struct message_raw_params params = { .sender = mail->sender,
					     .recipients = mail->to,
					     .from_header = mail->from_header,
					     .resolve = aliases_resolve,
					     .resolve_arg = way->aliases };
	struct message *msg;
	struct account *a;
	int rc;

	if (!params.sender && o->sender_from_header)
		params.sender = message_raw_from(raw);
	/* A user of this machine is no sender that a server would take. */
	if (params.sender && message_raw_local(params.sender) &&
	    !find(way->accounts, params.sender))
		params.sender = NULL;
	a = pick(way->accounts, o->account, params.sender, message_raw_from(raw), err);
	if (!a)
		return -1;
	mail->account = account_id(a);
	params.from.name = (char *)(o->name ? o->name : account_get(a, ACCOUNT_FROM_NAME));
	params.from.address =
		(char *)(params.sender && *params.sender ? params.sender
							 : account_get(a, ACCOUNT_ADDRESS));
	msg = message_raw_finish(raw, &params, err);
	rc = msg ? deliver(o, a, msg, report, err) : -1;
	message_free(msg);
	return rc;
}

int sendmail_pass(const struct sendmail_way *way, struct sendmail_mail *mail,
		  struct deliver_report *report, struct err *err)
{
	struct message_raw *raw = message_raw_open(mail->fd, mail->dot_ends, err);
	int rc = raw ? pass_raw(way, mail, raw, report, err) : -1;

	message_raw_free(raw);
	return rc;
}

/* ---- what is said about it ---- */

size_t sendmail_lost(const struct deliver_report *report)
{
	size_t lost = 0;

	for (size_t i = 0; i < report->result.count; i++)
		lost += report->result.rcpts[i].state == SMTP_RCPT_REFUSED;
	return lost;
}

static void tell_recipients(const struct smtp_result *result)
{
	for (size_t i = 0; i < result->count; i++) {
		const struct smtp_rcpt *rcpt = &result->rcpts[i];

		if (rcpt->state != SMTP_RCPT_REFUSED && rcpt->state != SMTP_RCPT_DEFERRED)
			continue;
		print_note("%s was %s: %d %s", rcpt->address,
			   rcpt->state == SMTP_RCPT_REFUSED ? "refused" : "put off",
			   rcpt->reply.code, rcpt->reply.text ? rcpt->reply.text : "");
	}
}

static void write_when(const struct deliver_report *report, const struct err *why, char out[80])
{
	char when[TEXT_WHEN];

	text_when(when, report->next_at);
	if (why->kind == ERR_AUTH && !why->temporary)
		snprintf(out, 80, "once the account can sign in again");
	else if (report->next_at > time(NULL))
		snprintf(out, 80, "not before %s", when);
	else
		snprintf(out, 80, "at any time");
}

static void tell_waiting(const struct deliver_report *report, const struct err *why)
{
	const struct addr_list *to = &report->recipients;
	long long id = (long long)report->id;
	char when[80], more[40] = "";

	if (to->count > 1)
		snprintf(more, sizeof more, " and %zu more", to->count - 1);
	if (report->state == OUTBOX_HELD) {
		print_warning("The message to %s%s is held in the outbox as number %lld: %s "
			      "outpost outbox retry %lld lets it go, outpost outbox remove %lld "
			      "does away with it.",
			      to->count ? to->list[0].address : "nobody", more, id, why->text, id,
			      id);
		return;
	}
	write_when(report, why, when);
	print_warning("The message to %s%s waits in the outbox as number %lld%s%s%s%s It is sent "
		      "by outpost outbox run, %s.",
		      to->count ? to->list[0].address : "nobody", more, id,
		      why->text[0] ? ": " : ".", why->text, why->hint[0] ? " " : "", why->hint,
		      when);
}

void sendmail_tell(const struct deliver_report *report, const struct err *why)
{
	const struct smtp_result *result = &report->result;

	/* When the only one was refused, the error says so itself. */
	if (result->count > 1)
		tell_recipients(result);
	if (report->copy_warning[0])
		print_warning("%s", report->copy_warning);
	if (report->outbox_warning[0])
		print_warning("%s", report->outbox_warning);
	if (waits(report))
		tell_waiting(report, why);
}
