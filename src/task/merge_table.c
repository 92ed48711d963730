#include "task/merge_table.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/text.h"
#include "port/csv.h"
#include "task/merge.h"

static int take_columns(struct merge_table *t, const struct csv_row *row, struct err *err)
{
	if (row->fault)
		return err_set(err, ERR_INPUT, "%s, line %ld, %s.", t->name, row->line, row->fault);
	t->columns.names = xcalloc(row->count, sizeof *t->columns.names);
	for (size_t i = 0; i < row->count; i++) {
		if (strchr(row->cells[i], '@')) {
			err_set(err, ERR_INPUT,
				"%s, line %ld: the first line has to name the columns, and "
				"\"%.100s\" looks like an address.",
				t->name, row->line, row->cells[i]);
			err_hint(err, "Put a line like \"email,name\" before it.");
			return -1;
		}
		if (merge_column(&t->columns, row->cells[i]) >= 0)
			return err_set(err, ERR_INPUT,
				       "%s, line %ld: the column \"%.100s\" is there twice.",
				       t->name, row->line, row->cells[i]);
		t->columns.names[i] = xstrdup(row->cells[i]);
		t->columns.count++;
	}
	return 0;
}

static char *join_cells(const struct csv_row *row, size_t *size)
{
	char *bytes, *at;

	*size = 0;
	for (size_t i = 0; i < row->count; i++)
		*size += strlen(row->cells[i]) + 1;
	at = bytes = xmalloc(*size ? *size : 1);
	for (size_t i = 0; i < row->count; i++)
		at = stpcpy(at, row->cells[i]) + 1;
	return bytes;
}

/* Spreadsheets write rows of separators alone below the last one. */
static bool is_empty(const struct csv_row *row)
{
	for (size_t i = 0; i < row->count; i++)
		if (row->cells[i][0])
			return false;
	return !row->fault;
}

static int take(void *arg, const struct csv_row *row, struct err *err)
{
	struct merge_table *t = arg;
	struct merge_row *mine;
	size_t size = 0;

	if (!t->columns.names)
		return take_columns(t, row, err);
	if (is_empty(row))
		return 0;
	if (t->count == MERGE_ROWS_MAX)
		return err_set(err, ERR_INPUT, "%s has over %d rows.", t->name, MERGE_ROWS_MAX);
	if ((t->count & (t->count - 1)) == 0)
		t->rows = xreallocarray(t->rows, t->count ? 2 * t->count : 1, sizeof *t->rows);
	mine = &t->rows[t->count++];
	*mine = (struct merge_row){ .line = row->line, .fault = row->fault, .cells = row->count };
	if (row->fault)
		return 0;
	if (row->count == t->columns.count)
		mine->bytes = join_cells(row, &size);
	t->size += size + sizeof *mine;
	if (t->size > MERGE_BYTES_MAX)
		return err_set(err, ERR_INPUT, "%s is too large: at most %u MiB.", t->name,
			       MERGE_BYTES_MAX >> 20);
	return 0;
}

int merge_table_read(struct merge_table *t, int fd, const char *name, struct err *err)
{
	*t = (struct merge_table){ .name = name };
	if (csv_read(fd, name, take, t, err) < 0)
		return -1;
	if (!t->columns.names)
		return err_set(err, ERR_INPUT, "%s is empty: its first line names the columns.",
			       name);
	if (t->count == 0)
		return err_set(err, ERR_INPUT, "%s has no rows, only the names of columns.", name);
	return 0;
}

void merge_table_clear(struct merge_table *t)
{
	for (size_t i = 0; i < t->count; i++)
		free(t->rows[i].bytes);
	for (size_t i = 0; i < t->columns.count; i++)
		free(t->columns.names[i]);
	free(t->columns.names);
	free(t->rows);
	*t = (struct merge_table){ .name = NULL };
}

void merge_table_cells(const struct merge_table *t, size_t row, char **cells)
{
	char *at = t->rows[row].bytes;

	for (size_t i = 0; i < t->columns.count; i++) {
		cells[i] = at;
		at += strlen(at) + 1;
	}
}
