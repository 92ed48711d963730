/*
 * One connection of the sandbox: bytes in, bytes out, in clear or in TLS.
 *
 * Straight-line code over one wait (socket, pipe that says stop, deadline).
 * Replies are gathered and go out when the client's next bytes are needed, so
 * that a pipelined flight is answered in one. The first fault decides the
 * state; after it reading gives nothing and writing does nothing.
 */
#ifndef OUTPOST_SANDBOX_WIRE_H
#define OUTPOST_SANDBOX_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/buf.h"

struct sandbox_tls;
struct sandbox_tls_context;

enum sandbox_wire_state {
	WIRE_OPEN,
	WIRE_GONE,	/* the client is, or its TLS is broken */
	WIRE_IDLE,	/* nothing came (or nothing was taken) for too long */
	WIRE_EXPIRED,	/* the session has used up its time */
	WIRE_STOPPED,	/* the sandbox stops */
	WIRE_FLOOD,	/* a line without an end */
};

enum sandbox_line {
	LINE_OK,
	LINE_LONG,	/* longer than the buffer may be: its beginning is in it */
	LINE_BARE,	/* ended by LF alone */
	LINE_NONE,	/* the state is no longer WIRE_OPEN */
};

#define SANDBOX_WIRE_IN 32768

struct sandbox_wire {
	int fd;
	int stop_fd;
	enum sandbox_wire_state state;
	long long end;
	struct sandbox_tls *tls;	/* NULL in clear */
	struct buf out;
	size_t at, have;
	char in[SANDBOX_WIRE_IN];
};

/* fd is non-blocking and owned from here on; stop_fd becomes readable or hangs
 * up when the sandbox stops. */
void sandbox_wire_open(struct sandbox_wire *w, int fd, int stop_fd);
/* Sends what is left, waits a moment for the client to hang up, closes. */
void sandbox_wire_close(struct sandbox_wire *w);

/* One line without its end, into an empty buffer. */
enum sandbox_line sandbox_wire_line(struct sandbox_wire *w, struct buf *line);
/* Bytes that are there, at least one; 0 when the state is no longer WIRE_OPEN. */
size_t sandbox_wire_peek(struct sandbox_wire *w, const char **bytes);
void   sandbox_wire_take(struct sandbox_wire *w, size_t n);
/* Has the client sent more than was read so far? */
bool   sandbox_wire_pending(const struct sandbox_wire *w);

void sandbox_wire_put(struct sandbox_wire *w, const char *bytes, size_t n);
/* A last line after the state has changed; sent if that is possible at once. */
void sandbox_wire_last(struct sandbox_wire *w, const char *line);
/* Sends what is left in clear, then the handshake. What the client sent in clear
 * after its STARTTLS is forgotten. Says in text how it went. */
int  sandbox_wire_start_tls(struct sandbox_wire *w, struct sandbox_tls_context *context, char *text,
			    size_t size);

#endif
