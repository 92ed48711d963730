/*
 * The inside of a session, shared by the smtp*.c files:
 *
 * smtp.c        opening, closing, what libcurl reports
 * smtp_step.c   the steps as a person sees them
 * smtp_trace.c  the transcript, and keeping secrets out of it
 * smtp_reply.c  replies: assembling, waiting, wording refusals
 * smtp_explain.c what a refusal means
 * smtp_ehlo.c   what the server offers
 * smtp_auth.c   signing in: which mechanisms, what a refusal means
 * smtp_mech.c   the mechanisms, one row each; smtp_scram.c two of them
 * smtp_body.c   the message as it goes over the wire
 * smtp_flight.c commands sent ahead of their replies
 * smtp_plan.c   can this transaction succeed here?
 * smtp_wishes.c what is asked for beside delivery
 * smtp_send.c   carrying it out
 * smtp_answer.c what the server says to it
 */
#ifndef OUTPOST_SMTP_INTERNAL_H
#define OUTPOST_SMTP_INTERNAL_H

#include "base/buf.h"
#include "base/err.h"
#include "mail/smtp.h"

#define SMTP_LINE_MAX  4096
#define SMTP_REPLY_MAX (64 * 1024)
#define SMTP_NEEDLES   16
#define SMTP_CLOSES    "%s closes the connection and asks to come back later."

/* Minutes of RFC 5321 4.5.3.2, used where params.timeout is 0. */
#define SMTP_WAIT_GREETING (5 * 60000L)
#define SMTP_WAIT_COMMAND  (5 * 60000L)
#define SMTP_WAIT_DATA     (2 * 60000L)
#define SMTP_WAIT_BLOCK    (3 * 60000L)
#define SMTP_WAIT_ACCEPTED (10 * 60000L)

/* A reply that is being put together from lines. */
struct smtp_reader {
	struct buf text; /* redacted and visible-safe */
	size_t bytes;
	int code;
	char enhanced[12];
};

/* A form in which the secret could come back. */
struct smtp_needle {
	struct buf bytes;
	bool base64;
};

struct smtp {
	struct smtp_params params; /* host is ours, the rest lent */
	char *host;
	struct smtp_watch watch;
	struct net *net;
	bool dead; /* nothing more can be said on this connection */
	struct smtp_capabilities caps;
	const char *mechanism;

	struct buf in; /* received, not yet a line */
	struct smtp_reader reader;

	char said[16]; /* while libcurl speaks: its last command */
	struct smtp_reply heard; /* and the last whole reply */
	char address[80]; /* what is connected to */
	char encrypted[320]; /* how, for the step */

	enum smtp_step step; /* SMTP_STEPS: none is running */
	long long step_began;

	long long began_us;
	bool hide; /* the next line sent is a secret */
	bool conceal; /* challenges are not shown: with them the password can be guessed */
	char token_fault[256]; /* what the server has against the token; visible-safe */
	bool exposed; /* the server has seen the secret: it could echo it */
	struct smtp_needle needles[SMTP_NEEDLES];
};

long smtp_patience(const struct smtp *s, long rfc);

/* smtp_step.c: one step runs at a time. */
void smtp_step_run(struct smtp *s, enum smtp_step step);
void smtp_step_end(struct smtp *s, enum smtp_step_state state, const char *detail);
void smtp_step_skip(struct smtp *s, enum smtp_step step);

/* smtp_trace.c: the only way into the transcript. shown (may be NULL) gets the
 * redacted, visible-safe line. */
void smtp_trace(struct smtp *s, enum net_direction dir, enum net_layer layer, const char *line,
		size_t len, struct buf *shown);
/* From now on these bytes and their base64 forms are redacted in what comes. */
void smtp_trace_secret(struct smtp *s, const char *bytes, size_t len);
void smtp_trace_payload(struct smtp *s, const char *base64, size_t len);
void smtp_trace_clear(struct smtp *s);

/* smtp_reply.c. smtp_reader_line: 1 when the reply is whole (take it with
 * smtp_reader_take), 0 when lines follow, -1 when it is no reply or too long. */
int smtp_reader_line(struct smtp_reader *r, const char *shown, size_t len);
void smtp_reader_take(struct smtp_reader *r, struct smtp_reply *reply);
void smtp_reader_reset(struct smtp_reader *r);
void smtp_reply_clear(struct smtp_reply *reply);
/* doing: "MAIL", "the message", ... for words. ERR_NETWORK and a dead session on failure. */
int smtp_read_reply(struct smtp *s, struct smtp_reply *reply, const char *doing, long wait,
		    struct err *err);
/* Before anything new is asked: nothing may be waiting to be read, for a reply to
 * nothing would be taken for the answer. doing: what is about to be asked. */
int smtp_quiet(struct smtp *s, const char *doing, struct err *err);
/* One line without CRLF, and its reply. */
int smtp_command(struct smtp *s, struct smtp_reply *reply, const char *line, long wait,
		 struct err *err);
/* fmt is the sentence; the code decides kind and temporary: 421 means the
 * session is over (ERR_NETWORK), others are ERR_REFUSED. Returns -1. */
int smtp_refused(struct smtp *s, const struct smtp_reply *reply, struct err *err, const char *fmt,
		 ...) __attribute__((format(printf, 4, 5)));
/* "550 5.1.1 No such user", lines after the first bare. Free with free(). */
char *smtp_reply_words(const struct smtp_reply *reply);
void smtp_reply_to_err(const struct smtp_reply *reply, struct err *err);
/* smtp_explain.c: adds to the sentence in err what this reply to the present step means, the
 * hint, and the words; kind and temporary may become those that fit better. */
void smtp_explain(const struct smtp *s, const struct smtp_reply *reply, struct err *err);

/* smtp_ehlo.c: text is a reply's. */
void smtp_ehlo_parse(struct smtp_capabilities *caps, const char *text);

/* smtp_auth.c */
int smtp_sign_in(struct smtp *s, struct err *err);
/* smtp.c: the same connection once more, up to before signing in. The steps are not told again. */
int smtp_reopen(struct smtp *s, struct err *err);

#endif
