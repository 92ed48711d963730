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

/* The same in two steps, for files that belong together: all are staged, and only when that went
 * well are they put in place, by a rename each. */
struct file_rights {
	mode_t mode;
	uid_t uid;	/* (uid_t)-1: as it comes; ERR_SYSTEM when it cannot be given */
	gid_t gid;	/* (gid_t)-1: as it comes; when it cannot be given, nobody gets the
			 * rights that were meant for it */
};
struct file_stage;
struct file_stage *file_stage(const char *path, const void *data, size_t len,
			      const struct file_rights *rights, struct err *err);
int file_commit(struct file_stage *s, struct err *err);	/* s is gone after it */
void file_drop(struct file_stage *s);			/* nothing happened; NULL is fine */

/* All of it, whatever the size of the single writes. */
int file_write_all(int fd, const void *data, size_t len, const char *name, struct err *err);
/* mkdir -p; new folders get the mode, and are there after a power cut too. */
int file_mkdirs(const char *path, mode_t mode, struct err *err);
/* An open file without a name, in $TMPDIR or /tmp, for the caller to close. */
int file_temp(struct err *err);
bool file_exists(const char *path);
/* Where the program that is running lies. */
char *file_of_program(struct err *err);

#endif
