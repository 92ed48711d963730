/*
 * What the readers of import share: the file they read, notes about its lines, and the account
 * that becomes of them.
 *
 * A reader goes through the lines (lines.h), and gives what each says to an entry. The current
 * line is in the reader, so that whoever finds a fault in a value need not be told where it stood.
 * An entry that is complete enough becomes a found account with entry_keep.
 */
#ifndef OUTPOST_IMPORT_READER_H
#define OUTPOST_IMPORT_READER_H

#include <stdbool.h>
#include <stddef.h>

#include "mail/account.h"
#include "task/import/import.h"

struct import_file {
	const char *path;
	const char *name;	/* as it is shown: "~/.msmtprc" */
	const char *text;	/* no NUL in it but the one behind; no byte order mark */
	size_t len;
};

struct reader {
	const struct import_params *params;
	struct import_result *result;
	const struct import_file *file, *main;	/* the one being read, and the first */
	int line;		/* of file; 0: none in particular */
	size_t opened;
	int depth;
};

/* "line 4: ..."; made visible, without a full stop. */
void reader_note(struct reader *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void reader_note_err(struct reader *r, const struct err *err);	/* its sentence */
void reader_unknown(struct reader *r, const char *what);	/* "WHAT is not understood" */
void reader_passed(struct reader *r);	/* the line is about something else */

typedef void (*reader_fn)(struct reader *r, void *arg);
/* A file that this one names: below the user's home, or a note says why it was not read. A
 * relative path is beside this file. */
void reader_follow(struct reader *r, const char *path, reader_fn fn, void *arg);
/* A file of that name beside this one. False without it, and where it cannot be read, which is
 * a note. */
bool reader_beside(struct reader *r, const char *name, reader_fn fn, void *arg);

enum entry_flag { ENTRY_UNSAID, ENTRY_NO, ENTRY_YES };

struct entry {
	struct account *account;
	struct secret *password;
	char *name;		/* what its program calls it; "" nothing */
	char *command;		/* that prints the password; NULL */
	int line;		/* where it begins */
	enum entry_flag tls, starttls;	/* tls: from the first byte */
	enum entry_flag signin;
	bool insists;		/* without encryption it does not send, whatever else is said */
	int ports[3];		/* by enum net_security: without one; 0: the usual one */
};

struct entry *entry_new(struct reader *r, const char *name);
struct entry *entry_copy(const struct entry *d, struct reader *r, const char *name);
void entry_free(struct entry *d);	/* NULL is fine */

/* What it says; a value that cannot be is a note. */
void entry_set(struct reader *r, struct entry *d, enum account_key key, const char *value);
void entry_password(struct reader *r, struct entry *d, const char *text);
void entry_command(struct entry *d, const char *command);
/* "Name <a@b>" or "a@b": address, and the name where there is one. */
void entry_from(struct reader *r, struct entry *d, const char *value);
/* "host", "host:port", "[host]:port", "[v6]:port", "host::port" */
void entry_server(struct reader *r, struct entry *d, const char *value);
/* The mechanism in another program's words: "plain", "CRAM-MD5", "scram_sha_256", "oauth2". "on",
 * "off". */
void entry_auth(struct reader *r, struct entry *d, const char *value);
/* "yes", "on", "true", "1" */
enum entry_flag entry_truth(const char *value);
/* The same about encryption: of what is neither yes nor no comes a note, and yes. */
enum entry_flag entry_encrypts(struct reader *r, const char *value);
/* smtp://user:password@host:port, percent-encoded; also smtps, submission, submissions, and
 * aerc's smtp+insecure or smtps+login. Sets tls and starttls as the scheme says. False, with a
 * note, when it is none. */
bool entry_url(struct reader *r, struct entry *d, const char *value);

/* Takes it. Without a server, or with the like of one that was found, nothing comes of it. */
void entry_keep(struct reader *r, struct entry *d);
/* An account of ours that lacks nothing, as it is. */
void entry_keep_whole(struct reader *r, const struct account *a);
/* The one of that name comes first. */
void entry_prefer(struct reader *r, const char *name);

/* What a name in a file means: a setting of ours (its enum account_key), or one of these. */
enum {
	ROW_CALL = -1,		/* take knows */
	ROW_PASS = -2,		/* something else than how mail is sent */
	ROW_WHY = -3,		/* known, and not to be had here: why says so */
};
struct entry_row {
	const char *name;	/* NULL ends a table */
	int what;
	void (*take)(struct reader *r, struct entry *d, const char *value);
	const char *why;	/* "a command is run", behind the name and a colon */
};
/* False: there is no such row. ASCII case does not matter. */
bool entry_take(struct reader *r, struct entry *d, const struct entry_row *rows, const char *name,
		const char *value);
/* For rows. */
void entry_take_starttls(struct reader *r, struct entry *d, const char *value);
void entry_take_tls(struct reader *r, struct entry *d, const char *value);
void entry_take_command(struct reader *r, struct entry *d, const char *value);

#endif
