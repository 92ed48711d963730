#include "mail/smtp_send.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define ADDRESS_MAX 512
#define AMOUNT_SIZE 64

char *smtp_wire_address(const char *address, bool *utf8)
{
	const char *at = strrchr(address, '@');
	char *local, *domain = NULL, *out = NULL;

	if (text_ascii(address))
		return xstrdup(address);
	local = at ? xstrndup(address, (size_t)(at - address)) : NULL;
	if (local && text_ascii(local))
		domain = net_host_ascii(at + 1);
	if (domain)
		out = xasprintf("%s@%s", local, domain);
	free(local);
	free(domain);
	*utf8 |= !out;
	return out ? out : xstrdup(address);
}

/* addr_check has said more before; this is what the dialogue cannot survive. */
static int check_address(const char *address, struct err *err)
{
	size_t len = strlen(address);

	if (len <= ADDRESS_MAX && !text_has_control(address, len) && !strpbrk(address, "<>") &&
	    text_utf8_valid(address, len))
		return 0;
	return err_set(err, ERR_INPUT, "%.100s cannot be used as an address.", address);
}

static bool needs_utf8(const char *address)
{
	bool utf8 = false;

	free(smtp_wire_address(address, &utf8));
	return utf8;
}

static char *no_utf8(const struct smtp *s, const char *address)
{
	return xasprintf("%s takes only addresses in plain ASCII, not %s.", s->host, address);
}

static int plan_sender(struct smtp_tx *tx, struct err *err)
{
	char *why;

	if (check_address(tx->envelope->from, err) < 0)
		return -1;
	if (!needs_utf8(tx->envelope->from))
		return 0;
	tx->utf8 = true;
	if (tx->s->caps.smtputf8)
		return 0;
	why = no_utf8(tx->s, tx->envelope->from);
	err_set(err, ERR_REFUSED, "%s", why);
	err_hint(err, "The server does not offer SMTPUTF8; use a sender address without such "
		      "letters.");
	free(why);
	return -1;
}

static int plan_rcpts(struct smtp_tx *tx, struct err *err)
{
	for (size_t i = 0; i < tx->result->count; i++) {
		struct smtp_rcpt *rcpt = &tx->result->rcpts[i];

		if (check_address(rcpt->address, err) < 0)
			return -1;
		if (!needs_utf8(rcpt->address)) {
			tx->planned++;
		} else if (tx->s->caps.smtputf8) {
			tx->utf8 = true;
			tx->planned++;
		} else {
			rcpt->state = SMTP_RCPT_REFUSED;
			rcpt->reply.text = no_utf8(tx->s, rcpt->address);
		}
	}
	if (tx->result->count == 0)
		return err_set(err, ERR_INPUT, "There is no recipient.");
	if (tx->planned == 0 || (tx->wishes.all_or_none && tx->planned < tx->result->count)) {
		for (size_t i = 0; i < tx->result->count; i++)
			if (tx->result->rcpts[i].state == SMTP_RCPT_REFUSED)
				err_set(err, ERR_REFUSED, "%s", tx->result->rcpts[i].reply.text);
		err_hint(err, "The server does not offer SMTPUTF8; the recipient may have another "
			      "address without such letters.");
		return -1;
	}
	return 0;
}

/* Exact, and to be taken in at a glance. */
static void amount(char out[AMOUNT_SIZE], long long bytes)
{
	if (bytes < 100000)
		snprintf(out, AMOUNT_SIZE, "%lld bytes", bytes);
	else
		snprintf(out, AMOUNT_SIZE, "%.1f MB (%lld bytes)", (double)bytes / 1e6, bytes);
}

static int plan_size(struct smtp_tx *tx, struct err *err)
{
	long long most = tx->s->caps.size;
	char size[AMOUNT_SIZE], limit[AMOUNT_SIZE];

	if (!tx->body)
		return 0;
	if (smtp_body_scan(tx->body, &tx->facts, err) < 0)
		return -1;
	if (most <= 0 || tx->facts.size <= most)
		return 0;
	amount(size, tx->facts.size);
	amount(limit, most);
	err_set(err, ERR_REFUSED, "The message has %s; %s takes %s at most.", size, tx->s->host,
		limit);
	err_hint(err, "Send fewer or smaller attachments, or a link to the file.");
	return -1;
}

int smtp_plan(struct smtp_tx *tx, struct err *err)
{
	if (plan_sender(tx, err) < 0 || plan_rcpts(tx, err) < 0 || plan_size(tx, err) < 0)
		return -1;
	if (tx->wishes.submitter && check_address(tx->wishes.submitter, err) < 0)
		return -1;
	return smtp_wishes_plan(tx, err);
}
