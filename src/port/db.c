#include "port/db.h"

#include <errno.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "port/db_file.h"

#define STATEMENTS 64 /* kept prepared; the oldest makes room */
#define VALUES     16 /* of a statement */
#define PAGES_LOG  200 /* pages in the log before they are copied back */

struct db_rows {
	struct db *db;
	sqlite3_stmt *stmt;
	char *sql;
	unsigned long used; /* when, to find the oldest */
	bool busy;
};

struct db {
	sqlite3 *handle;
	char *path;
	struct db_rows kept[STATEMENTS];
	unsigned long clock;
	bool damaged, begun, used; /* used: the file, by db_file_use */
};

/* ---- errors ---- */

/* What the system said is often more than what SQLite makes of it. */
static int code_of(struct db *db, int why)
{
	int code = sqlite3_errcode(db->handle) & 0xff;

	if (code == SQLITE_IOERR && (why == ENOSPC || why == EDQUOT))
		return SQLITE_FULL;
	if (code == SQLITE_CANTOPEN && (why == EMFILE || why == ENFILE))
		return SQLITE_ERROR;
	return code;
}

static int fail(struct db *db, struct err *err)
{
	int why = sqlite3_system_errno(db->handle);

	switch (code_of(db, why)) {
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		db->damaged = true;
		err_set(err, ERR_SYSTEM, "The file %s is damaged.", db->path);
		err_hint(err, "Do it once more: what can be read is saved into a new one then.");
		break;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		err_set(err, ERR_SYSTEM, "Another program has kept %s locked for %d seconds.",
			db->path, DB_WAIT / 1000);
		err_hint(err, "See who uses it: fuser %s", db->path);
		if (err)
			err->temporary = true;
		break;
	case SQLITE_FULL:
		err_set(err, ERR_SYSTEM, "There is no space left for %s.", db->path);
		err_hint(err, "Make room on that disk and try again.");
		break;
	case SQLITE_READONLY:
	case SQLITE_CANTOPEN:
	case SQLITE_PERM:
		err_set(err, ERR_SYSTEM,
			"%s cannot be written: the folder or the file is "
			"read-only.",
			db->path);
		break;
	default:
		err_set(err, ERR_SYSTEM, "%s cannot be used: %s.", db->path,
			why == EMFILE || why == ENFILE ? strerror(why)
						       : sqlite3_errmsg(db->handle));
	}
	return -1;
}

/* ---- the file ---- */

static int set_up(struct db *db, bool remote, struct err *err)
{
	sqlite3_db_config(db->handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_busy_timeout(db->handle, DB_WAIT);
	sqlite3_wal_autocheckpoint(db->handle, PAGES_LOG);
	if (sqlite3_exec(db->handle,
			 remote ? "PRAGMA journal_mode=TRUNCATE" : "PRAGMA journal_mode=WAL", NULL,
			 NULL, NULL) != SQLITE_OK ||
	    sqlite3_exec(db->handle, "PRAGMA synchronous=FULL; PRAGMA trusted_schema=OFF;", NULL,
			 NULL, NULL) != SQLITE_OK)
		return fail(db, err);
	return 0;
}

/* Within a transaction. */
static int take_steps(struct db *db, const char *const *steps, int64_t has, struct err *err)
{
	char set[48];

	for (; steps[has]; has++)
		if (sqlite3_exec(db->handle, steps[has], NULL, NULL, NULL) != SQLITE_OK)
			return fail(db, err);
	sqlite3_snprintf(sizeof set, set, "PRAGMA user_version=%lld", (long long)has);
	return sqlite3_exec(db->handle, set, NULL, NULL, NULL) == SQLITE_OK ? 0 : fail(db, err);
}

static int make_schema(struct db *db, const char *const *steps, struct err *err)
{
	int64_t has = 0, version = 0;

	while (steps[version])
		version++;
	if (db_number(db, err, &has, "PRAGMA user_version", "") < 0)
		return -1;
	if (has == version)
		return 0;
	if (has > version)
		return err_set(err, ERR_SYSTEM, "%s comes from a newer version of this program.",
			       db->path);
	if (db_begin(db, err) < 0)
		return -1;
	/* Another process may have been first. */
	if (db_number(db, err, &has, "PRAGMA user_version", "") >= 0 &&
	    (has >= version || take_steps(db, steps, has, err) == 0))
		return db_commit(db, err);
	db_undo(db);
	return -1;
}

static struct db *db_new(const char *path)
{
	struct db *db = xcalloc(1, sizeof *db);

	db->path = xstrdup(path);
	return db;
}

static int open_handle(struct db *db, struct err *err)
{
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;

	return sqlite3_open_v2(db->path, &db->handle, flags, NULL) == SQLITE_OK ? 0 : fail(db, err);
}

struct db *db_open(const char *path, const char *const *steps, bool *damaged, struct err *err)
{
	struct db *db = db_new(path);
	bool remote = false;

	if (damaged)
		*damaged = false;
	db->used = db_file_use(path, &remote, err) == 0;
	if (!db->used)
		goto fail;
	if (open_handle(db, err) < 0)
		goto fail;
	if (set_up(db, remote, err) < 0 || make_schema(db, steps, err) < 0)
		goto fail;
	return db;
fail:
	if (damaged)
		*damaged = db->damaged;
	db_close(db);
	return NULL;
}

struct db *db_open_damaged(const char *path, struct err *err)
{
	struct db *db = db_new(path);

	if (open_handle(db, err) < 0) {
		db_close(db);
		return NULL;
	}
	sqlite3_busy_timeout(db->handle, 1000);
	return db;
}

void db_close(struct db *db)
{
	if (!db)
		return;
	db_undo(db);
	for (size_t i = 0; i < STATEMENTS; i++) {
		sqlite3_finalize(db->kept[i].stmt);
		free(db->kept[i].sql);
	}
	sqlite3_close(db->handle);
	if (db->used)
		db_file_done(db->path);
	free(db->path);
	free(db);
}

bool db_damaged(const struct db *db)
{
	return db->damaged;
}

/* ---- statements ---- */

static struct db_rows *find_kept(struct db *db, const char *sql)
{
	struct db_rows *oldest = NULL;

	for (size_t i = 0; i < STATEMENTS; i++) {
		struct db_rows *one = &db->kept[i];

		if (one->busy)
			continue;
		if (one->sql && strcmp(one->sql, sql) == 0)
			return one;
		if (!oldest || one->used < oldest->used)
			oldest = one;
	}
	return oldest;
}

static struct db_rows *prepare(struct db *db, const char *sql, struct err *err)
{
	struct db_rows *rows = find_kept(db, sql);

	if (!rows)
		die("too many statements at a time");
	if (!rows->sql || strcmp(rows->sql, sql) != 0) {
		sqlite3_finalize(rows->stmt);
		free(rows->sql);
		*rows = (struct db_rows){ .db = db };
		if (sqlite3_prepare_v3(db->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &rows->stmt,
				       NULL) != SQLITE_OK) {
			fail(db, err);
			return NULL;
		}
		rows->sql = xstrdup(sql);
	}
	rows->used = ++db->clock;
	rows->busy = true;
	return rows;
}

static void bind(sqlite3_stmt *stmt, int at, const struct db_value *v)
{
	if (v->type == 'i')
		sqlite3_bind_int64(stmt, at, v->number);
	else if (v->type == 'b' && v->text)
		sqlite3_bind_blob64(stmt, at, v->text, v->len, SQLITE_STATIC);
	else if (v->type == 't' && v->text)
		sqlite3_bind_text(stmt, at, v->text, -1, SQLITE_TRANSIENT);
	else
		sqlite3_bind_null(stmt, at);
}

static size_t take_values(const char *types, va_list ap, struct db_value *values)
{
	size_t n = 0;

	for (; types[n]; n++) {
		struct db_value *v = &values[n];

		if (n == VALUES)
			die("too many values for a statement");
		*v = (struct db_value){ .type = types[n] };
		switch (types[n]) {
		case 'd':
			v->type = 'i';
			v->number = va_arg(ap, int);
			break;
		case 'i':
			v->number = va_arg(ap, int64_t);
			break;
		case 't':
			v->text = va_arg(ap, const char *);
			break;
		case 'b':
			v->text = va_arg(ap, const void *);
			v->len = va_arg(ap, size_t);
			break;
		default:
			die("a value of an unknown type");
		}
	}
	return n;
}

struct db_rows *db_select_values(struct db *db, struct err *err, const char *sql,
				 const struct db_value *values, size_t count)
{
	struct db_rows *rows = prepare(db, sql, err);

	for (size_t i = 0; rows && i < count; i++)
		bind(rows->stmt, (int)i + 1, &values[i]);
	return rows;
}

struct db_rows *db_select(struct db *db, struct err *err, const char *sql, const char *types, ...)
{
	struct db_value values[VALUES];
	va_list ap;
	size_t n;

	va_start(ap, types);
	n = take_values(types, ap, values);
	va_end(ap);
	return db_select_values(db, err, sql, values, n);
}

int db_next(struct db_rows *rows, struct err *err)
{
	int rc = sqlite3_step(rows->stmt);

	if (rc == SQLITE_ROW)
		return 1;
	return rc == SQLITE_DONE ? 0 : fail(rows->db, err);
}

int64_t db_int(struct db_rows *rows, int column)
{
	return sqlite3_column_int64(rows->stmt, column);
}

const char *db_text(struct db_rows *rows, int column)
{
	return (const char *)sqlite3_column_text(rows->stmt, column);
}

const void *db_bytes(struct db_rows *rows, int column, size_t *len)
{
	const void *bytes = sqlite3_column_blob(rows->stmt, column);

	*len = (size_t)sqlite3_column_bytes(rows->stmt, column);
	return bytes;
}

struct db_value db_value_of(struct db_rows *rows, int column)
{
	struct db_value v = { .type = 'n' };

	switch (sqlite3_column_type(rows->stmt, column)) {
	case SQLITE_INTEGER:
		v.type = 'i';
		v.number = db_int(rows, column);
		break;
	case SQLITE_TEXT:
		v.type = 't';
		v.text = db_text(rows, column);
		break;
	case SQLITE_BLOB:
		v.type = 'b';
		v.text = db_bytes(rows, column, &v.len);
		break;
	default:
		break;
	}
	return v;
}

void db_end(struct db_rows *rows)
{
	if (!rows)
		return;
	sqlite3_reset(rows->stmt);
	sqlite3_clear_bindings(rows->stmt);
	rows->busy = false;
}

int db_run(struct db *db, struct err *err, const char *sql, const char *types, ...)
{
	struct db_value values[VALUES];
	struct db_rows *rows;
	va_list ap;
	size_t n;
	int rc;

	va_start(ap, types);
	n = take_values(types, ap, values);
	va_end(ap);
	rows = db_select_values(db, err, sql, values, n);
	if (!rows)
		return -1;
	rc = db_next(rows, err);
	db_end(rows);
	return rc < 0 ? -1 : sqlite3_changes(db->handle);
}

int db_number(struct db *db, struct err *err, int64_t *value, const char *sql, const char *types,
	      ...)
{
	struct db_value values[VALUES];
	struct db_rows *rows;
	va_list ap;
	size_t n;
	int rc;

	va_start(ap, types);
	n = take_values(types, ap, values);
	va_end(ap);
	rows = db_select_values(db, err, sql, values, n);
	if (!rows)
		return -1;
	rc = db_next(rows, err);
	if (rc == 1 && sqlite3_column_type(rows->stmt, 0) == SQLITE_NULL)
		rc = 0;
	if (rc == 1)
		*value = db_int(rows, 0);
	db_end(rows);
	return rc;
}

bool db_changed(struct db *db, int64_t *seen)
{
	int64_t version = *seen;
	bool changed;

	sqlite3_busy_timeout(db->handle, 0);
	db_number(db, NULL, &version, "PRAGMA data_version", "");
	sqlite3_busy_timeout(db->handle, DB_WAIT);
	changed = version != *seen;
	*seen = version;
	return changed;
}

int64_t db_last_id(const struct db *db)
{
	return sqlite3_last_insert_rowid(db->handle);
}

/* ---- transactions ---- */

/* Who waits for a transaction of this process waits here: SQLite itself sleeps, and looks again. */
static pthread_mutex_t one_writer = PTHREAD_MUTEX_INITIALIZER;

static void ended(struct db *db)
{
	db->begun = false;
	pthread_mutex_unlock(&one_writer);
}

int db_begin(struct db *db, struct err *err)
{
	pthread_mutex_lock(&one_writer);
	if (db_run(db, err, "BEGIN IMMEDIATE", "") < 0) {
		pthread_mutex_unlock(&one_writer);
		return -1;
	}
	db->begun = true;
	return 0;
}

int db_commit(struct db *db, struct err *err)
{
	if (db_run(db, err, "COMMIT", "") < 0) {
		db_undo(db);
		return -1;
	}
	ended(db);
	return 0;
}

void db_undo(struct db *db)
{
	if (!db->begun)
		return;
	db_run(db, NULL, "ROLLBACK", "");
	ended(db);
}

const char *db_library(void)
{
	return "SQLite " SQLITE_VERSION;
}
