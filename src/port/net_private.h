/*
 * The inside of a connection, shared by net.c (opening, with libcurl at work),
 * net_io.c (bytes afterwards) and net_error.c (words for what libcurl reports).
 */
#ifndef OUTPOST_NET_PRIVATE_H
#define OUTPOST_NET_PRIVATE_H

#include <curl/curl.h>

#include "port/net.h"
#include "port/net_tls.h"

/* Where opening stands: decides the deadline and the words of an error. */
enum net_phase { NET_RESOLVING, NET_CONNECTING, NET_ENCRYPTING, NET_TALKING };

struct net {
	CURL *easy;
	CURLM *multi;
	char *host; /* ASCII, without brackets */
	int port;
	enum net_security security;
	int cancel_fd;
	long connect_timeout, reply_timeout;
	const struct net_watch *watch; /* while opening only */
	enum net_phase phase;
	enum net_layer layer;
	long long deadline; /* of the phase, or of the reply waited for */
	size_t reply_bytes; /* received since the last line sent */
	char sent[16]; /* first word of the last line sent, "" before the first */
	int code; /* of the last line received, 0 when none came */
	bool proxy_talk; /* between CONNECT to a proxy and the end of its answer */
	bool junk, flood; /* what answers is no mail server; it never stops */
	char greeting[64]; /* begin of the first line received, visible-safe */
	const char *proxy; /* as set for this connection, or NULL; while opening only */
	const char *source; /* while opening only */
	bool pinned, has_cert;
	bool by_proxy; /* what is connected to is a proxy */
	curl_socket_t sock;
	struct net_tls_probe probe;
	char errbuf[CURL_ERROR_SIZE];
	char peek[16384]; /* read ahead by net_readable */
	size_t peek_at, peek_len;
};

/* Why opening ended when libcurl did not end it. */
enum net_stop { NET_STOP_NONE, NET_STOP_CANCEL, NET_STOP_TIME };

int net_open_error(const struct net *net, CURLcode code, enum net_stop stop, struct err *err);
/* The same for TLS (net_error_tls.c). */
int net_error_handshake(const struct net *net, struct err *err);
int net_error_certificate(const struct net *net, struct err *err);
bool net_error_wants_cert(const struct net *net, struct err *err); /* false: not that */
int net_error_other_key(const struct net *net, struct err *err);
int net_error_no_starttls(const struct net *net, struct err *err);
int net_error_ca_file(const struct net *net, struct err *err);
int net_error_client_cert(const struct net *net, struct err *err);
/* The server may expect TLS at another time than it was tried. */
void net_hint_security(const struct net *net, struct err *err);
int net_cancelled(struct err *err); /* fills err, returns -1 */

#endif
