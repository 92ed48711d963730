#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/input.h"
#include "cli/print.h"
#include "cli/send.h"
#include "mail/account.h"
#include "mail/message.h"
#include "mail/smtp.h"
#include "port/json.h"
#include "task/drafts.h"
#include "task/drafts_sent.h"
#include "task/outbox_edit.h"

/* ---- list and show ---- */

static struct json *draft_json(const struct draft_seen *seen)
{
	const struct draft *d = &seen->draft;
	struct json *one = json_new_object(), *files = json_new_array();
	struct json *names = json_new_array(), *headers = json_new_array();

	json_put_number(one, "draft", seen->number);
	json_put_number(one, "saved", (long long)seen->saved);
	json_put_bool(one, "being_written", seen->held);
	json_put_text(one, "account", d->account);
	json_put_text(one, "to", d->to);
	json_put_text(one, "cc", d->cc);
	json_put_text(one, "bcc", d->bcc);
	json_put_text(one, "subject", d->subject);
	for (size_t i = 0; i < d->file_count; i++) {
		json_add_text(files, d->files[i]);
		json_add_text(names, d->names[i] ? d->names[i] : "");
	}
	json_put(one, "files", files);
	json_put(one, "names", names);
	for (size_t i = 0; i < d->header_count; i++)
		json_add_text(headers, d->headers[i]);
	json_put(one, "headers", headers);
	json_put_text(one, "from", d->from);
	json_put_text(one, "reply_to", d->reply_to);
	json_put_text(one, "in_reply_to", d->in_reply_to);
	json_put_text(one, "html", d->html);
	json_put_text(one, "date", d->date);
	json_put_bool(one, "no_signature", d->no_signature != NULL);
	json_put_text(one, "text", d->text);
	if (d->replaces)
		json_put_number(one, "replaces", d->replaces);
	return one;
}

static void print_one(const struct draft_seen *seen)
{
	const struct draft *d = &seen->draft;
	char when[TEXT_WHEN];

	text_when(when, (long long)seen->saved);
	printf("%-4ld %s  ", seen->number, when);
	print_visible(stdout, d->subject ? d->subject : "(no subject)");
	printf("  to ");
	print_visible(stdout, d->to ? d->to : d->cc ? d->cc : d->bcc ? d->bcc : "nobody yet");
	if (d->file_count > 0)
		printf("  %zu file%s", d->file_count, d->file_count == 1 ? "" : "s");
	printf("%s\n", seen->held ? "  (being written)" : "");
}

static int list(struct call *call, struct err *err)
{
	size_t count;
	struct draft_seen *seen = drafts_list(&count);

	(void)err;
	if (call->global.json)
		call->result = json_new_array();
	for (size_t i = 0; i < count; i++) {
		if (call->global.json)
			json_add(call->result, draft_json(&seen[i]));
		else
			print_one(&seen[i]);
	}
	if (count == 0 && !call->global.json)
		print_note("There are no drafts.");
	drafts_seen_free(seen, count);
	return 0;
}

static int parse_number(const char *word, long *number, struct err *err)
{
	if (text_number(word, 1, 999999, number) == 0)
		return 0;
	return err_set(err, ERR_USAGE, "\"%s\" is not the number of a draft.", word);
}

static void print_field(const char *label, const char *text)
{
	if (!text || !*text)
		return;
	print_padded(stdout, label, 10);
	print_visible(stdout, text);
	putchar('\n');
}

static void print_draft(const struct draft *d)
{
	print_field("Account", d->account);
	print_field("From", d->from);
	print_field("Reply-To", d->reply_to);
	print_field("To", d->to);
	print_field("Cc", d->cc);
	print_field("Bcc", d->bcc);
	print_field("Subject", d->subject);
	print_field("Date", d->date);
	print_field("Answers", d->in_reply_to);
	for (size_t i = 0; i < d->header_count; i++)
		print_field("Header", d->headers[i]);
	print_field("HTML", d->html);
	for (size_t i = 0; i < d->file_count; i++) {
		print_field("Attach", d->files[i]);
		print_field("  as", d->names[i]);
	}
	if (d->no_signature)
		print_field("Signature", "none");
	putchar('\n');
	print_lines(stdout, d->text);
}

static int show(struct call *call, struct err *err)
{
	size_t count, i = 0;
	struct draft_seen *seen;
	long number;
	int rc = -1;

	if (parse_number(call->args[0], &number, err) < 0)
		return -1;
	seen = drafts_list(&count);
	while (i < count && seen[i].number != number)
		i++;
	if (i == count)
		err_set(err, ERR_NOINPUT, "There is no draft %ld.", number);
	else
		rc = 0;
	if (rc == 0 && call->global.json)
		call->result = draft_json(&seen[i]);
	else if (rc == 0)
		print_draft(&seen[i].draft);
	drafts_seen_free(seen, count);
	return rc;
}

/* ---- send, edit, remove ---- */

static int add_addresses(const char *typed, struct addr_list *list_, struct err *err)
{
	if (!typed || strspn(typed, " ,;") == strlen(typed))
		return 0;
	return message_parse_addresses(typed, list_, err);
}

static void add_all_files(const struct draft *d, struct message_draft *message,
			  struct message_file *files)
{
	for (size_t i = 0; i < d->file_count; i++)
		files[i] = (struct message_file){ .path = d->files[i], .name = d->names[i] };
	message->files = files;
	message->file_count = d->file_count;
}

static int send_draft(struct call *call, const struct draft *d, const struct account *a,
		      struct err *err)
{
	struct message_draft message = { .subject = d->subject,
					 .text = d->html && !*d->text ? NULL : d->text,
					 .text_len = strlen(d->text),
					 .flows = !d->keep_lines };
	struct message_file files[DRAFT_FILES_MAX];
	struct typed typed = draft_typed(d);
	struct typed_own own = TYPED_OWN_INIT;
	struct smtp_wishes wishes = { .notify = 0 };
	struct send_way way = { &wishes, false, d->sent_as };
	int rc = -1;

	add_all_files(d, &message, files);
	if (add_addresses(d->to, &message.to, err) == 0 &&
	    add_addresses(d->cc, &message.cc, err) == 0 &&
	    add_addresses(d->bcc, &message.bcc, err) == 0 &&
	    typed_read(&typed, &message, &own, err) == 0) {
		if (message.to.count + message.cc.count + message.bcc.count == 0)
			err_set(err, ERR_INPUT, "The draft does not say who gets the message.");
		else
			rc = send_deliver(call, a, &message, &way, err);
	}
	typed_own_clear(&own);
	addr_list_clear(&message.to);
	addr_list_clear(&message.cc);
	addr_list_clear(&message.bcc);
	return rc;
}

/* The message of the outbox that the draft is the correction of. */
static void tell_replaced(int rc, const struct draft *draft, const struct err *why)
{
	if (rc < 0)
		print_warning("Message %lld, which this one replaces, is still in the outbox: %s",
			      draft->replaces, why->text);
}

/* Not again what was on its way when all ended; from now on this one is. */
static int begin(struct draft_file *file, struct draft *draft, struct err *err)
{
	enum outbox_state state;
	int64_t id = drafts_sent_id(draft, &state);

	if (!id) {
		/* Where nothing can be kept it is sent all the same. */
		(void)drafts_sent_begin(file, draft, NULL);
		return 0;
	}
	err_set(err, ERR_INPUT,
		"Draft %ld was being sent when the program ended: it is message %lld of the "
		"outbox, %s.",
		drafts_number(file), (long long)id, outbox_state_name(state));
	err_hint(err,
		 "See what became of it: outpost outbox show %lld. Then throw the draft away: "
		 "outpost draft remove %ld",
		 (long long)id, drafts_number(file));
	return -1;
}

static int send_(struct call *call, struct err *err)
{
	struct draft draft = { 0 };
	struct err why = ERR_INIT;
	struct accounts *all = accounts_open(false, err);
	struct draft_file *file = NULL;
	struct account *a;
	long number;
	int rc = -1;

	if (!all || parse_number(call->args[0], &number, err) < 0 ||
	    !(file = drafts_open(number, &draft, err)))
		goto out;
	a = account_pick(all, call->global.account ? call->global.account : draft.account, err);
	if (a && begin(file, &draft, err) == 0)
		rc = send_draft(call, &draft, a, err);
	if (rc >= 0) {
		tell_replaced(outbox_edit_done(&draft, &why), &draft, &why);
		drafts_remove(file);
	} else {
		print_note("Draft %ld is kept.", number);
	}
out:
	drafts_leave(file);
	draft_clear(&draft);
	accounts_close(all);
	return rc;
}

static int edit(struct call *call, struct err *err)
{
	struct buf text = BUF_INIT(DRAFT_TEXT_MAX);
	struct draft draft = { 0 };
	struct draft_file *file = NULL;
	char *kept = NULL;
	long number;
	int rc = -1;

	if (parse_number(call->args[0], &number, err) < 0 ||
	    !(file = drafts_open(number, &draft, err)))
		return -1;
	if (buf_adds(&text, draft.text) == 0 && input_editor(&text, &kept, err) == 0) {
		if (strlen(buf_text(&text)) != text.len)
			err_set(err, ERR_INPUT, "The text holds a NUL byte.");
		else {
			free(draft.text);
			free(draft.keep_lines);
			free(draft.sent_as);
			draft.sent_as = draft.keep_lines = NULL;
			draft.text = buf_detach(&text);
			rc = drafts_save(file, &draft, err);
		}
	}
	input_editor_done(kept, rc == 0);
	drafts_leave(file);
	draft_clear(&draft);
	buf_free(&text);
	return rc;
}

/* Each by itself: one that cannot be removed does not keep the others from it. */
static int remove_(struct call *call, struct err *err)
{
	int rc = 0;

	for (size_t i = 0; i < call->arg_count; i++) {
		struct draft draft = { 0 };
		struct draft_file *file = NULL;
		struct err why = ERR_INIT;
		long number;

		if (parse_number(call->args[i], &number, &why) == 0 &&
		    (file = drafts_open(number, &draft, &why))) {
			if (outbox_edit_cancel(&draft, &why) < 0)
				print_warning("Message %lld is still held: %s", draft.replaces,
					      why.text);
			drafts_remove(file);
			drafts_leave(file);
		} else {
			if (rc < 0)
				print_error(err);
			*err = why;
			rc = -1;
		}
		draft_clear(&draft);
	}
	return rc;
}

static const struct command subs[] = {
	{ .name = "draft list",
	  .args = "",
	  .summary = "The messages that were begun and not sent",
	  .description = "The oldest first, a draft a line, beginning with its number.",
	  .run = list },
	{ .name = "draft show",
	  .args = "NUMBER",
	  .summary = "Read a draft",
	  .description = "Recipients, subject, files, what else was given, and the text.",
	  .min_args = 1,
	  .max_args = 1,
	  .run = show },
	{ .name = "draft edit",
	  .args = "NUMBER",
	  .summary = "Go over the text of a draft in $VISUAL or $EDITOR",
	  .description = "The draft stays as it was when the editor ends with an error.",
	  .min_args = 1,
	  .max_args = 1,
	  .run = edit },
	{ .name = "draft send",
	  .args = "NUMBER",
	  .summary = "Send a draft",
	  .description = "From the account that it was begun with, unless --account names "
			 "another. Once it is sent, or waits in the outbox, it is no draft any "
			 "more; otherwise it is kept. One that was on its way when the program "
			 "ended is not sent again: it is in the outbox. Exit codes are those of "
			 "outpost send.",
	  .min_args = 1,
	  .max_args = 1,
	  .run = send_ },
	{ .name = "draft remove",
	  .args = "NUMBER...",
	  .summary = "Throw a draft away",
	  .description = "Attached files stay where they are. A message of the outbox that it was "
			 "to replace waits again.",
	  .min_args = 1,
	  .max_args = ARGS_ANY,
	  .run = remove_ },
	{ .name = NULL },
};

static const struct example examples[] = {
	{ "outpost send --draft -t bob@example.org -s Plan < plan.txt", "keep it for later" },
	{ "outpost draft list", "what was begun" },
	{ "outpost draft send 3", "send the third one" },
	{ NULL, NULL },
};

const struct command command_draft = {
	.name = "draft",
	.args = "[list|show|edit|send|remove]",
	.summary = "Messages that were begun and not sent",
	.description =
		"A message is kept as a draft by outpost send --draft, and all the time while it "
		"is written on the full screen, where the newest one is offered at the next "
		"start, unless it has headers, HTML or other things that cannot be seen there. "
		"One that is being written somewhere can be seen and not changed.",
	.examples = examples,
	.subs = subs,
	.lists = true,
};
