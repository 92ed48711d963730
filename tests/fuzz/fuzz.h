/*
 * What the fuzz targets share.
 *
 * A target is fuzz_NAME.c with LLVMFuzzerTestOneInput: bytes from outside go
 * in, and what our headers promise about the result is checked. A broken
 * promise ends the program, like any other fault that the sanitizers find.
 * "make fuzz" lets libFuzzer look for such inputs; replay.c gives a target the
 * files kept in corpus/NAME, so that "make check" tries them in every build.
 */
#ifndef OUTPOST_FUZZ_H
#define OUTPOST_FUZZ_H

#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define promise(what) \
	((what) ? (void)0 : die("%s:%d: a promise is broken: %s", __FILE__, __LINE__, #what))

/* Nothing in it could do anything to a terminal. */
static inline int is_visible(const char *s)
{
	size_t len = strlen(s);
	struct buf shown = BUF_INIT(8 * len + 1);
	int same;

	text_visible(&shown, s, len);
	same = shown.len == len && memcmp(buf_text(&shown), s, len) == 0;
	buf_free(&shown);
	return same;
}

/* A failure comes with a whole sentence. */
static inline int is_told(const struct err *err)
{
	return err->kind != ERR_NONE && err->text[0] && is_visible(err->text) &&
	       is_visible(err->hint);
}

#endif
