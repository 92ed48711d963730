/*
 * What the parts of dns share. A channel is c-ares' own state for one question; struct
 * ares_channeldata is what its ares_channel points to.
 */
#ifndef OUTPOST_DNS_PRIVATE_H
#define OUTPOST_DNS_PRIVATE_H

#include <stdbool.h>

#include "port/dns.h"

struct ares_channeldata;

#define DNS_A    1
#define DNS_AAAA 28

/* A host as the header of dns means it; "" is none. */
bool dns_is_host(const char *name);
/* The type of a question on the wire; DNS_A stands for both of DNS_ADDRESS. */
unsigned dns_wire_type(enum dns_type type);
void dns_answer_add(struct dns_answer *answer, const struct dns_record *record);

/* Asks this server alone, as dns_params.server. ERR_INPUT. */
int dns_server_set(struct ares_channeldata *channel, const char *server, struct err *err);
size_t dns_server_count(struct ares_channeldata *channel);
/* May the AD bit be believed? system: the servers are those of resolv.conf. */
bool dns_server_trusted(struct ares_channeldata *channel, bool system);

#endif
