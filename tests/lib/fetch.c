/*
 * Gets a file from a web server, or only connects to a mail server, for tests that want to see
 * port/net by itself:
 *
 *   fetch URL [WORD...]
 *   fetch HOST:PORT [WORD...]	as net_open, TLS from the first byte
 *
 * Words: http (allowed), ca=FILE, dns=SERVER, proxy=URL (HOST:PORT only), max=BYTES, ms=TIME, and stop:
 * what comes on standard input ends it. Prints one line of JSON: error and hint, and what
 * net_fetched holds; for HOST:PORT the address that was tried first, and the end.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "port/json.h"
#include "port/net.h"
#include "port/net_fetch.h"

struct words {
	const char *ca, *dns, *proxy;
	long max, ms;
	bool http, stop;
};

static const char *after(const char *word, const char *begin)
{
	size_t len = strlen(begin);

	return strncmp(word, begin, len) == 0 ? word + len : NULL;
}

static void read_word(struct words *w, const char *word)
{
	const char *value;

	if (strcmp(word, "http") == 0)
		w->http = true;
	else if (strcmp(word, "stop") == 0)
		w->stop = true;
	else if ((value = after(word, "ca=")))
		w->ca = value;
	else if ((value = after(word, "dns=")))
		w->dns = value;
	else if ((value = after(word, "proxy=")))
		w->proxy = value;
	else if ((value = after(word, "max=")))
		w->max = atol(value);
	else if ((value = after(word, "ms=")))
		w->ms = atol(value);
	else
		die("%s: no such word", word);
}

static void put_err(struct json *out, const struct err *err)
{
	json_put_text(out, "error", err->kind ? err->text : NULL);
	json_put_text(out, "kind", err_kind_name(err->kind));
	json_put_text(out, "hint", err->hint);
}

static void get(struct json *out, const char *url, const struct words *w)
{
	struct net_fetch_params params = {
		.url = url,
		.allow_http = w->http,
		.ca_file = w->ca,
		.dns = w->dns,
		.max = (size_t)w->max,
		.deadline = clock_after(w->ms),
		.cancel_fd = w->stop ? 0 : -1,
	};
	struct net_fetched got = { 0 };
	struct err err = ERR_INIT;
	int rc = net_fetch(&params, &got, &err);

	put_err(out, &err);
	if ((rc == 0) != (err.kind == ERR_NONE))
		die("%d with %s", rc, err_kind_name(err.kind));
	json_put_number(out, "status", got.status);
	json_put_number(out, "hops", got.hops);
	json_put_number(out, "length", (long long)got.body.len);
	json_put_text(out, "type", got.type);
	json_put_text(out, "url", got.url);
	json_put_bool(out, "secured", got.secured);
	json_put_bool(out, "private", got.is_private);
	if (got.body.len <= 4096)
		json_put_text(out, "body", buf_text(&got.body));
	net_fetched_clear(&got);
}

static void on_event(void *arg, enum net_event event, const char *text, const struct net_tls *tls)
{
	(void)tls;
	if (event == NET_RESOLVED)
		json_put_text(arg, "address", text);
}

static void connect_to(struct json *out, char *host, const struct words *w)
{
	char *port = strrchr(host, ':');
	struct net_watch watch = { .arg = out, .event = on_event };
	struct net_params params = {
		.host = host,
		.port = port ? atoi(port + 1) : 0,
		.security = NET_TLS,
		.ehlo_name = "[127.0.0.1]",
		.options = { .ca_file = w->ca, .dns = w->dns, .proxy = w->proxy },
		.cancel_fd = w->stop ? 0 : -1,
		.connect_timeout = w->ms,
		.reply_timeout = w->ms,
	};
	struct err err = ERR_INIT;
	struct net *net;

	if (port)
		*port = '\0';
	net = net_open(&params, &watch, NULL, &err);
	put_err(out, &err);
	net_close(net);
}

int main(int argc, char **argv)
{
	struct words words = { .max = 65536, .ms = 10000 };
	struct json *out = json_new_object();

	if (argc < 2)
		die("wrong usage");
	for (int i = 2; i < argc; i++)
		read_word(&words, argv[i]);
	if (strstr(argv[1], "://"))
		get(out, argv[1], &words);
	else
		connect_to(out, argv[1], &words);
	json_print(out, true, stdout);
	json_free(out);
	return 0;
}
