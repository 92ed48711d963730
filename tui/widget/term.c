#include "widget/term.h"

#include <curses.h>
#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "widget/glyph.h"
#include "widget/term_restore.h"
#include "widget/term_type.h"
#include "widget/theme.h"

/* More than any field or text takes, so that they say when it was too much. */
#define PASTE_MAX (4 * 1024 * 1024)
/* Far above the codes that curses gives to extended keys. */
#define PASTE_BEGIN       (KEY_MAX + 4001)
#define PASTE_OVER        (KEY_MAX + 4002)
#define WITH_CTRL         (KEY_MAX + 4003) /* from here on, one for each row of with_ctrl */
#define PASTE_BEGIN_BYTES "\033[200~"
#define PASTE_OVER_BYTES  "\033[201~"

static bool running, ended;
static bool ascii;
static SCREEN *screen;
static struct buf paste = BUF_INIT_SECRET(PASTE_MAX);

static const struct {
	int curses, key;
} names[] = {
	{ KEY_UP, TERM_UP },
	{ KEY_DOWN, TERM_DOWN },
	{ KEY_LEFT, TERM_LEFT },
	{ KEY_RIGHT, TERM_RIGHT },
	{ KEY_HOME, TERM_HOME },
	{ KEY_END, TERM_END_KEY },
	{ KEY_PPAGE, TERM_PAGE_UP },
	{ KEY_NPAGE, TERM_PAGE_DOWN },
	{ KEY_BACKSPACE, TERM_BACKSPACE },
	{ KEY_DC, TERM_DELETE },
	{ KEY_BTAB, TERM_BACKTAB },
	{ KEY_ENTER, TERM_ENTER },
	{ KEY_F(1), TERM_F1 },
	{ KEY_F(2), TERM_F2 },
	{ KEY_F(3), TERM_F3 },
	{ KEY_F(4), TERM_F4 },
	{ KEY_F(5), TERM_F5 },
	{ KEY_F(6), TERM_F6 },
	{ KEY_F(7), TERM_F7 },
	{ KEY_F(8), TERM_F8 },
	{ KEY_F(9), TERM_F9 },
};

/* Terminals send one of two forms (xterm's, rxvt's); terminfo often knows neither. */
static const struct {
	const char *bytes;
	int key;
} with_ctrl[] = {
	{ "\033[1;5D", TERM_WORD_LEFT },  { "\033Od", TERM_WORD_LEFT },
	{ "\033[1;5C", TERM_WORD_RIGHT }, { "\033Oc", TERM_WORD_RIGHT },
	{ "\033[1;5H", TERM_TEXT_BEGIN }, { "\033[7^", TERM_TEXT_BEGIN },
	{ "\033[1;5F", TERM_TEXT_END },   { "\033[8^", TERM_TEXT_END },
};
#define WITH_CTRLS ((int)(sizeof with_ctrl / sizeof *with_ctrl))

static void set_locale(void)
{
	setlocale(LC_CTYPE, "");
	ascii = strcmp(nl_langinfo(CODESET), "UTF-8") != 0;
	if (ascii)
		setlocale(LC_CTYPE, "C.UTF-8");
}

/* What the terminal must be told beyond curses' own modes. */
static void take_modes(void)
{
	raw();
	noecho();
	nonl();
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	meta(stdscr, TRUE);
	if (write(STDOUT_FILENO, TERM_PASTE_ON, strlen(TERM_PASTE_ON)) < 0)
		ended = true;
}

int term_start(struct err *err)
{
	const char *name = getenv("TERM");

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
		err_set(err, ERR_USAGE, "The full-screen mode needs a terminal.");
		err_hint(err, "Every job is also a command: see outpost --help.");
		return -1;
	}
	if (term_type_check(err) < 0)
		return -1;
	set_locale();
	/* newterm says so when it does not know the terminal; initscr would exit. */
	screen = newterm(NULL, stdout, stdin);
	if (!screen)
		return err_set(err, ERR_USAGE, "The terminal cannot be set up for a full screen.");
	/* The standard delay makes Esc feel dead; none at all splits sequences on slow lines. */
	if (!getenv("ESCDELAY"))
		set_escdelay(25);
	restore_start();
	ended = false;
	take_modes();
	define_key(PASTE_BEGIN_BYTES, PASTE_BEGIN);
	define_key(PASTE_OVER_BYTES, PASTE_OVER);
	for (int i = 0; i < WITH_CTRLS; i++)
		define_key(with_ctrl[i].bytes, WITH_CTRL + i);
	theme_start(ascii || (name && strcmp(name, "linux") == 0));
	running = true;
	return 0;
}

void term_stop(void)
{
	if (!running)
		return;
	running = false;
	endwin();
	delscreen(screen);
	screen = NULL;
	restore_stop();
	buf_free(&paste);
}

static void resize(void)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 && size.ws_col > 0)
		resizeterm(size.ws_row, size.ws_col);
}

void term_suspend(void)
{
	endwin();
	restore_suspend();
	term_take_back();
}

void term_lend(void)
{
	(void)!write(STDOUT_FILENO, TERM_PASTE_OFF, strlen(TERM_PASTE_OFF));
	endwin();
}

void term_take_back(void)
{
	reset_prog_mode();
	take_modes();
	resize();
	term_redraw();
}

void term_redraw(void)
{
	clearok(curscr, TRUE);
}

int term_signal(void)
{
	return restore_signal();
}

bool term_is_text(const struct term_event *event)
{
	int key = event->key;

	return event->kind == TERM_KEY && key >= 0x20 && key < TERM_UP && key != 0x7f &&
	       !(key >= 0x80 && key < 0xa0);
}

static void add_pasted(char c, bool *after_cr)
{
	if (c != '\n' || !*after_cr)
		buf_addc(&paste, c == '\r' ? '\n' : c);
	*after_cr = c == '\r';
}

/* The rest of a paste, up to its end marker or a second of silence. Through curses, a byte
 * at a time, a large one takes seconds. Never more is read than the marker still lacks, so
 * that no key behind it is lost. */
static void read_paste(struct term_event *event)
{
	static const char over[] = PASTE_OVER_BYTES;
	const size_t all = sizeof over - 1;
	struct termios modes, timed;
	size_t matched = 0;
	bool after_cr = false;
	char bytes[sizeof over];

	buf_clear(&paste);
	tcgetattr(STDIN_FILENO, &modes);
	timed = modes;
	timed.c_cc[VMIN] = 0;
	timed.c_cc[VTIME] = 10;
	tcsetattr(STDIN_FILENO, TCSANOW, &timed);
	while (matched < all) {
		ssize_t n = read(STDIN_FILENO, bytes, all - matched);

		if (n < 0 && errno == EINTR && !restore_signal())
			continue;
		if (n <= 0)
			break;
		for (ssize_t i = 0; i < n; i++) {
			if (bytes[i] == over[matched]) {
				matched++;
				continue;
			}
			for (size_t k = 0; k < matched; k++)
				add_pasted(over[k], &after_cr);
			matched = bytes[i] == over[0];
			if (matched == 0)
				add_pasted(bytes[i], &after_cr);
		}
	}
	tcsetattr(STDIN_FILENO, TCSANOW, &modes);
	explicit_bzero(bytes, sizeof bytes);
	event->kind = TERM_PASTE;
	event->text = buf_text(&paste);
	event->len = paste.len;
}

/* Keys with Alt, which comes as an Esc right before: those of a text. */
static const struct {
	wint_t c;
	int key;
} with_alt[] = {
	{ 'b', TERM_WORD_LEFT },
	{ 'f', TERM_WORD_RIGHT },
	{ 0x7f, TERM_CTRL('w') },
	{ 8, TERM_CTRL('w') },
	{ KEY_BACKSPACE, TERM_CTRL('w') },
};

static int alt_key(wint_t c)
{
	for (size_t i = 0; i < sizeof with_alt / sizeof *with_alt; i++)
		if (with_alt[i].c == c)
			return with_alt[i].key;
	return 0;
}

/* After an Esc: swallows a control sequence that curses does not know, so that it
 * is not taken for Esc and text. One of Alt and a key that means something goes to *key. */
static bool skip_sequence(int *key)
{
	wint_t c;
	int kind = get_wch(&c);

	if (kind == ERR)
		return false;
	*key = alt_key(c);
	if (*key)
		return true;
	/* Another key that came right behind Esc is one of its own. */
	if (kind == KEY_CODE_YES) {
		ungetch((int)c);
		return false;
	}
	if (c != '[' && c != 'O') {
		unget_wch((wchar_t)c);
		return false;
	}
	while (get_wch(&c) == OK && (c < 0x40 || c > 0x7e))
		;
	return true;
}

static void read_named(wint_t c, struct term_event *event)
{
	if (c == KEY_RESIZE) {
		event->kind = TERM_RESIZE;
		return;
	}
	if (c == PASTE_BEGIN) {
		read_paste(event);
		return;
	}
	if ((int)c >= WITH_CTRL && (int)c < WITH_CTRL + WITH_CTRLS) {
		event->kind = TERM_KEY;
		event->key = with_ctrl[(int)c - WITH_CTRL].key;
		return;
	}
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		if (names[i].curses != (int)c)
			continue;
		event->kind = TERM_KEY;
		event->key = names[i].key;
	}
}

void term_read(struct term_event *event)
{
	wint_t c;

	*event = (struct term_event){ .kind = TERM_NOTHING };
	buf_clear(&paste);
	for (;;) {
		int kind, alt = 0;

		if (ended || restore_signal()) {
			event->kind = TERM_END;
			return;
		}
		if (restore_changed()) {
			reset_prog_mode();
			take_modes();
			resize();
			event->kind = TERM_RESIZE;
			return;
		}
		kind = get_wch(&c);
		if (kind == ERR)
			return;
		if (kind == KEY_CODE_YES) {
			read_named(c, event);
		} else if (c != TERM_ESC || !skip_sequence(&alt)) {
			event->kind = TERM_KEY;
			event->key = c == 0x7f || c == 8 ? TERM_BACKSPACE
				     : c == 10           ? TERM_ENTER
							 : (int)c;
		} else if (alt) {
			event->kind = TERM_KEY;
			event->key = alt;
		}
		if (event->kind != TERM_NOTHING)
			return;
	}
}

void term_wait(int other_fd, int ms)
{
	struct pollfd fds[3] = {
		{ STDIN_FILENO, POLLIN, 0 },
		{ restore_wake_fd(), POLLIN, 0 },
		{ other_fd, POLLIN, 0 },
	};

	if (poll(fds, 3, ms) < 0)
		return; /* EINTR: a new size or a signal, for term_read */
	/* A terminal that is gone can be "read" for ever. */
	if (fds[0].revents & (POLLHUP | POLLERR | POLLNVAL))
		ended = true;
}
