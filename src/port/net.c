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

#define REPLY_MAX (64 * 1024) /* bytes answered to one command while libcurl speaks */
/* libcurl counts waiting for replies as connecting; those have our own deadline. */
#define NO_CONNECT_LIMIT 86400000L

static void tell(struct net *net, enum net_event event, const char *text)
{
	if (net->watch && net->watch->event)
		net->watch->event(net->watch->arg, event, text, &net->probe.tls);
}

static void connected(struct net *net)
{
	if (net->phase > NET_CONNECTING)
		return;
	curl_easy_setopt(net->easy, CURLOPT_CONNECTTIMEOUT_MS, NO_CONNECT_LIMIT);
	net->phase = net->security == NET_TLS ? NET_ENCRYPTING : NET_TALKING;
	net->layer = NET_LAYER_CLEAR;
	if (net->phase == NET_TALKING)
		net->deadline = clock_after(net->reply_timeout);
	tell(net, NET_CONNECTED, "");
}

static void encrypted(struct net *net)
{
	net->phase = NET_TALKING;
	net->layer = NET_LAYER_TLS;
	net->deadline = clock_after(net->reply_timeout);
	tell(net, NET_ENCRYPTED, "");
}

/* Has TCP, has TLS been reached? libcurl has no callback for either, but its
 * timers are set at that moment. Called after every turn, and before a line
 * is reported, so that events come in the order of things. */
static void note_progress(struct net *net)
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

static bool is_reply(const char *line, size_t len)
{
	return len >= 3 && line[0] >= '2' && line[0] <= '5' && strspn(line, "0123456789") >= 3 &&
	       (len == 3 || line[3] == ' ' || line[3] == '-');
}

static void on_line(struct net *net, enum net_direction dir, const char *line, size_t len)
{
	note_progress(net);
	if (dir == NET_SENT) {
		/* One for the whole reply: line by line it could be drawn out for days. */
		net->deadline = clock_after(net->reply_timeout);
		snprintf(net->sent, sizeof net->sent, "%.*s", (int)strcspn(line, " "), line);
		net->reply_bytes = 0;
	} else {
		if (!net->greeting[0])
			text_visible_into(net->greeting, sizeof net->greeting, line, len);
		net->reply_bytes += len;
		net->flood |= net->reply_bytes > REPLY_MAX;
		if (is_reply(line, len))
			net->code = atoi(line);
		else if (net->code == 0)
			net->junk = true;
	}
	if (net->watch && net->watch->line && !net->junk)
		net->watch->line(net->watch->arg, dir, net->layer, line, len);
}

/* The dialogue with an HTTP proxy comes through the same door; it is no SMTP. */
static bool is_proxy_talk(struct net *net, enum net_direction dir, const char *line, size_t len)
{
	if (dir == NET_SENT && len > 8 && memcmp(line, "CONNECT ", 8) == 0) {
		net->proxy_talk = true;
		return true;
	}
	if (!net->proxy_talk || dir == NET_SENT)
		return net->proxy_talk;
	net->proxy_talk = len > 0;
	return true;
}

static int on_debug(CURL *easy, curl_infotype type, char *data, size_t size, void *arg)
{
	struct net *net = arg;
	enum net_direction dir = type == CURLINFO_HEADER_OUT ? NET_SENT : NET_RECEIVED;
	/* Lines are short-lived and not ended by NUL: strspn needs an end. */
	char line[4096];

	(void)easy;
	if (type != CURLINFO_HEADER_IN && type != CURLINFO_HEADER_OUT)
		return 0;
	while (size > 0) {
		char *nl = memchr(data, '\n', size);
		size_t whole = nl ? (size_t)(nl - data) + 1 : size;
		size_t n = nl ? whole - 1 : whole;

		if (n > 0 && data[n - 1] == '\r')
			n--;
		if (n >= sizeof line) {
			net->flood = true;
			n = sizeof line - 1;
		}
		memcpy(line, data, n);
		line[n] = '\0';
		if (!is_proxy_talk(net, dir, line, n))
			on_line(net, dir, line, n);
		data += whole;
		size -= whole;
	}
	return 0;
}

static curl_socket_t on_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct net *net = arg;
	char host[INET6_ADDRSTRLEN + 1], port[8], text[80];

	(void)purpose;
	if (net->phase == NET_RESOLVING &&
	    getnameinfo(&address->addr, (socklen_t)address->addrlen, host, sizeof host, port,
			sizeof port, NI_NUMERICHOST | NI_NUMERICSERV) == 0) {
		net->by_proxy = atoi(port) != net->port || net->proxy;
		snprintf(text, sizeof text, "%s%s port %s", net->by_proxy ? "proxy " : "", host,
			 port);
		net->phase = NET_CONNECTING;
		tell(net, NET_RESOLVED, text);
	}
	return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static CURLcode on_ssl_ctx(CURL *easy, void *ssl_ctx, void *arg)
{
	struct net *net = arg;

	(void)easy;
	connected(net);
	net->phase = NET_ENCRYPTING;
	if (net->security == NET_STARTTLS)
		net->deadline = clock_after(net->connect_timeout);
	net_tls_attach(&net->probe, ssl_ctx);
	return CURLE_OK;
}

static int check_params(const struct net_params *p, struct err *err)
{
	if (!p->host[0] || strpbrk(p->host, "/@?#\\ \"<>[]") ||
	    text_has_control(p->host, strlen(p->host)))
		return err_set(err, ERR_INPUT, "\"%s\" is not the name of a server.", p->host);
	if (p->port < 1 || p->port > 65535)
		return err_set(err, ERR_INPUT, "%d is not a port; ports go from 1 to 65535.",
			       p->port);
	if (!p->ehlo_name[0] || strchr(p->ehlo_name, ' ') || !text_ascii(p->ehlo_name) ||
	    text_has_control(p->ehlo_name, strlen(p->ehlo_name)) || strlen(p->ehlo_name) > 255)
		return err_set(err, ERR_INPUT,
			       "\"%s\" is not a name this computer can give itself (EHLO).",
			       p->ehlo_name);
	return 0;
}

static void set_url(struct net *net, const struct net_params *p)
{
	struct buf url = BUF_INIT(4096);
	bool six = strchr(net->host, ':') != NULL;

	buf_printf(&url, "%s://%s", p->security == NET_TLS ? "smtps" : "smtp", six ? "[" : "");
	/* The zone of a link-local address is written %25 in a URL (RFC 6874). */
	for (const char *s = net->host; *s; s++)
		buf_printf(&url, *s == '%' ? "%%25" : "%c", *s);
	buf_printf(&url, "%s:%d/", six ? "]" : "", p->port);
	for (const char *s = p->ehlo_name; *s; s++)
		buf_printf(&url, "%%%02X", (unsigned char)*s);
	curl_easy_setopt(net->easy, CURLOPT_URL, buf_text(&url));
	buf_free(&url);
}

static void set_tls(struct net *net, const struct net_params *p)
{
	const struct net_options *o = &p->options;
	CURL *easy = net->easy;

	curl_easy_setopt(easy, CURLOPT_USE_SSL,
			 (long)(p->security == NET_NONE ? CURLUSESSL_NONE : CURLUSESSL_ALL));
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

static void set_way(struct net *net, const struct net_options *o)
{
	CURL *easy = net->easy;
	char source[300];

	net->proxy = o->proxy && strcmp(o->proxy, "none") != 0 ? o->proxy : NULL;
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

static void set_options(struct net *net, const struct net_params *p)
{
	CURL *easy = net->easy;

	set_url(net, p);
	set_tls(net, p);
	set_way(net, &p->options);
	curl_easy_setopt(easy, CURLOPT_CONNECT_ONLY, 1L);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
	curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
	curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, p->connect_timeout);
	/* In seconds and only a net below our own deadlines. */
	curl_easy_setopt(easy, CURLOPT_SERVER_RESPONSE_TIMEOUT, p->reply_timeout / 1000 + 10);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, net->errbuf);
	curl_easy_setopt(easy, CURLOPT_VERBOSE, 1L);
	curl_easy_setopt(easy, CURLOPT_DEBUGFUNCTION, on_debug);
	curl_easy_setopt(easy, CURLOPT_DEBUGDATA, net);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_socket);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, net);
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

/* Runs libcurl until it has finished or must be stopped. */
static enum net_stop drive(struct net *net, CURLcode *code)
{
	struct curl_waitfd cancel = { .fd = net->cancel_fd, .events = CURL_WAIT_POLLIN };
	int running, wait = 0; /* the first time: only a look, before anything is begun */

	*code = CURLE_OK;
	for (;;) {
		cancel.revents = 0;
		curl_multi_poll(net->multi, &cancel, net->cancel_fd >= 0 ? 1 : 0, wait, NULL);
		if (cancel.revents)
			return NET_STOP_CANCEL;
		if (clock_left(net->deadline) == 0)
			return NET_STOP_TIME;
		curl_multi_perform(net->multi, &running);
		note_progress(net);
		if (finished(net, code) || net->junk || net->flood)
			return NET_STOP_NONE;
		wait = clock_left(net->deadline);
	}
}

static struct net *net_new(const struct net_params *p, const struct net_watch *watch)
{
	struct net *net = xcalloc(1, sizeof *net);

	net->host = net_host_ascii(p->host);
	if (!net->host)
		net->host = xstrdup(p->host);
	net->port = p->port;
	net->security = p->security;
	net->cancel_fd = p->cancel_fd;
	net->connect_timeout = p->connect_timeout;
	net->reply_timeout = p->reply_timeout;
	net->watch = watch;
	net->deadline = clock_after(p->connect_timeout);
	net->sock = CURL_SOCKET_BAD;
	net->easy = curl_easy_init();
	net->multi = curl_multi_init();
	if (!net->easy || !net->multi)
		die("out of memory");
	set_options(net, p);
	if (curl_multi_add_handle(net->multi, net->easy) != CURLM_OK)
		die("libcurl cannot be used (curl_multi_add_handle failed)");
	return net;
}

struct net *net_open(const struct net_params *params, const struct net_watch *watch,
		     struct net_tls *tls_out, struct err *err)
{
	struct net *net;
	enum net_stop stop;
	CURLcode code;
	int rc = -1;

	if (tls_out)
		memset(tls_out, 0, sizeof *tls_out);
	if (check_params(params, err) < 0)
		return NULL;
	net_init();
	net = net_new(params, watch);
	stop = drive(net, &code);
	if (stop == NET_STOP_NONE && code == CURLE_OK && !net->junk && !net->flood) {
		curl_easy_getinfo(net->easy, CURLINFO_ACTIVESOCKET, &net->sock);
		rc = net->sock == CURL_SOCKET_BAD
			     ? net_open_error(net, CURLE_GOT_NOTHING, stop, err)
			     : 0;
	} else {
		net_open_error(net, code, stop, err);
	}
	if (tls_out)
		*tls_out = net->probe.tls;
	net->watch = NULL;
	if (rc < 0) {
		net_close(net);
		return NULL;
	}
	return net;
}

void net_close(struct net *net)
{
	if (!net)
		return;
	/* With CONNECT_ONLY libcurl says no QUIT, so nothing here waits. */
	curl_multi_remove_handle(net->multi, net->easy);
	curl_easy_cleanup(net->easy);
	curl_multi_cleanup(net->multi);
	free(net->host);
	free(net);
}

enum net_layer net_layer(const struct net *net)
{
	return net->layer;
}
