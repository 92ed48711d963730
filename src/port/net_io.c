/* Bytes over a connection that stands. */
#include "port/net_private.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"

int net_cancelled(struct err *err)
{
	return err_set(err, ERR_CANCELLED, "Stopped because you asked for it.");
}

/* Events on the socket, 0 when the deadline passed, -1 with err. Asked to stop
 * comes before everything else. */
static int wait_for(const struct net *net, short events, long long deadline, struct err *err)
{
	struct pollfd fds[2] = {
		{ .fd = net->sock, .events = events },
		{ .fd = net->cancel_fd, .events = POLLIN },
	};
	int n;

	do
		n = poll(fds, 2, clock_left(deadline));
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return err_errno(err, "The connection to %s cannot be watched", net->host);
	if (fds[1].revents)
		return net_cancelled(err);
	return fds[0].revents;
}

static int lost(const struct net *net, struct err *err)
{
	return err_set(err, ERR_NETWORK, "The connection to %s was lost.", net->host);
}

static int too_slow(const struct net *net, struct err *err)
{
	return err_set(err, ERR_NETWORK, "%s did not answer in time.", net->host);
}

long net_send_some(struct net *net, const void *data, size_t len, long long deadline,
		   struct err *err)
{
	for (;;) {
		size_t n = 0;
		CURLcode code;
		int events = wait_for(net, 0, 0, err);

		if (events < 0)
			return -1;
		code = curl_easy_send(net->easy, data, len, &n);
		if (code == CURLE_OK && n > 0)
			return (long)n;
		if (code != CURLE_OK && code != CURLE_AGAIN)
			return lost(net, err);
		events = wait_for(net, POLLIN | POLLOUT, deadline, err);
		if (events < 0)
			return -1;
		if (events == 0)
			return too_slow(net, err);
		/* POLLIN may have been TLS talking to itself: only bytes count. */
		if (events & ~POLLOUT) {
			int readable = net_readable(net, 0, err);

			if (readable != 0)
				return readable < 0 ? -1 : 0;
		}
	}
}

int net_send(struct net *net, const void *data, size_t len, long long deadline, struct err *err)
{
	const char *bytes = data;

	while (len > 0) {
		size_t n = 0;
		CURLcode code;
		int events = wait_for(net, 0, 0, err);

		if (events < 0)
			return -1;
		code = curl_easy_send(net->easy, bytes, len, &n);
		if (code != CURLE_OK && code != CURLE_AGAIN)
			return lost(net, err);
		bytes += n;
		len -= n;
		if (len == 0 || n > 0)
			continue;
		events = wait_for(net, POLLOUT, deadline, err);
		if (events < 0)
			return -1;
		if (events == 0)
			return too_slow(net, err);
	}
	return 0;
}

/* What is there now: bytes, 0 at the end, -1 with err, -2 nothing yet. */
static long receive(struct net *net, void *data, size_t cap, struct err *err)
{
	size_t n = 0;
	CURLcode code = curl_easy_recv(net->easy, data, cap, &n);

	if (code == CURLE_AGAIN)
		return -2;
	if (code != CURLE_OK)
		return lost(net, err);
	return (long)n;
}

int net_readable(struct net *net, long long deadline, struct err *err)
{
	if (net->peek_at < net->peek_len)
		return 1;
	for (;;) {
		long n;
		int events = wait_for(net, 0, 0, err);

		if (events < 0)
			return -1;
		/* Before polling: TLS may hold bytes that left the socket. */
		n = receive(net, net->peek, sizeof net->peek, err);
		if (n == -1)
			return -1;
		if (n >= 0) {
			net->peek_at = 0;
			net->peek_len = (size_t)n;
			return 1;
		}
		events = wait_for(net, POLLIN, deadline, err);
		if (events <= 0)
			return events;
	}
}

long net_recv(struct net *net, void *data, size_t cap, long long deadline, struct err *err)
{
	int readable = net_readable(net, deadline, err);
	size_t n = net->peek_len - net->peek_at;

	if (readable < 0)
		return -1;
	if (readable == 0)
		return too_slow(net, err);
	if (n > cap)
		n = cap;
	memcpy(data, net->peek + net->peek_at, n);
	net->peek_at += n;
	return (long)n;
}
