/* Words for a connection that could not be opened: what happened, what to try. */
#include "port/net_private.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/text.h"

static const char *day(time_t t, char out[16])
{
	struct tm tm;

	gmtime_r(&t, &tm);
	strftime(out, 16, "%Y-%m-%d", &tm);
	return out;
}

static double seconds(long ms)
{
	return (double)ms / 1000;
}

static void hint_ports(const struct net *net, struct err *err)
{
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

/* TCP stands, but no greeting, or no handshake, came. */
static void hint_security(const struct net *net, struct err *err)
{
	if (net->security == NET_TLS)
		err_hint(err, "The server may expect clear text first: try STARTTLS (usually port "
			      "587).");
	else
		err_hint(err, "The server may expect TLS from the first byte: try TLS (usually "
			      "port 465).");
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
			hint_security(net, err);
		return -1;
	case NET_TALKING:
		break;
	}
	if (net->code == 0) {
		err_set(err, ERR_NETWORK,
			"%s took the connection on port %d but sent no greeting within %g seconds.",
			net->host, net->port, seconds(net->reply_timeout));
		if (net->layer == NET_LAYER_CLEAR)
			hint_security(net, err);
		return -1;
	}
	return err_set(err, ERR_NETWORK, "%s did not answer to %s within %g seconds.", net->host,
		       net->sent[0] ? net->sent : "the connection", seconds(net->reply_timeout));
}

static int not_connected(const struct net *net, struct err *err)
{
	long os = 0;

	curl_easy_getinfo(net->easy, CURLINFO_OS_ERRNO, &os);
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

static int bad_certificate(const struct net *net, struct err *err)
{
	const struct net_tls *tls = &net->probe.tls;
	const char *whose =
		net->probe.depth > 0 ? "An issuer of the certificate" : "The certificate";
	char date[16];

	switch (net->probe.fault) {
	case NET_TLS_EXPIRED:
		if (net->probe.depth > 0)
			err_set(err, ERR_TLS, "%s of %s has expired.", whose, net->host);
		else
			err_set(err, ERR_TLS, "The certificate of %s expired on %s.", net->host,
				day(tls->not_after, date));
		err_hint(err,
			 "The server's operator must renew it. If the date of this computer is "
			 "wrong, correct that.");
		return -1;
	case NET_TLS_NOT_YET:
		err_set(err, ERR_TLS, "%s of %s is not valid before %s.", whose, net->host,
			day(tls->not_before, date));
		err_hint(err, "The date of this computer may be wrong.");
		return -1;
	case NET_TLS_SELF_SIGNED:
		err_set(err, ERR_TLS,
			"The certificate of %s is self-signed: nobody vouches for it.", net->host);
		err_hint(err, "If it is your own server, give its certificate as --ca-file.");
		return -1;
	case NET_TLS_UNKNOWN_ISSUER:
		err_set(err, ERR_TLS,
			"The certificate of %s was issued by %s, which is not trusted "
			"here.",
			net->host, tls->issuer[0] ? tls->issuer : "somebody");
		err_hint(err, "If you know that authority, give its certificate as --ca-file.");
		return -1;
	case NET_TLS_GOOD:
		err_set(err, ERR_TLS, "The certificate is not for %s but for %.300s.", net->host,
			tls->names[0] ? tls->names : "nobody");
		err_hint(err, "Use a name that the certificate has, if it is the same server.");
		return -1;
	case NET_TLS_OTHER:
		break;
	}
	return err_set(err, ERR_TLS, "The certificate of %s was not accepted: %s.", net->host,
		       tls->verify_error);
}

static bool says(const struct net *net, const char *const *words)
{
	for (; *words; words++)
		if (text_has_nocase(net->errbuf, *words))
			return true;
	return false;
}

static int no_handshake(const struct net *net, struct err *err)
{
	static const char *const no_tls[] = { "wrong version number", "record layer failure",
					      "packet length too long", "unknown protocol", NULL };
	static const char *const dropped[] = { "SYSCALL", "unexpected eof", "reset by peer", NULL };

	if (net->probe.fault != NET_TLS_GOOD)
		return bad_certificate(net, err);
	if (says(net, no_tls)) {
		err_set(err, ERR_TLS, "Port %d of %s does not speak TLS%s.", net->port, net->host,
			net->security == NET_TLS ? " from the first byte" : ", though it said so");
		if (net->security == NET_TLS)
			err_hint(err, "Choose STARTTLS for this port (usual on 587), or port 465 "
				      "for TLS.");
		return -1;
	}
	if (says(net, dropped)) {
		err_set(err, ERR_NETWORK, "%s closed the connection while TLS was being set up.",
			net->host);
		if (net->security == NET_TLS)
			hint_security(net, err);
		return -1;
	}
	err_set(err, ERR_TLS, "%s and this program could not agree on encryption: %s.", net->host,
		net->errbuf);
	err_hint(err, "At least TLS 1.2 is asked for.");
	return -1;
}

static int no_starttls(const struct net *net, struct err *err)
{
	if (text_prefix_nocase(net->sent, "STARTTLS"))
		return err_set(err, ERR_TLS, "%s offers STARTTLS but refused it.", net->host);
	err_set(err, ERR_TLS, "%s does not offer STARTTLS on port %d.", net->host, net->port);
	err_hint(err, "Nothing was sent in clear text. Try TLS on port 465.");
	return -1;
}

static int odd_reply(const struct net *net, struct err *err)
{
	if (text_prefix_nocase(net->sent, "STARTTLS")) {
		err_set(err, ERR_TLS, "%s sent more than the answer to STARTTLS before encryption.",
			net->host);
		err_hint(err, "Somebody on the way may be meddling with the connection.");
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
	if (net->code == 0) {
		err_set(err, ERR_NETWORK, "%s closed the connection on port %d without a greeting.",
			net->host, net->port);
		if (net->layer == NET_LAYER_CLEAR)
			hint_security(net, err);
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

static int bad_ca_file(const struct net *net, struct err *err)
{
	err_set(err, ERR_CONFIG, "The certificates to trust cannot be read: %s.", net->errbuf);
	err_hint(err, "--ca-file names a PEM file with one or more certificates.");
	return -1;
}

static int curl_error(const struct net *net, CURLcode code, struct err *err)
{
	switch (code) {
	case CURLE_COULDNT_RESOLVE_HOST:
		return not_found("server", net, err);
	case CURLE_COULDNT_RESOLVE_PROXY:
		return err_set(err, ERR_HOST,
			       "The proxy that is set for this computer is not known: "
			       "%s.",
			       net->errbuf);
	case CURLE_COULDNT_CONNECT:
		return not_connected(net, err);
	case CURLE_OPERATION_TIMEDOUT:
		return timed_out(net, err);
	case CURLE_USE_SSL_FAILED:
		return no_starttls(net, err);
	case CURLE_PEER_FAILED_VERIFICATION:
		return bad_certificate(net, err);
	case CURLE_SSL_CACERT_BADFILE:
		return bad_ca_file(net, err);
	case CURLE_SSL_CONNECT_ERROR:
		return no_handshake(net, err);
	case CURLE_WEIRD_SERVER_REPLY:
	case CURLE_REMOTE_ACCESS_DENIED:
		return odd_reply(net, err);
	case CURLE_GOT_NOTHING:
	case CURLE_RECV_ERROR:
	case CURLE_SEND_ERROR:
		return dropped_in(net, err);
	default:
		return err_set(err, ERR_NETWORK, "No connection to %s: %s.", net->host,
			       net->errbuf[0] ? net->errbuf : curl_easy_strerror(code));
	}
}

int net_open_error(const struct net *net, CURLcode code, enum net_stop stop, struct err *err)
{
	if (stop == NET_STOP_CANCEL)
		return net_cancelled(err);
	if (stop == NET_STOP_TIME)
		return timed_out(net, err);
	if (net->flood)
		return err_set(err, ERR_NETWORK, "%s sends an answer without end.", net->host);
	if (net->junk) {
		err_set(err, ERR_NETWORK, "What answers on port %d of %s is not a mail server.",
			net->port, net->host);
		hint_ports(net, err);
		return -1;
	}
	return curl_error(net, code, err);
}
