#include "port/db_file.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/err.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* Files in use in this process. */
static struct use {
	struct use *next;
	char *path;
	size_t count;
	bool remote;
} *uses;

/* File systems whose locks and memory maps do not reach, or not reliably, from host to
 * host (statfs(2)). */
static bool is_remote(const char *path)
{
	static const long remote[] = {
		0x6969 /* NFS */,       0x517B /* SMB */,      0xFF534D42L /* CIFS */,
		0xFE534D42L /* SMB2 */, 0x65735546 /* FUSE */, 0x01021997 /* 9p */,
		0x5346414F /* AFS */,   0x00C36400 /* Ceph */, 0x0BD00BD0 /* Lustre */,
		0x7461636f /* OCFS2 */, 0x01161970 /* GFS2 */, 0x73757245 /* Coda */,
		0x564c /* NCP */,       0x47504653 /* GPFS */,
	};
	struct statfs fs;

	if (statfs(path, &fs) < 0)
		return false;
	for (size_t i = 0; i < sizeof remote / sizeof remote[0]; i++)
		if ((unsigned long)(fs.f_type & 0xffffffffL) == (unsigned long)remote[i])
			return true;
	return false;
}

/* Does the head of the file say that it is kept with a log (bytes 18 and 19)? */
static bool has_log(const char *path)
{
	unsigned char head[20];
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	bool log = fd >= 0 && pread(fd, head, sizeof head, 0) == (ssize_t)sizeof head &&
		   head[18] == 2;

	if (fd >= 0)
		close(fd);
	return log;
}

/* What is there already is looked at without opening it. */
static int make_file(const char *path, struct err *err)
{
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	struct stat st;

	if (fd >= 0) {
		close(fd);
		return 0;
	}
	if (errno == EEXIST && lstat(path, &st) == 0) {
		if (!S_ISREG(st.st_mode))
			return err_set(err, ERR_SYSTEM, "%s cannot be opened: it is no file.",
				       path);
		if (access(path, R_OK | W_OK) == 0)
			return 0;
	}
	return err_errno(err, "%s cannot be opened", path);
}

static int prepare(const char *path, bool *remote, struct err *err)
{
	if (make_file(path, err) < 0)
		return -1;
	*remote = is_remote(path);
	if (!*remote || !has_log(path))
		return 0;
	err_set(err, ERR_SYSTEM,
		"%s was made on a local disk and lies on a network one "
		"now, where it cannot be shared safely.",
		path);
	err_hint(err, "Move it aside; a new one that works there is made by itself.");
	return -1;
}

static struct use **find(const char *path)
{
	struct use **at = &uses;

	while (*at && strcmp((*at)->path, path) != 0)
		at = &(*at)->next;
	return at;
}

int db_file_use(const char *path, bool *remote, struct err *err)
{
	struct use **at, *use;
	int rc = 0;

	pthread_mutex_lock(&lock);
	at = find(path);
	if (!*at && (rc = prepare(path, remote, err)) == 0) {
		use = xcalloc(1, sizeof *use);
		use->path = xstrdup(path);
		use->remote = *remote;
		*at = use;
	}
	if (rc == 0) {
		(*at)->count++;
		*remote = (*at)->remote;
	}
	pthread_mutex_unlock(&lock);
	return rc;
}

void db_file_done(const char *path)
{
	struct use **at, *use;

	pthread_mutex_lock(&lock);
	at = find(path);
	use = *at;
	if (use && --use->count == 0) {
		*at = use->next;
		free(use->path);
		free(use);
	}
	pthread_mutex_unlock(&lock);
}
