/*
 * Which part of a name somebody has registered, by the Public Suffix List
 * (libpsl, used here and nowhere else; the list comes with the library).
 */
#ifndef OUTPOST_SUFFIX_H
#define OUTPOST_SUFFIX_H

#include <stdbool.h>

/* "mx1.mail.example.co.uk" gives "example.co.uk": the tail of host, no allocation. NULL when host
 * is itself a public suffix, an address literal or a single label. host is in A-labels, in any
 * case. */
const char *suffix_base(const char *host);
/* Did the same somebody register both names? Also when they are the same name. Case is ignored. */
bool suffix_same(const char *a, const char *b);
const char *suffix_library(void);	/* "libpsl 0.21.2" */

#endif
