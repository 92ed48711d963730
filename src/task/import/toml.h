/*
 * TOML (v1.0), as far as files of settings have it: tables, dotted and quoted keys, strings of all
 * four kinds, inline tables; numbers, truths and dates as the text that they are. Arrays are passed
 * over, and so are tables in arrays ([[...]]).
 *
 * The values come one after the other with their whole path, parts of it joined by TOML_JOIN.
 */
#ifndef OUTPOST_IMPORT_TOML_H
#define OUTPOST_IMPORT_TOML_H

#include "task/import/reader.h"

#define TOML_JOIN '\037'
#define TOML_DEPTH 16 /* of inline tables */

/* r->line is the line of the value. A line that cannot be read is a note. */
typedef void (*toml_fn)(struct reader *r, void *arg, const char *path, const char *value);
void toml_read(struct reader *r, toml_fn fn, void *arg);

#endif
