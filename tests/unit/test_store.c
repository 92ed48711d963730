/*
 * Also a small program that lets a script use a back-end:
 *
 *   test_store KIND get|put|forget|probe [HOST PORT USER TIMEOUT_MS [CANCEL_MS]]
 *
 * put reads the password from stdin, get writes it to stdout. The state, the
 * milliseconds it took, the sentence and the hint go to stderr, one a line.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/file.h"
#include "base/secret.h"
#include "port/store.h"

static char *dir;	/* of this run */

#define LONG50 "0123456789 \"'%#;\\$`&\xc3\xa9\xe2\x82\xac|<>()[]{}*?~!^=+,x-_z"
static const char *const passwords[] = {
	"plain",
	" blanks at both ends ",
	"\ttab\t",
	"quotes \" ' ` end",
	"100%s %n %% %d",
	"# ; comment \\ $HOME $(id)",
	"gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x94\x91 \xd7\xa9",
	LONG50 LONG50 LONG50 LONG50 LONG50 LONG50 LONG50 LONG50 LONG50 LONG50,
};
#define PASSWORDS (sizeof passwords / sizeof *passwords)

static struct store_ref ref_of(enum store_kind kind, const char *source)
{
	return (struct store_ref){ .kind = kind, .label = "outpost: a@example.org",
				   .host = "smtp.example.org", .port = 587, .user = "a@example.org",
				   .source = source, .cancel_fd = -1, .timeout = 20000 };
}

static void assert_kept(const struct store_ref *ref, const char *expected)
{
	struct secret *secret;
	struct err err = ERR_INIT;
	enum store_state state = store_get(ref, &secret, &err);

	if (state != STORE_OK)
		print_error("%s: %s\n", store_state_name(state), err.text);
	assert_int_equal(state, STORE_OK);
	assert_string_equal(secret_text(secret), expected);
	secret_free(secret);
}

/* Every failure: a state, a sentence, a hint, no secret. */
static void assert_fails(const struct store_ref *ref, enum store_state expected, const char *words)
{
	struct secret *secret = NULL;
	struct err err = ERR_INIT;
	enum store_state state = store_get(ref, &secret, &err);

	if (state != expected || !strstr(err.text, words))
		print_error("%s: %s\n", store_state_name(state), err.text);
	assert_int_equal(state, expected);
	assert_null(secret);
	assert_non_null(strstr(err.text, words));
	assert_int_equal(err.text[strlen(err.text) - 1] == '.' || strchr(err.text, ':'), 1);
	assert_int_not_equal(err.hint[0] == '\0', expected != STORE_CANCELLED);
}

static char *write_file(const char *name, const char *text, mode_t mode)
{
	char *path = xasprintf("%s/%s", dir, name);

	assert_int_equal(file_replace(path, text, strlen(text), mode, NULL), 0);
	return path;
}

static int open_fds(void)
{
	int n = 0;

	for (int fd = 0; fd < 256; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

static void assert_no_children(void)
{
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

/* ---- the table ---- */

static void names_go_both_ways(void **state)
{
	enum store_kind kind;

	(void)state;
	for (int i = 0; i < STORE_KINDS; i++) {
		const struct store_backend *b = store_backend((enum store_kind)i);

		assert_int_equal(b->kind, i);
		assert_int_equal(store_kind_parse(b->name, &kind), 0);
		assert_int_equal(kind, i);
		assert_true(*b->label && *b->help);
	}
	assert_int_equal(store_kind_parse("Keyring", &kind), -1);
	assert_int_equal(store_kind_parse("", &kind), -1);
	assert_string_equal(store_state_name(STORE_NO_BUS), "no-bus");
	assert_string_equal(store_state_name(STORE_FAILED), "failed");
}

static void ask_and_none_keep_nothing(void **state)
{
	struct store_ref ask = ref_of(STORE_ASK, NULL), none = ref_of(STORE_NONE, NULL);
	struct secret *s = secret_new("x", 1);
	struct err err = ERR_INIT;

	(void)state;
	assert_fails(&ask, STORE_MUST_ASK, "must be typed");
	assert_fails(&none, STORE_NOT_FOUND, "without a password");
	assert_int_equal(store_put(&ask, s, &err), STORE_READ_ONLY);
	assert_int_equal(store_forget(&none, &err), STORE_READ_ONLY);
	assert_true(err.hint[0]);
	assert_int_equal(store_probe(STORE_ASK, &err), STORE_OK);
	secret_free(s);
}

static void missing_source_is_said(void **state)
{
	struct store_ref command = ref_of(STORE_COMMAND, ""), file = ref_of(STORE_FILE, NULL);

	(void)state;
	assert_fails(&command, STORE_FAILED, "shell command is not set");
	assert_fails(&file, STORE_FAILED, "path of the file is not set");
}

static void line_breaks_are_refused(void **state)
{
	static const char *const bad[] = { "two\nlines", "end\n", "cr\rhere", "\r", "" };

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		char *path = xasprintf("%s/refused", dir);
		struct store_ref file = ref_of(STORE_FILE, path), ring = ref_of(STORE_KEYRING, NULL);
		struct secret *s = secret_new(bad[i], strlen(bad[i]));
		struct err err = ERR_INIT;

		assert_int_equal(store_put(&file, s, &err), STORE_FAILED);
		assert_int_equal(err.kind, ERR_INPUT);
		assert_false(file_exists(path));
		assert_int_equal(store_put(&ring, s, &err), STORE_FAILED);
		assert_int_equal(err.kind, ERR_INPUT);
		secret_free(s);
		free(path);
	}
}

/* ---- file and credential ---- */

static void file_keeps_every_password(void **state)
{
	char *path = xasprintf("%s/new/folder/secret", dir);
	struct store_ref ref = ref_of(STORE_FILE, path);
	struct err err = ERR_INIT;
	struct stat st;

	(void)state;
	for (size_t i = 0; i < PASSWORDS; i++) {
		struct secret *s = secret_new(passwords[i], strlen(passwords[i]));

		assert_int_equal(store_put(&ref, s, &err), STORE_OK);
		assert_kept(&ref, passwords[i]);
		secret_free(s);
	}
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(store_forget(&ref, &err), STORE_OK);
	assert_false(file_exists(path));
	assert_int_equal(store_forget(&ref, &err), STORE_OK);
	assert_fails(&ref, STORE_NOT_FOUND, "There is no password file");
	free(path);
}

static void file_first_line_counts(void **state)
{
	static const struct {
		const char *text, *password;
	} rows[] = {
		{ "no end", "no end" },   { " a \n", " a " },	   { "crlf\r\n", "crlf" },
		{ "one\ntwo\n", "one" }, { "\nsecond\n", NULL }, { "", NULL },
		{ "a\rb\n", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char *path = write_file("first", rows[i].text, 0600);
		struct store_ref ref = ref_of(STORE_FILE, path);

		if (rows[i].password)
			assert_kept(&ref, rows[i].password);
		else if (strchr(rows[i].text, '\r'))
			assert_fails(&ref, STORE_FAILED, "line break");
		else
			assert_fails(&ref, STORE_NOT_FOUND, "first line is empty");
		free(path);
	}
}

static void file_of_others_is_refused(void **state)
{
	static const mode_t modes[] = { 0640, 0604, 0620, 0601, 0666, 0444 };
	struct secret *secret;
	struct err err = ERR_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
		char *path = write_file("open", "hunter2\n", modes[i]);
		struct store_ref ref = ref_of(STORE_FILE, path);

		assert_fails(&ref, STORE_FAILED, "Other users may open");
		assert_int_equal(store_get(&ref, &secret, &err), STORE_FAILED);
		assert_non_null(strstr(err.hint, "chmod 600 "));
		assert_null(strstr(err.text, "hunter2"));
		free(path);
	}
	if (geteuid() == 0) {
		char *path = write_file("nobodys", "hunter2\n", 0600);
		struct store_ref ref = ref_of(STORE_FILE, path);

		assert_int_equal(chown(path, 65534, 65534), 0);
		assert_fails(&ref, STORE_FAILED, "belongs to somebody else");
		free(path);
	}
}

static void file_must_be_a_file(void **state)
{
	char *path = xasprintf("%s/fifo", dir);
	struct store_ref fifo = ref_of(STORE_FILE, path), folder = ref_of(STORE_FILE, dir);
	struct store_ref relative = ref_of(STORE_FILE, "secret"), null = ref_of(STORE_FILE, "/dev/null");
	struct secret *s = secret_new("x", 1);
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_fails(&fifo, STORE_FAILED, "no ordinary file");
	assert_fails(&folder, STORE_FAILED, "no ordinary file");
	assert_fails(&relative, STORE_FAILED, "full path");
	assert_int_equal(store_put(&null, s, &err), STORE_FAILED);
	assert_int_equal(store_forget(&null, &err), STORE_FAILED);
	assert_int_equal(access("/dev/null", W_OK), 0);
	secret_free(s);
	free(path);
}

static void file_has_a_limit(void **state)
{
	struct buf text = BUF_INIT(SECRET_MAX + 10);
	char *path;
	struct store_ref ref;

	(void)state;
	while (text.len < SECRET_MAX)
		buf_addc(&text, 'x');
	buf_adds(&text, "\r\n");
	path = write_file("long", text.data, 0600);
	ref = ref_of(STORE_FILE, path);
	buf_cut(&text, SECRET_MAX);
	assert_kept(&ref, text.data);
	free(path);
	buf_adds(&text, "x\n");
	path = write_file("long", text.data, 0600);
	ref.source = path;
	assert_fails(&ref, STORE_FAILED, "more than 8192 bytes");
	free(path);
	buf_free(&text);
}

static void credential_is_found_by_name(void **state)
{
	struct store_ref ref = ref_of(STORE_CREDENTIAL, "mail");
	struct store_ref up = ref_of(STORE_CREDENTIAL, "../mail");
	struct store_ref dots = ref_of(STORE_CREDENTIAL, "..");
	struct err err = ERR_INIT;

	(void)state;
	unsetenv("CREDENTIALS_DIRECTORY");
	assert_fails(&ref, STORE_NOT_FOUND, "CREDENTIALS_DIRECTORY is not set");
	assert_int_equal(store_probe(STORE_CREDENTIAL, &err), STORE_NOT_FOUND);
	setenv("CREDENTIALS_DIRECTORY", dir, 1);
	assert_int_equal(store_probe(STORE_CREDENTIAL, &err), STORE_OK);
	assert_fails(&ref, STORE_NOT_FOUND, "no systemd credential \"mail\"");
	free(write_file("mail", " from systemd ", 0440));
	assert_kept(&ref, " from systemd ");
	free(write_file("mail", "x", 0444));
	assert_fails(&ref, STORE_FAILED, "Other users may open");
	assert_fails(&up, STORE_NOT_FOUND, "plain file name");
	assert_fails(&dots, STORE_NOT_FOUND, "plain file name");
	assert_int_equal(store_put(&ref, NULL, &err), STORE_READ_ONLY);
	unsetenv("CREDENTIALS_DIRECTORY");
}

/* ---- command ---- */

static void command_gives_every_password(void **state)
{
	int fds = open_fds();

	(void)state;
	for (size_t i = 0; i < PASSWORDS; i++) {
		char *path = write_file("pw", passwords[i], 0600);
		char *line = xasprintf("cat '%s'; echo; echo second line", path);
		struct store_ref ref = ref_of(STORE_COMMAND, line);

		assert_kept(&ref, passwords[i]);
		free(line);
		free(path);
	}
	assert_int_equal(open_fds(), fds);
	assert_no_children();
}

static void command_failures_have_words(void **state)
{
	static const struct {
		const char *line;
		enum store_state state;
		const char *words;
	} rows[] = {
		{ "echo early >&2; echo 'no such \033[31mkey\n\n' >&2; exit 3", STORE_FAILED,
		  "exit status 3: no such \\x1b[31mkey" },
		{ "false", STORE_FAILED, "exit status 1." },
		{ "/no/such/program", STORE_FAILED, "exit status 127: " },
		{ "kill -9 $$", STORE_FAILED, "signal 9." },
		{ "kill -INT $$", STORE_CANCELLED, "interrupted" },
		{ "true", STORE_NOT_FOUND, "first line is empty" },
		{ "echo; echo late", STORE_NOT_FOUND, "first line is empty" },
		{ "printf 'a\\rb\\n'", STORE_FAILED, "line break" },
		{ "printf 'a\\000b\\n'", STORE_FAILED, "NUL" },
		{ "head -c 9000 /dev/zero | tr '\\0' x", STORE_FAILED, "more than 8192 bytes" },
		{ "yes", STORE_FAILED, "prints without end" },
		{ "yes >&2", STORE_FAILED, "prints without end" },
	};
	int fds = open_fds();

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct store_ref ref = ref_of(STORE_COMMAND, rows[i].line);

		assert_fails(&ref, rows[i].state, rows[i].words);
	}
	assert_int_equal(open_fds(), fds);
	assert_no_children();
}

static void command_output_stays_out_of_errors(void **state)
{
	static const char *const lines[] = {
		"echo hunter2; exit 1",
		"echo hunter2; echo failed with hunter2 >&2; exit 1",
		"echo hunter2; echo 'failed: hunter2 \n after' >&2; exit 1",
		"echo hunter2; kill -9 $$",
	};

	(void)state;
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		struct store_ref ref = ref_of(STORE_COMMAND, lines[i]);
		struct secret *secret;
		struct err err = ERR_INIT;

		assert_int_equal(store_get(&ref, &secret, &err), STORE_FAILED);
		assert_null(strstr(err.text, "hunter2"));
		assert_null(strstr(err.hint, "hunter2"));
	}
}

/* The whole group goes, also what ignores a hang-up. */
static void command_is_killed_in_time(void **state)
{
	char *pids = xasprintf("%s/pids", dir);
	char *line = xasprintf("trap '' TERM HUP; sleep 300 & echo $! > '%s'; "
			       "echo password; sleep 300", pids);
	struct store_ref ref = ref_of(STORE_COMMAND, line);
	struct buf text = BUF_INIT(64);
	long long begin = clock_ms(), until;
	int fds = open_fds();

	(void)state;
	ref.timeout = 300;
	assert_fails(&ref, STORE_TIMED_OUT, "within 1 seconds");
	assert_in_range(clock_ms() - begin, 300, 2000);
	assert_int_equal(file_read(pids, &text, NULL), 0);
	until = clock_after(5000);
	/* Dead, or a zombie of the init of a container that collects none. */
	for (;;) {
		char *stat_path = xasprintf("/proc/%d/stat", atoi(text.data));
		struct buf stat_text = BUF_INIT(4096);
		int rc = file_read(stat_path, &stat_text, NULL);
		bool gone = rc < 0 || strstr(buf_text(&stat_text), ") Z ");

		free(stat_path);
		buf_free(&stat_text);
		if (gone)
			break;
		assert_true(clock_left(until) > 0);
		usleep(5000);
	}
	assert_int_equal(open_fds(), fds);
	assert_no_children();
	buf_free(&text);
	free(line);
	free(pids);
}

static void command_can_be_cancelled(void **state)
{
	struct store_ref ref = ref_of(STORE_COMMAND, "sleep 300");
	long long begin = clock_ms();
	int fds[2];

	(void)state;
	assert_int_equal(pipe(fds), 0);
	assert_int_equal(write(fds[1], "x", 1), 1);
	ref.cancel_fd = fds[0];
	assert_fails(&ref, STORE_CANCELLED, "cancelled");
	assert_true(clock_ms() - begin < 2000);
	close(fds[0]);
	close(fds[1]);
	assert_no_children();
}

/* Something left in the background with the pipes open keeps nobody waiting. */
static void command_leaves_a_daemon(void **state)
{
	struct store_ref ref = ref_of(STORE_COMMAND, "sleep 3 & echo secret");
	long long begin = clock_ms();

	(void)state;
	assert_kept(&ref, "secret");
	assert_true(clock_ms() - begin < 2500);
}

/* stdin is empty, other descriptors are not there, signals are as usual. */
static void command_gets_a_clean_start(void **state)
{
	struct store_ref in = ref_of(STORE_COMMAND, "cat; echo done");
	struct store_ref fds = ref_of(STORE_COMMAND,
				      "n=0; for f in 3 4 5 6 7 8 9; do "
				      "if ( : <&$f ) 2>/dev/null; then n=$((n+1)); fi; done; echo n$n");
	struct store_ref pipe_ = ref_of(STORE_COMMAND,
					"grep -E 'SigIgn:.*[02468ace][0-9a-f]{3}$' "
					"/proc/self/status "
					"> /dev/null && echo none");
	int leak = dup2(2, 7);	/* without O_CLOEXEC */

	/* The mask shows SIGPIPE, bit 12: others may be ignored by whoever runs the tests. */

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	assert_kept(&in, "done");
	assert_kept(&fds, "n0");
	assert_kept(&pipe_, "none");
	signal(SIGPIPE, SIG_DFL);
	close(leak);
}

/* ---- keyring without one: what is said where there is no bus ---- */

static void assert_no_bus(const char *words)
{
	struct store_ref ref = ref_of(STORE_KEYRING, NULL);
	struct secret *s = secret_new("x", 1);
	struct err err = ERR_INIT;

	assert_fails(&ref, STORE_NO_BUS, words);
	assert_int_equal(store_put(&ref, s, &err), STORE_NO_BUS);
	assert_int_equal(store_forget(&ref, &err), STORE_NO_BUS);
	assert_int_equal(store_probe(STORE_KEYRING, &err), STORE_NO_BUS);
	assert_non_null(strstr(err.hint, "password command"));
	secret_free(s);
}

static void keyring_without_a_bus(void **state)
{
	(void)state;
	unsetenv("DBUS_SESSION_BUS_ADDRESS");
	unsetenv("XDG_RUNTIME_DIR");
	assert_no_bus("no D-Bus session bus");
	setenv("XDG_RUNTIME_DIR", dir, 1);
	assert_no_bus("no D-Bus session bus");
	setenv("DBUS_SESSION_BUS_ADDRESS", "", 1);
	assert_no_bus("no D-Bus session bus");
	setenv("DBUS_SESSION_BUS_ADDRESS", "autolaunch:", 1);
	assert_no_bus("no D-Bus session bus");
	setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/no/such/socket", 1);
	assert_no_bus("cannot be reached");
	setenv("DBUS_SESSION_BUS_ADDRESS", "nonsense", 1);
	assert_no_bus("cannot be reached");
	unsetenv("DBUS_SESSION_BUS_ADDRESS");
	unsetenv("XDG_RUNTIME_DIR");
}

/* A bus that takes connections and never says a word. */
static int silent_bus(char *path)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(sa.sun_path, sizeof sa.sun_path, "%s", path);
	assert_int_equal(bind(fd, (struct sockaddr *)&sa, sizeof sa), 0);
	assert_int_equal(listen(fd, 8), 0);
	return fd;
}

static void keyring_on_a_silent_bus(void **state)
{
	char *path = xasprintf("/tmp/store-silent-%d", (int)getpid());
	char *address = xasprintf("unix:path=%s", path);
	int bus = silent_bus(path), cancel[2];
	struct store_ref ref = ref_of(STORE_KEYRING, NULL);
	long long begin = clock_ms();

	(void)state;
	setenv("DBUS_SESSION_BUS_ADDRESS", address, 1);
	ref.timeout = 300;
	assert_fails(&ref, STORE_TIMED_OUT, "did not answer within 1 seconds");
	assert_in_range(clock_ms() - begin, 300, 1500);
	/* The first one still hangs in the library; nobody waits for it. */
	begin = clock_ms();
	assert_fails(&ref, STORE_TIMED_OUT, "did not answer");
	assert_in_range(clock_ms() - begin, 300, 1500);
	assert_int_equal(pipe(cancel), 0);
	assert_int_equal(write(cancel[1], "x", 1), 1);
	ref.timeout = 0;
	ref.cancel_fd = cancel[0];
	begin = clock_ms();
	assert_fails(&ref, STORE_CANCELLED, "cancelled");
	assert_true(clock_ms() - begin < 500);
	close(cancel[0]);
	close(cancel[1]);
	close(bus);
	unlink(path);
	unsetenv("DBUS_SESSION_BUS_ADDRESS");
	free(address);
	free(path);
}

/* ---- for scripts ---- */

static void cancel_later(int fds[2], int ms)
{
	if (pipe(fds) < 0 || fork() != 0)
		return;
	usleep((useconds_t)ms * 1000);
	_exit(write(fds[1], "x", 1) == 1 ? 0 : 1);
}

static int tell(enum store_state state, long long begin, const struct err *err)
{
	fprintf(stderr, "state=%s\nms=%lld\ntext=%s\nhint=%s\n", store_state_name(state),
		clock_ms() - begin, err->text, err->hint);
	return state == STORE_OK ? 0 : 1;
}

static int drive(char **argv, int n)
{
	struct store_ref ref = ref_of(STORE_KEYRING, NULL);
	struct buf in = BUF_INIT_SECRET(SECRET_MAX);
	enum store_state state = STORE_FAILED;
	struct secret *secret = NULL;
	struct err err = ERR_INIT;
	long long begin = clock_ms();
	int fds[2];

	if (store_kind_parse(argv[0], &ref.kind) < 0 || n < 2)
		return 64;
	if (n > 5) {
		ref.host = argv[2];
		ref.port = atoi(argv[3]);
		ref.user = argv[4];
		ref.timeout = atol(argv[5]);
	}
	if (n > 6) {
		cancel_later(fds, atoi(argv[6]));
		ref.cancel_fd = fds[0];
	}
	if (strcmp(argv[1], "probe") == 0) {
		state = store_probe(ref.kind, &err);
	} else if (strcmp(argv[1], "forget") == 0) {
		state = store_forget(&ref, &err);
	} else if (strcmp(argv[1], "get") == 0) {
		state = store_get(&ref, &secret, &err);
		if (state == STORE_OK)
			fwrite(secret_text(secret), 1, secret_len(secret), stdout);
	} else if (file_read_fd(0, "stdin", &in, &err) == 0) {
		secret = secret_new(in.data, in.len);
		state = store_put(&ref, secret, &err);
	}
	secret_free(secret);
	buf_free(&in);
	return tell(state, begin, &err);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_go_both_ways),
		cmocka_unit_test(ask_and_none_keep_nothing),
		cmocka_unit_test(missing_source_is_said),
		cmocka_unit_test(line_breaks_are_refused),
		cmocka_unit_test(file_keeps_every_password),
		cmocka_unit_test(file_first_line_counts),
		cmocka_unit_test(file_of_others_is_refused),
		cmocka_unit_test(file_must_be_a_file),
		cmocka_unit_test(file_has_a_limit),
		cmocka_unit_test(credential_is_found_by_name),
		cmocka_unit_test(command_gives_every_password),
		cmocka_unit_test(command_failures_have_words),
		cmocka_unit_test(command_output_stays_out_of_errors),
		cmocka_unit_test(command_is_killed_in_time),
		cmocka_unit_test(command_can_be_cancelled),
		cmocka_unit_test(command_leaves_a_daemon),
		cmocka_unit_test(command_gets_a_clean_start),
		cmocka_unit_test(keyring_without_a_bus),
		cmocka_unit_test(keyring_on_a_silent_bus),
	};
	char name[] = "/tmp/test_store.XXXXXX";
	char *clean;
	int rc;

	if (argc > 1)
		return drive(argv + 1, argc - 1);
	umask(022);
	dir = mkdtemp(name);
	if (!dir)
		return 71;
	rc = cmocka_run_group_tests(tests, NULL, NULL);
	clean = xasprintf("rm -rf '%s'", dir);
	if (system(clean) != 0)
		rc = rc ? rc : 1;
	free(clean);
	return rc;
}
