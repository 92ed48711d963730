#include "port/store.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/secret.h"
#include "port/store_backends.h"

/* A window or a terminal may have to be answered by a person. */
#define PERSON_MS  120000
#define MACHINE_MS 30000

static enum store_state ask_get(const struct store_ref *ref, struct secret **secret,
				struct err *err)
{
	(void)secret;
	err_set(err, ERR_KEYRING, "The password for %s at %s is kept nowhere and must be typed.",
		ref->user, ref->host);
	return STORE_MUST_ASK;
}

static enum store_state none_get(const struct store_ref *ref, struct secret **secret,
				 struct err *err)
{
	(void)secret;
	err_set(err, ERR_KEYRING, "The account of %s is set to sign in without a password.",
		ref->label);
	return STORE_NOT_FOUND;
}

static enum store_state credential_probe(struct err *err)
{
	if (getenv("CREDENTIALS_DIRECTORY"))
		return STORE_OK;
	err_set(err, ERR_KEYRING, "This program was not started by systemd with credentials: "
		"$CREDENTIALS_DIRECTORY is not set.");
	return STORE_NOT_FOUND;
}

/* The public row, and what does the work; without put it is not written by us,
 * without probe it can always be used. instead names the next to choose. */
struct row {
	struct store_backend public;
	long timeout;
	enum store_state (*get)(const struct store_ref *, struct secret **, struct err *);
	enum store_state (*put)(const struct store_ref *, const struct secret *, struct err *);
	enum store_state (*forget)(const struct store_ref *, struct err *);
	enum store_state (*probe)(struct err *);
	const char *instead;
};

static const struct row rows[] = {
	{
		.public = { STORE_KEYRING, "keyring", "System keyring",
			    "on a desktop: unlocked when you sign in, shared with other programs",
			    NULL, true },
		.timeout = PERSON_MS,
		.get = store_keyring_get,
		.put = store_keyring_put,
		.forget = store_keyring_forget,
		.probe = store_keyring_probe,
		.instead = "a password command (pass, gpg), or for cron and services a systemd "
			   "credential or a file that only you can read",
	},
	{
		.public = { STORE_COMMAND, "command", "Password command",
			    "with pass, gpg or a script: its first line of output is the password",
			    "shell command", false },
		.timeout = PERSON_MS,
		.get = store_command_get,
		.instead = "a file that only you can read, or to be asked each time",
	},
	{
		.public = { STORE_CREDENTIAL, "credential", "systemd credential",
			    "in a service: systemd hands it over when the service starts",
			    "name of the credential", false },
		.timeout = MACHINE_MS,
		.get = store_file_get,
		.probe = credential_probe,
		.instead = "a password command, or a file that only you can read",
	},
	{
		.public = { STORE_FILE, "file", "Private file",
			    "for cron and servers: not encrypted, but only you can read it",
			    "path of the file", true },
		.timeout = MACHINE_MS,
		.get = store_file_get,
		.put = store_file_put,
		.forget = store_file_forget,
		.instead = "a password command, or to be asked each time",
	},
	{
		.public = { STORE_ASK, "ask", "Ask each time",
			    "kept nowhere: not for cron, git or other programs that send alone",
			    NULL, false },
		.timeout = PERSON_MS,
		.get = ask_get,
		.instead = "the system keyring or a password command",
	},
	{
		.public = { STORE_NONE, "none", "No password",
			    "for servers that let you send without signing in", NULL, false },
		.timeout = MACHINE_MS,
		.get = none_get,
		.instead = "the system keyring or a password command",
	},
};

_Static_assert(sizeof rows / sizeof *rows == STORE_KINDS, "one row a back-end");

static const char *const states[] = {
	[-STORE_OK] = "ok",
	[-STORE_NOT_FOUND] = "not-found",
	[-STORE_NO_BUS] = "no-bus",
	[-STORE_NO_SERVICE] = "no-service",
	[-STORE_LOCKED] = "locked",
	[-STORE_DISMISSED] = "dismissed",
	[-STORE_TIMED_OUT] = "timed-out",
	[-STORE_CANCELLED] = "cancelled",
	[-STORE_MUST_ASK] = "must-ask",
	[-STORE_READ_ONLY] = "read-only",
	[-STORE_FAILED] = "failed",
};

const struct store_backend *store_backend(enum store_kind kind)
{
	return &rows[kind].public;
}

int store_kind_parse(const char *name, enum store_kind *kind)
{
	for (size_t i = 0; i < STORE_KINDS; i++) {
		if (strcmp(rows[i].public.name, name) != 0)
			continue;
		*kind = rows[i].public.kind;
		return 0;
	}
	return -1;
}

const char *store_state_name(enum store_state state)
{
	return states[-state];
}

/* What to do next, where the back-end has said nothing better. */
static enum store_state advise(const struct row *row, enum store_state state, struct err *err)
{
	const char *first = "Choose";

	if (state == STORE_OK || state == STORE_CANCELLED || !err)
		return state;
	err->temporary = state == STORE_TIMED_OUT || state == STORE_DISMISSED ||
			 state == STORE_LOCKED;
	if (err->hint[0])
		return state;
	if (state == STORE_NOT_FOUND && row->put)
		first = "Keep it there with \"outpost password set\", or choose";
	else if (state == STORE_READ_ONLY && row->public.source)
		first = "Change it at its source, or choose";
	else if (state == STORE_LOCKED || state == STORE_DISMISSED)
		first = "Unlock it and try again, or choose";
	else if (state == STORE_TIMED_OUT)
		first = "Try again, or choose";
	err_hint(err, "%s %s.", first, row->instead);
	return state;
}

static struct store_ref with_timeout(const struct store_ref *ref)
{
	struct store_ref full = *ref;

	if (full.timeout <= 0)
		full.timeout = rows[ref->kind].timeout;
	if (!full.label)
		full.label = "outpost";
	return full;
}

static int check_source(const struct store_ref *ref, struct err *err)
{
	const struct store_backend *b = store_backend(ref->kind);

	if (!b->source || (ref->source && *ref->source))
		return 0;
	return err_set(err, ERR_CONFIG,
		       "The account keeps its password by \"%s\", but the %s is not set.", b->name,
		       b->source);
}

/* git and others read a password as one line. */
static int check_line(const struct secret *secret, struct err *err)
{
	if (secret_len(secret) == 0)
		return err_set(err, ERR_INPUT, "The password is empty.");
	if (strpbrk(secret_text(secret), "\r\n"))
		return err_set(err, ERR_INPUT,
			       "The password holds a line break; it must be a single line.");
	return 0;
}

enum store_state store_get(const struct store_ref *ref, struct secret **secret, struct err *err)
{
	const struct row *row = &rows[ref->kind];
	struct store_ref full = with_timeout(ref);
	enum store_state state;

	*secret = NULL;
	if (check_source(ref, err) < 0)
		return advise(row, STORE_FAILED, err);
	state = row->get(&full, secret, err);
	if (state == STORE_OK && check_line(*secret, err) < 0) {
		secret_free(*secret);
		*secret = NULL;
		state = STORE_FAILED;
	}
	return advise(row, state, err);
}

static enum store_state read_only(const struct row *row, struct err *err)
{
	err_set(err, ERR_KEYRING, "With \"%s\" no password is kept or removed by this program.",
		row->public.name);
	return advise(row, STORE_READ_ONLY, err);
}

enum store_state store_put(const struct store_ref *ref, const struct secret *secret,
			   struct err *err)
{
	const struct row *row = &rows[ref->kind];
	struct store_ref full = with_timeout(ref);

	if (!row->put)
		return read_only(row, err);
	if (check_line(secret, err) < 0)
		return STORE_FAILED;
	if (check_source(ref, err) < 0)
		return advise(row, STORE_FAILED, err);
	return advise(row, row->put(&full, secret, err), err);
}

enum store_state store_forget(const struct store_ref *ref, struct err *err)
{
	const struct row *row = &rows[ref->kind];
	struct store_ref full = with_timeout(ref);

	if (!row->forget)
		return read_only(row, err);
	if (check_source(ref, err) < 0)
		return advise(row, STORE_FAILED, err);
	return advise(row, row->forget(&full, err), err);
}

enum store_state store_probe(enum store_kind kind, struct err *err)
{
	const struct row *row = &rows[kind];

	return advise(row, row->probe ? row->probe(err) : STORE_OK, err);
}
