#include "mail/sandbox_session.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/text.h"
#include "mail/sandbox_auth.h"
#include "mail/sandbox_data.h"
#include "mail/sandbox_tls.h"

#define COMMAND_LINE_MAX 2000
#define COMMANDS_MAX     10000
#define VERB_MAX         16
#define REPLY_MAX        510	/* RFC 5321 4.5.3.1.5, without CRLF */
#define SHOWN_MAX        1024
#define MECHANISM_MAX    20	/* RFC 4422 section 3.1 */

enum {
	ARGS = 1 << 0,		/* may have arguments */
	EARLY = 1 << 1,		/* works before EHLO */
	CLEAR = 1 << 2,		/* works before TLS even when that is required */
	HIDDEN = 1 << 3,	/* not in HELP */
};

struct command {
	const char *verb;
	void (*run)(struct sandbox_session *s, const char *args);
	unsigned flags;
};

static void show(struct sandbox_session *s, bool from_client, const char *bytes, size_t len)
{
	struct sandbox_service *service = s->service;
	struct buf line = BUF_INIT(SHOWN_MAX);

	if (!service->params.trace)
		return;
	text_visible(&line, bytes, len);
	pthread_mutex_lock(&service->speak);
	service->params.trace(service->params.arg, s->number, from_client, buf_text(&line));
	pthread_mutex_unlock(&service->speak);
	buf_free(&line);
}

void sandbox_reply(struct sandbox_session *s, const char *fmt, ...)
{
	char line[REPLY_MAX + 3];
	size_t len;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof line - 2, fmt, ap);
	va_end(ap);
	len = strlen(line);
	show(s, false, line, len);
	memcpy(line + len, "\r\n", 3);
	sandbox_wire_put(&s->wire, line, len + 2);
}

void sandbox_note(struct sandbox_session *s, bool from_client, const char *fmt, ...)
{
	char text[256] = "[";
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text + 1, sizeof text - 2, fmt, ap);
	va_end(ap);
	strcat(text, "]");
	show(s, from_client, text, strlen(text));
}

bool sandbox_secure(const struct sandbox_session *s)
{
	return s->wire.tls != NULL;
}

enum sandbox_line sandbox_secret_line(struct sandbox_session *s)
{
	enum sandbox_line got;

	buf_clear(&s->line);
	got = sandbox_wire_line(&s->wire, &s->line);
	if (got != LINE_NONE)
		sandbox_note(s, true, "answer of %zu bytes, not shown", s->line.len);
	return got;
}

void sandbox_forget_data(struct sandbox_session *s)
{
	buf_free(&s->data);
	atomic_fetch_sub(&s->service->arriving, s->charged);
	s->charged = 0;
}

void sandbox_forget_transaction(struct sandbox_session *s)
{
	sandbox_forget_data(s);
	free(s->from);
	s->from = NULL;
	for (size_t i = 0; i < s->to_count; i++)
		free(s->to[i]);
	s->to_count = 0;
	s->open = s->utf8 = s->chunks = false;
	s->fault[0] = '\0';
}

static void forget_all(struct sandbox_session *s)
{
	sandbox_forget_transaction(s);
	free(s->user);
	s->user = NULL;
	s->hello = s->extended = false;
}

static int start_tls(struct sandbox_session *s)
{
	char text[160];
	int rc = sandbox_wire_start_tls(&s->wire, s->service->tls, text, sizeof text);

	if (rc == 0)
		sandbox_note(s, false, "%s", text);
	else
		sandbox_note(s, false, "no TLS: %s", text);
	return rc;
}

static void run_ehlo(struct sandbox_session *s, const char *args)
{
	bool secure = sandbox_secure(s);

	if (!*args) {
		sandbox_reply(s, "501 5.5.4 Say EHLO and your host name");
		return;
	}
	sandbox_forget_transaction(s);
	s->hello = s->extended = true;
	sandbox_reply(s, "250-localhost");
	sandbox_reply(s, "250-PIPELINING");
	sandbox_reply(s, "250-SIZE %zu", s->service->params.max_size);
	sandbox_reply(s, "250-8BITMIME");
	sandbox_reply(s, "250-SMTPUTF8");
	sandbox_reply(s, "250-ENHANCEDSTATUSCODES");
	sandbox_reply(s, "250-CHUNKING");
	if (!secure)
		sandbox_reply(s, "250-STARTTLS");
	if (secure || !s->service->params.require_tls)
		sandbox_reply(s, "250-AUTH " SANDBOX_MECHANISMS);
	sandbox_reply(s, "250 HELP");
}

static void run_helo(struct sandbox_session *s, const char *args)
{
	if (!*args) {
		sandbox_reply(s, "501 5.5.4 Say HELO and your host name");
		return;
	}
	sandbox_forget_transaction(s);
	s->hello = true;
	s->extended = false;
	sandbox_reply(s, "250 localhost");
}

static void run_mail(struct sandbox_session *s, const char *args)
{
	struct sandbox_path path;
	const char *fault;

	if (s->open) {
		sandbox_reply(s, "503 5.5.1 There is a sender already: RSET or end the message");
		return;
	}
	if (s->service->params.require_auth && !s->user) {
		sandbox_reply(s, "530 5.7.0 Sign in first");
		return;
	}
	fault = sandbox_path_mail(args, &path);
	if (fault) {
		sandbox_reply(s, "%s", fault);
		return;
	}
	if (path.size > s->service->params.max_size) {
		sandbox_reply(s, "552 5.3.4 Messages may have %zu bytes here",
			      s->service->params.max_size);
		return;
	}
	s->open = true;
	s->utf8 = path.utf8;
	s->from = xstrdup(path.address);
	sandbox_reply(s, "250 2.1.0 Ok");
}

static void run_rcpt(struct sandbox_session *s, const char *args)
{
	struct sandbox_path path;
	const char *fault;

	if (!s->open || s->chunks) {
		sandbox_reply(s, "503 5.5.1 RCPT comes between MAIL and the message");
		return;
	}
	fault = sandbox_path_rcpt(args, s->utf8, &path);
	if (!fault && s->to_count == SANDBOX_RCPT_MAX)
		fault = "452 4.5.3 Too many recipients";
	if (fault) {
		sandbox_reply(s, "%s", fault);
		return;
	}
	s->to[s->to_count++] = xstrdup(path.address);
	sandbox_reply(s, "250 2.1.5 Ok");
}

static void run_rset(struct sandbox_session *s, const char *args)
{
	(void)args;
	sandbox_forget_transaction(s);
	sandbox_reply(s, "250 2.0.0 Ok");
}

static void run_noop(struct sandbox_session *s, const char *args)
{
	(void)args;
	sandbox_reply(s, "250 2.0.0 Ok");
}

static void run_vrfy(struct sandbox_session *s, const char *args)
{
	if (*args)
		sandbox_reply(s, "252 2.5.2 Every recipient is caught here");
	else
		sandbox_reply(s, "501 5.5.4 Say VRFY and an address");
}

static void run_quit(struct sandbox_session *s, const char *args)
{
	(void)args;
	sandbox_reply(s, "221 2.0.0 Bye");
	s->finished = true;
}

static void run_starttls(struct sandbox_session *s, const char *args)
{
	(void)args;
	if (sandbox_secure(s)) {
		sandbox_reply(s, "503 5.5.1 TLS is active already");
		return;
	}
	/* Commands sent in clear must never count as if they had come in TLS. */
	if (sandbox_wire_pending(&s->wire)) {
		sandbox_reply(s, "554 5.5.1 Nothing may follow STARTTLS before its reply; closing");
		s->finished = true;
		return;
	}
	sandbox_reply(s, "220 2.0.0 Go ahead with TLS");
	forget_all(s);
	(void)start_tls(s);
}

static void run_unsupported(struct sandbox_session *s, const char *args)
{
	(void)args;
	sandbox_reply(s, "502 5.5.1 Not supported");
}

/* A web page can make a browser send these, with SMTP commands behind them. */
static void run_http(struct sandbox_session *s, const char *args)
{
	(void)args;
	sandbox_reply(s, "421 4.7.0 This is an SMTP server; closing");
	s->finished = true;
}

static void run_help(struct sandbox_session *s, const char *args);

static const struct command commands[] = {
	{ "EHLO", run_ehlo, ARGS | EARLY | CLEAR },
	{ "HELO", run_helo, ARGS | EARLY | CLEAR },
	{ "MAIL", run_mail, ARGS },
	{ "RCPT", run_rcpt, ARGS },
	{ "DATA", sandbox_data_run, 0 },
	{ "BDAT", sandbox_bdat_run, ARGS },
	{ "RSET", run_rset, EARLY | CLEAR },
	{ "NOOP", run_noop, ARGS | EARLY | CLEAR },
	{ "VRFY", run_vrfy, ARGS | EARLY },
	{ "QUIT", run_quit, EARLY | CLEAR },
	{ "STARTTLS", run_starttls, CLEAR },
	{ "AUTH", sandbox_auth_run, ARGS | EARLY },
	{ "HELP", run_help, ARGS | EARLY | CLEAR },
	{ "LHLO", run_unsupported, ARGS | EARLY | HIDDEN },
	{ "EXPN", run_unsupported, ARGS | EARLY | HIDDEN },
	{ "ETRN", run_unsupported, ARGS | EARLY | HIDDEN },
	{ "TURN", run_unsupported, ARGS | EARLY | HIDDEN },
	{ "GET", run_http, ARGS | EARLY | CLEAR | HIDDEN },
	{ "POST", run_http, ARGS | EARLY | CLEAR | HIDDEN },
	{ "PUT", run_http, ARGS | EARLY | CLEAR | HIDDEN },
	{ "OPTIONS", run_http, ARGS | EARLY | CLEAR | HIDDEN },
	{ "CONNECT", run_http, ARGS | EARLY | CLEAR | HIDDEN },
};

#define COMMANDS (sizeof commands / sizeof *commands)

static void run_help(struct sandbox_session *s, const char *args)
{
	char names[REPLY_MAX] = "";

	(void)args;
	for (size_t i = 0; i < COMMANDS; i++) {
		if (commands[i].flags & HIDDEN)
			continue;
		strcat(names, " ");
		strcat(names, commands[i].verb);
	}
	sandbox_reply(s, "214-2.0.0 outpost sandbox: it catches mail and delivers none");
	sandbox_reply(s, "214 2.0.0%s", names);
}

/* The first word of the line; *args is what follows it, trimmed. */
static void split(const char *line, char *verb, const char **args)
{
	size_t n = strcspn(line, " ");

	snprintf(verb, VERB_MAX, "%.*s", (int)(n < VERB_MAX ? n : VERB_MAX), line);
	*args = line + n + strspn(line + n, " ");
}

static const struct command *find(const char *verb)
{
	for (size_t i = 0; i < COMMANDS; i++)
		if (text_eq_nocase(verb, commands[i].verb))
			return &commands[i];
	return NULL;
}

static void show_auth(struct sandbox_session *s, const char *args)
{
	size_t name = strcspn(args, " ");
	char text[64] = "AUTH";

	/* A name too long for a mechanism may be a password put in the wrong place. */
	if (name > MECHANISM_MAX)
		name = 0;
	if (args[name])
		snprintf(text, sizeof text, "AUTH %.*s [%zu bytes, not shown]", (int)name, args,
			 strlen(args + name) - strspn(args + name, " "));
	else if (name > 0)
		snprintf(text, sizeof text, "AUTH %s", args);
	show(s, true, text, strlen(text));
}

/* A client that was refused at AUTH may send its user and password all the
 * same, where commands are expected: so no unknown line is shown then. */
static void show_line(struct sandbox_session *s, const struct command *command, const char *args)
{
	bool auth = command && command->run == sandbox_auth_run;

	if (auth)
		show_auth(s, args);
	else if (!command && s->auth_failed)
		sandbox_note(s, true, "%zu bytes, not shown", s->line.len);
	else
		show(s, true, buf_text(&s->line), s->line.len);
	if (command && !auth)
		s->auth_failed = false;
}

static const char *line_fault(const struct sandbox_session *s, enum sandbox_line got, bool auth)
{
	if (got == LINE_LONG || (!auth && s->line.len > COMMAND_LINE_MAX))
		return "500 5.5.2 The line is too long";
	if (got == LINE_BARE)
		return "500 5.5.2 A line ends in CR LF, not in LF alone";
	if (text_has_control(buf_text(&s->line), s->line.len))
		return "500 5.5.2 There is a control character in the line";
	return NULL;
}

static const char *order_fault(const struct sandbox_session *s, const struct command *command,
			       const char *args)
{
	if (!command)
		return "500 5.5.1 The command is not known";
	if (*args && !(command->flags & ARGS))
		return "501 5.5.4 This command has no arguments";
	if (s->service->params.require_tls && !sandbox_secure(s) && !(command->flags & CLEAR))
		return "530 5.7.0 Say STARTTLS first";
	/* BDAT brings its bytes along, and reads them before it complains. */
	if (!s->hello && !(command->flags & EARLY) && command->run != sandbox_bdat_run)
		return "503 5.5.1 Say EHLO first";
	return NULL;
}

static void trim_end(struct buf *line)
{
	size_t n = line->len;

	while (n > 0 && line->data[n - 1] == ' ')
		n--;
	buf_cut(line, n);
}

static void run_line(struct sandbox_session *s, enum sandbox_line got)
{
	const struct command *command;
	const char *args, *fault;
	char verb[VERB_MAX];

	trim_end(&s->line);
	split(buf_text(&s->line), verb, &args);
	command = find(verb);
	show_line(s, command, args);
	fault = line_fault(s, got, command && command->run == sandbox_auth_run);
	if (!fault)
		fault = order_fault(s, command, args);
	if (fault)
		sandbox_reply(s, "%s", fault);
	else
		command->run(s, args);
}

static void step(struct sandbox_session *s)
{
	enum sandbox_line got;

	buf_clear(&s->line);
	got = sandbox_wire_line(&s->wire, &s->line);
	if (got == LINE_NONE)
		return;
	if (++s->commands > COMMANDS_MAX) {
		sandbox_reply(s, "421 4.7.0 Too many commands; closing");
		s->finished = true;
		return;
	}
	run_line(s, got);
}

static const char *const last_lines[] = {
	[WIRE_IDLE] = "421 4.4.2 Nothing came for too long; closing",
	[WIRE_EXPIRED] = "421 4.4.2 The session takes too long; closing",
	[WIRE_STOPPED] = "421 4.3.2 The sandbox stops; closing",
	[WIRE_FLOOD] = "421 4.7.0 The line does not end; closing",
};

static void say_last(struct sandbox_session *s)
{
	enum sandbox_wire_state state = s->wire.state;
	char line[REPLY_MAX];

	if (state == WIRE_OPEN || state == WIRE_GONE)
		return;
	show(s, false, last_lines[state], strlen(last_lines[state]));
	snprintf(line, sizeof line, "%s\r\n", last_lines[state]);
	sandbox_wire_last(&s->wire, line);
}

void sandbox_session_run(struct sandbox_service *service, int fd, unsigned number, bool tls)
{
	struct sandbox_session *s = xcalloc(1, sizeof *s);

	s->service = service;
	s->number = number;
	s->line = (struct buf)BUF_INIT_SECRET(SANDBOX_LINE_MAX + 2);
	s->data = (struct buf)BUF_INIT(service->params.max_size);
	sandbox_wire_open(&s->wire, fd, service->stop_fd);
	if (!tls || start_tls(s) == 0)
		sandbox_reply(s, "220 localhost ESMTP outpost sandbox");
	while (!s->finished && s->wire.state == WIRE_OPEN)
		step(s);
	say_last(s);
	sandbox_wire_close(&s->wire);
	forget_all(s);
	buf_free(&s->line);
	free(s);
}
