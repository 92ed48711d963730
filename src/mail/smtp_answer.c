#include "mail/smtp_send.h"

#include <stdio.h>

bool smtp_is_yes(const struct smtp_reply *reply)
{
	return reply->code >= 200 && reply->code < 300;
}

static void set_doing(struct smtp_tx *tx)
{
	size_t n = tx->flight.answered;

	if (n == 0)
		tx->flight.doing = "MAIL";
	else if (n <= tx->planned)
		tx->flight.doing = "RCPT";
	else if (!tx->chunking && n == tx->planned + 1)
		tx->flight.doing = "DATA";
	else
		tx->flight.doing = "the message";
}

void smtp_tx_message_done(struct smtp_tx *tx)
{
	char detail[64];

	snprintf(detail, sizeof detail, "%lld bytes", tx->facts.size);
	smtp_step_run(tx->s, SMTP_STEP_MESSAGE);
	smtp_step_end(tx->s, SMTP_STEP_DONE, detail);
	smtp_step_run(tx->s, SMTP_STEP_ACCEPTED);
}

static void on_mail(struct smtp_tx *tx, struct smtp_reply *reply)
{
	tx->mail = *reply;
	reply->text = NULL;
	if (!smtp_is_yes(&tx->mail))
		return;
	smtp_step_end(tx->s, SMTP_STEP_DONE, tx->envelope->from[0] ? tx->envelope->from : "<>");
	smtp_step_run(tx->s, SMTP_STEP_RECIPIENT);
}

static void on_rcpt(struct smtp_tx *tx, struct smtp_reply *reply, bool last)
{
	struct smtp_rcpt *rcpt;
	char detail[64];

	/* After a refused MAIL these are only echoes of it. */
	if (!smtp_is_yes(&tx->mail))
		return;
	while (tx->result->rcpts[tx->next_rcpt].state != SMTP_RCPT_UNKNOWN)
		tx->next_rcpt++;
	rcpt = &tx->result->rcpts[tx->next_rcpt];
	rcpt->reply = *reply;
	reply->text = NULL;
	if (smtp_is_yes(&rcpt->reply)) {
		rcpt->state = SMTP_RCPT_ACCEPTED;
		tx->result->accepted++;
	} else {
		rcpt->state = rcpt->reply.code < 500 ? SMTP_RCPT_DEFERRED : SMTP_RCPT_REFUSED;
	}
	if (!last || tx->result->accepted == 0)
		return;
	snprintf(detail, sizeof detail, "%zu of %zu accepted", tx->result->accepted,
		 tx->result->count);
	smtp_step_end(tx->s, SMTP_STEP_DONE, detail);
	if (tx->whole)
		smtp_tx_message_done(tx);
	else if (tx->body)
		smtp_step_run(tx->s, SMTP_STEP_MESSAGE);
}

int smtp_tx_message_refused(struct smtp_tx *tx, struct err *err)
{
	const struct smtp_reply *reply = &tx->result->reply;

	return smtp_refused(tx->s, reply, err, "%s did not accept the message%s.", tx->s->host,
			    reply->code < 500 ? " at the moment" : "");
}

static int on_message(struct smtp_tx *tx, size_t number, struct smtp_reply *reply, struct err *err)
{
	if (!tx->chunking && number == tx->planned + 1 && reply->code == 354) {
		tx->go = true;
		return 0;
	}
	/* The first chunk refused is the reason; later ones only follow from it. */
	if (tx->refused)
		return 0;
	smtp_reply_clear(&tx->result->reply);
	tx->result->reply = *reply;
	reply->text = NULL;
	tx->refused = !smtp_is_yes(&tx->result->reply);
	/* In the middle of DATA: the rest may never be read, so it is not sent. */
	if (tx->refused && tx->go && tx->flight.out.len > 0)
		return smtp_tx_message_refused(tx, err);
	return 0;
}

int smtp_tx_reply(void *arg, size_t number, struct smtp_reply *reply, struct err *err)
{
	struct smtp_tx *tx = arg;
	int rc = 0;

	if (reply->code == 421) {
		tx->definite = true;
		return smtp_refused(tx->s, reply, err,
				    "%s closes the connection and asks to come "
				    "back later.",
				    tx->s->host);
	}
	if (number == 0)
		on_mail(tx, reply);
	else if (number <= tx->planned)
		on_rcpt(tx, reply, number == tx->planned);
	else
		rc = on_message(tx, number, reply, err);
	set_doing(tx);
	return rc;
}
