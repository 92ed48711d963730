/*
 * Putting one message into a Maildir (cr.yp.to/proto/maildir.html): written
 * and synced under tmp/, then renamed into new/ or cur/. Safe against any
 * number of other writers. The folders are made when missing (0700).
 */
#ifndef OUTPOST_MAILDIR_H
#define OUTPOST_MAILDIR_H

#include <stddef.h>

struct err;

/* Flags are Maildir info letters ("S" for seen): with flags the message goes
 * to cur/, with NULL to new/. */
int maildir_add(const char *dir, const char *flags, const char *data, size_t len, struct err *err);
/* The same, copied from a descriptor read from its start by pread(2). */
int maildir_add_fd(const char *dir, const char *flags, int fd, struct err *err);

#endif
