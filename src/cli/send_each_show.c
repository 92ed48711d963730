#include "cli/send_each_show.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "cli/command.h"
#include "cli/print.h"
#include "port/json.h"
#include "task/drafts_doubt.h"
#include "task/merge.h"

#define SHOWN  3 /* messages */
#define WARNED 5 /* addresses that are named */

static void print_header(const char *name, const char *value)
{
	if (!value || !*value)
		return;
	printf("%s: ", name);
	print_visible(stdout, value);
	putchar('\n');
}

static void print_people(const char *header, const struct addr *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		printf("%s", i == 0 ? header : ",");
		printf("%s", i == 0 ? ": " : " ");
		if (list[i].name && list[i].name[0]) {
			print_visible(stdout, list[i].name);
			printf(" <%s>", list[i].address);
		} else {
			printf("%s", list[i].address);
		}
	}
	if (count)
		putchar('\n');
}

static const char *file_name(const struct message_file *file)
{
	return file->name ? file->name : file->path;
}

static void print_message(const struct merge_message *msg)
{
	const struct message_draft *d = &msg->draft;

	print_people("From", &d->from, 1);
	print_people("To", d->to.list, d->to.count);
	print_people("Cc", d->cc.list, d->cc.count);
	print_people("Bcc", d->bcc.list, d->bcc.count);
	print_header("Reply-To", d->reply_to);
	print_header("Subject", d->subject);
	for (size_t i = 0; i < d->header_count; i++) {
		print_visible(stdout, d->headers[i]);
		putchar('\n');
	}
	print_header("In-Reply-To", d->in_reply_to);
	for (size_t i = 0; i < d->file_count; i++)
		print_header("Attached", file_name(&d->files[i]));
	if (d->html)
		print_header("Also as", "HTML");
	putchar('\n');
	print_lines(stdout, d->text ? d->text : "(The text is made from the HTML.)\n");
	if (d->signature && *d->signature) {
		puts("-- ");
		print_lines(stdout, d->signature);
	}
}

static void put_people(struct json *value, const char *key, const struct addr_list *list)
{
	struct json *all = json_new_array();

	for (size_t i = 0; i < list->count; i++) {
		struct json *one = json_new_object();

		json_put_text(one, "name", list->list[i].name);
		json_put_text(one, "address", list->list[i].address);
		json_add(all, one);
	}
	json_put(value, key, all);
}

static struct json *texts(const char *const *list, size_t count)
{
	struct json *all = json_new_array();

	for (size_t i = 0; i < count; i++)
		json_add_text(all, list[i]);
	return all;
}

static struct json *files_json(const struct message_draft *d)
{
	struct json *all = json_new_array();

	for (size_t i = 0; i < d->file_count; i++)
		json_add_text(all, file_name(&d->files[i]));
	return all;
}

static struct json *message_json(const struct merge_message *msg)
{
	const struct message_draft *d = &msg->draft;
	struct json *value = json_new_object();

	json_put_number(value, "line", msg->line);
	json_put_text(value, "from", d->from.address);
	put_people(value, "to", &d->to);
	put_people(value, "cc", &d->cc);
	put_people(value, "bcc", &d->bcc);
	json_put_text(value, "reply_to", d->reply_to);
	json_put_text(value, "subject", d->subject);
	json_put(value, "headers", texts(d->headers, d->header_count));
	json_put_text(value, "in_reply_to", d->in_reply_to);
	json_put(value, "files", files_json(d));
	json_put_bool(value, "html", d->html != NULL);
	json_put_text(value, "text", d->text);
	json_put_text(value, "signature", d->signature);
	return value;
}

int send_each_show(struct call *call, const struct merge *m, struct err *err)
{
	struct json *first = call->global.json ? json_new_array() : NULL;
	size_t count = merge_count(m);
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < count && i < SHOWN; i++) {
		struct merge_message msg;

		rc = merge_fill(m, i, &msg, err);
		if (rc == 0 && first) {
			json_add(first, message_json(&msg));
		} else if (rc == 0) {
			printf("--- %zu of %zu, line %ld ---\n", i + 1, count, msg.line);
			print_message(&msg);
		}
		merge_message_clear(&msg);
	}
	if (first) {
		call->result = json_new_object();
		json_put_number(call->result, "messages", (long long)count);
		json_put(call->result, "first", first);
	}
	return rc;
}

/* Of the first: what one lacks, all lack. */
static void warn_text(const struct message_draft *d)
{
	if (!d->subject || strspn(d->subject, " \t") == strlen(d->subject))
		print_warning("There is no subject: give --subject, or a line \"Subject: ...\" at "
			      "the top of the template.");
	if (d->file_count == 0 && d->text && draft_speaks_of_file(d->text))
		print_warning("The text speaks of an attachment, and no file is attached.");
}

void send_each_warn(const struct merge *m, const char *table)
{
	size_t count = merge_count(m), wrong = 0;

	for (size_t i = 0; i < count; i++) {
		struct merge_message msg;
		char sentence[300];

		if (merge_fill(m, i, &msg, NULL) == 0) {
			if (i == 0)
				warn_text(&msg.draft);
			if (draft_doubt_address(msg.address, sentence) && ++wrong <= WARNED)
				print_warning("%s, line %ld: %s", table, msg.line, sentence);
		}
		merge_message_clear(&msg);
	}
	if (wrong > WARNED)
		print_warning("%zu more addresses look mistyped.", wrong - WARNED);
}
