#include "cli/draft_keep.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/print.h"
#include "cli/send_content.h"
#include "mail/account.h"
#include "port/json.h"
#include "task/drafts.h"

#define LINE_MOST (256 * 1024)

static bool given(const struct option_row *row, const char *values)
{
	const void *at = values + row->offset;

	switch (row->kind) {
	case OPTION_FLAG:
		return *(const bool *)at;
	case OPTION_TEXT:
		return *(const char *const *)at != NULL;
	case OPTION_LIST:
		return ((const struct option_list *)at)->count > 0;
	case OPTION_NUMBER:
		return ((const struct option_number *)at)->given;
	default:
		return false;
	}
}

int draft_refuse_others(const struct call *call, struct err *err)
{
	static const char *const kept[] = { "to",           "cc",          "bcc",    "subject",
					    "attach",       "name",        "html",   "from",
					    "reply-to",     "in-reply-to", "header", "date",
					    "no-signature", "draft",       "edit",   NULL };

	for (const struct option_row *row = call->command->options; row->name; row++) {
		size_t i = 0;

		while (kept[i] && strcmp(kept[i], row->name) != 0)
			i++;
		if (kept[i] || !given(row, call->options))
			continue;
		return err_set(err, ERR_USAGE,
			       "A draft keeps what the message says; --%s is about how it is sent "
			       "and cannot be kept with it.",
			       row->name);
	}
	return 0;
}

static char *join(const struct option_list *list, struct err *err)
{
	struct buf out = BUF_INIT(LINE_MOST);
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < list->count; i++)
		if ((i > 0 && buf_adds(&out, ", ") < 0) || buf_adds(&out, list->items[i]) < 0)
			rc = err_set(err, ERR_INPUT, "These are too many recipients for a draft.");
	if (rc == 0)
		return buf_detach(&out);
	buf_free(&out);
	return NULL;
}

/* Whoever goes on with it may stand in another folder. */
static char *whole_path(const char *path, const char *what, struct err *err)
{
	char *whole = strcmp(path, "-") == 0 ? NULL : realpath(path, NULL);

	if (whole)
		return whole;
	if (strcmp(path, "-") == 0) {
		err_set(err, ERR_USAGE, "A draft keeps where files are, and --%s - has no place.",
			what);
		return NULL;
	}
	err_errno(err, "Cannot %s %s", strcmp(what, "attach") == 0 ? "attach" : "read", path);
	err->kind = ERR_NOINPUT;
	return NULL;
}

static int add_files(struct draft *draft, const struct send_content *content, struct err *err)
{
	const struct option_list *files = &content->files;

	if (files->count > DRAFT_FILES_MAX)
		return err_set(err, ERR_INPUT, "A draft takes %d files at most.", DRAFT_FILES_MAX);
	draft->files = xcalloc(files->count + 1, sizeof *draft->files);
	draft->names = xcalloc(files->count + 1, sizeof *draft->names);
	for (; draft->file_count < files->count; draft->file_count++) {
		size_t i = draft->file_count;

		draft->files[i] = whole_path(files->items[i], "attach", err);
		if (!draft->files[i])
			return -1;
		draft->names[i] = xstrdup(send_content_name(content, i));
	}
	return 0;
}

static int add_typed(struct draft *draft, const struct typed *typed, struct err *err)
{
	if (typed->header_count > DRAFT_HEADERS_MAX)
		return err_set(err, ERR_INPUT, "A draft takes %d headers at most.",
			       DRAFT_HEADERS_MAX);
	draft->from = xstrdup(typed->from);
	draft->reply_to = xstrdup(typed->reply_to);
	draft->in_reply_to = xstrdup(typed->in_reply_to);
	draft->date = xstrdup(typed->date);
	draft->no_signature = typed->no_signature ? xstrdup("yes") : NULL;
	draft->headers = xcalloc(typed->header_count + 1, sizeof *draft->headers);
	for (; draft->header_count < typed->header_count; draft->header_count++)
		draft->headers[draft->header_count] = xstrdup(typed->headers[draft->header_count]);
	if (typed->html && !(draft->html = whole_path(typed->html, "html", err)))
		return -1;
	return 0;
}

static int fill(struct draft *draft, const struct draft_typed *typed, struct err *err)
{
	if (!(draft->to = join(typed->to, err)) || !(draft->cc = join(typed->cc, err)) ||
	    !(draft->bcc = join(typed->bcc, err)))
		return -1;
	draft->subject = xstrdup(typed->subject);
	if (strlen(typed->text) > DRAFT_TEXT_MAX)
		return err_set(err, ERR_INPUT, "The text of a draft has %d MB at most.",
			       DRAFT_TEXT_MAX >> 20);
	if (!text_utf8_valid(typed->text, strlen(typed->text)))
		return err_set(err, ERR_INPUT, "The text is not UTF-8.");
	draft->text = xstrdup(typed->text);
	draft->keep_lines = typed->keep_lines ? xstrdup("yes") : NULL;
	if (add_typed(draft, &typed->content->typed, err) < 0)
		return -1;
	return add_files(draft, typed->content, err);
}

static void tell_kept(struct call *call, long number)
{
	if (call->global.json) {
		call->result = json_new_object();
		json_put_bool(call->result, "sent", false);
		json_put_number(call->result, "draft", number);
	} else {
		print_note("Kept as draft %ld. outpost draft send %ld sends it.", number, number);
	}
}

int draft_keep(struct call *call, const struct account *a, const struct draft_typed *typed,
	       struct err *err)
{
	struct draft draft = { .account = xstrdup(account_id(a)) };
	struct draft_file *file = NULL;
	int rc = fill(&draft, typed, err);

	if (rc == 0 && !(file = drafts_begin(err)))
		rc = -1;
	if (rc == 0)
		rc = drafts_save(file, &draft, err);
	if (rc == 0)
		tell_kept(call, drafts_number(file));
	drafts_leave(file);
	draft_clear(&draft);
	return rc;
}
