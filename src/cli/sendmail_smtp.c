#include "cli/sendmail_smtp.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/text.h"
#include "cli/cancel.h"
#include "cli/sendmail_pass.h"
#include "mail/message_raw.h"
#include "mail/sandbox_path.h"
#include "task/aliases.h"

#define REPLY_MAX 510 /* RFC 5321 4.5.3.1.5, without CRLF */

enum end { OPEN, QUIT, GONE, IDLE, STOPPED, UNREAD, FAULTS };

struct talk {
	const struct sendmail_way *way;
	enum end end;
	unsigned faults;
	struct buf line;
	size_t at, have;
	bool bare; /* the line ended in LF alone */
	/* The transaction */
	bool open, utf8;
	char *sender; /* NULL: the account's */
	struct addr_list to;
	char in[16384];
};

/* ---- bytes and lines ---- */

/* What was answered so far goes out before the client is waited for. */
static void fill(struct talk *t)
{
	struct pollfd fds[] = { { .fd = STDIN_FILENO, .events = POLLIN },
				{ .fd = cancel_fd(), .events = POLLIN } };
	ssize_t n;
	int ready;

	t->at = t->have = 0;
	if (fflush(stdout) == EOF) {
		t->end = GONE;
		return;
	}
	do
		ready = poll(fds, 2, SENDMAIL_SMTP_IDLE * 1000);
	while (ready < 0 && errno == EINTR && !cancel_asked());
	if (cancel_asked())
		t->end = STOPPED;
	else if (ready == 0)
		t->end = IDLE;
	if (t->end != OPEN)
		return;
	do
		n = read(STDIN_FILENO, t->in, sizeof t->in);
	while (n < 0 && errno == EINTR);
	if (n > 0)
		t->have = (size_t)n;
	else
		t->end = n < 0 ? UNREAD : GONE;
}

/* The next byte; -1 when the end is set. */
static int next_byte(struct talk *t)
{
	if (t->at == t->have)
		fill(t);
	return t->end == OPEN ? (unsigned char)t->in[t->at++] : -1;
}

/* A line without its end. False: too long, or the end is set. */
static bool read_line(struct talk *t)
{
	bool fits = true;
	int c;

	buf_clear(&t->line);
	while ((c = next_byte(t)) >= 0 && c != '\n')
		fits = buf_addc(&t->line, (char)c) == 0 && fits;
	t->bare = t->line.len == 0 || t->line.data[t->line.len - 1] != '\r';
	if (fits && !t->bare)
		buf_cut(&t->line, t->line.len - 1);
	return fits && c >= 0;
}

static void reply(struct talk *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void reply(struct talk *t, const char *fmt, ...)
{
	char line[REPLY_MAX + 1];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof line, fmt, ap);
	va_end(ap);
	for (char *p = line; *p; p++)
		if (*p < ' ' || *p > '~')
			*p = *p == '\n' ? ' ' : '?';
	if (line[0] == '5' && line[1] == '0' && ++t->faults >= SENDMAIL_SMTP_FAULTS &&
	    t->end == OPEN)
		t->end = FAULTS;
	printf("%s\r\n", line);
}

/* ---- the transaction ---- */

static void forget(struct talk *t)
{
	free(t->sender);
	t->sender = NULL;
	t->open = t->utf8 = false;
	addr_list_clear(&t->to);
}

static void run_helo(struct talk *t, const char *args)
{
	if (!*args) {
		reply(t, "501 5.5.4 Say HELO and your host name");
		return;
	}
	forget(t);
	reply(t, "250 localhost");
}

static void run_ehlo(struct talk *t, const char *args)
{
	if (!*args) {
		reply(t, "501 5.5.4 Say EHLO and your host name");
		return;
	}
	forget(t);
	reply(t, "250-localhost");
	reply(t, "250-PIPELINING");
	reply(t, "250-SIZE %lld", (long long)MESSAGE_RAW_MAX);
	reply(t, "250-8BITMIME");
	reply(t, "250-SMTPUTF8");
	reply(t, "250 ENHANCEDSTATUSCODES");
}

/* The name in "FROM:<name> ...", to be freed; NULL where it is something else. */
static char *bare_name(const char *args, const char *keyword)
{
	const char *name = args + strlen(keyword);
	char *text, *bare = NULL;

	if (!text_prefix_nocase(args, keyword))
		return NULL;
	name += strspn(name, " ");
	if (*name != '<')
		return NULL;
	text = xstrndup(name + 1, strcspn(name + 1, ">"));
	if (name[1 + strlen(text)] == '>')
		bare = message_raw_bare(text);
	free(text);
	return bare;
}

static void run_mail(struct talk *t, const char *args)
{
	char *name = bare_name(args, "FROM:");
	bool bare = name != NULL;
	struct sandbox_path path = { .size = 0 };
	struct err err = ERR_INIT;
	const char *fault = bare ? NULL : sandbox_path_mail(args, &path);

	free(name);
	if (t->open)
		reply(t, "503 5.5.1 There is a sender already");
	else if (fault)
		reply(t, "%s", fault);
	else if (path.size > (unsigned long long)MESSAGE_RAW_MAX)
		reply(t, "552 5.3.4 Messages may have %lld bytes", (long long)MESSAGE_RAW_MAX);
	else if (path.address[0] && addr_check(path.address, &err) < 0)
		reply(t, "501 5.1.7 %s", err.text);
	else {
		t->sender = bare ? NULL : xstrdup(path.address);
		t->open = true;
		t->utf8 = path.utf8;
		reply(t, "250 2.1.0 Ok");
	}
}

static void add_rcpt(struct talk *t, const char *address)
{
	struct err err = ERR_INIT;

	if (t->to.count >= ADDR_LIST_MAX)
		reply(t, "452 4.5.3 Too many recipients");
	else if (message_raw_parse(address, aliases_resolve, t->way->aliases, &t->to, &err) == 0)
		reply(t, "250 2.1.5 Ok");
	else if (err.kind == ERR_INPUT)
		reply(t, "550 5.1.1 %s", err.text);
	else
		reply(t, "451 4.3.5 %s", err.text);
}

static void run_rcpt(struct talk *t, const char *args)
{
	char *bare = bare_name(args, "TO:");
	struct sandbox_path path = { .size = 0 };
	const char *fault = bare ? NULL : sandbox_path_rcpt(args, t->utf8, &path);

	if (!t->open)
		reply(t, "503 5.5.1 MAIL comes before RCPT");
	else if (fault)
		reply(t, "%s", fault);
	else
		add_rcpt(t, bare ? bare : path.address);
	free(bare);
}

/* ---- the message ---- */

/* Where in a line: only CRLF ends it, or LF too where the client's lines end so. */
enum place { START, MIDDLE, AFTER_CR, AFTER_DOT, AFTER_DOT_CR, FINISHED };

struct taking {
	bool lf;
	enum place place;
	struct buf out;
	int fd;
	off_t size;
	struct err fault; /* why what follows is only read */
};

static enum place place_after(const struct taking *m, int c)
{
	if (c == '\r')
		return AFTER_CR;
	if (c == '\n' && (m->lf || m->place == AFTER_CR))
		return START;
	return MIDDLE;
}

/* The dot that begins a line was put there by the client (RFC 5321 4.5.2), and is left out. */
static void take_byte(struct taking *m, int c)
{
	if (m->place == START && c == '.') {
		m->place = AFTER_DOT;
		return;
	}
	if (m->place == AFTER_DOT && c == '\r') {
		m->place = AFTER_DOT_CR;
		return;
	}
	if (c == '\n' && (m->place == AFTER_DOT_CR || (m->place == AFTER_DOT && m->lf))) {
		m->place = FINISHED;
		return;
	}
	if (m->place == AFTER_DOT_CR)
		buf_addc(&m->out, '\r');
	buf_addc(&m->out, (char)c);
	m->place = place_after(m, c);
}

static void write_piece(struct taking *m)
{
	m->size += (off_t)m->out.len;
	if (m->fault.kind == ERR_NONE && m->size > MESSAGE_RAW_MAX)
		err_set(&m->fault, ERR_INPUT, "The message is too large: at most %lld MiB.",
			(long long)(MESSAGE_RAW_MAX >> 20));
	if (m->fault.kind == ERR_NONE)
		(void)file_write_all(m->fd, buf_text(&m->out), m->out.len, "the message",
				     &m->fault);
	buf_clear(&m->out);
}

static void take_message(struct talk *t, struct taking *m)
{
	int c;

	while (m->place != FINISHED && (c = next_byte(t)) >= 0) {
		take_byte(m, c);
		if (m->out.len >= sizeof t->in)
			write_piece(m);
	}
	write_piece(m);
}

static void reply_fault(struct talk *t, const struct err *err)
{
	switch (err->kind) {
	case ERR_INPUT:
	case ERR_REFUSED:
	case ERR_UNSURE:
		reply(t, "%s %s", err->temporary ? "451 4.3.0" : "554 5.0.0", err->text);
		break;
	default:
		reply(t, "451 4.3.0 %s", err->text);
	}
}

static void pass_on(struct talk *t, int fd)
{
	struct sendmail_mail mail = { .fd = fd, .sender = t->sender, .to = &t->to };
	struct deliver_report report = DELIVER_REPORT_INIT;
	struct err err = ERR_INIT;
	int rc = sendmail_pass(t->way, &mail, &report, &err);

	/* The reply is one for all, and a yes is not read: this has to be seen. */
	if (t->way->options->verbose || (rc == 0 && sendmail_lost(&report) > 0))
		sendmail_tell(&report, &err);
	if (rc < 0)
		reply_fault(t, &err);
	else if (report.result.accepted > 0)
		reply(t, "250 2.0.0 Ok, sent to %zu of %zu: %s", report.result.accepted,
		      report.recipients.count, report.reply);
	else
		reply(t, "250 2.0.0 Ok, waits in the outbox as number %lld%s%s",
		      (long long)report.id, err.text[0] ? ": " : "", err.text);
	deliver_report_clear(&report);
}

static void run_data(struct talk *t, const char *args)
{
	struct taking m = { .lf = t->bare, .fault = ERR_INIT };

	if (*args || t->to.count == 0) {
		reply(t, *args ? "501 5.5.4 DATA has no arguments"
			       : "503 5.5.1 RCPT comes before DATA");
		return;
	}
	m.fd = file_temp(&m.fault);
	if (m.fd < 0) {
		reply_fault(t, &m.fault);
		return;
	}
	m.out = (struct buf)BUF_INIT(2 * sizeof t->in);
	reply(t, "354 End with a line of a single dot");
	take_message(t, &m);
	if (m.fault.kind == ERR_NONE && lseek(m.fd, 0, SEEK_SET) < 0)
		err_errno(&m.fault, "Cannot read the message back");
	if (m.place == FINISHED && m.fault.kind == ERR_NONE)
		pass_on(t, m.fd);
	else if (m.place == FINISHED)
		reply_fault(t, &m.fault);
	if (m.place == FINISHED)
		forget(t);
	close(m.fd);
	buf_free(&m.out);
}

/* ---- the other commands ---- */

static void run_rset(struct talk *t, const char *args)
{
	(void)args;
	forget(t);
	reply(t, "250 2.0.0 Ok");
}

static void run_noop(struct talk *t, const char *args)
{
	(void)args;
	reply(t, "250 2.0.0 Ok");
}

static void run_vrfy(struct talk *t, const char *args)
{
	reply(t, *args ? "252 2.5.2 Send it, and see" : "501 5.5.4 Say VRFY and an address");
}

static void run_help(struct talk *t, const char *args)
{
	(void)args;
	reply(t, "214 2.0.0 HELO EHLO MAIL RCPT DATA RSET NOOP VRFY HELP QUIT");
}

static void run_quit(struct talk *t, const char *args)
{
	(void)args;
	reply(t, "221 2.0.0 Bye");
	t->end = QUIT;
}

static void run_other(struct talk *t, const char *args)
{
	(void)args;
	reply(t, "502 5.5.1 Not done here");
}

static const struct {
	const char *verb;
	void (*run)(struct talk *t, const char *args);
} verbs[] = {
	{ "HELO", run_helo },  { "EHLO", run_ehlo },  { "MAIL", run_mail },
	{ "RCPT", run_rcpt },  { "DATA", run_data },  { "RSET", run_rset },
	{ "NOOP", run_noop },  { "VRFY", run_vrfy },  { "HELP", run_help },
	{ "QUIT", run_quit },  { "EXPN", run_other }, { "STARTTLS", run_other },
	{ "AUTH", run_other }, { "BDAT", run_other }, { "ETRN", run_other },
};

static void run_line(struct talk *t)
{
	char *line = t->line.data;
	size_t len;

	if (t->line.len == 0) {
		reply(t, "500 5.5.2 A command is missing");
		return;
	}
	if (text_has_control(line, t->line.len)) {
		reply(t, "500 5.5.2 A command has no control characters");
		return;
	}
	len = strcspn(line, " ");
	for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
		if (strlen(verbs[i].verb) != len || !text_prefix_nocase(line, verbs[i].verb))
			continue;
		verbs[i].run(t, text_trim(line + len));
		return;
	}
	reply(t, "500 5.5.1 There is no such command");
}

static int tell_end(struct talk *t, bool inside, struct err *err)
{
	switch (t->end) {
	case IDLE:
		reply(t, "421 4.4.2 Nothing came for too long");
		return err_set(err, ERR_INPUT, "Nothing came on standard input for %d seconds.",
			       SENDMAIL_SMTP_IDLE);
	case STOPPED:
		reply(t, "421 4.3.2 Stopped");
		return err_set(err, ERR_CANCELLED, "Stopped.");
	case FAULTS:
		reply(t, "421 4.7.0 Too many commands are wrong");
		return err_set(err, ERR_INPUT, "What comes on standard input is not SMTP.");
	case UNREAD:
		return err_set(err, ERR_SYSTEM, "Standard input cannot be read.");
	case GONE:
		if (!inside)
			return 0;
		return err_set(err, ERR_INPUT,
			       "Standard input ended in the middle of a message, which is not "
			       "sent.");
	default:
		return 0;
	}
}

int sendmail_smtp_run(const struct sendmail_way *way, struct err *err)
{
	struct talk *t = xcalloc(1, sizeof *t);
	int rc;

	t->way = way;
	t->line = (struct buf)BUF_INIT(SENDMAIL_SMTP_LINE);
	reply(t, "220 localhost ESMTP outpost");
	while (t->end == OPEN)
		if (read_line(t))
			run_line(t);
		else if (t->end == OPEN)
			reply(t, "500 5.5.2 The line is too long");
	rc = tell_end(t, t->to.count > 0, err);
	forget(t);
	buf_free(&t->line);
	free(t);
	return rc;
}
