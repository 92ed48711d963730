#include "task/discover/pacc.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/text.h"
#include "port/crypt.h"
#include "port/json.h"
#include "task/discover/fields.h"

#define PORT 465 /* TLS from the first byte is all there is (RFC 8314) */
#define RECORD_MAX 1024

struct record {
	const char *version, *hash, *digest;
};

/* NAME=VALUE of a record; false when it is no such pair or comes a second time. */
static bool take_tag(struct record *r, char *tag)
{
	char *value = strchr(tag, '=');
	const char **slot;

	if (!value)
		return false;
	*value++ = '\0';
	tag = text_trim(tag);
	slot = strcmp(tag, "v") == 0 ? &r->version :
	       strcmp(tag, "a") == 0 ? &r->hash :
	       strcmp(tag, "d") == 0 ? &r->digest : NULL;
	if (!slot)
		return *tag != '\0'; /* a tag of later days */
	if (*slot)
		return false;
	*slot = text_trim(value);
	return true;
}

static bool read_tags(struct record *r, char *text)
{
	while (text) {
		char *next = strchr(text, ';');

		if (next)
			*next++ = '\0';
		text = text_trim(text);
		/* Nothing is allowed after the last semicolon only. */
		if (!*text ? next != NULL : !take_tag(r, text))
			return false;
		text = next;
	}
	return r->version && r->hash && r->digest;
}

bool pacc_record(const char *text, unsigned char digest[32])
{
	struct record r = { NULL, NULL, NULL };
	struct buf bytes = BUF_INIT(64);
	char *copy;
	bool good;

	if (strlen(text) > RECORD_MAX)
		return false;
	copy = xstrdup(text);
	good = read_tags(&r, copy) && strcmp(r.version, "UAAC1") == 0 &&
	       strcmp(r.hash, "sha256") == 0 && crypt_unbase64(&bytes, r.digest) == 0 &&
	       bytes.len == 32;
	if (good)
		memcpy(digest, bytes.data, 32);
	buf_free(&bytes);
	free(copy);
	return good;
}

/* "smtp" is what it was called until revision 02, "submit" since 03. */
static const struct json *server_of(const struct json *protocols)
{
	static const char *const names[] = { "submit", "submission", "submissions", "smtp", NULL };
	const struct json *server = NULL;

	for (const char *const *name = names; *name && !server; name++)
		server = json_get_object(protocols, *name);
	return server;
}

/* False when it is neither by password nor by a token that an issuer is named for. */
static bool take_signin(struct discover_candidate *c, const struct json *root)
{
	const struct json *ways = json_get_object(root, "authentication");
	const char *issuer = json_get_text(json_get_object(ways, "oauth-public"), "issuer");

	c->signin = DISCOVER_PASSWORD;
	if (!ways || json_get_bool(ways, "password"))
		return true;
	c->signin = DISCOVER_OAUTH2;
	return issuer && text_prefix_nocase(issuer, "https://");
}

static int read_settings(const struct json *root, const char *address, struct discover_list *list,
			 struct err *err)
{
	const struct json *protocols = json_get_object(root, "protocols");
	const struct json *info = json_get_object(root, "info");
	struct discover_candidate c = { .port = PORT, .security = NET_TLS };
	const char *host = json_get_text(server_of(protocols), "host");
	const char *text;

	if (!protocols)
		return err_set(err, ERR_INPUT, "It is JSON, but not settings: it names no "
			       "protocols.");
	if (!host || !fields_host(&c, host) || !take_signin(&c, root) ||
	    !fields_user(&c, address) || list->count == DISCOVER_MAX)
		return 0;
	text = json_get_text(json_get_object(info, "provider"), "name");
	if (text)
		fields_name(&c, text);
	text = json_get_text(json_get_object(info, "help"), "documentation");
	if (text)
		fields_help_url(&c, text);
	list->list[list->count++] = c;
	return 0;
}

int pacc_read(const void *bytes, size_t len, const unsigned char digest[32], const char *address,
	      struct discover_list *list, struct err *err)
{
	unsigned char own[CRYPT_HASH_MAX];
	struct json *root;
	int rc;

	if (len > PACC_MAX)
		return err_set(err, ERR_INPUT, "It is longer than %u bytes, which no settings are.",
			       PACC_MAX);
	if (crypt_digest(CRYPT_SHA256, (struct crypt_bytes){ bytes, len }, own) < 0 ||
	    !crypt_equal(own, digest, sizeof own))
		return err_set(err, ERR_INPUT, "It is not the file that the domain's TXT record "
			       "vouches for.");
	root = json_read(bytes, len, err);
	if (!root)
		return -1;
	rc = read_settings(root, address, list, err);
	json_free(root);
	return rc;
}
