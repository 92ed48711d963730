#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/text.h"
#include "mail/account.h"
#include "task/merge_private.h"

#define HEADER_BYTES 8000
#define LINK_BYTES   900 /* a header line has 998, and links are not folded */
#define PATHS_MAX    100

struct merge_strings {
	char **cells;
	struct addr_list from, to, cc, bcc;
	char *subject, *reply_to, *text, *html;
	char **headers;
	size_t header_count;
	struct message_file *files; /* those for all, then the row's own */
	size_t file_count, own_from;
};

static const char *special(const struct merge *m, const struct merge_strings *own,
			   enum merge_special which)
{
	return m->special[which] < 0 ? "" : own->cells[m->special[which]];
}

static char *fill_text(const struct merge_text *text, struct merge_strings *own, size_t most,
		       size_t *len, struct err *err)
{
	struct buf out = BUF_INIT(most);

	if (merge_text_fill(text, own->cells, &out, err) < 0) {
		buf_free(&out);
		return NULL;
	}
	if (len)
		*len = out.len;
	return buf_detach(&out);
}

static void add_list(struct addr_list *list, const struct addr_list *more)
{
	for (size_t i = 0; i < more->count; i++)
		addr_list_add(list, more->list[i].name, more->list[i].address);
}

/* Of the command line, of the template, of the row. */
static int fill_list(struct addr_list *list, const struct addr_list *base,
		     const struct merge_text *text, struct merge_strings *own, const char *cell,
		     struct err *err)
{
	char *filled = NULL;
	int rc = 0;

	add_list(list, base);
	if (text) {
		filled = fill_text(text, own, HEADER_BYTES, NULL, err);
		rc = !filled ? -1 : *filled ? message_parse_addresses(filled, list, err) : 0;
		free(filled);
	}
	if (rc == 0 && *cell)
		rc = message_parse_addresses(cell, list, err);
	return rc;
}

static int fill_to(const struct merge *m, struct merge_strings *own, struct err *err)
{
	const char *cell = special(m, own, SPECIAL_TO);
	const char *name = special(m, own, SPECIAL_NAME);
	struct addr_list list = ADDR_LIST_INIT;
	int rc;

	if (!*cell)
		return err_set(err, ERR_INPUT, "There is no address.");
	rc = message_parse_addresses(cell, &list, err);
	if (rc == 0 && list.count != 1)
		rc = err_set(err, ERR_INPUT,
			     "\"%.100s\" is not one address: each row has one, others stand in a "
			     "column \"cc\" or \"bcc\".",
			     cell);
	if (rc == 0)
		addr_list_add(&own->to, *name ? name : list.list[0].name, list.list[0].address);
	addr_list_clear(&list);
	return rc;
}

static int fill_from(const struct merge *m, struct merge_strings *own, struct addr *from,
		     struct err *err)
{
	*from = m->params.base->from;
	if (m->from && !from->address) {
		if (fill_list(&own->from, &own->from, m->from, own, "", err) < 0)
			return -1;
		if (own->from.count != 1)
			return err_set(err, ERR_INPUT, "From takes one address, not %zu.",
				       own->from.count);
		*from = own->from.list[0];
	} else if (!from->address) {
		from->address = (char *)account_get(m->params.account, ACCOUNT_ADDRESS);
		if (!from->name)
			from->name = (char *)account_get(m->params.account, ACCOUNT_FROM_NAME);
	}
	return 0;
}

static void add_header(struct merge_strings *own, char *line)
{
	own->headers = xreallocarray(own->headers, own->header_count + 1, sizeof *own->headers);
	own->headers[own->header_count++] = line;
}

static int fill_links(const struct merge *m, struct merge_strings *own, struct err *err)
{
	struct buf out = BUF_INIT(LINK_BYTES);
	bool one_click = false;
	int rc = buf_adds(&out, "List-Unsubscribe:");

	for (size_t i = 0; rc == 0 && i < m->params.unsubscribe_count; i++) {
		size_t from = out.len + 2;

		rc = buf_adds(&out, i ? ", <" : " <");
		if (rc == 0 && merge_text_fill(m->links[i], own->cells, &out, err) < 0) {
			buf_free(&out);
			return -1;
		}
		for (const char *p = buf_text(&out) + from + (i ? 1 : 0); *p; p++)
			if (*p <= ' ' || *p > '~' || strchr("<>", *p))
				rc = -1;
		one_click |= text_prefix_nocase(m->params.unsubscribe[i], "https://");
		if (rc == 0)
			rc = buf_adds(&out, ">");
	}
	if (rc < 0) {
		buf_free(&out);
		return err_set(err, ERR_INPUT,
			       "The link of --list-unsubscribe is longer than %d bytes, or has "
			       "signs that a link cannot have.",
			       LINK_BYTES);
	}
	add_header(own, buf_detach(&out));
	if (one_click)
		add_header(own, xstrdup("List-Unsubscribe-Post: List-Unsubscribe=One-Click"));
	return 0;
}

static int fill_headers(const struct merge *m, struct merge_strings *own, struct err *err)
{
	for (size_t i = 0; i < m->params.base->header_count; i++) {
		char *line = fill_text(m->lines[i], own, HEADER_BYTES, NULL, err);

		if (!line)
			return -1;
		add_header(own, line);
	}
	for (size_t i = 0; i < m->head_count; i++) {
		char *value = fill_text(m->heads[i].value, own, HEADER_BYTES, NULL, err);

		if (!value)
			return -1;
		if (*value)
			add_header(own, xasprintf("%s: %s", m->heads[i].name, value));
		free(value);
	}
	return m->params.unsubscribe_count ? fill_links(m, own, err) : 0;
}

static int fill_files(const struct merge *m, struct merge_strings *own, struct err *err)
{
	char *copy = xstrdup(special(m, own, SPECIAL_ATTACH)), *rest = copy, *path;
	size_t base = m->params.base->file_count;

	own->own_from = own->file_count = base;
	own->files = xcalloc(base + PATHS_MAX, sizeof *own->files);
	for (size_t i = 0; i < base; i++)
		own->files[i] = m->params.base->files[i];
	while ((path = strsep(&rest, ";"))) {
		path = text_trim(path);
		if (!*path)
			continue;
		if (own->file_count == base + PATHS_MAX) {
			free(copy);
			return err_set(err, ERR_INPUT, "There are over %d attachments.", PATHS_MAX);
		}
		own->files[own->file_count++].path = xstrdup(path);
	}
	free(copy);
	return 0;
}

static int fill_all(const struct merge *m, struct merge_message *out, struct err *err)
{
	const struct message_draft *base = m->params.base;
	struct message_draft *d = &out->draft;
	struct merge_strings *own = out->own;

	*d = *base;
	if (fill_to(m, own, err) < 0 || fill_from(m, own, &d->from, err) < 0 ||
	    fill_list(&own->cc, &base->cc, m->cc, own, special(m, own, SPECIAL_CC), err) < 0 ||
	    fill_list(&own->bcc, &base->bcc, m->bcc, own, special(m, own, SPECIAL_BCC), err) < 0)
		return -1;
	own->text = fill_text(m->text, own, MESSAGE_TEXT_MAX, &d->text_len, err);
	if (!own->text)
		return -1;
	if (m->html && !(own->html = fill_text(m->html, own, MESSAGE_TEXT_MAX, &d->html_len, err)))
		return -1;
	if (m->subject && !(own->subject = fill_text(m->subject, own, HEADER_BYTES, NULL, err)))
		return -1;
	if (m->reply_to && !base->reply_to &&
	    !(own->reply_to = fill_text(m->reply_to, own, HEADER_BYTES, NULL, err)))
		return -1;
	if (fill_headers(m, own, err) < 0 || fill_files(m, own, err) < 0)
		return -1;
	d->to = own->to;
	d->cc = own->cc;
	d->bcc = own->bcc;
	d->text = own->html && d->text_len == 0 ? NULL : own->text;
	d->html = own->html;
	d->subject = own->subject;
	if (own->reply_to)
		d->reply_to = own->reply_to;
	d->headers = (const char *const *)own->headers;
	d->header_count = own->header_count;
	d->files = own->files;
	d->file_count = own->file_count;
	if (!d->signature && account_is_set(m->params.account, ACCOUNT_SIGNATURE))
		d->signature = account_get(m->params.account, ACCOUNT_SIGNATURE);
	return 0;
}

int merge_fill(const struct merge *m, size_t i, struct merge_message *out, struct err *err)
{
	*out = (struct merge_message){ .line = m->table.rows[i].line };
	out->own = xcalloc(1, sizeof *out->own);
	out->own->cells = xcalloc(m->table.columns.count + 1, sizeof *out->own->cells);
	merge_table_cells(&m->table, i, out->own->cells);
	if (fill_all(m, out, err) < 0)
		return -1;
	out->address = out->own->to.list[0].address;
	return 0;
}

void merge_message_clear(struct merge_message *out)
{
	struct merge_strings *own = out->own;

	if (own) {
		addr_list_clear(&own->from);
		addr_list_clear(&own->to);
		addr_list_clear(&own->cc);
		addr_list_clear(&own->bcc);
		for (size_t i = 0; i < own->header_count; i++)
			free(own->headers[i]);
		for (size_t i = own->own_from; i < own->file_count; i++)
			free((char *)own->files[i].path);
		free(own->headers);
		free(own->files);
		free(own->subject);
		free(own->reply_to);
		free(own->text);
		free(own->html);
		free(own->cells);
		free(own);
	}
	*out = (struct merge_message){ .own = NULL };
}
