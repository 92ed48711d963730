/*
 * One transaction from MAIL to the reply to the last byte. smtp_plan.c decides
 * before the first byte whether it can succeed and what MAIL needs, smtp_wishes.c
 * whether what is wished for can be had; smtp_send.c carries it out; smtp_answer.c
 * takes in what the server answers and words its refusals.
 */
#ifndef OUTPOST_SMTP_SEND_H
#define OUTPOST_SMTP_SEND_H

#include "mail/smtp_body.h"
#include "mail/smtp_flight.h"
#include "mail/smtp_internal.h"

struct smtp_tx {
	struct smtp *s;
	const struct smtp_envelope *envelope;
	const struct smtp_body *body; /* NULL: only to see whether it would be taken */
	struct smtp_result *result;
	struct smtp_flight flight;
	struct smtp_body_facts facts;
	struct smtp_wishes wishes;
	struct smtp_body_reader reader;
	bool chunking, utf8;
	bool along; /* DATA or the first chunk goes in the flight of the envelope */
	size_t planned; /* RCPTs: not those refused here for want of SMTPUTF8 */
	size_t next_rcpt; /* whose reply is next */
	struct smtp_reply mail;
	bool go; /* 354 was seen */
	bool whole; /* the last byte of the message is in flight.out, or sent */
	bool refused; /* the message, or a chunk of it; result->reply says why */
	bool unclear; /* the answer to the whole message was neither yes nor no */
	bool definite; /* the server said 421: nothing was taken */
};

/* ERR_INPUT for an address that would break the dialogue; ERR_REFUSED for what
 * this server has said it cannot take. Nothing is sent. */
int smtp_plan(struct smtp_tx *tx, struct err *err);
/* As it goes into MAIL and RCPT: the domain in ASCII where that is possible;
 * *utf8 becomes true where SMTPUTF8 is needed. Free with free(). */
char *smtp_wire_address(const char *address, bool *utf8);

/* smtp_wishes.c: ERR_INPUT, ERR_REFUSED, ERR_TLS; what it adds to MAIL and to RCPT. */
int smtp_wishes_plan(struct smtp_tx *tx, struct err *err);
void smtp_wishes_mail(const struct smtp_tx *tx, struct buf *line);
void smtp_wishes_rcpt(const struct smtp_tx *tx, const char *address, struct buf *line);

bool smtp_is_yes(const struct smtp_reply *reply); /* 2xx */
/* For smtp_flight: reply number 0 is MAIL's, then one for each RCPT, then the
 * message's. Steps are told as the replies come. */
int smtp_tx_reply(void *tx, size_t number, struct smtp_reply *reply, struct err *err);
void smtp_tx_message_done(struct smtp_tx *tx); /* the steps, when all is sent */
int smtp_tx_message_refused(struct smtp_tx *tx, struct err *err);
/* Nobody is left to whom the message could go: no need to send more of it. */
bool smtp_tx_hopeless(const struct smtp_tx *tx);
/* What was answered so far to MAIL and RCPT: 0 the message may go, -1 with ERR_REFUSED. */
int smtp_tx_check_envelope(struct smtp_tx *tx, struct err *err);
/* After a failure: nobody is left accepted. */
void smtp_tx_settle(struct smtp_tx *tx);

#endif
