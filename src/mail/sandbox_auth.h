/* Signing in: AUTH (RFC 4954) with PLAIN, LOGIN and CRAM-MD5. */
#ifndef OUTPOST_SANDBOX_AUTH_H
#define OUTPOST_SANDBOX_AUTH_H

struct sandbox_session;

/* The names for EHLO, with blanks between. */
#define SANDBOX_MECHANISMS "PLAIN LOGIN CRAM-MD5"

void sandbox_auth_run(struct sandbox_session *s, const char *args);

#endif
