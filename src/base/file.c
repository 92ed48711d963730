#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"

/* Standard input and output can be non-blocking because of whoever shares them. */
static bool worth_waiting(int fd, short event)
{
	struct pollfd p = { .fd = fd, .events = event };

	if (errno == EAGAIN)
		poll(&p, 1, -1);
	return errno == EINTR || errno == EAGAIN;
}

int file_read_fd(int fd, const char *name, struct buf *out, struct err *err)
{
	char chunk[16384];

	for (;;) {
		ssize_t n = read(fd, chunk, sizeof chunk);

		if (n < 0 && worth_waiting(fd, POLLIN))
			continue;
		if (n < 0)
			return err_errno(err, "Cannot read %s", name);
		if (n == 0)
			return 0;
		if (buf_add(out, chunk, (size_t)n) < 0)
			return err_set(err, ERR_INPUT,
				       "%s is too long: at most %zu bytes are read.", name,
				       out->max);
	}
}

int file_read(const char *path, struct buf *out, struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int rc;

	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return err_set(err, ERR_NOINPUT, "There is no file %s.", path);
	if (fd < 0)
		return err_errno(err, "Cannot open %s", path);
	rc = file_read_fd(fd, path, out, err);
	close(fd);
	return rc;
}

int file_write_all(int fd, const void *data, size_t len, const char *name, struct err *err)
{
	const char *p = data;

	while (len > 0) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && worth_waiting(fd, POLLOUT))
			continue;
		if (n < 0)
			return err_errno(err, "Cannot write %s", name);
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

/* The rename is only durable once its folder is on disk. Some file systems
 * cannot fsync a folder; that is no reason to report a failed write. */
static void sync_folder(const char *path)
{
	char *folder = xstrdup(path);
	char *slash = strrchr(folder, '/');
	int fd;

	if (slash)
		slash[slash == folder ? 1 : 0] = '\0';
	fd = open(slash ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0) {
		(void)fsync(fd);
		close(fd);
	}
	free(folder);
}

/* One link further, from real to where it points; 0 when real is no link. */
static int step_link(char real[PATH_MAX])
{
	char target[PATH_MAX];
	char *slash = strrchr(real, '/');
	ssize_t n = readlink(real, target, sizeof target);
	size_t folder;

	if (n < 0)
		return 0;
	folder = slash && (n == 0 || target[0] != '/') ? (size_t)(slash - real) + 1 : 0;
	if (folder + (size_t)n >= PATH_MAX) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(real + folder, target, (size_t)n);
	real[folder + (size_t)n] = '\0';
	return 1;
}

/* Where the bytes go: behind all links, also when the last one points to a
 * file that is still to be made. What is there and is no file (a device, a
 * pipe) must not be renamed over. */
static int follow(const char *path, char real[PATH_MAX], struct err *err)
{
	struct stat st;
	int more;

	if (realpath(path, real)) {
		if (stat(real, &st) == 0 && !S_ISREG(st.st_mode))
			return err_set(err, ERR_SYSTEM, "%s is not a file: it cannot be replaced.",
				       real);
		return 0;
	}
	/* realpath has found no circle of links, so this comes to an end. */
	if (errno == ENOENT && strlen(path) < PATH_MAX) {
		strcpy(real, path);
		while ((more = step_link(real)) > 0)
			;
		if (more == 0)
			return 0;
	}
	return err_errno(err, "Cannot write %s", path);
}

struct file_stage {
	char *temp, *real;
};

/* The owner first: the mode of a file that changes hands is cut by the kernel. */
static int set_rights(int fd, const char *real, const struct file_rights *rights, struct err *err)
{
	mode_t mode = rights->mode;

	if (rights->uid != (uid_t)-1 && fchown(fd, rights->uid, (gid_t)-1) < 0)
		return err_errno(err, "%s would not belong to its user any more", real);
	if (rights->gid != (gid_t)-1 && fchown(fd, (uid_t)-1, rights->gid) < 0)
		mode &= ~(mode_t)070;
	if (fchmod(fd, mode) < 0 || fsync(fd) < 0)
		return err_errno(err, "Cannot write %s", real);
	return 0;
}

struct file_stage *file_stage(const char *path, const void *data, size_t len,
			      const struct file_rights *rights, struct err *err)
{
	struct file_stage *s;
	char real[PATH_MAX];
	int fd, rc;

	if (follow(path, real, err) < 0)
		return NULL;
	s = xcalloc(1, sizeof *s);
	s->real = xstrdup(real);
	s->temp = xasprintf("%s.XXXXXX", real);
	fd = mkostemp(s->temp, O_CLOEXEC);
	if (fd < 0) {
		err_errno(err, "Cannot write beside %s", real);
		free(s->temp);
		s->temp = NULL;
		file_drop(s);
		return NULL;
	}
	rc = file_write_all(fd, data, len, real, err);
	if (rc == 0)
		rc = set_rights(fd, real, rights, err);
	if (close(fd) < 0 && rc == 0)
		rc = err_errno(err, "Cannot write %s", real);
	if (rc == 0)
		return s;
	file_drop(s);
	return NULL;
}

int file_commit(struct file_stage *s, struct err *err)
{
	int rc = rename(s->temp, s->real);

	if (rc < 0) {
		err_errno(err, "Cannot replace %s", s->real);
	} else {
		free(s->temp);
		s->temp = NULL;
		sync_folder(s->real);
	}
	file_drop(s);
	return rc;
}

void file_drop(struct file_stage *s)
{
	if (!s)
		return;
	if (s->temp)
		unlink(s->temp);
	free(s->temp);
	free(s->real);
	free(s);
}

int file_replace(const char *path, const void *data, size_t len, mode_t mode, struct err *err)
{
	const struct file_rights rights = { mode, (uid_t)-1, (gid_t)-1 };
	struct file_stage *s = file_stage(path, data, len, &rights, err);

	return s ? file_commit(s, err) : -1;
}

static int make_folder(const char *path, mode_t mode, struct err *err)
{
	struct stat st;
	int why;

	if (mkdir(path, mode) == 0) {
		sync_folder(path);
		return 0;
	}
	why = errno;
	if (stat(path, &st) == 0) {
		if (S_ISDIR(st.st_mode))
			return 0;
		errno = ENOTDIR;
	}
	if (why != EEXIST)
		errno = why;
	return err_errno(err, "Cannot make the folder %s", path);
}

int file_mkdirs(const char *path, mode_t mode, struct err *err)
{
	char *p = xstrdup(path);
	int rc = 0;

	for (char *s = p; rc == 0; s++) {
		char c = *s;

		if (c != '\0' && (c != '/' || s == p))
			continue;
		*s = '\0';
		rc = make_folder(p, mode, err);
		*s = c;
		if (c == '\0')
			break;
	}
	free(p);
	return rc;
}

int file_temp(struct err *err)
{
	const char *dir = getenv("TMPDIR");
	char *path;
	int fd;

	if (!dir || !*dir)
		dir = "/tmp";
	fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (fd >= 0)
		return fd;
	path = xasprintf("%s/outpost.XXXXXX", dir);
	fd = mkostemp(path, O_CLOEXEC);
	if (fd < 0)
		err_errno(err, "Cannot make a temporary file in %s", dir);
	else
		unlink(path);
	free(path);
	return fd;
}

char *file_of_program(struct err *err)
{
	char path[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);

	if (n < 0) {
		err_errno(err, "Cannot find out where outpost is");
		return NULL;
	}
	path[n] = '\0';
	return xstrdup(path);
}

bool file_exists(const char *path)
{
	return access(path, F_OK) == 0;
}
