#include "port/program.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/dirs.h"
#include "base/err.h"

#define WORDS_MAX 64
#define WORD_MAX  4096
#define TICK_MS   50

extern char **environ;

/* ---- words ---- */

/* Reads one word at *at into word. False: a quote is not closed, or it is too long. */
static bool read_word(const char **at, struct buf *word)
{
	const char *p = *at;
	char quote = 0;
	int rc = 0;

	for (; *p && rc == 0 && (quote || !strchr(" \t\n", *p)); p++) {
		if (quote && *p == quote)
			quote = 0;
		else if (!quote && (*p == '\'' || *p == '"'))
			quote = *p;
		else if (*p == '\\' && p[1] && quote != '\'')
			rc = buf_addc(word, *++p);
		else
			rc = buf_addc(word, *p);
	}
	*at = p;
	return rc == 0 && !quote;
}

static char *filled(const char *word, const char *fill, bool *used)
{
	struct buf out = BUF_INIT(WORD_MAX + 64 * strlen(fill));
	int rc = 0;

	for (; *word && rc == 0; word++) {
		if (word[0] == '%' && word[1] == 's') {
			rc = buf_adds(&out, fill);
			*used = true;
			word++;
		} else {
			if (word[0] == '%' && word[1] == '%')
				word++;
			rc = buf_addc(&out, *word);
		}
	}
	return buf_detach(&out);
}

char **program_words(const char *line, const char *fill, struct err *err)
{
	char **words = xcalloc(WORDS_MAX + 2, sizeof *words);
	bool used = false, good = true;
	size_t n = 0;

	while (line += strspn(line, " \t\n"), good && *line && n < WORDS_MAX) {
		struct buf word = BUF_INIT(WORD_MAX);
		char *whole;

		good = read_word(&line, &word);
		whole = dirs_expand(buf_text(&word));
		words[n++] = filled(whole, fill, &used);
		free(whole);
		buf_free(&word);
	}
	if (good && n > 0 && !*line) {
		if (!used)
			words[n] = xstrdup(fill);
		return words;
	}
	program_words_free(words);
	err_set(err, ERR_INPUT, "This is no command: %s.",
		n == 0  ? "it is empty"
		: *line ? "it has too many words"
			: "a quotation mark is not closed, or a word is too long");
	return NULL;
}

void program_words_free(char **words)
{
	for (size_t i = 0; words && words[i]; i++)
		free(words[i]);
	free(words);
}

/* ---- running ---- */

/* A process group of its own, so that all of it can be killed. */
static pid_t start(char *const words[], int out, struct err *err)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	sigset_t all, none;
	pid_t pid = -1;
	int rc;

	sigfillset(&all);
	sigdelset(&all, SIGKILL);
	sigdelset(&all, SIGSTOP);
	sigemptyset(&none);
	posix_spawn_file_actions_init(&files);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setpgroup(&attr, 0);
	posix_spawnattr_setsigdefault(&attr, &all);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF |
						POSIX_SPAWN_SETSIGMASK);
	posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&files, out, 1);
	posix_spawn_file_actions_addopen(&files, 2, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_addclosefrom_np(&files, 3);
	rc = posix_spawnp(&pid, words[0], &files, &attr, words, environ);
	posix_spawn_file_actions_destroy(&files);
	posix_spawnattr_destroy(&attr);
	if (rc == 0)
		return pid;
	err_set(err, ERR_NOINPUT, "Cannot run %s: %s.", words[0], strerror(rc));
	return -1;
}

/* 1: more, 0: the end, -1: there is no room for it. */
static int drain(int fd, struct buf *out)
{
	char chunk[4096];
	ssize_t n = read(fd, chunk, sizeof chunk);

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return 1;
	if (n <= 0)
		return 0;
	return buf_add(out, chunk, (size_t)n) < 0 ? -1 : 1;
}

/* Until it has closed its output and ended. */
static int watch(pid_t pid, int fd, int cancel_fd, long ms, struct buf *out, struct err *err)
{
	long long deadline = clock_after(ms);
	int status, state = 1;

	for (;;) {
		struct pollfd fds[2] = { { state > 0 ? fd : -1, POLLIN, 0 },
					 { cancel_fd, POLLIN, 0 } };
		int left = clock_left(deadline);
		siginfo_t info = { 0 };

		if (poll(fds, 2, left < TICK_MS ? left : TICK_MS) < 0 && errno != EINTR)
			return err_errno(err, "poll");
		if (fds[1].revents)
			return err_set(err, ERR_CANCELLED, "It was not waited for.");
		if (fds[0].revents)
			state = drain(fd, out);
		if (state < 0)
			return err_set(err, ERR_SYSTEM, "It printed more than %zu bytes.",
				       out->max);
		if (state == 0 &&
		    waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
		    info.si_pid == pid)
			break;
		if (left == 0)
			return err_set(err, ERR_SYSTEM, "It did not end within %ld seconds.",
				       (ms + 999) / 1000);
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	if (WIFEXITED(status))
		return WEXITSTATUS(status);
	return err_set(err, ERR_SYSTEM, "It was ended by signal %d.", WTERMSIG(status));
}

int program_run(char *const words[], int cancel_fd, long ms, struct buf *out, struct err *err)
{
	int ends[2], rc;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_errno(err, "Cannot run %s", words[0]);
	pid = start(words, ends[1], err);
	close(ends[1]);
	rc = pid < 0 ? -1 : watch(pid, ends[0], cancel_fd, ms, out, err);
	if (pid > 0 && rc < 0) {
		kill(-pid, SIGKILL);
		while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
			continue;
	}
	close(ends[0]);
	return rc;
}
