/*
 * One SMTP dialogue of the sandbox (RFC 5321), from greeting to goodbye, and
 * what its parts share: sandbox_session.c has the table of commands,
 * sandbox_data.c takes messages (DATA, BDAT), sandbox_auth.c signs in.
 */
#ifndef OUTPOST_SANDBOX_SESSION_H
#define OUTPOST_SANDBOX_SESSION_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "mail/sandbox.h"
#include "mail/sandbox_path.h"
#include "mail/sandbox_wire.h"

#define SANDBOX_LINE_MAX 12288	/* RFC 4954 section 4 for AUTH; others are shorter */
#define SANDBOX_RCPT_MAX 1000

struct sandbox_tls_context;
struct sandbox_store;

/* What all dialogues of one sandbox share. */
struct sandbox_service {
	struct sandbox_params params;	/* complete: no zero stands for a default */
	struct sandbox_tls_context *tls;
	struct sandbox_store *store;
	pthread_mutex_t speak;		/* held around params.caught and params.trace */
	atomic_size_t arriving;		/* bytes of messages being received */
	int stop_fd;
};

struct sandbox_session {
	struct sandbox_service *service;
	struct sandbox_wire wire;
	unsigned number;
	unsigned commands;
	struct buf line;
	bool hello, extended;	/* EHLO or HELO was said; it was EHLO */
	bool auth_failed;	/* what comes next may be a password gone astray */
	bool finished;
	char *user;		/* NULL until signed in */

	/* The transaction */
	bool open;		/* MAIL was accepted */
	bool utf8;
	char *from;
	char *to[SANDBOX_RCPT_MAX];
	size_t to_count;
	struct buf data;
	size_t charged;		/* share in service->arriving */
	bool chunks;		/* BDAT has begun */
	char fault[512];	/* the reply that the message will get instead of 250 */
};

/* Owns fd; returns when the connection is closed. */
void sandbox_session_run(struct sandbox_service *service, int fd, unsigned number, bool tls);

/* For the parts. A reply is one line without its end. */
void sandbox_reply(struct sandbox_session *s, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* A remark for the trace, shown in brackets. */
void sandbox_note(struct sandbox_session *s, bool from_client, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* Reads a line of an AUTH exchange; it is not shown. LINE_NONE ends the session. */
enum sandbox_line sandbox_secret_line(struct sandbox_session *s);
bool sandbox_secure(const struct sandbox_session *s);
void sandbox_forget_data(struct sandbox_session *s);
void sandbox_forget_transaction(struct sandbox_session *s);

#endif
