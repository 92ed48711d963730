#include "task/typed.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/date.h"
#include "base/err.h"
#include "base/file.h"

static int read_from(const char *text, struct message_draft *draft, struct typed_own *own,
		     struct err *err)
{
	if (message_parse_addresses(text, &own->from, err) < 0)
		return -1;
	if (own->from.count != 1)
		return err_set(err, ERR_INPUT, "The sender is one address, not \"%s\".", text);
	draft->from = own->from.list[0];
	/* An empty name would look like one not given. */
	if (draft->from.name && draft->from.name[0] == '\0')
		draft->from.name = NULL;
	return 0;
}

static int read_html(const char *path, struct message_draft *draft, struct typed_own *own,
		     struct err *err)
{
	int rc = strcmp(path, "-") == 0
			 ? file_read_fd(STDIN_FILENO, "the HTML on standard input", &own->html, err)
			 : file_read(path, &own->html, err);

	if (rc < 0)
		return -1;
	if (own->html.len == 0)
		return err_set(err, ERR_INPUT, "There is no HTML in %s.",
			       strcmp(path, "-") == 0 ? "what standard input gave" : path);
	draft->html = buf_text(&own->html);
	draft->html_len = own->html.len;
	return 0;
}

static int read_date(const char *text, struct message_draft *draft, struct err *err)
{
	if (date_parse(text, &draft->date) == 0)
		return 0;
	err_set(err, ERR_INPUT, "\"%.100s\" is not a date that a message can have.", text);
	err_hint(err, "Write it as 2026-11-24 09:30, 2026-11-24T09:30:00+01:00, or as a mail "
		      "header has it.");
	return -1;
}

int typed_check(const struct typed *typed, struct err *err)
{
	struct message_draft unused;
	char *id;

	if (typed->date && read_date(typed->date, &unused, err) < 0)
		return -1;
	if (!typed->in_reply_to)
		return 0;
	id = message_check_id(typed->in_reply_to, err);
	free(id);
	return id ? 0 : -1;
}

int typed_read(const struct typed *typed, struct message_draft *draft, struct typed_own *own,
	       struct err *err)
{
	if ((typed->from && read_from(typed->from, draft, own, err) < 0) ||
	    (typed->html && read_html(typed->html, draft, own, err) < 0) ||
	    (typed->date && read_date(typed->date, draft, err) < 0))
		return -1;
	draft->reply_to = typed->reply_to;
	draft->in_reply_to = typed->in_reply_to;
	draft->headers = typed->headers;
	draft->header_count = typed->header_count;
	if (typed->no_signature)
		draft->signature = "";
	return 0;
}

void typed_own_clear(struct typed_own *own)
{
	addr_list_clear(&own->from);
	buf_free(&own->html);
}

static int copy(int from, int to, struct err *err)
{
	char block[65536];
	off_t left = MESSAGE_FILES_MAX;
	ssize_t n;

	while ((n = read(from, block, sizeof block)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_errno(err, "Cannot read standard input");
		left -= n;
		if (left < 0)
			return err_set(err, ERR_INPUT,
				       "What standard input gives is too large: at "
				       "most %d MB can be attached.",
				       MESSAGE_FILES_MAX >> 20);
		if (file_write_all(to, block, (size_t)n, "a temporary file", err) < 0) {
			err_hint(err, "Is there room left in $TMPDIR or /tmp?");
			return -1;
		}
	}
	return 0;
}

int typed_spool(int fd, struct err *err)
{
	int to = file_temp(err);

	if (to < 0 || copy(fd, to, err) == 0)
		return to;
	close(to);
	return -1;
}
