#include "base/file_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/file.h"
#include "base/text.h"

#define PAUSE_MS 20	/* between two looks */

/* Who holds the lock has left its process id in the file. */
static int say_held(int fd, const char *path, struct err *err)
{
	char text[24] = "", comm[64], name[64] = "";
	ssize_t n = pread(fd, text, sizeof text - 1, 0);
	long pid;

	text[n > 0 ? strspn(text, "0123456789") : 0] = '\0';
	if (text_number(text, 1, INT_MAX, &pid) < 0) {
		err_set(err, ERR_SYSTEM, "Another program holds %s.", path);
	} else {
		struct buf b = BUF_INIT(sizeof name - 1);

		snprintf(comm, sizeof comm, "/proc/%ld/comm", pid);
		if (file_read(comm, &b, NULL) == 0)
			snprintf(name, sizeof name, "%s, ", text_trim(b.data));
		buf_free(&b);
		err_set(err, ERR_SYSTEM, "Another program (%sprocess %ld) holds %s.", name, pid,
			path);
	}
	err_hint(err, "Wait until it is ready, or end it, and try once more.");
	if (err)
		err->temporary = true;
	return -1;
}

static void sign(int fd)
{
	char text[24];
	int n = snprintf(text, sizeof text, "%ld\n", (long)getpid());

	/* Only for the words of those who wait: a full disk is no reason not to go on. */
	if (ftruncate(fd, 0) < 0 || pwrite(fd, text, (size_t)n, 0) < 0)
		return;
}

int file_lock_within(const char *path, long ms, struct err *err)
{
	long long deadline = clock_after(ms);
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0)
		return err_errno(err, "Cannot open %s", path);
	while (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		int left = clock_left(deadline);

		if (errno != EINTR && errno != EWOULDBLOCK)
			err_errno(err, "Cannot lock %s", path);
		else if (left == 0)
			say_held(fd, path, err);
		else if (poll(NULL, 0, left < PAUSE_MS ? left : PAUSE_MS) >= 0 || errno == EINTR)
			continue;
		close(fd);
		return -1;
	}
	sign(fd);
	return fd;
}

int file_lock(const char *path, struct err *err)
{
	return file_lock_within(path, FILE_LOCK_WAIT, err);
}
