/* Which proxy the environment names. libcurl reads the same and does not tell what it found. */
#include "port/net_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"

static const char *variable(const char *name)
{
	const char *value = getenv(name);

	return value && value[0] ? value : NULL;
}

/* Is host name, or below it? A dot at the begin of name counts for nothing. */
static bool is_below(const char *host, const char *name, size_t len)
{
	size_t n = strlen(host);

	if (len > 0 && name[0] == '.') {
		name++;
		len--;
	}
	if (len == 0 || n < len || strncasecmp(host + n - len, name, len) != 0)
		return false;
	return n == len || host[n - len - 1] == '.';
}

static bool is_exempt(const char *host)
{
	const char *list = variable("no_proxy");

	if (!list)
		list = variable("NO_PROXY");
	if (!list)
		return false;
	if (strcmp(list, "*") == 0)
		return true;
	for (;;) {
		size_t len;

		list += strspn(list, ", ");
		len = strcspn(list, ", ");
		if (len == 0)
			return false;
		if (is_below(host, list, len))
			return true;
		list += len;
	}
}

const char *net_proxy_of(const char *scheme, const char *host)
{
	char name[32];
	const char *proxy;

	if (net_is_loopback(host) || is_exempt(host))
		return NULL;
	snprintf(name, sizeof name, "%s_proxy", scheme);
	proxy = variable(name);
	/* Not HTTP_PROXY: a header "Proxy:" would set it for a CGI program. */
	if (!proxy && strcmp(scheme, "http") != 0) {
		for (char *c = name; *c; c++)
			*c = *c >= 'a' && *c <= 'z' ? (char)(*c - 'a' + 'A') : *c;
		proxy = variable(name);
	}
	if (!proxy)
		proxy = variable("all_proxy");
	return proxy ? proxy : variable("ALL_PROXY");
}
