#include "task/discover/fields.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/text.h"
#include "mail/addr.h"
#include "port/net.h"

/* As it is, when nothing in it would have to be made visible and it fits. */
static bool fits(const char *text, char *out, size_t size)
{
	char shown[300];
	size_t len = strlen(text);

	if (len == 0 || len >= size || len >= sizeof shown)
		return false;
	if (text_visible_into(shown, sizeof shown, text, len) != len ||
	    memcmp(shown, text, len) != 0)
		return false;
	memcpy(out, text, len + 1);
	return true;
}

bool fields_host(struct discover_candidate *c, const char *text)
{
	char *host = text_utf8_valid(text, strlen(text)) ? net_host_ascii(text) : NULL;
	size_t len = host ? strlen(host) : 0;
	bool good;

	if (len > 1 && host[0] == '[' && host[len - 1] == ']') {
		host[len - 1] = '\0';
		memmove(host, host + 1, len - 1);
	} else if (len > 1 && host[len - 1] == '.') {
		host[len - 1] = '\0';
	}
	good = host && strlen(host) < sizeof c->host && addr_check_host(host, NULL) == 0;
	if (good) {
		text_lower(host);
		memcpy(c->host, host, strlen(host) + 1);
	}
	free(host);
	return good;
}

bool fields_user(struct discover_candidate *c, const char *text)
{
	return fits(text, c->user, sizeof c->user);
}

bool fields_name(struct discover_candidate *c, const char *text)
{
	return text_visible_into(c->name, sizeof c->name, text, strlen(text)) > 0;
}

bool fields_help_url(struct discover_candidate *c, const char *text)
{
	if (!text_prefix_nocase(text, "https://") || !text[8] || strpbrk(text, " <>\"\\"))
		return false;
	return fits(text, c->help_url, sizeof c->help_url);
}
