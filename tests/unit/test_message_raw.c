#include "message_kit.h"

#include <fcntl.h>

#include "base/file.h"
#include "mail/message_raw.h"

static char me[] = "alice@example.org", my_name[] = "Alice";

static int open_bytes(const char *bytes, size_t len)
{
	int fd = file_temp(NULL);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, len), len);
	lseek(fd, 0, SEEK_SET);
	return fd;
}

/* "root" is two people, all else is nobody. */
static int resolve(void *arg, const char *name, struct addr_list *out, struct err *err)
{
	(void)arg;
	if (strcmp(name, "root") != 0)
		return err_set(err, ERR_INPUT, "Nobody is called %s.", name);
	addr_list_add(out, NULL, "admin@example.org");
	addr_list_add(out, NULL, "bob@example.org");
	return 0;
}

struct outcome {
	struct message *msg;
	struct err err;
	char *bytes;
	size_t len;
};

static void read_bytes(struct outcome *o, const char *bytes, size_t len, bool header, bool dot)
{
	struct addr_list to = ADDR_LIST_INIT;
	struct message_raw_params params = { .from = { my_name, me }, .from_header = header,
					     .recipients = &to, .resolve = resolve };
	int fd = open_bytes(bytes, len);
	struct message_raw *raw;

	*o = (struct outcome){ .err = ERR_INIT };
	if (!header)
		addr_list_add(&to, NULL, "carol@example.org");
	raw = message_raw_open(fd, dot, &o->err);
	if (raw)
		o->msg = message_raw_finish(raw, &params, &o->err);
	message_raw_free(raw);
	addr_list_clear(&to);
	close(fd);
	if (o->msg)
		o->bytes = content(o->msg, &o->len);
	else
		assert_true(o->err.kind != ERR_NONE && o->err.text[0]);
}

static void read_text(struct outcome *o, const char *text, bool header)
{
	read_bytes(o, text, strlen(text), header, false);
	if (!o->msg)
		fail_msg("%s", o->err.text);
}

static void outcome_clear(struct outcome *o)
{
	message_free(o->msg);
	free(o->bytes);
}

static void has(const struct outcome *o, const char *part)
{
	if (!strstr(o->bytes, part))
		fail_msg("no \"%s\" in:\n%s", part, o->bytes);
}

static void has_not(const struct outcome *o, const char *part)
{
	if (strstr(o->bytes, part))
		fail_msg("\"%s\" in:\n%s", part, o->bytes);
}

static void adds_what_is_missing(void **state)
{
	struct outcome o;

	(void)state;
	read_text(&o, "Subject: Hi\n\nText\n", false);
	has(&o, "Subject: Hi\r\n");
	has(&o, "\r\nDate: ");
	has(&o, "\r\nFrom: \"Alice\" <alice@example.org>\r\n");
	has(&o, "\r\nTo: undisclosed-recipients:;\r\n");
	has(&o, message_id(o.msg));
	has(&o, "\r\n\r\nText\r\n");
	assert_string_equal(message_from(o.msg), me);
	assert_int_equal(message_recipients(o.msg)->count, 1);
	outcome_clear(&o);
}

static void keeps_what_is_there(void **state)
{
	static const char text[] = "From: Zoe <zoe@example.org>\r\nTo: bob@example.org\r\n"
				   "Date: Fri, 1 Nov 2024 10:00:00 +0000\r\n"
				   "Message-ID: <a@b>\r\nX: folded\r\n  line\r\n\r\n.\r\nb";
	struct outcome o;

	(void)state;
	read_text(&o, text, false);
	assert_string_equal(o.bytes, text);
	assert_string_equal(message_id(o.msg), "<a@b>");
	outcome_clear(&o);
}

static void takes_recipients_from_the_header(void **state)
{
	struct outcome o;

	(void)state;
	read_text(&o, "To: root, \"B, c\" <x@example.org>\nCc: list: y@example.org;\nbcc: "
		      "secret@example.org,\n\tbob@example.org\nSubject: s\n\nB\n", true);
	has_not(&o, "secret");
	has_not(&o, "bob@");
	has(&o, "Subject: s\r\n");
	assert_int_equal(message_recipients(o.msg)->count, 5);
	assert_string_equal(message_recipients(o.msg)->list[0].address, "admin@example.org");
	outcome_clear(&o);
	read_text(&o, "To: old@example.org\nResent-To: new@example.org\nResent-Bcc: h@example.org\n"
		      "\nB\n", true);
	has_not(&o, "h@example.org");
	assert_int_equal(message_recipients(o.msg)->count, 2);
	assert_string_equal(message_recipients(o.msg)->list[0].address, "new@example.org");
	outcome_clear(&o);
}

static void takes_what_cron_writes(void **state)
{
	struct outcome o;

	(void)state;
	read_text(&o, "From: root (Cron Daemon)\nTo: root\nSubject: Cron\n\nx\n", true);
	has(&o, "From: \"Cron Daemon\" <alice@example.org>\r\n");
	has_not(&o, "From: root");
	outcome_clear(&o);
}

static void knows_this_machine(void **state)
{
	char host[64] = "", text[400];
	struct outcome o;

	(void)state;
	gethostname(host, sizeof host - 1);
	snprintf(text, sizeof text,
		 "From: watch dog <root@%s>\nTo: root@localhost, Zed <zed@LocalHost>, "
		 "root@example.net\n\nb\n",
		 strchr(host, '.') ? "localhost" : host);
	read_text(&o, text, true);
	has(&o, "From: \"watch dog\" <alice@example.org>\r\n");
	has_not(&o, "From: watch");
	assert_int_equal(message_recipients(o.msg)->count, 4);
	assert_string_equal(message_recipients(o.msg)->list[0].address, "admin@example.org");
	assert_string_equal(message_recipients(o.msg)->list[2].address, "zed@LocalHost");
	assert_string_equal(message_recipients(o.msg)->list[3].address, "root@example.net");
	outcome_clear(&o);
	read_text(&o, "From: root@localhost.example.org\nTo: a@example.org\n\nb\n", true);
	has(&o, "From: root@localhost.example.org\r\n");
	outcome_clear(&o);
}

static void reads_the_subject(void **state)
{
	static const struct {
		const char *header, *want;
	} cases[] = {
		{ "Subject: plain\n", "plain" },
		{ "Subject: over\n two lines\n", "over two lines" },
		{ "Subject: =?UTF-8?Q?gr=C3=B6=C3=9Fer?= =?utf-8?b?IMOp?=\n", "größer é" },
		{ "Subject: =?ISO-8859-1?Q?caf=E9=1B[0m?=\n", "café\\x1b[0m" },
		{ "Subject: raw \xff\n", "raw \\xff" },
		{ "Subject: =?broken\n", "=?broken" },
		{ "Subject:\n", NULL },
		{ "X-A: b\n", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char text[300];
		struct outcome o;

		snprintf(text, sizeof text, "To: a@example.org\n%s\nb\n", cases[i].header);
		read_text(&o, text, true);
		if (cases[i].want)
			assert_string_equal(message_subject(o.msg), cases[i].want);
		else
			assert_null(message_subject(o.msg));
		outcome_clear(&o);
	}
}

static void tolerates_odd_begins(void **state)
{
	struct outcome o;

	(void)state;
	read_text(&o, "From alice Fri Nov  1 10:00:00 2024\nSubject: s\n\nb\n", false);
	has_not(&o, "From alice");
	has(&o, "Subject: s\r\n");
	outcome_clear(&o);
	read_text(&o, "just text, no header\n", false);
	has(&o, "\r\n\r\njust text, no header\r\n");
	outcome_clear(&o);
	read_text(&o, "Subject: s\nno colon here\n", false);
	has(&o, "\r\n\r\nno colon here\r\n");
	outcome_clear(&o);
	read_text(&o, "", false);
	has(&o, "\r\n\r\n");
	outcome_clear(&o);
}

static void ends_at_a_dot_when_asked(void **state)
{
	static const char text[] = "Subject: s\n\na\n.b\n.\nc\n";
	struct outcome o;

	(void)state;
	read_bytes(&o, text, strlen(text), false, true);
	has(&o, "\r\n\r\na\r\n.b\r\n");
	has_not(&o, "c\r\n");
	outcome_clear(&o);
	read_text(&o, text, false);
	has(&o, "\r\n.\r\nc\r\n");
	outcome_clear(&o);
}

static void refused(const char *bytes, size_t len, bool header, const char *words)
{
	struct outcome o;

	read_bytes(&o, bytes, len, header, false);
	assert_null(o.msg);
	assert_int_equal(o.err.kind, ERR_INPUT);
	if (!strstr(o.err.text, words))
		fail_msg("\"%s\" lacks \"%s\"", o.err.text, words);
}

static void refuses_what_is_hostile(void **state)
{
	struct buf large = BUF_INIT(2 << 20);
	struct outcome o;

	(void)state;
	refused("Subject: a\0b\n\nx", 15, false, "NUL");
	refused("To: \n\nx", 7, true, "no recipient");
	refused("To: nobody\n\nx", 13, true, "nobody");
	refused("To: a@b@c\n\nx", 12, true, "");
	refused("To: a\rb: c@example.org\n\nx", 24, true, "line break");
	refused("To: \"open <a@example.org>\n\nx", 28, true, "");
	buf_adds(&large, "Subject: ");
	while (large.len <= MESSAGE_RAW_HEAD)
		buf_addc(&large, 'x');
	refused(large.data, large.len, false, "1 MiB");
	buf_clear(&large);
	while (large.len <= MESSAGE_RAW_HEAD)
		buf_adds(&large, "A: b\n");
	refused(large.data, large.len, false, "1 MiB");
	/* A body that is one long line is none of a header. */
	buf_clear(&large);
	buf_adds(&large, "some words ");
	while (large.len < 300000)
		buf_addc(&large, '\n');
	read_bytes(&o, large.data, large.len, false, true);
	assert_non_null(o.msg);
	assert_true(o.len > 599000);
	outcome_clear(&o);
	buf_free(&large);
}

static void lets_no_header_be_smuggled(void **state)
{
	struct outcome o;

	(void)state;
	read_text(&o, "Subject: a\rBcc: x@example.org\nMessage-ID: <a b\x1b>\n\nx\ry", false);
	has(&o, "Subject: a Bcc: x@example.org\r\n");
	has(&o, "x\r\ny");
	has_not(&o, "\x1b");
	outcome_clear(&o);
}

/* Any bytes: lines end in CRLF, no other CR or LF, no Bcc in the header. */
static void any_bytes(void **state)
{
	static const char *const parts[] = { "\n", "\r", "\r\n", "Bcc: a@example.org", " ", "From ",
					     "From: ", "<", ">", "x", ":", "\n\n", ".", "To: root",
					     "\"", "(", ",", "\xff", "Date:", "Message-ID: <" };

	(void)state;
	for (int round = 0; round < 3000; round++) {
		struct buf text = BUF_INIT(4096);
		struct outcome o;

		for (unsigned n = rnd(30); n > 0; n--)
			buf_adds(&text, parts[rnd(sizeof parts / sizeof *parts)]);
		read_bytes(&o, buf_text(&text), text.len, rnd(2), rnd(2));
		for (size_t i = 0; i < o.len; i++) {
			if (o.bytes[i] == '\n')
				assert_true(i > 0 && o.bytes[i - 1] == '\r');
			if (o.bytes[i] == '\r')
				assert_true(o.bytes[i + 1] == '\n');
		}
		if (o.msg) {
			*strstr(o.bytes, "\r\n\r\n") = '\0';
			assert_null(strstr(o.bytes, "\nBcc:"));
			assert_true(message_id(o.msg)[0] == '<');
		}
		outcome_clear(&o);
		buf_free(&text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(adds_what_is_missing),
		cmocka_unit_test(keeps_what_is_there),
		cmocka_unit_test(takes_recipients_from_the_header),
		cmocka_unit_test(takes_what_cron_writes),
		cmocka_unit_test(reads_the_subject),
		cmocka_unit_test(knows_this_machine),
		cmocka_unit_test(tolerates_odd_begins),
		cmocka_unit_test(ends_at_a_dot_when_asked),
		cmocka_unit_test(refuses_what_is_hostile),
		cmocka_unit_test(lets_no_header_be_smuggled),
		cmocka_unit_test(any_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
