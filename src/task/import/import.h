/*
 * Accounts from the files of other programs.
 *
 * One row a program: where its files are, and how one is read. What is read are accounts of ours
 * with everything that could be understood, the password where the file has one, and every
 * line about sending that was not understood, so that nobody believes it was. Lines of a large
 * file that are about other things (colours, folders) are counted only.
 *
 * The source is never changed, and nothing in it is run: a command that prints the password
 * becomes the account's password command, which the face shows before it is taken over.
 *
 * Files are hostile: text without NUL, IMPORT_MAX bytes each, IMPORT_FILES of them. What a file
 * names is followed only where it is a plain file below the user's home, IMPORT_DEPTH deep
 * (mutt's and s-nail's source, git's include), or lies beside it (the passwords of Postfix and
 * dma, Thunderbird's user.js); anything else is a line that was not understood.
 */
#ifndef OUTPOST_IMPORT_H
#define OUTPOST_IMPORT_H

#include <stdbool.h>
#include <stddef.h>

struct account;
struct accounts;
struct err;
struct secret;

#define IMPORT_MAX	(1u << 20)	/* bytes of a file */
#define IMPORT_FILES	200		/* of one import: Evolution has several an account */
#define IMPORT_DEPTH	5
#define IMPORT_ACCOUNTS 50
#define IMPORT_NOTES	200		/* that are kept */

struct import_found {
	/* The id is a proposal, unlike the others found; the address may be missing, everything
	 * else is complete. A password command is in it, the kind of a password is not. */
	struct account *account;
	struct secret *password;	/* NULL: none in the file */
	char *where;			/* "~/.msmtprc, account work"; visible-safe */
};

struct import_note {
	int line;			/* 0: of no line in particular */
	char *text;			/* "line 4: proxy_host is not understood"; visible-safe */
};

struct import_result {
	struct import_found *found;	/* the one its program takes first comes first */
	size_t count;
	struct import_note *notes;
	size_t note_count, notes_lost;
	size_t passed;			/* lines about other things */
	char *path;			/* that was read; "" for the environment */
};
#define IMPORT_RESULT_INIT { .found = NULL }

struct import_source;
struct reader;

/* The reader's own way to read; see reader.h. */
typedef int (*import_read_fn)(struct reader *r, struct err *err);

struct import_source {
	const char *id;			/* "msmtp"; as in export where both exist */
	const char *title;
	const char *paths;		/* as in export/format.h; "" none */
	const char *inside;		/* the file in a folder that is named; "" the folder */
	import_read_fn read;		/* ERR_INPUT: it is no such file */
	bool environment;		/* without a path this process's environment is read */
};

const struct import_source *import_source_at(size_t i);		/* NULL at the end */
const struct import_source *import_source_by_id(const char *id);	/* NULL */

/* Where its file is, or would be: owned by the caller; NULL when it has no usual place. */
char *import_path(const struct import_source *source);
/* Which have a file here, quickly and without reading it. */
bool import_there(const struct import_source *source);

struct import_params {
	const struct import_source *source;
	const char *path;		/* NULL: where the program keeps it */
	const char *address;		/* of the user, for files that only hold its place; NULL */
};

/* 0 also when nothing was found in it. ERR_NOINPUT: there is no file; ERR_INPUT: it is no such
 * file; ERR_SYSTEM. result is to be cleared in any case. */
int import_read(const struct import_params *params, struct import_result *result, struct err *err);
/* All that have a file here and an account in it, one after the other: for the first start, where
 * what cannot be read is of no interest. source is lent for the call. */
void import_each(void (*fn)(void *arg, const struct import_source *source,
			    struct import_result *result), void *arg);
void import_result_clear(struct import_result *result);

/* The account as it would be saved: a copy under an id that is free in all. With replace it keeps
 * its id. Owned by the caller. */
struct account *import_account(const struct import_found *found, const struct accounts *all,
			       bool replace);
/* One of all that sends for the same address through the same server as the same user; NULL. */
const struct account *import_same(const struct account *account, const struct accounts *all);

#endif
