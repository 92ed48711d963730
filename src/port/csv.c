#include "port/csv.h"

#include <csv.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/text.h"

/* The separator is found in the first block: no header line is longer. */
#define BLOCK      65536
#define CELL_BLOCK 4096

#define FAULT_QUOTE \
	"has a quote that neither begins nor ends a cell: put the cell in quotes and double it"
#define FAULT_OPEN "begins a cell with a quote that is never closed"
#define FAULT_LONG "has too much text, or begins a cell with a quote that is never closed"

struct reader {
	struct csv_parser parser;
	const char *name;
	csv_take take;
	void *arg;
	struct err *err;
	char *cells[CSV_COLUMNS_MAX];
	size_t count, size; /* of the row; size in bytes */
	const char *fault; /* of the row */
	long line, row_line;
	bool begun; /* something of the row has been read */
	bool after_cr; /* a line feed that follows ends no line of its own */
	bool skipping; /* to the end of a line that cannot be read */
	bool too_long; /* no row ends, and nothing more is read */
	bool failed; /* take said so */
};

/* The only bound that the library knows: what it cannot have, it does without. */
static void *resize(void *p, size_t size)
{
	return size > CSV_CELL_MAX + CELL_BLOCK ? NULL : xreallocarray(p, size, 1);
}

static void clear_row(struct reader *r)
{
	for (size_t i = 0; i < r->count; i++)
		free(r->cells[i]);
	r->count = r->size = 0;
	r->fault = NULL;
	r->begun = false;
}

static void give_row(struct reader *r)
{
	struct csv_row row = { .line = r->row_line,
			       .cells = r->fault ? NULL : r->cells,
			       .count = r->fault ? 0 : r->count,
			       .fault = r->fault };

	if (!r->failed && r->take(r->arg, &row, r->err) < 0)
		r->failed = true;
	clear_row(r);
}

/* ---- what the library calls ---- */

static void on_cell(void *bytes, size_t len, void *arg)
{
	struct reader *r = arg;

	if (r->fault)
		return;
	r->size += len;
	if (r->count == CSV_COLUMNS_MAX)
		r->fault = "has over 1000 cells";
	else if (r->size > CSV_ROW_MAX)
		r->fault = "has over 4 MiB of text";
	else if (memchr(bytes, '\0', len))
		r->fault = "has a NUL byte, which is no text";
	else if (!text_utf8_valid(bytes, len))
		r->fault = "is not UTF-8: save the table as UTF-8, or convert it with iconv";
	else
		r->cells[r->count++] = xstrndup(bytes, len);
}

static void on_row(int end, void *arg)
{
	(void)end;
	give_row(arg);
}

/* ---- bytes into lines: the library does not count them ---- */

static int start_parser(struct reader *r, char separator)
{
	if (csv_init(&r->parser, CSV_STRICT | CSV_STRICT_FINI) != 0)
		return -1;
	csv_set_realloc_func(&r->parser, resize);
	csv_set_blk_size(&r->parser, CELL_BLOCK);
	csv_set_delim(&r->parser, (unsigned char)separator);
	return 0;
}

/* What is read from here on has nothing to do with what was. */
static int restart(struct reader *r)
{
	char separator = (char)csv_get_delim(&r->parser);

	csv_free(&r->parser);
	return start_parser(r, separator);
}

static bool is_blank(const char *bytes, size_t len)
{
	return strspn(bytes, " \t\r\n") >= len;
}

/* At most one line, with its end if it has one. */
static int feed(struct reader *r, const char *bytes, size_t len)
{
	if (r->skipping)
		return 0;
	if (!r->begun) {
		r->row_line = r->line;
		r->begun = !is_blank(bytes, len);
	}
	if (csv_parse(&r->parser, bytes, len, on_cell, on_row, r) == len)
		return r->failed ? -1 : 0;
	r->too_long = csv_error(&r->parser) != CSV_EPARSE;
	r->fault = r->too_long ? FAULT_LONG : FAULT_QUOTE;
	give_row(r);
	r->skipping = true;
	return r->failed || r->too_long ? -1 : restart(r);
}

/* Where the line ends: behind its CR or LF, or with the block. */
static size_t line_len(const char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (bytes[i] == '\n' || bytes[i] == '\r')
			return i + 1;
	return len;
}

static int feed_block(struct reader *r, const char *bytes, size_t len)
{
	while (len > 0) {
		size_t n = line_len(bytes, len);
		char last = bytes[n - 1];

		/* The second half of a line end. */
		if (bytes[0] == '\n' && r->after_cr)
			r->line--;
		if (feed(r, bytes, n) < 0)
			return -1;
		r->after_cr = last == '\r';
		if (last == '\r' || last == '\n') {
			r->line++;
			r->skipping = false;
		}
		bytes += n;
		len -= n;
	}
	return 0;
}

/* ---- the whole ---- */

/* The one of three that the first line has most of outside of quotes. */
static char find_separator(const char *bytes, size_t len)
{
	static const char signs[] = ",;\t";
	size_t counts[sizeof signs] = { 0 }, best = 0;
	bool quoted = false;

	for (size_t i = 0; i < len && (quoted || (bytes[i] != '\n' && bytes[i] != '\r')); i++) {
		const char *sign = bytes[i] && !quoted ? strchr(signs, bytes[i]) : NULL;

		quoted ^= bytes[i] == '"';
		if (sign)
			counts[sign - signs]++;
	}
	for (size_t i = 1; signs[i]; i++)
		if (counts[i] > counts[best])
			best = i;
	return signs[best];
}

/* A full block, or what there is. */
static ssize_t read_block(struct reader *r, int fd, char *block)
{
	size_t len = 0;

	while (len < BLOCK) {
		ssize_t n = read(fd, block + len, BLOCK - len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_errno(r->err, "%s cannot be read", r->name);
		if (n == 0)
			break;
		len += (size_t)n;
	}
	block[len] = '\0';
	return (ssize_t)len;
}

static int is_other_text(struct reader *r, const char *block)
{
	if (memcmp(block, "\xff\xfe", 2) != 0 && memcmp(block, "\xfe\xff", 2) != 0)
		return 0;
	err_set(r->err, ERR_INPUT, "%s is UTF-16, not UTF-8.", r->name);
	err_hint(r->err, "Save it as \"CSV UTF-8\", or convert it: iconv -f UTF-16 -t UTF-8");
	return -1;
}

/* Spreadsheets may say what separates the cells, in a line "sep=;" of its own before all
 * others. Its length with its end; 0: there is none. */
static size_t said_separator(const char *bytes, size_t len, char *separator)
{
	if (len < 5 || !text_prefix_nocase(bytes, "sep=") || !strchr(",;\t", bytes[4]) ||
	    (len > 5 && bytes[5] != '\r' && bytes[5] != '\n'))
		return 0;
	*separator = bytes[4];
	return len > 6 && bytes[5] == '\r' && bytes[6] == '\n' ? 7 : len > 5 ? 6 : 5;
}

static int read_all(struct reader *r, int fd, char *block)
{
	size_t mark, said;
	char separator;
	ssize_t len = read_block(r, fd, block);

	if (len < 0 || (len >= 2 && is_other_text(r, block) < 0))
		return -1;
	mark = len >= 3 && memcmp(block, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
	said = said_separator(block + mark, (size_t)len - mark, &separator);
	mark += said;
	r->line += said > 0;
	if (!said)
		separator = find_separator(block + mark, (size_t)len - mark);
	if (start_parser(r, separator) < 0)
		return err_set(r->err, ERR_SYSTEM, "The library that reads tables failed.");
	if (feed_block(r, block + mark, (size_t)len - mark) < 0)
		return -1;
	while ((len = read_block(r, fd, block)) > 0)
		if (feed_block(r, block, (size_t)len) < 0)
			return -1;
	if (len < 0)
		return -1;
	if (csv_fini(&r->parser, on_cell, on_row, r) != 0) {
		r->fault = FAULT_OPEN;
		give_row(r);
	}
	return r->failed ? -1 : 0;
}

int csv_read(int fd, const char *name, csv_take take, void *arg, struct err *err)
{
	struct reader *r = xcalloc(1, sizeof *r);
	char *block = xmalloc(BLOCK + 1);
	int rc;

	r->name = name;
	r->take = take;
	r->arg = arg;
	r->err = err;
	r->line = 1;
	rc = read_all(r, fd, block);
	if (r->too_long && !r->failed)
		err_set(err, ERR_INPUT, "%s, line %ld, " FAULT_LONG ".", name, r->row_line);
	clear_row(r);
	csv_free(&r->parser);
	free(block);
	free(r);
	return rc;
}
