/*
 * A password or token: one type, one owner, wiped when freed.
 *
 * The bytes are any but NUL, at most SECRET_MAX. They live in pages of their
 * own that are kept out of core dumps and, where the limit allows, out of
 * swap. They must never be printed, logged, put into an argument list, an
 * environment or a file by anyone but the back-end whose job that is
 * (port/store). secret_text() lends; nobody keeps what it returns.
 */
#ifndef OUTPOST_SECRET_H
#define OUTPOST_SECRET_H

#include <stdbool.h>
#include <stddef.h>

#define SECRET_MAX 8192	/* bytes; what secret-tool reads at most */

struct secret;

/* NULL when len is over SECRET_MAX or bytes holds a NUL. */
struct secret *secret_new(const char *bytes, size_t len);
struct secret *secret_copy(const struct secret *s);	/* NULL gives NULL */
void           secret_free(struct secret *s);		/* wiped; NULL is fine */
const char    *secret_text(const struct secret *s);	/* ends in NUL */
size_t         secret_len(const struct secret *s);
bool           secret_equal(const struct secret *a, const struct secret *b);

#endif
