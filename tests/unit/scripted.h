/*
 * A mail server that follows a script, for one connection, in a thread.
 *
 * A script is an array of steps ended by { END }. Whatever differs from it is
 * kept in fault, which scripted_end() hands to the test. With CANCEL the
 * server writes to the client's cancel pipe at exactly that point, and notes
 * the time. After the script a QUIT is answered; anything else is a fault.
 */
#ifndef SCRIPTED_H
#define SCRIPTED_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/ssl.h>

#include "base/clock.h"

/* A step has the members it needs: scripts are read, not parsed. */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

enum scripted_op {
	END,
	SEND,		/* text and CRLF */
	RAW,		/* text as it is (size bytes, or up to its NUL) */
	EXPECT,		/* this line and no other */
	BYTES,		/* size bytes equal to text */
	SKIP,		/* size bytes of anything */
	LINE,		/* any line */
	CHUNK,		/* one BDAT and its bytes, whatever they are */
	CHUNKS,		/* BDATs that make up the size bytes of text; each is answered */
	CHUNKS_REFUSED,	/* any BDATs, each answered with text, up to RSET, answered 250 */
	TLS,		/* handshake with server.tls */
	CANCEL,		/* asks the client to stop */
	HANG,		/* reads and says nothing until the client is gone */
	FLOOD,		/* text again and again until the client is gone */
	CLOSE,
	RESET,
};

struct scripted_step {
	enum scripted_op op;
	const char *text;
	size_t size;
};

struct scripted {
	const struct scripted_step *steps;
	SSL_CTX *tls;		/* NULL: clear only */
	int listener, port;
	int cancel[2];		/* the client's cancel pipe */
	long long cancelled_at;	/* us */
	bool quit;		/* QUIT was said */
	size_t taken;		/* bytes of refused chunks */
	atomic_bool over;	/* the test is through with it */
	char fault[1024];
	pthread_t thread;
	int fd;
	SSL *ssl;
	char in[8192];
	size_t in_len;
};

static inline void scripted_fault(struct scripted *sv, const char *fmt, ...)
{
	va_list ap;

	if (sv->fault[0])
		return;
	va_start(ap, fmt);
	vsnprintf(sv->fault, sizeof sv->fault, fmt, ap);
	va_end(ap);
}

static inline bool scripted_write(struct scripted *sv, const char *bytes, size_t len)
{
	while (len > 0) {
		long n = sv->ssl ? SSL_write(sv->ssl, bytes, (int)len)
				 : send(sv->fd, bytes, len, MSG_NOSIGNAL);

		if (n <= 0)
			return false;
		bytes += n;
		len -= (size_t)n;
	}
	return true;
}

static inline bool scripted_say(struct scripted *sv, const char *text)
{
	char line[8192];

	return scripted_write(sv, line, (size_t)snprintf(line, sizeof line, "%s\r\n", text));
}

/* More into sv->in; false at the end or after ten seconds. */
static inline bool scripted_fill(struct scripted *sv)
{
	struct pollfd pfd = { .fd = sv->fd, .events = POLLIN };
	long n;

	if (sv->in_len == sizeof sv->in)
		return false;
	if (!(sv->ssl && SSL_pending(sv->ssl) > 0) && poll(&pfd, 1, 10000) != 1)
		return false;
	n = sv->ssl ? SSL_read(sv->ssl, sv->in + sv->in_len, (int)(sizeof sv->in - sv->in_len))
		    : recv(sv->fd, sv->in + sv->in_len, sizeof sv->in - sv->in_len, 0);
	if (n <= 0)
		return false;
	sv->in_len += (size_t)n;
	return true;
}

static inline void scripted_drop(struct scripted *sv, size_t n)
{
	memmove(sv->in, sv->in + n, sv->in_len - n);
	sv->in_len -= n;
}

/* The next line without CRLF into line; false at the end. */
static inline bool scripted_line(struct scripted *sv, char *line, size_t size)
{
	char *nl;

	while (!(nl = memchr(sv->in, '\n', sv->in_len)))
		if (!scripted_fill(sv))
			return false;
	if (nl == sv->in || nl[-1] != '\r') {
		scripted_fault(sv, "a line without CR");
		return false;
	}
	snprintf(line, size, "%.*s", (int)(nl - 1 - sv->in), sv->in);
	scripted_drop(sv, (size_t)(nl + 1 - sv->in));
	return true;
}

static inline bool scripted_expect(struct scripted *sv, const char *text)
{
	char line[8192];

	if (!scripted_line(sv, line, sizeof line)) {
		scripted_fault(sv, "expected \"%s\", got the end", text);
		return false;
	}
	if (strcmp(line, text) == 0)
		return true;
	scripted_fault(sv, "expected \"%.400s\", got \"%.400s\"", text, line);
	return false;
}

static inline bool scripted_bytes(struct scripted *sv, const char *text, size_t size)
{
	size_t at = 0;

	while (at < size) {
		size_t n = sv->in_len < size - at ? sv->in_len : size - at;

		if (n == 0 && !scripted_fill(sv)) {
			scripted_fault(sv, "the end after %zu of %zu bytes", at, size);
			return false;
		}
		for (size_t i = 0; text && i < n; i++) {
			if (sv->in[i] == text[at + i])
				continue;
			scripted_fault(sv, "byte %zu of %zu is %02x, not %02x", at + i, size,
				       (unsigned char)sv->in[i], (unsigned char)text[at + i]);
			return false;
		}
		scripted_drop(sv, n);
		at += n;
	}
	return true;
}

static inline bool scripted_chunks(struct scripted *sv, const char *text, size_t size)
{
	char line[256];
	size_t at = 0, n;
	bool last = false;

	while (!last) {
		if (!scripted_line(sv, line, sizeof line) || sscanf(line, "BDAT %zu", &n) != 1 ||
		    n > size - at) {
			scripted_fault(sv, "a bad BDAT after %zu of %zu bytes", at, size);
			return false;
		}
		last = strstr(line, " LAST") != NULL;
		if (n > 0 && !scripted_bytes(sv, text + at, n))
			return false;
		at += n;
		if (!scripted_write(sv, "250 ok\r\n", 8))
			return false;
	}
	if (at != size)
		scripted_fault(sv, "LAST after %zu of %zu bytes", at, size);
	return at == size;
}

static inline bool scripted_chunks_refused(struct scripted *sv, const char *text)
{
	char line[256];
	size_t n;

	while (scripted_line(sv, line, sizeof line)) {
		if (strcmp(line, "RSET") == 0)
			return scripted_say(sv, "250 ok");
		if (sscanf(line, "BDAT %zu", &n) != 1 || !scripted_bytes(sv, NULL, n) ||
		    !scripted_say(sv, text)) {
			scripted_fault(sv, "no BDAT but \"%s\"", line);
			return false;
		}
		sv->taken += n;
	}
	scripted_fault(sv, "the end instead of RSET");
	return false;
}

static inline bool scripted_chunk(struct scripted *sv)
{
	char line[256];
	size_t n;

	return scripted_line(sv, line, sizeof line) && sscanf(line, "BDAT %zu", &n) == 1 &&
	       scripted_bytes(sv, NULL, n);
}

static inline bool scripted_tls(struct scripted *sv)
{
	sv->ssl = SSL_new(sv->tls);
	SSL_set_fd(sv->ssl, sv->fd);
	return SSL_accept(sv->ssl) == 1;
}

/* A client that leaves with much unsent is not seen to leave by a server that
 * does not read: scripted_end() ends the waiting, too. */
static inline void scripted_hang(struct scripted *sv)
{
	struct pollfd pfd = { .fd = sv->fd, .events = POLLRDHUP };
	long long deadline = clock_after(20000);

	while (poll(&pfd, 1, 20) == 0 && !atomic_load(&sv->over))
		if (clock_left(deadline) == 0) {
			scripted_fault(sv, "the client hung for 20 s");
			return;
		}
}

static inline bool scripted_step(struct scripted *sv, const struct scripted_step *step)
{
	size_t size = step->size ? step->size : step->text ? strlen(step->text) : 0;
	struct linger now = { 1, 0 };
	char line[256];

	switch (step->op) {
	case SEND:
		return scripted_say(sv, step->text);
	case RAW:
		return scripted_write(sv, step->text, size);
	case EXPECT:
		return scripted_expect(sv, step->text);
	case BYTES:
	case SKIP:
		return scripted_bytes(sv, step->text, size);
	case LINE:
		return scripted_line(sv, line, sizeof line);
	case CHUNK:
		return scripted_chunk(sv);
	case CHUNKS:
		return scripted_chunks(sv, step->text, step->size);
	case CHUNKS_REFUSED:
		return scripted_chunks_refused(sv, step->text);
	case TLS:
		return scripted_tls(sv);
	case CANCEL:
		sv->cancelled_at = clock_us();
		return write(sv->cancel[1], "x", 1) == 1;
	case HANG:
		scripted_hang(sv);
		return false;
	case FLOOD:
		while (scripted_write(sv, step->text, size))
			;
		return false;
	case RESET:
		setsockopt(sv->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
		return false;
	case CLOSE:
	case END:
		break;
	}
	return false;
}

static inline void *scripted_run(void *arg)
{
	struct scripted *sv = arg;
	const struct scripted_step *step = sv->steps;
	char line[8192];

	sv->fd = accept(sv->listener, NULL, NULL);
	if (sv->fd < 0)
		return NULL;
	setsockopt(sv->fd, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof(int));
	while (step->op != END && scripted_step(sv, step))
		step++;
	if (step->op == END && scripted_line(sv, line, sizeof line)) {
		sv->quit = strcmp(line, "QUIT") == 0;
		if (sv->quit)
			scripted_write(sv, "221 bye\r\n", 9);
		else
			scripted_fault(sv, "after the end: \"%.400s\"", line);
	}
	/* One connection it is: who comes again is refused and does not wait. */
	shutdown(sv->listener, SHUT_RDWR);
	SSL_free(sv->ssl);
	close(sv->fd);
	return NULL;
}

static inline void scripted_start(struct scripted *sv, const struct scripted_step *steps,
				  SSL_CTX *tls)
{
	struct sockaddr_in addr = { .sin_family = AF_INET };
	socklen_t len = sizeof addr;

	*sv = (struct scripted){ .steps = steps, .tls = tls, .fd = -1 };
	addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	/* SSL_accept and SSL_write know no MSG_NOSIGNAL. */
	signal(SIGPIPE, SIG_IGN);
	assert_int_equal(pipe(sv->cancel), 0);
	sv->listener = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(bind(sv->listener, (struct sockaddr *)&addr, sizeof addr), 0);
	assert_int_equal(listen(sv->listener, 1), 0);
	assert_int_equal(getsockname(sv->listener, (struct sockaddr *)&addr, &len), 0);
	sv->port = ntohs(addr.sin_port);
	assert_int_equal(pthread_create(&sv->thread, NULL, scripted_run, sv), 0);
}

/* Waits for the server to end; what went against the script, or "". */
static inline const char *scripted_end(struct scripted *sv)
{
	atomic_store(&sv->over, true);
	shutdown(sv->listener, SHUT_RDWR);
	pthread_join(sv->thread, NULL);
	close(sv->listener);
	close(sv->cancel[0]);
	close(sv->cancel[1]);
	return sv->fault;
}

#endif
