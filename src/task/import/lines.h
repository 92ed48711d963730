/*
 * The lines of a file, one after the other, and what is common to the ways in which programs
 * write words into them.
 *
 * The text of a line is its own, may be written to, and is wiped: there may be a password in it.
 */
#ifndef OUTPOST_IMPORT_LINES_H
#define OUTPOST_IMPORT_LINES_H

#include <stdbool.h>

#include "base/buf.h"
#include "task/import/reader.h"

struct vars;

struct lines {
	struct reader *reader;
	const char *at, *end;
	int next;
	struct buf text;
};

void lines_begin(struct lines *l, struct reader *r);	/* of r->file */
/* The next line without its end; NULL at the end. reader->line is its number. */
char *lines_next(struct lines *l);
/* The same with the lines that follow one which ends in a backslash. */
char *lines_next_joined(struct lines *l);
/* The same with the lines that follow and begin with a blank, as Postfix writes them; comments
 * between them are left out. */
char *lines_next_folded(struct lines *l);
void lines_end(struct lines *l);
/* Each line, with what it is joined with where joined. */
void lines_each(struct reader *r, bool joined, void (*fn)(struct reader *r, void *arg, char *line),
		void *arg);

/* Cuts "key = value" at the first of the marks (or, where one of them is a blank, at blanks);
 * both are trimmed. NULL when there is none; then key is the whole. */
char *lines_value(char *line, char mark);
/* The first word of *at, cut off; *at then is the rest without blanks before it. */
char *lines_word(char **at);
/* Takes off one pair of that quote around it. */
char *lines_unquote(char *text, char quote);

/* $name or ${name} at *at: its value, after mark where that is not 0, or just the $ where it has
 * none. *at then is at the last of it. */
void lines_variable(const char **at, const struct vars *vars, char mark, struct buf *out);
/* One word of a shell-like line at *at, decoded into out: '...' is literal; in "..." and outside a
 * backslash takes the next character. Blanks end it, and the characters in ends. *at stands behind
 * it. -1: a quote that does not close. */
int lines_shell_word(const char **at, const char *ends, struct buf *out);
/* \n \t \r \b \f, \xHH, \uHHHH, \UHHHHHHHH as C, JavaScript and TOML have them; any other character
 * behind a backslash is itself. *at is at the backslash and then behind all of it. */
void lines_escape(const char **at, struct buf *out);
/* In place; false where %XX is wrong or is a NUL. */
bool lines_percent(char *text);

#endif
