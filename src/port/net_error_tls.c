/* Words for TLS that could not be set up: whose fault it is, what to try. */
#include "port/net_private.h"

#include <time.h>

#include "base/err.h"
#include "base/text.h"

/* TCP stands, but no greeting, or no handshake, came. */
void net_hint_security(const struct net *net, struct err *err)
{
	if (net->web)
		return;
	if (net->security == NET_TLS)
		err_hint(err, "The server may expect clear text first: try STARTTLS (usually port "
			      "587).");
	else
		err_hint(err, "The server may expect TLS from the first byte: try TLS (usually "
			      "port 465).");
}

static const char *day(time_t t, char out[16])
{
	struct tm tm;

	gmtime_r(&t, &tm);
	strftime(out, 16, "%Y-%m-%d", &tm);
	return out;
}

/* Networks with a sign-in page answer for every server. */
static void hint_portal(struct err *err, const char *before)
{
	err_hint(err,
		 "%sIn a hotel, train or café, log in to the network with a web browser first.",
		 before);
}

static void hint_own_server(const struct net *net, struct err *err)
{
	if (net->web) {
		hint_portal(err, "");
		return;
	}
	err_hint(err,
		 "If you know the server, give its authority's certificate as --ca-file, or trust "
		 "its key alone: --pin %s",
		 net->probe.tls.key_pin);
}

int net_error_other_key(const struct net *net, struct err *err)
{
	err_set(err, ERR_TLS,
		"THE KEY OF %s HAS CHANGED: it is none of those pinned for this account. Somebody "
		"may be listening in. Nothing was sent.",
		net->host);
	err_hint(err, "Ask whoever runs the server. If the new key is theirs, pin it: --pin %s",
		 net->probe.tls.key_pin);
	return -1;
}

int net_error_certificate(const struct net *net, struct err *err)
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
		hint_own_server(net, err);
		return -1;
	case NET_TLS_UNKNOWN_ISSUER:
		err_set(err, ERR_TLS,
			"The certificate of %s was issued by %s, which is not trusted "
			"here.",
			net->host, tls->issuer[0] ? tls->issuer : "somebody");
		hint_own_server(net, err);
		return -1;
	case NET_TLS_GOOD:
		err_set(err, ERR_TLS, "The certificate is not for %s but for %.300s.", net->host,
			tls->names[0] ? tls->names : "nobody");
		if (net->web)
			hint_portal(err, "");
		else
			hint_portal(err, "Use a name that the certificate has, if it is the same "
					 "server. ");
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

/* With TLS 1.3 that is told after the handshake, to the first who reads. */
bool net_error_wants_cert(const struct net *net, struct err *err)
{
	if (net->probe.alert != NET_TLS_ALERT_CERTIFICATE)
		return false;
	err_set(err, ERR_TLS, "%s wants a certificate of yours, and %s.", net->host,
		net->has_cert ? "does not accept the one it got" : "there is none");
	if (!net->web)
		err_hint(err, "Set it with --client-cert and --client-key.");
	return true;
}

int net_error_handshake(const struct net *net, struct err *err)
{
	static const char *const no_tls[] = { "wrong version number", "record layer failure",
					      "packet length too long", "unknown protocol", NULL };
	static const char *const old_tls[] = { "unsupported protocol", NULL };
	static const char *const dropped[] = { "SYSCALL", "unexpected eof", "reset by peer", NULL };

	if (net->probe.fault != NET_TLS_GOOD && !net->pinned)
		return net_error_certificate(net, err);
	if (net->probe.alert == NET_TLS_ALERT_VERSION || says(net, old_tls)) {
		err_set(err, ERR_TLS, "%s speaks only versions of TLS that are too old.",
			net->host);
		err_hint(err, net->web ? "At least TLS 1.2 is asked for."
				       : "At least TLS 1.2 is asked for, or what --tls-min says.");
		return -1;
	}
	if (net_error_wants_cert(net, err))
		return -1;
	if (says(net, no_tls)) {
		err_set(err, ERR_TLS, "Port %d of %s does not speak TLS%s.", net->port, net->host,
			net->security == NET_TLS ? " from the first byte" : ", though it said so");
		if (net->security == NET_TLS && !net->web)
			err_hint(err, "Choose STARTTLS for this port (usual on 587), or port 465 "
				      "for TLS.");
		return -1;
	}
	if (says(net, dropped)) {
		err_set(err, ERR_NETWORK, "%s closed the connection while TLS was being set up.",
			net->host);
		if (net->security == NET_TLS)
			net_hint_security(net, err);
		return -1;
	}
	err_set(err, ERR_TLS, "%s and this program could not agree on encryption: %s.", net->host,
		net->errbuf);
	err_hint(err, "At least TLS 1.2 is asked for.");
	return -1;
}

int net_error_no_starttls(const struct net *net, struct err *err)
{
	if (text_prefix_nocase(net->sent, "STARTTLS"))
		return err_set(err, ERR_TLS, "%s offers STARTTLS but refused it.", net->host);
	err_set(err, ERR_TLS, "%s does not offer STARTTLS on port %d.", net->host, net->port);
	err_hint(err, "Nothing was sent in clear text. Try TLS on port 465.");
	return -1;
}

int net_error_ca_file(const struct net *net, struct err *err)
{
	err_set(err, ERR_CONFIG, "The certificates to trust cannot be read: %s.", net->errbuf);
	err_hint(err, "--ca-file names a PEM file with one or more certificates.");
	return -1;
}

int net_error_client_cert(const struct net *net, struct err *err)
{
	err_set(err, ERR_CONFIG, "Your certificate or its key cannot be used: %s.", net->errbuf);
	err_hint(err, "--client-cert and --client-key name PEM files; the key must not be "
		      "encrypted.");
	return -1;
}
