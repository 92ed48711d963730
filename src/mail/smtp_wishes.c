/* What a transaction asks for beside delivery: DSN, REQUIRETLS, AUTH=. */
#include "mail/smtp_send.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

static const struct {
	const char *word, *wire;
	enum smtp_notify bit;
} notifies[] = {
	{ "never", "NEVER", SMTP_NOTIFY_NEVER },
	{ "success", "SUCCESS", SMTP_NOTIFY_SUCCESS },
	{ "failure", "FAILURE", SMTP_NOTIFY_FAILURE },
	{ "delay", "DELAY", SMTP_NOTIFY_DELAY },
};

#define NOTIFIES (sizeof notifies / sizeof notifies[0])

static unsigned notify_bit(const char *word, size_t len)
{
	for (size_t i = 0; i < NOTIFIES; i++)
		if (strlen(notifies[i].word) == len && text_prefix_nocase(word, notifies[i].word))
			return notifies[i].bit;
	return 0;
}

int smtp_notify_parse(const char *words, unsigned *notify, struct err *err)
{
	const char *word = words;
	unsigned all = 0;

	for (;;) {
		size_t len = strcspn(word, ",");
		unsigned bit = notify_bit(word, len);

		/* Never and sometimes at once is neither. */
		if (bit == 0 || (all && (all | bit) & SMTP_NOTIFY_NEVER))
			return err_set(err, ERR_INPUT,
				       "\"%s\" does not say when to report: never, or some of "
				       "success,failure,delay.",
				       words);
		all |= bit;
		if (word[len] == '\0')
			break;
		word += len + 1;
	}
	*notify = all;
	return 0;
}

/* RFC 3461 4: everything but plain visible ASCII as +XX. */
static void add_xtext(struct buf *line, const char *text)
{
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c > ' ' && c < 0x7f && c != '+' && c != '=')
			buf_addc(line, (char)c);
		else
			buf_printf(line, "+%02X", c);
	}
}

static bool wants_report(const struct smtp_wishes *w)
{
	return w->notify || w->ret != SMTP_RETURN_ANY || w->envid;
}

int smtp_wishes_plan(struct smtp_tx *tx, struct err *err)
{
	struct smtp_wishes *w = &tx->wishes;
	const struct smtp *s = tx->s;

	if (w->envid && (strlen(w->envid) > SMTP_ENVID_MAX || !text_ascii(w->envid) ||
			 text_has_control(w->envid, strlen(w->envid))))
		return err_set(err, ERR_INPUT,
			       "The envelope's id must be plain ASCII of %d letters at most.",
			       SMTP_ENVID_MAX);
	if (w->lenient && !s->caps.dsn) {
		w->notify = 0;
		w->ret = SMTP_RETURN_ANY;
		w->envid = NULL;
	}
	if (wants_report(w) && !s->caps.dsn) {
		err_set(err, ERR_REFUSED, "%s cannot be asked for reports of delivery.", s->host);
		err_hint(err, "It does not offer DSN. Send without asking for a report.");
		return -1;
	}
	if (!w->require_tls)
		return 0;
	if (net_layer(s->net) == NET_LAYER_TLS && s->caps.requiretls)
		return 0;
	err_set(err, ERR_TLS, "%s cannot promise that the message stays encrypted on its way.",
		s->host);
	err_hint(err, net_layer(s->net) == NET_LAYER_TLS
			      ? "It does not offer REQUIRETLS. Send without asking for that."
			      : "The connection to it is not encrypted.");
	return -1;
}

void smtp_wishes_mail(const struct smtp_tx *tx, struct buf *line)
{
	const struct smtp_wishes *w = &tx->wishes;

	if (w->ret != SMTP_RETURN_ANY)
		buf_adds(line, w->ret == SMTP_RETURN_FULL ? " RET=FULL" : " RET=HDRS");
	if (w->envid) {
		buf_adds(line, " ENVID=");
		add_xtext(line, w->envid);
	}
	if (w->require_tls)
		buf_adds(line, " REQUIRETLS");
	if (w->submitter && tx->s->caps.auth) {
		buf_adds(line, " AUTH=");
		if (w->submitter[0])
			add_xtext(line, w->submitter);
		else
			buf_adds(line, "<>");
	}
}

void smtp_wishes_rcpt(const struct smtp_tx *tx, const char *address, struct buf *line)
{
	unsigned notify = tx->wishes.notify;
	const char *before = " NOTIFY=";

	if (notify == 0)
		return;
	for (size_t i = 0; i < NOTIFIES; i++) {
		if (!(notify & notifies[i].bit))
			continue;
		buf_printf(line, "%s%s", before, notifies[i].wire);
		before = ",";
	}
	/* Reports then name the recipient as the sender knows it. */
	if (text_ascii(address)) {
		buf_adds(line, " ORCPT=rfc822;");
		add_xtext(line, address);
	}
}
