/*
 * An account for another program: what would be written, and writing it.
 *
 * export_plan fills a format with an account: each file with its path, what is there now and what
 * would be. Nothing is touched. export_write puts it there: a section of ours replaces only
 * itself, the rest of the file stays byte for byte. All files are written beside their places
 * first and then renamed, so that a fault leaves everything as it was; links are followed, owner
 * and rights kept; the version before our first part lies beside it as FILE.before-outpost. What
 * is about to be written is noted in the state folder before it is (journal.h): a process killed at
 * any point leaves something that writing again completes and export_undo takes back.
 *
 * No secret is in it but with a password in the parameters; then the file is for its owner
 * alone (where the format names no other), and buffers are wiped.
 *
 * Only one process writes at a time.
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
	bool print;	/* only what is ours is wanted: what is there already is not looked at */
	/* For a trial; NULL, or put before all paths. Nothing is noted then. */
	const char *root;
	const char *host, *ca_file;	/* instead of the account's; NULL: the account's */
	int port;
};

enum export_change { EXPORT_NEW, EXPORT_CHANGED, EXPORT_SAME };

struct export_target {
	const struct export_file *file;
	char *path;		/* NULL: printed only */
	char *part;		/* what is ours; all of the file, or of a section its body */
	char *before;		/* what is there, NULL: no file */
	char *after;		/* what would be */
	size_t part_len, before_len, after_len;
	mode_t mode, mode_now;
	uid_t uid;
	gid_t gid;		/* -1 for both: whoever writes it */
	enum export_change change;
	bool secret;		/* it holds the password */
	bool read_only;		/* its owner took the right to write away */
	bool any;		/* before has a part of outpost's already, of any account */
};

#define EXPORT_NOTES 8

struct export_plan {
	struct export_target *targets;
	size_t count;
	char *next[EXPORT_NOTES];	/* what to do then */
	size_t next_count;
	char *notes[EXPORT_NOTES];	/* what the user should know before */
	size_t note_count;
};
#define EXPORT_PLAN_INIT { .targets = NULL }

/* ERR_INPUT: a value that the format cannot carry, an account the program cannot use, a file that
 * is not ours where it would have to be; ERR_SYSTEM. Clear in any case. */
int export_plan(const struct export_params *params, struct export_plan *plan, struct err *err);
void export_plan_clear(struct export_plan *plan);	/* wipes what held a password */
/* Is one of its targets a file? Else there is nothing to write, only to print. */
bool export_plan_writes(const struct export_plan *plan);

/* Plans anew under the lock (what was planned may be old) and writes. All or nothing, but for
 * commands that the format runs after it: 1 with err when one of them failed. */
int export_write(const struct export_params *params, struct export_plan *plan, struct err *err);
/* Takes the last write for that format and account id back. ERR_NOINPUT: there was none. *kept
 * (may be NULL) is how many whole files stay because somebody changed them. 1 as above. */
int export_undo(const struct export_format *format, const char *account_id, size_t *kept,
		struct err *err);

/* For each account that is noted as written for that format (NULL: any). */
typedef void (*export_noted)(void *arg, const struct export_format *format,
			     const char *account_id);
void export_each_noted(const struct export_format *format, export_noted fn, void *arg);

/* The ids of the formats that the account is noted for, "msmtp, mutt"; NULL: none. Free it. */
char *export_noted_ids(const char *account_id);

/* Where the first file would be, for a list; NULL: nowhere. account may be NULL. Free it. */
char *export_where(const struct export_format *format, const struct account *account);

/* The lines that differ, as diff -u shows them, made visible, into out. Of the lines that are there
 * already those that look like secrets are shown without their value. */
void export_diff(const struct export_target *target, struct buf *out);

/* Is the program on this computer? */
bool export_installed(const struct export_format *format);

/* Runs the installed program with an export of its own into a sandbox of its own, in a home folder
 * of its own: 1 it sent, 0 it did not (*said, owned by the caller, has its words), -1 it could
 * not be tried. */
int export_check(const struct export_format *format, const struct account *account,
		 int cancel_fd, char **said, struct err *err);

#endif
