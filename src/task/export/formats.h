/*
 * The formats that came with the program: constant data that mkexports writes from
 * data/export. Read by formats.c only.
 */
#ifndef OUTPOST_EXPORT_FORMATS_H
#define OUTPOST_EXPORT_FORMATS_H

#include <stddef.h>

struct export_source {
	const char *id, *text;
};

extern const struct export_source export_sources[]; /* in order of group and title */
extern const size_t export_source_count;

#endif
