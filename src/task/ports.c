#include "task/ports.h"

#include "base/err.h"
#include "mail/account.h"
#include "mail/smtp.h"

#define PATIENCE 3000L /* ms for each port */

static const struct port {
	int port;
	enum net_security security;
	const char *label, *setting;
} ports[] = {
	{ 587, NET_STARTTLS, "STARTTLS", "starttls" },
	{ 465, NET_TLS, "TLS", "tls" },
};

enum { PORTS = sizeof ports / sizeof *ports };

/* The kind of the error, ERR_NONE when it answers as it should. */
static enum err_kind try_port(const struct smtp_params *base, const struct port *port)
{
	struct smtp_params params = *base;
	struct err err = ERR_INIT;
	struct smtp *smtp;

	params.port = port->port;
	params.security = port->security;
	params.user = NULL;
	params.secret = NULL;
	params.timeout = PATIENCE;
	smtp = smtp_open(&params, NULL, NULL, &err);
	smtp_close(smtp);
	return err.kind;
}

void ports_suggest(const struct account *a, int cancel_fd, struct err *err)
{
	struct smtp_params params;
	int tried = 0;

	account_smtp_params(a, &params);
	/* Then it is the proxy's business. */
	if (params.options.proxy)
		return;
	params.cancel_fd = cancel_fd;
	for (int i = 0; i < PORTS; i++) {
		enum err_kind kind;

		if (ports[i].port == params.port)
			continue;
		kind = try_port(&params, &ports[i]);
		if (kind == ERR_CANCELLED)
			return;
		if (kind == ERR_NONE) {
			err_hint(err,
				 "The same server answers on port %d with %s, so the network here "
				 "blocks port %d or it is the wrong one. Use --port %d --security "
				 "%s",
				 ports[i].port, ports[i].label, params.port, ports[i].port,
				 ports[i].setting);
			return;
		}
		tried++;
	}
	if (tried == PORTS)
		err_hint(err, "Ports 587 and 465, tried as well, gave no answer either: is the "
			      "name of the server right, and is this computer online?");
	else
		err_hint(err,
			 "Port %d, tried as well, gave no answer either: is the name of the "
			 "server right, and is this computer online?",
			 params.port == 587 ? 465 : 587);
}
