#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/text.h"
#include "cli/cancel.h"
#include "cli/command.h"
#include "cli/draft_keep.h"
#include "cli/input.h"
#include "cli/print.h"
#include "cli/send.h"
#include "cli/send_content.h"
#include "cli/send_each.h"
#include "cli/steps.h"
#include "cli/view.h"
#include "mail/account.h"
#include "mail/addr.h"
#include "port/json.h"
#include "task/deliver.h"
#include "task/outbox_flag.h"

#define TEXT_MAX    (64u * 1024 * 1024) /* of a text; larger things are attached */
#define EXIT_PARTLY 67 /* EX_NOUSER: sent, but not to everyone */
#define EXIT_WAITS  75 /* EX_TEMPFAIL: it is in the outbox */

struct send_options {
	struct option_list to, cc, bcc;
	const char *subject;
	struct send_content content;
	const char *dsn, *dsn_return, *submitter;
	bool require_tls, all_or_none, no_queue, as_draft, edit;
	struct send_each each;
};

static const char *const returns[] = { [SMTP_RETURN_FULL - 1] = "full",
				       [SMTP_RETURN_HEADERS - 1] = "headers",
				       NULL };

static int parse_return(const char *word, enum smtp_return *ret, struct err *err)
{
	for (size_t i = 0; returns[i]; i++) {
		if (strcmp(word, returns[i]) != 0)
			continue;
		*ret = (enum smtp_return)(i + 1);
		return 0;
	}
	return err_set(err, ERR_USAGE, "--dsn-return takes full or headers, not \"%s\".", word);
}

static int fill_wishes(const struct send_options *o, struct smtp_wishes *wishes, struct err *err)
{
	wishes->submitter = o->submitter && strcmp(o->submitter, "<>") == 0 ? "" : o->submitter;
	wishes->require_tls = o->require_tls;
	wishes->all_or_none = o->all_or_none;
	if (o->dsn_return && parse_return(o->dsn_return, &wishes->ret, err) < 0)
		return -1;
	return o->dsn ? smtp_notify_parse(o->dsn, &wishes->notify, err) : 0;
}

static int add_addresses(const struct option_list *typed, struct addr_list *list, struct err *err)
{
	for (size_t i = 0; i < typed->count; i++)
		if (message_parse_addresses(typed->items[i], list, err) < 0)
			return -1;
	return 0;
}

/* Said before the text is written; what was typed stays. */
static void doubt_addresses(const struct addr_list *list, const struct account *a)
{
	const char *own = addr_domain(account_get(a, ACCOUNT_ADDRESS));

	for (size_t i = 0; i < list->count; i++) {
		const char *address = list->list[i].address;

		if (!text_eq_nocase(addr_domain(address), own))
			print_typo(address, "It goes out as you wrote it.");
	}
}

static int fill_draft(const struct send_options *o, struct message_draft *draft, struct err *err)
{
	if (add_addresses(&o->to, &draft->to, err) < 0 ||
	    add_addresses(&o->cc, &draft->cc, err) < 0 ||
	    add_addresses(&o->bcc, &draft->bcc, err) < 0)
		return -1;
	if (o->each.table && draft->to.count > 0)
		return err_set(err, ERR_USAGE,
			       "Who gets a message is in the table of --each: "
			       "leave --to out.");
	if (!o->each.table && draft->to.count + draft->cc.count + draft->bcc.count == 0) {
		err_set(err, ERR_USAGE, "Say who gets the message: outpost send -t ADDRESS.");
		err_hint(err, "See outpost send --help");
		return -1;
	}
	draft->subject = o->subject;
	return 0;
}

static int add_words(const struct call *call, struct buf *text, struct err *err)
{
	for (size_t i = 0; i < call->arg_count; i++)
		if ((i > 0 && buf_addc(text, ' ') < 0) || buf_adds(text, call->args[i]) < 0)
			return err_set(err, ERR_INPUT, "The text is too long.");
	buf_addc(text, '\n');
	return 0;
}

/* From the words, from what is piped in, or from the editor, which may also go over either.
 * Where standard input is something else, or there is HTML, there may be none. */
static int get_text(const struct call *call, struct buf *text, char **kept, struct err *err)
{
	const struct send_options *o = call->options;
	bool taken = send_content_takes_stdin(&o->content), html = o->content.typed.html;
	bool piped = call->arg_count == 0 && !taken && !isatty(STDIN_FILENO);

	if (piped && file_read_fd(STDIN_FILENO, "the text on standard input", text, err) < 0)
		return -1;
	if (call->arg_count > 0 && add_words(call, text, err) < 0)
		return -1;
	if (o->edit || (call->arg_count == 0 && !piped && !taken && !html))
		return input_editor(text, kept, err);
	return 0;
}

/* By a person: what a program gives arrives as it is, since what reads it there mostly cannot
 * join lines again. */
static bool is_typed(const struct call *call)
{
	return call->arg_count > 0 || isatty(STDIN_FILENO);
}

static const char *const rcpt_states[] = {
	[SMTP_RCPT_UNKNOWN] = "unknown",
	[SMTP_RCPT_ACCEPTED] = "accepted",
	[SMTP_RCPT_REFUSED] = "refused",
	[SMTP_RCPT_DEFERRED] = "deferred",
};

static struct json *recipients_json(const struct smtp_result *result)
{
	struct json *list = json_new_array();

	for (size_t i = 0; i < result->count; i++) {
		const struct smtp_rcpt *rcpt = &result->rcpts[i];
		struct json *one = json_new_object();

		json_put_text(one, "address", rcpt->address);
		json_put_text(one, "state", rcpt_states[rcpt->state]);
		json_put_number(one, "code", rcpt->reply.code);
		json_put_text(one, "enhanced",
			      rcpt->reply.enhanced[0] ? rcpt->reply.enhanced : NULL);
		json_put_text(one, "reply", rcpt->reply.text);
		json_add(list, one);
	}
	return list;
}

static struct json *report_json(const struct account *a, const struct deliver_report *report,
				bool sent)
{
	struct json *value = json_new_object();

	json_put_bool(value, "sent", sent);
	json_put_text(value, "account", account_id(a));
	json_put_text(value, "message_id", report->message_id[0] ? report->message_id : NULL);
	json_put_text(value, "reply", report->reply[0] ? report->reply : NULL);
	json_put_text(value, "mechanism", report->mechanism[0] ? report->mechanism : NULL);
	json_put_bool(value, "encrypted", report->encrypted);
	json_put_number(value, "accepted", (long long)report->result.accepted);
	json_put(value, "recipients", recipients_json(&report->result));
	json_put_text(value, "warning", report->copy_warning[0] ? report->copy_warning : NULL);
	if (report->id) {
		json_put_number(value, "id", report->id);
		json_put_text(value, "state", outbox_state_name(report->state));
	}
	return value;
}

/* One line for each recipient that the server did not take. Returns how many. */
static size_t tell_refused(const struct smtp_result *result)
{
	size_t refused = 0;

	for (size_t i = 0; i < result->count; i++) {
		const struct smtp_rcpt *rcpt = &result->rcpts[i];

		if (rcpt->state != SMTP_RCPT_REFUSED && rcpt->state != SMTP_RCPT_DEFERRED)
			continue;
		refused++;
		print_note("%s was %s: %d %s", rcpt->address,
			   rcpt->state == SMTP_RCPT_REFUSED ? "refused" : "put off",
			   rcpt->reply.code, rcpt->reply.text ? rcpt->reply.text : "");
	}
	return refused;
}

/* It could not go now, and nobody is to send it again. */
static int tell_waiting(struct call *call, const struct deliver_report *report,
			const struct err *err)
{
	print_error(err);
	if (report->state == OUTBOX_HELD)
		print_note("The message is held in the outbox as number %lld: outpost outbox retry "
			   "%lld sends it, outpost outbox remove %lld does away with it.",
			   (long long)report->id, (long long)report->id, (long long)report->id);
	else
		print_note("The message waits in the outbox as number %lld; do not send it again. "
			   "outpost outbox run sends what is due.",
			   (long long)report->id);
	if (call->global.json)
		json_put(call->result, "error", error_json(err));
	return report->state == OUTBOX_HELD ? err_exit_code(err) : EXIT_WAITS;
}

static int tell(struct call *call, const struct account *a, const struct deliver_report *report,
		int rc, const struct err *err)
{
	size_t refused = 0;

	/* When all were refused, the error says so itself. */
	if (rc == 0 || report->result.count > 1)
		refused = tell_refused(&report->result);
	if (report->copy_warning[0])
		print_warning("%s", report->copy_warning);
	if (report->outbox_warning[0])
		print_warning("%s", report->outbox_warning);
	if (call->global.json)
		call->result = report_json(a, report, rc == 0);
	if (rc < 0 && report->id && (report->state == OUTBOX_READY || report->state == OUTBOX_HELD))
		return tell_waiting(call, report, err);
	if (rc < 0)
		return -1;
	if (refused > 0) {
		print_note("The message was sent to %zu of %zu recipients.",
			   report->result.accepted, report->result.count);
		if (report->state == OUTBOX_READY && report->id)
			print_note("For those put off it waits in the outbox as number %lld.",
				   (long long)report->id);
		return EXIT_PARTLY;
	}
	if (!call->global.json && (call->global.verbose || isatty(STDERR_FILENO)))
		print_note("Sent to %zu recipient%s. The server said: %s", report->result.accepted,
			   report->result.accepted == 1 ? "" : "s", report->reply);
	return 0;
}

/* Said, not asked: who sends from a script is not there. */
static void flag_refused(struct outbox *box, const struct message_draft *draft)
{
	const struct addr_list *const lists[] = { &draft->to, &draft->cc, &draft->bcc };
	char sentence[OUTBOX_FLAG_MAX];

	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
		for (size_t k = 0; k < lists[i]->count; k++)
			if (outbox_flag(box, lists[i]->list[k].address, sentence))
				print_warning("%s", sentence);
}

int send_deliver(struct call *call, const struct account *a, const struct message_draft *draft,
		 const struct send_way *way, struct err *err)
{
	struct deliver_report report = DELIVER_REPORT_INIT;
	struct steps steps;
	struct session_params session = { .account = a, .ask = input_asker() };
	int rc;

	steps_init(&steps, NULL, call->global.verbose);
	session.cancel_fd = cancel_fd();
	session.watch = &steps.watch;
	session.wishes = way->wishes;
	session.not_kept = way->no_queue;
	session.tag = way->tag;
	/* What is wrong with it is told when the message goes. */
	(void)outbox_open_there(&session.outbox, NULL, NULL);
	flag_refused(session.outbox, draft);
	rc = deliver_message(&session, draft, &report, err);
	outbox_close(session.outbox);
	rc = tell(call, a, &report, rc, err);
	deliver_report_clear(&report);
	return rc;
}

/* The message is not sent, only kept: it may lack anything. */
static int keep(struct call *call, const struct account *a, struct err *err)
{
	const struct send_options *o = call->options;
	struct draft_typed typed = { .to = &o->to,
				     .cc = &o->cc,
				     .bcc = &o->bcc,
				     .content = &o->content,
				     .subject = o->subject };
	struct buf text = BUF_INIT(TEXT_MAX);
	char *kept = NULL;
	int rc = draft_refuse_others(call, err);

	if (rc == 0)
		rc = get_text(call, &text, &kept, err);
	typed.text = buf_text(&text);
	typed.keep_lines = !is_typed(call);
	if (rc == 0)
		rc = draft_keep(call, a, &typed, err);
	input_editor_done(kept, rc == 0);
	buf_free(&text);
	return rc;
}

static int send_one(struct call *call, const struct account *a, struct message_draft *draft,
		    const struct smtp_wishes *wishes, struct err *err)
{
	const struct send_options *o = call->options;
	struct send_way way = { wishes, o->no_queue, NULL };
	struct buf text = BUF_INIT(TEXT_MAX);
	char *kept = NULL;
	int rc;

	doubt_addresses(&draft->to, a);
	doubt_addresses(&draft->cc, a);
	doubt_addresses(&draft->bcc, a);
	rc = get_text(call, &text, &kept, err);
	if (rc == 0) {
		draft->text = draft->html && text.len == 0 ? NULL : buf_text(&text);
		draft->text_len = text.len;
		draft->flows = is_typed(call);
		rc = send_deliver(call, a, draft, &way, err);
	}
	input_editor_done(kept, rc >= 0);
	buf_free(&text);
	return rc;
}

static int send_all(struct call *call, const struct accounts *all, const struct account *a,
		    struct err *err)
{
	const struct send_options *o = call->options;
	struct message_draft draft = { .subject = NULL };
	struct send_content_own own = SEND_CONTENT_OWN_INIT;
	struct smtp_wishes wishes = { .notify = 0 };
	struct send_each_base base = { all, a, &draft, &wishes,
				       send_content_takes_stdin(&o->content) };
	int rc = -1;

	if (fill_draft(o, &draft, err) == 0 && fill_wishes(o, &wishes, err) == 0 &&
	    send_content_read(&o->content, &draft, &own, err) == 0)
		rc = o->each.table ? send_each(call, &o->each, &base, err)
				   : send_one(call, a, &draft, &wishes, err);
	send_content_clear(&own);
	addr_list_clear(&draft.to);
	addr_list_clear(&draft.cc);
	addr_list_clear(&draft.bcc);
	return rc;
}

static int refuse_of_each(const struct send_each *each, struct err *err)
{
	const struct {
		bool given;
		const char *name;
	} all[] = {
		{ each->template != NULL, "template" },
		{ each->dry_run, "dry-run" },
		{ each->to_column != NULL, "to-column" },
		{ each->run != NULL, "run" },
		{ each->repeat, "same-address" },
		{ each->unsubscribe.count > 0, "list-unsubscribe" },
	};

	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		if (all[i].given)
			return err_set(err, ERR_USAGE,
				       "--%s goes with --each FILE, the table of who gets it.",
				       all[i].name);
	return 0;
}

static int run(struct call *call, struct err *err)
{
	struct send_options *o = call->options;
	struct accounts *all = accounts_open(false, err);
	const struct account *a;
	int rc = -1;

	if (!all)
		return -1;
	/* The account first: nobody should write a text that cannot be sent. */
	if ((o->each.table || refuse_of_each(&o->each, err) == 0) &&
	    (a = account_pick(all, call->global.account, err)) &&
	    send_content_check(&o->content, o->each.table, err) == 0)
		rc = o->as_draft ? keep(call, a, err) : send_all(call, all, a, err);
	accounts_close(all);
	return rc;
}

#define AT(member) offsetof(struct send_options, member)

static const struct option_row rows[] = {
	{ .name = "Options of the message", .kind = OPTION_TITLE },
	{ "to", 't', "ADDRESS", "who gets it; may be given again", OPTION_LIST, AT(to), NULL, 0,
	  0 },
	{ "cc", 0, "ADDRESS", "who gets a copy", OPTION_LIST, AT(cc), NULL, 0, 0 },
	{ "bcc", 0, "ADDRESS", "who gets a copy that the others do not see", OPTION_LIST, AT(bcc),
	  NULL, 0, 0 },
	{ "subject", 's', "TEXT", "the subject", OPTION_TEXT, AT(subject), NULL, 0, 0 },
	{ "attach", 'a', "FILE", "attach a file, - for standard input; may be given again",
	  OPTION_LIST, AT(content.files), NULL, 0, 0 },
	{ "name", 0, "FILENAME", "what the file of the --attach before it is called", OPTION_LIST,
	  AT(content.names), NULL, 0, 0 },
	{ "html", 0, "FILE", "the message in HTML, too; without a text one is made from it",
	  OPTION_TEXT, AT(content.typed.html), NULL, 0, 0 },
	{ "from", 'f', "ADDRESS", "sender, if not the account's: a@b or 'Name <a@b>'", OPTION_TEXT,
	  AT(content.typed.from), NULL, 0, 0 },
	{ "reply-to", 0, "ADDRESS", "where answers go", OPTION_TEXT, AT(content.typed.reply_to),
	  NULL, 0, 0 },
	{ "in-reply-to", 0, "ID", "the Message-ID of the message that this one answers",
	  OPTION_TEXT, AT(content.typed.in_reply_to), NULL, 0, 0 },
	{ "header", 0, "LINE", "one more header, 'Name: value'; may be given again", OPTION_LIST,
	  AT(content.headers), NULL, 0, 0 },
	{ "date", 0, "WHEN", "its date, if not now: 2026-11-24 09:30, or as mail and RFC 3339 do",
	  OPTION_TEXT, AT(content.typed.date), NULL, 0, 0 },
	{ "no-signature", 0, NULL, "leave the account's signature out", OPTION_FLAG,
	  AT(content.typed.no_signature), NULL, 0, 0 },
	{ "draft", 0, NULL, "do not send it: keep it as a draft (see outpost draft)", OPTION_FLAG,
	  AT(as_draft), NULL, 0, 0 },
	{ "edit", 'e', NULL, "go over the text in $VISUAL or $EDITOR first", OPTION_FLAG, AT(edit),
	  NULL, 0, 0 },
	{ .name = "Options of how it is sent", .kind = OPTION_TITLE },
	{ "dsn", 0, "WHEN", "ask for a report on success, failure, delay (with commas), or never",
	  OPTION_TEXT, AT(dsn), NULL, 0, 0 },
	{ "dsn-return", 0, "WHAT", "what a report brings back of the message", OPTION_TEXT,
	  AT(dsn_return), returns, 0, 0 },
	{ "all-or-none", 0, NULL, "send nothing unless the server takes every recipient",
	  OPTION_FLAG, AT(all_or_none), NULL, 0, 0 },
	{ "require-tls", 0, NULL, "deliver it encrypted all the way, or not at all", OPTION_FLAG,
	  AT(require_tls), NULL, 0, 0 },
	{ "submitter", 0, "ADDRESS",
	  "who wrote it, for servers that trust you (AUTH=); <> for nobody", OPTION_TEXT,
	  AT(submitter), NULL, 0, 0 },
	{ "no-queue", 0, NULL, "fail when it cannot go now, instead of keeping it in the outbox",
	  OPTION_FLAG, AT(no_queue), NULL, 0, 0 },
	{ .name = "Options of a message for each row of a table", .kind = OPTION_TITLE },
	{ "each", 0, "FILE", "a message for each row of a table (CSV); - is standard input",
	  OPTION_TEXT, AT(each.table), NULL, 0, 0 },
	{ "template", 0, "FILE", "headers, an empty line, and the text", OPTION_TEXT,
	  AT(each.template), NULL, 0, 0 },
	{ "dry-run", 0, NULL, "check all, show the first three, send nothing",
	  OPTION_FLAG, AT(each.dry_run), NULL, 0, 0 },
	{ "to-column", 0, "NAME", "the column of the addresses (default: email)",
	  OPTION_TEXT, AT(each.to_column), NULL, 0, 0 },
	{ "run", 0, "NAME", "nobody hears twice under this name, whatever the text",
	  OPTION_TEXT, AT(each.run), NULL, 0, 0 },
	{ "same-address", 0, NULL, "an address may stand in several rows", OPTION_FLAG,
	  AT(each.repeat), NULL, 0, 0 },
	{ "list-unsubscribe", 0, "LINK", "how to leave, https:// or mailto:",
	  OPTION_LIST, AT(each.unsubscribe), NULL, 0, 0 },
	{ .name = NULL },
};

static const struct example examples[] = {
	{ "outpost send -t bob@example.org -s Lunch 'At one?'", "the text as an argument" },
	{ "df -h | outpost send -t ops@example.org -s Disks", "the text from a program" },
	{ "outpost send -t 'Bob <bob@example.org>' -s Plan -a plan.pdf",
	  "the text from $VISUAL or $EDITOR" },
	{ "pg_dump shop | gzip | outpost send -t ops@example.org -a - --name shop.sql.gz",
	  "an attachment from a program" },
	{ "outpost send --each people.csv --template note.txt --dry-run",
	  "a message for each row; {{name}} is the row's column \"name\"" },
	{ NULL, NULL },
};

const struct command command_send = {
	.name = "send",
	.args = "[TEXT...]",
	.summary = "Send a message",
	.description =
		"The text is the words given, or else what comes in on standard input, or else "
		"what is written in $VISUAL or $EDITOR, which is kept in a file when it could not "
		"be sent. Somebody who was refused for good three times in a row is named before "
		"the message goes. An option that takes an address also takes several, with commas "
		"between them.\n\n"
		"What a program pipes in arrives line by line as it was. A paragraph that a person "
		"types may be of any length: it is wrapped on the way, and joined again by what "
		"shows it there.\n\n"
		"With --html the account's signature is not added, and the HTML is sent as it is: "
		"together with the text, or with one that is made from it when no text is "
		"given.\n\n"
		"Nothing is printed when all went well and nobody watches. When the server takes "
		"the message for some recipients only, the others are named on standard error and "
		"the exit code is 67.\n\n"
		"A message that cannot go now - no network, a server that says later, a sign-in "
		"that is refused - waits in the outbox (see outpost outbox) and the exit code is "
		"75: do not send it again. With --no-queue it is not kept, and the exit code tells "
		"what was wrong.\n\n"
		"With --each every row of a table becomes a message of its own. The table is CSV "
		"as spreadsheets save it: UTF-8, with commas, semicolons or tabs. Its first line "
		"names the columns: email holds the address, and name, cc, bcc and attach, where "
		"they are there, do what they say. {{COLUMN}} in subject, headers and text is the "
		"cell of the row; {{COLUMN|WORDS}} says what stands there when the cell is empty. "
		"All rows are checked before the first message goes, and what is wrong is told "
		"with its line. After an interruption the same command goes on where it was, and "
		"nobody gets the same message twice. With --run NAME nobody gets two messages "
		"under that name, whatever they say; under another name the same text can go "
		"again.",
	.examples = examples,
	.options = rows,
	.options_size = sizeof(struct send_options),
	.max_args = ARGS_ANY,
	.run = run,
};
