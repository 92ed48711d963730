/*
 * How formats write a value: one table of rules.
 *
 * A rule writes any value so that the program which reads the format gets it back byte for byte,
 * or refuses it with a sentence that names the value and what cannot be written. No value
 * ever holds a line break or another control character (the account's own check; it is checked here
 * again), but some formats cannot carry blanks, quotes or non-ASCII.
 *
 * Most rules are a row of data: what stands around the value, what becomes of some
 * characters, what is refused. A rule of another kind has a function.
 */
#ifndef OUTPOST_EXPORT_QUOTE_H
#define OUTPOST_EXPORT_QUOTE_H

#include <stdbool.h>
#include <stddef.h>

struct buf;
struct err;

struct export_escape {
	char from;		/* 0 ends a list */
	const char *to;
};

struct export_quote {
	const char *name;	/* "sh", "json", "xml", "php", ... */
	const char *about;	/* one line, for who writes a format */
	const char *open, *close;
	const struct export_escape *escapes;	/* NULL: none */
	const char *refused;	/* characters; NULL: none */
	const char *const *refused_words;	/* what the program would read as a name; NULL */
	const char *lost_edge;	/* characters that get lost at begin or end; NULL: none */
	bool no_edge;		/* no blank at begin or end: it would get lost */
	bool ascii;		/* nothing but ASCII */
	bool not_empty;
	int (*write)(const char *value, struct buf *out, struct err *err);	/* instead */
};

const struct export_quote *export_quote_by_name(const char *name);	/* NULL */
const struct export_quote *export_quote_at(size_t i);	/* NULL at the end */

/* Appends. what is how the value is called in a sentence. -1 with ERR_INPUT, and out as it was. */
int export_quote_write(const struct export_quote *quote, const char *value, const char *what,
		       struct buf *out, struct err *err);

#endif
