/*
 * Thunderbird's autoconfig, an XML file (draft-ietf-mailmaint-autoconfig, and the ISPDB):
 * its servers for outgoing mail as candidates.
 *
 * clientConfig/emailProvider/outgoingServer of type smtp, in their order; hostname, port,
 * socketType, username, authentication with their placeholders %EMAILADDRESS%, %EMAILLOCALPART%
 * and %EMAILDOMAIN%. What is not known is passed over; a server with a part that cannot be right
 * is left out.
 */
#ifndef OUTPOST_DISCOVER_AUTOCONFIG_H
#define OUTPOST_DISCOVER_AUTOCONFIG_H

#include <stddef.h>

#include "task/discover/discover.h"

struct err;

#define AUTOCONFIG_MAX (1u << 20)	/* bytes of a file */

/* Fills host, port, security, user, signin, name and help_url of candidates; the rest stays
 * for whoever knows where the file came from. A server that allows several ways to sign in takes a
 * password, where one of them is that. 0 when the file was read, with or without a server in
 * it; -1 with ERR_INPUT when it is no such file ("It is a web page, not settings."). list is
 * appended to. */
int autoconfig_read(const void *bytes, size_t len, const char *address,
		    struct discover_list *list, struct err *err);

#endif
