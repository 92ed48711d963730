/*
 * Private to port/store: the first line of a file or of a command's output is
 * the password. Blanks belong to it, the line's end (LF or CR LF) does not.
 */
#ifndef OUTPOST_STORE_LINE_H
#define OUTPOST_STORE_LINE_H

#include "base/secret.h"
#include "port/store.h"

struct buf;

/* A line of the greatest length, its end, and a byte that shows it is longer. */
#define STORE_LINE_MAX (SECRET_MAX + 3)

/* what begins the sentence: "The file /x". On STORE_OK the caller owns *secret. */
enum store_state store_line_secret(const struct buf *text, const char *what,
				   struct secret **secret, struct err *err);

#endif
