#include "task/discover/discover.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/text.h"
#include "cli/cancel.h"
#include "cli/command.h"
#include "cli/print.h"
#include "mail/addr.h"
#include "mail/provider.h"
#include "port/json.h"

enum { CHECKED = 6, COLUMN = 14 };

struct discover_options {
	const char *dns, *ca_file;
	bool http, all, no_check;
};

/* What the watch needs. */
struct trail {
	struct json *steps; /* NULL: nobody wants it as JSON */
	bool print;
};

/* ---- the trail: what was asked, and what was answered ---- */

static void on_step(void *arg, const struct discover_step *step)
{
	const struct trail *trail = arg;
	struct json *one;

	if (trail->print)
		fprintf(stderr, "%6ld ms  %s\n           %s %s%s\n", step->at, step->asked,
			step->found ? "+" : "-", step->answer, step->secured ? " (secured)" : "");
	if (!trail->steps)
		return;
	one = json_new_object();
	json_put_text(one, "source", discover_source_name(step->source));
	json_put_text(one, "asked", step->asked);
	json_put_text(one, "answer", step->answer);
	json_put_bool(one, "found", step->found);
	json_put_bool(one, "secured", step->secured);
	json_put_number(one, "ms", step->ms);
	json_put_number(one, "at", step->at);
	json_add(trail->steps, one);
}

/* ---- candidates ---- */

static void put_some(struct json *value, const char *key, const char *text)
{
	json_put_text(value, key, text[0] ? text : NULL);
}

static struct json *also_json(const struct discover_candidate *c)
{
	struct json *list = json_new_array();

	for (int s = 0; s < DISCOVER_SOURCES; s++)
		if (c->also & 1u << s)
			json_add_text(list, discover_source_name((enum discover_source)s));
	return list;
}

static struct json *candidate_json(const struct discover_candidate *c)
{
	static const char *const signins[] = { [DISCOVER_PASSWORD] = "password",
					       [DISCOVER_OAUTH2] = "oauth2",
					       [DISCOVER_NO_SIGNIN] = "none" };
	struct json *value = json_new_object();

	json_put_text(value, "host", c->host);
	json_put_number(value, "port", c->port);
	json_put_text(value, "security", provider_security_name(c->security));
	put_some(value, "user", c->user);
	put_some(value, "other_user", c->other_user);
	json_put_text(value, "signin", signins[c->signin]);
	json_put_text(value, "source", discover_source_name(c->source));
	json_put(value, "sources", also_json(c));
	json_put_text(value, "sure", discover_sure_name(c->sure));
	json_put_text(value, "secured", discover_secured_name(c->secured));
	json_put_bool(value, "foreign", c->foreign);
	json_put_bool(value, "private", c->is_private);
	json_put_bool(value, "trusted", discover_trusted(c));
	put_some(value, "provider", c->provider ? c->provider->id : "");
	put_some(value, "name", c->name);
	put_some(value, "help_url", c->help_url);
	json_put_text(value, "live", discover_live_name(c->live));
	put_some(value, "live_text", c->live_text);
	return value;
}

static void print_sources(const struct discover_candidate *c)
{
	struct buf text = BUF_INIT(1024);

	buf_adds(&text, discover_source_words(c->source));
	for (int s = 0; s < DISCOVER_SOURCES; s++)
		if (c->also & 1u << s && s != (int)c->source)
			buf_printf(&text, "; also %s",
				   discover_source_words((enum discover_source)s));
	print_beside(stdout, "   Found in", buf_text(&text), COLUMN);
	buf_free(&text);
}

static void print_sure(const struct discover_candidate *c, const char *domain)
{
	char text[400];

	discover_sure_words(c, text, sizeof text);
	print_beside(stdout, "   Sure", text, COLUMN);
	discover_foreign_words(c, domain, text, sizeof text);
	if (text[0])
		print_beside(stdout, "   Note", text, COLUMN);
	if (c->is_private)
		print_beside(stdout, "   Note", "the server is in a private network", COLUMN);
}

static void print_user(const struct discover_candidate *c)
{
	char text[600];

	if (c->signin == DISCOVER_NO_SIGNIN) {
		print_beside(stdout, "   Sign-in", "none", COLUMN);
		return;
	}
	snprintf(text, sizeof text, "%s%s%s", c->user[0] ? c->user : "the one you were given",
		 c->other_user[0] ? ", or " : "", c->other_user);
	print_beside(stdout, "   User", text, COLUMN);
	if (c->signin == DISCOVER_OAUTH2)
		print_beside(stdout, "   Password", "does not work here: OAuth2 only", COLUMN);
	else if (c->provider)
		print_beside(stdout, "   Password", provider_password_label(c->provider->password),
			     COLUMN);
}

static void print_candidate(const struct discover_candidate *c, size_t number, const char *domain)
{
	char text[400];

	discover_sentence(c, text, sizeof text);
	printf("\n%zu  %s\n", number, text);
	if (c->name[0])
		print_beside(stdout, "   Provider", c->name, COLUMN);
	print_sources(c);
	print_sure(c, domain);
	print_user(c);
	if (c->live == DISCOVER_ANSWERS)
		print_beside(stdout, "   Answers", c->live_text, COLUMN);
	else if (c->live != DISCOVER_NOT_TRIED)
		print_beside(stdout, "   Fails", c->live_text, COLUMN);
	if (c->help_url[0])
		print_beside(stdout, "   Help", c->help_url, COLUMN);
}

static void print_list(const struct discover_list *list, const char *address)
{
	const struct discover_candidate *best = discover_best(list);
	const char *domain = addr_domain(address);

	print_visible(stdout, domain);
	printf(": %zu way%s to send.\n", list->count, list->count == 1 ? "" : "s");
	for (size_t i = 0; i < list->count; i++)
		print_candidate(&list->list[i], i + 1, domain);
	if (!best && list->list[0].live == DISCOVER_NO_ANSWER)
		fputs("\nNone of them answers from here. Is this computer online?\n", stdout);
	if (!best)
		return;
	fputs("\nSet up the first: outpost setup ", stdout);
	print_visible(stdout, address);
	putchar('\n');
}

/* ---- the command ---- */

static int look(const struct discover_params *params, const struct discover_options *o,
		const struct discover_watch *watch, struct discover_list *list, struct err *err)
{
	int rc = discover_run(params, watch, list, err);

	if (rc == 0 && list->count > 0 && !o->no_check)
		rc = discover_check(params, NULL, list, CHECKED, err);
	return rc;
}

static int run(struct call *call, struct err *err)
{
	const struct discover_options *o = call->options;
	struct trail trail = { call->global.json ? json_new_array() : NULL,
			       call->global.verbose };
	const struct discover_watch watch = { .arg = &trail, .step = on_step };
	const struct discover_params params = {
		.address = call->args[0],
		.dns = o->dns,
		.ca_file = o->ca_file,
		.allow_http = o->http,
		.tell_address = true,
		.all = o->all,
		.cancel_fd = cancel_fd(),
	};
	struct discover_list list = { .count = 0 };
	struct json *candidates;
	int rc;

	if (!call->global.json)
		print_typo(params.address, "It is looked up as you wrote it.");
	rc = look(&params, o, &watch, &list, err);
	if (call->global.json) {
		candidates = json_new_array();
		for (size_t i = 0; i < list.count; i++)
			json_add(candidates, candidate_json(&list.list[i]));
		call->result = json_new_object();
		json_put_text(call->result, "address", params.address);
		json_put(call->result, "candidates", candidates);
		json_put(call->result, "trail", trail.steps);
	} else if (rc == 0 && list.count > 0) {
		print_list(&list, params.address);
	}
	return rc == 0 && list.count > 0 ? 0 : -1;
}

#define AT(member) offsetof(struct discover_options, member)

static const struct option_row rows[] = {
	{ "dns", 0, "SERVER[:PORT]", "ask this name server, not the system's", OPTION_TEXT, AT(dns),
	  NULL, 0, 0 },
	{ "ca-file", 0, "FILE", "trust these authorities instead of the system's", OPTION_TEXT,
	  AT(ca_file), NULL, 0, 0 },
	{ "http", 0, NULL, "also look for settings over plain http, which anybody can change",
	  OPTION_FLAG, AT(http), NULL, 0, 0 },
	{ "all", 0, NULL, "ask everybody, although the provider is known", OPTION_FLAG, AT(all),
	  NULL, 0, 0 },
	{ "no-check", 0, NULL, "do not try whether the servers answer", OPTION_FLAG, AT(no_check),
	  NULL, 0, 0 },
	{ .name = NULL },
};

static const struct example examples[] = {
	{ "outpost discover alice@example.org", "the ways to send for an address" },
	{ "outpost discover -v alice@example.org", "with all that was asked and answered" },
	{ "outpost discover --all --dns 192.0.2.53 alice@example.org",
	  "what another name server says" },
	{ NULL, NULL },
};

const struct command command_discover = {
	.name = "discover",
	.args = "ADDRESS",
	.summary = "Find the server for an address",
	.description =
		"Looks for the server that takes outgoing mail for an address: in the list of "
		"providers, in the domain's own records and settings files (SRV, PACC, "
		"autoconfig), in Thunderbird's list, at whoever takes the domain's mail, and "
		"last under the usual names. The best comes first. Each tells where it was "
		"found, how sure that is, and whether the server answers.\n\n"
		"With -v all that was asked and answered goes to standard error. No password is "
		"used. Only the domain's own servers learn the address; everybody else is asked "
		"for the domain.",
	.examples = examples,
	.options = rows,
	.options_size = sizeof(struct discover_options),
	.min_args = 1,
	.max_args = 1,
	.run = run,
};
