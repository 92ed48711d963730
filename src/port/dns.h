/*
 * Questions to the domain name system (RFC 1035), by c-ares, which is used here and
 * nowhere else.
 *
 * dns_ask blocks: it ends with an answer, at its deadline, or as soon as the cancel
 * descriptor is readable (the byte is not read away). Every call has a channel of its own, so that
 * several threads ask at a time. Names are A-labels (net_host_ascii) without a final dot. The
 * servers are those of resolv.conf and, for addresses, the hosts file comes first; a server that
 * is named is asked alone, and no file.
 *
 * "secure" says that the answer was validated with DNSSEC: the resolver set the AD bit, which
 * is asked for (RFC 6840 5.7) and believed only of a resolver that nobody can speak for: one on
 * this host, or one that resolv.conf calls trusted (options trust-ad).
 *
 * Answers are hostile: only records of the name that was asked count, or of the name that its
 * CNAMEs lead to; the first DNS_RECORDS are kept. Names are checked to be names of hosts (letters,
 * digits, hyphens, underscores, dots; at most 253 bytes; the last label is no number, or it would
 * be read as an address), texts are cut at DNS_TEXT bytes and may hold any byte but NUL. A record
 * that is otherwise is left out.
 *
 * A question that gets no answer is asked again after a second, sooner when the deadline is near.
 * One that a server cannot answer goes to the next server. Of an address's two questions (A and
 * AAAA) the slower one is not waited for longer than half a second when the other one brought
 * something: there are servers that never answer for AAAA.
 */
#ifndef OUTPOST_DNS_H
#define OUTPOST_DNS_H

#include <stdbool.h>
#include <stddef.h>

struct err;

#define DNS_RECORDS 32
#define DNS_TEXT    1024

enum dns_type {
	DNS_SRV,	/* RFC 2782 */
	DNS_MX,
	DNS_TXT,	/* strings of a record joined (RFC 7208 3.3) */
	DNS_ADDRESS,	/* A and AAAA, as literals; a literal is its own address */
};

struct dns_record {
	/* Host of SRV and MX in lower case, without its final dot; "" is the "." that means "not
	 * offered" (RFC 2782, 7505). The text of TXT, the literal of ADDRESS. */
	char *text;
	int port;	/* SRV */
	int priority;	/* SRV, MX */
	int weight;	/* SRV */
};

struct dns_answer {
	/* SRV by priority, then the heavier first; MX by priority; the rest as it came. */
	struct dns_record *list;
	size_t count;
	bool secure;	/* also of an answer without records; never of the hosts file */
};
#define DNS_ANSWER_INIT { .list = NULL }

struct dns_params {
	const char *server;	/* "ADDRESS", "ADDRESS:PORT", "[IPv6]:PORT"; NULL: the system's */
	long long deadline;	/* as in base/clock.h */
	int cancel_fd;		/* -1: none */
};

/* 1 with records, 0 when there are none (*answer is empty, also for a name that does not exist),
 * -1: ERR_NETWORK no server answered in time or there is none, ERR_HOST the servers could not
 * find out (SERVFAIL, REFUSED), ERR_INPUT no name or no server that could be asked,
 * ERR_CANCELLED. Clear answer in any case. */
int dns_ask(const struct dns_params *params, enum dns_type type, const char *name,
	    struct dns_answer *answer, struct err *err);
void dns_answer_clear(struct dns_answer *answer);

/* The bytes of one answer, as dns_ask reads them: adds to answer, all but secure. 0, or -1 with
 * ERR_INPUT when they are no answer (then nothing is added), ERR_HOST when they say that the server
 * could not find out. DNS_ADDRESS reads A or AAAA, whichever was asked. */
int dns_read(enum dns_type type, const void *bytes, size_t len, struct dns_answer *answer,
	     struct err *err);

const char *dns_library(void);	/* "c-ares 1.18.1" */

#endif
