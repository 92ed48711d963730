#include "mail/account_private.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/err.h"
#include "base/text.h"
#include "mail/addr.h"
#include "port/program.h"

static const char *const securities[] = { "tls", "starttls", "none", NULL };
static const char *const auths[] = { "auto",     "plain",         "login",
				     "cram-md5", "scram-sha-256", "scram-sha-1",
				     "external", "xoauth2",       "oauthbearer",
				     "none",     NULL };
static const char *const tls_versions[] = { "1.2", "1.3", NULL };
static const char *const passwords[] = { "keyring", "command", "credential", "file",
					 "ask",     "none",    NULL };

static const char *const yes_no[] = { "yes", "no", NULL };

static int check_provider(const char *value, struct err *err)
{
	if (account_id_ok(value))
		return 0;
	return err_set(err, ERR_INPUT,
		       "\"%s\" is not the id of a provider; ids are made of "
		       "small letters, digits, '.', '_' and '-'.",
		       value);
}

static int check_port(const char *value, struct err *err)
{
	long port;

	if (text_number(value, 1, 65535, &port) == 0)
		return 0;
	return err_set(err, ERR_INPUT, "The port must be a number from 1 to 65535, not \"%s\".",
		       value);
}

static int check_timeout(const char *value, struct err *err)
{
	long seconds;

	if (text_number(value, 0, 3600, &seconds) == 0)
		return 0;
	return err_set(err, ERR_INPUT,
		       "The timeout must be a number of seconds from 0 to 3600, "
		       "not \"%s\".",
		       value);
}

/* A relative path would mean another file in each folder outpost is called from. */
static int check_path(const char *value, struct err *err)
{
	if (value[0] == '/' || (strncmp(value, "~/", 2) == 0 && value[2]))
		return 0;
	return err_set(err, ERR_INPUT, "The path \"%s\" must begin with / or ~/.", value);
}

static int check_ehlo(const char *value, struct err *err)
{
	char mailbox[300];

	if (value[0] != '[')
		return addr_check_host(value, err);
	if (strlen(value) < sizeof mailbox - 2) {
		/* An address literal has the same form as behind an '@'. */
		memcpy(mailbox, "x@", 2);
		strcpy(mailbox + 2, value);
		if (addr_check(mailbox, NULL) == 0)
			return 0;
	}
	return err_set(err, ERR_INPUT,
		       "\"%s\" is not an address literal; it looks like "
		       "[192.0.2.1] or [IPv6:2001:db8::1].",
		       value);
}

/* "sha256//" and 32 bytes in base64, one or several with ';' between them. */
static int check_pin(const char *value, struct err *err)
{
	static const char base64[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *p = value;

	for (;;) {
		if (strncmp(p, "sha256//", 8) != 0 || strspn(p + 8, base64) != 43 || p[51] != '=')
			break;
		p += 52;
		if (*p == '\0')
			return 0;
		if (*p++ != ';')
			break;
	}
	err_set(err, ERR_INPUT,
		"\"%s\" is not the fingerprint of a key; it looks like "
		"sha256//, 43 letters and digits, =.",
		value);
	err_hint(err, "outpost test shows the one that the server has.");
	return -1;
}

/* A name and a password in it would lie in a file that is no place for secrets. */
static int check_proxy(const char *value, struct err *err)
{
	static const char *const schemes[] = { "socks5h://", "socks5://", "socks4a://", "socks4://",
					       "http://",    "https://",  NULL };
	char copy[300];
	char *host, *port;
	size_t i = 0;
	long n;

	if (strcmp(value, "none") == 0)
		return 0;
	while (schemes[i] && !text_prefix_nocase(value, schemes[i]))
		i++;
	if (strchr(value, '@'))
		return err_set(err, ERR_INPUT,
			       "A proxy that asks for a password cannot be used: "
			       "this file is no place for one.");
	if (schemes[i] && strlen(value) < sizeof copy) {
		strcpy(copy, value + strlen(schemes[i]));
		host = copy;
		port = strrchr(host, ':');
		if (port && !strchr(port, ']')) {
			*port++ = '\0';
			if (host[0] == '[' && host[strlen(host) - 1] == ']') {
				host[strlen(host) - 1] = '\0';
				host++;
			}
			if (addr_check_host(host, NULL) == 0 &&
			    text_number(port, 1, 65535, &n) == 0)
				return 0;
		}
	}
	err_set(err, ERR_INPUT,
		"\"%s\" is not a proxy; it looks like socks5h://HOST:PORT or "
		"http://HOST:PORT, or none.",
		value);
	return -1;
}

static int check_source(const char *value, struct err *err)
{
	struct in6_addr six;

	if (inet_pton(AF_INET, value, &six) == 1 || inet_pton(AF_INET6, value, &six) == 1)
		return 0;
	/* The name of an interface, as the kernel allows it (IFNAMSIZ). */
	if (strlen(value) < 16 && !strpbrk(value, "./:! "))
		return 0;
	return err_set(err, ERR_INPUT,
		       "\"%s\" is neither an address of this computer nor the "
		       "name of a network interface.",
		       value);
}

/* It becomes a file's name in $CREDENTIALS_DIRECTORY. */
static int check_credential(const char *value, struct err *err)
{
	if (strlen(value) <= 255 && !strchr(value, '/') && strcmp(value, ".") != 0 &&
	    strcmp(value, "..") != 0)
		return 0;
	return err_set(err, ERR_INPUT,
		       "The name of a credential is a file's name without '/', "
		       "not \"%s\".",
		       value);
}

static int check_limit(const char *value, struct err *err)
{
	long n;

	if (text_number(value, 0, 1000000, &n) == 0)
		return 0;
	return err_set(err, ERR_INPUT, "A limit is a number from 0 (none) to 1000000, not \"%s\".",
		       value);
}

static int check_days(const char *value, struct err *err)
{
	long n;

	if (text_number(value, 1, 3650, &n) == 0)
		return 0;
	return err_set(err, ERR_INPUT, "A number of days is from 1 to 3650, not \"%s\".", value);
}

static int check_query(const char *value, struct err *err)
{
	char **words = program_words(value, "", err);

	if (!words)
		return -1;
	program_words_free(words);
	return 0;
}

static const struct account_setting settings[] = {
	{ ACCOUNT_ADDRESS, "address", "Mail address", "ADDRESS",
	  "the address that mail is sent from", "", NULL, addr_check, ACCOUNT_REQUIRED },
	{ ACCOUNT_FROM_NAME, "from-name", "Your name", "NAME", "the name shown beside the address",
	  "", NULL, NULL, 0 },
	{ ACCOUNT_PROVIDER, "provider", "Provider", "ID",
	  "the provider it was set up from (see: outpost providers)", "", NULL, check_provider, 0 },
	{ ACCOUNT_HOST, "host", "Server", "HOST", "name or address of the outgoing mail server", "",
	  NULL, addr_check_host, ACCOUNT_REQUIRED },
	{ ACCOUNT_PORT, "port", "Port", "PORT",
	  "unless given: 465 with tls, 587 with starttls, 25 with none", "465", NULL, check_port,
	  0 },
	{ ACCOUNT_SECURITY, "security", "Encryption", "HOW",
	  "tls from the first byte, starttls after the greeting, or none", "tls", securities, NULL,
	  0 },
	{ ACCOUNT_AUTH, "auth", "Sign-in", "HOW",
	  "auto takes the best that is offered; the password of xoauth2 and oauthbearer is a "
	  "token",
	  "auto", auths, NULL, ACCOUNT_ADVANCED },
	{ ACCOUNT_USER, "user", "User name", "USER",
	  "the name to sign in with, unless it is the address", "", NULL, NULL, 0 },
	{ ACCOUNT_PASSWORD, "password", "Password from", "WHERE",
	  "where the password is kept; never in this file", "keyring", passwords, NULL, 0 },
	{ ACCOUNT_PASSWORD_COMMAND, "password-command", "Password command", "COMMAND",
	  "prints the password as its first line: pass show mail", "", NULL, NULL,
	  ACCOUNT_ADVANCED },
	{ ACCOUNT_PASSWORD_FILE, "password-file", "Password file", "FILE",
	  "a file only you can read, with the password in its first line", "", NULL, check_path,
	  ACCOUNT_PATH | ACCOUNT_ADVANCED },
	{ ACCOUNT_CREDENTIAL, "credential", "Credential", "NAME",
	  "name of a systemd credential that holds the password", "", NULL, check_credential,
	  ACCOUNT_ADVANCED },
	{ ACCOUNT_CA_FILE, "ca-file", "Certificates", "FILE",
	  "PEM file of the authorities to trust instead of the system's", "", NULL, check_path,
	  ACCOUNT_PATH | ACCOUNT_ADVANCED },
	{ ACCOUNT_PIN, "pin", "Key of the server", "KEY",
	  "trust this key and nothing else: sha256//..., as outpost test shows it", "", NULL,
	  check_pin, ACCOUNT_ADVANCED },
	{ ACCOUNT_TLS_MIN, "tls-min", "Oldest TLS", "VERSION", "the oldest that is good enough",
	  "1.2", tls_versions, NULL, ACCOUNT_ADVANCED },
	{ ACCOUNT_CLIENT_CERT, "client-cert", "Own certificate", "FILE",
	  "PEM file with a certificate that the server asks for", "", NULL, check_path,
	  ACCOUNT_PATH | ACCOUNT_ADVANCED },
	{ ACCOUNT_CLIENT_KEY, "client-key", "Its key", "FILE",
	  "PEM file with its key, unless that is in the same file", "", NULL, check_path,
	  ACCOUNT_PATH | ACCOUNT_ADVANCED },
	{ ACCOUNT_PROXY, "proxy", "Proxy", "URL",
	  "socks5h://HOST:PORT or http://HOST:PORT; none ignores $ALL_PROXY", "", NULL, check_proxy,
	  ACCOUNT_ADVANCED },
	{ ACCOUNT_SOURCE, "source-address", "Connect from", "ADDRESS",
	  "an address or interface of this computer", "", NULL, check_source, ACCOUNT_ADVANCED },
	{ ACCOUNT_EHLO_NAME, "ehlo-name", "Name of this host", "NAME",
	  "how this host names itself to the server", "", NULL, check_ehlo, ACCOUNT_ADVANCED },
	{ ACCOUNT_TIMEOUT, "timeout", "Timeout", "SECONDS",
	  "longest wait for a reply; 0 takes the minutes that RFC 5321 asks for", "0", NULL,
	  check_timeout, ACCOUNT_ADVANCED },
	{ ACCOUNT_SIGNATURE, "signature", "Signature", "TEXT", "lines added below a message", "",
	  NULL, NULL, ACCOUNT_MULTILINE | ACCOUNT_ADVANCED },
	{ ACCOUNT_SENT_FOLDER, "sent-folder", "Folder for sent mail", "FOLDER",
	  "a Maildir that gets a copy of what was sent", "", NULL, check_path,
	  ACCOUNT_PATH | ACCOUNT_ADVANCED },
	{ ACCOUNT_LIMIT_HOUR, "limit-hour", "Messages an hour", "NUMBER",
	  "the outbox sends no more in an hour; 0 is no limit; unless given, the provider's", "",
	  NULL, check_limit, ACCOUNT_ADVANCED },
	{ ACCOUNT_LIMIT_DAY, "limit-day", "Messages a day", "NUMBER",
	  "the outbox sends no more in a day; 0 is no limit; unless given, the provider's", "",
	  NULL, check_limit, ACCOUNT_ADVANCED },
	{ ACCOUNT_LIMIT_RECIPIENTS, "limit-recipients", "Recipients", "NUMBER",
	  "so many of a message go at a time; 0 is no limit; unless given, the provider's", "",
	  NULL, check_limit, ACCOUNT_ADVANCED },
	{ ACCOUNT_RETRY_DAYS, "retry-days", "Days of trying", "DAYS",
	  "what still waits after so many days has failed", "5", NULL, check_days,
	  ACCOUNT_ADVANCED },
	{ ACCOUNT_HISTORY_DAYS, "history-days", "Days of history", "DAYS",
	  "how long outpost outbox log remembers what was sent", "90", NULL, check_days,
	  ACCOUNT_ADVANCED },
	{ ACCOUNT_KEEP_MESSAGES, "keep-messages", "Keep messages", "yes|no",
	  "keep the text of what was sent as long as the history", "no", yes_no, NULL,
	  ACCOUNT_ADVANCED },
	{ ACCOUNT_ADDRESS_QUERY, "address-query", "Address book", "COMMAND",
	  "finds people while you write: khard email --parsable; what was typed comes last", "",
	  NULL, check_query, ACCOUNT_ADVANCED },
};

_Static_assert(sizeof settings / sizeof settings[0] == ACCOUNT_KEYS, "one row a setting");

const struct account_setting *account_setting(enum account_key key)
{
	return &settings[key];
}

const struct account_setting *account_setting_by_name(const char *name)
{
	for (size_t i = 0; i < ACCOUNT_KEYS; i++)
		if (text_eq_nocase(settings[i].name, name))
			return &settings[i];
	return NULL;
}
