#include "mail/addr.h"

#include <arpa/inet.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/text.h"

enum { ADDRESS_MAX = 254, LOCAL_MAX = 64, HOST_MAX = 253, LABEL_MAX = 63 };

/* What is being checked, for the sentences. */
struct subject {
	const char *kind;	/* "The address" */
	const char *text;
	struct err *err;
};

static int refuse(const struct subject *s, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static int refuse(const struct subject *s, const char *fmt, ...)
{
	char shown[100], fault[200];
	size_t len = strlen(s->text);
	const char *more = len >= sizeof shown ? "..." : "";
	va_list ap;

	text_visible_into(shown, sizeof shown, s->text, len);
	va_start(ap, fmt);
	vsnprintf(fault, sizeof fault, fmt, ap);
	va_end(ap);
	return err_set(s->err, ERR_INPUT, "%s \"%s%s\" %s.", s->kind, shown, more, fault);
}

/* Counted in characters from 1, as a person would. */
static size_t place(const struct subject *s, const char *at)
{
	size_t n = 1;

	for (const char *p = s->text; p < at; p++)
		n += ((unsigned char)*p & 0xc0) != 0x80;
	return n;
}

/* Characters nobody can see or that turn the writing around: they come from
 * pasted text, or from someone who wants an address to look like another.
 * (The joiners U+200C and U+200D belong to Persian and Indic spelling.) */
static bool unseen(unsigned c)
{
	static const struct {
		unsigned from, to;
	} ranges[] = {
		{ 0x80, 0xa0 },	    { 0xad, 0xad },	{ 0x61c, 0x61c },   { 0x1680, 0x1680 },
		{ 0x180e, 0x180e }, { 0x2000, 0x200b }, { 0x200e, 0x200f }, { 0x2028, 0x202f },
		{ 0x205f, 0x206f }, { 0x3000, 0x3000 }, { 0xfeff, 0xfeff }, { 0xfff9, 0xfffd },
		{ 0xe0000, 0xe0fff },
	};

	for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
		if (c >= ranges[i].from && c <= ranges[i].to)
			return true;
	return (c & 0xfffe) == 0xfffe;
}

/* What no part of an address or name may hold, quoted or not. */
static int check_characters(const struct subject *s)
{
	const char *p = s->text;
	size_t left = strlen(p), n;
	unsigned c;

	for (; left > 0; p += n, left -= n) {
		n = text_utf8_next(p, left, &c);
		if (n == 0)
			return refuse(s, "is not UTF-8 at character %zu", place(s, p));
		if (c == '\r' || c == '\n')
			return refuse(s, "has a line break at character %zu", place(s, p));
		if (c < 0x20 || c == 0x7f)
			return refuse(s, "has a control character at character %zu", place(s, p));
		if (c == '<' || c == '>')
			return refuse(s, "has a '%c' at character %zu", (int)c, place(s, p));
		if (unseen(c))
			return refuse(s, "has an invisible character (U+%04X) at character %zu", c,
				      place(s, p));
	}
	return 0;
}

static int refuse_character(const struct subject *s, const char *at)
{
	unsigned c = 0;
	size_t n = text_utf8_next(at, strlen(at), &c);

	if (c == ' ')
		return refuse(s, "has a blank at character %zu", place(s, at));
	return refuse(s, "has a '%.*s' where none is allowed, at character %zu", (int)n, at,
		      place(s, at));
}

/* ASCII only: isalnum() would ask the locale. */
static bool letter_or_digit(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static int check_label(const struct subject *s, const char *label, size_t len)
{
	size_t characters = 0;

	if (len == 0)
		return refuse(s, "has a dot too many at character %zu", place(s, label));
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)label[i];

		/* No host name by the book has '_', but names of containers and
		 * of machines in a local network have. */
		if (!letter_or_digit(c) && c != '-' && c != '_' && c < 0x80)
			return refuse_character(s, label + i);
		characters += (c & 0xc0) != 0x80;
	}
	if (label[0] == '-' || label[len - 1] == '-')
		return refuse(s, "has a part that begins or ends with '-', at character %zu",
			      place(s, label));
	if (characters > LABEL_MAX)
		return refuse(s,
			      "has a part of %zu characters between dots; at most %d are allowed",
			      characters, LABEL_MAX);
	return 0;
}

static int check_name(const struct subject *s, const char *name)
{
	const char *label = name, *last;

	for (;;) {
		size_t n = strcspn(label, ".");

		if (check_label(s, label, n) < 0)
			return -1;
		last = label;
		if (!label[n])
			break;
		label += n + 1;
	}
	if (strlen(name) > HOST_MAX)
		return refuse(s, "has a server name of over %d bytes", HOST_MAX);
	/* A last part of digits only is an IPv4 address, or was meant as one. */
	if (last[strspn(last, "0123456789")] == '\0')
		return refuse(s, "ends in a number (character %zu) like an IP address",
			      place(s, last));
	return 0;
}

static bool is_ip(int family, const char *text, size_t len)
{
	unsigned char binary[16];
	char copy[INET6_ADDRSTRLEN];

	if (len >= sizeof copy)
		return false;
	memcpy(copy, text, len);
	copy[len] = '\0';
	return inet_pton(family, copy, binary) == 1;
}

/* "[192.0.2.1]" or "[IPv6:2001:db8::1]" (RFC 5321 4.1.3). */
static int check_literal(const struct subject *s, const char *literal)
{
	size_t len = strlen(literal);

	if (len > 2 && literal[len - 1] == ']') {
		if (text_prefix_nocase(literal, "[IPv6:") && is_ip(AF_INET6, literal + 6, len - 7))
			return 0;
		if (is_ip(AF_INET, literal + 1, len - 2))
			return 0;
	}
	refuse(s, "has no valid IP address in the brackets, at character %zu", place(s, literal));
	err_hint(s->err, "Write it as [192.0.2.1] or [IPv6:2001:db8::1].");
	return -1;
}

static int check_domain(const struct subject *s, const char *domain)
{
	if (*domain == '\0')
		return refuse(s, "has nothing after the @");
	if (*domain == '[')
		return check_literal(s, domain);
	if (check_name(s, domain) == 0)
		return 0;
	if (is_ip(AF_INET, domain, strlen(domain)))
		err_hint(s->err, "Put the IP address in brackets: [%s].", domain);
	return -1;
}

/* Sets *end behind a "quoted local part" (RFC 5321 Quoted-string). */
static int check_quoted(const struct subject *s, const char **end)
{
	const char *p = s->text + 1;

	for (; *p && *p != '"'; p++)
		if (*p == '\\' && *++p == '\0')
			break;
	if (*p != '"')
		return refuse(s, "has a quote that is not closed");
	if (p == s->text + 1)
		return refuse(s, "has nothing between the quotes before the @");
	*end = p + 1;
	return 0;
}

/* Sets *end behind a dot-atom (RFC 5322 3.2.3, RFC 6532 for UTF-8). */
static int check_atoms(const struct subject *s, const char **end)
{
	const char *p = s->text;

	for (; *p && *p != '@'; p++) {
		unsigned char c = (unsigned char)*p;

		if (c == '.' && (p == s->text || p[1] == '.' || p[1] == '@')) {
			refuse(s, "has a dot too many at character %zu", place(s, p));
			err_hint(s->err, "If it really is spelt like that, put the part before "
					 "the @ in double quotes.");
			return -1;
		}
		if (!letter_or_digit(c) && c < 0x80 && !strchr(".!#$%&'*+-/=?^_`{|}~", c))
			return refuse_character(s, p);
	}
	*end = p;
	return 0;
}

int addr_check(const char *address, struct err *err)
{
	const struct subject s = { "The address", address ? address : "", err };
	const char *end = NULL;

	if (*s.text == '\0')
		return err_set(err, ERR_INPUT, "The address is empty.");
	if (check_characters(&s) < 0)
		return -1;
	if (!strchr(s.text, '@')) {
		refuse(&s, "has no @");
		err_hint(err, "A mail address looks like name@example.org.");
		return -1;
	}
	if (*s.text == '@')
		return refuse(&s, "has nothing before the @");
	if ((*s.text == '"' ? check_quoted(&s, &end) : check_atoms(&s, &end)) < 0)
		return -1;
	if (*end != '@')
		return refuse(&s, "has no @ behind the closing quote");
	if (end - s.text > LOCAL_MAX)
		return refuse(&s, "has %zu bytes before the @; at most %d are allowed",
			      (size_t)(end - s.text), LOCAL_MAX);
	if (strchr(end + 1, '@'))
		return refuse(&s, "has more than one @");
	if (check_domain(&s, end + 1) < 0)
		return -1;
	if (strlen(s.text) > ADDRESS_MAX)
		return refuse(&s, "has %zu bytes; at most %d are allowed", strlen(s.text),
			      ADDRESS_MAX);
	return 0;
}

const char *addr_domain(const char *address)
{
	const char *at = strrchr(address, '@');

	return at ? at + 1 : "";
}

int addr_check_host(const char *host, struct err *err)
{
	const struct subject s = { "The server name", host ? host : "", err };
	size_t len = strlen(s.text);

	if (len == 0)
		return err_set(err, ERR_INPUT, "The server name is empty.");
	if (check_characters(&s) < 0)
		return -1;
	if (is_ip(AF_INET, s.text, len) || is_ip(AF_INET6, s.text, len))
		return 0;
	if (*s.text == '[' && s.text[len - 1] == ']' && is_ip(AF_INET6, s.text + 1, len - 2))
		return 0;
	if (check_name(&s, s.text) == 0)
		return 0;
	if (strchr(s.text, '/'))
		err_hint(err, "Give only the name, like mail.example.org, without smtp://.");
	else if (strchr(s.text, '@'))
		err_hint(err, "This looks like a mail address; the server's name has no @.");
	else if (strchr(s.text, ':'))
		err_hint(err, "Give only the name; the port is a setting of its own.");
	else if (s.text[len - 1] == '.')
		err_hint(err, "Leave out the dot at the end.");
	return -1;
}

void addr_list_add(struct addr_list *list, const char *name, const char *address)
{
	list->list = xreallocarray(list->list, list->count + 1, sizeof *list->list);
	list->list[list->count].name = xstrdup(name ? name : "");
	list->list[list->count].address = xstrdup(address);
	list->count++;
}

bool addr_list_has(const struct addr_list *list, const char *address)
{
	const char *at = strrchr(address, '@');
	size_t local = at ? (size_t)(at - address) : 0;

	for (size_t i = 0; i < list->count; i++) {
		const char *other = list->list[i].address;

		if (strncmp(other, address, local) == 0 &&
		    text_eq_nocase(other + local, address + local))
			return true;
	}
	return false;
}

void addr_list_clear(struct addr_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		free(list->list[i].name);
		free(list->list[i].address);
	}
	free(list->list);
	*list = (struct addr_list)ADDR_LIST_INIT;
}
