/* What the domain's own records say: SRV names servers, MX tells who takes the mail. */
#include <stdio.h>
#include <string.h>

#include "mail/provider.h"
#include "port/suffix.h"
#include "task/discover/hunt.h"

enum { TARGETS = 4, EXCHANGERS = 3 };

/* ---- SRV (RFC 6186, 8314) ---- */

static struct discover_candidate target(const struct hunt_task *task,
					const struct dns_answer *answer, size_t i)
{
	const struct dns_record *r = &answer->list[i];
	struct discover_candidate c = hunt_candidate(task);
	const char *address = task->hunt->params->address;
	const char *at = strrchr(address, '@');

	c.order += (unsigned)i;
	c.secured = answer->secure ? DISCOVER_DNSSEC : DISCOVER_CLEAR;
	snprintf(c.host, sizeof c.host, "%s", r->text);
	c.port = r->port;
	c.security = task->security;
	/* The record does not say; most servers take the whole address. */
	snprintf(c.other_user, sizeof c.other_user, "%.*s", (int)(at - address), address);
	return c;
}

static void offer_targets(struct hunt_task *task, const struct dns_answer *answer)
{
	struct discover_candidate list[TARGETS];
	size_t count = 0;

	for (size_t i = 0; i < answer->count && i < TARGETS; i++)
		if (answer->list[i].text[0] && answer->list[i].port > 0)
			list[count++] = target(task, answer, i);
	hunt_offer(task, list, count);
}

static void ask_srv(struct hunt_task *task)
{
	struct dns_answer answer = DNS_ANSWER_INIT;
	struct err err = ERR_INIT;
	struct hunt_question q;
	int rc;

	hunt_ask(&q, task, "SRV %s", task->host);
	rc = hunt_dns_ask(task->hunt, DNS_SRV, task->host, &answer, &err);
	if (rc < 0)
		hunt_answer(&q, false, false, "%s", err.text);
	else if (rc == 0)
		hunt_answer(&q, false, answer.secure, "no such record");
	else if (answer.count == 1 && !answer.list[0].text[0])
		hunt_answer(&q, false, answer.secure, "not offered, says the domain");
	else
		hunt_answer(&q, true, answer.secure, "%s port %d%s", answer.list[0].text,
			    answer.list[0].port, answer.count > 1 ? ", and more" : "");
	if (rc > 0)
		offer_targets(task, &answer);
	dns_answer_clear(&answer);
}

/* ---- MX ---- */

/* The preset of the first that has one. */
static const struct provider *preset_of(const struct dns_answer *answer)
{
	for (size_t i = 0; i < answer->count; i++) {
		const struct provider *p = provider_by_mx(answer->list[i].text);

		if (p)
			return p;
	}
	return NULL;
}

static void offer_preset(struct hunt_task *task, const struct provider *p, bool secure)
{
	struct discover_list list = { .count = 0 };
	struct discover_candidate base = hunt_candidate(task);

	base.secured = secure ? DISCOVER_DNSSEC : DISCOVER_CLEAR;
	if (p->password != PROVIDER_NO_SMTP)
		list_add_provider(&list, p, task->hunt->params->address, &base);
	if (list.count == 0) {
		pthread_mutex_lock(&task->hunt->lock);
		task->hunt->unusable = p;
		pthread_mutex_unlock(&task->hunt->lock);
	}
	hunt_offer(task, list.list, list.count);
}

/* Settings of the host's own name without its first label, and of the domain that it belongs to
 * where that is another. */
static void ask_host(struct hunt_task *task, const char *host, bool secure)
{
	const char *base = suffix_base(host), *dot = strchr(host, '.');

	if (!base || suffix_same(base, task->hunt->domain))
		return;
	if (dot && strlen(dot + 1) > strlen(base))
		ask_web_of(task->hunt, dot + 1, secure, 0);
	ask_web_of(task->hunt, base, secure, 1);
}

static void ask_mx(struct hunt_task *task)
{
	struct dns_answer answer = DNS_ANSWER_INIT;
	const struct provider *p = NULL;
	struct err err = ERR_INIT;
	struct hunt_question q;
	int rc;

	hunt_ask(&q, task, "MX %s", task->host);
	rc = hunt_dns_ask(task->hunt, DNS_MX, task->host, &answer, &err);
	if (rc > 0)
		p = preset_of(&answer);
	if (rc < 0)
		hunt_answer(&q, false, false, "%s", err.text);
	else if (rc == 0)
		hunt_answer(&q, false, answer.secure, "no such record");
	else if (!answer.list[0].text[0])
		hunt_answer(&q, false, answer.secure, "the domain says that it takes no mail");
	else
		hunt_answer(&q, p != NULL, answer.secure, "%s%s%s", answer.list[0].text,
			    p ? ", which belongs to " : "", p ? p->name : "");
	if (rc > 0 && !answer.list[0].text[0]) {
		pthread_mutex_lock(&task->hunt->lock);
		task->hunt->no_mail = true;
		pthread_mutex_unlock(&task->hunt->lock);
	}
	if (p)
		offer_preset(task, p, answer.secure);
	else if (rc > 0 && answer.list[0].text[0])
		ask_host(task, answer.list[0].text, answer.secure);
	dns_answer_clear(&answer);
}

void ask_records(struct hunt *hunt)
{
	struct hunt_task srv = { .source = DISCOVER_SRV, .ask = ask_srv, .security = NET_TLS };
	struct hunt_task mx = { .source = DISCOVER_MX_PRESET, .ask = ask_mx };

	snprintf(srv.host, sizeof srv.host, "_submissions._tcp.%.230s", hunt->domain);
	hunt_start(hunt, &srv);
	snprintf(srv.host, sizeof srv.host, "_submission._tcp.%.230s", hunt->domain);
	srv.security = NET_STARTTLS;
	srv.order = TARGETS;
	hunt_start(hunt, &srv);
	snprintf(mx.host, sizeof mx.host, "%s", hunt->domain);
	hunt_start(hunt, &mx);
}
