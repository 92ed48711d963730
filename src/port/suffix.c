#include "port/suffix.h"

#include <arpa/inet.h>
#include <libpsl.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

#define HOST_MAX 253

static bool is_literal(const char *host)
{
	struct in_addr four;

	return host[0] == '[' || strchr(host, ':') || inet_pton(AF_INET, host, &four) == 1;
}

const char *suffix_base(const char *host)
{
	char lower[HOST_MAX + 1];
	const char *base;

	/* An empty label would be taken for a name of its own. */
	if (strlen(host) > HOST_MAX || is_literal(host) || host[0] == '.' || strstr(host, ".."))
		return NULL;
	strcpy(lower, host);
	text_lower(lower);
	base = psl_registrable_domain(psl_builtin(), lower);
	return base ? host + (base - lower) : NULL;
}

bool suffix_same(const char *a, const char *b)
{
	const char *base_a = suffix_base(a), *base_b = suffix_base(b);

	return text_eq_nocase(a, b) || (base_a && base_b && text_eq_nocase(base_a, base_b));
}

const char *suffix_library(void)
{
	static char name[64];
	const char *version = psl_get_version();

	/* "0.21.2 (+libidn2/2.3.3)" */
	snprintf(name, sizeof name, "libpsl %.*s", (int)strcspn(version, " "), version);
	return name;
}
