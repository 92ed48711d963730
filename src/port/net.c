#include "port/net_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/text.h"

#define REPLY_MAX (64 * 1024) /* bytes answered to one command while libcurl speaks */

static bool is_reply(const char *line, size_t len)
{
	return len >= 3 && line[0] >= '2' && line[0] <= '5' && strspn(line, "0123456789") >= 3 &&
	       (len == 3 || line[3] == ' ' || line[3] == '-');
}

static void on_line(struct net *net, enum net_direction dir, const char *line, size_t len)
{
	/* Events come in the order of things. */
	net_way_progress(net);
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

static void set_options(struct net *net, const struct net_params *p)
{
	CURL *easy = net->easy;

	set_url(net, p);
	curl_easy_setopt(easy, CURLOPT_USE_SSL,
			 (long)(p->security == NET_NONE ? CURLUSESSL_NONE : CURLUSESSL_ALL));
	curl_easy_setopt(easy, CURLOPT_CONNECT_ONLY, 1L);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, p->connect_timeout);
	/* In seconds and only a net below our own deadlines. */
	curl_easy_setopt(easy, CURLOPT_SERVER_RESPONSE_TIMEOUT, p->reply_timeout / 1000 + 10);
	curl_easy_setopt(easy, CURLOPT_VERBOSE, 1L);
	curl_easy_setopt(easy, CURLOPT_DEBUGFUNCTION, on_debug);
	curl_easy_setopt(easy, CURLOPT_DEBUGDATA, net);
}

static struct net *net_new(const struct net_params *p, const struct net_watch *watch)
{
	struct net_way way = {
		.scheme = p->security == NET_TLS ? "smtps" : "smtp",
		.host = p->host,
		.port = p->port,
		.security = p->security,
		.options = &p->options,
		.cancel_fd = p->cancel_fd,
	};
	struct net *net = net_way_new(&way);

	net->connect_timeout = p->connect_timeout;
	net->reply_timeout = p->reply_timeout;
	net->watch = watch;
	net->deadline = clock_after(p->connect_timeout);
	set_options(net, p);
	return net;
}

static int open_it(struct net *net, const char *dns, struct err *err)
{
	enum net_stop stop;
	CURLcode code;

	if (dns && net_way_look_up(net, dns, err) < 0)
		return -1;
	stop = net_way_drive(net, &code);
	if (stop != NET_STOP_NONE || code != CURLE_OK || net->junk || net->flood)
		return net_open_error(net, code, stop, err);
	curl_easy_getinfo(net->easy, CURLINFO_ACTIVESOCKET, &net->sock);
	if (net->sock == CURL_SOCKET_BAD)
		return net_open_error(net, CURLE_GOT_NOTHING, stop, err);
	return 0;
}

struct net *net_open(const struct net_params *params, const struct net_watch *watch,
		     struct net_tls *tls_out, struct err *err)
{
	struct net *net;
	int rc;

	if (tls_out)
		memset(tls_out, 0, sizeof *tls_out);
	if (check_params(params, err) < 0)
		return NULL;
	net_init();
	net = net_new(params, watch);
	rc = open_it(net, params->options.dns, err);
	if (tls_out)
		*tls_out = net->probe.tls;
	net->watch = NULL;
	if (rc < 0) {
		net_close(net);
		return NULL;
	}
	return net;
}

enum net_layer net_layer(const struct net *net)
{
	return net->layer;
}
