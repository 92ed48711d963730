#include "task/outbox_private.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/err.h"
#include "base/file.h"

#define COLUMNS 24

/* What is copied, row by row; the first column is the key. */
static const struct table {
	const char *name, *columns, *marks;
	int count;
} tables[] = {
	{ "message",
	  "id, account, state, marked, queued_at, next_at, changed_at, tries, attempts, sender,"
	  " subject, message_id, size, notify, ret, envid, submitter, flags, error_kind,"
	  " error_text, error_hint, reply, tag, server",
	  "?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?", 24 },
	/* As it was before there was a server; of a newer one all rows are there already. */
	{ "message",
	  "id, account, state, marked, queued_at, next_at, changed_at, tries, attempts, sender,"
	  " subject, message_id, size, notify, ret, envid, submitter, flags, error_kind,"
	  " error_text, error_hint, reply, tag",
	  "?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?", 23 },
	{ "recipient", "message, n, address, state, code, enhanced, reply", "?,?,?,?,?,?,?", 7 },
	{ "body", "message, bytes, file", "?,?,?", 3 },
	{ "event", "id, message, at, what, text, reply", "?,?,?,?,?,?", 6 },
	{ "account", "name, paused, told, failures, wait_until, text", "?,?,?,?,?,?", 6 },
};

static int copy_row(struct db *to, const struct table *table, struct db_rows *row)
{
	struct db_value values[COLUMNS];
	struct db_rows *insert;
	char sql[512];
	int rc;

	snprintf(sql, sizeof sql, "INSERT OR IGNORE INTO %s (%s) VALUES (%s)", table->name,
		 table->columns, table->marks);
	for (int i = 0; i < table->count; i++)
		values[i] = db_value_of(row, i);
	insert = db_select_values(to, NULL, sql, values, (size_t)table->count);
	rc = insert ? db_next(insert, NULL) : -1;
	db_end(insert);
	return rc;
}

/* Until the damage, from one end. */
static void copy_from(struct db *from, struct db *to, const struct table *table, const char *order)
{
	struct db_rows *rows;
	char sql[512];

	snprintf(sql, sizeof sql, "SELECT %s FROM %s NOT INDEXED ORDER BY %.*s %s", table->columns,
		 table->name, (int)strcspn(table->columns, ","), table->columns, order);
	rows = db_select(from, NULL, sql, "");
	while (rows && db_next(rows, NULL) == 1)
		copy_row(to, table, rows);
	db_end(rows);
}

/* What lost its text or its recipients cannot go by itself any more; what was removed and lost
 * the line that says so counts from when it changed last. */
static int settle(struct db *to, struct err *err)
{
	if (db_run(to, err,
		   "UPDATE message SET state = ?1, error_text = 'A part of it was lost when the "
		   "outbox was damaged.' WHERE state IN (?2, ?3, ?4) AND (id NOT IN (SELECT "
		   "message FROM body) OR id NOT IN (SELECT message FROM recipient))",
		   "dddd", OUTBOX_FAILED, OUTBOX_READY, OUTBOX_SENDING, OUTBOX_HELD) < 0)
		return -1;
	return db_run(to, err,
		      "INSERT INTO event (message, at, what) SELECT id, changed_at, 'remove' "
		      "FROM message WHERE state = ? AND id NOT IN (SELECT message FROM event "
		      "WHERE what = 'remove')",
		      "d", OUTBOX_REMOVED);
}

static int copy_all(const char *old, const char *path, int64_t *saved, struct err *err)
{
	struct db *from = db_open_damaged(old, NULL);
	struct db *to = db_open(path, outbox_schema, NULL, err);
	int rc = -1;

	if (to && db_begin(to, err) == 0) {
		for (size_t i = 0; from && i < sizeof tables / sizeof tables[0]; i++) {
			copy_from(from, to, &tables[i], "ASC");
			copy_from(from, to, &tables[i], "DESC");
		}
		if (settle(to, err) >= 0 &&
		    db_number(to, err, saved, "SELECT count(*) FROM message", "") >= 0)
			rc = db_commit(to, err);
	}
	db_close(from);
	db_close(to);
	return rc;
}

static const char *const parts[] = { "-wal", "-journal", "" };

static int move_part(const char *from, const char *to, const char *part, struct err *err)
{
	char *a = xasprintf("%s%s", from, part), *b = xasprintf("%s%s", to, part);
	int rc = rename(a, b);

	if (rc < 0 && errno == ENOENT)
		rc = 0;
	else if (rc < 0)
		rc = err_errno(err, "The damaged outbox cannot be moved to %s", b);
	free(a);
	free(b);
	return rc;
}

/* The log first: with it alone nothing could be mistaken for whole. */
static int move_all(const char *from, const char *to, struct err *err)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < sizeof parts / sizeof parts[0]; i++)
		rc = move_part(from, to, parts[i], err);
	return rc;
}

static void take_away(const char *path, const char *part)
{
	char *name = xasprintf("%s%s", path, part);

	unlink(name);
	free(name);
}

/* A name that no other one has: there may have been two in a second, or the clock was set back. */
static char *name_aside(const char *path)
{
	time_t now = time(NULL);
	char stamp[32], *name;
	struct tm tm;

	localtime_r(&now, &tm);
	strftime(stamp, sizeof stamp, "%Y%m%d-%H%M%S", &tm);
	name = xasprintf("%s.damaged-%s", path, stamp);
	for (int n = 2; file_exists(name); n++) {
		free(name);
		name = xasprintf("%s.damaged-%s-%d", path, stamp, n);
	}
	return name;
}

int outbox_rescue(const char *path, char **told, struct err *err)
{
	char *old = name_aside(path);
	int64_t saved = 0;
	int rc = -1;

	if (move_all(path, old, err) == 0) {
		take_away(path, "-shm");
		rc = copy_all(old, path, &saved, err);
		/* Half a new one would hide the old one. */
		if (rc < 0) {
			take_away(path, "");
			take_away(path, "-wal");
			take_away(path, "-shm");
			take_away(path, "-journal");
			(void)move_all(old, path, NULL);
		}
	}
	if (rc == 0 && told)
		*told = xasprintf("The outbox was damaged. A new one was made with the %lld "
				  "messages that could be read; the old one is kept as %s.",
				  (long long)saved, old);
	free(old);
	return rc;
}
