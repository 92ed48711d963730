/*
 * Formats of other programs, as data: data/export/CLIENT.tmpl, compiled in.
 *
 * A file begins with what is to be known of the program, a key a line:
 *
 *   title    = msmtp                     as people call it
 *   about    = sends mail for mutt, cron and others     (a few words)
 *   group    = sender                    client, sender, server, app, phone, sheet
 *   program  = msmtp                     in PATH when it is installed; none: not a program here
 *   also     = /snap/thunderbird         other signs that it is: paths, blank-separated
 *   tried    = 1.8.23                    version it was run with; or
 *   read     = https://...               where the format was read, when it was not run
 *   since    = 1.6.4                     oldest version that reads it
 *   secret   = keyring                   where the client gets the password from:
 *              keyring  the same item of the keyring, or {{password_command}} where the account
 *                       keeps it elsewhere
 *              command  {{password_command}}
 *              outpost  nowhere: it calls outpost as sendmail
 *              asks     it asks and keeps it itself
 *              file     only in the file itself: left out unless --with-password
 *              none     the format has no password
 *   needs    = starttls|tls auth !oauth  what the account must have, by name: all of the words, of
 *                                        a word with | one; ! not
 *   single   = yes                       it knows one account: another one takes its place
 *   root     = yes                       only root can write it
 *   next     = ...                       what to do then; may come again; is a template
 *   without  = ...                       how to give the password when it is left out; a template
 *   check    = msmtp -a {{id}} {{to}}    sends the message on its input: export --check (by sh,
 *                                        values as words of it)
 *   warn     = ...                       what the program does badly
 *
 * Then its files, each begun by a line "--- PATH", keys, an empty line, and the body, a
 * template (base/template.h) up to the next "--- " or the end:
 *
 *   --- ~/.msmtprc | ${XDG_CONFIG_HOME}/msmtp/config
 *   merge    = section                   own      the file is ours alone
 *                                        section  a marked part of the user's file
 *                                        print    never written
 *   comment  = #                         for marks: what begins a comment; after a blank, ends it
 *   place    = end                       or begin: where a new section goes
 *   mode     = 0600                      of a new file; when it is there: at most these rights.
 *                                        Not said: 0600, and a file that is there keeps its own
 *   owner    = root:Debian-exim          of a new file, where root writes it and both exist; a
 *                                        file that is there keeps its own. With an owner, mode
 *                                        also holds for a file with a password; without, that
 *                                        is the user's alone
 *   hidden   = yes                       every line of it may hold a password: a change of it is
 *                                        shown without the lines that are there
 *   quote    = msmtp                     the rule of the body (quote.h)
 *   when     = name                      only where this name has a value
 *   run      = postmap {{file}}          after writing and after taking back; no shell; {{file}}
 *                                        and {{folder}} only
 *   made     = .db .lmdb                 endings of what run makes beside the file; that goes when
 *                                        taking back removes the file
 *
 * The id is a to z, 0 to 9 and "-". The password has its place in bodies only. Of several paths the
 * first that exists is taken, else the first. {{...}} may stand in a path.
 * Names are the rows of the table in names.c. Keys may be added here, none changes its meaning.
 */
#ifndef OUTPOST_EXPORT_FORMAT_H
#define OUTPOST_EXPORT_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct err;

enum export_merge { EXPORT_OWN, EXPORT_SECTION, EXPORT_PRINT };
enum export_secret {
	EXPORT_SECRET_KEYRING, EXPORT_SECRET_COMMAND, EXPORT_SECRET_OUTPOST, EXPORT_SECRET_ASKS,
	EXPORT_SECRET_FILE, EXPORT_SECRET_NONE,
};
enum export_group {
	EXPORT_CLIENT, EXPORT_SENDER, EXPORT_SERVER, EXPORT_APP, EXPORT_PHONE, EXPORT_SHEET,
};

#define EXPORT_FILES 6	/* of one format */
#define EXPORT_NEXT  6	/* things to do */

struct export_file {
	const char *path;	/* alternatives, as above; "" for print without a path */
	enum export_merge merge;
	const char *comment, *comment_end;	/* "#", "" */
	bool at_begin;
	mode_t mode;
	bool mode_given;
	const char *owner;	/* "" whoever writes it */
	bool hidden;
	const char *quote;
	const char *when;	/* "" always */
	const char *run;	/* "" nothing */
	const char *made;	/* "" nothing */
	struct template *body;
};

/* Strings are never NULL. */
struct export_format {
	const char *id, *title, *about, *program, *also, *tried, *read, *since, *without, *check,
		*warn, *needs;
	enum export_group group;
	enum export_secret secret;
	bool single, root;
	const char *next[EXPORT_NEXT];
	size_t next_count;
	struct export_file files[EXPORT_FILES];
	size_t file_count;
	char *text;		/* what all of these point into */
};

const char *export_group_name(enum export_group group);	/* "sender" */
/* As a heading: "Programs that send for others". */
const char *export_group_title(enum export_group group);

/* Those compiled in, in order of group and title; read when it is first asked for. */
size_t export_format_count(void);
const struct export_format *export_format_at(size_t i);
const struct export_format *export_format_by_id(const char *id);	/* NULL */

/* One file of data/export; id is its name without ".tmpl". NULL with ERR_INPUT: "line 3: ...". The
 * rules and names in it are checked, so that what was read can be filled. */
struct export_format *export_format_parse(const char *id, const char *text, size_t len,
					  struct err *err);
void export_format_free(struct export_format *f);

#endif
