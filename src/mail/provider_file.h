/*
 * One provider file, for the build-time compiler and the run-time reader.
 */
#ifndef OUTPOST_PROVIDER_FILE_H
#define OUTPOST_PROVIDER_FILE_H

#include "mail/provider.h"

/* The id is the file's name without ".ini". NULL on a fault: err names file,
 * line and reason. The result owns all its strings; free with
 * provider_free_parsed. */
struct provider *provider_parse(const char *id, const char *file, const char *text, size_t len,
				struct err *err);
void provider_free_parsed(struct provider *p);

#endif
