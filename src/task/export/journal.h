/*
 * What was exported, so that it can be taken back: one file for each format and account (one for
 * a format that knows one account only) in the folder exports of the state folder (0600), replaced
 * as a whole. The first line names the account. Then a line a file:
 *
 *   FLAG MODE HASH BEFORE PATH
 *
 * FLAG is "n" (the file was not there), "b" (it had no last line end), "-" neither; MODE are its
 * rights at first, octal; HASH is the
 * SHA-256 of what is or was about to be written, BEFORE of what was there then ("-": nothing): a
 * file that fits neither was changed by somebody else.
 */
#ifndef OUTPOST_EXPORT_JOURNAL_H
#define OUTPOST_EXPORT_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct err;
struct export_format;

#define JOURNAL_HASH 65 /* hex and NUL */

struct journal_entry {
	bool was_new, bare;
	mode_t mode;
	char hash[JOURNAL_HASH], before[JOURNAL_HASH];	/* before "-": nothing */
	char *path;
};

struct journal {
	char *account;	/* NULL: nothing was written */
	struct journal_entry *list;
	size_t count;
};
#define JOURNAL_INIT { .account = NULL }

void journal_hash(const void *bytes, size_t len, char out[JOURNAL_HASH]);
/* Adds, or replaces the hashes of that path: how it was at first stays. entry is copied. */
void journal_add(struct journal *j, const struct journal_entry *entry);
const struct journal_entry *journal_find(const struct journal *j, const char *path);
/* Is the file what was written, or what it was before that? */
bool journal_fits(const struct journal_entry *e, const void *bytes, size_t len);
/* No file is an empty journal. -1: it cannot be read, or is none. Clear in any case. */
int journal_load(const struct export_format *format, const char *account, struct journal *j,
		 struct err *err);
/* Without entries the file goes. */
int journal_save(const struct export_format *format, const char *account,
		 const struct journal *j, struct err *err);
void journal_clear(struct journal *j);
/* Each account of that format; bounded, in no order. */
void journal_each(const struct export_format *format,
		  void (*fn)(void *arg, const struct export_format *format, const char *account),
		  void *arg);
/* One process at a time; a descriptor to close, or -1 with err. */
int journal_lock(struct err *err);

#endif
