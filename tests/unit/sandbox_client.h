/*
 * A raw SMTP client for the sandbox's tests: a socket, OpenSSL on request, and
 * no knowledge of the protocol beyond where a reply ends. Every wait has a
 * deadline; passing it fails the test.
 */
#ifndef OUTPOST_SANDBOX_CLIENT_H
#define OUTPOST_SANDBOX_CLIENT_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "base/buf.h"
#include "base/err.h"
#include "mail/sandbox.h"

#define CLIENT_MS 20000

struct client {
	int fd;
	SSL_CTX *ctx;
	SSL *ssl;
	size_t at, have;
	char in[16384];
	char reply[16384];	/* the last one, all lines of it */
};

static inline int client_dial(const char *address, int port)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;

	assert_true(fd >= 0);
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	assert_int_equal(inet_pton(AF_INET, address, &to.sin_addr), 1);
	if (connect(fd, (struct sockaddr *)&to, sizeof to) == 0)
		return fd;
	close(fd);
	return -1;
}

static inline struct client *client_open(int port)
{
	struct client *c = calloc(1, sizeof *c);

	assert_non_null(c);
	c->fd = client_dial("127.0.0.1", port);
	assert_true(c->fd >= 0);
	return c;
}

static inline void client_close(struct client *c)
{
	SSL_free(c->ssl);
	SSL_CTX_free(c->ctx);
	close(c->fd);
	free(c);
}

/* 0, or -1 when the handshake or the check of the certificate failed. */
static inline int client_tls(struct client *c, const char *ca_file, const char *host)
{
	c->ctx = SSL_CTX_new(TLS_client_method());
	assert_non_null(c->ctx);
	SSL_CTX_set_verify(c->ctx, SSL_VERIFY_PEER, NULL);
	if (ca_file)
		assert_int_equal(SSL_CTX_load_verify_locations(c->ctx, ca_file, NULL), 1);
	c->ssl = SSL_new(c->ctx);
	assert_non_null(c->ssl);
	if (strspn(host, "0123456789.:") == strlen(host))
		X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(c->ssl), host);
	else
		SSL_set1_host(c->ssl, host);
	SSL_set_fd(c->ssl, c->fd);
	return SSL_connect(c->ssl) == 1 ? 0 : -1;
}

/* false when the other side is gone. */
static inline bool client_put(struct client *c, const char *bytes, size_t n)
{
	while (n > 0) {
		ssize_t put = c->ssl ? SSL_write(c->ssl, bytes, (int)n)
				     : send(c->fd, bytes, n, MSG_NOSIGNAL);

		if (put <= 0)
			return false;
		bytes += put;
		n -= (size_t)put;
	}
	return true;
}

static inline bool client_say(struct client *c, const char *text)
{
	return client_put(c, text, strlen(text));
}

/* The next byte, or -1 when the other side has closed. */
static inline int client_byte(struct client *c)
{
	if (c->at == c->have) {
		struct pollfd p = { .fd = c->fd, .events = POLLIN };
		ssize_t n;

		if (!c->ssl || SSL_pending(c->ssl) == 0)
			assert_int_equal(poll(&p, 1, CLIENT_MS), 1);
		n = c->ssl ? SSL_read(c->ssl, c->in, sizeof c->in)
			   : recv(c->fd, c->in, sizeof c->in, 0);
		if (n <= 0)
			return -1;
		c->at = 0;
		c->have = (size_t)n;
	}
	return (unsigned char)c->in[c->at++];
}

/* Reads one reply with all its lines; returns the last line, "" when closed. */
static inline const char *client_reply(struct client *c)
{
	size_t len = 0, line = 0;

	for (;;) {
		int byte = client_byte(c);

		assert_true(len + 1 < sizeof c->reply);
		c->reply[len] = '\0';
		if (byte < 0)
			return c->reply + len;
		c->reply[len++] = (char)byte;
		if (byte != '\n')
			continue;
		assert_true(len - line >= 6 && c->reply[len - 2] == '\r');
		assert_true(len - line <= 512);
		c->reply[len - 2] = c->reply[line + 3] == ' ' ? '\0' : '\n';
		c->reply[len - 1] = '\0';
		if (c->reply[line + 3] == ' ')
			return c->reply + line;
		line = --len;
	}
}

static inline void client_expect_at(struct client *c, const char *want, const char *file, int line)
{
	const char *got = client_reply(c);

	if (strncmp(got, want, strlen(want)) == 0 && (*want || !*got))
		return;
	print_error("%s:%d: wanted \"%s\", got \"%s\"\n", file, line, want, got);
	_fail(file, line);
}

/* The last line of the next reply begins with want; "": the server has closed. */
#define client_expect(c, want) client_expect_at(c, want, __FILE__, __LINE__)
#define client_ask(c, text, want)                                                                  \
	do {                                                                                       \
		client_say(c, text);                                                               \
		client_expect(c, want);                                                            \
	} while (0)

/* After greeting and EHLO. */
static inline struct client *client_ready(struct sandbox *sb)
{
	struct client *c = client_open(sandbox_port(sb));

	client_expect(c, "220 ");
	client_ask(c, "EHLO client.example\r\n", "250 ");
	return c;
}

static inline struct client *client_at_data(struct sandbox *sb)
{
	struct client *c = client_ready(sb);

	client_ask(c, "MAIL FROM:<a@example.org>\r\n", "250 2.1.0");
	client_ask(c, "RCPT TO:<b@example.org>\r\n", "250 2.1.5");
	client_ask(c, "DATA\r\n", "354 ");
	return c;
}

static inline struct sandbox *sandbox_open(const struct sandbox_params *params)
{
	struct sandbox_params any = { .tls_port = -1 };
	struct err err = ERR_INIT;
	struct sandbox *sb = sandbox_start(params ? params : &any, &err);

	if (!sb)
		print_error("%s\n", err.text);
	assert_non_null(sb);
	return sb;
}

#endif
