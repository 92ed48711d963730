/*
 * A text with places that a table fills: "Dear {{name|friend}}".
 *
 * {{COLUMN}} is the row's cell of that column, upper and lower case alike. An empty
 * cell is an error, unless the place says what to put then: {{COLUMN|WORDS}}, where no
 * words are nothing. \{{ stands for two braces. A cell is put in as it is and never read
 * again: no cell can make a place, or end a header.
 */
#ifndef OUTPOST_MERGE_TEXT_H
#define OUTPOST_MERGE_TEXT_H

#include <stddef.h>

struct buf;
struct err;
struct merge_text;

/* What the text is for, and so what a cell may hold. */
enum merge_use {
	MERGE_TEXT, /* anything */
	MERGE_HEADER, /* one line */
	MERGE_ADDRESSES, /* addresses, or words of a name */
	MERGE_LINK, /* anything: what a link cannot hold becomes %XX (RFC 3986) */
	MERGE_HTML, /* anything: what means something in HTML is written as an entity */
};

struct merge_source {
	const char *bytes;
	size_t len;
	const char *where; /* "note.txt", "the subject"; for messages */
	long line; /* of its first byte; 0: it has no lines */
	enum merge_use use;
};

struct merge_columns {
	char **names; /* "" has none */
	size_t count;
};

/* -1: no column has that name, in any case. */
long merge_column(const struct merge_columns *columns, const char *name);
/* The hint of an error about a column that is not there: the nearest, and all of them. */
void merge_column_hint(const struct merge_columns *columns, const char *name, struct err *err);

/* NULL with ERR_INPUT that names the place: an unknown column, braces that do not close.
 * where is lent to it. */
struct merge_text *merge_text_new(const struct merge_source *source,
				  const struct merge_columns *columns, struct err *err);
void merge_text_free(struct merge_text *text); /* NULL is fine */
/* Appends to out; as many cells as there are columns. ERR_INPUT says what is wrong with
 * which cell. */
int merge_text_fill(const struct merge_text *text, char *const *cells, struct buf *out,
		    struct err *err);

#endif
