/*
 * Names of kinds and passwords as they stand in a provider file; the way back
 * is in provider.h. 0, or -1 when there is no such name.
 */
#ifndef OUTPOST_PROVIDER_NAMES_H
#define OUTPOST_PROVIDER_NAMES_H

#include "mail/provider.h"

int provider_kind_parse(const char *name, enum provider_kind *kind);
int provider_password_parse(const char *name, enum provider_password *password);

#endif
