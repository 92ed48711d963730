/*
 * Our part of a file that belongs to somebody else: between two marked lines.
 *
 *   # >>> outpost work >>>
 *   ...
 *   # <<< outpost work <<<
 *
 * Everything outside them stays byte for byte. Text only, no files.
 */
#ifndef OUTPOST_EXPORT_SECTION_H
#define OUTPOST_EXPORT_SECTION_H

#include <stdbool.h>
#include <stddef.h>

struct buf;
struct err;

struct section {
	const char *comment, *comment_end;	/* "#" and "", "<!--" and "-->" */
	const char *name;	/* of the account; "" where there is one only */
	bool at_begin;		/* where a new one goes */
};

struct section_text {
	const char *bytes;
	size_t len;
};

/* file with body as our part, into out. ERR_INPUT when only one of the marks is there. */
int section_put(const struct section *section, struct section_text file,
		struct section_text body, struct buf *out, struct err *err);
/* file without our part; 1 there was one, 0 there was none, -1. */
int section_take_out(const struct section *section, struct section_text file, struct buf *out,
		     struct err *err);

#endif
