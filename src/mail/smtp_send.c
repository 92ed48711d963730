#include "mail/smtp_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "mail/smtp_body.h"
#include "mail/smtp_flight.h"
#include "mail/smtp_send.h"

#define CHUNK (256 * 1024) /* of a BDAT */
/* So much goes along with the envelope: little is lost when that is refused.
 * RFC 3030 has the server swallow it then. */
#define FLY_ALONG   (64 * 1024)
#define HINT_UNSURE "Find out whether it arrived before you send it again."
#define BLOCK       (64 * 1024) /* of DATA */
/* Kept of all the recipients' replies together, so that many recipients with
 * long replies stay bounded. */
#define REPLIES_MAX (4 * 1024 * 1024)

/* ---- the envelope ---- */

static int ask_mail(struct smtp_tx *tx, struct err *err)
{
	const struct smtp_capabilities *caps = &tx->s->caps;
	struct buf line = BUF_INIT(2048);
	bool utf8 = false;
	char *from = smtp_wire_address(tx->envelope->from, &utf8);
	int rc;

	buf_printf(&line, "MAIL FROM:<%s>", from);
	if (tx->body && caps->size >= 0)
		buf_printf(&line, " SIZE=%lld", tx->facts.size);
	if (tx->body && tx->facts.eightbit && caps->eightbitmime)
		buf_adds(&line, " BODY=8BITMIME");
	if (tx->utf8)
		buf_adds(&line, " SMTPUTF8");
	smtp_wishes_mail(tx, &line);
	rc = smtp_flight_ask(&tx->flight, buf_text(&line), err);
	free(from);
	buf_free(&line);
	return rc;
}

static int ask_rcpt(struct smtp_tx *tx, const char *address, struct err *err)
{
	bool utf8 = false;
	char *to = smtp_wire_address(address, &utf8);
	struct buf line = BUF_INIT(4096);
	int rc;

	buf_printf(&line, "RCPT TO:<%s>", to);
	smtp_wishes_rcpt(tx, address, &line);
	rc = smtp_flight_ask(&tx->flight, buf_text(&line), err);
	free(to);
	buf_free(&line);
	return rc;
}

static void trace_body(struct smtp_tx *tx, long long bytes)
{
	char line[64];

	snprintf(line, sizeof line, "<%lld bytes of message>", bytes);
	smtp_trace(tx->s, NET_SENT, net_layer(tx->s->net), line, strlen(line), NULL);
}

static int before_last(struct smtp_tx *tx, struct err *err)
{
	return tx->envelope->last ? tx->envelope->last(tx->envelope->last_arg, err) : 0;
}

/* The next chunk, of at most so many bytes, with its command; tx->whole when it was the last. */
static int ask_chunk(struct smtp_tx *tx, size_t most, struct err *err)
{
	struct smtp_body_reader *reader = &tx->reader;
	struct buf chunk = BUF_INIT(CHUNK);
	char line[64];
	int rc = smtp_body_next(reader, &chunk, most, err);

	if (rc == 0 && reader->done)
		rc = before_last(tx, err);
	if (rc == 0) {
		snprintf(line, sizeof line, "BDAT %zu%s", chunk.len, reader->done ? " LAST" : "");
		rc = smtp_flight_ask(&tx->flight, line, err);
	}
	if (rc == 0) {
		trace_body(tx, (long long)chunk.len);
		buf_add(&tx->flight.out, buf_text(&chunk), chunk.len);
		tx->whole = reader->done;
	}
	buf_free(&chunk);
	return rc;
}

static int wait_all(struct smtp_tx *tx, long rfc, struct err *err)
{
	return smtp_flight_wait(&tx->flight, tx->flight.asked, smtp_patience(tx->s, rfc), err);
}

/* MAIL and every RCPT; step by step, the reply to each is awaited. */
static int ask_envelope(struct smtp_tx *tx, struct err *err)
{
	bool ahead = tx->s->caps.pipelining;

	if (ask_mail(tx, err) < 0)
		return -1;
	if (!ahead && wait_all(tx, SMTP_WAIT_COMMAND, err) < 0)
		return -1;
	for (size_t i = 0; i < tx->result->count && (ahead || smtp_is_yes(&tx->mail)); i++) {
		struct smtp_rcpt *rcpt = &tx->result->rcpts[i];

		if (rcpt->state != SMTP_RCPT_UNKNOWN)
			continue;
		if (rcpt->reply.code == 0 && ask_rcpt(tx, rcpt->address, err) < 0)
			return -1;
		if (!ahead && wait_all(tx, SMTP_WAIT_COMMAND, err) < 0)
			return -1;
	}
	return 0;
}

/* The envelope and, where that can be taken back, what follows it. The message
 * goes to those who were accepted: who wants all or none has to know them first. */
static int send_envelope(struct smtp_tx *tx, struct err *err)
{
	smtp_step_run(tx->s, SMTP_STEP_SENDER);
	if (ask_envelope(tx, err) < 0)
		return -1;
	tx->along = tx->body && tx->s->caps.pipelining && !tx->wishes.all_or_none;
	if (tx->along && tx->chunking) {
		if (ask_chunk(tx, FLY_ALONG, err) < 0)
			return -1;
		/* Of a long message more is on its way before the first answer. */
		if (!tx->whole)
			return smtp_flight_push(&tx->flight, err);
	} else if (tx->along && smtp_flight_ask(&tx->flight, "DATA", err) < 0) {
		return -1;
	}
	return wait_all(tx, tx->whole ? SMTP_WAIT_ACCEPTED : SMTP_WAIT_COMMAND, err);
}

/* ---- the message ---- */

static int send_chunks(struct smtp_tx *tx, struct err *err)
{
	while (!tx->whole && !tx->refused && !smtp_tx_hopeless(tx)) {
		if (ask_chunk(tx, CHUNK, err) < 0)
			return -1;
		if (!tx->s->caps.pipelining && wait_all(tx, SMTP_WAIT_BLOCK, err) < 0)
			return -1;
		if (smtp_flight_push(&tx->flight, err) < 0 ||
		    smtp_flight_take_ready(&tx->flight, err) < 0)
			return -1;
	}
	return 0;
}

static int send_lines(struct smtp_tx *tx, struct err *err)
{
	struct smtp_body_reader *reader = &tx->reader;
	long long sent = 0;
	int rc = 0;

	/* The reply to the dot is expected from here on: a server may give up in
	 * the middle and say so. There is no way back into the dialogue then. */
	tx->flight.asked++;
	while (rc == 0 && !reader->done) {
		rc = smtp_body_next(reader, &tx->flight.out, BLOCK, err);
		sent += (long long)tx->flight.out.len;
		if (rc == 0 && reader->done)
			rc = smtp_flight_take_ready(&tx->flight, err);
		if (rc == 0 && reader->done)
			rc = before_last(tx, err);
		if (rc == 0 && reader->done) {
			buf_adds(&tx->flight.out, ".\r\n");
			tx->whole = true;
		}
		if (rc == 0)
			rc = smtp_flight_push(&tx->flight, err);
	}
	trace_body(tx, sent);
	return rc;
}

static int send_message(struct smtp_tx *tx, struct err *err)
{
	int rc;

	if (tx->whole) {
		/* The recipients may have been answered before it was even queued. */
		if (tx->s->step == SMTP_STEP_MESSAGE)
			smtp_tx_message_done(tx);
		return 0;
	}
	if (!tx->chunking && !tx->along &&
	    (smtp_flight_ask(&tx->flight, "DATA", err) < 0 ||
	     wait_all(tx, SMTP_WAIT_DATA, err) < 0))
		return -1;
	if (!tx->chunking && !tx->go)
		return 0;
	rc = tx->chunking ? send_chunks(tx, err) : send_lines(tx, err);
	if (rc < 0 || !tx->whole)
		return rc < 0 ? -1 : wait_all(tx, SMTP_WAIT_BLOCK, err);
	/* Else the last recipient's answer is still to come, and that tells it. */
	if (tx->s->step == SMTP_STEP_MESSAGE)
		smtp_tx_message_done(tx);
	return wait_all(tx, SMTP_WAIT_ACCEPTED, err);
}

static int check_message(struct smtp_tx *tx, struct err *err)
{
	char *words;

	if (tx->unclear) {
		tx->s->dead = true;
		err_set(err, ERR_UNSURE,
			"%s answered the message with %d, which is neither yes nor no: it may have "
			"been delivered, or not.",
			tx->s->host, tx->result->reply.code);
		err_hint(err, HINT_UNSURE);
		smtp_reply_to_err(&tx->result->reply, err);
		return -1;
	}
	/* No 354 and no refusal: a 2xx to DATA makes no sense. */
	if (tx->refused || !tx->whole)
		return smtp_tx_message_refused(tx, err);
	words = smtp_reply_words(&tx->result->reply);
	smtp_step_end(tx->s, SMTP_STEP_DONE, words);
	free(words);
	return 0;
}

/* ---- the transaction ---- */

/* Is it possible that the server has taken the message? */
static bool maybe_taken(const struct smtp_tx *tx)
{
	return tx->whole && tx->flight.out.len == 0 && !tx->definite && !tx->refused &&
	       !smtp_tx_hopeless(tx);
}

/* The dialogue ended in the middle; there is no way back into it. */
static int broken(struct smtp_tx *tx, struct err *err)
{
	bool stopped = err->kind == ERR_CANCELLED;

	tx->s->dead = true;
	/* It had said no before it hung up. */
	if (smtp_tx_hopeless(tx) && err->kind == ERR_NETWORK && !tx->definite)
		return smtp_tx_check_envelope(tx, err);
	if (tx->refused && err->kind == ERR_NETWORK && !tx->definite)
		return smtp_tx_message_refused(tx, err);
	if (err->kind != ERR_NETWORK && !stopped)
		return -1;
	if (maybe_taken(tx)) {
		err_set(err, ERR_UNSURE,
			"%s after the whole message had been sent and before %s had "
			"answered: it may have been delivered, or not.",
			stopped ? "You stopped" : "The connection was lost or fell silent",
			tx->s->host);
		err_hint(err, HINT_UNSURE);
	} else if (tx->body && !stopped && !tx->definite && tx->result->accepted > 0) {
		err_hint(err, "The message was broken off and was not delivered.");
	}
	return -1;
}

/* Leaves the session as it was before MAIL, if it can. */
static void give_up(struct smtp_tx *tx)
{
	struct smtp_reply reply = { .code = 0 };
	struct err ignored = ERR_INIT;

	/* 354 although nobody is to get it: an empty message ends it (RFC 2920 3.1). */
	if (tx->go && !tx->whole && !tx->s->dead) {
		smtp_trace(tx->s, NET_SENT, net_layer(tx->s->net), ".", 1, NULL);
		buf_adds(&tx->flight.out, ".\r\n");
		tx->flight.asked++;
		wait_all(tx, SMTP_WAIT_COMMAND, &ignored);
	}
	if (!tx->s->dead)
		smtp_command(tx->s, &reply, "RSET", smtp_patience(tx->s, SMTP_WAIT_COMMAND),
			     &ignored);
	if (reply.code != 250)
		tx->s->dead = true;
	smtp_reply_clear(&reply);
}

static int converse(struct smtp_tx *tx, struct err *err)
{
	if (send_envelope(tx, err) < 0)
		return broken(tx, err);
	if (tx->flight.answered == tx->flight.asked && smtp_tx_check_envelope(tx, err) < 0) {
		give_up(tx);
		return -1;
	}
	if (!tx->body) {
		give_up(tx);
		return 0;
	}
	if (send_message(tx, err) < 0)
		return broken(tx, err);
	if (smtp_tx_check_envelope(tx, err) < 0 || check_message(tx, err) < 0) {
		tx->go = false;
		if (!tx->s->dead)
			give_up(tx);
		return -1;
	}
	return 0;
}

static void tx_init(struct smtp_tx *tx, struct smtp *s, const struct smtp_envelope *envelope,
		    const struct smtp_body *body, struct smtp_result *result)
{
	size_t share = envelope->count ? REPLIES_MAX / envelope->count : 0;

	*tx = (struct smtp_tx){ .wishes = { .notify = 0 },
				.s = s,
				.envelope = envelope,
				.body = body,
				.result = result,
				.chunking = s->caps.chunking };
	tx->flight = (struct smtp_flight){ .smtp = s,
					   .out = BUF_INIT(CHUNK + 128 * 1024),
					   .on_reply = smtp_tx_reply,
					   .arg = tx,
					   .doing = "MAIL" };
	if (envelope->wishes)
		tx->wishes = *envelope->wishes;
	if (body)
		smtp_body_start(&tx->reader, body, !tx->chunking);
	tx->flight.text_max = share < SMTP_REPLY_MAX ? share : SMTP_REPLY_MAX;
	smtp_result_clear(result);
	result->rcpts = xcalloc(envelope->count, sizeof *result->rcpts);
	result->count = envelope->count;
	for (size_t i = 0; i < envelope->count; i++)
		result->rcpts[i].address = envelope->to[i];
}

static int run(struct smtp *s, const struct smtp_envelope *envelope, const struct smtp_body *body,
	       struct smtp_result *result, struct err *err)
{
	struct err own = ERR_INIT;
	struct smtp_tx tx;
	int rc;

	if (!err)
		err = &own;
	tx_init(&tx, s, envelope, body, result);
	if (s->dead)
		rc = err_set(err, ERR_NETWORK, "The connection to %s is closed.", s->host);
	else
		rc = smtp_plan(&tx, err);
	if (rc == 0)
		rc = converse(&tx, err);
	if (rc < 0) {
		smtp_tx_settle(&tx);
		smtp_step_run(s, s->step == SMTP_STEPS ? SMTP_STEP_SENDER : s->step);
		smtp_step_end(s, SMTP_STEP_FAILED, err->text);
	}
	smtp_reply_clear(&tx.mail);
	buf_free(&tx.flight.out);
	return rc;
}

int smtp_send(struct smtp *smtp, const struct smtp_envelope *envelope, const struct smtp_body *body,
	      struct smtp_result *result, struct err *err)
{
	return run(smtp, envelope, body, result, err);
}

int smtp_try(struct smtp *smtp, const struct smtp_envelope *envelope, struct smtp_result *result,
	     struct err *err)
{
	return run(smtp, envelope, NULL, result, err);
}

void smtp_result_clear(struct smtp_result *result)
{
	for (size_t i = 0; i < result->count; i++)
		smtp_reply_clear(&result->rcpts[i].reply);
	free(result->rcpts);
	smtp_reply_clear(&result->reply);
	*result = (struct smtp_result)SMTP_RESULT_INIT;
}

void smtp_result_join(struct smtp_result *all, struct smtp_result *more)
{
	size_t count = all->count + more->count;

	all->rcpts = xreallocarray(all->rcpts, count ? count : 1, sizeof *all->rcpts);
	if (more->count)
		memcpy(all->rcpts + all->count, more->rcpts, more->count * sizeof *more->rcpts);
	all->count = count;
	all->accepted += more->accepted;
	smtp_reply_clear(&all->reply);
	all->reply = more->reply;
	free(more->rcpts);
	*more = (struct smtp_result)SMTP_RESULT_INIT;
}
