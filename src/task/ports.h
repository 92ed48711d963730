/*
 * Nothing answers on an account's port: does the same server answer elsewhere?
 *
 * Many networks drop what goes to port 25, some 465 or 587 too, and people mix
 * them up. So the usual ports of submission (RFC 6409, 8314) are really tried:
 * connection, TLS and EHLO, no sign-in, no mail, a few seconds each. What was
 * found out becomes the hint of the error.
 */
#ifndef OUTPOST_PORTS_H
#define OUTPOST_PORTS_H

struct account;
struct err;

/* err is the failure of connecting; its kind and text stay as they are. Ends
 * early, with the hint as it was, when cancel_fd becomes readable. */
void ports_suggest(const struct account *a, int cancel_fd, struct err *err);

#endif
