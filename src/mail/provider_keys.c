#include "mail/provider_keys.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/text.h"
#include "mail/country.h"
#include "mail/provider_names.h"
#include "mail/provider_template.h"
#include "port/ini.h"

#define DOMAIN_MAX 253
#define WORD_MAX   64
#define TEXT_MAX   400 /* bytes of a name or a hint: it has to fit on a screen */

static bool wrong(char *why, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static bool wrong(char *why, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, PROVIDER_WHY_MAX, fmt, ap);
	va_end(ap);
	return false;
}

static bool only(const char *s, size_t len, const char *allowed)
{
	return strspn(s, allowed) >= len;
}

#define DIGITS "0123456789"
#define LOWER  "abcdefghijklmnopqrstuvwxyz"
#define UPPER  "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

/* ---- what the values of keys may be ---- */

static void keep(void *member, const char *value)
{
	*(const char **)member = xstrdup(value);
}

/* Nothing that would do something on a terminal: it is shown as it stands. */
static bool take_text(void *member, const char *value, char *why)
{
	struct buf shown = BUF_INIT(8 * INI_LINE_MAX);
	bool plain;

	text_visible(&shown, value, strlen(value));
	plain = strcmp(buf_text(&shown), value) == 0;
	buf_free(&shown);
	if (!plain)
		return wrong(why, "it holds control characters");
	if (strlen(value) > TEXT_MAX)
		return wrong(why, "it is longer than %d bytes", TEXT_MAX);
	keep(member, value);
	return true;
}

static bool take_name(void *member, const char *value, char *why)
{
	return *value ? take_text(member, value, why) : wrong(why, "it is empty");
}

static bool url_after(const char *value, const char *scheme)
{
	size_t n = strlen(scheme);

	if (strncmp(value, scheme, n) != 0)
		return false;
	value += n;
	return only(value, 1, LOWER UPPER DIGITS) && text_ascii(value) &&
	       !text_has_control(value, strlen(value)) && !strpbrk(value, " \"<>\\^`{|}");
}

/* Where a secret is typed or sent. */
static bool take_https(void *member, const char *value, char *why)
{
	if (*value && !url_after(value, "https://"))
		return wrong(why, "\"%.80s\" is no https:// address", value);
	keep(member, value);
	return true;
}

/* Only for reading; a few providers still have no https there. */
static bool take_page(void *member, const char *value, char *why)
{
	if (*value && !url_after(value, "https://") && !url_after(value, "http://"))
		return wrong(why, "\"%.80s\" is no https:// or http:// address", value);
	keep(member, value);
	return true;
}

static bool take_kind(void *member, const char *value, char *why)
{
	if (provider_kind_parse(value, member) < 0)
		return wrong(why, "\"%.40s\" is none of mailbox, relay, local, custom", value);
	return true;
}

static bool take_password(void *member, const char *value, char *why)
{
	if (provider_password_parse(value, member) < 0)
		return wrong(why,
			     "\"%.40s\" is none of password, app-password, api-key, oauth2, "
			     "oauth2-or-app-password, none, no-smtp",
			     value);
	return true;
}

static bool take_security(void *member, const char *value, char *why)
{
	if (provider_security_parse(value, member) < 0)
		return wrong(why, "\"%.40s\" is none of tls, starttls, none", value);
	return true;
}

static bool take_port(void *member, const char *value, char *why)
{
	long n;

	if (text_number(value, 1, 65535, &n) < 0)
		return wrong(why, "\"%.40s\" is no port (1 to 65535)", value);
	*(int *)member = (int)n;
	return true;
}

static bool take_alt_port(void *member, const char *value, char *why)
{
	*(int *)member = 0;
	return *value == '\0' || take_port(member, value, why);
}

static bool take_count(void *member, const char *value, char *why)
{
	if (text_number(value, 0, 1000000000, member) < 0)
		return wrong(why, "\"%.40s\" is no whole number", value);
	return true;
}

static bool take_popularity(void *member, const char *value, char *why)
{
	if (text_number(value, 0, 9, member) < 0)
		return wrong(why, "\"%.40s\" is no number from 0 to 9", value);
	return true;
}

static bool take_flag(void *member, const char *value, char *why)
{
	if (strcmp(value, "yes") != 0 && strcmp(value, "no") != 0)
		return wrong(why, "\"%.40s\" is neither yes nor no", value);
	*(bool *)member = *value == 'y';
	return true;
}

static bool take_date(void *member, const char *value, char *why)
{
	static const char form[] = "9999-99-99";
	size_t n = strlen(value);
	bool good = n == 0 || n == 7 || n == 10;

	for (size_t i = 0; good && i < n; i++)
		good = form[i] == '9' ? value[i] >= '0' && value[i] <= '9' : value[i] == '-';
	if (!good)
		return wrong(why, "\"%.40s\" is no date (2026-01 or 2026-01-27)", value);
	keep(member, value);
	return true;
}

/* The names in it are looked at when the provider's own one is known. */
static bool take_template(void *member, const char *value, char *why)
{
	const char *at = value, *part;
	enum template_part what;
	size_t len;

	while ((what = template_next(&at, &part, &len)) != TEMPLATE_END) {
		if (what == TEMPLATE_BAD)
			return wrong(why, "\"%.80s\": braces are for {names}", value);
		if (what == TEMPLATE_TEXT &&
		    (strcspn(part, " \t") < len || text_has_control(part, len)))
			return wrong(why, "\"%.80s\" holds a blank", value);
	}
	keep(member, value);
	return true;
}

static bool take_host(void *member, const char *value, char *why)
{
	const char *at = value, *part;
	enum template_part what;
	size_t len;

	if (*value == '\0')
		return wrong(why, "it is empty");
	while ((what = template_next(&at, &part, &len)) != TEMPLATE_END) {
		if (what == TEMPLATE_BAD)
			return wrong(why, "\"%.80s\": braces are for {names}", value);
		if (what == TEMPLATE_TEXT && !only(part, len, LOWER UPPER DIGITS "-.:"))
			return wrong(why, "\"%.80s\" is no host name", value);
		if (what == TEMPLATE_NAME && template_is(part, len, "email"))
			return wrong(why, "a host name cannot hold {email}");
	}
	keep(member, value);
	return true;
}

static bool take_placeholder(void *member, const char *value, char *why)
{
	size_t n = strlen(value);

	if (n > 0 && (n > WORD_MAX || !only(value, 1, LOWER) || !only(value, n, LOWER DIGITS "-")))
		return wrong(why, "\"%.40s\" is no name (a to z, 0 to 9 and -)", value);
	if (template_of_address(value, n))
		return wrong(why, "{%s} is filled from the address, choose another name", value);
	keep(member, value);
	return true;
}

/* ---- lists ---- */

static size_t list_count(char *const *list)
{
	size_t n = 0;

	while (list && list[n])
		n++;
	return n;
}

static bool list_item(char ***list, size_t *n, char *item, bool (*good)(const char *), char *why)
{
	if (!good(item))
		return wrong(why, "\"%.80s\" is not well formed", item);
	for (size_t i = 0; i < *n; i++)
		if (strcmp((*list)[i], item) == 0)
			return wrong(why, "%.80s is there twice", item);
	if (*n == PROVIDER_LIST_MAX)
		return wrong(why, "there are more than %d", PROVIDER_LIST_MAX);
	*list = xreallocarray(*list, *n + 2, sizeof **list);
	(*list)[(*n)++] = xstrdup(item);
	(*list)[*n] = NULL;
	return true;
}

static bool take_list(void *member, const char *value, bool (*good)(const char *), char *why)
{
	char ***list = member;
	size_t n = list_count(*list);
	char *copy = xstrdup(value), *rest = copy, *item;
	bool fine = true;

	if (!*list)
		*list = xcalloc(1, sizeof **list);
	text_lower(copy);
	while (fine && (item = strtok_r(rest, " ,\t", &rest)))
		fine = list_item(list, &n, item, good, why);
	free(copy);
	return fine;
}

static bool good_domain(const char *s)
{
	size_t labels = 0;

	if (strlen(s) > DOMAIN_MAX)
		return false;
	for (;;) {
		size_t n = strcspn(s, ".");

		if (n == 0 || n > 63 || s[0] == '-' || s[n - 1] == '-' ||
		    !only(s, n, LOWER DIGITS "-"))
			return false;
		labels++;
		if (s[n] == '\0')
			return labels > 1;
		s += n + 1;
	}
}

static bool good_choice(const char *s)
{
	return strlen(s) <= WORD_MAX && only(s, strlen(s), LOWER DIGITS "-._");
}

static bool take_domains(void *member, const char *value, char *why)
{
	return take_list(member, value, good_domain, why);
}

static bool take_countries(void *member, const char *value, char *why)
{
	return take_list(member, value, country_known, why);
}

static bool take_choices(void *member, const char *value, char *why)
{
	return take_list(member, value, good_choice, why);
}

/* ---- the keys ---- */

#define AT(member) #member, offsetof(struct provider, member)

const struct provider_key provider_keys[] = {
	{ "name", AT(name), PROVIDER_TEXT, take_name, NULL, false },
	{ "kind", AT(kind), PROVIDER_ENUM, take_kind, "mailbox", false },
	{ "domains", AT(domains), PROVIDER_LIST, take_domains, "", false },
	{ "mx", AT(mx), PROVIDER_LIST, take_domains, "", false },
	{ "countries", AT(countries), PROVIDER_LIST, take_countries, "", false },
	{ "common", AT(common), PROVIDER_LIST, take_domains, "", false },
	{ "popularity", AT(popularity), PROVIDER_LONG, take_popularity, "0", false },
	{ "host", AT(host), PROVIDER_TEXT, take_host, NULL, true },
	{ "port", AT(port), PROVIDER_INT, take_port, NULL, true },
	{ "security", AT(security), PROVIDER_ENUM, take_security, NULL, true },
	{ "alt-port", AT(alt_port), PROVIDER_INT, take_alt_port, "", true },
	{ "alt-security", AT(alt_security), PROVIDER_ENUM, take_security, "none", true },
	{ "password", AT(password), PROVIDER_ENUM, take_password, "password", false },
	{ "user", AT(user), PROVIDER_TEXT, take_template, "", true },
	{ "same-password", AT(same_password), PROVIDER_FLAG, take_flag, "no", true },
	{ "placeholder", AT(placeholder), PROVIDER_TEXT, take_placeholder, "", true },
	{ "placeholder-label", AT(placeholder_label), PROVIDER_TEXT, take_text, "", true },
	{ "choices", AT(choices), PROVIDER_LIST, take_choices, "", true },
	{ "default", AT(choice_default), PROVIDER_TEXT, take_text, "", true },
	{ "oauth-auth-url", AT(oauth_auth_url), PROVIDER_TEXT, take_https, "", false },
	{ "oauth-token-url", AT(oauth_token_url), PROVIDER_TEXT, take_https, "", false },
	{ "oauth-device-url", AT(oauth_device_url), PROVIDER_TEXT, take_https, "", false },
	{ "oauth-scope", AT(oauth_scope), PROVIDER_TEXT, take_text, "", false },
	{ "hint", AT(hint), PROVIDER_TEXT, take_text, "", false },
	{ "note-date", AT(note_date), PROVIDER_TEXT, take_date, "", false },
	{ "help-url", AT(help_url), PROVIDER_TEXT, take_page, "", false },
	{ "app-password-url", AT(app_password_url), PROVIDER_TEXT, take_https, "", true },
	{ "limit", AT(limit), PROVIDER_TEXT, take_text, "", false },
	{ "per-hour", AT(per_hour), PROVIDER_LONG, take_count, "0", false },
	{ "per-day", AT(per_day), PROVIDER_LONG, take_count, "0", false },
	{ "per-message", AT(per_message), PROVIDER_LONG, take_count, "0", false },
	{ "max-size-mb", AT(max_size_mb), PROVIDER_LONG, take_count, "0", false },
	{ "sent-copy", AT(sent_copy), PROVIDER_FLAG, take_flag, "no", false },
	{ "unverified", AT(unverified), PROVIDER_FLAG, take_flag, "no", false },
};

const size_t provider_key_count = sizeof provider_keys / sizeof provider_keys[0];
