/* The usual names, really spoken to: an open port proves nothing, an EHLO with TLS does. */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "mail/smtp.h"
#include "task/discover/hunt.h"

#define PROBE_MS 4000L /* for each step with one server */

/* In the order in which they are proposed. */
static const struct {
	int port;
	enum net_security security;
} ways[] = {
	{ 465, NET_TLS },
	{ 587, NET_STARTTLS },
	{ 25, NET_STARTTLS },
};
static const char *const names[] = { "smtp.", "mail.", "" };

enum { WAYS = sizeof ways / sizeof *ways, NAMES = sizeof names / sizeof *names, UNFIT = 100 };

static void describe(struct discover_candidate *c, const struct smtp_capabilities *caps,
		     const struct net_tls *tls)
{
	char text[sizeof c->live_text];

	if (caps->auth)
		snprintf(text, sizeof text, "%s%ssign-in by %s", tls->version,
			 tls->version[0] ? ", " : "", caps->auth_line);
	else
		snprintf(text, sizeof text, "%s%sno sign-in is offered", tls->version,
			 tls->version[0] ? ", " : "");
	text_visible_into(c->live_text, sizeof c->live_text, text, strlen(text));
	c->live = DISCOVER_ANSWERS;
	if (!caps->auth)
		c->signin = DISCOVER_NO_SIGNIN;
}

void probe_server(struct discover_candidate *c, const struct discover_params *params,
		  int cancel_fd, long ms)
{
	struct smtp_params smtp_params = {
		.host = c->host,
		.port = c->port,
		.security = c->security,
		/* That was looked at before, but a name may lead elsewhere each time. */
		.options = { .ca_file = params->ca_file,
			     .dns = params->dns,
			     .not_here = c->secured != DISCOVER_BUILT_IN &&
					 !net_is_loopback(c->host) },
		.cancel_fd = cancel_fd,
		.timeout = ms,
	};
	struct net_tls tls = { .version = "" };
	struct err err = ERR_INIT;
	struct smtp *smtp = smtp_open(&smtp_params, NULL, &tls, &err);

	if (smtp) {
		describe(c, smtp_capabilities(smtp), &tls);
	} else {
		c->live = err.kind == ERR_TLS && tls.cert_sha256[0] ? DISCOVER_BAD_CERT
								    : DISCOVER_NO_ANSWER;
		snprintf(c->live_text, sizeof c->live_text, "%.290s",
			 err.kind == ERR_CANCELLED ? "It did not answer in time." : err.text);
	}
	smtp_close(smtp);
}

static void ask_port(struct hunt_task *task)
{
	struct hunt *hunt = task->hunt;
	struct discover_candidate c = hunt_candidate(task);
	struct hunt_question q;

	snprintf(c.host, sizeof c.host, "%s", task->host);
	c.port = task->port;
	c.security = task->security;
	hunt_ask(&q, task, "EHLO to %s port %d, %s", c.host, c.port,
		 c.security == NET_TLS ? "TLS" : "STARTTLS");
	probe_server(&c, hunt->params, hunt->stop_fd, PROBE_MS);
	hunt_answer(&q, c.live == DISCOVER_ANSWERS, false, "%s", c.live_text);
	/* Where nobody can sign in, a program cannot hand over mail; a port for other servers. */
	if (c.live == DISCOVER_ANSWERS && c.signin == DISCOVER_NO_SIGNIN)
		c.order += UNFIT;
	if (c.live == DISCOVER_BAD_CERT || (c.live == DISCOVER_ANSWERS && c.order < UNFIT))
		hunt_offer(task, &c, 1);
}

/* A name that leads somewhere is tried on all ports. */
static void ask_name(struct hunt_task *task)
{
	struct dns_answer answer = DNS_ANSWER_INIT;
	struct hunt_task port = *task;
	struct err err = ERR_INIT;
	struct hunt_question q;
	int rc;

	hunt_ask(&q, task, "address of %s", task->host);
	rc = hunt_dns_ask(task->hunt, DNS_ADDRESS, task->host, &answer, &err);
	if (rc > 0 && hunt_worst(task->host, &answer) == NET_THIS_HOST)
		rc = 2;
	hunt_answer(&q, rc == 1, answer.secure, "%s",
		    rc == 2  ? "it leads to this computer: not tried"
		    : rc > 0 ? answer.list[0].text
		    : rc < 0 ? err.text
			     : "no such name");
	dns_answer_clear(&answer);
	port.ask = ask_port;
	for (unsigned i = 0; rc == 1 && i < WAYS; i++) {
		port.port = ways[i].port;
		port.security = ways[i].security;
		port.order = task->order + i;
		hunt_start(task->hunt, &port);
	}
}

/* Where every name exists, one that exists says nothing: for whoever reads the trail. */
static void ask_wildcard(struct hunt_task *task)
{
	struct dns_answer answer = DNS_ANSWER_INIT;
	struct err err = ERR_INIT;
	struct hunt_question q;

	hunt_ask(&q, task, "address of %s, a name that nobody made", task->host);
	if (hunt_dns_ask(task->hunt, DNS_ADDRESS, task->host, &answer, &err) > 0)
		hunt_answer(&q, false, answer.secure,
			    "%s: every name below %s leads somewhere, so only what answers counts",
			    answer.list[0].text, task->hunt->domain);
	dns_answer_clear(&answer);
}

void ask_usual(struct hunt *hunt)
{
	struct hunt_task task = { .source = DISCOVER_PROBE, .ask = ask_wildcard };

	snprintf(task.host, sizeof task.host, "no-such-name-here.%.230s", hunt->domain);
	hunt_start(hunt, &task);
	task.ask = ask_name;
	for (unsigned i = 0; i < NAMES; i++) {
		snprintf(task.host, sizeof task.host, "%s%.240s", names[i], hunt->domain);
		task.order = i * WAYS;
		hunt_start(hunt, &task);
	}
}
