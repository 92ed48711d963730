#include "port/visual.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/err.h"

static const char *editor(void)
{
	const char *name = getenv("VISUAL");

	if (!name || !*name)
		name = getenv("EDITOR");
	return name && *name ? name : "vi";
}

/* In the child. Standard input may be the pipe that the text came through, standard
 * output the one that the answer goes to: the editor gets the terminal itself. */
static void __attribute__((noreturn)) child(const char *line, const char *path, int tty)
{
	static const int back[] = { SIGINT, SIGQUIT, SIGTSTP, SIGTTIN, SIGTTOU, SIGPIPE };
	sigset_t none;

	for (size_t i = 0; i < sizeof back / sizeof *back; i++)
		signal(back[i], SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	for (int fd = 0; tty >= 0 && fd < 3; fd++)
		if (!isatty(fd) && dup2(tty, fd) < 0)
			_exit(126);
	execl("/bin/sh", "sh", "-c", line, "sh", path, (char *)NULL);
	_exit(127);
}

static int wait_for(pid_t pid)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			break;
	return status;
}

int visual_edit(const char *path, struct err *err)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN }, old_int, old_quit;
	/* The shell splits "emacs -nw", as it does for every other program. */
	char *line = xasprintf("%s \"$1\"", editor());
	int tty = open("/dev/tty", O_RDWR | O_CLOEXEC);
	int status = 0;
	pid_t pid;

	/* Ctrl-C is the editor's while it runs. */
	sigaction(SIGINT, &ignore, &old_int);
	sigaction(SIGQUIT, &ignore, &old_quit);
	pid = fork();
	if (pid == 0)
		child(line, path, tty);
	if (pid > 0)
		status = wait_for(pid);
	sigaction(SIGINT, &old_int, NULL);
	sigaction(SIGQUIT, &old_quit, NULL);
	free(line);
	if (pid < 0)
		err_errno(err, "Cannot start the editor");
	if (tty >= 0)
		close(tty);
	if (pid < 0)
		return -1;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 127) {
		err_set(err, ERR_NOINPUT, "The editor \"%s\" was not found.", editor());
		err_hint(err, "Name another in $EDITOR.");
		return -1;
	}
	/* The shell says so with its exit status, where it was not replaced by the editor. */
	if (WIFSIGNALED(status) || WEXITSTATUS(status) > 128)
		return err_set(err, ERR_CANCELLED, "The editor was ended by signal %d.",
			       WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status) - 128);
	if (status != 0)
		return err_set(err, ERR_CANCELLED, "The editor ended with an error.");
	if (access(path, F_OK) < 0)
		return err_set(err, ERR_CANCELLED, "The editor left no file behind.");
	return 0;
}
