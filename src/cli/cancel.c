#include "cli/cancel.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

static int ends[2] = { -1, -1 };
static volatile sig_atomic_t asked;

static void on_signal(int sig)
{
	int saved = errno;
	ssize_t n = write(ends[1], "", 1);

	(void)n; /* a full pipe is readable, and that is all it has to be */
	(void)sig;
	asked = 1;
	errno = saved;
}

int cancel_fd(void)
{
	struct sigaction action = { .sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND };
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP };

	if (ends[0] >= 0)
		return ends[0];
	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0)
		return -1;
	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
		struct sigaction old;

		/* nohup and "&" in a script ignore some: that stays so. */
		if (sigaction(signals[i], NULL, &old) == 0 && old.sa_handler == SIG_IGN)
			continue;
		sigaction(signals[i], &action, NULL);
	}
	return ends[0];
}

bool cancel_asked(void)
{
	return asked != 0;
}
