#include "task/outbox_private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/dirs.h"
#include "base/err.h"
#include "base/file.h"

#define WHOLE 0 /* the byte that every handle shares and a rescue has alone */

static const char version_one[] =
	"CREATE TABLE message (id INTEGER PRIMARY KEY AUTOINCREMENT, account TEXT NOT NULL,"
	" state INTEGER NOT NULL, marked INTEGER NOT NULL DEFAULT 0, queued_at INTEGER NOT NULL,"
	" next_at INTEGER NOT NULL, changed_at INTEGER NOT NULL, tries INTEGER NOT NULL DEFAULT 0,"
	" attempts INTEGER NOT NULL DEFAULT 0, sender TEXT NOT NULL, subject TEXT,"
	" message_id TEXT, size INTEGER NOT NULL, notify INTEGER, ret INTEGER, envid TEXT,"
	" submitter TEXT, flags INTEGER, error_kind INTEGER, error_text TEXT, error_hint TEXT,"
	" reply TEXT, tag TEXT UNIQUE);"
	"CREATE INDEX message_due ON message (account, state, next_at);"
	"CREATE INDEX message_changed ON message (account, state, changed_at);"
	"CREATE INDEX message_state ON message (state, id);"
	"CREATE TABLE recipient (message INTEGER NOT NULL, n INTEGER NOT NULL,"
	" address TEXT NOT NULL COLLATE NOCASE, state INTEGER NOT NULL, code INTEGER,"
	" enhanced TEXT, reply TEXT, PRIMARY KEY (message, n)) WITHOUT ROWID;"
	"CREATE INDEX recipient_address ON recipient (address, message);"
	"CREATE TABLE body (message INTEGER PRIMARY KEY, bytes BLOB, file TEXT);"
	"CREATE TABLE event (id INTEGER PRIMARY KEY, message INTEGER NOT NULL, at INTEGER NOT NULL,"
	" what TEXT NOT NULL, text TEXT, reply TEXT);"
	"CREATE INDEX event_message ON event (message);"
	"CREATE TABLE account (name TEXT PRIMARY KEY, paused INTEGER NOT NULL DEFAULT 0,"
	" told INTEGER NOT NULL DEFAULT 0, failures INTEGER NOT NULL DEFAULT 0,"
	" wait_until INTEGER NOT NULL DEFAULT 0, text TEXT);";

const char *const outbox_schema[] = {
	version_one,
	"ALTER TABLE message ADD COLUMN server TEXT;",
	/* Messages may be removed (state 6), which a program of before does not know: it keeps
	 * its hands off. What was removed is found by when. */
	"CREATE INDEX event_removed ON event (at, message) WHERE what = 'remove';",
	NULL,
};

static const char *const state_names[OUTBOX_STATES] = {
	[OUTBOX_READY] = "ready",   [OUTBOX_SENDING] = "sending", [OUTBOX_SENT] = "sent",
	[OUTBOX_FAILED] = "failed", [OUTBOX_UNSURE] = "unsure",   [OUTBOX_HELD] = "held",
	[OUTBOX_REMOVED] = "removed",
};

const char *outbox_state_name(enum outbox_state state)
{
	return state_names[state];
}

unsigned outbox_state_parse(const char *name)
{
	unsigned s = 0;

	while (s < OUTBOX_STATES && strcmp(name, state_names[s]) != 0)
		s++;
	return s;
}

bool outbox_changed(struct outbox *box)
{
	return db_changed(box->db, &box->seen);
}

int64_t outbox_now(void)
{
	return (int64_t)time(NULL);
}

char *outbox_path(const struct outbox *box, const char *name)
{
	return xasprintf("%s/%s", box->folder, name);
}

/* ---- locks ---- */

static int lock_byte(int fd, int64_t at, short type)
{
	struct flock lock = {
		.l_type = type, .l_whence = SEEK_SET, .l_start = (off_t)at, .l_len = 1
	};

	return fcntl(fd, F_OFD_SETLK, &lock);
}

int outbox_lock(struct outbox *box, int64_t id, struct err *err)
{
	if (lock_byte(box->lock_fd, id, F_WRLCK) == 0)
		return 1;
	if (errno == EAGAIN || errno == EACCES)
		return 0;
	return err_errno(err, "The outbox in %s cannot be locked", box->folder);
}

void outbox_unlock(struct outbox *box, int64_t id)
{
	(void)lock_byte(box->lock_fd, id, F_UNLCK);
}

/* ---- opening ---- */

static int open_lock(struct outbox *box, struct err *err)
{
	char *path = outbox_path(box, "outbox.lock");

	box->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (box->lock_fd < 0)
		err_errno(err, "%s cannot be opened", path);
	else if (lock_byte(box->lock_fd, WHOLE, F_RDLCK) < 0)
		err_set(err, ERR_SYSTEM,
			"The outbox is being repaired by another process: try "
			"again in a moment.");
	else {
		free(path);
		return 0;
	}
	free(path);
	return -1;
}

/* Damage that was met in the middle of the work is noted in a file, for who opens it next. */
static void note_damage(const struct outbox *box)
{
	char *note = outbox_path(box, "outbox.damaged");
	int fd = open(note, O_RDONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);

	if (fd >= 0)
		close(fd);
	free(note);
}

static bool is_noted(const struct outbox *box)
{
	char *note = outbox_path(box, "outbox.damaged");
	bool there = file_exists(note);

	free(note);
	return there;
}

static void forget_damage(const struct outbox *box)
{
	char *note = outbox_path(box, "outbox.damaged");

	unlink(note);
	free(note);
}

/* Nobody else may have it open: what they wrote to the old file would be lost. */
static int repair(struct outbox *box, const char *path, char **told, struct err *err)
{
	int rc;

	if (lock_byte(box->lock_fd, WHOLE, F_WRLCK) < 0) {
		err_set(err, ERR_SYSTEM, "%s is damaged, and another process has it open.", path);
		err_hint(err, "End the other one, then look at it: outpost outbox");
		return -1;
	}
	rc = outbox_rescue(path, told, err);
	if (rc == 0)
		forget_damage(box);
	(void)lock_byte(box->lock_fd, WHOLE, F_RDLCK);
	return rc;
}

struct outbox *outbox_open(char **told, struct err *err)
{
	struct outbox *box = xcalloc(1, sizeof *box);
	char *path = NULL;
	bool damaged = false;

	if (told)
		*told = NULL;
	box->lock_fd = -1;
	box->folder = xstrdup(dirs_state());
	path = outbox_path(box, "outbox.db");
	if (file_mkdirs(box->folder, 0700, err) == 0 && open_lock(box, err) == 0) {
		damaged = is_noted(box);
		if (!damaged)
			box->db = db_open(path, outbox_schema, &damaged, err);
		if (!box->db && damaged && !told)
			err_set(err, ERR_SYSTEM, "The file %s is damaged.", path);
		else if (!box->db && damaged && repair(box, path, told, err) == 0) {
			err_clear(err);
			box->db = db_open(path, outbox_schema, NULL, err);
		}
	}
	free(path);
	if (box->db)
		return box;
	outbox_close(box);
	return NULL;
}

void outbox_give_back(struct outbox *box)
{
	for (size_t i = box->claimed_at; i < box->claimed_count; i++) {
		db_run(box->db, NULL, "UPDATE message SET state = ? WHERE id = ? AND state = ?",
		       "did", OUTBOX_READY, box->claimed[i], OUTBOX_SENDING);
		outbox_unlock(box, box->claimed[i]);
	}
	box->claimed_at = box->claimed_count = 0;
}

int outbox_open_there(struct outbox **box, char **told, struct err *err)
{
	char *path = dirs_state_path("outbox.db");
	bool there = file_exists(path);

	free(path);
	if (told)
		*told = NULL;
	*box = there ? outbox_open(told, err) : NULL;
	return there && !*box ? -1 : 0;
}

int outbox_team_up(struct outbox *box, struct err *err)
{
	char *path = outbox_path(box, "outbox.db");
	struct db *db = db_open(path, outbox_schema, NULL, err);

	free(path);
	if (!db)
		return -1;
	box->team = db_team_new(db);
	box->leads = true;
	return 0;
}

void outbox_join(struct outbox *box, const struct outbox *first)
{
	box->team = first->team;
}

void outbox_part(struct outbox *box)
{
	if (box->leads && db_team_damaged(box->team))
		note_damage(box);
	if (box->leads)
		db_team_free(box->team);
	box->team = NULL;
	box->leads = false;
}

int outbox_durably(struct outbox *box, db_step step, void *arg, struct err *err)
{
	return box->team ? db_team_run(box->team, step, arg, err)
			 : db_alone(box->db, step, arg, err);
}

void outbox_close(struct outbox *box)
{
	if (!box)
		return;
	outbox_part(box);
	if (box->db && db_damaged(box->db))
		note_damage(box);
	else if (box->db)
		outbox_give_back(box);
	db_close(box->db);
	if (box->lock_fd >= 0)
		close(box->lock_fd);
	free(box->claimed_account);
	free(box->folder);
	free(box);
}

int outbox_note(struct outbox *box, int64_t id, const char *what, const char *text,
		const char *reply, struct err *err)
{
	return db_run(box->db, err,
		      "INSERT INTO event (message, at, what, text, reply) VALUES (?,?,?,?,?)",
		      "iittt", id, outbox_now(), what, text, reply);
}
