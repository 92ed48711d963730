/*
 * Where passwords are kept: one table of back-ends.
 *
 *   keyring     Secret Service over D-Bus (libsecret is used in store_keyring.c
 *               and nowhere else)
 *   command     the first line of what a shell command prints (pass, gpg, ...)
 *   credential  a systemd credential, $CREDENTIALS_DIRECTORY/NAME
 *   file        a file of the user's with mode 0600 or stricter
 *   ask         nothing is kept: the face asks each time
 *   none        the account signs in without a password
 * (Memory needs no back-end: whoever holds a struct secret passes it on.)
 *
 * One keyring item serves other programs too: its schema is ours, its
 * attributes are the union of what msmtp (host, service, user), git
 * credential-libsecret (user, protocol, server, port) and secret-tool look for:
 *   host=HOST server=HOST service=smtp protocol=smtp user=USER port=PORT
 * Putting a password first clears older items of the same host and user, so
 * that a lookup can only find the new one. A secret for git must be one line:
 * a password with CR or LF is refused everywhere (ERR_INPUT).
 *
 * The calls block, up to their deadline, and end at once when cancel_fd
 * becomes readable; a TUI runs them in a job. A state tells in code what the
 * sentence in err tells in words, so that a face can offer the next back-end.
 */
#ifndef OUTPOST_STORE_H
#define OUTPOST_STORE_H

#include <stdbool.h>
#include <stddef.h>

struct err;
struct secret;

enum store_state {
	STORE_OK = 0,
	STORE_NOT_FOUND = -1,	/* the back-end works, it has no such password */
	STORE_NO_BUS = -2,	/* no D-Bus session bus (ssh, cron, service) */
	STORE_NO_SERVICE = -3,	/* a bus, but no Secret Service on it */
	STORE_LOCKED = -4,	/* locked and could not be unlocked */
	STORE_DISMISSED = -5,	/* the user closed the unlock window */
	STORE_TIMED_OUT = -6,
	STORE_CANCELLED = -7,
	STORE_MUST_ASK = -8,	/* "ask": the face must ask the user */
	STORE_READ_ONLY = -9,	/* a command or credential is not written by us */
	STORE_FAILED = -10,	/* anything else; err says what */
};

enum store_kind {
	STORE_KEYRING, STORE_COMMAND, STORE_CREDENTIAL, STORE_FILE, STORE_ASK, STORE_NONE,
	STORE_KINDS
};

struct store_ref {
	enum store_kind kind;
	const char *label;	/* "outpost: alice@example.org", shown by keyring programs */
	const char *host;	/* as in the settings, byte for byte */
	int port;
	const char *user;
	const char *source;	/* command line, credential name or file path */
	int cancel_fd;		/* -1: none */
	long timeout;		/* ms; 0 means 30 s, 120 s where a window may open */
};

/* One row a back-end; the order is the order in which they are offered. */
struct store_backend {
	enum store_kind kind;
	const char *name;	/* in settings: "keyring" */
	const char *label;	/* "System keyring" */
	const char *help;	/* one line: when to choose it */
	const char *source;	/* what source means, NULL if it needs none */
	bool writable;		/* put and forget work */
};

const struct store_backend *store_backend(enum store_kind kind);
int store_kind_parse(const char *name, enum store_kind *kind);	/* -1 unknown */
const char *store_state_name(enum store_state state);		/* "no-bus", for --json */

/* On STORE_OK the caller owns *secret. */
enum store_state store_get(const struct store_ref *ref, struct secret **secret, struct err *err);
enum store_state store_put(const struct store_ref *ref, const struct secret *secret,
			   struct err *err);
/* STORE_OK also when there was nothing. */
enum store_state store_forget(const struct store_ref *ref, struct err *err);
/* Can it be used at all, asked without opening a window? For choosing a default. */
enum store_state store_probe(enum store_kind kind, struct err *err);

#endif
