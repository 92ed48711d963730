#include "cli/input.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/secret.h"
#include "base/text.h"
#include "cli/cancel.h"
#include "cli/print.h"
#include "mail/account.h"
#include "port/visual.h"

/* Up to a line feed or the end. 1: a line, 0: the end and nothing before it. */
static int read_line(int fd, struct buf *line, struct err *err)
{
	struct pollfd fds[2] = { { fd, POLLIN, 0 }, { cancel_fd(), POLLIN, 0 } };
	char c;

	for (;;) {
		ssize_t n;

		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			return err_errno(err, "Cannot wait for the password");
		if (cancel_asked())
			return err_set(err, ERR_CANCELLED, "No password was given.");
		n = fds[0].revents ? read(fd, &c, 1) : -1;
		if (n < 0 && (fds[0].revents == 0 || errno == EINTR))
			continue;
		if (n < 0)
			return err_errno(err, "Cannot read the password");
		if (n == 0)
			return line->len > 0;
		if (c == '\n')
			return 1;
		if (buf_addc(line, c) < 0)
			return err_set(err, ERR_INPUT,
				       "The password is too long: at most %d bytes are taken.",
				       SECRET_MAX);
	}
}

static struct secret *read_secret(int fd, struct err *err)
{
	struct buf line = BUF_INIT_SECRET(SECRET_MAX + 1);
	struct secret *secret = NULL;
	int rc = read_line(fd, &line, err);

	if (rc > 0 && line.len > 0 && line.data[line.len - 1] == '\r')
		buf_cut(&line, line.len - 1);
	if (rc >= 0 && line.len == 0) {
		err_set(err, ERR_INPUT, "The password is empty.");
	} else if (rc >= 0) {
		secret = secret_new(line.data, line.len);
		if (!secret)
			err_set(err, ERR_INPUT,
				"The password holds a NUL byte or is over %d bytes.", SECRET_MAX);
	}
	buf_free(&line);
	return secret;
}

/* As read_secret, with the terminal's echo off meanwhile. */
static struct secret *read_hidden(int fd, struct err *err)
{
	struct termios old, hidden;
	struct secret *secret;

	if (tcgetattr(fd, &old) < 0)
		return read_secret(fd, err);
	cancel_fd(); /* from here on Ctrl-C must not leave the echo off */
	hidden = old;
	hidden.c_lflag &= ~(tcflag_t)ECHO;
	hidden.c_lflag |= ICANON | ISIG;
	tcsetattr(fd, TCSAFLUSH, &hidden);
	secret = read_secret(fd, err);
	tcsetattr(fd, TCSAFLUSH, &old);
	return secret;
}

struct secret *input_secret_stdin(struct err *err)
{
	if (isatty(STDIN_FILENO))
		return input_secret_tty("Password", err);
	return read_secret(STDIN_FILENO, err);
}

struct secret *input_secret_tty(const char *prompt, struct err *err)
{
	int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	struct secret *secret;

	if (fd < 0) {
		err_set(err, ERR_USAGE,
			"A password is needed, and there is no terminal to ask for it.");
		err_hint(err, "Give it on standard input with --password-stdin, or name a command "
			      "that prints it with --password-command.");
		return NULL;
	}
	dprintf(fd, "%s (not shown): ", prompt);
	secret = read_hidden(fd, err);
	dprintf(fd, "\n");
	close(fd);
	return secret;
}

static struct secret *ask(void *arg, const struct account *account)
{
	char user[300], prompt[400];
	struct err err = ERR_INIT;
	struct secret *secret;

	(void)arg;
	text_visible_into(user, sizeof user, account_user(account), strlen(account_user(account)));
	snprintf(prompt, sizeof prompt, "Password of %s", user);
	secret = input_secret_tty(prompt, &err);
	if (!secret && err.kind != ERR_CANCELLED)
		fprintf(stderr, "outpost: %s\n", err.text);
	return secret;
}

session_ask input_asker(void)
{
	int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);

	if (fd < 0)
		return NULL;
	close(fd);
	return ask;
}

bool input_terminal(void)
{
	return isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
}

char *input_text(const char *prompt, struct err *err)
{
	struct buf line = BUF_INIT(4096);
	char *text = NULL, *whole;

	fprintf(stderr, "%s ", prompt);
	if (read_line(STDIN_FILENO, &line, err) > 0) {
		whole = buf_detach(&line);
		text = xstrdup(text_trim(whole));
		free(whole);
	} else {
		fputc('\n', stderr);
		err_set(err, ERR_CANCELLED, "Nothing was answered, so nothing more was done.");
	}
	buf_free(&line);
	return text;
}

int input_yes(const char *question, struct err *err)
{
	char *prompt = xasprintf("%s [Y/n]", question), *answer;
	int yes = -1;

	while (yes < 0 && (answer = input_text(prompt, err))) {
		if (!*answer || text_prefix_nocase("yes", answer))
			yes = 1;
		else if (text_prefix_nocase("no", answer))
			yes = 0;
		free(answer);
	}
	free(prompt);
	return yes;
}

static void keep_written(const char *path, char **kept)
{
	struct stat st;

	if (stat(path, &st) == 0 && st.st_size > 0)
		*kept = xstrdup(path);
}

static int read_edited(const char *path, struct buf *out, char **kept, struct err *err)
{
	keep_written(path, kept);
	if (file_read(path, out, err) < 0)
		return -1;
	if (strspn(buf_text(out), " \t\r\n") < out->len)
		return 0;
	input_editor_done(*kept, true);
	*kept = NULL;
	return err_set(err, ERR_INPUT, "The message is empty, so it was not sent.");
}

static int edit(const char *path, struct err *err)
{
	if (visual_edit(path, err) == 0)
		return 0;
	if (err->kind == ERR_NOINPUT)
		err_hint(err, "Name another in $EDITOR, or give the text as an argument.");
	else if (err->kind == ERR_CANCELLED)
		err_hint(err, "Nothing was sent.");
	return -1;
}

int input_editor(struct buf *text, char **kept, struct err *err)
{
	const char *dir = getenv("TMPDIR");
	char *path = xasprintf("%s/outpost-message.XXXXXX", dir && *dir ? dir : "/tmp");
	int fd = mkostemp(path, O_CLOEXEC); /* 0600 */
	int rc;

	if (fd < 0) {
		err_errno(err, "Cannot make a file for the message: %s", path);
		free(path);
		return -1;
	}
	rc = file_write_all(fd, buf_text(text), text->len, path, err);
	close(fd);
	buf_clear(text);
	if (rc == 0)
		rc = edit(path, err);
	if (rc == 0)
		rc = read_edited(path, text, kept, err);
	else
		keep_written(path, kept);
	if (!*kept)
		unlink(path);
	free(path);
	return rc;
}

void input_editor_done(char *kept, bool sent)
{
	if (kept && sent)
		unlink(kept);
	else if (kept)
		print_note("Your text is kept in %s.", kept);
	free(kept);
}
