/*
 * Any bytes as a client of the sandbox. The first byte chooses how the sandbox
 * is set up, the rest is what the client says before it hangs up.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fuzz.h"
#include "mail/sandbox_session.h"
#include "mail/sandbox_store.h"
#include "mail/sandbox_tls.h"

#define SAID_MAX   60000	/* fits a socket's buffer */
#define ANSWER_MAX (8 << 20)

enum { WITH_USER = 1, NEEDS_AUTH = 2, NEEDS_TLS = 4, SMALL = 8, TLS_FIRST = 16 };

static struct sandbox_service service;
static int stop[2];

static void see_trace(void *arg, unsigned connection, bool from_client, const char *line)
{
	(void)arg;
	(void)connection;
	(void)from_client;
	promise(is_visible(line));
}

static void see_mail(void *arg, const struct sandbox_mail *mail)
{
	(void)arg;
	promise(mail->to_count >= 1 && mail->to_count <= SANDBOX_RCPT_MAX);
	promise(mail->len <= service.params.max_size && is_visible(mail->from));
	for (size_t i = 0; i < mail->to_count; i++)
		promise(mail->to[i][0] && is_visible(mail->to[i]));
}

static void end_service(void)
{
	sandbox_store_free(service.store);
	sandbox_tls_context_free(service.tls);
	close(stop[0]);
	close(stop[1]);
}

static void begin_service(void)
{
	struct err err = ERR_INIT;

	promise(pipe(stop) == 0);
	service.stop_fd = stop[0];
	service.tls = sandbox_tls_context_new(&err);
	promise(service.tls);
	service.store = sandbox_store_new(2);
	pthread_mutex_init(&service.speak, NULL);
	atexit(end_service);
}

static void set_up(uint8_t how)
{
	service.params = (struct sandbox_params){
		.user = how & WITH_USER ? "alice" : NULL,
		.password = how & WITH_USER ? "sesame" : NULL,
		.require_auth = how & NEEDS_AUTH,
		.require_tls = how & NEEDS_TLS,
		.max_size = how & SMALL ? 64 : 1 << 20,
		.max_kept = 2,
		.caught = see_mail,
		.trace = see_trace,
	};
}

/* The client's ear: everything until the sandbox closes. */
static void *listen_all(void *arg)
{
	const int *fd = arg;
	struct buf *heard = xcalloc(1, sizeof *heard);
	char chunk[8192];
	ssize_t n;

	heard->max = ANSWER_MAX;
	while ((n = read(*fd, chunk, sizeof chunk)) > 0)
		promise(buf_add(heard, chunk, (size_t)n) == 0);
	return heard;
}

/* Whole lines, each with a code; TLS records are not for us to read. */
static void check_answer(const struct buf *heard)
{
	const char *at = buf_text(heard), *end = at + heard->len;

	while (at < end) {
		const char *crlf = memmem(at, (size_t)(end - at), "\r\n", 2);

		promise(crlf && crlf - at >= 4 && crlf - at <= 510);
		promise(at[0] >= '2' && at[0] <= '5' && strspn(at, "0123456789") == 3);
		promise(at[3] == ' ' || at[3] == '-');
		promise(text_utf8_valid(at, (size_t)(crlf - at)) &&
			!text_has_control(at, (size_t)(crlf - at)));
		if (memcmp(at, "220 2.0.0", 9) == 0)
			return;
		at = crlf + 2;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int pair[2];
	pthread_t ear;
	void *heard;

	if (size < 1 || size > SAID_MAX)
		return 0;
	if (!service.store)
		begin_service();
	set_up(data[0]);
	promise(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0);
	promise(fcntl(pair[0], F_SETFL, O_NONBLOCK) == 0);
	promise(write(pair[1], data + 1, size - 1) == (ssize_t)size - 1);
	promise(shutdown(pair[1], SHUT_WR) == 0);
	promise(pthread_create(&ear, NULL, listen_all, &pair[1]) == 0);
	sandbox_session_run(&service, pair[0], 1, data[0] & TLS_FIRST);
	promise(pthread_join(ear, &heard) == 0);
	close(pair[1]);
	promise(service.arriving == 0);
	if (!(data[0] & TLS_FIRST))
		check_answer(heard);
	buf_free(heard);
	free(heard);
	return 0;
}
