#include "cli/setup_discover.h"

#include <string.h>

#include "base/err.h"
#include "cli/cancel.h"
#include "cli/print.h"
#include "mail/account.h"
#include "mail/addr.h"
#include "mail/provider.h"
#include "mail/smtp.h"
#include "task/discover/discover.h"

enum { CHECKED = 6 };

static void hint_options(const struct discover_candidate *c, struct err *err)
{
	err_hint(err, "To use it all the same: --host %s --port %d --security %s", c->host, c->port,
		 provider_security_name(c->security));
}

/* Why the first is not used without a person. */
static int refuse(const struct discover_candidate *c, const char *domain, struct err *err)
{
	char server[400];

	discover_sentence(c, server, sizeof server);
	if (c->live == DISCOVER_NO_ANSWER || c->live == DISCOVER_BAD_CERT)
		err_set(err, ERR_CONFIG, "For %s only %s was found, and it cannot be used: %s",
			domain, server, c->live_text);
	else if (c->security == NET_NONE)
		err_set(err, ERR_CONFIG, "For %s only %s was found; it is not used without being "
			"asked for.", domain, server);
	else if (c->is_private)
		err_set(err, ERR_CONFIG, "For %s %s was found, in a private network, by a way that "
			"anybody could have changed.", domain, server);
	else
		err_set(err, ERR_CONFIG, "For %s %s was found, a server of somebody else, by a way "
			"that anybody could have changed.", domain, server);
	hint_options(c, err);
	return -1;
}

static int find(const struct discover_params *params, struct discover_list *list, struct err *err)
{
	char hint[ERR_TEXT_MAX];

	if (discover_run(params, NULL, list, err) < 0)
		return -1;
	if (list->count > 0)
		return discover_check(params, NULL, list, CHECKED, err);
	memcpy(hint, err->hint, sizeof hint);
	err_hint(err, "%s%sWith options: --host HOST --port PORT", hint, hint[0] ? " " : "");
	return -1;
}

int setup_discover(struct account *a, struct err *err)
{
	struct smtp_params smtp;
	struct discover_params params = {
		.address = account_get(a, ACCOUNT_ADDRESS),
		.tell_address = true,
		.cancel_fd = cancel_fd(),
	};
	const char *domain = addr_domain(params.address);
	struct discover_list list = { .count = 0 };
	const struct discover_candidate *best;
	char server[400];

	account_smtp_params(a, &smtp);
	params.ca_file = smtp.options.ca_file;
	print_note("Looking for the server of %s.", domain);
	if (find(&params, &list, err) < 0)
		return -1;
	best = discover_best(&list);
	if (!best || !discover_trusted(best))
		return refuse(&list.list[0], domain, err);
	discover_sentence(best, server, sizeof server);
	print_note("Found %s, in %s.", server, discover_source_words(best->source));
	return discover_apply(best, a, err);
}
