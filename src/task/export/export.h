/*
 * An account for another program: what would be written, and writing it.
 *
 * export_plan fills a format with an account: each file with its path, what is there now and what
 * would be. Nothing is touched. export_write puts it there: a section of ours replaces only
 * itself, the rest of the file stays byte for byte; each file is replaced whole (base/file: links
 * are followed, rights kept), the version before lies beside it as FILE.before-outpost, and the
 * state folder notes what was done, so that export_undo can bring it back. A file that has changed
 * since loses only our section.
 *
 * No secret is in it but with with_password, and then the file gets 0600 and nobody else's rights.
 */
#ifndef OUTPOST_EXPORT_H
#define OUTPOST_EXPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct account;
struct buf;
struct err;
struct export_format;
struct secret;

struct export_params {
	const struct export_format *format;
	const struct account *account;
	const struct secret *password;	/* NULL: left out; lent */
	const char *root;	/* put before absolute paths and for "~"; NULL: none */
	/* For a trial: other values instead of the account's. NULL: the account's. */
	const char *host, *ca_file;
	int port;
};

enum export_change { EXPORT_NEW, EXPORT_CHANGED, EXPORT_SAME };

struct export_target {
	const struct export_file *file;
	char *path;		/* NULL: printed only */
	char *before;		/* what is there, NULL: no file */
	char *after;		/* what would be; of a printed one its text */
	size_t before_len, after_len;
	mode_t mode;
	enum export_change change;
	bool secret;		/* it holds the password */
};

struct export_plan {
	struct export_target *targets;
	size_t count;
	char *next[8];		/* what to do then, filled in */
	size_t next_count;
};
#define EXPORT_PLAN_INIT { .targets = NULL }

/* ERR_INPUT: a value that the format cannot carry, an account the client cannot use (security
 * none, no password command ...); ERR_SYSTEM. Clear in any case. */
int export_plan(const struct export_params *params, struct export_plan *plan, struct err *err);
void export_plan_clear(struct export_plan *plan);	/* wipes what held a password */

/* All or nothing: when the second file fails, the first is put back. */
int export_write(const struct export_params *params, const struct export_plan *plan,
		 struct err *err);
/* Of the last write for that format and account id. ERR_NOINPUT: there was none. *kept (may be
 * NULL) is how many files had been changed since and lost only our section. */
int export_undo(const struct export_format *format, const char *account_id, size_t *kept,
		struct err *err);

/* Was that file written by outpost for that format and account? */
bool export_wrote(const struct export_format *format, const char *account_id, const char *path);

/* The lines that differ, as diff -u shows them, into out. */
void export_diff(const struct export_target *target, struct buf *out);

/* Is the program on this computer? */
bool export_installed(const struct export_format *format);

/* Runs the installed program with an export of its own into a sandbox of its own: 1 it
 * sent, 0 it did not (*said, owned by the caller, has its words), -1 it could not be tried. */
int export_check(const struct export_format *format, const struct account *account,
		 int cancel_fd, char **said, struct err *err);

#endif
