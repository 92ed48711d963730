/*
 * The door to the network: a connection to a mail server, encrypted or not.
 *
 * libcurl is used here and nowhere else. It looks up the name, goes through a
 * proxy, connects (happy eyeballs), speaks TLS, and for SMTP reads the
 * greeting, says EHLO and asks for STARTTLS (CURLOPT_CONNECT_ONLY). It is given
 * no credentials: signing in is mail/smtp's own dialogue, because only there
 * can the mechanism be chosen from what this server offers, a 235 be demanded,
 * and a second mechanism be tried on the same connection. What libcurl
 * exchanges is reported line by line through the watch, so that the caller
 * knows every reply in full.
 *
 * One connection is one easy handle in a multi handle of its own, never
 * pooled, never reused (facts: reuse bugs CVE-2026-4873, CVE-2026-8286).
 * Nothing here waits without a deadline and without looking at the cancel
 * descriptor: when that becomes readable the call ends with ERR_CANCELLED at
 * once (also while a name is being looked up or TLS is under way). The byte
 * is not read away.
 *
 * Errors: ERR_HOST name not found; ERR_NETWORK refused, unreachable, too slow,
 * dropped; ERR_TLS no STARTTLS, handshake failed, certificate not trusted (the
 * sentence says why: expired, wrong name, unknown issuer, self-signed);
 * ERR_CANCELLED; ERR_CONFIG a certificate file, proxy or source that cannot be
 * used; ERR_REFUSED when the server's greeting or EHLO was refused
 * (the caller has the reply from the watch and words it better).
 */
#ifndef OUTPOST_NET_H
#define OUTPOST_NET_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

struct err;
struct net;

enum net_security {
	NET_NONE,	/* clear text all the way */
	NET_STARTTLS,	/* clear first, TLS demanded before anything else (RFC 3207) */
	NET_TLS,	/* TLS from the first byte (RFC 8314) */
};

enum net_layer { NET_LAYER_NONE, NET_LAYER_CLEAR, NET_LAYER_TLS };
enum net_direction { NET_SENT, NET_RECEIVED };

/* The leaf certificate and the session. Strings are visible-safe UTF-8, "" when
 * not known. They belong to whoever gave the struct. */
struct net_tls {
	char version[16];	/* "TLSv1.3" */
	char cipher[64];
	char subject[256];
	char issuer[256];
	char names[1024];	/* DNS and IP names, blank-separated */
	time_t not_before, not_after;
	char cert_sha256[65];	/* hex, of the certificate in DER */
	char key_sha256[65];	/* hex, of the SubjectPublicKeyInfo */
	char key_pin[64];	/* the same as curl's --pinnedpubkey writes it: "sha256//..." */
	char verify_error[160];	/* "" when the chain was found good */
};

enum net_event {
	NET_RESOLVED,	/* text: the address that is tried, "192.0.2.1 port 587" */
	NET_CONNECTED,	/* TCP (and the proxy) stands */
	NET_ENCRYPTED,	/* TLS stands; tls is set */
};

/* Called from the thread that called net_open, in the order of things. line
 * gets one line without its CRLF, as bytes. Any member may be NULL. */
struct net_watch {
	void *arg;
	void (*event)(void *arg, enum net_event event, const char *text,
		      const struct net_tls *tls);
	void (*line)(void *arg, enum net_direction dir, enum net_layer layer,
		     const char *line, size_t len);
};

/* What a user may set beyond host and port. Strings are lent; NULL is the usual. */
struct net_options {
	const char *ca_file;	/* PEM of the authorities to trust instead of the system's */
	const char *client_cert;	/* PEM; may hold the key as well */
	const char *client_key;	/* PEM, not encrypted */
	/* Keys of the server, as net_tls.key_pin has them, ';' between them. The key is then all
	 * that counts: who signed the certificate, for which name and until when does not. */
	const char *pin;
	bool tls13;		/* nothing older than TLS 1.3; else than 1.2 */
	/* "socks5h://HOST:PORT", "http://HOST:PORT" ...; "none" is none. NULL: as the
	 * environment says (ALL_PROXY, NO_PROXY), and never to loopback. */
	const char *proxy;
	const char *source;	/* address or interface of this host to connect from */
	/* Server to ask for the host's addresses, as dns_params.server; NULL: the system's. It is
	 * not asked for loopback names, and not where a proxy looks names up. */
	const char *dns;
	/* The name came from strangers: where it leads to this host it is not connected to, and
	 * the call ends with ERR_REFUSED. Judged as it is connected to; a proxy judges itself. */
	bool not_here;
};

struct net_params {
	const char *host;	/* name or address literal without brackets */
	int port;
	enum net_security security;
	const char *ehlo_name;	/* "[127.0.0.1]" or a domain; never NULL */
	struct net_options options;
	int cancel_fd;		/* -1: cannot be cancelled */
	long connect_timeout;	/* ms for name, TCP and TLS together */
	long reply_timeout;	/* ms for each reply while libcurl speaks */
};

/* On failure *tls_out (may be NULL) still holds what was learnt of the
 * certificate. Lent strings of params are needed during the call only. */
struct net *net_open(const struct net_params *params, const struct net_watch *watch,
		     struct net_tls *tls_out, struct err *err);
/* Closes at once, says nothing to the server. NULL is fine. */
void net_close(struct net *net);

/* Sends all of it or fails. Deadlines as in base/clock.h. */
int net_send(struct net *net, const void *data, size_t len, long long deadline, struct err *err);
/* For a peer that may be answering while it is still being written to: what
 * can be sent now, at least one byte; 0 when there is something to read
 * instead, or the server closed. */
long net_send_some(struct net *net, const void *data, size_t len, long long deadline,
		   struct err *err);
/* At least one byte, at most cap; 0 when the server closed. -1 on failure. */
long net_recv(struct net *net, void *data, size_t cap, long long deadline, struct err *err);
/* Waits until something (the end, too) can be read: 1 yes, 0 deadline passed, -1 error. A
 * deadline of 0 only looks: so that a reply in mid-flight can be noticed. */
int net_readable(struct net *net, long long deadline, struct err *err);
enum net_layer net_layer(const struct net *net);

/* Where an address literal leads: everywhere, to a network of its own (RFC 1918, 4193, 3927, 6598,
 * link-local), or to this host (loopback, unspecified). What is no literal is global. */
enum net_scope { NET_GLOBAL, NET_PRIVATE, NET_THIS_HOST };
enum net_scope net_scope_of(const char *literal);
/* 127.0.0.0/8, ::1, "localhost" and names below it: never leaves this host. */
bool net_is_loopback(const char *host);

/* The name with its labels as A-labels (IDNA 2008), NULL when it has none.
 * Free with free(). */
char *net_host_ascii(const char *host);

/* What net_open needs once a process; called by it when nobody did. Not
 * thread-safe before the first call: the TUI calls it before starting jobs. */
void net_init(void);
/* "libcurl 7.88.1" for --version. */
const char *net_library(void);

#endif
