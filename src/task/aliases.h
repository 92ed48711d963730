/*
 * Whom local names stand for: aliases(5), so that mail to "root" arrives.
 *
 * Lines are "name: value, value"; a line that begins with a blank goes on with the one
 * before; "#" begins a comment. A value is an address or another name. Pipes
 * ("|command"), files ("/path") and ":include:" are not followed: nothing is run or
 * written for a mail that is sent; each is told with its line when its name is
 * asked for; so is the name itself among its values, sendmail's mailbox of that user.
 * Names are compared without case. "default" in a file stands for every
 * name that is in none. The first file that has a name counts.
 */
#ifndef OUTPOST_ALIASES_H
#define OUTPOST_ALIASES_H

#include "mail/addr.h"

struct aliases;
struct err;

/* A sentence about what is skipped; it is visible-safe. */
typedef void (*aliases_tell)(void *arg, const char *sentence);

#define ALIASES_SYSTEM "/etc/aliases"
#define ALIASES_DEPTH  20	/* names that lead to names */

/* Never NULL; tell may be NULL. */
struct aliases *aliases_new(aliases_tell tell, void *arg);
void aliases_free(struct aliases *all);
/* Adds a file behind those that are there; one that does not exist is no error. ERR_CONFIG
 * with the line, or ERR_SYSTEM. */
int aliases_add_file(struct aliases *all, const char *path, struct err *err);
/* aliases in the configuration folder, then /etc/aliases. */
int aliases_add_usual(struct aliases *all, struct err *err);

/* Adds the addresses that the name leads to, each once. A message_raw_resolve with a
 * struct aliases as arg. ERR_INPUT when the name leads to none; ERR_CONFIG for a loop. */
int aliases_resolve(void *all, const char *name, struct addr_list *out, struct err *err);

#endif
