/*
 * A fake SMTP server on loopback that catches mail and delivers nothing.
 *
 * It includes base only and shares no line with mail/smtp, so that it can
 * judge that module. It speaks ESMTP: STARTTLS and implicit TLS with a
 * certificate made at start (OpenSSL is used here for that), AUTH PLAIN, LOGIN
 * and CRAM-MD5, SIZE, 8BITMIME, PIPELINING, CHUNKING, SMTPUTF8,
 * ENHANCEDSTATUSCODES. It is as strict as the strict servers: a line ends in
 * CR LF, CR LF "." CR LF alone ends a message, and nothing may follow STARTTLS
 * in the same flight.
 *
 * Messages stay in memory (oldest forgotten first, when there are more than
 * max_kept or 128 MiB) and, when asked, also go to a Maildir: there with LF,
 * and with the envelope on top as Return-Path and X-Envelope-To. A message
 * that the Maildir does not take is not accepted.
 *
 * It runs in threads of its own, with signals blocked, and is bounded: 64
 * connections (more get 421), 10,000 commands and one hour a session, 300
 * seconds without a byte, 1,000 recipients, 2,000 bytes a command (12,288 for
 * AUTH), 256 MiB of messages arriving at once (more get 452).
 * It binds to 127.0.0.1 (and ::1 where there is one) and to nothing else.
 */
#ifndef OUTPOST_SANDBOX_H
#define OUTPOST_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

struct err;
struct sandbox;

struct sandbox_mail {
	size_t number;		/* from 1, in order of arrival */
	time_t when;
	const char *from;	/* envelope */
	const char *const *to;
	size_t to_count;
	const char *user;	/* who signed in, "" when nobody */
	bool tls;
	const char *data;	/* as received, CRLF, dots unstuffed; may hold NULs */
	size_t len;
};

struct sandbox_params {
	int port;		/* clear with STARTTLS offered; 0: any free port */
	int tls_port;		/* implicit TLS; 0: any free port; -1: none */
	const char *user;	/* NULL: any user and password are accepted */
	const char *password;
	bool require_auth;	/* 530 before AUTH */
	bool require_tls;	/* 530 before STARTTLS */
	const char *maildir;	/* NULL: memory only */
	const char *cert_file;	/* where the certificate is written as PEM for clients to
				 * trust; NULL: a temporary file, removed at stop */
	size_t max_size;	/* bytes of a message; 0: 25 MiB */
	size_t max_kept;	/* messages in memory; 0: 100 */
	/* Called from a connection's thread before the client is told; mail is lent for
	 * the call. caught and trace are never called two at a time. Neither may
	 * call sandbox_stop, or wait for a thread that does. */
	void (*caught)(void *arg, const struct sandbox_mail *mail);
	/* Every line of the dialogue, visible-safe, passwords redacted; may be NULL. A
	 * message and the start of TLS are told in one line in brackets. */
	void (*trace)(void *arg, unsigned connection, bool from_client, const char *line);
	void *arg;
};

/* Listening when it returns; the strings of params are copied. NULL on error
 * (ERR_SYSTEM: port taken, ...; ERR_USAGE: a port that is none). */
struct sandbox *sandbox_start(const struct sandbox_params *params, struct err *err);
/* Ends all connections with 421 at once, waits for the threads, frees. NULL is fine. */
void sandbox_stop(struct sandbox *sb);

int         sandbox_port(const struct sandbox *sb);
int         sandbox_tls_port(const struct sandbox *sb);	/* -1: none */
const char *sandbox_cert_file(const struct sandbox *sb);
size_t      sandbox_count(struct sandbox *sb);		/* caught since start */
/* Calls fn for each message still in memory, oldest first, under the lock. */
void sandbox_each(struct sandbox *sb, void (*fn)(void *arg, const struct sandbox_mail *mail),
		  void *arg);
void sandbox_clear(struct sandbox *sb);

#endif
