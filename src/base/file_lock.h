/*
 * One process at a time, by flock(2) on a file made for that.
 *
 * The file stays when the lock is gone. It holds the process id of who locked
 * it last, so that a lock that is not to be had can be explained: ERR_SYSTEM,
 * temporary, naming program and process. A process that dies gives its locks
 * back. A second lock in the same process waits like anybody else's.
 */
#ifndef OUTPOST_FILE_LOCK_H
#define OUTPOST_FILE_LOCK_H

struct err;

#define FILE_LOCK_WAIT 10000L	/* ms */

/* A descriptor, to be closed to give the lock back; -1 with err. Waits at most
 * FILE_LOCK_WAIT. */
int file_lock(const char *path, struct err *err);
int file_lock_within(const char *path, long ms, struct err *err);

#endif
