/*
 * Tables as comma-separated values (RFC 4180), by libcsv, which is used here and
 * nowhere else.
 *
 * A row after the other, whatever the size of the file: memory is bounded by the limits
 * below. Cells may be in quotes and then hold commas, line ends and doubled quotes; blanks
 * around a cell without quotes are left out, and so are empty lines. Lines end in CRLF, LF
 * or CR. A UTF-8 byte order mark is skipped. The separator is a comma, or the semicolon
 * or tab that the first line has more of: that is what spreadsheets write in countries
 * where the comma stands in numbers. A line "sep=;" before all others says it for them.
 *
 * A row that cannot be read comes as a fault, and reading goes on with the next line, so
 * that a person hears of all of them at once.
 */
#ifndef OUTPOST_CSV_H
#define OUTPOST_CSV_H

#include <stddef.h>

struct err;

#define CSV_CELL_MAX    (1 << 20) /* bytes of a cell */
#define CSV_ROW_MAX     (4 << 20) /* of all cells of a row */
#define CSV_COLUMNS_MAX 1000

struct csv_row {
	long line; /* where it begins; the first is 1 */
	char *const *cells; /* UTF-8 without NUL; until the call ends */
	size_t count;
	const char *fault; /* NULL; else what is wrong ("has ..."), and there are no cells */
};

/* 0: go on; -1 with err: reading ends. */
typedef int (*csv_take)(void *arg, const struct csv_row *row, struct err *err);

/* To the end of the descriptor; name is for messages. -1: take's error, ERR_SYSTEM, or
 * ERR_INPUT when what is there is no such table at all (UTF-16, a line without end). */
int csv_read(int fd, const char *name, csv_take take, void *arg, struct err *err);

#endif
