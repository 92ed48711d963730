/*
 * Mail addresses, checked before any protocol sees them (RFC 5321 4.1.2,
 * RFC 5322 3.4.1, RFC 6531 for UTF-8).
 *
 * addr_check is the one gate: CR, LF, NUL and other control characters, '<',
 * '>', blanks outside quotes, a missing or doubled '@', empty labels, a label
 * over 63, a local part over 64, an address over 254 bytes are refused with a
 * sentence that names the fault and the place. UTF-8 is accepted in both parts;
 * whether the server takes it is smtp's question. Quoted local parts and
 * address literals ([192.0.2.1], [IPv6:...]) are accepted.
 */
#ifndef OUTPOST_ADDR_H
#define OUTPOST_ADDR_H

#include <stdbool.h>
#include <stddef.h>

struct err;

struct addr {
	char *name;	/* display name, UTF-8, "" when none; no control characters */
	char *address;	/* local@domain as given, checked */
};

struct addr_list {
	struct addr *list;
	size_t count;
};

#define ADDR_LIST_INIT { NULL, 0 }
#define ADDR_LIST_MAX 10000

int addr_check(const char *address, struct err *err);		/* ERR_INPUT */
/* The part after the last '@'; "" when there is none. */
const char *addr_domain(const char *address);
/* "localhost", a name or an address literal that can stand in a setting. */
int addr_check_host(const char *host, struct err *err);

/* Takes copies; name may be NULL. Does not check. */
void addr_list_add(struct addr_list *list, const char *name, const char *address);
/* Same address, domain compared without case: already in it? */
bool addr_list_has(const struct addr_list *list, const char *address);
void addr_list_clear(struct addr_list *list);

#endif
