#include "port/net_fetch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/text.h"
#include "port/net_private.h"

#define URL_MAX     2048
#define HEADERS_MAX (64 * 1024)

/* An address of the web, taken apart. */
struct target {
	char *url; /* without user, password and fragment */
	char *host; /* without brackets */
	char *query; /* NULL: none */
	int port;
	bool tls;
};

struct fetch {
	const struct net_fetch_params *params;
	struct net_fetched *out;
	struct net *net; /* of this hop */
	struct target first, target;
	size_t header_bytes; /* of this hop */
	bool too_long; /* the body */
	long ms; /* for the whole */
};

static void target_clear(struct target *t)
{
	free(t->url);
	free(t->host);
	free(t->query);
	memset(t, 0, sizeof *t);
}

static char *part(CURLU *url, CURLUPart what, unsigned flags)
{
	char *text = NULL, *copy = NULL;

	if (curl_url_get(url, what, &text, flags) == CURLUE_OK)
		copy = xstrdup(text);
	curl_free(text);
	return copy;
}

static char *without_brackets(char *host)
{
	size_t len = host ? strlen(host) : 0;

	if (len > 1 && host[0] == '[') {
		memmove(host, host + 1, len - 1);
		host[len - 2] = '\0';
	}
	return host;
}

static int take_apart(CURLU *url, struct target *t)
{
	char *scheme = part(url, CURLUPART_SCHEME, 0);
	char *port = part(url, CURLUPART_PORT, CURLU_DEFAULT_PORT);
	int rc = -1;

	curl_url_set(url, CURLUPART_USER, NULL, 0);
	curl_url_set(url, CURLUPART_PASSWORD, NULL, 0);
	curl_url_set(url, CURLUPART_FRAGMENT, NULL, 0);
	t->url = part(url, CURLUPART_URL, 0);
	t->host = without_brackets(part(url, CURLUPART_HOST, 0));
	t->query = part(url, CURLUPART_QUERY, 0);
	t->tls = scheme && strcmp(scheme, "https") == 0;
	t->port = port ? atoi(port) : 0;
	if (scheme && (t->tls || strcmp(scheme, "http") == 0) && t->port > 0 && t->url && t->host)
		rc = 0;
	free(scheme);
	free(port);
	return rc;
}

/* -1 when it is no address of the web. t is the caller's to clear in any case. */
static int target_read(struct target *t, const char *text)
{
	CURLU *url;
	int rc = -1;

	if (!text_ascii(text) || text_has_control(text, strlen(text)) || strchr(text, ' ') ||
	    strlen(text) > URL_MAX)
		return -1;
	url = curl_url();
	if (!url)
		die("out of memory");
	if (curl_url_set(url, CURLUPART_URL, text, 0) == CURLUE_OK)
		rc = take_apart(url, t);
	curl_url_cleanup(url);
	return rc;
}

static size_t on_header(char *data, size_t size, size_t count, void *arg)
{
	struct fetch *f = arg;

	(void)data;
	f->header_bytes += size * count;
	return f->header_bytes > HEADERS_MAX ? 0 : size * count;
}

static size_t on_body(char *data, size_t size, size_t count, void *arg)
{
	struct fetch *f = arg;

	if (buf_add(&f->out->body, data, size * count) == 0)
		return size * count;
	f->too_long = true;
	return 0;
}

static void open_hop(struct fetch *f)
{
	const char *scheme = f->target.tls ? "https" : "http";
	const char *proxy = net_proxy_of(scheme, f->target.host);
	struct net_options options = {
		.ca_file = f->params->ca_file,
		.proxy = proxy ? proxy : "none",
	};
	struct net_way way = {
		.scheme = scheme,
		.host = f->target.host,
		.port = f->target.port,
		.security = f->target.tls ? NET_TLS : NET_NONE,
		.options = &options,
		.cancel_fd = f->params->cancel_fd,
	};
	struct net *net = f->net = net_way_new(&way);
	CURL *easy = net->easy;

	net->web = net->one_deadline = true;
	net->deadline = f->params->deadline;
	net->connect_timeout = net->reply_timeout = f->ms;
	net->allow = f->out->hops > 0 ? NET_GLOBAL :
		     net_is_loopback(net->host) ? NET_THIS_HOST : NET_PRIVATE;
	net->scope = net_scope_of(net->host);
	snprintf(net->sent, sizeof net->sent, "the request");
	f->header_bytes = 0;
	buf_clear(&f->out->body);
	curl_easy_setopt(easy, CURLOPT_URL, f->target.url);
	curl_easy_setopt(easy, CURLOPT_NOPROXY, proxy ? "" : "*");
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, scheme);
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(easy, CURLOPT_USERAGENT, "outpost");
	curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, f->ms);
	curl_easy_setopt(easy, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)f->params->max);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, f);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, f);
}

static int too_near(const struct fetch *f, struct err *err)
{
	if (f->out->hops == 0)
		return err_set(err, ERR_REFUSED, "%s has an address of this computer; a web server "
			       "for mail settings cannot be here.", f->net->host);
	return err_set(err, ERR_REFUSED, "%.200s sends on to %.100s, which has an address of this "
		       "computer or of a private network.", f->first.url, f->net->host);
}

/* libcurl has a bound for one header and calls it by different names. */
static bool endless_headers(const struct fetch *f, CURLcode code)
{
#if LIBCURL_VERSION_NUM >= 0x080600
	if (code == CURLE_TOO_LARGE)
		return true;
#endif
	return f->header_bytes > HEADERS_MAX || code == CURLE_OUT_OF_MEMORY;
}

/* What can only happen to a file; the rest is worded as for any connection. */
static int hop_error(const struct fetch *f, CURLcode code, enum net_stop stop, struct err *err)
{
	const struct net *net = f->net;
	bool begun = f->header_bytes > 0;

	if (stop == NET_STOP_CANCEL || (stop == NET_STOP_TIME && !begun))
		return net_open_error(net, code, stop, err);
	if (stop == NET_STOP_TIME)
		return err_set(err, ERR_NETWORK, "%s did not send the whole answer within %g "
			       "seconds.", net->host, (double)f->ms / 1000);
	if (f->too_long || code == CURLE_FILESIZE_EXCEEDED)
		return err_set(err, ERR_INPUT, "%.300s is longer than the %zu bytes that such a "
			       "file may have.", f->target.url, f->params->max);
	if (endless_headers(f, code))
		return err_set(err, ERR_INPUT, "%s answers with headers without end.", net->host);
	if (code == CURLE_UNSUPPORTED_PROTOCOL || code == CURLE_WEIRD_SERVER_REPLY)
		return err_set(err, ERR_NETWORK, "What answers on port %d of %s is not a web "
			       "server.", net->port, net->host);
	if (code == CURLE_PARTIAL_FILE || (code == CURLE_RECV_ERROR && begun))
		return err_set(err, ERR_NETWORK, "%s closed the connection in the middle of its "
			       "answer.", net->host);
	if (net->scope > net->allow)
		return too_near(f, err);
	return net_open_error(net, code, stop, err);
}

static void note_answer(struct fetch *f)
{
	CURL *easy = f->net->easy;
	char *type = NULL;
	long status = 0;

	curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(easy, CURLINFO_CONTENT_TYPE, &type);
	f->out->status = (int)status;
	f->out->type[0] = '\0';
	if (type) {
		text_visible_into(f->out->type, sizeof f->out->type, type, strcspn(type, "; \t"));
		text_lower(f->out->type);
	}
}

static int run_hop(struct fetch *f, struct err *err)
{
	struct net_fetched *out = f->out;
	enum net_stop stop;
	CURLcode code;

	text_visible_into(out->url, sizeof out->url, f->target.url, strlen(f->target.url));
	if (net_way_look_up(f->net, f->params->dns, err) < 0)
		return -1;
	stop = net_way_drive(f->net, &code);
	note_answer(f);
	out->secured &= f->target.tls;
	out->is_private |= f->net->scope != NET_GLOBAL;
	if (stop == NET_STOP_NONE && code == CURLE_OK)
		return 0;
	return hop_error(f, code, stop, err);
}

/* Does it hold, behind its host, one of the values that the first address had in its query, however
 * written? Those of a letter or two are nobody's secret. */
static bool tells(const struct target *t, const char *query)
{
	const char *host = strstr(t->url, "://");
	const char *path = host ? strchr(host + 3, '/') : NULL;
	char *plain = curl_easy_unescape(NULL, path ? path : t->url, 0, NULL);
	bool found = false;

	while (query && *query && !found) {
		size_t len = strcspn(query, "&"), name = strcspn(query, "=&");
		size_t skip = name < len ? name + 1 : 0;
		char *value = curl_easy_unescape(NULL, query + skip, (int)(len - skip), NULL);

		found = plain && value && strlen(value) > 2 && text_has_nocase(plain, value);
		curl_free(value);
		query += len + (query[len] == '&');
	}
	curl_free(plain);
	return found;
}

static int drop_query(struct target *t)
{
	char *url = xstrndup(t->url, strcspn(t->url, "?"));
	int rc;

	target_clear(t);
	rc = target_read(t, url);
	free(url);
	return rc;
}

/* Why there is no going on to next; NULL when there is. */
static const char *objection(const struct fetch *f, struct target *next, const char *text)
{
	if (target_read(next, text) < 0)
		return "is no address of the web";
	if (!next->tls && (f->target.tls || !f->params->allow_http))
		return "is not encrypted";
	if (net_is_loopback(next->host) || net_scope_of(next->host) != NET_GLOBAL)
		return "is on this computer or in a private network";
	if (text_eq_nocase(next->host, f->first.host) || !tells(next, f->first.query))
		return NULL;
	if (drop_query(next) < 0 || tells(next, f->first.query))
		return "would be told what was asked for";
	return NULL;
}

/* 1 when there is a next address to ask, 0 when this was the last answer. */
static int follow(struct fetch *f, struct err *err)
{
	struct target next = { .url = NULL };
	char *text = NULL, shown[200];
	const char *why;

	curl_easy_getinfo(f->net->easy, CURLINFO_REDIRECT_URL, &text);
	if (!text)
		return 0;
	if (f->out->hops == NET_FETCH_HOPS)
		return err_set(err, ERR_REFUSED, "%.300s sends on and on: %d redirects were "
			       "followed.", f->first.url, NET_FETCH_HOPS);
	why = objection(f, &next, text);
	if (why) {
		text_visible_into(shown, sizeof shown, text, strlen(text));
		target_clear(&next);
		return err_set(err, ERR_REFUSED, "%.200s sends on to %s, which %s.", f->target.url,
			       shown, why);
	}
	target_clear(&f->target);
	f->target = next;
	f->out->hops++;
	return 1;
}

static int begin(struct fetch *f, struct err *err)
{
	const char *url = f->params->url;

	if (target_read(&f->first, url) < 0 || target_read(&f->target, url) < 0)
		return err_set(err, ERR_INPUT, "\"%.300s\" is no address of the web.", url);
	if (!f->first.tls && !f->params->allow_http)
		return err_set(err, ERR_INPUT, "%.300s is not encrypted; https:// is asked for.",
			       url);
	f->out->secured = true;
	f->out->body.max = f->params->max;
	/* For sentences: tenths of a second are enough. */
	f->ms = clock_left(f->params->deadline);
	f->ms = f->ms < 0 ? 86400000L : f->ms < 100 ? 100 : (f->ms + 50) / 100 * 100;
	return 0;
}

int net_fetch(const struct net_fetch_params *params, struct net_fetched *out, struct err *err)
{
	struct fetch f = { .params = params, .out = out };
	int rc;

	net_init();
	rc = begin(&f, err) < 0 ? -1 : 1;
	while (rc > 0) {
		open_hop(&f);
		rc = run_hop(&f, err) < 0 ? -1 : follow(&f, err);
		net_close(f.net);
	}
	if (rc < 0) {
		out->secured = false;
		buf_free(&out->body);
	}
	target_clear(&f.first);
	target_clear(&f.target);
	return rc;
}

void net_fetched_clear(struct net_fetched *out)
{
	buf_free(&out->body);
	memset(out, 0, sizeof *out);
}
