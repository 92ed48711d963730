/*
 * The file of a database before SQLite has it: made with the right mode, and looked at.
 *
 * Closing a descriptor of a file ends all locks of fcntl(2) that this process has on it, also
 * those that SQLite took through another one. So a file that is in use here is not opened a
 * second time: what was seen at the first use holds until the last is over. Safe in threads.
 */
#ifndef OUTPOST_DB_FILE_H
#define OUTPOST_DB_FILE_H

#include <stdbool.h>

struct err;

/* Makes the file (0600) where it is missing. *remote: it lies on a network file system. -1:
 * ERR_SYSTEM, it cannot be used from here. Else db_file_done is called once it is closed. */
int db_file_use(const char *path, bool *remote, struct err *err);
void db_file_done(const char *path);

#endif
