/*
 * A growing run of bytes with a maximum.
 *
 * Every buffer says at birth how large it may become, so that nothing from
 * outside can eat the memory: adding past the maximum changes nothing and
 * returns -1. The bytes are always followed by a NUL that is not counted, so
 * buf_text() can be read as a string. One owner; buf_free() may be called on
 * a buffer that was never used, and twice.
 */
#ifndef OUTPOST_BUF_H
#define OUTPOST_BUF_H

#include <stddef.h>

struct buf {
	char *data;	/* NULL until something was added */
	size_t len;
	size_t cap;
	size_t max;	/* most bytes it may hold */
	int secret;	/* wipe what is given back to the heap */
};

#define BUF_INIT(most) { .max = (most) }
/* For secrets: memory is wiped when it moves and when it is freed. */
#define BUF_INIT_SECRET(most) { .max = (most), .secret = 1 }

int  buf_add(struct buf *b, const void *bytes, size_t n);
int  buf_addc(struct buf *b, char c);
int  buf_adds(struct buf *b, const char *s);
int  buf_printf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Cuts to n bytes; n must not be above len. */
void buf_cut(struct buf *b, size_t n);
/* Removes n bytes at the front. */
void buf_drop(struct buf *b, size_t n);
void buf_clear(struct buf *b);		/* empty and usable again */
void buf_free(struct buf *b);		/* gone; usable again too */
const char *buf_text(const struct buf *b);	/* "" when empty; valid until the next change */
/* Gives the bytes to the caller (free with free()); b is empty after. Never NULL. */
char *buf_detach(struct buf *b);

#endif
