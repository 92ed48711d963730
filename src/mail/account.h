/*
 * Accounts and their settings.
 *
 * The settings of an account are one table (account_settings): key, label,
 * help, default, validator, flags. The reader, the writer, the set-up form,
 * the command line options, the man page and the completions come from it;
 * adding a setting is adding a row. Values are strings in an account and
 * checked whenever they are set; typed readers are at the end.
 *
 * accounts.ini holds "[account ID]" sections with the settings that were set
 * and "[settings]" with default = ID. It is read through
 * port/ini, written by our writer, checked by reading it back before it
 * replaces the old one (0600), and the version before is kept as
 * accounts.ini.old for account_undo. Sections with a faulty line are not
 * loaded but listed as faults; the file is not written while it has faults,
 * so that nothing a person typed gets lost (ERR_CONFIG with the line), nor when
 * somebody else changed it since it was opened. Comments are not kept.
 * Unknown keys are faults too. Ids: [a-z0-9][a-z0-9._-]*, at most 64 bytes.
 *
 * Changing is load, change, save under a lock: accounts_open(.., true) takes the lock,
 * accounts_save writes, accounts_close gives it back.
 */
#ifndef OUTPOST_ACCOUNT_H
#define OUTPOST_ACCOUNT_H

#include <stdbool.h>
#include <stddef.h>

#include "mail/smtp.h"
#include "port/net.h"
#include "port/store.h"

struct account;
struct accounts;
struct buf;
struct err;

enum account_key {
	ACCOUNT_ADDRESS,	/* the mail address; required */
	ACCOUNT_FROM_NAME,	/* display name */
	ACCOUNT_PROVIDER,	/* id of the provider it was set up from */
	ACCOUNT_HOST,
	ACCOUNT_PORT,
	ACCOUNT_SECURITY,	/* tls, starttls, none */
	ACCOUNT_AUTH,		/* auto, plain, ... as in mail/smtp.h */
	ACCOUNT_USER,
	ACCOUNT_PASSWORD,	/* store_kind: keyring, command, credential, file, ask, none */
	ACCOUNT_PASSWORD_COMMAND,
	ACCOUNT_PASSWORD_FILE,
	ACCOUNT_CREDENTIAL,	/* name of the systemd credential */
	ACCOUNT_CA_FILE,
	ACCOUNT_PIN,		/* keys of the server that are trusted, and nothing else */
	ACCOUNT_TLS_MIN,	/* "1.2", "1.3" */
	ACCOUNT_CLIENT_CERT,
	ACCOUNT_CLIENT_KEY,
	ACCOUNT_PROXY,		/* URL; none; not set: the environment's */
	ACCOUNT_SOURCE,		/* address or interface to connect from */
	ACCOUNT_EHLO_NAME,
	ACCOUNT_TIMEOUT,	/* seconds, 0: RFC 5321's */
	ACCOUNT_SIGNATURE,
	ACCOUNT_SENT_FOLDER,	/* a Maildir that gets a copy of what was sent */
	ACCOUNT_LIMIT_HOUR,	/* messages; not set: the provider's */
	ACCOUNT_LIMIT_DAY,
	ACCOUNT_LIMIT_RECIPIENTS,	/* of one message at a time */
	ACCOUNT_RETRY_DAYS,	/* what waits longer has failed */
	ACCOUNT_HISTORY_DAYS,	/* what has ended is forgotten then */
	ACCOUNT_KEEP_MESSAGES,	/* yes, no: the text of what was sent stays in the history */
	ACCOUNT_ADDRESS_QUERY,	/* a command that finds people; see task/people.h */
	ACCOUNT_KEYS
};

enum account_flag {
	ACCOUNT_REQUIRED = 1,
	ACCOUNT_MULTILINE = 2,
	ACCOUNT_PATH = 4,
	ACCOUNT_ADVANCED = 8,	/* not shown in the short form */
};

struct account_setting {
	enum account_key key;
	const char *name;	/* "from-name": in the file, and --from-name */
	const char *label;	/* "Your name" */
	const char *arg;	/* "NAME", for --help */
	const char *help;	/* one line */
	const char *fallback;	/* default value, never NULL */
	const char *const *choices;	/* NULL: free; else ends in NULL */
	/* NULL: any text without control characters. 0 or -1 with ERR_INPUT. */
	int (*check)(const char *value, struct err *err);
	unsigned flags;
};

const struct account_setting *account_setting(enum account_key key);
const struct account_setting *account_setting_by_name(const char *name);

struct account *account_new(const char *id);
struct account *account_copy(const struct account *a);
void account_free(struct account *a);
const char *account_id(const struct account *a);
/* Value or default; never NULL. Valid until it is set again. A port that is not
 * set is the usual one of the security chosen. */
const char *account_get(const struct account *a, enum account_key key);
/* NULL or "" goes back to the default. -1 with ERR_INPUT when the value is not
 * allowed or too long for a line of accounts.ini. In a multi-line value CRLF becomes LF. */
int account_set(struct account *a, enum account_key key, const char *value, struct err *err);
bool account_is_set(const struct account *a, enum account_key key);
/* All together: required ones there, the password's source given. */
int account_check(const struct account *a, struct err *err);
/* A sentence when port and security rarely go together (465 with starttls), NULL
 * when they do or when the account's provider asks for just that. Advice only. Lives for
 * ever. */
const char *account_port_advice(const struct account *a);
int account_check_id(const char *id, struct err *err);
/* An id made from an address ("alice@example.org" -> "example.org", made unique). Free it. */
char *account_suggest_id(const struct accounts *all, const char *address);

int account_port(const struct account *a);
enum net_security account_security(const struct account *a);
/* The name to sign in with; "" when there is no sign-in. */
const char *account_user(const struct account *a);
/* Points into a; label is written into the array. "~/" is expanded in both. */
void account_store_ref(const struct account *a, struct store_ref *ref, char label[256]);
void account_smtp_params(const struct account *a, struct smtp_params *params);

/* Its section of accounts.ini, appended to out. */
int account_print(const struct account *a, struct buf *out, struct err *err);

struct account_fault {
	int line;
	const char *id;		/* "" when it is not in an account */
	const char *reason;
};

/* Reads accounts.ini; no file is no accounts. With change, the folder is made
 * (0700) and the lock is held until accounts_close. NULL: it could not be read
 * at all. Faulty accounts are left out: see account_faults. */
struct accounts *accounts_open(bool change, struct err *err);
/* The same of a text that came from elsewhere; name is for messages. NULL: it is over the bounds
 * of port/ini. What comes of it is never saved. */
struct accounts *accounts_parse(const char *name, const char *text, size_t len, struct err *err);
void accounts_close(struct accounts *all);	/* NULL is fine */
size_t account_count(const struct accounts *all);
struct account *account_at(const struct accounts *all, size_t i);	/* in file order */
struct account *account_find(const struct accounts *all, const char *id);
/* The one named, or with NULL the default, or the only one. NULL with
 * ERR_NOINPUT (with the names there are) or ERR_CONFIG when that one is damaged. */
struct account *account_pick(const struct accounts *all, const char *id, struct err *err);
const char *account_default(const struct accounts *all);	/* "" none */
size_t account_faults(const struct accounts *all, const struct account_fault **list);

/* Changes in memory; accounts_save makes them last. Ownership of a passes to all,
 * also on failure. The first account becomes the default. */
int account_add(struct accounts *all, struct account *a, struct err *err);	/* or replaces */
int account_remove(struct accounts *all, const char *id, struct err *err);
int account_rename(struct accounts *all, const char *id, const char *to, struct err *err);
int account_make_default(struct accounts *all, const char *id, struct err *err);
int accounts_save(struct accounts *all, struct err *err);
/* Puts the version before the last change back; doing it twice comes back. Takes
 * the lock itself: not to be called between accounts_open(true) and close. */
int account_undo(struct err *err);
/* What it did, as a sentence, from the accounts before it and after. */
void accounts_undone(const struct accounts *before, const struct accounts *now, char out[200]);

#endif
