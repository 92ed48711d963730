/*
 * PACC (draft-ietf-mailmaint-pacc): a JSON file at
 * https://ua-auto-config.DOMAIN/.well-known/user-agent-configuration.json, whose
 * SHA-256 stands in TXT _ua-auto-config.DOMAIN as "v=UAAC1; a=sha256; d=DIGEST" (base64).
 * A file whose digest is another is not believed.
 */
#ifndef OUTPOST_DISCOVER_PACC_H
#define OUTPOST_DISCOVER_PACC_H

#include <stdbool.h>
#include <stddef.h>

#include "task/discover/discover.h"

struct err;

#define PACC_MAX (256u << 10)

/* Is this TXT record one of PACC's? Its digest goes to digest (32 bytes). */
bool pacc_record(const char *text, unsigned char digest[32]);
/* As autoconfig_read. ERR_INPUT: another digest, no JSON, too deep, no settings. */
int pacc_read(const void *bytes, size_t len, const unsigned char digest[32], const char *address,
	      struct discover_list *list, struct err *err);

#endif
