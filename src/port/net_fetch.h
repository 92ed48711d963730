/*
 * A small file from a web server, for discovery: GET over HTTPS, by libcurl.
 *
 * The certificate is verified. Redirects are followed here, not by libcurl, so that each is looked
 * at: to https only (or http where that is allowed, never from https to http), at most
 * NET_FETCH_HOPS, never to an address of this host or of a private network. What the query of the
 * first address says goes to no other host, not even when the redirect repeats it: that query
 * is left out. The first address may be in a private network, and be on this host only under a
 * loopback name: a name of somebody else's that leads here is refused. Addresses are judged as
 * they are connected to; a proxy of the environment is used, and judges for itself.
 *
 * No cookies, no credentials, no referrer, no compression. Everything is bounded: the body by max
 * (one byte more is an error), headers, time, and the answer may be interrupted by the cancel
 * descriptor. A body that breaks off is an error where its length was said, or it comes in chunks.
 *
 * Names are looked up by port/dns, with its server, its deadline and its cancel descriptor.
 */
#ifndef OUTPOST_NET_FETCH_H
#define OUTPOST_NET_FETCH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

struct err;

#define NET_FETCH_HOPS 4

struct net_fetch_params {
	const char *url;	/* "https://..." in ASCII */
	bool allow_http;	/* also "http://..." */
	const char *ca_file;	/* PEM; NULL: the system's */
	const char *dns;	/* server to ask for names; NULL: the system's */
	size_t max;		/* bytes of the body */
	long long deadline;
	int cancel_fd;		/* -1: none */
};

struct net_fetched {
	int status;		/* of the last answer: 200, 404 ... ; 0: none came */
	char type[64];		/* media type in small letters, without parameters; "" not said */
	char url[600];		/* where the body came from, visible-safe; cut when longer */
	int hops;		/* redirects that were followed */
	bool secured;		/* https all the way, with certificates that are good */
	bool is_private;	/* it was to be connected to on this host or in a private network */
	struct buf body;
};
/* Start as { 0 }; clear in any case. */

/* 0 when the last answer was read, whatever its status. -1: ERR_HOST, ERR_NETWORK, ERR_TLS,
 * ERR_CANCELLED, ERR_CONFIG (ca_file) as net_open; ERR_REFUSED a redirect that is not followed, or
 * a name that leads to this host; ERR_INPUT the body or the headers are too long, the URL is no URL
 * or not encrypted. status, url and hops then tell how far it came; body is empty. */
int net_fetch(const struct net_fetch_params *params, struct net_fetched *out, struct err *err);
void net_fetched_clear(struct net_fetched *out);

#endif
