#include "cli/send_each.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "cli/command.h"
#include "cli/print.h"
#include "cli/send_each_run.h"
#include "cli/send_each_show.h"
#include "port/json.h"
#include "task/merge.h"

/* ---- what is given ---- */

static int no_text(struct err *err)
{
	err_set(err, ERR_USAGE, "Say what the messages are to be: --template FILE.");
	err_hint(err, "See outpost send --help");
	return -1;
}

static int read_text(const struct call *call, const struct send_each *o,
		     const struct send_each_base *base, struct buf *text, struct err *err)
{
	bool free_stdin = !base->stdin_taken && strcmp(o->table, "-") != 0 && !isatty(STDIN_FILENO);

	if (o->template && call->arg_count)
		return err_set(err, ERR_USAGE,
			       "The text is in --template, or on the command line, "
			       "not both.");
	if (o->template)
		return file_read(o->template, text, err);
	for (size_t i = 0; i < call->arg_count; i++)
		if ((i > 0 && buf_addc(text, ' ') < 0) || buf_adds(text, call->args[i]) < 0)
			return err_set(err, ERR_INPUT, "The text is too long.");
	if (call->arg_count)
		return buf_addc(text, '\n');
	if (!free_stdin && base->draft->html)
		return 0;
	if (!free_stdin)
		return no_text(err);
	if (file_read_fd(STDIN_FILENO, "the text on standard input", text, err) < 0)
		return -1;
	/* A forgotten --template, where standard input is /dev/null: not a blank for everybody. */
	return text->len > 0 || base->draft->html || base->draft->subject ? 0 : no_text(err);
}

static int open_table(const char *path, struct err *err)
{
	int fd = strcmp(path, "-") == 0 ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0) {
		int missing = errno == ENOENT;

		err_errno(err, "%s cannot be read", path);
		if (missing)
			err->kind = ERR_NOINPUT;
	}
	return fd;
}

static int tell_faults(struct call *call, const struct merge *m, const char *table, struct err *err)
{
	const struct merge_fault *list;
	size_t count = merge_faults(m, &list);
	size_t told = count < MERGE_FAULTS ? count : MERGE_FAULTS;
	struct json *rows = call->global.json ? json_new_array() : NULL;

	for (size_t i = 0; i < told; i++) {
		if (!rows) {
			print_note("%s, line %ld: %s", table, list[i].line, list[i].text);
			continue;
		}
		struct json *one = json_new_object();

		json_put_number(one, "line", list[i].line);
		json_put_text(one, "fault", list[i].text);
		json_add(rows, one);
	}
	if (rows) {
		call->result = json_new_object();
		json_put(call->result, "faults", rows);
	}
	if (count > told && !rows)
		print_note("%zu more row%s wrong.", count - told,
			   count - told == 1 ? " is" : "s are");
	if (merge_count(m) == 1)
		return err_set(err, ERR_INPUT, "The only row of %s is wrong. Nothing was sent.",
			       table);
	return err_set(err, ERR_INPUT, "%zu of %zu rows of %s %s wrong. Nothing was sent.", count,
		       merge_count(m), table, count == 1 ? "is" : "are");
}

static int dry_run(struct call *call, const struct account *a, const struct merge *m,
		   struct err *err)
{
	size_t count = merge_count(m);

	if (send_each_show(call, m, err) < 0)
		return -1;
	if (call->global.json)
		return 0;
	if (count == 1)
		print_note("The only row is right. Nothing was sent.");
	else
		print_note("All %zu rows are right. Nothing was sent.", count);
	send_each_limits(call, a, count, true);
	return 0;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && slash[1] ? slash + 1 : path;
}

int send_each(struct call *call, const struct send_each *o, const struct send_each_base *base,
	      struct err *err)
{
	struct buf text = BUF_INIT(MESSAGE_TEXT_MAX);
	struct message_draft draft = *base->draft;
	struct merge_params params = {
		.account = base->account,
		.base = &draft,
		.wishes = base->wishes,
		.subject = base->draft->subject,
		.table = strcmp(o->table, "-") == 0 ? "Standard input" : base_name(o->table),
		.text_name = o->template ? base_name(o->template) : "the text",
		.has_heads = o->template != NULL,
		.to_column = o->to_column,
		.unsubscribe = (const char *const *)o->unsubscribe.items,
		.unsubscribe_count = o->unsubscribe.count,
		.run = o->run,
		.repeat = o->repeat,
	};
	const struct merge_fault *faults;
	struct merge *m = NULL;
	int fd = -1, rc = -1;

	draft.subject = NULL; /* it is filled for each */
	draft.flows = o->template || call->arg_count > 0;
	if (read_text(call, o, base, &text, err) == 0 && (fd = open_table(o->table, err)) >= 0) {
		params.text = buf_text(&text);
		params.text_len = text.len;
		m = merge_open(&params, fd, err);
		close(fd);
	}
	if (m && merge_faults(m, &faults) > 0)
		rc = tell_faults(call, m, params.table, err);
	else if (m) {
		if (!call->global.json)
			send_each_warn(m, params.table);
		rc = o->dry_run ? dry_run(call, base->account, m, err)
				: send_each_run(call, base, m, err);
	}
	merge_close(m);
	buf_free(&text);
	return rc;
}
