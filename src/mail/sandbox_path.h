/*
 * The arguments of MAIL and RCPT: "FROM:<address> KEY=VALUE ..." (RFC 5321
 * sections 4.1.1.2 and 4.1.2, with RFC 1870, 6152, 4954 and 6531).
 * A function that finds a fault returns the reply to send, NULL otherwise.
 */
#ifndef OUTPOST_SANDBOX_PATH_H
#define OUTPOST_SANDBOX_PATH_H

#include <stdbool.h>
#include <stddef.h>

#define SANDBOX_ADDRESS_MAX 254	/* RFC 5321 4.5.3.1.3 less the angle brackets */

struct sandbox_path {
	char address[SANDBOX_ADDRESS_MAX + 1];	/* "" for <> */
	bool utf8;				/* SMTPUTF8 was given */
	unsigned long long size;		/* SIZE=, 0 when not given */
};

const char *sandbox_path_mail(const char *args, struct sandbox_path *path);
/* utf8: the MAIL before it had SMTPUTF8. */
const char *sandbox_path_rcpt(const char *args, bool utf8, struct sandbox_path *path);

#endif
