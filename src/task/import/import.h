/*
 * Accounts from the files of other programs.
 *
 * One row a program: where its files are, and how one is read. What is read are accounts of ours
 * with everything that could be understood, the password where the file has one, and every
 * line that was not understood, so that nobody believes it was. The source is never
 * changed. Files are hostile: bounded, no includes beyond the user's own folders, nothing is run.
 */
#ifndef OUTPOST_IMPORT_H
#define OUTPOST_IMPORT_H

#include <stdbool.h>
#include <stddef.h>

struct account;
struct err;
struct secret;

#define IMPORT_MAX  (1u << 20)	/* bytes of a file */
#define IMPORT_ACCOUNTS 50

struct import_found {
	struct account *account;	/* id proposed; address may be missing */
	struct secret *password;	/* NULL: none in the file */
	char *where;			/* "~/.msmtprc, account work" */
};

struct import_note {
	int line;
	char text[300];			/* "line 4: proxy_host is not understood" */
};

struct import_result {
	struct import_found *found;
	size_t count;
	struct import_note *notes;
	size_t note_count;
};
#define IMPORT_RESULT_INIT { .found = NULL }

struct import_source {
	const char *id;		/* "msmtp"; as in export where both exist */
	const char *title;
	const char *paths;	/* blank-separated, as in export/format.h; "" none */
	/* Adds to result. -1 with ERR_INPUT: it is no such file. */
	int (*read)(const char *path, const char *text, size_t len, struct import_result *result,
		    struct err *err);
};

const struct import_source *import_source_at(size_t i);		/* NULL at the end */
const struct import_source *import_source_by_id(const char *id);	/* NULL */
/* From the path, or with NULL from where the program keeps it. ERR_NOINPUT: there is none. */
int import_read(const struct import_source *source, const char *path,
		struct import_result *result, struct err *err);
/* Which have a file here, quickly and without reading it: for the first start. */
bool import_there(const struct import_source *source);
void import_result_clear(struct import_result *result);

#endif
