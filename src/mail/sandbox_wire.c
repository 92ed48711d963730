#include "mail/sandbox_wire.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "mail/sandbox_tls.h"

#define IDLE_MS      (300 * 1000L)
#define SESSION_MS   (3600 * 1000L)
#define HANDSHAKE_MS (30 * 1000L)
#define LINGER_MS    1000L
#define LINGER_BYTES (1 << 20)
#define OUT_FLUSH    16384
#define OUT_MAX      65536
#define SKIP_MAX     (1 << 20)	/* bytes of a line too long that are read over */

void sandbox_wire_open(struct sandbox_wire *w, int fd, int stop_fd)
{
	w->fd = fd;
	w->stop_fd = stop_fd;
	w->state = WIRE_OPEN;
	w->end = clock_after(SESSION_MS);
	w->tls = NULL;
	w->out = (struct buf)BUF_INIT_SECRET(OUT_MAX);
	w->at = w->have = 0;
}

static int lost(struct sandbox_wire *w, enum sandbox_wire_state state)
{
	if (w->state == WIRE_OPEN)
		w->state = state;
	return -1;
}

static long long deadline_after(const struct sandbox_wire *w, long ms)
{
	long long deadline = clock_after(ms);

	return deadline < w->end ? deadline : w->end;
}

/* The one place where a connection waits. events 0 only looks for the stop. */
static int wait_for(struct sandbox_wire *w, short events, long long deadline)
{
	struct pollfd polls[] = {
		{ .fd = events ? w->fd : -1, .events = events },
		{ .fd = w->stop_fd, .events = POLLIN },
	};
	int n;

	do
		n = poll(polls, 2, events ? clock_left(deadline) : 0);
	while (n < 0 && errno == EINTR);
	if (polls[1].revents)
		return lost(w, WIRE_STOPPED);
	if (n < 0)
		return lost(w, WIRE_GONE);
	if (n == 0 && events)
		return lost(w, clock_left(w->end) == 0 ? WIRE_EXPIRED : WIRE_IDLE);
	return 0;
}

static ssize_t try_read(struct sandbox_wire *w, short *want)
{
	ssize_t n;

	if (w->tls)
		return sandbox_tls_read(w->tls, w->in, sizeof w->in, want);
	n = recv(w->fd, w->in, sizeof w->in, 0);
	if (n > 0)
		return n;
	*want = n < 0 && (errno == EAGAIN || errno == EINTR) ? POLLIN : 0;
	return -1;
}

static ssize_t try_write(struct sandbox_wire *w, short *want)
{
	ssize_t n;

	if (w->tls)
		return sandbox_tls_write(w->tls, w->out.data, w->out.len, want);
	n = send(w->fd, w->out.data, w->out.len, MSG_NOSIGNAL);
	if (n > 0)
		return n;
	*want = n < 0 && (errno == EAGAIN || errno == EINTR) ? POLLOUT : 0;
	return -1;
}

static int flush(struct sandbox_wire *w)
{
	long long deadline = deadline_after(w, IDLE_MS);

	while (w->state == WIRE_OPEN && w->out.len > 0) {
		short want = 0;
		ssize_t n = try_write(w, &want);

		if (n > 0)
			buf_drop(&w->out, (size_t)n);
		else if (!want)
			lost(w, WIRE_GONE);
		else
			wait_for(w, want, deadline);
	}
	return w->state == WIRE_OPEN ? 0 : -1;
}

/* A client that never pauses must not keep the stop from being seen, hence the
 * look before reading. */
static int fill(struct sandbox_wire *w)
{
	long long deadline;

	if (flush(w) < 0 || wait_for(w, 0, CLOCK_NEVER) < 0)
		return -1;
	if (clock_left(w->end) == 0)
		return lost(w, WIRE_EXPIRED);
	deadline = deadline_after(w, IDLE_MS);
	w->at = w->have = 0;
	for (;;) {
		short want = 0;
		ssize_t n = try_read(w, &want);

		if (n > 0) {
			w->have = (size_t)n;
			return 0;
		}
		if (!want)
			return lost(w, WIRE_GONE);
		if (wait_for(w, want, deadline) < 0)
			return -1;
	}
}

size_t sandbox_wire_peek(struct sandbox_wire *w, const char **bytes)
{
	if (w->state != WIRE_OPEN || (w->at == w->have && fill(w) < 0))
		return 0;
	*bytes = w->in + w->at;
	return w->have - w->at;
}

void sandbox_wire_take(struct sandbox_wire *w, size_t n)
{
	w->at += n;
}

bool sandbox_wire_pending(const struct sandbox_wire *w)
{
	return w->at < w->have;
}

/* As much as the buffer may hold: 0, or -1 when something was left out. */
static int add_some(struct buf *b, const char *bytes, size_t n)
{
	size_t room = b->max - b->len;

	(void)buf_add(b, bytes, n < room ? n : room);
	return n <= room ? 0 : -1;
}

static enum sandbox_line end_line(struct buf *line, bool too_long)
{
	if (too_long)
		return LINE_LONG;
	buf_cut(line, line->len - 1);
	if (line->len == 0 || line->data[line->len - 1] != '\r')
		return LINE_BARE;
	buf_cut(line, line->len - 1);
	return LINE_OK;
}

enum sandbox_line sandbox_wire_line(struct sandbox_wire *w, struct buf *line)
{
	bool too_long = false, ended = false;
	size_t total = 0;

	while (!ended) {
		const char *bytes, *lf;
		size_t n = sandbox_wire_peek(w, &bytes);

		if (n == 0)
			return LINE_NONE;
		lf = memchr(bytes, '\n', n);
		if (lf)
			n = (size_t)(lf - bytes) + 1;
		ended = lf != NULL;
		if (add_some(line, bytes, n) < 0)
			too_long = true;
		sandbox_wire_take(w, n);
		total += n;
		if (!ended && total > SKIP_MAX) {
			lost(w, WIRE_FLOOD);
			return LINE_NONE;
		}
	}
	return end_line(line, too_long);
}

void sandbox_wire_put(struct sandbox_wire *w, const char *bytes, size_t n)
{
	if (w->state != WIRE_OPEN || (w->out.len + n > OUT_FLUSH && flush(w) < 0))
		return;
	if (buf_add(&w->out, bytes, n) < 0)
		lost(w, WIRE_GONE);
}

void sandbox_wire_last(struct sandbox_wire *w, const char *line)
{
	short want;

	if (w->state == WIRE_GONE || buf_adds(&w->out, line) < 0)
		return;
	(void)try_write(w, &want);
	buf_clear(&w->out);
}

int sandbox_wire_start_tls(struct sandbox_wire *w, struct sandbox_tls_context *context, char *text,
			   size_t size)
{
	long long deadline;

	snprintf(text, size, "the connection was lost");
	if (flush(w) < 0)
		return -1;
	explicit_bzero(w->in, w->have);
	w->at = w->have = 0;
	w->tls = sandbox_tls_new(context, w->fd);
	if (!w->tls)
		return lost(w, WIRE_GONE);
	deadline = deadline_after(w, HANDSHAKE_MS);
	while (w->state == WIRE_OPEN) {
		short want = 0;

		if (sandbox_tls_handshake(w->tls, &want) == 0)
			break;
		if (!want)
			lost(w, WIRE_GONE);
		/* There is no way to say why to a client that cannot read TLS yet. */
		else if (wait_for(w, want, deadline) < 0)
			w->state = WIRE_GONE;
	}
	sandbox_tls_describe(w->tls, text, size);
	return w->state == WIRE_OPEN ? 0 : -1;
}

/* Closing with unread bytes resets the connection, and a reset can overtake the
 * last reply. So what still comes is read over for a moment. */
static void linger(struct sandbox_wire *w)
{
	long long deadline = clock_after(LINGER_MS);
	size_t total = 0;

	if (w->tls)
		sandbox_tls_bye(w->tls);
	if (shutdown(w->fd, SHUT_WR) < 0 || w->state == WIRE_STOPPED)
		return;
	w->state = WIRE_OPEN;
	while (total < LINGER_BYTES) {
		ssize_t n = recv(w->fd, w->in, sizeof w->in, 0);

		if (n > 0)
			total += (size_t)n;
		else if (n == 0 || (errno != EAGAIN && errno != EINTR))
			break;
		if (wait_for(w, POLLIN, deadline) < 0)
			break;
	}
}

void sandbox_wire_close(struct sandbox_wire *w)
{
	(void)flush(w);
	linger(w);
	sandbox_tls_free(w->tls);
	w->tls = NULL;
	close(w->fd);
	buf_free(&w->out);
	explicit_bzero(w->in, sizeof w->in);
}
