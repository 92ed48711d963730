/*
 * What strangers write into a candidate: checked, and cut where that does no harm.
 *
 * Each sets its field and returns true, or returns false and leaves it: the text is nothing that
 * can stand there.
 */
#ifndef OUTPOST_DISCOVER_FIELDS_H
#define OUTPOST_DISCOVER_FIELDS_H

#include <stdbool.h>

#include "task/discover/discover.h"

/* A name, in A-labels and small letters, without a final dot; or an address without brackets. */
bool fields_host(struct discover_candidate *c, const char *text);
/* One that is longer, or has control characters in it, would not sign in anyway. */
bool fields_user(struct discover_candidate *c, const char *text);
/* Made visible, and cut. False when it is empty. */
bool fields_name(struct discover_candidate *c, const char *text);
/* Only https://, and only whole. */
bool fields_help_url(struct discover_candidate *c, const char *text);

#endif
