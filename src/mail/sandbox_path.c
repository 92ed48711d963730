#include "mail/sandbox_path.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define LOCAL_MAX   64
#define LABEL_MAX   63
#define SIZE_DIGITS 18

static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/* Length of the characters at s that are in set or not ASCII. */
static size_t span(const char *s, const char *set)
{
	size_t n = 0;

	while (s[n] && ((unsigned char)s[n] >= 0x80 || strchr(set, s[n]) || strchr(letters, s[n])))
		n++;
	return n;
}

static size_t quoted_len(const char *s)
{
	size_t n = 1;

	for (; s[n] && s[n] != '"'; n++)
		if (s[n] == '\\' && !s[++n])
			return 0;
	return s[n] ? n + 1 : 0;
}

static size_t local_len(const char *s)
{
	return *s == '"' ? quoted_len(s) : span(s, "!#$%&'*+-/=?^_`{|}~.");
}

static size_t domain_len(const char *s)
{
	size_t n = 0;

	if (*s == '[') {
		n = strcspn(s, "]\\ ");
		return s[n] == ']' && n > 1 ? n + 1 : 0;
	}
	for (;;) {
		size_t label = span(s + n, "-_");

		if (label == 0 || label > LABEL_MAX)
			return 0;
		n += label;
		if (s[n] != '.')
			return n;
		n++;
	}
}

/* Steps over a source route, "@a,@b:", which means nothing any more. */
static const char *skip_route(const char *s)
{
	const char *colon = *s == '@' ? strchr(s, ':') : NULL;

	return colon ? colon + 1 : s;
}

/* "<address>" at *args, which moves behind it. false: that is no address. */
static bool take_path(const char **args, struct sandbox_path *path)
{
	const char *s = *args, *start;
	size_t local, domain = 0, len;

	path->address[0] = '\0';
	if (*s++ != '<')
		return false;
	if (*s == '>') {
		*args = s + 1;
		return true;
	}
	start = s = skip_route(s);
	local = local_len(s);
	if (local == 0 || local > LOCAL_MAX)
		return false;
	s += local;
	if (*s == '@') {
		domain = domain_len(s + 1);
		if (domain == 0)
			return false;
		s += 1 + domain;
	}
	len = (size_t)(s - start);
	if (*s != '>' || len > SANDBOX_ADDRESS_MAX || !text_utf8_valid(start, len))
		return false;
	memcpy(path->address, start, len);
	path->address[len] = '\0';
	*args = s + 1;
	return true;
}

static bool has_domain(const char *address)
{
	const char *at = strrchr(address, '@');

	return at && !strchr(at, '"');
}

static const char *param_size(struct sandbox_path *path, const char *value)
{
	size_t digits = strspn(value, "0123456789");

	if (digits == 0 || value[digits])
		return "501 5.5.4 SIZE needs a number of bytes";
	path->size = digits > SIZE_DIGITS ? ~0ULL : strtoull(value, NULL, 10);
	return NULL;
}

static const char *param_body(struct sandbox_path *path, const char *value)
{
	(void)path;
	if (text_eq_nocase(value, "7BIT") || text_eq_nocase(value, "8BITMIME"))
		return NULL;
	return "501 5.5.4 BODY is 7BIT or 8BITMIME";
}

static const char *param_utf8(struct sandbox_path *path, const char *value)
{
	path->utf8 = true;
	return *value ? "501 5.5.4 SMTPUTF8 has no value" : NULL;
}

static const char *param_auth(struct sandbox_path *path, const char *value)
{
	(void)path;
	return *value ? NULL : "501 5.5.4 AUTH needs an address or <>";
}

static const struct {
	const char *key;
	const char *(*take)(struct sandbox_path *path, const char *value);
} mail_params[] = {
	{ "SIZE", param_size },
	{ "BODY", param_body },
	{ "SMTPUTF8", param_utf8 },
	{ "AUTH", param_auth },
};

#define MAIL_PARAMS (sizeof mail_params / sizeof *mail_params)

static const char *take_param(char *word, unsigned *seen, struct sandbox_path *path)
{
	char *value = strchr(word, '=');

	if (value)
		*value++ = '\0';
	for (size_t i = 0; i < MAIL_PARAMS; i++) {
		if (!text_eq_nocase(word, mail_params[i].key))
			continue;
		if (*seen & 1u << i)
			return "501 5.5.4 A parameter is given twice";
		*seen |= 1u << i;
		return mail_params[i].take(path, value ? value : "");
	}
	return "555 5.5.4 A parameter is not known here";
}

static const char *take_params(const char *args, struct sandbox_path *path)
{
	unsigned seen = 0;

	while (*args) {
		char word[512];
		size_t n;

		if (*args != ' ')
			return "501 5.5.4 A blank is missing after the address";
		args += strspn(args, " ");
		n = strcspn(args, " ");
		if (n == 0)
			break;
		if (n >= sizeof word)
			return "501 5.5.4 A parameter is too long";
		memcpy(word, args, n);
		word[n] = '\0';
		args += n;
		const char *fault = take_param(word, &seen, path);

		if (fault)
			return fault;
	}
	return NULL;
}

/* Steps over "FROM:" or "TO:". Blanks behind it are wrong but common. */
static const char *after_keyword(const char *args, const char *keyword)
{
	if (!text_prefix_nocase(args, keyword))
		return NULL;
	args += strlen(keyword);
	return args + strspn(args, " ");
}

const char *sandbox_path_mail(const char *args, struct sandbox_path *path)
{
	const char *fault;

	*path = (struct sandbox_path){ .size = 0 };
	args = after_keyword(args, "FROM:");
	if (!args)
		return "501 5.5.4 Say MAIL FROM:<address>";
	if (!take_path(&args, path))
		return "501 5.1.7 The sender is not an address in angle brackets";
	fault = take_params(args, path);
	if (fault)
		return fault;
	if (path->address[0] && !has_domain(path->address))
		return "504 5.5.2 The sender needs a domain: <name@example.org>";
	if (!path->utf8 && !text_ascii(path->address))
		return "553 5.6.7 The sender is not ASCII: SMTPUTF8 is needed";
	return NULL;
}

const char *sandbox_path_rcpt(const char *args, bool utf8, struct sandbox_path *path)
{
	*path = (struct sandbox_path){ .size = 0 };
	args = after_keyword(args, "TO:");
	if (!args)
		return "501 5.5.4 Say RCPT TO:<address>";
	if (!take_path(&args, path) || !path->address[0])
		return "501 5.1.3 The recipient is not an address in angle brackets";
	if (args[strspn(args, " ")])
		return "555 5.5.4 RCPT has no parameters here";
	if (!has_domain(path->address) && !text_eq_nocase(path->address, "postmaster"))
		return "504 5.5.2 The recipient needs a domain: <name@example.org>";
	if (!utf8 && !text_ascii(path->address))
		return "553 5.6.7 The recipient is not ASCII: MAIL needs SMTPUTF8";
	return NULL;
}
