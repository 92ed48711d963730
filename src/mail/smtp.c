#include "mail/smtp_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/text.h"

#define CONNECT_WAIT 30000L
/* For good manners only: nobody waits for a server that has nothing to say. */
#define QUIT_WAIT 500L

long smtp_patience(const struct smtp *s, long rfc)
{
	return s->params.timeout > 0 ? s->params.timeout : rfc;
}

static bool said(const struct smtp *s, const char *command)
{
	return text_prefix_nocase(s->said, command);
}

/* ---- what libcurl reports while it opens the connection ---- */

static void encrypted(struct smtp *s, const struct net_tls *tls)
{
	char until[16];
	struct tm tm;

	gmtime_r(&tls->not_after, &tm);
	strftime(until, sizeof until, "%Y-%m-%d", &tm);
	snprintf(s->encrypted, sizeof s->encrypted, "%s, certificate of %s until %s", tls->version,
		 s->host, until);
	/* With STARTTLS the step lasts until the second EHLO is answered. */
	if (s->params.security != NET_TLS)
		return;
	smtp_step_end(s, SMTP_STEP_DONE, s->encrypted);
	smtp_step_run(s, SMTP_STEP_GREETING);
}

static void on_event(void *arg, enum net_event event, const char *text, const struct net_tls *tls)
{
	struct smtp *s = arg;

	switch (event) {
	case NET_RESOLVED:
		snprintf(s->address, sizeof s->address, "%s", text);
		smtp_step_end(s, SMTP_STEP_DONE, text);
		smtp_step_run(s, SMTP_STEP_CONNECT);
		return;
	case NET_CONNECTED:
		smtp_step_end(s, SMTP_STEP_DONE, s->address);
		if (s->params.security == NET_NONE)
			smtp_step_skip(s, SMTP_STEP_ENCRYPT);
		smtp_step_run(s, s->params.security == NET_TLS ? SMTP_STEP_ENCRYPT
							       : SMTP_STEP_GREETING);
		return;
	case NET_ENCRYPTED:
		encrypted(s, tls);
		return;
	}
}

static void on_sent(struct smtp *s, const char *line, size_t len)
{
	snprintf(s->said, sizeof s->said, "%.*s", (int)(len < 15 ? len : 15), line);
	if (!said(s, "STARTTLS"))
		return;
	/* What was offered in clear text may have been anybody's (RFC 3207 4.2). */
	s->caps = (struct smtp_capabilities){ .size = -1 };
	smtp_step_end(s, SMTP_STEP_DONE, "");
	smtp_step_run(s, SMTP_STEP_ENCRYPT);
}

static void on_reply(struct smtp *s)
{
	smtp_reader_take(&s->reader, &s->heard);
	if (said(s, "EHLO") && s->heard.code == 250)
		smtp_ehlo_parse(&s->caps, s->heard.text);
}

static void on_line(void *arg, enum net_direction dir, enum net_layer layer, const char *line,
		    size_t len)
{
	struct smtp *s = arg;
	struct buf shown = BUF_INIT(4 * SMTP_LINE_MAX + 16);
	int whole;

	smtp_trace(s, dir, layer, line, len, &shown);
	if (dir == NET_SENT) {
		on_sent(s, line, len);
		smtp_reader_reset(&s->reader);
	} else {
		whole = smtp_reader_line(&s->reader, buf_text(&shown), shown.len);
		if (whole > 0)
			on_reply(s);
		else if (whole < 0)
			smtp_reader_reset(&s->reader);
	}
	buf_free(&shown);
}

/* Offered in small letters, which libcurl reads from 8.17 on only. */
static void starttls_missed(struct smtp *s, struct err *err)
{
	if (!s->caps.starttls)
		return;
	err_set(err, ERR_TLS, "%s offers STARTTLS in a form that %s does not read.", s->host,
		net_library());
	err_hint(err, "Nothing was sent in clear text. Try TLS on port 465.");
}

/* Better words than libcurl's, where the server has spoken. */
static void open_failed(struct smtp *s, struct err *err)
{
	const struct smtp_reply *reply = &s->heard;

	/* STARTTLS was not offered: it is not the greeting that failed. */
	if (err->kind == ERR_TLS && s->step == SMTP_STEP_GREETING) {
		smtp_step_end(s, SMTP_STEP_DONE, "");
		smtp_step_run(s, SMTP_STEP_ENCRYPT);
		starttls_missed(s, err);
	}
	if (reply->code < 400 || err->kind == ERR_CANCELLED)
		return;
	if (err->kind != ERR_REFUSED) {
		smtp_explain(s, reply, err);
		return;
	}
	if (said(s, "EHLO") || said(s, "HELO"))
		err_set(err, ERR_REFUSED, "%s does not want to talk to a computer called %s.",
			s->host, s->params.ehlo_name);
	else if (reply->code < 500)
		err_set(err, ERR_REFUSED, "%s takes no connections at the moment.", s->host);
	else
		err_set(err, ERR_REFUSED, "%s refuses connections from here.", s->host);
	err->temporary = reply->code < 500;
	smtp_explain(s, reply, err);
}

static int connect_to(struct smtp *s, struct net_tls *tls_out, struct err *err)
{
	const struct net_watch watch = { s, on_event, on_line };
	const struct net_params params = {
		.host = s->host,
		.port = s->params.port,
		.security = s->params.security,
		.ehlo_name = s->params.ehlo_name,
		.options = s->params.options,
		.cancel_fd = s->params.cancel_fd,
		.connect_timeout = smtp_patience(s, CONNECT_WAIT),
		.reply_timeout = smtp_patience(s, SMTP_WAIT_GREETING),
	};

	smtp_step_run(s, SMTP_STEP_RESOLVE);
	s->net = net_open(&params, &watch, tls_out, err);
	if (!s->net) {
		open_failed(s, err);
		return -1;
	}
	smtp_step_end(s, SMTP_STEP_DONE, s->step == SMTP_STEP_ENCRYPT ? s->encrypted : "");
	return 0;
}

int smtp_reopen(struct smtp *s, struct err *err)
{
	struct smtp_watch watch = s->watch;
	enum smtp_step step = s->step;
	long long began = s->step_began;
	int rc;

	net_close(s->net);
	s->net = NULL;
	s->dead = false;
	s->caps = (struct smtp_capabilities){ .size = -1 };
	s->said[0] = '\0';
	buf_clear(&s->in);
	smtp_reader_reset(&s->reader);
	smtp_reply_clear(&s->heard);
	s->watch.step = NULL;
	rc = connect_to(s, NULL, err);
	s->watch = watch;
	s->step = step;
	s->step_began = began;
	s->dead = rc < 0;
	return rc;
}

struct smtp *smtp_open(const struct smtp_params *params, const struct smtp_watch *watch,
		       struct net_tls *tls_out, struct err *err)
{
	struct smtp *s = xcalloc(1, sizeof *s);
	struct err own = ERR_INIT;

	if (!err)
		err = &own;
	s->params = *params;
	s->host = xstrdup(params->host);
	if (!s->params.ehlo_name)
		s->params.ehlo_name = "[127.0.0.1]";
	if (watch)
		s->watch = *watch;
	s->caps.size = -1;
	s->mechanism = "";
	s->step = SMTP_STEPS;
	s->began_us = clock_us();
	s->in = (struct buf)BUF_INIT(SMTP_LINE_MAX + 8192);
	smtp_reader_reset(&s->reader);
	if (connect_to(s, tls_out, err) < 0 || smtp_sign_in(s, err) < 0) {
		smtp_step_end(s, SMTP_STEP_FAILED, err->text);
		smtp_close(s);
		return NULL;
	}
	return s;
}

static void quit(struct smtp *s)
{
	struct smtp_reply reply = { .code = 0 };
	struct err ignored = ERR_INIT;

	smtp_command(s, &reply, "QUIT", QUIT_WAIT, &ignored);
	smtp_reply_clear(&reply);
}

void smtp_close(struct smtp *s)
{
	if (!s)
		return;
	if (s->net && !s->dead)
		quit(s);
	net_close(s->net);
	smtp_trace_clear(s);
	smtp_reply_clear(&s->heard);
	buf_free(&s->reader.text);
	buf_free(&s->in);
	free(s->host);
	free(s);
}

bool smtp_alive(const struct smtp *s)
{
	return !s->dead;
}

const struct smtp_capabilities *smtp_capabilities(const struct smtp *s)
{
	return &s->caps;
}

const char *smtp_mechanism(const struct smtp *s)
{
	return s->mechanism;
}
