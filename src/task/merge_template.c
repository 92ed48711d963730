#include "task/merge_template.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/text.h"

#define VALUE_MAX 8000

static const char *const written[] = { "Date",     "Message-ID",  "MIME-Version",
				       "Received", "Return-Path", "DKIM-Signature",
				       NULL };

const struct merge_head *merge_template_head(const struct merge_template *t, const char *name)
{
	for (size_t i = 0; i < t->head_count; i++)
		if (text_eq_nocase(t->heads[i].name, name))
			return &t->heads[i];
	return NULL;
}

void merge_template_clear(struct merge_template *t)
{
	for (size_t i = 0; i < t->head_count; i++) {
		free(t->heads[i].name);
		free(t->heads[i].value);
	}
	*t = (struct merge_template){ .head_count = 0 };
}

/* Bytes of the name before the colon; 0: it is no header line. */
static size_t name_len(const char *line, size_t len)
{
	size_t n = 0;

	while (n < len && line[n] > ' ' && line[n] < 0x7f && line[n] != ':')
		n++;
	return n < len && line[n] == ':' ? n : 0;
}

static int check_name(const struct merge_template *t, const char *name, const char *head, long line,
		      struct err *err)
{
	bool ours = text_prefix_nocase(head, "Content-") || text_prefix_nocase(head, "Resent-");

	for (size_t i = 0; written[i]; i++)
		ours = ours || text_eq_nocase(head, written[i]);
	if (text_eq_nocase(head, "To"))
		return err_set(err, ERR_INPUT,
			       "%s, line %ld: who gets the message is what the table says, and "
			       "not a To header.",
			       name, line);
	if (ours)
		return err_set(err, ERR_INPUT,
			       "%s, line %ld: the header %s is written by outpost itself.", name,
			       line, head);
	if (merge_template_head(t, head))
		return err_set(err, ERR_INPUT, "%s, line %ld: the header %s is there twice.", name,
			       line, head);
	if (t->head_count == MERGE_HEADS_MAX)
		return err_set(err, ERR_INPUT, "%s, line %ld: at most %d headers.", name, line,
			       MERGE_HEADS_MAX);
	return 0;
}

static int add_head(struct merge_template *t, const char *name, const char *bytes, size_t len,
		    long line, struct err *err)
{
	size_t n = name_len(bytes, len);
	struct merge_head *head = &t->heads[t->head_count];
	char *value, *title;

	if (len > VALUE_MAX)
		return err_set(err, ERR_INPUT, "%s, line %ld: the header is too long.", name, line);
	title = xstrndup(bytes, n);
	if (check_name(t, name, title, line, err) < 0) {
		free(title);
		return -1;
	}
	value = xstrndup(bytes + n + 1, len - n - 1);
	*head = (struct merge_head){ .name = title,
				     .value = xstrdup(text_trim(value)),
				     .line = line };
	t->head_count++;
	free(value);
	return 0;
}

/* A folded line goes on where the last header ended, with one blank between. */
static int add_folded(struct merge_template *t, const char *name, const char *bytes, size_t len,
		      long line, struct err *err)
{
	struct merge_head *head = &t->heads[t->head_count - 1];
	char *more = xstrndup(bytes, len), *joined;

	joined = xasprintf("%s %s", head->value, text_trim(more));
	free(more);
	free(head->value);
	head->value = joined;
	if (strlen(joined) > VALUE_MAX)
		return err_set(err, ERR_INPUT, "%s, line %ld: the header is too long.", name, line);
	return 0;
}

static int check_bytes(const char *name, const char *bytes, size_t len, struct err *err)
{
	if (memchr(bytes, '\0', len))
		return err_set(err, ERR_INPUT, "%s has a NUL byte: it is no text.", name);
	if (text_utf8_valid(bytes, len))
		return 0;
	err_set(err, ERR_INPUT, "%s is not UTF-8.", name);
	err_hint(err, "Convert it first, for instance with iconv -f ISO-8859-1 -t UTF-8.");
	return -1;
}

/* 1: a header was taken, 0: an empty line, -1. */
static int take_line(struct merge_template *t, const char *name, const char *bytes, size_t len,
		     long line, struct err *err)
{
	if (len > 0 && bytes[len - 1] == '\r')
		len--;
	if (len == 0)
		return 0;
	if ((*bytes == ' ' || *bytes == '\t') && t->head_count > 0)
		return add_folded(t, name, bytes, len, line, err) < 0 ? -1 : 1;
	if (name_len(bytes, len) > 0)
		return add_head(t, name, bytes, len, line, err) < 0 ? -1 : 1;
	err_set(err, ERR_INPUT, "%s, line %ld is neither a header nor empty.", name, line);
	err_hint(err, "An empty line ends the headers. A file that is all text begins with one.");
	return -1;
}

int merge_template_parse(struct merge_template *t, const char *name, const char *bytes, size_t len,
			 struct err *err)
{
	size_t at = len >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
	long line = 1;
	int more = 1;

	*t = (struct merge_template){ .text_line = 1 };
	if (check_bytes(name, bytes, len, err) < 0)
		return -1;
	if (at < len && bytes[at] != '\n' && bytes[at] != '\r' && !name_len(bytes + at, len - at)) {
		t->text = bytes + at;
		t->text_len = len - at;
		return 0;
	}
	for (; more == 1 && at < len; line++) {
		const char *end = memchr(bytes + at, '\n', len - at);
		size_t n = end ? (size_t)(end - bytes) - at : len - at;

		more = take_line(t, name, bytes + at, n, line, err);
		at += n + (end ? 1 : 0);
	}
	t->text = bytes + at;
	t->text_len = len - at;
	t->text_line = line;
	return more < 0 ? -1 : 0;
}
