/*
 * One provider file, for the build-time compiler and the run-time reader.
 */
#ifndef OUTPOST_PROVIDER_FILE_H
#define OUTPOST_PROVIDER_FILE_H

#include "mail/provider.h"
#include "port/ini_report.h"

/* The id is the file's name without ".ini". Calls tell for every fault; NULL when there was
 * one. The result owns all its strings; free with provider_free_parsed. */
struct provider *provider_parse(const char *id, const char *file, const char *text, size_t len,
				ini_report_fn tell, void *arg);
void provider_free_parsed(struct provider *p); /* NULL is fine */

/* The id in the path of a provider file ("providers/gmail.ini" is "gmail"); free it. NULL: the
 * name does not end in ".ini". */
char *provider_file_id(const char *path);

#endif
