#include "mail/smtp_flight.h"

#include <string.h>

#include "base/clock.h"
#include "mail/smtp_internal.h"

/* Commands are pushed when this much waits, so that ten thousand recipients
 * need no more memory than ten. */
#define PUSH_AT (16 * 1024)

static int take_reply(struct smtp_flight *f, long wait, struct err *err)
{
	struct smtp_reply reply = { .code = 0 };
	int rc;

	f->smtp->reader.text.max = f->text_max;
	rc = smtp_read_reply(f->smtp, &reply, f->doing, wait, err);
	if (rc == 0)
		rc = f->on_reply(f->arg, f->answered++, &reply, err);
	smtp_reply_clear(&reply);
	return rc;
}

/* Why the server hung up may be waiting to be read. */
static void last_words(struct smtp_flight *f, struct err *err)
{
	struct err ignored = ERR_INIT;

	while (f->answered < f->asked && net_readable(f->smtp->net, 0, &ignored) == 1)
		if (take_reply(f, 0, &ignored) < 0)
			break;
	if (ignored.reply[0])
		*err = ignored;
}

int smtp_flight_push(struct smtp_flight *f, struct err *err)
{
	struct smtp *s = f->smtp;
	long wait = smtp_patience(s, SMTP_WAIT_BLOCK);
	size_t sent = 0;

	while (sent < f->out.len) {
		long n = net_send_some(s->net, f->out.data + sent, f->out.len - sent,
				       clock_after(wait), err);

		if (n < 0) {
			s->dead = true;
			if (err->kind == ERR_NETWORK)
				last_words(f, err);
			buf_drop(&f->out, sent);
			return -1;
		}
		sent += (size_t)n;
		if (n == 0 && take_reply(f, wait, err) < 0) {
			buf_drop(&f->out, sent);
			return -1;
		}
	}
	buf_clear(&f->out);
	return 0;
}

int smtp_flight_wait(struct smtp_flight *f, size_t answered, long wait, struct err *err)
{
	if (smtp_flight_push(f, err) < 0)
		return -1;
	while (f->answered < answered)
		if (take_reply(f, wait, err) < 0)
			return -1;
	return 0;
}

int smtp_flight_take_ready(struct smtp_flight *f, struct err *err)
{
	struct smtp *s = f->smtp;

	while (f->answered < f->asked) {
		int ready = s->in.len > 0 ? 1 : net_readable(s->net, 0, err);

		if (ready < 0)
			s->dead = true;
		if (ready <= 0)
			return ready;
		if (take_reply(f, smtp_patience(s, SMTP_WAIT_COMMAND), err) < 0)
			return -1;
	}
	return 0;
}

int smtp_flight_ask(struct smtp_flight *f, const char *line, struct err *err)
{
	if (f->answered == f->asked && f->out.len == 0 && smtp_quiet(f->smtp, f->doing, err) < 0)
		return -1;
	smtp_trace(f->smtp, NET_SENT, net_layer(f->smtp->net), line, strlen(line), NULL);
	if (buf_printf(&f->out, "%s\r\n", line) < 0)
		return err_set(err, ERR_INPUT, "A command for the server would be too long.");
	f->asked++;
	return f->out.len >= PUSH_AT ? smtp_flight_push(f, err) : 0;
}
