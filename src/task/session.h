/*
 * From an account to a session: the password from where it is kept, then
 * smtp_open. Shared by test, set-up and sending, so that all three sign in the same
 * way.
 */
#ifndef OUTPOST_SESSION_H
#define OUTPOST_SESSION_H

#include <stdbool.h>

#include "mail/account.h"
#include "mail/smtp.h"

struct err;
struct outbox;
struct secret;

/* Asks a person; NULL means given up. The face gives it; may be NULL: then
 * "ask" is an error that says so. */
typedef struct secret *(*session_ask)(void *arg, const struct account *account);

struct session_params {
	const struct account *account;
	const struct secret *secret;	/* lent; NULL: from the account's store */
	session_ask ask;
	void *ask_arg;
	int cancel_fd;
	const struct smtp_watch *watch;	/* may be NULL */
	struct net_tls *tls;		/* may be NULL */
	const struct smtp_wishes *wishes;	/* for sending; lent; may be NULL */
	struct outbox *outbox;	/* for sending; lent; NULL: opened for it */
	bool not_kept;	/* for sending: what cannot go now is not left in the outbox */
	const char *tag;	/* for sending: its tag in the outbox; lent; may be NULL */
};

/* The account's secret; NULL with *state not STORE_OK on failure. For accounts
 * without sign-in it is NULL with STORE_OK. */
struct secret *session_secret(const struct session_params *params, enum store_state *state,
			      struct err *err);
/* On success the caller owns *held (NULL if params->secret was given); it must outlive the
 * session. */
struct smtp *session_open(const struct session_params *params, struct secret **held,
			  struct err *err);

#endif
