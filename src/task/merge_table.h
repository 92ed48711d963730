/*
 * The rows of a merge, kept in memory: all are looked at before the first is used.
 */
#ifndef OUTPOST_MERGE_TABLE_H
#define OUTPOST_MERGE_TABLE_H

#include <stddef.h>

#include "task/merge_text.h"

struct err;

struct merge_row {
	long line;
	char *bytes; /* the cells, each with its NUL; NULL: the row is bad */
	const char *fault; /* of a bad one, "has ..."; never freed */
	size_t cells; /* of a bad one: that many there are, not as many as columns */
};

struct merge_table {
	const char *name; /* lent */
	struct merge_columns columns;
	struct merge_row *rows;
	size_t count, size; /* size: bytes of all */
};

/* ERR_INPUT: no header line, a column twice, too large. Clear table in any case. */
int merge_table_read(struct merge_table *table, int fd, const char *name, struct err *err);
void merge_table_clear(struct merge_table *table);
/* As many as columns, into the caller's array. Not of a bad row. */
void merge_table_cells(const struct merge_table *table, size_t row, char **cells);

#endif
