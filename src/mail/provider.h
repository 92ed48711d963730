/*
 * Mail providers as data.
 *
 * providers/ID.ini, one file each, are read and checked at build time by
 * src/tool/mkproviders.c into the table provider_table (constant data, no work
 * at start). The user's own files in CONFIG/providers/ID.ini are read by the same code
 * (provider_parse) at run time and win over the table.
 *
 * The file has one section, [provider]; its keys are the rows of the table in
 * provider_keys.c. An unknown key is a fault. name, host, port and security must be there; only
 * a provider without SMTP (password = no-smtp) has no server to name. Lists
 * are separated by blanks or commas; a long one goes on in KEY-2, KEY-3, ... because a line
 * has at most INI_LINE_MAX bytes.
 *
 * Templates: host and user may hold {local}, {domain}, {domain-dashed} (and user
 * {email}) and one placeholder of the provider's own ({region}, {server}, ...), whose
 * choices are a list or free text.
 *
 * Nothing here locks: provider_load_own comes before other threads ask.
 */
#ifndef OUTPOST_PROVIDER_H
#define OUTPOST_PROVIDER_H

#include <stdbool.h>
#include <stddef.h>

#include "port/net.h"

struct buf;
struct err;

enum provider_kind { PROVIDER_MAILBOX, PROVIDER_RELAY, PROVIDER_LOCAL, PROVIDER_CUSTOM };

/* What is to be typed as the password. */
enum provider_password {
	PROVIDER_PASSWORD,		/* the account's own */
	PROVIDER_APP_PASSWORD,
	PROVIDER_API_KEY,
	PROVIDER_OAUTH2,		/* no password works */
	PROVIDER_OAUTH2_OR_APP,		/* an app password, or OAuth2 */
	PROVIDER_NO_PASSWORD,		/* no sign-in */
	PROVIDER_NO_SMTP,		/* no server that programs could send through */
};

/* All strings are UTF-8 and never NULL ("" when not given); lists end in NULL. */
struct provider {
	const char *id;			/* [a-z0-9][a-z0-9-]* */
	const char *name;
	enum provider_kind kind;
	const char *const *domains;	/* lower case; claimed by this provider alone */
	const char *const *mx;		/* suffixes of MX hosts; of this provider alone */
	const char *const *countries;	/* ISO 3166, lower case; empty: everywhere */
	const char *const *common;	/* of the domains: many people have one (mail/typo) */
	long popularity;		/* 0 to 9: how likely a mistyped domain is meant for it */
	const char *host;		/* template; "" and no port when there is no SMTP */
	int port;
	enum net_security security;
	int alt_port;			/* 0: none */
	enum net_security alt_security;
	enum provider_password password;
	const char *user;		/* template: "{email}", "{local}", "apikey"; "" is typed */
	bool same_password;		/* the password equals the user name (Postmark) */
	const char *placeholder;	/* "region"; "" none */
	const char *placeholder_label;	/* "AWS region" */
	const char *const *choices;	/* of the placeholder; empty: free text */
	const char *choice_default;
	const char *oauth_auth_url, *oauth_token_url, *oauth_device_url, *oauth_scope;
	const char *hint;		/* what to know before typing the password */
	const char *note_date;		/* when that was so: 2026-01 or 2026-01-27; "" not said */
	const char *help_url;		/* the provider's page about it */
	const char *app_password_url;	/* where an app password or key is made */
	const char *limit;		/* in words */
	long per_hour, per_day, per_message;	/* messages, messages, recipients; 0 unknown */
	long max_size_mb;		/* 0 unknown */
	bool sent_copy;			/* the provider keeps a copy of what was sent */
	bool unverified;		/* the settings are from one source, or sources differ */
};

/* Number of providers, user's own first, then the table, in order of display: by kind, the
 * best known first, then by name. One in the table that an own file replaces is left out. */
size_t provider_count(void);
const struct provider *provider_at(size_t i);
const struct provider *provider_by_id(const char *id);		/* NULL: unknown */
/* Of an address or a bare domain; parent domains are not tried. No allocation, no I/O. What the
 * table claims for an id goes to the own file of that id. NULL: nobody claims it. */
const struct provider *provider_by_domain(const char *address);
/* Of a host that takes mail for a domain: the longest suffix of it, at the beginning of a label.
 * Else as provider_by_domain. */
const struct provider *provider_by_mx(const char *host);
/* Id, name or domain contains word, ASCII case ignored, or it is a country the provider is for
 * ("Deutschland", "de"; "world": those for every country), or its kind, but for mailboxes. Two
 * letters that are a country's mean nothing else. */
bool provider_matches(const struct provider *p, const char *word);

/* Expands a template; choice fills the own placeholder (NULL: its default).
 * ERR_INPUT when something is missing; out is then as before. */
int provider_expand(const struct provider *p, const char *tmpl, const char *address,
		    const char *choice, struct buf *out, struct err *err);

const char *provider_kind_name(enum provider_kind kind);
const char *provider_password_name(enum provider_password password);
/* "Password", "App password", "API key", ...: the label of the field. */
const char *provider_password_label(enum provider_password password);

/* Security in settings: "none", "starttls", "tls". */
const char *provider_security_name(enum net_security security);
int provider_security_parse(const char *name, enum net_security *security);
/* What usually goes with a port (465 tls, 587 and 2525 starttls, 25 and 1025 none ...); -1:
 * unknown. */
int provider_security_of_port(int port, enum net_security *security);
int provider_port_of_security(enum net_security security);

/* Reads the user's own files (CONFIG/providers). Faulty ones are left out; each calls
 * fault (may be NULL) with file and reason ("line 3: ..."). Called once at start of what needs
 * providers; calling it again reads anew, and pointers to own providers end. */
void provider_load_own(void (*fault)(void *arg, const char *file, const char *reason), void *arg);
/* From a file of the user's. */
bool provider_is_own(const struct provider *p);

#endif
