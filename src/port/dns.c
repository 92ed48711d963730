/* Newer ones have other calls for records; these are in all of them */
#define CARES_NO_DEPRECATED
#include "port/dns.h"

#include <arpa/inet.h>
#include <ares.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/clock.h"
#include "base/err.h"
#include "port/dns_private.h"

#define CLASS_IN     1
#define REFUSED	     5 /* what a server answers that will not say */
#define AUTHENTIC    0x20 /* the AD bit, in the fourth byte */
#define UDP_SIZE     1232 /* goes through everywhere in one piece */
#define TRY_MS	     1000 /* for the first try; c-ares doubles it for each further one */
#define TRY_LEAST_MS 100
#define TRIES	     4
#define GRACE_MS     500 /* for AAAA where A has answered, or the other way round */
#define SOCKETS	     32

struct ask;

/* One question on the wire. */
struct question {
	struct ask *ask;
	bool done, failed, secure;
};

struct ask {
	const struct dns_params *params;
	enum dns_type type;
	const char *name;
	ares_channel channel;
	struct pollfd fds[1 + SOCKETS]; /* first the cancel descriptor */
	nfds_t fd_count;
	struct question questions[2];
	size_t count;
	struct dns_answer *answer;
	struct err failure; /* of the last question that failed */
};

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void init(void)
{
	if (ares_library_init(ARES_LIB_INIT_ALL) != ARES_SUCCESS)
		die("c-ares cannot be used (ares_library_init failed)");
}

const char *dns_library(void)
{
	static char name[64];

	snprintf(name, sizeof name, "c-ares %s", ares_version(NULL));
	return name;
}

/* c-ares tells which sockets it has. */
static void on_socket(void *arg, ares_socket_t fd, int readable, int writable)
{
	struct ask *ask = arg;
	nfds_t i = 1;

	while (i < ask->fd_count && ask->fds[i].fd != fd)
		i++;
	if (!readable && !writable) {
		if (i < ask->fd_count)
			ask->fds[i] = ask->fds[--ask->fd_count];
		return;
	}
	if (i == 1 + SOCKETS)
		return;
	if (i == ask->fd_count)
		ask->fd_count++;
	ask->fds[i].fd = fd;
	ask->fds[i].events = (short)((readable ? POLLIN : 0) | (writable ? POLLOUT : 0));
}

static void no_answer(const struct ask *ask, struct err *err)
{
	if (ask->params->server)
		err_set(err, ERR_NETWORK, "The name server %s did not answer.",
			ask->params->server);
	else
		err_set(err, ERR_NETWORK, "No name server answered.");
	err_hint(err, "Check the connection to the network.");
}

static void explain(const struct ask *ask, int status, struct err *err)
{
	switch (status) {
	case ARES_ESERVFAIL:
	case ARES_EBADRESP:
	case ARES_EFORMERR:
	case ARES_ENOTIMP:
		err_set(err, ERR_HOST, "The name server could not find out about %s.", ask->name);
		return;
	case ARES_EREFUSED:
		err_set(err, ERR_HOST, "The name server refused to look up %s.", ask->name);
		return;
	case ARES_EBADNAME:
	case ARES_EBADQUERY:
	case ARES_ENOTFOUND:
		err_set(err, ERR_INPUT, "\"%s\" is no name that can be looked up.", ask->name);
		return;
	case ARES_ENOMEM:
		die("out of memory");
	default:
		no_answer(ask, err);
	}
}

static void on_answer(void *arg, int status, int timeouts, unsigned char *bytes, int len)
{
	struct question *q = arg;
	struct ask *ask = q->ask;

	(void)timeouts;
	q->done = true;
	q->failed = true;
	if (status != ARES_SUCCESS)
		explain(ask, status, &ask->failure);
	else if (dns_read(ask->type, bytes, (size_t)len, ask->answer, &ask->failure) < 0)
		explain(ask, len > 3 && (bytes[3] & 0xf) == REFUSED ? ARES_EREFUSED : ARES_EBADRESP,
			&ask->failure);
	else
		q->failed = false;
	q->secure = !q->failed && bytes[3] & AUTHENTIC;
}

/* From the hosts file. */
static void on_hosts(void *arg, int status, int timeouts, struct ares_addrinfo *info)
{
	struct dns_answer *answer = arg;

	(void)timeouts;
	for (struct ares_addrinfo_node *n = info ? info->nodes : NULL; n; n = n->ai_next) {
		const void *address = n->ai_family == AF_INET
			? (const void *)&((struct sockaddr_in *)(void *)n->ai_addr)->sin_addr
			: (const void *)&((struct sockaddr_in6 *)(void *)n->ai_addr)->sin6_addr;
		char text[INET6_ADDRSTRLEN];

		if (inet_ntop(n->ai_family, address, text, sizeof text))
			dns_answer_add(answer, &(struct dns_record){ .text = text });
	}
	if (status == ARES_SUCCESS)
		ares_freeaddrinfo(info);
}

static bool is_literal(const char *name)
{
	unsigned char bytes[16];

	return inet_pton(AF_INET, name, bytes) == 1 || inet_pton(AF_INET6, name, bytes) == 1;
}

static bool ask_hosts(struct ask *ask)
{
	struct ares_addrinfo_hints hints = { .ai_flags = ARES_AI_NOSORT, .ai_family = AF_UNSPEC,
					     .ai_socktype = SOCK_STREAM };

	ares_getaddrinfo(ask->channel, ask->name, NULL, &hints, on_hosts, ask->answer);
	return ask->answer->count > 0;
}

static void send_question(struct ask *ask, unsigned wire)
{
	struct question *q = &ask->questions[ask->count++];
	unsigned char *bytes = NULL;
	unsigned short id = 0;
	int len, status;

	q->ask = ask;
	/* ares_send takes the number as it is: nobody may guess it. */
	if (getrandom(&id, sizeof id, 0) != sizeof id)
		die("no random numbers");
	status = ares_create_query(ask->name, CLASS_IN, (int)wire, id, 1, &bytes, &len, UDP_SIZE);
	if (status != ARES_SUCCESS) {
		on_answer(q, status, 0, NULL, 0);
		return;
	}
	bytes[3] |= AUTHENTIC;
	ares_send(ask->channel, bytes, len, on_answer, q);
	ares_free_string(bytes);
}

/* ms until c-ares wants to try again, the deadline at most; -1 never. */
static int next_turn(struct ask *ask, long long deadline)
{
	struct timeval tv, *next = ares_timeout(ask->channel, NULL, &tv);
	int left = clock_left(deadline);
	long long ms = next ? next->tv_sec * 1000LL + (next->tv_usec + 999) / 1000 : left;

	return left >= 0 && ms > left ? left : (int)ms;
}

/* Waits once and lets c-ares work. */
static int turn(struct ask *ask, long long deadline, struct err *err)
{
	struct pollfd fds[1 + SOCKETS];
	nfds_t count = ask->fd_count;
	int n;

	/* c-ares changes the list while it works. */
	memcpy(fds, ask->fds, sizeof fds);
	n = poll(fds, count, next_turn(ask, deadline));
	if (n < 0 && errno != EINTR)
		return err_errno(err, "Cannot wait for the name server");
	if (n > 0 && fds[0].revents)
		return err_set(err, ERR_CANCELLED, "Stopped because you asked for it.");
	for (nfds_t i = 1; i < count && n > 0; i++)
		if (fds[i].revents)
			ares_process_fd(ask->channel,
					fds[i].revents & ~POLLOUT ? fds[i].fd : ARES_SOCKET_BAD,
					fds[i].revents & POLLOUT ? fds[i].fd : ARES_SOCKET_BAD);
	ares_process_fd(ask->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
	return 0;
}

static size_t count_done(const struct ask *ask)
{
	size_t n = 0;

	for (size_t i = 0; i < ask->count; i++)
		n += ask->questions[i].done;
	return n;
}

/* Until all have answered, or the deadline. Servers that never answer for AAAA must not cost
 * the addresses that A brought. */
static int wait_answers(struct ask *ask, struct err *err)
{
	long long deadline = ask->params->deadline;
	bool grace = false;

	while (count_done(ask) < ask->count && clock_left(deadline) != 0) {
		if (!grace && ask->answer->count > 0) {
			long long soon = clock_after(GRACE_MS);

			grace = true;
			if (deadline == CLOCK_NEVER || soon < deadline)
				deadline = soon;
		}
		if (turn(ask, deadline, err) < 0)
			return -1;
	}
	return 0;
}

static int judge(struct ask *ask, struct err *err)
{
	bool secure = true;

	for (size_t i = 0; i < ask->count; i++)
		if (ask->questions[i].done && !ask->questions[i].failed)
			secure = secure && ask->questions[i].secure;
	if (ask->answer->count == 0) {
		if (count_done(ask) < ask->count)
			no_answer(ask, &ask->failure);
		if (ask->failure.kind != ERR_NONE) {
			*err = ask->failure;
			return -1;
		}
	}
	ask->answer->secure = secure && dns_server_trusted(ask->channel, !ask->params->server);
	return ask->answer->count > 0;
}

static int ask_all(struct ask *ask, struct err *err)
{
	if (ask->type == DNS_ADDRESS && !ask->params->server && ask_hosts(ask))
		return 1;
	send_question(ask, dns_wire_type(ask->type));
	if (ask->type == DNS_ADDRESS)
		send_question(ask, DNS_AAAA);
	if (wait_answers(ask, err) < 0)
		return -1;
	return judge(ask, err);
}

static int open_channel(struct ask *ask, int flags, struct err *err)
{
	int left = clock_left(ask->params->deadline);
	int try_ms = left < 0 || left / 3 > TRY_MS ? TRY_MS : left / 3;
	struct ares_options options = {
		/* Names are whole, and the environment gives them no other meaning. */
		.flags = ARES_FLAG_EDNS | ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES | flags,
		.timeout = try_ms < TRY_LEAST_MS ? TRY_LEAST_MS : try_ms,
		.tries = TRIES,
		.ednspsz = UDP_SIZE,
		/* For ares_getaddrinfo, which is asked for the hosts file only. */
		.lookups = (char *)"f",
		.sock_state_cb = on_socket,
		.sock_state_cb_data = ask,
	};

	pthread_once(&once, init);
	if (ares_init_options(&ask->channel, &options,
			      ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES |
			      ARES_OPT_EDNSPSZ | ARES_OPT_LOOKUPS | ARES_OPT_SOCK_STATE_CB) !=
	    ARES_SUCCESS) {
		err_set(err, ERR_NETWORK, "No name server is set up.");
		err_hint(err, "Look into /etc/resolv.conf.");
		return -1;
	}
	if (!ask->params->server || dns_server_set(ask->channel, ask->params->server, err) == 0)
		return 0;
	ares_destroy(ask->channel);
	return -1;
}

/* *others: there are servers that were not asked. */
static int ask_once(struct ask *ask, int flags, bool *others, struct err *err)
{
	int rc;

	if (open_channel(ask, flags, err) < 0)
		return -1;
	rc = ask_all(ask, err);
	*others = dns_server_count(ask->channel) > 1;
	/* What is still open ends here: on_answer has its say once more. */
	ares_destroy(ask->channel);
	return rc;
}

int dns_ask(const struct dns_params *params, enum dns_type type, const char *name,
	    struct dns_answer *answer, struct err *err)
{
	struct ask start = {
		.params = params, .type = type, .name = name, .answer = answer, .fd_count = 1,
		.fds = { { .fd = params->cancel_fd, .events = POLLIN } }, .failure = ERR_INIT,
	};
	struct ask ask = start;
	struct err first = ERR_INIT, second = ERR_INIT;
	bool others = false;
	int rc;

	if (type == DNS_ADDRESS && is_literal(name)) {
		dns_answer_add(answer, &(struct dns_record){ .text = (char *)name });
		return 1;
	}
	if (!dns_is_host(name)) {
		explain(&ask, ARES_EBADNAME, err);
		return -1;
	}
	/* By itself c-ares goes to the next server after an error, but when all of them answer
	 * with errors, it says that none could be reached. So the first one's word is heard. */
	rc = ask_once(&ask, ARES_FLAG_NOCHECKRESP, &others, &first);
	if (rc < 0 && first.kind == ERR_HOST && others) {
		ask = start;
		rc = ask_once(&ask, 0, &others, &second);
		if (second.kind == ERR_CANCELLED)
			first = second;
	}
	if (rc < 0 && err)
		*err = first;
	return rc;
}
