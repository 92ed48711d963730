#include "task/outbox_private.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/file.h"
#include "mail/message.h"
#include "task/outbox_hand.h"

#define BLOCK (64 * 1024)

static int copy_all(int from, off_t size, int to, const char *name, struct err *err)
{
	char *block = xmalloc(BLOCK);
	off_t at = 0;
	int rc = 0;

	while (rc == 0 && at < size) {
		ssize_t n = pread(from, block, BLOCK, at);

		if (n < 0)
			rc = err_errno(err, "The message cannot be read back");
		else if (n == 0)
			rc = err_set(err, ERR_SYSTEM, "The message became shorter meanwhile.");
		else
			rc = file_write_all(to, block, (size_t)n, name, err);
		at += n;
	}
	free(block);
	return rc;
}

static char *random_name(void)
{
	unsigned char bytes[12];
	char name[2 * sizeof bytes + 1];

	if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
		die("no random bytes");
	for (size_t i = 0; i < sizeof bytes; i++)
		snprintf(name + 2 * i, 3, "%02x", bytes[i]);
	return xstrdup(name);
}

static int sync_folder(const char *path, struct err *err)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int rc = fd < 0 || fsync(fd) < 0 ? err_errno(err, "%s cannot be written", path) : 0;

	if (fd >= 0)
		close(fd);
	return rc;
}

int outbox_body_store(struct outbox *box, const struct message *msg, char **name, struct err *err)
{
	char *folder, *path;
	int fd;

	*name = NULL;
	if (message_size(msg) <= OUTBOX_INLINE)
		return -1;
	folder = outbox_path(box, "outbox.d");
	*name = random_name();
	path = xasprintf("%s/%s", folder, *name);
	fd = file_mkdirs(folder, 0700, err) < 0
		     ? -2
		     : open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd == -1) {
		err_errno(err, "%s cannot be made", path);
		fd = -2;
	}
	/* The lock tells a sweeper that this one is no orphan. */
	if (fd >= 0 && (flock(fd, LOCK_SH) < 0 ||
			copy_all(message_fd(msg), message_size(msg), fd, path, err) < 0 ||
			(fsync(fd) < 0 && err_errno(err, "%s cannot be written", path) < 0) ||
			sync_folder(folder, err) < 0)) {
		unlink(path);
		close(fd);
		fd = -2;
	}
	free(path);
	free(folder);
	return fd;
}

static int open_inline(const void *bytes, size_t len, struct err *err)
{
	int fd = memfd_create("message", MFD_CLOEXEC);

	if (fd < 0)
		return err_errno(err, "The message cannot be kept in memory");
	if (file_write_all(fd, bytes, len, "the message", err) == 0)
		return fd;
	close(fd);
	return -1;
}

/* Nobody waits here for the other end of a pipe. */
static int open_quietly(const char *path)
{
	return open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
}

/* What has lost its text fails by itself: it must not keep back the others of its account. */
static int open_file(struct outbox *box, const char *name, off_t size, struct err *err)
{
	char *path = xasprintf("%s/outbox.d/%s", box->folder, name);
	int fd = open_quietly(path);
	struct stat st;

	if (fd < 0) {
		err_errno(err, "The text of the message is gone: %s", path);
	} else if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size != size) {
		err_set(err, ERR_INPUT, "%s is not the text of the message any more.", path);
		close(fd);
		fd = -1;
	}
	if (fd < 0) {
		err_hint(err, "Remove it from the outbox and write it again.");
		if (err)
			err->kind = ERR_INPUT;
	}
	free(path);
	return fd;
}

int outbox_body_open(struct outbox *box, int64_t id, struct smtp_body *body, struct err *err)
{
	struct db_rows *rows = db_select(box->db, err,
					 "SELECT b.bytes, b.file, m.size FROM message m "
					 "LEFT JOIN body b ON b.message = m.id WHERE m.id = ?",
					 "i", id);
	const void *bytes;
	size_t len;
	int rc;

	if (!rows)
		return -1;
	rc = db_next(rows, err);
	if (rc == 1) {
		bytes = db_bytes(rows, 0, &len);
		body->size = (off_t)db_int(rows, 2);
		if (db_text(rows, 1))
			body->fd = open_file(box, db_text(rows, 1), body->size, err);
		else if (bytes && (off_t)len == body->size)
			body->fd = open_inline(bytes, len, err);
		else
			body->fd = err_set(err, ERR_INPUT,
					   "The text of message %lld is not kept "
					   "any more.",
					   (long long)id);
		rc = body->fd < 0 ? -1 : 0;
	} else if (rc == 0) {
		rc = err_set(err, ERR_NOINPUT, "There is no message %lld.", (long long)id);
	}
	db_end(rows);
	return rc;
}

int outbox_body_drop(struct outbox *box, int64_t id, char **file, struct err *err)
{
	struct db_rows *rows = db_select(box->db, err, "SELECT file FROM body WHERE message = ?",
					 "i", id);
	int rc = rows ? db_next(rows, err) : -1;

	*file = rc == 1 ? xstrdup(db_text(rows, 0)) : NULL;
	db_end(rows);
	if (rc != 1)
		return rc;
	return db_run(box->db, err, "DELETE FROM body WHERE message = ?", "i", id);
}

void outbox_body_unlink(const struct outbox *box, char *file)
{
	char *path = file ? xasprintf("%s/outbox.d/%s", box->folder, file) : NULL;

	if (path)
		unlink(path);
	free(path);
	free(file);
}

/* Is it free to go? Its writer holds a lock until its row is there. */
static void sweep_one(struct outbox *box, const char *path, const char *name)
{
	int fd = open_quietly(path);
	int64_t has = 0;

	if (fd < 0)
		return;
	if (flock(fd, LOCK_EX | LOCK_NB) == 0 &&
	    db_number(box->db, NULL, &has, "SELECT 1 FROM body WHERE file = ?", "t", name) == 0)
		unlink(path);
	close(fd);
}

int outbox_body_tidy(struct outbox *box, struct err *err)
{
	char *folder = outbox_path(box, "outbox.d");
	DIR *dir = opendir(folder);
	struct dirent *entry;

	if (!dir && errno != ENOENT) {
		err_errno(err, "%s cannot be read", folder);
		free(folder);
		return -1;
	}
	while (dir && (entry = readdir(dir))) {
		char *path;

		if (entry->d_name[0] == '.')
			continue;
		path = xasprintf("%s/%s", folder, entry->d_name);
		sweep_one(box, path, entry->d_name);
		free(path);
	}
	if (dir)
		closedir(dir);
	free(folder);
	return 0;
}
