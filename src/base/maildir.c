#include "base/maildir.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/err.h"
#include "base/file.h"

struct delivery {
	char *temp;
	char *final;
	int fd;
};

static int make_folders(const char *dir, struct err *err)
{
	static const char *const names[] = { "tmp", "new", "cur" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		char *path = xasprintf("%s/%s", dir, names[i]);
		int rc = file_mkdirs(path, 0700, err);

		free(path);
		if (rc < 0)
			return -1;
	}
	return 0;
}

static int begin(struct delivery *d, const char *dir, const char *flags, struct err *err)
{
	static atomic_uint counter;
	struct timespec now;
	char host[65] = "localhost";
	char name[160];

	if (make_folders(dir, err) < 0)
		return -1;
	clock_gettime(CLOCK_REALTIME, &now);
	(void)gethostname(host, sizeof host - 1);
	for (char *p = host; *p; p++)
		if (*p == '/' || *p == ':')
			*p = '_';
	snprintf(name, sizeof name, "%lld.M%06ldP%ldQ%u.%s", (long long)now.tv_sec,
		 now.tv_nsec / 1000, (long)getpid(), atomic_fetch_add(&counter, 1), host);
	d->temp = xasprintf("%s/tmp/%s", dir, name);
	if (flags)
		d->final = xasprintf("%s/cur/%s:2,%s", dir, name, flags);
	else
		d->final = xasprintf("%s/new/%s", dir, name);
	d->fd = open(d->temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (d->fd < 0)
		return err_errno(err, "Cannot write %s", d->temp);
	return 0;
}

static int finish(struct delivery *d, int rc, struct err *err)
{
	if (d->fd >= 0) {
		if (rc == 0 && fsync(d->fd) < 0)
			rc = err_errno(err, "Cannot write %s", d->temp);
		if (close(d->fd) < 0 && rc == 0)
			rc = err_errno(err, "Cannot write %s", d->temp);
		if (rc == 0 && rename(d->temp, d->final) < 0)
			rc = err_errno(err, "Cannot write %s", d->final);
		if (rc < 0)
			unlink(d->temp);
	}
	free(d->temp);
	free(d->final);
	return rc;
}

int maildir_add(const char *dir, const char *flags, const char *data, size_t len, struct err *err)
{
	struct delivery d = { .fd = -1 };
	int rc = begin(&d, dir, flags, err);

	if (rc == 0)
		rc = file_write_all(d.fd, data, len, d.temp, err);
	return finish(&d, rc, err);
}

int maildir_add_fd(const char *dir, const char *flags, int fd, struct err *err)
{
	struct delivery d = { .fd = -1 };
	char chunk[16384];
	off_t at = 0;
	int rc = begin(&d, dir, flags, err);

	while (rc == 0) {
		ssize_t n = pread(fd, chunk, sizeof chunk, at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			rc = err_errno(err, "Cannot read the message");
		if (n <= 0)
			break;
		rc = file_write_all(d.fd, chunk, (size_t)n, d.temp, err);
		at += n;
	}
	return finish(&d, rc, err);
}
