/*
 * Threads that write to one database together: one transaction, and one sync, for all that comes
 * while the one before is on its way to the disk.
 *
 * Whoever finds nobody at it does the work of all who wait, with the team's own handle.
 */
#ifndef OUTPOST_DB_TEAM_H
#define OUTPOST_DB_TEAM_H

#include <stdbool.h>

struct db;
struct db_team;
struct err;

/* A step of work within a transaction. It may be done again, from the start, when that of another
 * one failed and the transaction with it. Called by any of the threads, one at a time. */
typedef int (*db_step)(struct db *db, void *arg, struct err *err);

struct db_team *db_team_new(struct db *db);	/* takes the handle over */
void db_team_free(struct db_team *team);	/* NULL is fine; nobody uses it any more */
bool db_team_damaged(const struct db_team *team);	/* as db_damaged */
/* Durable when it returns 0. */
int db_team_run(struct db_team *team, db_step step, void *arg, struct err *err);
/* The same alone, with a handle of one's own. */
int db_alone(struct db *db, db_step step, void *arg, struct err *err);

#endif
