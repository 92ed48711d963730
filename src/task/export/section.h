/*
 * Our part of a file that belongs to somebody else: between two marked lines.
 *
 *   # >>> outpost work >>>
 *   ...
 *   # <<< outpost work <<<
 *
 * Everything outside them stays byte for byte. Lines end in it as the file's first line does (LF
 * or CR LF), or as they did in the part that is replaced. A file without a last line end gets one
 * before our part. Text only, no files.
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

/* file with body as our part, into out. ERR_INPUT when the marks are not there as a pair, and once:
 * what stands between them could be the user's. */
int section_put(const struct section *section, struct section_text file,
		struct section_text body, struct buf *out, struct err *err);
/* file without our part; 1 there was one, 0 there was none, -1. bare: file had no last line end
 * before our part came, so that it has none after it, if our part is still the last. */
int section_take_out(const struct section *section, struct section_text file, bool bare,
		     struct buf *out, struct err *err);
/* Holds it a part of any account? */
bool section_any(const struct section *section, struct section_text file);

#endif
