/*
 * Files that are read whole, replaced whole, or thrown away.
 *
 * A file is replaced, never rewritten in place: an exclusive temporary beside
 * it, checked write, fsync, rename, fsync of the folder. Whoever reads at any
 * moment sees the old bytes or the new ones. A symbolic link is followed, so
 * that a dotfile manager's link stays a link. On failure nothing is left
 * behind and the old file is untouched.
 * All return 0 (or a descriptor) or -1 with err filled (ERR_SYSTEM, or
 * ERR_NOINPUT where the file is not there).
 */
#ifndef OUTPOST_FILE_H
#define OUTPOST_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct buf;
struct err;

/* Appends the whole file to out; ERR_INPUT when it holds more than out may. */
int file_read(const char *path, struct buf *out, struct err *err);
/* As file_read, for a descriptor; name is for messages. */
int file_read_fd(int fd, const char *name, struct buf *out, struct err *err);
int file_replace(const char *path, const void *data, size_t len, mode_t mode, struct err *err);
/* All of it, whatever the size of the single writes. */
int file_write_all(int fd, const void *data, size_t len, const char *name, struct err *err);
/* mkdir -p; new folders get the mode, and are there after a power cut too. */
int file_mkdirs(const char *path, mode_t mode, struct err *err);
/* An open file without a name, in $TMPDIR or /tmp, for the caller to close. */
int file_temp(struct err *err);
bool file_exists(const char *path);

#endif
