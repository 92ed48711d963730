/*
 * Faults found while a file of settings is read: where and why, one after the
 * other, to whoever called. Reading goes on, so that all of them are seen at
 * once.
 */
#ifndef OUTPOST_INI_REPORT_H
#define OUTPOST_INI_REPORT_H

#include <stddef.h>

struct ini;

/* Both strings are visible-safe and lent for the call; line is from 1. */
typedef void (*ini_report_fn)(void *arg, const char *file, int line, const char *reason);

struct ini_report {
	const char *file;	/* its name, as the reader is shown it */
	ini_report_fn tell;
	void *arg;
	size_t faults;		/* so far */
};

void ini_report(struct ini_report *r, int line, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* The faults that ini_parse has noted. */
void ini_report_parsed(struct ini_report *r, const struct ini *ini);

#endif
