/*
 * A database in one file, by SQLite, which is used here and nowhere else.
 *
 * One handle a thread. Statements are prepared once a handle and kept. Values go in
 * by a string of types: i int64_t, d int, t const char * (NULL is null), b
 * const void * and size_t. Who has to wait for another process waits DB_WAIT ms.
 * Nothing is told to have happened before it is on the disk (synchronous=FULL).
 *
 * The journal is chosen where the file is made and stays: a write-ahead log on a local
 * file system (one sync a commit), a rollback journal on a network one, where
 * the shared memory of the log does not work. A log met through a network is refused.
 *
 * Errors are ERR_SYSTEM: no space, read-only, busy (temporary), damaged. After the
 * last one db_damaged is true, and nothing more should be asked of the handle.
 */
#ifndef OUTPOST_DB_H
#define OUTPOST_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct db;
struct db_rows;
struct err;

#define DB_WAIT 10000 /* ms */

/* Opens or makes the file (0600) and brings its schema up to date: steps, ended by NULL, are
 * the statements from each version to the next, from nothing on; how many were taken is kept in
 * the file. ERR_SYSTEM; *damaged (may be NULL) tells whether the file is no database any more. */
struct db *db_open(const char *path, const char *const *steps, bool *damaged, struct err *err);
/* To rescue what can be read: changes nothing, needs no log. NULL when nothing can. */
struct db *db_open_damaged(const char *path, struct err *err);
void db_close(struct db *db);	/* NULL is fine; what was begun is undone */
bool db_damaged(const struct db *db);

/* Takes the right to write at once: what is read inside is still true when it is written. */
int db_begin(struct db *db, struct err *err);
int db_commit(struct db *db, struct err *err);	/* durable; on failure all is undone */
void db_undo(struct db *db);

/* A statement without an answer. Returns how many rows it changed, or -1. */
int db_run(struct db *db, struct err *err, const char *sql, const char *types, ...);
int64_t db_last_id(const struct db *db);
/* One number: 1 and *value; 0 without a row or for null; -1. */
int db_number(struct db *db, struct err *err, int64_t *value, const char *sql, const char *types,
	      ...);

struct db_value {
	char type;	/* as above */
	int64_t number;
	const char *text;
	size_t len;
};

/* Rows: db_next gives 1, 0 at the end, -1. Columns live until the next db_next. Always
 * ended with db_end, and the same statement is not asked for twice at a time. */
struct db_rows *db_select(struct db *db, struct err *err, const char *sql, const char *types, ...);
/* The same with values made at run time. */
struct db_rows *db_select_values(struct db *db, struct err *err, const char *sql,
				 const struct db_value *values, size_t count);
int db_next(struct db_rows *rows, struct err *err);
int64_t db_int(struct db_rows *rows, int column);
const char *db_text(struct db_rows *rows, int column);	/* NULL for null */
const void *db_bytes(struct db_rows *rows, int column, size_t *len);
struct db_value db_value_of(struct db_rows *rows, int column);	/* as it is */
void db_end(struct db_rows *rows);	/* NULL is fine */

/* Has another handle or process committed anything since *seen was set by this? Brings *seen up to
 * date. Waits for nobody: while the file is locked, nothing has. */
bool db_changed(struct db *db, int64_t *seen);

const char *db_library(void);	/* "SQLite 3.40.1" */

#endif
