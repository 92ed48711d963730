/*
 * The mechanisms of signing in, one row each (RFC 4954, 4422).
 *
 * A row's run speaks the exchange up to the server's final reply, whatever that
 * says, and returns 0; -1 with err when there will be none, or when the server
 * did not keep to the mechanism (the session is dead then). Rows stand in the order in
 * which they are tried over TLS. smtp_auth.c chooses among them and words refusals.
 */
#ifndef OUTPOST_SMTP_MECH_H
#define OUTPOST_SMTP_MECH_H

#include <stdbool.h>
#include <stddef.h>

#include "mail/smtp.h"

struct buf;

#define SMTP_PAYLOAD_MAX (32 * 1024) /* of one step, before and after base64 */

enum smtp_mech_flags {
	SMTP_MECH_SHOWS = 1, /* the secret, to whoever reads the connection */
	SMTP_MECH_PROVES = 2, /* the server must keep the password in a form made for it */
	SMTP_MECH_TOKEN = 4, /* the secret is a token and no password */
	SMTP_MECH_CERT = 8, /* the client's certificate; there is no secret */
};

struct smtp_mech {
	const char *name,
		*wire; /* "scram-sha-256", "SCRAM-SHA-256"; wire is "" for auto and none */
	unsigned flags;
	int (*run)(struct smtp *s, struct smtp_reply *reply, struct err *err);
};

const struct smtp_mech *smtp_mech(enum smtp_auth auth);

/* ---- for rows ---- */

/* "AUTH NAME", with the bytes as initial response where the command line has room
 * (RFC 4954 4), else after a 334. Empty bytes are sent as "=". secret: they hold it. */
int smtp_mech_begin(struct smtp *s, struct smtp_reply *reply, const char *name,
		    const struct buf *first, struct err *err);
/* Base64 of the bytes as an answer to 334. */
int smtp_mech_answer(struct smtp *s, struct smtp_reply *reply, const char *bytes, size_t len,
		     struct err *err);
/* The challenge of a 334 appended to out as bytes; -1 when it is no base64. */
int smtp_mech_challenge(const struct smtp_reply *reply, struct buf *out);
/* What the server must not do was done: dead, ERR_AUTH, -1. */
int smtp_mech_broken(struct smtp *s, struct err *err, const char *wire, const char *what);

/* smtp_scram.c (RFC 5802, 7677) */
int smtp_scram_sha_256(struct smtp *s, struct smtp_reply *reply, struct err *err);
int smtp_scram_sha_1(struct smtp *s, struct smtp_reply *reply, struct err *err);

#endif
