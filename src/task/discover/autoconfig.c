#include "task/discover/autoconfig.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/text.h"
#include "mail/addr.h"
#include "port/xml.h"
#include "task/discover/fields.h"

#define SNIFF 2048 /* bytes at the begin that say what else a file is */

/* The elements that count, by how many of their ancestors are those on the way to a server. */
enum level { OUTSIDE, IN_CONFIG, IN_PROVIDER, IN_SERVER };

struct state {
	const char *address;
	struct discover_list *list;
	enum level level;
	int depth; /* of the element that is being read, 1 for the outermost */
	char root[64]; /* visible-safe */
	size_t begun; /* candidates before this provider's */
	struct discover_candidate about; /* name and help_url of this provider */
	struct discover_candidate server;
	bool has_security, has_user;
	bool has_signin; /* a way was named */
	bool can_signin; /* and one that we can go */
	bool bad; /* a part of the server cannot be right */
};

static const struct word {
	const char *text;
	int value;
} securities[] = {
	{ "SSL", NET_TLS },
	{ "TLS", NET_TLS },
	{ "STARTTLS", NET_STARTTLS },
	{ "plain", NET_NONE },
	{ NULL, 0 },
};

/* What we can do. The rest (NTLM, GSSAPI, smtp-after-pop, TLS-client-cert) is passed over. */
static const struct word signins[] = {
	{ "password-cleartext", DISCOVER_PASSWORD },
	{ "password-encrypted", DISCOVER_PASSWORD },
	{ "plain", DISCOVER_PASSWORD }, /* names of old */
	{ "secure", DISCOVER_PASSWORD },
	{ "OAuth2", DISCOVER_OAUTH2 },
	{ "none", DISCOVER_NO_SIGNIN },
	{ "client-IP-address", DISCOVER_NO_SIGNIN },
	{ NULL, 0 },
};

static const struct word *word(const struct word *words, const char *text)
{
	while (words->text && !text_eq_nocase(words->text, text))
		words++;
	return words->text ? words : NULL;
}

static size_t placeholder(struct buf *out, const char *text, const char *address)
{
	const char *domain = addr_domain(address);
	size_t local = (size_t)(domain - address) - (*domain ? 1 : 0);

	if (strncmp(text, "%EMAILADDRESS%", 14) == 0)
		return buf_adds(out, address) < 0 ? 0 : 14;
	if (strncmp(text, "%EMAILLOCALPART%", 16) == 0)
		return buf_add(out, address, local) < 0 ? 0 : 16;
	if (strncmp(text, "%EMAILDOMAIN%", 13) == 0)
		return buf_adds(out, domain) < 0 ? 0 : 13;
	return 0;
}

/* False when it is too long, or has a placeholder that is not known. */
static bool fill_in(struct buf *out, const char *text, const char *address)
{
	while (*text) {
		size_t n = *text == '%' ? placeholder(out, text, address) : 0;

		if (n == 0 && (*text == '%' || buf_addc(out, *text) < 0))
			return false;
		text += n ? n : 1;
	}
	return true;
}

static bool filled(struct state *s, const char *text,
		   bool (*set)(struct discover_candidate *c, const char *text))
{
	struct buf out = BUF_INIT(XML_TEXT);
	bool good = fill_in(&out, text, s->address) && set(&s->server, buf_text(&out));

	buf_free(&out);
	return good;
}

/* The first that is known; they are in the order of the provider's liking. */
static void take_security(struct state *s, const char *text)
{
	const struct word *w = word(securities, text);

	if (w && !s->has_security) {
		s->server.security = (enum net_security)w->value;
		s->has_security = true;
	}
}

/* A password before a token, and that before nothing. */
static void take_signin(struct state *s, const char *text)
{
	const struct word *w = word(signins, text);

	s->has_signin = true;
	if (!w)
		return;
	if (!s->can_signin || (enum discover_signin)w->value < s->server.signin)
		s->server.signin = (enum discover_signin)w->value;
	s->can_signin = true;
}

static void take_port(struct state *s, const char *text)
{
	long port = 0;

	if (text_number(text, 1, 65535, &port) < 0)
		s->bad = true;
	s->server.port = (int)port;
}

static void take_part(struct state *s, const char *name, const char *text)
{
	if (strcmp(name, "hostname") == 0) {
		s->bad |= !filled(s, text, fields_host);
	} else if (strcmp(name, "port") == 0) {
		take_port(s, text);
	} else if (strcmp(name, "socketType") == 0) {
		take_security(s, text);
	} else if (strcmp(name, "authentication") == 0) {
		take_signin(s, text);
	} else if (strcmp(name, "username") == 0 && *text && !s->has_user) {
		s->bad |= !filled(s, text, fields_user);
		s->has_user = true;
	}
}

static void begin_server(struct state *s, const char *const *attributes)
{
	const char *type = xml_attribute(attributes, "type");

	if (type && !text_eq_nocase(type, "smtp"))
		return;
	memset(&s->server, 0, sizeof s->server);
	s->has_security = s->has_user = s->has_signin = s->can_signin = s->bad = false;
	s->level = IN_SERVER;
}

static void end_server(struct state *s)
{
	struct discover_candidate *c = &s->server;

	if (!s->has_user && !fields_user(c, s->address))
		return;
	/* Without a word about it a password is meant: it is the first of the enum. */
	if (s->bad || !c->host[0] || !c->port || !s->has_security ||
	    (s->has_signin && !s->can_signin) || s->list->count == DISCOVER_MAX)
		return;
	if (c->signin == DISCOVER_NO_SIGNIN)
		c->user[0] = '\0';
	s->list->list[s->list->count++] = *c;
}

/* Both may stand after the servers that they belong to. */
static void end_provider(struct state *s)
{
	for (size_t i = s->begun; i < s->list->count; i++) {
		memcpy(s->list->list[i].name, s->about.name, sizeof s->about.name);
		memcpy(s->list->list[i].help_url, s->about.help_url, sizeof s->about.help_url);
	}
}

static void on_begin(void *arg, const char *name, const char *const *attributes)
{
	struct state *s = arg;
	const char *url;

	s->depth++;
	if (s->depth == 1)
		text_visible_into(s->root, sizeof s->root, name, strlen(name));
	if (s->depth != (int)s->level + 1)
		return;
	if (s->level == OUTSIDE && strcmp(name, "clientConfig") == 0) {
		s->level = IN_CONFIG;
	} else if (s->level == IN_CONFIG && strcmp(name, "emailProvider") == 0) {
		s->level = IN_PROVIDER;
		s->begun = s->list->count;
		memset(&s->about, 0, sizeof s->about);
	} else if (s->level == IN_PROVIDER && strcmp(name, "outgoingServer") == 0) {
		begin_server(s, attributes);
	} else if (s->level == IN_PROVIDER && strcmp(name, "documentation") == 0) {
		url = xml_attribute(attributes, "url");
		if (url && !s->about.help_url[0])
			fields_help_url(&s->about, url);
	}
}

static void on_end(void *arg, const char *name, const char *text)
{
	struct state *s = arg;

	if (s->level == IN_SERVER && s->depth == IN_SERVER + 1)
		take_part(s, name, text);
	else if (s->level == IN_PROVIDER && s->depth == IN_PROVIDER + 1 && !s->about.name[0] &&
		 strcmp(name, "displayName") == 0)
		fields_name(&s->about, text);
	if (s->depth == (int)s->level) {
		if (s->level == IN_SERVER)
			end_server(s);
		else if (s->level == IN_PROVIDER)
			end_provider(s);
		s->level--;
	}
	s->depth--;
}

/* The begin as text, for a look at what else it could be. */
static const char *peek(char begin[SNIFF + 1], const void *bytes, size_t len)
{
	len = len > SNIFF ? SNIFF : len;
	if (len > 0)
		memcpy(begin, bytes, len);
	begin[len] = '\0';
	if (text_prefix_nocase(begin, "\xef\xbb\xbf"))
		begin += 3;
	return begin + strspn(begin, " \t\r\n");
}

/* What strangers send instead, in a sentence; NULL when it may have been XML. */
static const char *something_else(const void *bytes, size_t len, const char *root)
{
	char begin[SNIFF + 1];
	const char *text = peek(begin, bytes, len);

	if (text_has_nocase(text, "<html") || text_has_nocase(text, "<!doctype html") ||
	    text_eq_nocase(root, "html"))
		return "It is a web page, not settings.";
	if (*text == '{' || *text == '[')
		return "It is JSON, and settings are XML here.";
	if (!*text && strlen(begin) == len)
		return "It is an empty file, not settings.";
	/* With two bytes a character the first is no '<' either. */
	if (*text != '<' && !memchr(begin, '\0', len < SNIFF ? len : SNIFF) && !root[0] &&
	    text[0] >= ' ' && text[0] < 0x7f)
		return "It is some text, not settings.";
	return NULL;
}

int autoconfig_read(const void *bytes, size_t len, const char *address,
		    struct discover_list *list, struct err *err)
{
	struct state s = { .address = address, .list = list };
	struct xml_reader reader = { &s, on_begin, on_end };
	size_t before = list->count;
	const char *other;
	int rc;

	if (len > AUTOCONFIG_MAX)
		return err_set(err, ERR_INPUT, "It is longer than %u bytes, which no settings are.",
			       AUTOCONFIG_MAX);
	rc = xml_read(bytes, len, &reader, err);
	if (rc == 0 && strcmp(s.root, "clientConfig") == 0)
		return 0;
	/* What was read of a file that breaks off is not believed. */
	list->count = before;
	other = something_else(bytes, len, s.root);
	if (other)
		return err_set(err, ERR_INPUT, "%s", other);
	if (rc < 0)
		return -1;
	return err_set(err, ERR_INPUT, "It is XML, but not settings: its first element is <%s>.",
		       s.root);
}
