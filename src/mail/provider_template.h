/*
 * Templates of host and user names: text with {names} in it.
 */
#ifndef OUTPOST_PROVIDER_TEMPLATE_H
#define OUTPOST_PROVIDER_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>

enum template_part {
	TEMPLATE_END,
	TEMPLATE_TEXT,
	TEMPLATE_NAME, /* part is the name without its braces */
	TEMPLATE_BAD, /* a brace without its partner, or nothing between the two */
};

/* The next part; moves *at on. */
enum template_part template_next(const char **at, const char **part, size_t *len);
/* Is the part just that name? */
bool template_is(const char *part, size_t len, const char *name);
/* Is it one of the names that an address fills: email, local, domain, domain-dashed? */
bool template_of_address(const char *part, size_t len);
/* Is the word in the list of choices? */
bool template_choice(const char *const *choices, const char *word);

#endif
