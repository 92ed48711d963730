#include "mail/smtp_body.h"

#include <errno.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "mail/smtp.h"

void smtp_body_start(struct smtp_body_reader *r, const struct smtp_body *body, bool stuff)
{
	*r = (struct smtp_body_reader){
		.fd = body->fd, .size = body->size, .stuff = stuff, .line_start = true
	};
}

static void end_line(struct smtp_body_reader *r, struct buf *out)
{
	buf_add(out, "\r\n", 2);
	r->line_start = true;
}

/* One piece of the file; runs without line ends are copied whole. */
static void transform(struct smtp_body_reader *r, struct buf *out, const char *in, size_t len)
{
	size_t i = 0;

	while (i < len) {
		size_t run = i;

		if (in[i] == '\n' && r->after_cr) {
			r->after_cr = false;
			i++;
			continue;
		}
		r->after_cr = in[i] == '\r';
		if (in[i] == '\n' || in[i] == '\r') {
			end_line(r, out);
			i++;
			continue;
		}
		if (r->line_start && r->stuff && in[i] == '.')
			buf_addc(out, '.');
		r->line_start = false;
		while (run < len && in[run] != '\n' && in[run] != '\r')
			run++;
		buf_add(out, in + i, run - i);
		i = run;
	}
}

int smtp_body_next(struct smtp_body_reader *r, struct buf *out, size_t most, struct err *err)
{
	char in[16 * 1024];
	size_t start = out->len;

	/* A byte becomes two at most, and two more end the last line. */
	while (!r->done && out->len - start + 4 <= most) {
		size_t room = (most - (out->len - start) - 2) / 2;
		size_t want = room < sizeof in ? room : sizeof in;
		ssize_t n;

		if (r->at == r->size) {
			if (!r->line_start)
				end_line(r, out);
			r->done = true;
			break;
		}
		if ((off_t)want > r->size - r->at)
			want = (size_t)(r->size - r->at);
		do
			n = pread(r->fd, in, want, r->at);
		while (n < 0 && errno == EINTR);
		if (n < 0)
			return err_errno(err, "The message cannot be read");
		if (n == 0)
			return err_set(err, ERR_SYSTEM,
				       "The message became shorter while it was being sent.");
		transform(r, out, in, (size_t)n);
		r->at += n;
	}
	if (r->at == r->size && r->line_start)
		r->done = true;
	return 0;
}

int smtp_body_scan(const struct smtp_body *body, struct smtp_body_facts *facts, struct err *err)
{
	struct buf piece = BUF_INIT(64 * 1024);
	struct smtp_body_reader r;
	int rc = 0;

	*facts = (struct smtp_body_facts){ .size = 0 };
	smtp_body_start(&r, body, false);
	while (rc == 0 && !r.done) {
		rc = smtp_body_next(&r, &piece, 60 * 1024, err);
		for (size_t i = 0; i < piece.len && !facts->eightbit; i++)
			facts->eightbit = (unsigned char)piece.data[i] >= 0x80;
		facts->size += (long long)piece.len;
		buf_clear(&piece);
	}
	buf_free(&piece);
	return rc;
}
