/*
 * The providers compiled in: constant data that mkproviders writes from
 * providers/ID.ini. Read by provider.c only.
 */
#ifndef OUTPOST_PROVIDER_TABLE_H
#define OUTPOST_PROVIDER_TABLE_H

#include "mail/provider.h"

struct provider_domain {
	const char *domain;
	size_t provider; /* its place in the table */
};

extern const struct provider provider_table[]; /* in order of display */
extern const size_t provider_table_count;
extern const struct provider_domain provider_domains[]; /* sorted by strcmp */
extern const size_t provider_domain_count;

#endif
