/* What a refusal means: our sentence names step and server, mail/explain knows the rest. */
#include "mail/smtp_internal.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "mail/explain.h"

static enum explain_step answered(const struct smtp *s)
{
	switch (s->step) {
	case SMTP_STEP_SIGNIN:
		return EXPLAIN_AUTH;
	case SMTP_STEP_SENDER:
		return EXPLAIN_MAIL;
	case SMTP_STEP_RECIPIENT:
		return EXPLAIN_RCPT;
	case SMTP_STEP_MESSAGE:
	case SMTP_STEP_ACCEPTED:
		return EXPLAIN_DATA;
	default:
		break;
	}
	if (text_prefix_nocase(s->said, "STARTTLS"))
		return EXPLAIN_STARTTLS;
	return s->said[0] ? EXPLAIN_EHLO : EXPLAIN_GREETING;
}

/* A row for a bare code says no more than our own sentence, except of signing in. */
static bool is_news(const struct explanation *e, enum explain_step step)
{
	return strcmp(e->id, "unexpected") != 0 &&
	       (step == EXPLAIN_AUTH || strncmp(e->id, "code-", 5) != 0);
}

static void add_sentence(struct err *err, const char *sentence)
{
	size_t len = strlen(err->text);

	if (len + 1 + strlen(sentence) < sizeof err->text)
		snprintf(err->text + len, sizeof err->text - len, " %s", sentence);
}

/* The exit code is to fit what must be done; network trouble is ours to see. */
static void set_kind(const struct smtp_reply *reply, const struct explanation *e, struct err *err)
{
	if (reply->code < 400 || (err->kind != ERR_REFUSED && err->kind != ERR_AUTH))
		return;
	err->temporary = e->temporary;
	if (reply->code < 500 || err->kind == ERR_AUTH)
		return;
	if (e->kind == ERR_AUTH || e->kind == ERR_TLS || e->kind == ERR_INPUT ||
	    e->kind == ERR_CONFIG)
		err->kind = e->kind;
}

void smtp_explain(const struct smtp *s, const struct smtp_reply *reply, struct err *err)
{
	enum explain_step step = answered(s);
	struct explanation e;

	if (reply->code == 0)
		return;
	e = explain_reply(step, reply->code, reply->enhanced, reply->text, s->host);
	set_kind(reply, &e, err);
	if (is_news(&e, step))
		add_sentence(err, e.says);
	if (e.hint[0] && reply->code >= 400)
		err_hint(err, "%s%s%s%s%s", e.cause, e.cause[0] ? " " : "", e.hint,
			 e.link[0] ? " " : "", e.link);
	smtp_reply_to_err(reply, err);
}
