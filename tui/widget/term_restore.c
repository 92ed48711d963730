#include "widget/term_restore.h"

#include <curses.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/text.h"
#include "widget/term.h"

#define PARKED_MAX (64 * 1024)

static const int polite[] = { SIGTERM, SIGHUP, SIGINT, SIGQUIT };
static const int fatal[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT };
#define COUNT(a) (sizeof(a) / sizeof *(a))

static struct sigaction old_polite[COUNT(polite)], old_fatal[COUNT(fatal)];
static struct sigaction old_stop, old_cont, old_winch;
static volatile sig_atomic_t stop_signal, changed;
static int wake[2] = { -1, -1 };
static int parked = -1, real_stderr = -1;
/* What a handler needs, made ready before: the modes at shell level and the
 * bytes that leave the full screen. */
static struct termios shell_modes;
static char leave[256];
static size_t leave_len;

static void on_polite(int sig)
{
	int saved = errno;

	stop_signal = sig;
	(void)!write(wake[1], "", 1);
	errno = saved;
}

/* Went on after a stop, or has a new size: either way the screen is drawn anew. */
static void on_change(int sig)
{
	int saved = errno;

	(void)sig;
	changed = 1;
	(void)!write(wake[1], "", 1);
	errno = saved;
}

/* Only async-signal-safe calls. The old action then ends the process (or lets a
 * sanitizer report): the faulting instruction runs again; a signal that was sent
 * is sent again. */
static void on_fatal(int sig, siginfo_t *info, void *context)
{
	(void)context;
	(void)!write(STDOUT_FILENO, leave, leave_len);
	tcsetattr(STDIN_FILENO, TCSANOW, &shell_modes);
	if (real_stderr >= 0)
		dup2(real_stderr, STDERR_FILENO);
	for (size_t i = 0; i < COUNT(fatal); i++)
		if (fatal[i] == sig)
			sigaction(sig, &old_fatal[i], NULL);
	if (info->si_code <= 0)
		raise(sig);
}

static void on_stop(int sig)
{
	int saved = errno;

	(void)sig;
	/* From outside (kill -TSTP): give the screen back at once, then stop for real. */
	(void)!write(STDOUT_FILENO, leave, leave_len);
	tcsetattr(STDIN_FILENO, TCSANOW, &shell_modes);
	raise(SIGSTOP);
	errno = saved;
}

static void add_string(const char *capability)
{
	const char *s = tigetstr(capability);
	size_t n;

	if (!s || s == (const char *)-1)
		return;
	n = strlen(s);
	if (leave_len + n > sizeof leave)
		return;
	memcpy(leave + leave_len, s, n);
	leave_len += n;
}

static void prepare_leave(void)
{
	leave_len = strlen(TERM_PASTE_OFF);
	memcpy(leave, TERM_PASTE_OFF, leave_len);
	add_string("sgr0");
	add_string("cnorm");
	add_string("rmkx");
	add_string("rmcup");
}

static void handle(int sig, void (*fn)(int), int flags, struct sigaction *old)
{
	struct sigaction act = { .sa_handler = fn, .sa_flags = flags };

	sigemptyset(&act.sa_mask);
	sigaction(sig, &act, old);
}

static void park_stderr(void)
{
	if (!isatty(STDERR_FILENO))
		return;
	parked = memfd_create("stderr", MFD_CLOEXEC);
	if (parked < 0)
		return;
	real_stderr = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	if (real_stderr >= 0)
		dup2(parked, STDERR_FILENO);
}

static void show_parked(void)
{
	struct buf out = BUF_INIT(4 * PARKED_MAX);
	char bytes[PARKED_MAX];
	ssize_t n = pread(parked, bytes, sizeof bytes, 0);

	for (ssize_t at = 0; at < n;) {
		const char *nl = memchr(bytes + at, '\n', (size_t)(n - at));
		size_t len = nl ? (size_t)(nl - bytes - at) : (size_t)(n - at);

		text_visible(&out, bytes + at, len);
		buf_addc(&out, '\n');
		at += (ssize_t)len + 1;
	}
	(void)!write(STDERR_FILENO, buf_text(&out), out.len);
	buf_free(&out);
}

static void unpark_stderr(void)
{
	if (real_stderr >= 0) {
		dup2(real_stderr, STDERR_FILENO);
		close(real_stderr);
		show_parked();
	}
	if (parked >= 0)
		close(parked);
	parked = real_stderr = -1;
}

void restore_start(void)
{
	struct sigaction crash = { .sa_sigaction = on_fatal, .sa_flags = SA_SIGINFO };

	sigemptyset(&crash.sa_mask);
	/* curses keeps them as they were at newterm: what a shell expects. */
	reset_shell_mode();
	tcgetattr(STDIN_FILENO, &shell_modes);
	reset_prog_mode();
	prepare_leave();
	stop_signal = changed = 0;
	if (pipe2(wake, O_CLOEXEC | O_NONBLOCK) < 0)
		die("no pipe for signals: %s", strerror(errno));
	for (size_t i = 0; i < COUNT(polite); i++)
		handle(polite[i], on_polite, 0, &old_polite[i]);
	for (size_t i = 0; i < COUNT(fatal); i++)
		sigaction(fatal[i], &crash, &old_fatal[i]);
	handle(SIGTSTP, on_stop, SA_RESTART, &old_stop);
	handle(SIGCONT, on_change, SA_RESTART, &old_cont);
	/* Instead of curses' own handler: a signal just before poll() would be lost. */
	handle(SIGWINCH, on_change, SA_RESTART, &old_winch);
	park_stderr();
	die_set_hook(term_stop);
}

void restore_stop(void)
{
	(void)!write(STDOUT_FILENO, TERM_PASTE_OFF, strlen(TERM_PASTE_OFF));
	die_set_hook(NULL);
	for (size_t i = 0; i < COUNT(polite); i++)
		sigaction(polite[i], &old_polite[i], NULL);
	for (size_t i = 0; i < COUNT(fatal); i++)
		sigaction(fatal[i], &old_fatal[i], NULL);
	sigaction(SIGTSTP, &old_stop, NULL);
	sigaction(SIGCONT, &old_cont, NULL);
	sigaction(SIGWINCH, &old_winch, NULL);
	unpark_stderr();
	close(wake[0]);
	close(wake[1]);
	wake[0] = wake[1] = -1;
}

void restore_suspend(void)
{
	struct sigaction ours;

	(void)!write(STDOUT_FILENO, TERM_PASTE_OFF, strlen(TERM_PASTE_OFF));
	handle(SIGTSTP, SIG_DFL, 0, &ours);
	/* The whole group, as the terminal itself does: a shell may wait for it. */
	kill(0, SIGTSTP);
	sigaction(SIGTSTP, &ours, NULL);
	changed = 0;
}

int restore_wake_fd(void)
{
	return wake[0];
}

int restore_signal(void)
{
	return stop_signal;
}

bool restore_changed(void)
{
	char drain[64];

	while (read(wake[0], drain, sizeof drain) > 0)
		;
	if (!changed)
		return false;
	changed = 0;
	return true;
}
