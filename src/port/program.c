#include "port/program.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/file.h"

#define TICK_MS 50 /* how soon the end of a program is seen that gave its outputs to a child */

extern char **environ;

struct running {
	pid_t pid; /* 0 once it has been waited for */
	int status;
	int out, complaint; /* our ends; -1 once at their end */
};

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static int open_input(const char *text, struct err *err)
{
	int fd;

	if (!text) {
		fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
		return fd >= 0 ? fd : err_errno(err, "Cannot open /dev/null");
	}
	fd = file_temp(err);
	if (fd >= 0 && (file_write_all(fd, text, strlen(text), "a temporary file", err) < 0 ||
			lseek(fd, 0, SEEK_SET) < 0))
		close_fd(&fd);
	return fd;
}

/* An errno. */
static int spawn(const char *const *words, const int fds[3], pid_t *pid)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	sigset_t all, none;
	int rc = 0;

	sigfillset(&all);
	sigemptyset(&none);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF |
						POSIX_SPAWN_SETSIGMASK);
	posix_spawnattr_setsigdefault(&attr, &all);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawn_file_actions_init(&actions);
	for (int i = 0; i < 3 && rc == 0; i++)
		rc = posix_spawn_file_actions_adddup2(&actions, fds[i], i);
	if (rc == 0)
		rc = posix_spawn_file_actions_addclosefrom_np(&actions, 3);
	if (rc == 0)
		rc = posix_spawnp(pid, words[0], &actions, &attr, (char *const *)words, environ);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attr);
	return rc;
}

static int start(struct running *r, const char *const *words, const char *input, struct err *err)
{
	int out[2] = { -1, -1 }, complaint[2] = { -1, -1 };
	int in = open_input(input, err), rc = -1;

	if (in < 0)
		return -1;
	if (pipe2(out, O_CLOEXEC) < 0 || pipe2(complaint, O_CLOEXEC) < 0) {
		err_errno(err, "Cannot start %s", words[0]);
		goto out;
	}
	errno = spawn(words, (const int[]){ in, out[1], complaint[1] }, &r->pid);
	if (errno == ENOENT)
		err_set(err, ERR_NOINPUT, "The program %s is not installed.", words[0]);
	else if (errno)
		err_errno(err, "Cannot start %s", words[0]);
	else
		rc = 0;
	if (rc == 0) {
		r->out = out[0];
		r->complaint = complaint[0];
		(void)fcntl(r->out, F_SETFL, O_NONBLOCK);
		(void)fcntl(r->complaint, F_SETFL, O_NONBLOCK);
		out[0] = complaint[0] = -1;
	}
out:
	close_fd(&in);
	for (int i = 0; i < 2; i++) {
		close_fd(&out[i]);
		close_fd(&complaint[i]);
	}
	return rc;
}

/* What is there now. -1: more than keep may hold. */
static int drain(int *fd, struct buf *keep, bool all)
{
	char chunk[4096];
	ssize_t n;

	while (*fd >= 0) {
		n = read(*fd, chunk, sizeof chunk);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return 0;
		if (n <= 0)
			close_fd(fd);
		else if (all && (size_t)n > keep->max - keep->len)
			return -1;
		else if ((size_t)n <= keep->max - keep->len)
			(void)buf_add(keep, chunk, (size_t)n);
	}
	return 0;
}

static bool is_over(struct running *r)
{
	pid_t pid = waitpid(r->pid, &r->status, WNOHANG);

	if (pid == 0 || (pid < 0 && errno == EINTR))
		return false;
	r->pid = 0;
	return true;
}

static int watch(struct running *r, const char *name, int cancel_fd, int ms,
		 struct program_answer *answer, struct err *err)
{
	long long deadline = clock_after(ms);
	bool over = false;

	for (;;) {
		struct pollfd fds[3] = { { .fd = r->out, .events = POLLIN },
					 { .fd = r->complaint, .events = POLLIN },
					 { .fd = cancel_fd, .events = POLLIN } };
		int left = clock_left(deadline);

		if (!over && left > 0)
			(void)poll(fds, 3, left < TICK_MS ? left : TICK_MS);
		if (fds[2].revents)
			return err_set(err, ERR_CANCELLED, "%s was stopped.", name);
		/* Asked before the outputs are read for the last time. */
		over = is_over(r);
		if (drain(&r->out, &answer->out, true) < 0)
			return err_set(err, ERR_SYSTEM, "%s says more than %zu bytes.", name,
				       answer->out.max);
		(void)drain(&r->complaint, &answer->complaint, false);
		if (over)
			return 0;
		if (left == 0)
			return err_set(err, ERR_SYSTEM, "%s takes longer than %d s.", name,
				       (ms + 999) / 1000);
	}
}

int program_run(const char *const *words, const char *input, int cancel_fd, int ms,
		struct program_answer *answer, struct err *err)
{
	struct running r = { .out = -1, .complaint = -1 };
	int rc;

	if (start(&r, words, input, err) < 0)
		return -1;
	rc = watch(&r, words[0], cancel_fd, ms, answer, err);
	if (r.pid > 0) {
		kill(-r.pid, SIGKILL);
		while (waitpid(r.pid, &r.status, 0) < 0 && errno == EINTR)
			;
	}
	close_fd(&r.out);
	close_fd(&r.complaint);
	if (rc < 0)
		return -1;
	return WIFSIGNALED(r.status) ? 128 + WTERMSIG(r.status) : WEXITSTATUS(r.status);
}

const char *program_complaint(struct program_answer *answer)
{
	struct buf *b = &answer->complaint;
	const char *nl;

	for (size_t i = 0; i < b->len; i++)
		if (b->data[i] == '\0' || b->data[i] == '\r')
			b->data[i] = '\n';
	while (b->len > 0 && strchr(" \t\n", b->data[b->len - 1]))
		buf_cut(b, b->len - 1);
	nl = strrchr(buf_text(b), '\n');
	return nl ? nl + 1 : buf_text(b);
}

void program_answer_clear(struct program_answer *answer)
{
	buf_free(&answer->out);
	buf_free(&answer->complaint);
}
