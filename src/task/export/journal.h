/*
 * What was exported, so that it can be taken back: one file for each format and account in the
 * folder exports of the state folder (0600), replaced as a whole. A line a file:
 * whether it was there before, the SHA-256 of what was written, the path.
 */
#ifndef OUTPOST_EXPORT_JOURNAL_H
#define OUTPOST_EXPORT_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>

struct err;

#define JOURNAL_HASH 65 /* hex and NUL */

struct journal_entry {
	bool was_there;
	char hash[JOURNAL_HASH];
	char *path;
};

struct journal {
	struct journal_entry *list;
	size_t count;
};
#define JOURNAL_INIT { NULL, 0 }

void journal_hash(const void *bytes, size_t len, char out[JOURNAL_HASH]);
/* Adds, or replaces the entry of that path: was_there stays what it was first. */
void journal_add(struct journal *j, const char *path, bool was_there, const char *hash);
const struct journal_entry *journal_find(const struct journal *j, const char *path);
/* No file is an empty journal. -1: it cannot be read, or is none. Clear in any case. */
int journal_load(const char *format, const char *account, struct journal *j, struct err *err);
/* Without entries the file goes. */
int journal_save(const char *format, const char *account, const struct journal *j,
		 struct err *err);
void journal_clear(struct journal *j);

#endif
