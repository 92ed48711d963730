/* Starting, stopping and crowding the sandbox, and what it keeps. */
#include "sandbox_client.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/file.h"

#define CROWD  100
#define PLACES 64

static void send_mail(struct client *c, const char *text)
{
	client_ask(c, "MAIL FROM:<a@example.org>\r\n", "250 2.1.0");
	client_ask(c, "RCPT TO:<b@example.org>\r\n", "250 2.1.5");
	client_ask(c, "RCPT TO:<c@example.org>\r\n", "250 2.1.5");
	client_ask(c, "DATA\r\n", "354 ");
	client_say(c, text);
	client_ask(c, ".\r\n", "250 2.0.0 Ok: caught as");
}

static void crowd(void **state)
{
	struct sandbox *sb = sandbox_open(NULL);
	struct client *clients[CROWD];
	long long limit = clock_after(CLIENT_MS);
	bool again = false;

	(void)state;
	for (int i = 0; i < CROWD; i++)
		clients[i] = client_open(sandbox_port(sb));
	for (int i = 0; i < CROWD; i++)
		client_expect(clients[i], i < PLACES ? "220 " : "421 4.7.0");
	client_ask(clients[PLACES - 1], "EHLO me\r\n", "250 ");
	for (int i = 0; i < CROWD; i++)
		client_close(clients[i]);
	/* The places are free again as soon as the sandbox has seen it. */
	while (!again && clock_left(limit) > 0) {
		struct client *c = client_open(sandbox_port(sb));

		again = strncmp(client_reply(c), "220 ", 4) == 0;
		client_close(c);
	}
	assert_true(again);
	sandbox_stop(sb);
}

static void stop_while_connected(void **state)
{
	struct sandbox_params params = { .tls_port = 0 };
	struct sandbox *sb = sandbox_open(&params);
	struct client *idle = client_ready(sb), *sending = client_at_data(sb);
	struct client *silent = client_open(sandbox_tls_port(sb));
	struct client *deaf = client_ready(sb);
	struct client *tls = client_open(sandbox_tls_port(sb));
	long long begin;

	(void)state;
	assert_int_equal(client_tls(tls, sandbox_cert_file(sb), "localhost"), 0);
	client_expect(tls, "220 ");
	client_say(sending, "Subject: half\r\n");
	/* Answers that nobody takes: its thread waits until it can write. */
	for (int i = 0; i < 9000; i++)
		if (send(deaf->fd, "HELP\r\n", 6, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
			break;
	begin = clock_ms();
	sandbox_stop(sb);
	assert_in_range(clock_ms() - begin, 0, 2000);
	client_expect(idle, "421 4.3.2");
	client_expect(idle, "");
	client_expect(sending, "421 4.3.2");
	client_expect(tls, "421 4.3.2");
	assert_int_equal(client_byte(silent), -1);
	client_close(idle);
	client_close(sending);
	client_close(silent);
	client_close(deaf);
	client_close(tls);
}

static void two_at_once(void **state)
{
	struct sandbox *one = sandbox_open(NULL), *two = sandbox_open(NULL);
	struct client *c = client_ready(one);

	(void)state;
	assert_int_not_equal(sandbox_port(one), sandbox_port(two));
	assert_string_not_equal(sandbox_cert_file(one), sandbox_cert_file(two));
	assert_int_equal(sandbox_tls_port(one), -1);
	send_mail(c, "x\r\n");
	assert_int_equal(sandbox_count(one), 1);
	assert_int_equal(sandbox_count(two), 0);
	sandbox_stop(one);
	client_close(c);
	client_close(client_ready(two));
	sandbox_stop(two);
	sandbox_stop(NULL);
}

static void refuses_to_start(const struct sandbox_params *params, enum err_kind kind,
			     const char *text)
{
	struct err err = ERR_INIT;

	assert_null(sandbox_start(params, &err));
	assert_int_equal(err.kind, kind);
	assert_non_null(strstr(err.text, text));
}

static void cannot_start(void **state)
{
	struct sandbox *sb = sandbox_open(NULL);
	int taken = sandbox_port(sb);

	(void)state;
	refuses_to_start(&(struct sandbox_params){ .port = taken }, ERR_SYSTEM, "in use");
	refuses_to_start(&(struct sandbox_params){ .tls_port = taken }, ERR_SYSTEM, "in use");
	refuses_to_start(&(struct sandbox_params){ .port = 70000 }, ERR_USAGE, "port");
	refuses_to_start(&(struct sandbox_params){ .port = 1025, .tls_port = 1025 }, ERR_USAGE,
			 "different");
	refuses_to_start(&(struct sandbox_params){ .cert_file = "/no/such/folder/cert.pem" },
			 ERR_SYSTEM, "/no/such/folder/cert.pem");
	sandbox_stop(sb);
	/* Free at once, although its connections have just ended. */
	sb = sandbox_open(&(struct sandbox_params){ .port = taken, .tls_port = -1 });
	assert_int_equal(sandbox_port(sb), taken);
	sandbox_stop(sb);
}

/* 127.0.0.2 is this machine too, and stands for its other addresses. */
static void loopback_only(void **state)
{
	struct sandbox *sb = sandbox_open(NULL);

	(void)state;
	assert_int_equal(client_dial("127.0.0.2", sandbox_port(sb)), -1);
	assert_int_equal(errno, ECONNREFUSED);
	sandbox_stop(sb);
}

static void cert_files(void **state)
{
	char path[] = "/tmp/outpost-test-XXXXXX.pem", *name;
	int fd = mkstemps(path, 4);
	struct sandbox_params params = { .tls_port = -1, .cert_file = path };
	struct sandbox *sb;

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	sb = sandbox_open(&params);
	assert_string_equal(sandbox_cert_file(sb), path);
	sandbox_stop(sb);
	assert_true(file_exists(path));
	unlink(path);

	sb = sandbox_open(NULL);
	name = strdup(sandbox_cert_file(sb));
	assert_true(file_exists(name));
	sandbox_stop(sb);
	assert_false(file_exists(name));
	free(name);
}

struct seen {
	struct sandbox *sb;
	size_t calls, first, last, kept;
};

static void see_kept(void *arg, const struct sandbox_mail *mail)
{
	struct seen *seen = arg;

	if (seen->kept++ == 0)
		seen->first = mail->number;
	seen->last = mail->number;
}

/* The mail is lent for the call, even when it is forgotten meanwhile. */
static void see_caught(void *arg, const struct sandbox_mail *mail)
{
	struct seen *seen = arg;

	assert_int_equal(mail->number, ++seen->calls);
	if (mail->number == 5)
		sandbox_clear(seen->sb);
	assert_int_equal(mail->to_count, 2);
	assert_string_equal(mail->to[1], "c@example.org");
	assert_string_equal(mail->data, "text\r\n");
}

static void memory(void **state)
{
	struct seen seen = { .calls = 0 };
	struct sandbox_params params = {
		.tls_port = -1, .max_kept = 3, .caught = see_caught, .arg = &seen
	};
	struct client *c;

	(void)state;
	seen.sb = sandbox_open(&params);
	c = client_ready(seen.sb);
	for (int i = 0; i < 4; i++)
		send_mail(c, "text\r\n");
	sandbox_each(seen.sb, see_kept, &seen);
	assert_int_equal(seen.kept, 3);
	assert_int_equal(seen.first, 2);
	assert_int_equal(seen.last, 4);
	send_mail(c, "text\r\n");
	seen.kept = 0;
	sandbox_each(seen.sb, see_kept, &seen);
	assert_int_equal(seen.kept, 0);
	assert_int_equal(sandbox_count(seen.sb), 5);
	send_mail(c, "text\r\n");
	sandbox_each(seen.sb, see_kept, &seen);
	assert_int_equal(seen.kept, 1);
	assert_int_equal(seen.first, 6);
	client_close(c);
	sandbox_stop(seen.sb);
}

/* The one file in the folder; it is read and removed. */
static void take_file(const char *folder, struct buf *out)
{
	struct err err = ERR_INIT;
	DIR *dir = opendir(folder);
	struct dirent *entry;
	int files = 0;

	assert_non_null(dir);
	while ((entry = readdir(dir)) != NULL) {
		char path[600];

		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
		assert_int_equal(file_read(path, out, &err), 0);
		unlink(path);
		files++;
	}
	closedir(dir);
	assert_int_equal(files, 1);
}

static void remove_maildir(const char *dir)
{
	static const char *const parts[] = { "/new", "/cur", "/tmp", "" };
	char path[600];

	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		snprintf(path, sizeof path, "%s%s", dir, parts[i]);
		assert_int_equal(rmdir(path), 0);
	}
}

static void maildir(void **state)
{
	char dir[] = "/tmp/outpost-maildir-XXXXXX", folder[64];
	struct sandbox_params params = { .tls_port = -1, .maildir = dir };
	struct buf text = BUF_INIT(1000);
	struct sandbox *sb;
	struct client *c;

	(void)state;
	assert_non_null(mkdtemp(dir));
	sb = sandbox_open(&params);
	c = client_ready(sb);
	send_mail(c, "Subject: hi\r\n\r\none\r\n..two\r\na\rb\nc\r\n");
	snprintf(folder, sizeof folder, "%s/new", dir);
	take_file(folder, &text);
	assert_string_equal(buf_text(&text), "Return-Path: <a@example.org>\n"
					     "X-Envelope-To: <b@example.org>\n"
					     "X-Envelope-To: <c@example.org>\n"
					     "Subject: hi\n\none\n.two\na\rb\nc\n");
	remove_maildir(dir);
	client_close(c);
	sandbox_stop(sb);
	buf_free(&text);
}

/* A message that cannot be kept is not accepted. */
/* A folder that goes bad: a file takes its place. */
static int spoil(const char *dir)
{
	static const char *const parts[] = { "tmp", "new", "cur" };
	char path[64];

	for (size_t i = 0; i < 3; i++) {
		snprintf(path, sizeof path, "%s/%s", dir, parts[i]);
		assert_int_equal(rmdir(path), 0);
	}
	assert_int_equal(rmdir(dir), 0);
	return open(dir, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
}

static void maildir_fails(void **state)
{
	char dir[] = "/tmp/outpost-no-maildir-XXXXXX";
	struct sandbox_params params = { .tls_port = -1, .maildir = mkdtemp(dir) };
	struct sandbox *sb = sandbox_open(&params);
	struct client *c = client_at_data(sb);
	struct err err = ERR_INIT;
	int fd = spoil(dir);

	(void)state;
	assert_true(fd >= 0);
	client_ask(c, "x\r\n.\r\n", "451 4.3.0 Cannot");
	assert_int_equal(sandbox_count(sb), 0);
	client_ask(c, "NOOP\r\n", "250 2.0.0");
	client_close(c);
	sandbox_stop(sb);
	assert_null(sandbox_start(&params, &err));
	assert_int_equal(err.kind, ERR_SYSTEM);
	assert_non_null(strstr(err.text, dir));
	close(fd);
	unlink(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(crowd),         cmocka_unit_test(stop_while_connected),
		cmocka_unit_test(two_at_once),   cmocka_unit_test(cannot_start),
		cmocka_unit_test(loopback_only), cmocka_unit_test(cert_files),
		cmocka_unit_test(memory),        cmocka_unit_test(maildir),
		cmocka_unit_test(maildir_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
