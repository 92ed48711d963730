/*
 * From an address to the settings of its server.
 *
 * Sources, best first: the preset that claims the domain and the user's own provider files (no
 * network); what the domain itself says, as SRV records (RFC 6186, 8314), as PACC
 * (draft-ietf-mailmaint-pacc) and as autoconfig (draft-ietf-mailmaint-autoconfig); the ISPDB of
 * Thunderbird; whoever takes the domain's mail (MX): a preset, or autoconfig and ISPDB of
 * that host's domain; last, the usual names, which are really spoken to. All of them are asked
 * at once, the usual names a little later; an answer counts when every better source has
 * answered or failed. The whole takes at most params.ms.
 *
 * Who hears of the address: the servers of its own domain, over https and only with
 * tell_address. ISPDB and those of the MX hear the domain. No password is ever used here.
 *
 * A candidate says where it came from, how it was secured, and whether its host lies outside
 * the domain of the address: a person confirms it. One without encryption is never first, unless
 * it is on this host. What comes from outside is checked: names of hosts, ports, lengths; hosts
 * on this computer are refused, those of private networks marked.
 */
#ifndef OUTPOST_DISCOVER_H
#define OUTPOST_DISCOVER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "port/net.h"

struct account;
struct provider;

#define DISCOVER_MS  8000L	/* the whole */
#define DISCOVER_MAX 24		/* candidates that are kept */

/* In rank. (An SRV record that leads to strangers without DNSSEC comes behind the ISPDB.) */
enum discover_source {
	DISCOVER_OWN,		/* a provider file of the user */
	DISCOVER_PRESET,
	DISCOVER_SRV,
	DISCOVER_PACC,
	DISCOVER_AUTOCONFIG,	/* autoconfig.DOMAIN, then DOMAIN/.well-known */
	DISCOVER_ISPDB,
	DISCOVER_MX_PRESET,
	DISCOVER_MX_AUTOCONFIG,
	DISCOVER_MX_ISPDB,
	DISCOVER_PROBE,		/* one of the usual names, which answered */
	DISCOVER_SOURCES
};

/* How the answer was kept from being changed on its way. */
enum discover_secured {
	DISCOVER_BUILT_IN,	/* it came with the program, or from a file of the user */
	DISCOVER_DNSSEC,
	DISCOVER_HTTPS,
	DISCOVER_CLEAR,		/* it was not */
};

enum discover_sure { DISCOVER_CERTAIN, DISCOVER_LIKELY, DISCOVER_UNSURE, DISCOVER_GUESS };

enum discover_signin { DISCOVER_PASSWORD, DISCOVER_OAUTH2, DISCOVER_NO_SIGNIN };

enum discover_live {
	DISCOVER_NOT_TRIED, DISCOVER_ANSWERS,
	DISCOVER_BAD_CERT,	/* answers, with a certificate that is not to be trusted */
	DISCOVER_NO_ANSWER,
};

/* Strings are its own, valid UTF-8 without control characters, never NULL. */
struct discover_candidate {
	enum discover_source source;	/* the best that named it */
	unsigned also;			/* 1u << source of all that did */
	unsigned order;			/* within the source, smaller first */
	enum discover_secured secured;
	enum discover_sure sure;
	char host[256];			/* A-labels */
	int port;
	enum net_security security;
	char user[256];			/* to sign in with */
	char other_user[256];		/* or this: SRV does not say; "" none */
	enum discover_signin signin;
	bool foreign;			/* host is not of the address's domain */
	bool is_private;		/* host has an address of a private network */
	bool pending;			/* where host leads is still being asked: only to be shown;
					 * it may go again. None is left by discover_run */
	char name[128];			/* of the provider, "" unknown */
	char help_url[300];		/* https:// ; "" none */
	const struct provider *provider;	/* whose hints apply; NULL: none known */
	enum discover_live live;
	char live_text[300];		/* what it said, or why it did not */
};

struct discover_list {
	struct discover_candidate list[DISCOVER_MAX];	/* best first */
	size_t count;
};

/* One thing that was asked, and its answer. Visible-safe. */
struct discover_step {
	enum discover_source source;
	char asked[400];	/* "SRV _submissions._tcp.example.org" */
	char answer[400];	/* "mail.example.org port 465", "no such record" */
	bool found, secured;
	long ms, at;		/* how long it took, and when it ended since the begin */
};

struct discover_params {
	const char *address;	/* checked with addr_check */
	const char *dns;	/* as dns_params.server */
	const char *ca_file;	/* for https and for servers that are tried; NULL */
	bool allow_http;	/* autoconfig over http too */
	bool tell_address;	/* to the servers of its own domain */
	bool all;		/* ask everybody although a preset claims the domain */
	int cancel_fd;		/* -1: none */
	long ms;		/* 0: DISCOVER_MS */
};

/* Called one at a time from the thread that called discover_run. Any may be NULL. Lent. */
struct discover_watch {
	void *arg;
	/* The list changed, or the first of it is the answer now: settled. */
	void (*found)(void *arg, const struct discover_list *list, bool settled);
	void (*step)(void *arg, const struct discover_step *step);
};

/* 0 with list; when it is empty err, of ERR_HOST, ERR_NETWORK or ERR_TLS, says why: no such domain,
 * no network, a network with a sign-in page, a provider without SMTP, nothing found. -1: ERR_INPUT
 * the address, ERR_CANCELLED; list holds what had been found. */
int discover_run(const struct discover_params *params, const struct discover_watch *watch,
		 struct discover_list *list, struct err *err);

/* No network, no wait: what presets and own files say. True when one claims the domain;
 * the list stays empty when that provider has no SMTP. */
bool discover_known(const char *address, struct discover_list *list);

/* The first, if it can be proposed without a warning: encrypted, and it answers or was not
 * tried, and it is known where it leads; NULL. */
const struct discover_candidate *discover_best(const struct discover_list *list);

/* Do their servers answer as they should (connection, TLS, EHLO)? Sets live and live_text of the
 * first so many, all tried at once, and sorts again; the watch hears each. What lies in a private
 * network is not tried. -1: ERR_CANCELLED. */
int discover_check(const struct discover_params *params, const struct discover_watch *watch,
		   struct discover_list *list, size_t most, struct err *err);

/* May it be used without asking a person? Encrypted, in no private network, and either what led
 * to it could not be changed on its way, or its host is of the address's domain (and has to prove
 * that with a certificate), or a preset knows it. */
bool discover_trusted(const struct discover_candidate *candidate);

/* Host, port, security, user and provider of the account; what was set before is replaced. */
int discover_apply(const struct discover_candidate *candidate, struct account *account,
		   struct err *err);

const char *discover_source_name(enum discover_source source);	/* "srv", for programs */
/* "SRV record of example.org", "Thunderbird's list (ISPDB)" ...: where it came from, in words. */
const char *discover_source_words(enum discover_source source);
/* In a word or two, for a column: "SRV record", "Thunderbird's list". */
const char *discover_source_brief(enum discover_source source);
const char *discover_secured_name(enum discover_secured secured);
const char *discover_sure_name(enum discover_sure sure);
const char *discover_live_name(enum discover_live live);
/* "mail.example.org, port 465, TLS" */
void discover_sentence(const struct discover_candidate *candidate, char *out, size_t size);
/* "likely, not secured on its way here" */
void discover_sure_words(const struct discover_candidate *candidate, char *out, size_t size);
/* "the server is not one of example.org but of Example Ltd", for one whose host nothing that is
 * known beforehand vouches for; "" when that need not be said. */
void discover_foreign_words(const struct discover_candidate *candidate, const char *domain,
			    char *out, size_t size);

#endif
