/*
 * The inside of a connection, shared by net_way.c (names, sockets, TLS, libcurl's loop), net.c
 * (what a mail server says first), net_io.c (bytes afterwards), net_fetch.c (a file from a web
 * server) and net_error.c (words for what libcurl reports).
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
	bool far_names; /* a proxy looks names up */
	bool web; /* a web server: nothing is said about mail */
	bool one_deadline; /* it is that of the whole, and not moved on */
	enum net_scope allow; /* the nearest that may be connected to, by no proxy */
	enum net_scope scope; /* the nearest that was to be connected to */
	struct curl_slist *resolve;
	curl_socket_t sock;
	struct net_tls_probe probe;
	char errbuf[CURL_ERROR_SIZE];
	char peek[16384]; /* read ahead by net_readable */
	size_t peek_at, peek_len;
};

/* Why opening ended when libcurl did not end it. */
enum net_stop { NET_STOP_NONE, NET_STOP_CANCEL, NET_STOP_TIME };

struct net_way {
	const char *scheme; /* of the URL: libcurl chooses the environment's proxy by it */
	const char *host;
	int port;
	enum net_security security;
	const struct net_options *options;
	int cancel_fd;
};

/* Handles with every option that does not depend on what is spoken. The caller sets URL, times and
 * deadline. Free with net_close. */
struct net *net_way_new(const struct net_way *way);
/* Asks port/dns for the addresses of the host and gives all of them to libcurl. Nothing for
 * literals, loopback names, and where a proxy does that. -1 with err. */
int net_way_look_up(struct net *net, const char *server, struct err *err);
/* Runs libcurl until it has finished or must be stopped. Once for each struct net. */
enum net_stop net_way_drive(struct net *net, CURLcode *code);
/* Has TCP, has TLS been reached? Called after every turn. */
void net_way_progress(struct net *net);
/* The proxy that the environment names for this host, NULL without; as libcurl reads it. */
const char *net_proxy_of(const char *scheme, const char *host);

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
