/* Any bytes as a file of settings from a web server: autoconfig, and PACC with its record. */
#include <stdlib.h>

#include "fuzz.h"
#include "mail/addr.h"
#include "port/crypt.h"
#include "task/discover/autoconfig.h"
#include "task/discover/pacc.h"

#define ADDRESS "alice.b@example.org"

static void look(const struct discover_candidate *c)
{
	promise(c->host[0] && text_ascii(c->host) && addr_check_host(c->host, NULL) == 0);
	promise(c->port >= 1 && c->port <= 65535);
	promise(c->security <= NET_TLS && c->signin <= DISCOVER_NO_SIGNIN);
	promise((c->user[0] != '\0') == (c->signin != DISCOVER_NO_SIGNIN));
	promise(is_visible(c->user) && is_visible(c->name) && is_visible(c->help_url));
	promise(text_utf8_valid(c->user, strlen(c->user)) && text_utf8_valid(c->name, strlen(c->name)));
	promise(!c->help_url[0] || text_prefix_nocase(c->help_url, "https://"));
	promise(!c->other_user[0] && c->live == DISCOVER_NOT_TRIED && !c->provider);
}

static void settle(int rc, struct discover_list *list, const struct err *err)
{
	promise(rc == 0 || (err->kind == ERR_INPUT && is_told(err) && list->count == 0));
	promise(list->count <= DISCOVER_MAX);
	for (size_t i = 0; i < list->count; i++)
		look(&list->list[i]);
}

static void use_record(const uint8_t *data, size_t size)
{
	unsigned char digest[32], other[32];
	char *text = xstrndup((const char *)data, size);
	struct buf again = BUF_INIT(256);

	if (pacc_record(text, digest)) {
		buf_adds(&again, "v=UAAC1; a=sha256; d=");
		crypt_base64(&again, digest, sizeof digest);
		promise(pacc_record(buf_text(&again), other) && memcmp(digest, other, 32) == 0);
	}
	buf_free(&again);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct discover_list list = { .count = 0 };
	unsigned char digest[CRYPT_HASH_MAX];
	struct err err = ERR_INIT;
	int rc;

	rc = autoconfig_read(data, size, ADDRESS, &list, &err);
	settle(rc, &list, &err);
	list.count = 0;
	promise(crypt_digest(CRYPT_SHA256, (struct crypt_bytes){ data, size }, digest) == 0);
	rc = pacc_read(data, size, digest, ADDRESS, &list, &err);
	settle(rc, &list, &err);
	use_record(data, size);
	return 0;
}
