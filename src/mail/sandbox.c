#include "mail/sandbox.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/file.h"
#include "mail/sandbox_session.h"
#include "mail/sandbox_store.h"
#include "mail/sandbox_tls.h"

#define CONNECTIONS_MAX  64
#define LISTENERS_MAX    4
#define BACKLOG          128
#define DEFAULT_MAX_SIZE ((size_t)25 << 20)
#define DEFAULT_MAX_KEPT 100
#define PORT_TRIES       20
#define PAUSE_MS         50
#define SEND_BUFFER      65536

enum slot_state { SLOT_FREE, SLOT_RUNNING, SLOT_ENDED };

/* A place for one connection. Only the listening thread starts and joins. */
struct slot {
	struct sandbox_service *service;
	pthread_t thread;
	atomic_int state;
	int fd;
	unsigned number;
	bool tls;
};

struct listener {
	int fd;
	bool tls;
};

struct sandbox {
	struct sandbox_service service;
	struct listener listeners[LISTENERS_MAX];
	size_t listener_count;
	int port, tls_port;
	char *cert_file;
	bool cert_is_ours;	/* to remove at the end */
	int stop[2];		/* a byte that nobody reads says stop to all */
	pthread_t thread;
	bool running;
	struct slot slots[CONNECTIONS_MAX];
	unsigned connections;
};

/* ---- listening ---- */

static socklen_t loopback(int family, int port, struct sockaddr_storage *address)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)address;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)address;

	memset(address, 0, sizeof *address);
	if (family == AF_INET) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons((uint16_t)port);
		v4->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		return sizeof *v4;
	}
	v6->sin6_family = AF_INET6;
	v6->sin6_port = htons((uint16_t)port);
	v6->sin6_addr = in6addr_loopback;
	return sizeof *v6;
}

/* A listening socket, or -1 with errno. */
static int listen_on(int family, int port)
{
	struct sockaddr_storage address;
	socklen_t len = loopback(family, port, &address);
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int on = 1, saved;

	if (fd < 0)
		return -1;
	/* Without it a port is blocked for a minute after its last connection. */
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (family == AF_INET6)
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
	if (bind(fd, (struct sockaddr *)&address, len) == 0 && listen(fd, BACKLOG) == 0)
		return fd;
	saved = errno;
	close(fd);
	errno = saved;
	return -1;
}

static int port_of(int fd)
{
	struct sockaddr_in address;
	socklen_t len = sizeof address;

	if (getsockname(fd, (struct sockaddr *)&address, &len) < 0)
		return -1;
	return ntohs(address.sin_port);
}

static int cannot_listen(struct err *err, int port)
{
	if (errno == EADDRINUSE) {
		err_set(err, ERR_SYSTEM, "Port %d is in use by another program.", port);
		err_hint(err, "Choose another port, or let outpost choose a free one.");
	} else if (errno == EACCES) {
		err_set(err, ERR_SYSTEM, "Port %d is reserved for root.", port);
		err_hint(err, "Choose a port from 1024 on.");
	} else {
		err_errno(err, "Cannot listen on port %d", port);
	}
	return -1;
}

static void add_listener(struct sandbox *sb, int fd, bool tls)
{
	sb->listeners[sb->listener_count++] = (struct listener){ .fd = fd, .tls = tls };
}

/* One port on both loopback addresses. A client that looks up localhost may try
 * ::1 first, so nobody else may have the port there. */
static int listen_both(struct sandbox *sb, int *port, bool tls, struct err *err)
{
	bool any = *port == 0;

	for (int tries = 0;; tries++) {
		int v4 = listen_on(AF_INET, *port), v6;

		if (v4 < 0)
			return cannot_listen(err, *port);
		if (any)
			*port = port_of(v4);
		v6 = listen_on(AF_INET6, *port);
		if (v6 >= 0 || (errno != EADDRINUSE && errno != EACCES)) {
			add_listener(sb, v4, tls);
			if (v6 >= 0)
				add_listener(sb, v6, tls);
			return 0;
		}
		int saved = errno;

		close(v4);
		errno = saved;
		if (!any || tries == PORT_TRIES)
			return cannot_listen(err, *port);
		*port = 0;
	}
}

static int open_ports(struct sandbox *sb, struct err *err)
{
	sb->port = sb->service.params.port;
	sb->tls_port = sb->service.params.tls_port;
	if (sb->port < 0 || sb->port > 65535 || sb->tls_port < -1 || sb->tls_port > 65535)
		return err_set(err, ERR_USAGE, "A port of the sandbox is between 1 and 65535.");
	if (sb->port > 0 && sb->port == sb->tls_port)
		return err_set(err, ERR_USAGE,
			       "The sandbox needs different ports with and without TLS.");
	/* The chosen port first, so that the free one cannot take it. */
	if (sb->tls_port > 0 && listen_both(sb, &sb->tls_port, true, err) < 0)
		return -1;
	if (listen_both(sb, &sb->port, false, err) < 0)
		return -1;
	if (sb->tls_port == 0 && listen_both(sb, &sb->tls_port, true, err) < 0)
		return -1;
	return 0;
}

/* ---- connections ---- */

static void *slot_main(void *arg)
{
	struct slot *slot = arg;

	sandbox_session_run(slot->service, slot->fd, slot->number, slot->tls);
	atomic_store(&slot->state, SLOT_ENDED);
	return NULL;
}

/* A free slot, after those that have ended were joined; NULL when all run. */
static struct slot *free_slot(struct sandbox *sb)
{
	struct slot *found = NULL;

	for (size_t i = 0; i < CONNECTIONS_MAX; i++) {
		struct slot *slot = &sb->slots[i];

		if (atomic_load(&slot->state) == SLOT_ENDED) {
			pthread_join(slot->thread, NULL);
			atomic_store(&slot->state, SLOT_FREE);
		}
		if (!found && atomic_load(&slot->state) == SLOT_FREE)
			found = slot;
	}
	return found;
}

static void turn_away(int fd, bool tls)
{
	static const char text[] = "421 4.7.0 Too many connections; try again later\r\n";

	/* Who expects TLS cannot read a line in clear. */
	if (!tls)
		(void)!send(fd, text, sizeof text - 1, MSG_NOSIGNAL | MSG_DONTWAIT);
	(void)shutdown(fd, SHUT_WR);
	close(fd);
}

static void serve(struct sandbox *sb, int fd, bool tls)
{
	struct slot *slot = free_slot(sb);
	int on = 1, size = SEND_BUFFER;

	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	/* Or the kernel keeps megabytes of replies for a client that reads none. */
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
	if (!slot) {
		turn_away(fd, tls);
		return;
	}
	slot->service = &sb->service;
	slot->fd = fd;
	slot->tls = tls;
	slot->number = ++sb->connections;
	atomic_store(&slot->state, SLOT_RUNNING);
	if (pthread_create(&slot->thread, NULL, slot_main, slot) != 0) {
		atomic_store(&slot->state, SLOT_FREE);
		turn_away(fd, tls);
	}
}

static void join_all(struct sandbox *sb)
{
	for (size_t i = 0; i < CONNECTIONS_MAX; i++)
		if (atomic_load(&sb->slots[i].state) != SLOT_FREE)
			pthread_join(sb->slots[i].thread, NULL);
}

static void accept_one(struct sandbox *sb, const struct listener *listener, int stop_fd)
{
	int fd = accept4(listener->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd >= 0) {
		serve(sb, fd, listener->tls);
	} else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
		/* The connection stays in the queue and poll would return at once. */
		struct pollfd wait = { .fd = stop_fd, .events = POLLIN };

		(void)poll(&wait, 1, PAUSE_MS);
	}
}

static void *listen_main(void *arg)
{
	struct sandbox *sb = arg;
	struct pollfd polls[LISTENERS_MAX + 1];
	size_t n = sb->listener_count;

	for (size_t i = 0; i < n; i++)
		polls[i] = (struct pollfd){ .fd = sb->listeners[i].fd, .events = POLLIN };
	polls[n] = (struct pollfd){ .fd = sb->service.stop_fd, .events = POLLIN };
	for (;;) {
		if (poll(polls, n + 1, -1) < 0 && errno != EINTR)
			break;
		if (polls[n].revents)
			break;
		for (size_t i = 0; i < n; i++)
			if (polls[i].revents)
				accept_one(sb, &sb->listeners[i], sb->service.stop_fd);
	}
	join_all(sb);
	return NULL;
}

/* Signals are the program's business; SIGPIPE, which OpenSSL's writing can
 * raise, ends here. A crash still reaches its handler. */
static int start_thread(struct sandbox *sb, struct err *err)
{
	static const int crashes[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS };
	sigset_t all, before;
	int rc;

	sigfillset(&all);
	for (size_t i = 0; i < sizeof crashes / sizeof *crashes; i++)
		sigdelset(&all, crashes[i]);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	rc = pthread_create(&sb->thread, NULL, listen_main, sb);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (rc != 0) {
		errno = rc;
		return err_errno(err, "Cannot start the sandbox's thread");
	}
	sb->running = true;
	return 0;
}

/* ---- life ---- */

static int write_temporary(struct sandbox *sb, const char *pem, struct err *err)
{
	const char *dir = getenv("TMPDIR");
	int fd, rc;

	sb->cert_file = xasprintf("%s/outpost-sandbox-XXXXXX.pem", dir && *dir ? dir : "/tmp");
	fd = mkostemps(sb->cert_file, 4, O_CLOEXEC);
	if (fd < 0)
		return err_errno(err, "Cannot make the file %s", sb->cert_file);
	sb->cert_is_ours = true;
	rc = file_write_all(fd, pem, strlen(pem), sb->cert_file, err);
	if (rc == 0 && fchmod(fd, 0644) < 0)
		rc = err_errno(err, "Cannot write %s", sb->cert_file);
	close(fd);
	return rc;
}

static int make_cert(struct sandbox *sb, struct err *err)
{
	const char *path = sb->service.params.cert_file;
	char *pem;
	int rc;

	sb->service.tls = sandbox_tls_context_new(err);
	if (!sb->service.tls)
		return -1;
	pem = sandbox_tls_context_pem(sb->service.tls);
	if (path) {
		sb->cert_file = xstrdup(path);
		rc = file_replace(path, pem, strlen(pem), 0644, err);
	} else {
		rc = write_temporary(sb, pem, err);
	}
	free(pem);
	return rc;
}

static void take_params(struct sandbox *sb, const struct sandbox_params *params)
{
	struct sandbox_params *own = &sb->service.params;

	*own = *params;
	own->user = xstrdup(params->user);
	own->password = xstrdup(params->password);
	own->maildir = xstrdup(params->maildir);
	own->cert_file = xstrdup(params->cert_file);
	if (own->max_size == 0)
		own->max_size = DEFAULT_MAX_SIZE;
	if (own->max_kept == 0)
		own->max_kept = DEFAULT_MAX_KEPT;
}

static void free_params(struct sandbox_params *own)
{
	if (own->password)
		explicit_bzero((void *)own->password, strlen(own->password));
	free((void *)own->user);
	free((void *)own->password);
	free((void *)own->maildir);
	free((void *)own->cert_file);
}

static int start(struct sandbox *sb, struct err *err)
{
	const char *maildir = sb->service.params.maildir;

	if (maildir && sandbox_store_prepare(maildir, err) < 0)
		return -1;
	if (pipe2(sb->stop, O_CLOEXEC) < 0)
		return err_errno(err, "Cannot make a pipe");
	sb->service.stop_fd = sb->stop[0];
	if (open_ports(sb, err) < 0 || make_cert(sb, err) < 0)
		return -1;
	return start_thread(sb, err);
}

struct sandbox *sandbox_start(const struct sandbox_params *params, struct err *err)
{
	struct sandbox *sb = xcalloc(1, sizeof *sb);

	sb->stop[0] = sb->stop[1] = -1;
	pthread_mutex_init(&sb->service.speak, NULL);
	take_params(sb, params);
	sb->service.store = sandbox_store_new(sb->service.params.max_kept);
	if (start(sb, err) == 0)
		return sb;
	sandbox_stop(sb);
	return NULL;
}

void sandbox_stop(struct sandbox *sb)
{
	if (!sb)
		return;
	if (sb->running) {
		(void)!write(sb->stop[1], "", 1);
		pthread_join(sb->thread, NULL);
	}
	for (size_t i = 0; i < sb->listener_count; i++)
		close(sb->listeners[i].fd);
	for (size_t i = 0; i < 2; i++)
		if (sb->stop[i] >= 0)
			close(sb->stop[i]);
	if (sb->cert_is_ours)
		unlink(sb->cert_file);
	free(sb->cert_file);
	sandbox_tls_context_free(sb->service.tls);
	sandbox_store_free(sb->service.store);
	free_params(&sb->service.params);
	pthread_mutex_destroy(&sb->service.speak);
	free(sb);
}

int sandbox_port(const struct sandbox *sb)
{
	return sb->port;
}

int sandbox_tls_port(const struct sandbox *sb)
{
	return sb->tls_port;
}

const char *sandbox_cert_file(const struct sandbox *sb)
{
	return sb->cert_file;
}

size_t sandbox_count(struct sandbox *sb)
{
	return sandbox_store_count(sb->service.store);
}

void sandbox_each(struct sandbox *sb, void (*fn)(void *arg, const struct sandbox_mail *mail),
		  void *arg)
{
	sandbox_store_each(sb->service.store, fn, arg);
}

void sandbox_clear(struct sandbox *sb)
{
	sandbox_store_clear(sb->service.store);
}
