/*
 * What net.c needs to know of TLS beyond libcurl: the certificate, why it was
 * not trusted, version and cipher. The only file of port/ with OpenSSL.
 *
 * A probe is attached to libcurl's SSL_CTX before the handshake. It looks on
 * and never changes the verdict. It must live as long as the connection.
 */
#ifndef OUTPOST_NET_TLS_H
#define OUTPOST_NET_TLS_H

#include <stdbool.h>

#include "port/net.h"

enum net_tls_fault {
	NET_TLS_GOOD,
	NET_TLS_EXPIRED,
	NET_TLS_NOT_YET,
	NET_TLS_SELF_SIGNED,
	NET_TLS_UNKNOWN_ISSUER,
	NET_TLS_OTHER, /* tls.verify_error has the words */
};

/* What the server said when it broke off. */
enum net_tls_alert {
	NET_TLS_ALERT_NONE,
	NET_TLS_ALERT_CERTIFICATE, /* about ours: there is none, or it is not trusted */
	NET_TLS_ALERT_VERSION,
	NET_TLS_ALERT_OTHER,
};

struct net_tls_probe {
	bool started; /* a handshake was begun */
	bool seen; /* the leaf certificate was */
	enum net_tls_fault fault;
	int depth; /* of the faulty certificate: 0 is the server's own */
	enum net_tls_alert alert;
	struct net_tls tls;
};

/* ssl_ctx is an SSL_CTX *. */
void net_tls_attach(struct net_tls_probe *probe, void *ssl_ctx);

#endif
