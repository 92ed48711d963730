/*
 * One submission session with an SMTP server (RFC 5321, 6409, 4954).
 *
 * smtp_open connects (port/net), reads what the server offers, and signs in;
 * smtp_send hands over one message, as often as wanted; smtp_close says QUIT
 * and waits for a short while only. A session is used by one thread. It knows
 * no accounts: parameters are plain.
 *
 * Sign-in: the mechanism is chosen here from what this EHLO offers. With
 * SMTP_AUTH_AUTO the strongest sensible first: EXTERNAL where there is a client
 * certificate, SCRAM, PLAIN, LOGIN, CRAM-MD5, and CRAM-MD5 before PLAIN where the
 * connection is not encrypted. After 504 or 534 the next one is tried, after 535 one more,
 * on a fresh connection where the server hangs up. OAUTHBEARER and XOAUTH2 are used when
 * asked for; the secret is the token then. A mechanism that shows the secret
 * is never used without TLS except to loopback. Nothing but 235 is a sign-in; 421, 454
 * and other temporary codes are not called a wrong password. AUTH not offered although
 * a user is set is an error.
 *
 * Sending: MAIL with SIZE= where offered, RCPT each with its own reply, then
 * BDAT where CHUNKING is offered, else DATA. Where PIPELINING is offered the
 * envelope goes in one flight, together with DATA or the first chunk. The message
 * goes to the recipients that were accepted; refused ones are in the result. The
 * body may be any bytes: bare LF and bare CR become CRLF, dots are stuffed, a
 * missing last line end is added. Every step has a deadline (RFC 5321 4.5.3.2), and
 * ends when cancel_fd becomes readable. A connection lost after the last byte of
 * the message and before its reply is ERR_UNSURE. A server that answers what
 * was not asked is left at once: its next words could be taken for a yes.
 *
 * Steps and transcript reach the caller through the watch, on the same thread,
 * as they happen. Secrets are redacted here, in the one place where a line
 * enters the transcript; lines are visible-safe.
 */
#ifndef OUTPOST_SMTP_H
#define OUTPOST_SMTP_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "port/net.h"

struct err;
struct secret;
struct smtp;

enum smtp_auth {
	SMTP_AUTH_AUTO,
	/* In the order in which auto tries them over TLS; tokens only when asked for. */
	SMTP_AUTH_EXTERNAL, SMTP_AUTH_SCRAM_SHA_256, SMTP_AUTH_SCRAM_SHA_1, SMTP_AUTH_PLAIN,
	SMTP_AUTH_LOGIN, SMTP_AUTH_CRAM_MD5, SMTP_AUTH_OAUTHBEARER, SMTP_AUTH_XOAUTH2,
	SMTP_AUTH_NONE,
	SMTP_AUTHS
};

const char *smtp_auth_name(enum smtp_auth auth);	/* "auto", "plain", ... */
int smtp_auth_parse(const char *name, enum smtp_auth *auth);

struct smtp_params {
	const char *host;
	int port;
	enum net_security security;
	enum smtp_auth auth;
	const char *user;		/* NULL or "": no sign-in, except by EXTERNAL */
	const struct secret *secret;	/* lent for the life of the session */
	struct net_options options;	/* whom to trust, which way to take */
	const char *ehlo_name;		/* NULL: an address literal, [127.0.0.1] */
	int cancel_fd;			/* -1: none */
	long timeout;			/* ms for connecting and each reply; 0: the RFC's
					 * minutes for replies, 30 s to connect */
};

/* The steps of a delivery, in order, as a person sees them. */
enum smtp_step {
	SMTP_STEP_RESOLVE,	/* look up name */
	SMTP_STEP_CONNECT,
	SMTP_STEP_ENCRYPT,	/* skipped when clear; after GREETING with STARTTLS */
	SMTP_STEP_GREETING,	/* greeting and EHLO */
	SMTP_STEP_SIGNIN,	/* skipped without a user */
	SMTP_STEP_SENDER,	/* MAIL */
	SMTP_STEP_RECIPIENT,	/* RCPT, all of them */
	SMTP_STEP_MESSAGE,	/* the bytes */
	SMTP_STEP_ACCEPTED,	/* the reply to the last byte */
	SMTP_STEPS
};

enum smtp_step_state {
	SMTP_STEP_WAITING, SMTP_STEP_RUNNING, SMTP_STEP_DONE, SMTP_STEP_SKIPPED, SMTP_STEP_FAILED
};

/* "Look up name", "Connect", ... as one row of a list. */
const char *smtp_step_label(enum smtp_step step);
const char *smtp_step_name(enum smtp_step step);	/* "resolve", ... for --json */

struct smtp_step_event {
	enum smtp_step step;
	enum smtp_step_state state;
	long ms;		/* time in this step, when done or failed */
	const char *detail;	/* "TLSv1.3, certificate of mail.example.org until 2027-01-02" */
};

struct smtp_line {
	enum net_direction dir;
	enum net_layer layer;
	long long us;		/* since smtp_open began */
	const char *text;	/* redacted, visible-safe, no line end */
};

/* Any member may be NULL. */
struct smtp_watch {
	void *arg;
	void (*step)(void *arg, const struct smtp_step_event *event);
	void (*line)(void *arg, const struct smtp_line *line);
};

struct smtp_reply {
	int code;		/* 0: none came */
	char enhanced[12];	/* "5.7.8", "" when there is none (RFC 2034, 3463) */
	char *text;		/* all lines joined by \n, without codes; visible-safe; or NULL */
};

/* What EHLO offered; lines it did not understand are in raw. */
struct smtp_capabilities {
	bool esmtp, starttls, pipelining, chunking, eightbitmime, smtputf8, dsn, enhanced;
	bool requiretls;
	bool auth;		/* AUTH is offered at all */
	unsigned mechanisms;	/* 1u << enum smtp_auth */
	long long size;		/* 0: SIZE without a limit; -1: not offered */
	char auth_line[256];	/* the words after AUTH, visible-safe */
};

/* What became of the message for one recipient. After smtp_send has failed nobody
 * is ACCEPTED: who was has the verdict on the message, and where there is none
 * (ERR_UNSURE, a lost connection) UNKNOWN. */
enum smtp_rcpt_state {
	SMTP_RCPT_UNKNOWN, SMTP_RCPT_ACCEPTED, SMTP_RCPT_REFUSED, SMTP_RCPT_DEFERRED
};

struct smtp_rcpt {
	const char *address;	/* lent by the envelope */
	enum smtp_rcpt_state state;
	struct smtp_reply reply;
};

enum smtp_notify {
	SMTP_NOTIFY_NEVER = 1, SMTP_NOTIFY_SUCCESS = 2, SMTP_NOTIFY_FAILURE = 4,
	SMTP_NOTIFY_DELAY = 8
};
enum smtp_return { SMTP_RETURN_ANY, SMTP_RETURN_FULL, SMTP_RETURN_HEADERS };

/* What may be asked for beside delivery. What the server does not offer is an
 * error before anything is sent; only submitter is then left out. */
#define SMTP_ENVID_MAX 100 /* RFC 3461 4.4 */

struct smtp_wishes {
	unsigned notify;	/* when to report (RFC 3461); 0: as the server does anyway */
	enum smtp_return ret;	/* what a report is to hold of the message */
	const char *envid;	/* comes back in reports; NULL: none */
	const char *submitter;	/* AUTH= of MAIL (RFC 4954 5), "" for <>; NULL: none */
	bool require_tls;	/* encrypted all the way or not delivered (RFC 8689) */
	bool lenient;		/* without reports where they are not offered */
	bool all_or_none;	/* nothing is sent unless every recipient is accepted */
};

/* "never", or one or several of success, failure, delay with commas. ERR_INPUT. */
int smtp_notify_parse(const char *words, unsigned *notify, struct err *err);

struct smtp_envelope {
	const char *from;	/* checked with addr_check, or "" for the null sender */
	const char *const *to;
	size_t count;
	const struct smtp_wishes *wishes;	/* NULL: none */
	/* Called before the last byte goes, without which the server has no message; NULL: not.
	 * When it fails nothing more is sent, and its error is that of smtp_send. */
	int (*last)(void *arg, struct err *err);
	void *last_arg;
};

/* The message: size bytes of fd, read with pread(2) from 0. */
struct smtp_body {
	int fd;
	off_t size;
};

struct smtp_result {
	struct smtp_rcpt *rcpts;	/* one for each of the envelope, in order */
	size_t count, accepted;
	struct smtp_reply reply;	/* to the message: holds the queue id */
};

#define SMTP_RESULT_INIT { .rcpts = NULL }

/* NULL on error. tls_out (may be NULL) is filled also on failure. */
struct smtp *smtp_open(const struct smtp_params *params, const struct smtp_watch *watch,
		       struct net_tls *tls_out, struct err *err);
/* 0: accepted for at least one recipient. result (never NULL; clear it after) is
 * also filled on failure, as far as it went. Whether the next message can go the
 * same way smtp_alive tells; where not, smtp_send fails with ERR_NETWORK. */
int smtp_send(struct smtp *smtp, const struct smtp_envelope *envelope, const struct smtp_body *body,
	      struct smtp_result *result, struct err *err);
/* MAIL and RCPT, then RSET: would it be taken? Nothing is delivered. */
int smtp_try(struct smtp *smtp, const struct smtp_envelope *envelope, struct smtp_result *result,
	     struct err *err);
void smtp_close(struct smtp *smtp);	/* QUIT if it makes sense; NULL is fine */
/* False when the connection is lost, was given up in the middle of a message, or
 * the server said 421. */
bool smtp_alive(const struct smtp *smtp);

const struct smtp_capabilities *smtp_capabilities(const struct smtp *smtp);
/* "PLAIN", or "" when no sign-in took place. */
const char *smtp_mechanism(const struct smtp *smtp);
void smtp_result_clear(struct smtp_result *result);
/* Puts the recipients of more behind those of all, and takes its reply; more is empty then. */
void smtp_result_join(struct smtp_result *all, struct smtp_result *more);

#endif
