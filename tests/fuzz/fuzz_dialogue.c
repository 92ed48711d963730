/*
 * Any bytes as a server's side of a whole session: sign-in and two messages.
 *
 * The network is played here: these functions stand before those of port/net. The first
 * byte of the input chooses TLS and the mechanism, the second how much is read at once;
 * then come the server's words, the answer to EHLO first, with 0xff where it waits for the client.
 */
#include <stdlib.h>
#include <unistd.h>

#include "fuzz.h"
#include "base/file.h"
#include "base/secret.h"
#include "mail/smtp.h"
#include "port/net.h"

#define PASSWORD "PgXHghWU-0pen"

/* What is always in base64 of it, by its place in the groups of three. None begins with what an
 * escape like \x9c could end in. */
static const char *const inner[] = { "UGdYSGdoV1UtMHBl", "WEhnaFdVLTBw", "Z1hIZ2hXVS0wcGVu" };

struct net {
	const uint8_t *at, *end;
	size_t most; /* bytes of one read */
	enum net_layer layer;
	struct buf sent;
};

static struct net peer;

static bool has_words(void)
{
	return peer.at < peer.end && *peer.at != 0xff;
}

static void say_ehlo(const struct net_watch *watch)
{
	char line[512];

	watch->line(watch->arg, NET_SENT, peer.layer, "EHLO [127.0.0.1]", 16);
	while (has_words()) {
		size_t n = 0;

		for (; has_words() && *peer.at != '\n'; peer.at++)
			if (n + 1 < sizeof line)
				line[n++] = (char)*peer.at;
		peer.at += has_words();
		line[n] = '\0';
		watch->line(watch->arg, NET_RECEIVED, peer.layer, line, n);
	}
}

struct net *net_open(const struct net_params *params, const struct net_watch *watch,
		     struct net_tls *tls_out, struct err *err)
{
	(void)params;
	(void)tls_out;
	if (peer.at == peer.end) {
		err_set(err, ERR_NETWORK, "There is no more of it.");
		return NULL;
	}
	watch->event(watch->arg, NET_RESOLVED, "192.0.2.1 port 25", NULL);
	watch->event(watch->arg, NET_CONNECTED, "", NULL);
	say_ehlo(watch);
	return &peer;
}

void net_close(struct net *net)
{
	(void)net;
}

long net_send_some(struct net *net, const void *data, size_t len, long long deadline,
		   struct err *err)
{
	(void)deadline;
	(void)err;
	if (net->sent.len + len < net->sent.max)
		buf_add(&net->sent, data, len);
	return (long)len;
}

int net_send(struct net *net, const void *data, size_t len, long long deadline, struct err *err)
{
	return net_send_some(net, data, len, deadline, err) < 0 ? -1 : 0;
}

int net_readable(struct net *net, long long deadline, struct err *err)
{
	(void)err;
	if (!has_words() && deadline == 0)
		return 0;
	/* Who waits gets what comes next, or the end. */
	if (net->at < net->end && *net->at == 0xff)
		net->at++;
	return 1;
}

long net_recv(struct net *net, void *data, size_t cap, long long deadline, struct err *err)
{
	size_t n = 0;

	net_readable(net, deadline, err);
	while (n < cap && n < net->most && has_words())
		((uint8_t *)data)[n++] = *net->at++;
	return (long)n;
}

enum net_layer net_layer(const struct net *net)
{
	return net->layer;
}

bool net_is_loopback(const char *host)
{
	(void)host;
	return false;
}

char *net_host_ascii(const char *host)
{
	return text_ascii(host) ? xstrdup(host) : NULL;
}

const char *net_library(void)
{
	return "a network of its own";
}

static bool holds_password(const char *text)
{
	for (size_t i = 0; i < sizeof inner / sizeof inner[0]; i++)
		if (strstr(text, inner[i]))
			return true;
	return strstr(text, PASSWORD) != NULL;
}

static bool was_told(void)
{
	return peer.sent.len > 0 && holds_password(buf_text(&peer.sent));
}

/* A server that knows the password by itself may say it; one that was told it is not shown
 * saying it. */
static void see_line(void *arg, const struct smtp_line *line)
{
	(void)arg;
	promise(is_visible(line->text));
	promise(!holds_password(line->text) || !was_told());
}

static void send_one(struct smtp *smtp, int fd, off_t size)
{
	static const char *const to[] = { "a@example.net", "b@example.net", "c@example.net" };
	const struct smtp_envelope envelope = { .from = "alice@example.org", .to = to, .count = 3 };
	const struct smtp_body body = { fd, size };
	struct smtp_result result = SMTP_RESULT_INIT;
	struct err err = ERR_INIT;
	bool alive = smtp_alive(smtp);
	int rc = smtp_send(smtp, &envelope, &body, &result, &err);

	promise(rc == 0 ? result.accepted > 0 && result.reply.code / 100 == 2 && alive :
			  result.accepted == 0 && is_told(&err));
	for (size_t i = 0; i < result.count; i++)
		promise(rc == 0 || result.rcpts[i].state != SMTP_RCPT_ACCEPTED);
	smtp_result_clear(&result);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char text[] = "Subject: x\n\n.\nhello";
	const struct smtp_watch watch = { .line = see_line };
	struct smtp_params params = { .host = "mail.example.test", .port = 25, .cancel_fd = -1,
				      .user = "alice@example.org", .timeout = 1000 };
	struct secret *secret = secret_new(PASSWORD, strlen(PASSWORD));
	struct err err = ERR_INIT;
	struct smtp *smtp;
	int fd = file_temp(NULL);

	if (size < 3 || fd < 0 || file_write_all(fd, text, strlen(text), "body", NULL) < 0)
		goto out;
	peer = (struct net){ data + 2, data + size, 1u + data[1],
			     data[0] & 1 ? NET_LAYER_TLS : NET_LAYER_CLEAR, BUF_INIT(1 << 20) };
	params.auth = (enum smtp_auth)((data[0] >> 1) % SMTP_AUTHS);
	params.secret = secret;
	smtp = smtp_open(&params, &watch, NULL, &err);
	promise(smtp || is_told(&err));
	for (int i = 0; smtp && i < 2; i++)
		send_one(smtp, fd, (off_t)strlen(text));
	smtp_close(smtp);
	/* To a far host the password goes encrypted, or not at all. */
	promise(peer.layer == NET_LAYER_TLS || !was_told());
	buf_free(&peer.sent);
out:
	secret_free(secret);
	if (fd >= 0)
		close(fd);
	return 0;
}
