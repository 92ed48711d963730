/*
 * Command line options from tables.
 *
 * One row an option: the parser, --help, the man page and the completions are
 * made from it, so none of them can differ. GNU style: --name value,
 * --name=value, -x value, -xvalue, bundles -abc, options and words in any
 * order, "--" ends the options, "-" is a word. Names cannot be shortened: what a
 * script says today means the same when another option is added. An unknown
 * name is refused with the nearest one there is.
 */
#ifndef OUTPOST_OPTIONS_H
#define OUTPOST_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

struct err;

enum option_kind {
	OPTION_FLAG, /* bool */
	OPTION_TEXT, /* const char *; the last one given counts */
	OPTION_LIST, /* struct option_list; each one given is added */
	OPTION_NUMBER, /* struct option_number, min to max */
	OPTION_REFUSED, /* known and never taken: help is the sentence that says why, arg a hint */
	OPTION_TITLE, /* none: name stands above those that follow, where they are listed */
};

struct option_list {
	const char **items; /* lent by the command line; the arrays are freed by options_clear */
	size_t count;
	int *at; /* of each: rises along the command line, for options that belong to others */
};

struct option_number {
	bool given;
	long value;
};

struct option_row {
	const char *name; /* "reply-to"; NULL ends a table */
	char letter; /* 0: none */
	const char *arg; /* "ADDRESS"; NULL for a flag */
	const char *help; /* one line, no full stop */
	enum option_kind kind;
	size_t offset; /* of the value in the struct that the table fills */
	const char *const *choices; /* for help and completion, NULL: free; else ends in NULL */
	long min, max;
};

struct option_slot {
	struct option_row row;
	void *value;
};

/* The rows in force. Starts as OPTIONS_INIT, ends with options_clear. */
struct options {
	struct option_slot *slots;
	size_t count;
};

#define OPTIONS_INIT    \
	{               \
		NULL, 0 \
	}

/* Room for every word of the command line. */
struct option_words {
	const char **list; /* NULL at first; freed by option_words_free */
	size_t count;
};

/* Is it one that can be given? */
bool option_is_taken(const struct option_row *row);
/* Adds a table whose values lie in the struct at values (zeroed by its owner;
 * NULL when the rows are only looked at). */
void options_add(struct options *options, const struct option_row *rows, void *values);
/* Also frees the arrays of OPTION_LIST values. */
void options_clear(struct options *options);

/* Reads argv[*at ...]; *at is moved on. With stop it ends before the first
 * word, else all words go to words. ERR_USAGE otherwise. */
int options_parse(const struct options *options, int argc, char *const *argv, int *at, bool stop,
		  struct option_words *words, struct err *err);
void option_words_free(struct option_words *words);

/* The one of count names that was most likely meant by word; NULL when none is near. */
const char *options_nearest(const char *word, const char *const *names, size_t count);

#endif
