/*
 * What the tests of smtp share: a session with a scripted server, everything
 * it reported written down, and names that resolve without a network.
 */
#ifndef SCRIPTED_SMTP_H
#define SCRIPTED_SMTP_H

#include "scripted.h"

#include <dlfcn.h>
#include <netdb.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/secret.h"
#include "mail/smtp.h"

#define FAR "mail.example.test"	/* 127.0.0.1 by a name that is not loopback's */
#define SLOW "slow.example.test"	/* its look-up hangs until slow_release() */

static pthread_mutex_t slow_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t slow_cond = PTHREAD_COND_INITIALIZER;
static int slow_state;	/* 1: somebody hangs; 2: go on */

/* Stands before the C library's for everything in this program, libcurl too. */
int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
		struct addrinfo **res)
{
	int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **);

	*(void **)&real = dlsym(RTLD_NEXT, "getaddrinfo");
	if (node && strcmp(node, FAR) == 0)
		node = "127.0.0.1";
	if (node && strcmp(node, SLOW) == 0) {
		pthread_mutex_lock(&slow_lock);
		slow_state = 1;
		pthread_cond_broadcast(&slow_cond);
		while (slow_state != 2)
			pthread_cond_wait(&slow_cond, &slow_lock);
		pthread_mutex_unlock(&slow_lock);
		return EAI_AGAIN;
	}
	if (node && strstr(node, "unknown"))
		return EAI_NONAME;
	return real(node, service, hints, res);
}

/* Everything a session reported, one line each: "< 220 hi", "> EHLO x" with T
 * for TLS before; "resolve running"; "resolve done (detail)". */
struct watched {
	struct buf lines, steps, all;
};

static inline void watched_line(void *arg, const struct smtp_line *line)
{
	struct watched *w = arg;

	assert_null(strpbrk(line->text, "\r\n\033"));
	buf_printf(&w->lines, "%s%c %s\n", line->layer == NET_LAYER_TLS ? "T" : "",
		   line->dir == NET_SENT ? '>' : '<', line->text);
}

static inline void watched_step(void *arg, const struct smtp_step_event *event)
{
	static const char *const states[] = { "waiting", "running", "done", "skipped", "failed" };
	struct watched *w = arg;

	buf_printf(&w->all, "%s %s (%s)\n", smtp_step_name(event->step), states[event->state],
		   event->detail);
	buf_printf(&w->steps, "%s %s\n", smtp_step_name(event->step), states[event->state]);
}

static inline void watched_init(struct watched *w)
{
	*w = (struct watched){ BUF_INIT(1 << 22), BUF_INIT(1 << 22), BUF_INIT(1 << 22) };
}

static inline void watched_free(struct watched *w)
{
	buf_free(&w->lines);
	buf_free(&w->steps);
	buf_free(&w->all);
}

static inline struct smtp *watched_open(struct watched *w, const struct smtp_params *params,
					struct net_tls *tls, struct err *err)
{
	const struct smtp_watch watch = { w, watched_step, watched_line };

	return smtp_open(params, &watch, tls, err);
}

static inline struct smtp_params scripted_params(const struct scripted *sv)
{
	return (struct smtp_params){ .host = "127.0.0.1", .port = sv->port, .auth = SMTP_AUTH_AUTO,
				     .ehlo_name = "[127.0.0.1]", .cancel_fd = sv->cancel[0],
				     .timeout = 5000 };
}

static inline void assert_contains(const char *hay, const char *needle)
{
	if (!strstr(hay, needle))
		fail_msg("\"%s\" is not in \"%s\"", needle, hay);
}

#define GREETING { SEND, "220 mail.example.test ESMTP ready" }
#define EHLO { EXPECT, "EHLO [127.0.0.1]" }

#endif
