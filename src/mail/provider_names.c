#include "mail/provider_names.h"

#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const char *const kinds[] = {
	[PROVIDER_MAILBOX] = "mailbox",
	[PROVIDER_RELAY] = "relay",
	[PROVIDER_LOCAL] = "local",
	[PROVIDER_CUSTOM] = "custom",
};

static const struct {
	const char *name, *label;
} passwords[] = {
	[PROVIDER_PASSWORD] = { "password", "Password" },
	[PROVIDER_APP_PASSWORD] = { "app-password", "App password" },
	[PROVIDER_API_KEY] = { "api-key", "API key" },
	[PROVIDER_OAUTH2] = { "oauth2", "Access token" },
	[PROVIDER_OAUTH2_OR_APP] = { "oauth2-or-app-password", "App password" },
	[PROVIDER_NO_PASSWORD] = { "none", "No password" },
	[PROVIDER_NO_SMTP] = { "no-smtp", "No SMTP" },
};

static const struct {
	const char *name;
	int port;
} securities[] = {
	[NET_NONE] = { "none", 25 },
	[NET_STARTTLS] = { "starttls", 587 },
	[NET_TLS] = { "tls", 465 },
};

static const struct {
	int port;
	enum net_security security;
} ports[] = {
	{ 25, NET_NONE },  { 465, NET_TLS },       { 587, NET_STARTTLS },  { 1025, NET_NONE },
	{ 2465, NET_TLS }, { 2525, NET_STARTTLS }, { 2587, NET_STARTTLS },
};

const char *provider_kind_name(enum provider_kind kind)
{
	return kinds[kind];
}

int provider_kind_parse(const char *name, enum provider_kind *kind)
{
	for (size_t i = 0; i < COUNT(kinds); i++) {
		if (strcmp(kinds[i], name) == 0) {
			*kind = (enum provider_kind)i;
			return 0;
		}
	}
	return -1;
}

const char *provider_password_name(enum provider_password password)
{
	return passwords[password].name;
}

const char *provider_password_label(enum provider_password password)
{
	return passwords[password].label;
}

int provider_password_parse(const char *name, enum provider_password *password)
{
	for (size_t i = 0; i < COUNT(passwords); i++) {
		if (strcmp(passwords[i].name, name) == 0) {
			*password = (enum provider_password)i;
			return 0;
		}
	}
	return -1;
}

const char *provider_security_name(enum net_security security)
{
	return securities[security].name;
}

int provider_security_parse(const char *name, enum net_security *security)
{
	for (size_t i = 0; i < COUNT(securities); i++) {
		if (strcmp(securities[i].name, name) == 0) {
			*security = (enum net_security)i;
			return 0;
		}
	}
	return -1;
}

int provider_security_of_port(int port, enum net_security *security)
{
	for (size_t i = 0; i < COUNT(ports); i++) {
		if (ports[i].port == port) {
			*security = ports[i].security;
			return 0;
		}
	}
	return -1;
}

int provider_port_of_security(enum net_security security)
{
	return securities[security].port;
}
