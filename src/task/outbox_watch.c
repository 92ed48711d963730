#include "task/outbox_watch.h"

#include <sys/inotify.h>
#include <unistd.h>

#include "task/outbox_private.h"

int outbox_watch_open(const struct outbox *box)
{
	int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);

	/* The log, the journal or the database itself: whatever is written at a commit. */
	if (fd >= 0 && inotify_add_watch(fd, box->folder, IN_MODIFY | IN_CREATE) < 0) {
		close(fd);
		fd = -1;
	}
	return fd;
}

void outbox_watch_drain(int fd)
{
	char events[4096];

	while (fd >= 0 && read(fd, events, sizeof events) > 0)
		continue;
}

int outbox_watch_ms(int64_t due, int64_t now, int most, int fruitless)
{
	int64_t wait = most;

	if (due > 0 && due > now && (due - now) * 1000 < wait)
		wait = (due - now) * 1000;
	else if (due > 0 && due <= now)
		wait = fruitless < 6 ? 500 << fruitless : most;
	return (int)(wait < most ? wait : most);
}
