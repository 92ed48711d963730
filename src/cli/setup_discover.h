/*
 * The server of an address that no preset claims, found for a set-up without the full screen.
 */
#ifndef OUTPOST_SETUP_DISCOVER_H
#define OUTPOST_SETUP_DISCOVER_H

struct account;
struct err;

/* Looks for it, tries it, and fills host, port, security, user and provider of the account, whose
 * address is set. Only what may be used without asking is taken (discover_trusted); for
 * anything else ERR_CONFIG says what was found and with which options it would be used. Nothing
 * found: as discover_run. */
int setup_discover(struct account *account, struct err *err);

#endif
