#include <search.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/text.h"
#include "task/merge_private.h"

/* An address, and where it was first seen. */
struct seen {
	char *address;
	long line;
	size_t times;
};

/* ---- columns ---- */

/* As people and their address books call it. */
static const char *const address_names[] = { "email", "e-mail", "email address", "e-mail address",
					     "to" };

static int no_address_column(const struct merge *m, const char *wanted, struct err *err)
{
	if (wanted) {
		err_set(err, ERR_INPUT, "%s has no column \"%.100s\".", m->table.name, wanted);
		merge_column_hint(&m->table.columns, wanted, err);
		return -1;
	}
	err_set(err, ERR_INPUT,
		"%s has no column \"email\": say with --to-column which one holds the addresses.",
		m->table.name);
	merge_column_hint(&m->table.columns, "email", err);
	return -1;
}

static int find_to(struct merge *m, struct err *err)
{
	const struct merge_columns *columns = &m->table.columns;
	const char *wanted = m->params.to_column, *found = NULL;
	long *to = &m->special[SPECIAL_TO];

	*to = wanted ? merge_column(columns, wanted) : -1;
	for (size_t i = 0; !wanted && i < sizeof address_names / sizeof *address_names; i++) {
		long column = merge_column(columns, address_names[i]);

		if (column >= 0 && found)
			return err_set(err, ERR_INPUT,
				       "%s has a column \"%s\" and a column \"%s\": say with "
				       "--to-column which one holds the addresses.",
				       m->table.name, found, address_names[i]);
		if (column >= 0) {
			found = address_names[i];
			*to = column;
		}
	}
	return *to >= 0 ? 0 : no_address_column(m, wanted, err);
}

static int find_columns(struct merge *m, struct err *err)
{
	const struct merge_columns *columns = &m->table.columns;

	m->special[SPECIAL_NAME] = merge_column(columns, "name");
	m->special[SPECIAL_CC] = merge_column(columns, "cc");
	m->special[SPECIAL_BCC] = merge_column(columns, "bcc");
	m->special[SPECIAL_ATTACH] = merge_column(columns, "attach");
	return find_to(m, err);
}

/* ---- checks ---- */

static void __attribute__((format(printf, 3, 4)))
add_fault(struct merge *m, long line, const char *fmt, ...)
{
	struct merge_fault *fault = &m->faults[m->fault_count];
	va_list ap;

	if (m->fault_count++ >= MERGE_FAULTS)
		return;
	fault->line = line;
	va_start(ap, fmt);
	vsnprintf(fault->text, sizeof fault->text, fmt, ap);
	va_end(ap);
}

static int compare(const void *a, const void *b)
{
	const struct seen *one = a, *two = b;

	return strcmp(one->address, two->address);
}

static void free_seen(void *p)
{
	struct seen *seen = p;

	free(seen->address);
	free(seen);
}

static void check_again(struct merge *m, size_t row, const struct merge_message *msg, void **tree)
{
	struct seen *mine = xcalloc(1, sizeof *mine), **found;

	mine->address = xstrdup(msg->address);
	mine->line = msg->line;
	text_lower(mine->address);
	found = tsearch(mine, tree, compare);
	if (!found)
		die("out of memory");
	m->nth[row] = (*found)->times++;
	if (*found == mine)
		return;
	if (!m->params.repeat)
		add_fault(m, msg->line, "%.100s is in line %ld already.", msg->address,
			  (*found)->line);
	free_seen(mine);
}

static int stat_file(const struct message_file *file, struct stat *st)
{
	if (!file->path)
		return fstat(file->fd, st);
	return stat(file->path, st) < 0 || access(file->path, R_OK) < 0 ? -1 : 0;
}

static int check_files(const struct message_draft *draft, struct err *err)
{
	off_t size = 0;

	for (size_t i = 0; i < draft->file_count; i++) {
		const struct message_file *file = &draft->files[i];
		const char *what = file->path ? file->path : file->name;
		struct stat st;

		if (stat_file(file, &st) < 0)
			return err_errno(err, "Cannot attach %s", what);
		if (!S_ISREG(st.st_mode))
			return err_set(err, ERR_INPUT, "Cannot attach %s: it is no file.", what);
		size += st.st_size;
		if (st.st_size > MESSAGE_FILES_MAX || size > MESSAGE_FILES_MAX)
			return err_set(err, ERR_INPUT, "The attachments are too large.");
	}
	return 0;
}

/* Everything that making the message would find, but for its attachments, whose bytes need
 * not be read twice. */
static int check_message(const struct merge_message *msg, struct err *err)
{
	struct message_draft draft = msg->draft;
	struct message *built;

	if (check_files(&draft, err) < 0)
		return -1;
	draft.files = NULL;
	draft.file_count = 0;
	built = message_build(&draft, err);
	message_free(built);
	return built ? 0 : -1;
}

/* -1 only for what is no fault of the row. */
static int check_row(struct merge *m, size_t i, void **tree, struct err *err)
{
	const struct merge_row *row = &m->table.rows[i];
	struct merge_message msg;
	struct err why = ERR_INIT;
	int rc = 0;

	if (!row->bytes) {
		if (row->fault)
			add_fault(m, row->line, "It %s.", row->fault);
		else
			add_fault(m, row->line, "It has %zu cell%s, and there are %zu columns.",
				  row->cells, row->cells == 1 ? "" : "s", m->table.columns.count);
		return 0;
	}
	if (merge_fill(m, i, &msg, &why) < 0 || check_message(&msg, &why) < 0)
		add_fault(m, row->line, "%s%s%s", why.text, why.hint[0] ? " " : "", why.hint);
	else
		check_again(m, i, &msg, tree);
	if (why.kind == ERR_SYSTEM && strstr(why.text, "temporary")) {
		*err = why;
		rc = -1;
	}
	merge_message_clear(&msg);
	return rc;
}

static int check_rows(struct merge *m, struct err *err)
{
	void *tree = NULL;
	int rc = 0;

	m->nth = xcalloc(m->table.count, sizeof *m->nth);
	for (size_t i = 0; rc == 0 && i < m->table.count; i++)
		rc = check_row(m, i, &tree, err);
	tdestroy(tree, free_seen);
	return rc;
}

/* ---- the whole ---- */

static int read_template(struct merge *m, struct err *err)
{
	const struct merge_params *p = &m->params;

	if (p->has_heads)
		return merge_template_parse(&m->template, p->text_name, p->text, p->text_len, err);
	m->template.text = p->text;
	m->template.text_len = p->text_len;
	m->template.text_line = 1;
	return 0;
}

struct merge *merge_open(const struct merge_params *params, int fd, struct err *err)
{
	struct merge *m = xcalloc(1, sizeof *m);

	m->params = *params;
	if (read_template(m, err) == 0 &&
	    merge_table_read(&m->table, fd, params->table, err) == 0 && find_columns(m, err) == 0 &&
	    merge_compile(m, err) == 0 && check_rows(m, err) == 0)
		return m;
	merge_close(m);
	return NULL;
}

void merge_close(struct merge *m)
{
	if (!m)
		return;
	merge_text_free(m->subject);
	merge_text_free(m->text);
	merge_text_free(m->html);
	for (size_t i = 0; m->lines && m->lines[i]; i++)
		merge_text_free(m->lines[i]);
	free(m->lines);
	merge_text_free(m->from);
	merge_text_free(m->reply_to);
	merge_text_free(m->cc);
	merge_text_free(m->bcc);
	for (size_t i = 0; i < m->head_count; i++)
		merge_text_free(m->heads[i].value);
	for (size_t i = 0; i < MERGE_LINKS_MAX; i++)
		merge_text_free(m->links[i]);
	merge_template_clear(&m->template);
	merge_table_clear(&m->table);
	free(m->nth);
	free(m);
}

size_t merge_count(const struct merge *m)
{
	return m->table.count;
}

size_t merge_faults(const struct merge *m, const struct merge_fault **list)
{
	*list = m->faults;
	return m->fault_count;
}
