#include "mail/provider_template.h"

#include <string.h>

enum template_part template_next(const char **at, const char **part, size_t *len)
{
	const char *s = *at;

	*part = s;
	*len = strcspn(s, "{}");
	if (*len > 0) {
		*at = s + *len;
		return TEMPLATE_TEXT;
	}
	if (*s == '\0')
		return TEMPLATE_END;
	*part = s + 1;
	*len = strcspn(*part, "{}");
	if (*s == '}' || *len == 0 || (*part)[*len] != '}')
		return TEMPLATE_BAD;
	*at = *part + *len + 1;
	return TEMPLATE_NAME;
}

bool template_is(const char *part, size_t len, const char *name)
{
	return strlen(name) == len && memcmp(part, name, len) == 0;
}

bool template_of_address(const char *part, size_t len)
{
	return template_is(part, len, "email") || template_is(part, len, "local") ||
	       template_is(part, len, "domain") || template_is(part, len, "domain-dashed");
}

bool template_choice(const char *const *choices, const char *word)
{
	for (; *choices; choices++)
		if (strcmp(*choices, word) == 0)
			return true;
	return false;
}
