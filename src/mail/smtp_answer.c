#include "mail/smtp_send.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VERDICT_MAX 512

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

static bool all_rcpts_answered(const struct smtp_tx *tx)
{
	return tx->flight.answered > tx->planned;
}

static bool lacks_rcpts(const struct smtp_tx *tx)
{
	return tx->result->accepted < (tx->wishes.all_or_none ? tx->result->count : 1);
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
	if (!last || lacks_rcpts(tx))
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

	if (reply->code < 400)
		return smtp_refused(tx->s, reply, err,
				    "%s answered the message with %d, which makes no sense.",
				    tx->s->host, reply->code);
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
	tx->unclear = tx->whole && number + 1 == tx->flight.asked && tx->result->reply.code < 400 &&
		      !smtp_is_yes(&tx->result->reply);
	tx->refused = !smtp_is_yes(&tx->result->reply) && !tx->unclear;
	if (!tx->go || (tx->whole && tx->flight.out.len == 0))
		return 0;
	/* In the middle of DATA: the rest may never be read, so it is not sent. */
	if (tx->refused)
		return smtp_tx_message_refused(tx, err);
	return err_set(err, ERR_NETWORK,
		       "%s answered the message before it had it: its answers cannot be trusted "
		       "any more.",
		       tx->s->host);
}

int smtp_tx_reply(void *arg, size_t number, struct smtp_reply *reply, struct err *err)
{
	struct smtp_tx *tx = arg;
	int rc = 0;

	if (reply->code == 421) {
		tx->definite = true;
		return smtp_refused(tx->s, reply, err, SMTP_CLOSES, tx->s->host);
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

/* ---- what it comes to ---- */

bool smtp_tx_hopeless(const struct smtp_tx *tx)
{
	return tx->flight.answered > 0 &&
	       (!smtp_is_yes(&tx->mail) || (all_rcpts_answered(tx) && lacks_rcpts(tx)));
}

static bool is_bad(const struct smtp_rcpt *rcpt)
{
	return rcpt->state == SMTP_RCPT_REFUSED || rcpt->state == SMTP_RCPT_DEFERRED;
}

/* Whose refusal is told: what the server said is worth more than what we know
 * ourselves. Never NULL where somebody was refused. */
static const struct smtp_rcpt *speaker(const struct smtp_tx *tx, size_t *refused, size_t *deferred)
{
	const struct smtp_rcpt *shown = NULL;

	for (size_t i = 0; i < tx->result->count; i++) {
		const struct smtp_rcpt *rcpt = &tx->result->rcpts[i];

		if (!is_bad(rcpt))
			continue;
		if (!shown || (shown->reply.code == 0 && rcpt->reply.code != 0))
			shown = rcpt;
		*refused += 1;
		*deferred += rcpt->state == SMTP_RCPT_DEFERRED;
	}
	return shown;
}

static int rcpts_refused(struct smtp_tx *tx, struct err *err)
{
	size_t refused = 0, deferred = 0;
	const struct smtp_rcpt *shown = speaker(tx, &refused, &deferred);
	const char *host = tx->s->host;
	char sentence[ERR_TEXT_MAX];

	if (tx->result->accepted > 0)
		err_set(err, ERR_REFUSED,
			"%s did not accept %zu of the %zu recipients, so nothing was sent.", host,
			refused, tx->result->count);
	else if (tx->result->count > 1)
		err_set(err, ERR_REFUSED, "%s accepted none of the %zu recipients.", host,
			tx->result->count);
	else if (shown->reply.code == 0)
		err_set(err, ERR_REFUSED, "%s", shown->reply.text);
	else
		err_set(err, ERR_REFUSED, "%s did not accept the recipient %s%s.", host,
			shown->address, deferred ? " at the moment" : "");
	err->temporary = deferred > 0;
	memcpy(sentence, err->text, sizeof sentence);
	smtp_explain(tx->s, &shown->reply, err);
	if (tx->result->count == 1)
		return -1;
	/* One reply is shown, but the sentence is about all of them; and trying again helps
	 * where one of them, or all, may change. */
	memcpy(err->text, sentence, sizeof sentence);
	err->temporary = deferred > 0 && (!tx->wishes.all_or_none || deferred == refused);
	if (err->temporary)
		err->kind = ERR_REFUSED;
	return -1;
}

int smtp_tx_check_envelope(struct smtp_tx *tx, struct err *err)
{
	if (smtp_is_yes(&tx->mail) && !lacks_rcpts(tx))
		return 0;
	if (smtp_is_yes(&tx->mail))
		return rcpts_refused(tx, err);
	smtp_refused(tx->s, &tx->mail, err, "%s did not accept the sender %s.", tx->s->host,
		     tx->envelope->from[0] ? tx->envelope->from : "<>");
	return -1;
}

/* A copy for each of many is short: the whole is in the result's reply. */
static void set_verdict(struct smtp_rcpt *rcpt, const struct smtp_reply *reply)
{
	free(rcpt->reply.text);
	rcpt->reply = *reply;
	rcpt->reply.text = xstrndup(reply->text ? reply->text : "", VERDICT_MAX);
	rcpt->state = reply->code < 500 ? SMTP_RCPT_DEFERRED : SMTP_RCPT_REFUSED;
}

void smtp_tx_settle(struct smtp_tx *tx)
{
	for (size_t i = 0; i < tx->result->count; i++) {
		struct smtp_rcpt *rcpt = &tx->result->rcpts[i];

		if (rcpt->state != SMTP_RCPT_ACCEPTED)
			continue;
		if (tx->refused)
			set_verdict(rcpt, &tx->result->reply);
		else
			rcpt->state = SMTP_RCPT_UNKNOWN;
	}
	tx->result->accepted = 0;
}
