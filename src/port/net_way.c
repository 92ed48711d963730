/* The way to a server, whatever is spoken there: names, sockets, proxy, TLS, and libcurl's loop. */
#include "port/net_private.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/text.h"
#include "port/dns.h"

/* libcurl counts waiting for replies as connecting; those have our own deadline. */
#define NO_CONNECT_LIMIT 86400000L

static void tell(struct net *net, enum net_event event, const char *text)
{
	if (net->watch && net->watch->event)
		net->watch->event(net->watch->arg, event, text, &net->probe.tls);
}

static void give_time(struct net *net, long ms)
{
	if (!net->one_deadline)
		net->deadline = clock_after(ms);
}

static void connected(struct net *net)
{
	if (net->phase > NET_CONNECTING)
		return;
	curl_easy_setopt(net->easy, CURLOPT_CONNECTTIMEOUT_MS, NO_CONNECT_LIMIT);
	net->phase = net->security == NET_TLS ? NET_ENCRYPTING : NET_TALKING;
	net->layer = NET_LAYER_CLEAR;
	if (net->phase == NET_TALKING)
		give_time(net, net->reply_timeout);
	tell(net, NET_CONNECTED, "");
}

static void encrypted(struct net *net)
{
	net->phase = NET_TALKING;
	net->layer = NET_LAYER_TLS;
	give_time(net, net->reply_timeout);
	tell(net, NET_ENCRYPTED, "");
}

/* libcurl has no callback for either, but its timers are set at that moment. */
void net_way_progress(struct net *net)
{
	curl_off_t us = 0;

	if (net->phase <= NET_CONNECTING &&
	    curl_easy_getinfo(net->easy, CURLINFO_CONNECT_TIME_T, &us) == CURLE_OK && us > 0)
		connected(net);
	us = 0;
	if (net->phase == NET_ENCRYPTING && net->probe.started &&
	    curl_easy_getinfo(net->easy, CURLINFO_APPCONNECT_TIME_T, &us) == CURLE_OK && us > 0)
		encrypted(net);
}

static curl_socket_t on_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct net *net = arg;
	char host[INET6_ADDRSTRLEN + 20], port[8], text[100];
	enum net_scope scope;

	(void)purpose;
	if (getnameinfo(&address->addr, (socklen_t)address->addrlen, host, sizeof host, port,
			sizeof port, NI_NUMERICHOST | NI_NUMERICSERV) != 0)
		return CURL_SOCKET_BAD;
	if (net->phase == NET_RESOLVING) {
		net->by_proxy = atoi(port) != net->port || net->proxy;
		snprintf(text, sizeof text, "%s%s port %s", net->by_proxy ? "proxy " : "", host,
			 port);
		net->phase = NET_CONNECTING;
		tell(net, NET_RESOLVED, text);
	}
	scope = net->by_proxy ? NET_GLOBAL : net_scope_of(host);
	if (scope > net->scope)
		net->scope = scope;
	if (scope > net->allow)
		return CURL_SOCKET_BAD;
	return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static CURLcode on_ssl_ctx(CURL *easy, void *ssl_ctx, void *arg)
{
	struct net *net = arg;

	(void)easy;
	connected(net);
	net->phase = NET_ENCRYPTING;
	if (net->security == NET_STARTTLS)
		give_time(net, net->connect_timeout);
	net_tls_attach(&net->probe, ssl_ctx);
	return CURLE_OK;
}

static void set_tls(struct net *net, const struct net_options *o)
{
	CURL *easy = net->easy;

	curl_easy_setopt(easy, CURLOPT_SSLVERSION,
			 (long)(o->tls13 ? CURL_SSLVERSION_TLSv1_3 : CURL_SSLVERSION_TLSv1_2));
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, o->pin ? 0L : 1L);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, o->pin ? 0L : 2L);
	curl_easy_setopt(easy, CURLOPT_PINNEDPUBLICKEY, o->pin);
	curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, on_ssl_ctx);
	curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, net);
	if (o->ca_file) {
		curl_easy_setopt(easy, CURLOPT_CAINFO, o->ca_file);
		curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
	}
	net->pinned = o->pin != NULL;
	net->has_cert = o->client_cert != NULL;
	curl_easy_setopt(easy, CURLOPT_SSLCERT, o->client_cert);
	curl_easy_setopt(easy, CURLOPT_SSLKEY, o->client_key ? o->client_key : o->client_cert);
}

/* SOCKS is the exception: without a letter in its scheme that says otherwise, names are ours. */
static bool looks_names_up(const char *proxy)
{
	return proxy && !text_prefix_nocase(proxy, "socks://") &&
	       !text_prefix_nocase(proxy, "socks4://") && !text_prefix_nocase(proxy, "socks5://");
}

static void set_proxy(struct net *net, const struct net_way *way)
{
	const struct net_options *o = way->options;
	CURL *easy = net->easy;
	char source[300];

	net->proxy = o->proxy && strcmp(o->proxy, "none") != 0 ? o->proxy : NULL;
	net->far_names = looks_names_up(o->proxy ? net->proxy
						 : net_proxy_of(way->scheme, net->host));
	if (o->proxy)
		curl_easy_setopt(easy, CURLOPT_PROXY, net->proxy ? net->proxy : "");
	else if (net_is_loopback(net->host))
		curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
	curl_easy_setopt(easy, CURLOPT_HTTPPROXYTUNNEL, 1L);
	net->source = o->source;
	if (!o->source)
		return;
	/* Told apart here, or libcurl would take a name for that of a host. */
	snprintf(source, sizeof source, "%s!%s", strpbrk(o->source, ".:") ? "host" : "if",
		 o->source);
	curl_easy_setopt(easy, CURLOPT_INTERFACE, source);
}

struct net *net_way_new(const struct net_way *way)
{
	struct net *net = xcalloc(1, sizeof *net);

	net->host = net_host_ascii(way->host);
	if (!net->host)
		net->host = xstrdup(way->host);
	net->port = way->port;
	net->security = way->security;
	net->cancel_fd = way->cancel_fd;
	net->allow = way->options->not_here ? NET_PRIVATE : NET_THIS_HOST;
	net->sock = CURL_SOCKET_BAD;
	net->easy = curl_easy_init();
	net->multi = curl_multi_init();
	if (!net->easy || !net->multi)
		die("out of memory");
	set_tls(net, way->options);
	set_proxy(net, way);
	curl_easy_setopt(net->easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(net->easy, CURLOPT_QUICK_EXIT, 1L);
	curl_easy_setopt(net->easy, CURLOPT_FRESH_CONNECT, 1L);
	curl_easy_setopt(net->easy, CURLOPT_TCP_NODELAY, 1L);
	curl_easy_setopt(net->easy, CURLOPT_PATH_AS_IS, 1L);
	curl_easy_setopt(net->easy, CURLOPT_ERRORBUFFER, net->errbuf);
	curl_easy_setopt(net->easy, CURLOPT_OPENSOCKETFUNCTION, on_socket);
	curl_easy_setopt(net->easy, CURLOPT_OPENSOCKETDATA, net);
	return net;
}

static bool is_literal(const char *host)
{
	struct in_addr four;

	return strchr(host, ':') || inet_pton(AF_INET, host, &four) == 1;
}

static void resolve(struct net *net, const struct dns_answer *answer)
{
	struct buf entry = BUF_INIT(8192);
	size_t len = strlen(net->host);

	/* libcurl compares without the dot that ends a name. */
	if (len > 0 && net->host[len - 1] == '.')
		len--;
	buf_printf(&entry, "%.*s:%d:", (int)len, net->host, net->port);
	for (size_t i = 0; i < answer->count; i++)
		buf_printf(&entry, strchr(answer->list[i].text, ':') ? "%s[%s]" : "%s%s",
			   i > 0 ? "," : "", answer->list[i].text);
	net->resolve = curl_slist_append(NULL, buf_text(&entry));
	buf_free(&entry);
	if (!net->resolve)
		die("out of memory");
	curl_easy_setopt(net->easy, CURLOPT_RESOLVE, net->resolve);
}

int net_way_look_up(struct net *net, const char *server, struct err *err)
{
	struct dns_params params = { server, net->deadline, net->cancel_fd };
	struct dns_answer answer = DNS_ANSWER_INIT;
	int found;

	/* A proxy looks names up itself, and may be the only one who can. */
	if (net->far_names || is_literal(net->host) || net_is_loopback(net->host))
		return 0;
	found = dns_ask(&params, DNS_ADDRESS, net->host, &answer, err);
	if (found > 0)
		resolve(net, &answer);
	else if (found == 0)
		found = net_open_error(net, CURLE_COULDNT_RESOLVE_HOST, NET_STOP_NONE, err);
	dns_answer_clear(&answer);
	return found < 0 ? -1 : 0;
}

static bool finished(struct net *net, CURLcode *code)
{
	int left;
	CURLMsg *msg;

	while ((msg = curl_multi_info_read(net->multi, &left))) {
		if (msg->msg != CURLMSG_DONE)
			continue;
		*code = msg->data.result;
		return true;
	}
	return false;
}

enum net_stop net_way_drive(struct net *net, CURLcode *code)
{
	struct curl_waitfd cancel = { .fd = net->cancel_fd, .events = CURL_WAIT_POLLIN };
	int running, wait = 0; /* the first time: only a look, before anything is begun */

	if (curl_multi_add_handle(net->multi, net->easy) != CURLM_OK)
		die("libcurl cannot be used (curl_multi_add_handle failed)");
	*code = CURLE_OK;
	for (;;) {
		cancel.revents = 0;
		curl_multi_poll(net->multi, &cancel, net->cancel_fd >= 0 ? 1 : 0, wait, NULL);
		if (cancel.revents)
			return NET_STOP_CANCEL;
		if (clock_left(net->deadline) == 0)
			return NET_STOP_TIME;
		curl_multi_perform(net->multi, &running);
		net_way_progress(net);
		if (finished(net, code) || net->junk || net->flood)
			return NET_STOP_NONE;
		wait = clock_left(net->deadline);
	}
}

void net_close(struct net *net)
{
	if (!net)
		return;
	/* With CONNECT_ONLY libcurl says no QUIT, so nothing here waits. */
	curl_multi_remove_handle(net->multi, net->easy);
	curl_easy_cleanup(net->easy);
	curl_multi_cleanup(net->multi);
	curl_slist_free_all(net->resolve);
	free(net->host);
	free(net);
}
