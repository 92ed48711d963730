#include "port/store_backends.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/secret.h"
#include "port/store_line.h"

#define STDERR_MAX 4096
#define OUTPUT_MAX (1024 * 1024)	/* what is read over at most, after the first line */
#define TICK_MS    200			/* how soon a stopped command is noticed */

enum outcome { ENDED, TIMED_OUT, CANCELLED, STOPPED, TOO_MUCH };

struct command {
	pid_t pid;
	int out, err;		/* our ends of its pipes; -1 once at their end */
	int pidfd;		/* -1 once it has been waited for */
	int tty;		/* lent to the command; -1: not */
	struct termios mode;	/* of tty, for a command that is killed while it hides keys */
	int status;
	size_t printed;
	struct buf line;	/* the first of stdout, with its end */
	struct buf complaint;	/* the end of stderr */
};

/* A command that asks for a passphrase needs to be in the foreground of the terminal. It gets
 * there only when the terminal is in its ordinary mode: in any other, a screen of ours
 * reads the keys. */
static int terminal_to_lend(struct termios *mode)
{
	int tty = open("/dev/tty", O_RDWR | O_CLOEXEC);

	if (tty < 0)
		return -1;
	if (tcgetpgrp(tty) == getpgrp() && tcgetattr(tty, mode) == 0 && (mode->c_lflag & ICANON))
		return tty;
	close(tty);
	return -1;
}

/* Whoever is in the background may only move the foreground while SIGTTOU is
 * blocked. */
static void foreground(int tty, pid_t group)
{
	sigset_t ttou, before;

	sigemptyset(&ttou);
	sigaddset(&ttou, SIGTTOU);
	pthread_sigmask(SIG_BLOCK, &ttou, &before);
	(void)tcsetpgrp(tty, group);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}

/* In the child: only calls that are safe after a fork from a thread. */
static void __attribute__((noreturn)) child(const char *line, int null, int out, int err, int tty)
{
	sigset_t none;

	setpgid(0, 0);
	if (tty >= 0)
		foreground(tty, getpid());
	for (int sig = 1; sig < NSIG; sig++)
		signal(sig, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (dup2(null, 0) < 0 || dup2(out, 1) < 0 || dup2(err, 2) < 0)
		_exit(126);
	(void)close_range(3, ~0U, 0);
	execl("/bin/sh", "sh", "-c", line, (char *)NULL);
	_exit(127);
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static int command_start(struct command *c, const char *line, struct err *err)
{
	int out[2] = { -1, -1 }, errs[2] = { -1, -1 };
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	int rc = -1;

	if (null < 0 || pipe2(out, O_CLOEXEC) < 0 || pipe2(errs, O_CLOEXEC) < 0) {
		err_errno(err, "Cannot start the password command");
		goto out;
	}
	c->tty = terminal_to_lend(&c->mode);
	c->pid = fork();
	if (c->pid == 0)
		child(line, null, out[1], errs[1], c->tty);
	if (c->pid < 0) {
		err_errno(err, "Cannot start the password command");
		goto out;
	}
	/* Also here, so that it is a group of its own before anybody kills it. */
	(void)setpgid(c->pid, c->pid);
	c->pidfd = pidfd_open(c->pid, 0);
	c->out = out[0];
	c->err = errs[0];
	(void)fcntl(c->out, F_SETFL, O_NONBLOCK);
	(void)fcntl(c->err, F_SETFL, O_NONBLOCK);
	out[0] = errs[0] = -1;
	rc = 0;
out:
	for (int i = 0; i < 2; i++) {
		close_fd(&out[i]);
		close_fd(&errs[i]);
	}
	close_fd(&null);
	return rc;
}

/* The first line, and one byte more than is allowed to see that it is longer. */
static void keep_line(struct command *c, const char *bytes, size_t n)
{
	const char *end;

	if (c->line.len > 0 && c->line.data[c->line.len - 1] == '\n')
		return;
	end = memchr(bytes, '\n', n);
	if (end)
		n = (size_t)(end - bytes) + 1;
	if (n > c->line.max - c->line.len)
		n = c->line.max - c->line.len;
	(void)buf_add(&c->line, bytes, n);
}

static void keep_complaint(struct command *c, const char *bytes, size_t n)
{
	if (n > c->complaint.max - c->complaint.len)
		buf_drop(&c->complaint, c->complaint.len + n - c->complaint.max);
	(void)buf_add(&c->complaint, bytes, n);
}

/* Reads what is there now; closes at the end. */
static void drain(struct command *c, int *fd, void (*keep)(struct command *, const char *, size_t))
{
	char chunk[STDERR_MAX];
	ssize_t n;

	while (*fd >= 0 && c->printed <= OUTPUT_MAX) {
		n = read(*fd, chunk, sizeof chunk);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			break;
		if (n <= 0) {
			close_fd(fd);
			break;
		}
		c->printed += (size_t)n;
		keep(c, chunk, (size_t)n);
	}
	explicit_bzero(chunk, sizeof chunk);
}

/* Has it ended, or was it stopped because it wants the terminal? */
static bool command_over(struct command *c, enum outcome *outcome)
{
	pid_t pid = waitpid(c->pid, &c->status, WNOHANG | WUNTRACED);

	if (pid == 0 || (pid < 0 && errno == EINTR))
		return false;
	if (pid > 0 && WIFSTOPPED(c->status)) {
		*outcome = STOPPED;
		return true;
	}
	c->pid = -1;
	*outcome = ENDED;
	return true;
}

static enum outcome command_watch(struct command *c, int cancel_fd, long long deadline)
{
	enum outcome outcome = ENDED;

	for (;;) {
		struct pollfd fds[4] = { { .fd = c->out, .events = POLLIN },
					 { .fd = c->err, .events = POLLIN },
					 { .fd = c->pidfd, .events = POLLIN },
					 { .fd = cancel_fd, .events = POLLIN } };
		int left = clock_left(deadline);

		if (poll(fds, 4, left < TICK_MS ? left : TICK_MS) < 0 && errno != EINTR)
			die("poll: error %d", errno);
		if (fds[3].revents)
			return CANCELLED;
		/* Before the pipes are emptied for the last time. */
		if (!command_over(c, &outcome))
			outcome = TIMED_OUT;
		drain(c, &c->out, keep_line);
		drain(c, &c->err, keep_complaint);
		if (c->printed > OUTPUT_MAX)
			return TOO_MUCH;
		if (outcome != TIMED_OUT || clock_left(deadline) == 0)
			return outcome;
	}
}

/* Kills what still runs, collects it, takes the terminal back. */
static void command_finish(struct command *c)
{
	if (c->pid > 0) {
		kill(-c->pid, SIGKILL);
		while (waitpid(c->pid, &c->status, 0) < 0 && errno == EINTR)
			;
	}
	if (c->tty >= 0) {
		foreground(c->tty, getpgrp());
		(void)tcsetattr(c->tty, TCSADRAIN, &c->mode);
	}
	close_fd(&c->tty);
	close_fd(&c->out);
	close_fd(&c->err);
	close_fd(&c->pidfd);
}

/* The last line that is not empty. What the command printed as a password is not repeated. */
static const char *last_words(struct command *c)
{
	char *text = c->complaint.data;
	size_t secret = c->line.len;
	char *nl;

	while (secret > 0 && strchr("\r\n", c->line.data[secret - 1]))
		secret--;
	if (!text || (secret > 0 && memmem(text, c->complaint.len, c->line.data, secret)))
		return "";
	for (size_t i = 0; i < c->complaint.len; i++)
		if (text[i] == '\0' || text[i] == '\r')
			text[i] = '\n';
	while (c->complaint.len > 0 && strchr(" \t\n", text[c->complaint.len - 1]))
		buf_cut(&c->complaint, c->complaint.len - 1);
	nl = strrchr(text, '\n');
	return nl ? nl + 1 : text;
}

static enum store_state unhappy_end(struct command *c, struct err *err)
{
	const char *words = last_words(c);
	const char *colon = *words ? ": " : ".";

	if (WIFSIGNALED(c->status) && WTERMSIG(c->status) == SIGINT) {
		err_set(err, ERR_CANCELLED, "The password command was interrupted.");
		return STORE_CANCELLED;
	}
	if (WIFSIGNALED(c->status))
		err_set(err, ERR_KEYRING, "The password command was ended by signal %d%s%.300s",
			WTERMSIG(c->status), colon, words);
	else
		err_set(err, ERR_KEYRING, "The password command failed with exit status %d%s%.300s",
			WEXITSTATUS(c->status), colon, words);
	return STORE_FAILED;
}

static enum store_state broken_off(enum outcome outcome, long timeout, struct err *err)
{
	switch (outcome) {
	case CANCELLED:
		err_set(err, ERR_CANCELLED, "The password command was not waited for: cancelled.");
		return STORE_CANCELLED;
	case TIMED_OUT:
		err_set(err, ERR_KEYRING, "The password command did not end within %ld seconds "
			"and was killed.", (timeout + 999) / 1000);
		return STORE_TIMED_OUT;
	case STOPPED:
		err_set(err, ERR_KEYRING, "The password command was stopped: it wants to read "
			"from the terminal, which is in use.");
		err_hint(err, "Unlock it first in another terminal (with gpg: an agent that "
			 "remembers), or choose a command that does not ask.");
		return STORE_FAILED;
	default:
		err_set(err, ERR_KEYRING, "The password command prints without end and was "
			"killed; its first line must be the password.");
		return STORE_FAILED;
	}
}

enum store_state store_command_get(const struct store_ref *ref, struct secret **secret,
				   struct err *err)
{
	struct command c = { .pid = -1, .out = -1, .err = -1, .pidfd = -1, .tty = -1,
			     .line = BUF_INIT_SECRET(STORE_LINE_MAX),
			     .complaint = BUF_INIT_SECRET(STDERR_MAX) };
	enum store_state state = STORE_FAILED;
	enum outcome outcome;

	if (command_start(&c, ref->source, err) == 0) {
		outcome = command_watch(&c, ref->cancel_fd, clock_after(ref->timeout));
		command_finish(&c);
		if (outcome != ENDED)
			state = broken_off(outcome, ref->timeout, err);
		else if (c.status != 0)
			state = unhappy_end(&c, err);
		else
			state = store_line_secret(&c.line, "The password command", secret, err);
	}
	command_finish(&c);
	buf_free(&c.line);
	buf_free(&c.complaint);
	return state;
}
