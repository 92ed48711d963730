/* Words for a connection that could not be opened: what happened, what to try. */
#include "port/net_private.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/text.h"

static double seconds(long ms)
{
	return (double)ms / 1000;
}

static void hint_ports(const struct net *net, struct err *err)
{
	if (net->web)
		return;
	if (net->port == 25)
		err_hint(err, "Many networks block port 25; mail programs use port 465 (TLS) or "
			      "587 (STARTTLS).");
	else if (net->port == 465 || net->port == 587)
		err_hint(err,
			 "The network here may block it, or the name or port is wrong. "
			 "Try port %d with %s.",
			 net->port == 465 ? 587 : 465, net->port == 465 ? "STARTTLS" : "TLS");
	else
		err_hint(err, "Check host and port; usual are 465 (TLS) and 587 (STARTTLS).");
}

static int no_answer(const struct net *net, struct err *err)
{
	err_set(err, ERR_NETWORK, "%s did not answer on port %d within %g seconds.", net->host,
		net->port, seconds(net->connect_timeout));
	hint_ports(net, err);
	return -1;
}

static int timed_out(const struct net *net, struct err *err)
{
	switch (net->phase) {
	case NET_RESOLVING:
		err_set(err, ERR_NETWORK, "The name %s could not be looked up within %g seconds.",
			net->host, seconds(net->connect_timeout));
		err_hint(err, "Is this computer online?");
		return -1;
	case NET_CONNECTING:
		return no_answer(net, err);
	case NET_ENCRYPTING:
		err_set(err, ERR_NETWORK, "%s did not set up TLS on port %d within %g seconds.",
			net->host, net->port, seconds(net->connect_timeout));
		if (net->security == NET_TLS)
			net_hint_security(net, err);
		return -1;
	case NET_TALKING:
		break;
	}
	if (net->code == 0 && !net->web) {
		err_set(err, ERR_NETWORK,
			"%s took the connection on port %d but sent no greeting within %g seconds.",
			net->host, net->port, seconds(net->reply_timeout));
		if (net->layer == NET_LAYER_CLEAR)
			net_hint_security(net, err);
		return -1;
	}
	return err_set(err, ERR_NETWORK, "%s did not answer to %s within %g seconds.", net->host,
		       net->sent[0] ? net->sent : "the connection", seconds(net->reply_timeout));
}

static const char *the_proxy(const struct net *net)
{
	return net->proxy ? net->proxy : "that is set for this computer";
}

static void hint_no_proxy(const struct net *net, const char *first, struct err *err)
{
	if (!net->web)
		err_hint(err, "%s --proxy none", first);
}

static int proxy_not_connected(const struct net *net, long os, struct err *err)
{
	err_set(err, ERR_NETWORK, "The proxy %s cannot be reached: %s.", the_proxy(net),
		os ? strerror((int)os) : net->errbuf);
	hint_no_proxy(net, "Is the proxy running? Without it:", err);
	return -1;
}

/* It was reached, and could not or would not connect us further. */
static int proxy_refused(const struct net *net, struct err *err)
{
	long why = 0;

	curl_easy_getinfo(net->easy, CURLINFO_PROXY_ERROR, &why);
	switch (why) {
	case CURLPX_REPLY_CONNECTION_REFUSED:
		return err_set(err, ERR_NETWORK,
			       "Nothing answers on port %d of %s, says the proxy %s.", net->port,
			       net->host, the_proxy(net));
	case CURLPX_REPLY_HOST_UNREACHABLE:
	case CURLPX_REPLY_NETWORK_UNREACHABLE:
	case CURLPX_REPLY_TTL_EXPIRED:
		return err_set(err, ERR_NETWORK, "The proxy %s finds no way to %s.", the_proxy(net),
			       net->host);
	case CURLPX_REPLY_NOT_ALLOWED:
		err_set(err, ERR_NETWORK,
			"The proxy %s does not allow a connection to port %d of %s.",
			the_proxy(net), net->port, net->host);
		hint_no_proxy(net, "Ask whoever runs the proxy, or go without:", err);
		return -1;
	case CURLPX_NO_AUTH:
	case CURLPX_USER_REJECTED:
		return err_set(err, ERR_NETWORK,
			       "The proxy %s wants a user name and a password; it "
			       "cannot be used.",
			       the_proxy(net));
	default:
		err_set(err, ERR_NETWORK, "The proxy %s did not connect to port %d of %s: %s.",
			the_proxy(net), net->port, net->host, net->errbuf);
		hint_no_proxy(net, "Many proxies allow few ports. Without it:", err);
		return -1;
	}
}

static int not_connected(const struct net *net, struct err *err)
{
	long os = 0;

	curl_easy_getinfo(net->easy, CURLINFO_OS_ERRNO, &os);
	if (net->by_proxy)
		return proxy_not_connected(net, os, err);
	switch (os) {
	case ECONNREFUSED:
		err_set(err, ERR_NETWORK, "Nothing answers on port %d of %s.", net->port,
			net->host);
		hint_ports(net, err);
		return -1;
	case ENETUNREACH:
	case EHOSTUNREACH:
	case EADDRNOTAVAIL:
		err_set(err, ERR_NETWORK, "There is no way from here to %s (%s).", net->host,
			strerror((int)os));
		err_hint(err, "Is this computer online?");
		return -1;
	case ETIMEDOUT:
		return no_answer(net, err);
	default:
		err_set(err, ERR_NETWORK, "No connection to port %d of %s (%s).", net->port,
			net->host, os ? strerror((int)os) : net->errbuf);
		hint_ports(net, err);
		return -1;
	}
}

static int odd_reply(const struct net *net, struct err *err)
{
	if (text_prefix_nocase(net->sent, "STARTTLS")) {
		err_set(err, ERR_TLS, "%s sent more than the answer to STARTTLS before encryption.",
			net->host);
		err_hint(err, "Somebody on the way may be meddling with the connection.");
		return -1;
	}
	if (text_has_nocase(net->greeting, "FTP") && !text_has_nocase(net->greeting, "SMTP")) {
		err_set(err, ERR_NETWORK, "What answers on port %d of %s is an FTP server.",
			net->port, net->host);
		hint_ports(net, err);
		return -1;
	}
	err_set(err, ERR_REFUSED, "%s refused the connection with code %d.", net->host, net->code);
	if (err)
		err->temporary = net->code >= 400 && net->code < 500;
	return -1;
}

static int dropped_in(const struct net *net, struct err *err)
{
	if (net->phase == NET_ENCRYPTING)
		return err_set(err, ERR_NETWORK,
			       "%s closed the connection while TLS was being set up.", net->host);
	if (net->code == 0 && !net->web) {
		err_set(err, ERR_NETWORK, "%s closed the connection on port %d without a greeting.",
			net->host, net->port);
		if (net->layer == NET_LAYER_CLEAR)
			net_hint_security(net, err);
		return -1;
	}
	return err_set(err, ERR_NETWORK, "%s closed the connection after %s.", net->host,
		       net->sent[0] ? net->sent : "its greeting");
}

static int not_found(const char *what, const struct net *net, struct err *err)
{
	err_set(err, ERR_HOST, "There is no %s called %s.", what, net->host);
	err_hint(err, "Check the spelling; if it is right, is this computer online?");
	return -1;
}

static int bad_source(const struct net *net, struct err *err)
{
	err_set(err, ERR_CONFIG,
		"No connection can be made from %s: it is no address or network "
		"interface of this computer.",
		net->source);
	err_hint(err, "\"ip address\" lists what it has.");
	return -1;
}

static int without_end(const struct net *net, struct err *err)
{
	return err_set(err, ERR_NETWORK, "%s sends an answer without end.", net->host);
}

static int curl_error(const struct net *net, CURLcode code, struct err *err)
{
	switch (code) {
	case CURLE_COULDNT_RESOLVE_HOST:
		return not_found("server", net, err);
	case CURLE_COULDNT_RESOLVE_PROXY:
		return err_set(err, ERR_HOST, "The proxy %s is not known: %s.", the_proxy(net),
			       net->errbuf);
	case CURLE_PROXY:
		return proxy_refused(net, err);
	case CURLE_INTERFACE_FAILED:
		return bad_source(net, err);
	case CURLE_SSL_CERTPROBLEM:
		return net_error_client_cert(net, err);
	case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
		return net_error_other_key(net, err);
	case CURLE_COULDNT_CONNECT:
		return not_connected(net, err);
	case CURLE_OPERATION_TIMEDOUT:
		return timed_out(net, err);
	case CURLE_USE_SSL_FAILED:
		return net_error_no_starttls(net, err);
	case CURLE_PEER_FAILED_VERIFICATION:
		return net_error_certificate(net, err);
	case CURLE_SSL_CACERT_BADFILE:
		return net_error_ca_file(net, err);
	case CURLE_SSL_CONNECT_ERROR:
		return net_error_handshake(net, err);
	case CURLE_WEIRD_SERVER_REPLY:
	case CURLE_REMOTE_ACCESS_DENIED:
		return odd_reply(net, err);
	case CURLE_GOT_NOTHING:
	case CURLE_RECV_ERROR:
	case CURLE_SEND_ERROR:
		if (net->by_proxy && net->phase <= NET_CONNECTING)
			return proxy_refused(net, err);
		if (net_error_wants_cert(net, err))
			return -1;
		if (text_has_nocase(net->errbuf, "too large") ||
		    text_has_nocase(net->errbuf, "too big"))
			return without_end(net, err);
		return dropped_in(net, err);
	default:
		return err_set(err, ERR_NETWORK, "No connection to %s: %s.", net->host,
			       net->errbuf[0] ? net->errbuf : curl_easy_strerror(code));
	}
}

/* Who begins a conversation like that. */
static const struct stranger {
	const char *begin, *who;
} strangers[] = {
	{ "* OK", "an IMAP server, which is for reading mail" },
	{ "* PREAUTH", "an IMAP server, which is for reading mail" },
	{ "* BYE", "an IMAP server, which is for reading mail" },
	{ "+OK", "a POP3 server, which is for fetching mail" },
	{ "-ERR", "a POP3 server, which is for fetching mail" },
	{ "\"IMPLEMENTATION\"", "a ManageSieve server, which is for mail filters" },
	{ "HTTP/", "a web server" },
	{ "<", "a web server" },
	{ "SSH-", "an SSH server" },
	{ "RFB ", "a VNC server" },
	{ NULL, NULL },
};

static int stranger(const struct net *net, struct err *err)
{
	const struct stranger *s = strangers;

	while (s->begin && !text_prefix_nocase(net->greeting, s->begin))
		s++;
	err_set(err, ERR_NETWORK, "What answers on port %d of %s is %s.", net->port, net->host,
		s->begin ? s->who : "not a mail server");
	hint_ports(net, err);
	err_reply(err, net->greeting, strlen(net->greeting));
	return -1;
}

int net_open_error(const struct net *net, CURLcode code, enum net_stop stop, struct err *err)
{
	if (stop == NET_STOP_CANCEL)
		return net_cancelled(err);
	if (stop == NET_STOP_TIME)
		return timed_out(net, err);
	if (net->scope > net->allow)
		return err_set(err, ERR_REFUSED, "%s leads to this computer, so it was not "
			       "connected to.", net->host);
	if (net->flood)
		return without_end(net, err);
	if (net->junk)
		return stranger(net, err);
	return curl_error(net, code, err);
}
