/* Files with settings on web servers: PACC and autoconfig of a domain, and Thunderbird's list. */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "port/net_fetch.h"
#include "task/discover/autoconfig.h"
#include "task/discover/hunt.h"
#include "task/discover/pacc.h"

#define ISPDB "https://autoconfig.thunderbird.net/v1.1/"
#define PACC_RECORDS 4
#define FETCH_MS 5000L /* for one file, within the hunt's time */

/* 0 when a file came; what was asked and its failure are noted. */
static int fetch(struct hunt_question *q, const char *url, size_t max, struct net_fetched *got)
{
	struct hunt *hunt = q->task->hunt;
	struct net_fetch_params params = {
		.url = url,
		.allow_http = hunt->params->allow_http,
		.ca_file = hunt->params->ca_file,
		.dns = hunt->params->dns,
		.max = max,
		.deadline = clock_after(FETCH_MS),
		.cancel_fd = hunt->stop_fd,
	};
	struct err err = ERR_INIT;
	int rc;

	if (params.deadline > hunt->task_deadline)
		params.deadline = hunt->task_deadline;
	rc = net_fetch(&params, got, &err);
	if (rc == 0 && got->status == 200)
		return 0;
	if (rc < 0)
		hunt_answer(q, false, false, "%s", err.text);
	else
		hunt_answer(q, false, got->secured, "no such file (status %d)", got->status);
	if (err.kind == ERR_CONFIG)
		hunt_fault(hunt, &err);
	pthread_mutex_lock(&hunt->lock);
	if (err.kind == ERR_TLS && strncmp(url, ISPDB, sizeof ISPDB - 1) == 0)
		hunt->strange_certificate = true;
	pthread_mutex_unlock(&hunt->lock);
	return -1;
}

/* What was read, with where it came from. */
static void offer_all(struct hunt_task *task, struct discover_list *read, bool secured)
{
	struct discover_candidate base = hunt_candidate(task);

	for (size_t i = 0; i < read->count; i++) {
		struct discover_candidate *c = &read->list[i];

		c->source = base.source;
		c->also = base.also;
		c->order = base.order + (unsigned)i;
		c->secured = secured ? DISCOVER_HTTPS : DISCOVER_CLEAR;
	}
	hunt_offer(task, read->list, read->count);
}

static void note_read(const struct hunt_question *q, const struct net_fetched *got,
		      const struct discover_list *read)
{
	const struct discover_candidate *c = read->list;

	if (read->count == 0)
		hunt_answer(q, false, got->secured, "a file without a server for outgoing mail");
	else
		hunt_answer(q, true, got->secured, "%s port %d%s%s%s", c->host, c->port,
			    read->count > 1 ? ", and more" : "", got->hops ? ", from " : "",
			    got->hops ? got->url : "");
}

/* ---- autoconfig, ISPDB ---- */

static void read_autoconfig(struct hunt_task *task, const char *url, const char *shown)
{
	struct net_fetched got = { 0 };
	struct discover_list read = { .count = 0 };
	struct err err = ERR_INIT;
	struct hunt_question q;

	hunt_ask(&q, task, "%s", shown);
	if (fetch(&q, url, AUTOCONFIG_MAX, &got) == 0) {
		if (autoconfig_read(got.body.data, got.body.len, task->hunt->params->address,
				    &read, &err) < 0) {
			hunt_answer(&q, false, got.secured, "%s", err.text);
		} else {
			note_read(&q, &got, &read);
			offer_all(task, &read, got.secured && task->secured);
		}
	}
	net_fetched_clear(&got);
}

static void add_address(struct buf *url, const char *address)
{
	buf_adds(url, "?emailaddress=");
	for (; *address; address++) {
		unsigned char c = (unsigned char)*address;

		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		    strchr("-._~", c))
			buf_addc(url, (char)c);
		else
			buf_printf(url, "%%%02X", c);
	}
}

/* The ways of a domain to its file; the order of the task says which. */
static const struct place {
	const char *before, *after;
	bool http;
} places[] = {
	{ "https://autoconfig.", "/mail/config-v1.1.xml", false },
	{ "https://", "/.well-known/autoconfig/mail/config-v1.1.xml", false },
	{ "http://autoconfig.", "/mail/config-v1.1.xml", true },
	{ "http://", "/.well-known/autoconfig/mail/config-v1.1.xml", true },
};

enum { PLACES = sizeof places / sizeof *places, PER_FILE = DISCOVER_MAX };

static void ask_autoconfig(struct hunt_task *task)
{
	const struct place *place = &places[task->order / PER_FILE % PLACES];
	const struct discover_params *params = task->hunt->params;
	struct buf url = BUF_INIT(2048);
	char shown[400];

	snprintf(shown, sizeof shown, "%s%s%s", place->before, task->host, place->after);
	buf_adds(&url, shown);
	/* Nobody but the domain itself learns the address, and nobody on the way. */
	if (task->source == DISCOVER_AUTOCONFIG && params->tell_address && !place->http)
		add_address(&url, params->address);
	read_autoconfig(task, buf_text(&url), shown);
	buf_free(&url);
}

static void ask_ispdb(struct hunt_task *task)
{
	char url[400];

	snprintf(url, sizeof url, ISPDB "%s", task->host);
	read_autoconfig(task, url, url);
}

/* ---- PACC ---- */

/* While a file is changed there may be a record for the old one and one for the new. */
struct digests {
	unsigned char list[PACC_RECORDS][32];
	size_t count;
};

static void ask_digests(struct hunt_task *task, struct digests *digests)
{
	struct dns_answer answer = DNS_ANSWER_INIT;
	struct err err = ERR_INIT;
	struct hunt_question q;
	char name[300];
	int rc;

	snprintf(name, sizeof name, "_ua-auto-config.%s", task->host);
	hunt_ask(&q, task, "TXT %s", name);
	rc = hunt_dns_ask(task->hunt, DNS_TXT, name, &answer, &err);
	for (size_t i = 0; i < answer.count && digests->count < PACC_RECORDS; i++)
		if (pacc_record(answer.list[i].text, digests->list[digests->count]))
			digests->count++;
	hunt_answer(&q, digests->count > 0, answer.secure, "%s",
		    rc < 0		  ? err.text
		    : digests->count > 0  ? "settings are announced"
		    : answer.count > 0	  ? "nothing about settings"
					  : "no such record");
	dns_answer_clear(&answer);
}

static void read_pacc(struct hunt_task *task, const struct digests *digests, const char *url)
{
	struct net_fetched got = { 0 };
	struct discover_list read = { .count = 0 };
	struct err err = ERR_INIT;
	struct hunt_question q;
	int rc = -1;

	hunt_ask(&q, task, "%s", url);
	if (fetch(&q, url, PACC_MAX, &got) == 0) {
		for (size_t i = 0; rc < 0 && i < digests->count; i++)
			rc = pacc_read(got.body.data, got.body.len, digests->list[i],
				       task->hunt->params->address, &read, &err);
		if (rc < 0) {
			hunt_answer(&q, false, got.secured, "%s", err.text);
		} else {
			note_read(&q, &got, &read);
			offer_all(task, &read, got.secured);
		}
	}
	net_fetched_clear(&got);
}

static void ask_pacc(struct hunt_task *task)
{
	struct digests digests = { .count = 0 };
	char url[400];

	snprintf(url, sizeof url,
		 "https://ua-auto-config.%s/.well-known/user-agent-configuration.json", task->host);
	ask_digests(task, &digests);
	if (digests.count > 0)
		read_pacc(task, &digests, url);
}

/* ---- who is asked ---- */

static void start_autoconfig(struct hunt *hunt, const struct hunt_task *like)
{
	for (unsigned i = 0; i < PLACES; i++) {
		struct hunt_task task = *like;

		/* The file of another domain is only looked for where it must be. */
		if ((places[i].http && !hunt->params->allow_http) ||
		    (like->source == DISCOVER_MX_AUTOCONFIG && i % 2))
			continue;
		task.order += i * PER_FILE;
		hunt_start(hunt, &task);
	}
}

void ask_web(struct hunt *hunt)
{
	struct hunt_task task = { .secured = true };

	snprintf(task.host, sizeof task.host, "%s", hunt->domain);
	task.source = DISCOVER_PACC;
	task.ask = ask_pacc;
	hunt_start(hunt, &task);
	task.source = DISCOVER_AUTOCONFIG;
	task.ask = ask_autoconfig;
	start_autoconfig(hunt, &task);
	task.source = DISCOVER_ISPDB;
	task.ask = ask_ispdb;
	hunt_start(hunt, &task);
}

void ask_web_of(struct hunt *hunt, const char *base, bool secured, unsigned nth)
{
	struct hunt_task task = { .secured = secured, .order = nth * PLACES * PER_FILE };

	snprintf(task.host, sizeof task.host, "%s", base);
	task.source = DISCOVER_MX_AUTOCONFIG;
	task.ask = ask_autoconfig;
	start_autoconfig(hunt, &task);
	task.source = DISCOVER_MX_ISPDB;
	task.ask = ask_ispdb;
	hunt_start(hunt, &task);
}
