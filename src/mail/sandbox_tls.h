/*
 * The sandbox's TLS: an authority and a certificate that it signed, made at start, and
 * non-blocking encryption of one socket. Nothing here waits: the functions
 * say which poll(2) event they need, and sandbox_wire waits for it.
 *
 * The certificate (EC P-256, 30 days) names localhost, 127.0.0.1 and ::1. The
 * authority's is for clients to trust: their CA file.
 */
#ifndef OUTPOST_SANDBOX_TLS_H
#define OUTPOST_SANDBOX_TLS_H

#include <stddef.h>
#include <sys/types.h>

struct err;
struct sandbox_tls_context;	/* shared by all connections, safe in threads */
struct sandbox_tls;		/* one connection */

struct sandbox_tls_context *sandbox_tls_context_new(struct err *err);
void sandbox_tls_context_free(struct sandbox_tls_context *context);
/* The authority's certificate as PEM; free with free(). */
char *sandbox_tls_context_pem(const struct sandbox_tls_context *context);

/* fd stays the caller's and must outlive the result. NULL when OpenSSL cannot. */
struct sandbox_tls *sandbox_tls_new(struct sandbox_tls_context *context, int fd);
void sandbox_tls_free(struct sandbox_tls *tls);

/* At -1, *want is POLLIN or POLLOUT to be waited for before the same call is
 * made again, or 0 when the connection is lost. */
int     sandbox_tls_handshake(struct sandbox_tls *tls, short *want);
ssize_t sandbox_tls_read(struct sandbox_tls *tls, void *bytes, size_t n, short *want);
ssize_t sandbox_tls_write(struct sandbox_tls *tls, const void *bytes, size_t n, short *want);
/* Says goodbye to the peer, without waiting for its answer. */
void    sandbox_tls_bye(struct sandbox_tls *tls);

/* "TLSv1.3 TLS_AES_256_GCM_SHA384", or after a failed handshake the reason. */
void sandbox_tls_describe(const struct sandbox_tls *tls, char *out, size_t size);

#endif
