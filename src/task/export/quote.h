/*
 * How formats write a value: one table of rules.
 *
 * A rule writes any value so that the program which reads the format gets it back byte for byte, or
 * refuses it with a sentence that names the value and what cannot be written. No value ever holds
 * a line break or another control character (the account's own check), but some formats
 * cannot carry blanks, quotes or non-ASCII.
 */
#ifndef OUTPOST_EXPORT_QUOTE_H
#define OUTPOST_EXPORT_QUOTE_H

struct buf;
struct err;

struct export_quote {
	const char *name;	/* "sh", "json", "xml", "php", ... */
	const char *about;	/* one line, for who writes a format */
	/* Appends. -1 with ERR_INPUT, and out as it was. */
	int (*write)(const char *value, struct buf *out, struct err *err);
};

const struct export_quote *export_quote_by_name(const char *name);	/* NULL */
const struct export_quote *export_quote_at(unsigned i);	/* NULL at the end */

#endif
