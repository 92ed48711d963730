/* A message of the outbox becomes a draft again, and one that would lose something does not. */
#include "outbox_kit.h"

#include <sys/stat.h>

#include "base/buf.h"
#include "base/file.h"
#include "mail/account.h"
#include "mail/message_raw.h"
#include "task/outbox_edit.h"
#include "task/outbox_hand.h"

#define ACCOUNT "[account work]\naddress = alice@example.org\nhost = mail.example.org\n"
#define PDF     "%PDF-1.4\n\0binary\r\n\xff"

static struct accounts *all;
static char files[80];

static int begin(void **state)
{
	struct err err = ERR_INIT;
	char path[80];

	set_up(state);
	snprintf(files, sizeof files, "%s/files", folder);
	snprintf(path, sizeof path, "%s/accounts.ini", folder);
	assert_int_equal(file_replace(path, ACCOUNT, strlen(ACCOUNT), 0600, &err), 0);
	all = accounts_open(false, &err);
	assert_non_null(all);
	return 0;
}

static int end(void **state)
{
	accounts_close(all);
	return tear_down(state);
}

static int64_t put(struct outbox *box, struct message *msg, const struct smtp_wishes *wishes)
{
	struct outbox_entry entry = { .account = "work", .msg = msg, .wishes = wishes };
	struct err err = ERR_INIT;
	int64_t id;

	assert_int_equal(outbox_add(box, &entry, NULL, &id, &err), 0);
	message_free(msg);
	return id;
}

static void write_file(char *path, size_t size, const char *name)
{
	struct err err = ERR_INIT;

	snprintf(path, size, "%s/%s", folder, name);
	assert_int_equal(file_replace(path, PDF, sizeof PDF - 1, 0600, &err), 0);
}

static void same_bytes(const char *path)
{
	struct buf got = BUF_INIT(1000);
	struct err err = ERR_INIT;

	assert_int_equal(file_read(path, &got, &err), 0);
	assert_int_equal(got.len, sizeof PDF - 1);
	assert_memory_equal(got.data, PDF, got.len);
	buf_free(&got);
}

static struct message *build_full(const char *path)
{
	const struct message_file attached[] = { { .path = path }, { .path = path } };
	struct message_draft draft = { .subject = "Gr\xc3\xbc\xc3\x9f" "e, all",
				       .text = "H\xc3\xa9llo\n\nFrom here on\n.\n",
				       .files = attached,
				       .file_count = 2 };
	struct err err = ERR_INIT;
	struct message *msg;

	draft.text_len = strlen(draft.text);
	draft.from.address = (char *)"alice@example.org";
	assert_int_equal(message_parse_addresses("Zo\xc3\xab \"Z\" <zoe@example.org>, "
						 "\"Doe, J.\" <jd@example.org>, "
						 "u@b\xc3\xbc" "cher.example",
						 &draft.to, &err), 0);
	assert_int_equal(message_parse_addresses("cc@example.org", &draft.cc, &err), 0);
	assert_int_equal(message_parse_addresses("hidden@example.org", &draft.bcc, &err), 0);
	msg = message_build(&draft, &err);
	assert_string_equal(err.text, "");
	addr_list_clear(&draft.to);
	addr_list_clear(&draft.cc);
	addr_list_clear(&draft.bcc);
	return msg;
}

static void all_of_it_comes_back(void **state)
{
	struct outbox *box = open_box();
	struct outbox_edit edit;
	struct err err = ERR_INIT;
	struct addr_list to = ADDR_LIST_INIT;
	char path[100];
	int64_t id;

	(void)state;
	write_file(path, sizeof path, "a plan\xc3\xa4.pdf");
	id = put(box, build_full(path), NULL);
	assert_int_equal(outbox_edit_begin(box, id, all, files, &edit, &err), 0);
	assert_string_equal(err.text, "");
	assert_string_equal(edit.draft.account, "work");
	assert_string_equal(edit.draft.subject, "Gr\xc3\xbc\xc3\x9f" "e, all");
	assert_string_equal(edit.draft.text, "H\xc3\xa9llo\n\nFrom here on\n.\n");
	assert_string_equal(edit.draft.cc, "cc@example.org");
	assert_string_equal(edit.draft.bcc, "hidden@example.org");
	assert_int_equal(message_parse_addresses(edit.draft.to, &to, &err), 0);
	assert_int_equal(to.count, 3);
	assert_string_equal(to.list[1].name, "Doe, J.");
	assert_string_equal(to.list[1].address, "jd@example.org");
	addr_list_clear(&to);
	assert_int_equal(edit.draft.file_count, 2);
	assert_string_not_equal(edit.draft.files[0], edit.draft.files[1]);
	assert_string_equal(strrchr(edit.draft.files[1], '/'), "/a plan\xc3\xa4.pdf");
	same_bytes(edit.draft.files[0]);
	same_bytes(edit.draft.files[1]);
	/* It is held meanwhile, and what it was after. */
	assert_int_equal(number("SELECT state FROM message"), OUTBOX_HELD);
	assert_int_equal(edit.draft.replaces, id);
	assert_true(edit.draft.waited);
	assert_int_equal(outbox_edit_cancel(&edit.draft, &err), 0);
	assert_int_equal(number("SELECT state FROM message"), OUTBOX_READY);
	assert_int_equal(outbox_edit_done(&edit.draft, &err), 0);
	assert_int_equal(number("SELECT state FROM message"), OUTBOX_REMOVED);
	draft_clear(&edit.draft);
	outbox_close(box);
}

#define LONG_ "word word word word word word word word word word word word word word word word word"

/* Each with a paragraph longer than a line, and with what is hidden in the text on the way. */
static const char *const prose[] = {
	LONG_ "\n",
	LONG_ "\n\n" LONG_ ".  " LONG_ "\n",
	"Hello,\n\n" LONG_ "\nFrom here on " LONG_ "\n-- \nAlice\n",
	LONG_ " " LONG_ " where a > b, and From " LONG_,
};

static struct message *build_prose(const char *text, const char *file)
{
	const struct message_file attached = { .path = file };
	struct message_draft draft = { .subject = "prose", .text = text, .flows = true };
	struct err err = ERR_INIT;
	struct message *msg;

	draft.text_len = strlen(text);
	draft.files = &attached;
	draft.file_count = file != NULL;
	draft.from.address = (char *)"alice@example.org";
	assert_int_equal(message_parse_addresses("bob@example.org", &draft.to, &err), 0);
	msg = message_build(&draft, &err);
	assert_non_null(msg);
	addr_list_clear(&draft.to);
	return msg;
}

static char *wire_of(const struct message *msg)
{
	size_t len = (size_t)message_size(msg);
	char *bytes = xcalloc(1, len + 1);

	assert_int_equal(pread(message_fd(msg), bytes, len, 0), len);
	return bytes;
}

/* The text as it was typed comes back, and goes out as it did: by both writers. */
static void prose_is_as_it_was_typed(void **state)
{
	struct outbox *box = open_box();
	char path[100];

	(void)state;
	write_file(path, sizeof path, "plan.pdf");
	for (size_t i = 0; i < 2 * sizeof prose / sizeof *prose; i++) {
		const char *text = prose[i / 2], *file = i % 2 ? path : NULL;
		struct message *msg = build_prose(text, file), *again;
		char *before = wire_of(msg), *after, *body;
		struct err err = ERR_INIT;
		struct outbox_edit edit;
		size_t len = strlen(text);
		char own[100];

		snprintf(own, sizeof own, "%s/%zu", files, i);
		assert_non_null(strstr(before, "format=flowed"));
		assert_int_equal(outbox_edit_begin(box, put(box, msg, NULL), all, own, &edit, &err), 0);
		assert_string_equal(err.text, "");
		assert_memory_equal(edit.draft.text, text, len);
		assert_true(edit.draft.text[len] == '\0' || strcmp(edit.draft.text + len, "\n") == 0);
		again = build_prose(edit.draft.text, NULL);
		after = wire_of(again);
		body = strstr(after, "\r\n\r\n") + 4;
		assert_non_null(strstr(after, "format=flowed"));
		assert_non_null(strstr(before, body));
		message_free(again);
		draft_clear(&edit.draft);
		free(before);
		free(after);
	}
	outbox_close(box);
}

static void who_has_it_is_left_out(void **state)
{
	struct outbox *box = open_box();
	struct outbox_edit edit;
	struct err err = ERR_INIT;
	struct outbox_job job;

	(void)state;
	add(box, "bob@example.org, eve@example.org", 10, NULL, NULL, 0);
	assert_int_equal(take(box, &free_policy, &job), 1);
	record(box, &free_policy, &job, "AD", NULL);
	assert_int_equal(outbox_edit_begin(box, 1, all, files, &edit, &err), 0);
	assert_string_equal(edit.draft.to, "eve@example.org");
	assert_int_equal(edit.left_out, 1);
	draft_clear(&edit.draft);
	outbox_close(box);
}

struct raw {
	const char *mail, *why; /* why NULL: it can be edited */
};

#define HEAD "From: Alice <alice@example.org>\nTo: bob@example.org\nSubject: x\n"

static const struct raw raws[] = {
	{ HEAD "\nhello\n", NULL },
	{ HEAD "User-Agent: mail\nMIME-Version: 1.0\n\nhello\n", NULL },
	{ HEAD "Reply-To: eve@example.org\n\nhello\n", "Reply-To" },
	{ HEAD "In-Reply-To: <1@example.org>\n\nhello\n", "In-Reply-To" },
	{ HEAD "Content-Type: text/html\n\n<p>hello\n", "other than a text" },
	{ HEAD "Content-Type: text/plain; charset=iso-8859-1\n\nh\xe9\n", "character set" },
	{ HEAD "\nh\xe9\n", "not UTF-8" },
	{ HEAD "Content-Type: text/plain; format=flowed\n\nhello \nyou\n", NULL },
	{ HEAD "Content-Type: text/plain; format=flowed\n\n> hello\n", "laid out" },
	{ HEAD "Content-Type: text/plain; format=flowed; delsp=yes\n\nhello\n", "laid out" },
	{ HEAD "Content-Type: text/plain; format=columns\n\nhello\n", "laid out" },
	{ HEAD "Content-Type: multipart/signed; boundary=b\n\n--b\n\nhello\n--b\n"
	       "Content-Type: application/pgp-signature\n\nx\n--b--\n", "signed" },
	{ HEAD "Content-Type: multipart/alternative; boundary=b\n\n--b\n\nhello\n--b\n"
	       "Content-Type: text/html\n\nx\n--b--\n", "more than one form" },
	{ HEAD "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nhello\n--b\n"
	       "Content-Type: message/rfc822\n\nSubject: y\n\nx\n--b--\n", "another message" },
	{ HEAD "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nhello\n--b\n"
	       "Content-Type: image/png\nContent-ID: <a>\n\nx\n--b--\n", "Content-ID" },
	{ "From: eve@example.net\nTo: bob@example.org\n\nhello\n", "another address" },
	{ "From: alice@example.org\nTo: other@example.org\n\nhello\n", "not those that it names" },
	{ "From: alice@example.org\nTo: friends: bob@example.org;\n\nhello\n", "group" },
};

static struct message *read_raw(const char *text)
{
	struct addr_list to = ADDR_LIST_INIT;
	struct message_raw_params params = {
		.from = { .name = NULL, .address = (char *)"alice@example.org" },
		.recipients = &to,
	};
	struct err err = ERR_INIT;
	struct message_raw *raw;
	struct message *msg;
	int fd = file_temp(&err);

	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	lseek(fd, 0, SEEK_SET);
	addr_list_add(&to, NULL, "bob@example.org");
	raw = message_raw_open(fd, false, &err);
	assert_non_null(raw);
	msg = message_raw_finish(raw, &params, &err);
	assert_string_equal(err.text, "");
	assert_non_null(msg);
	message_raw_free(raw);
	addr_list_clear(&to);
	close(fd);
	return msg;
}

static void what_would_be_lost_is_told(void **state)
{
	struct outbox *box = open_box();

	(void)state;
	for (size_t i = 0; i < sizeof raws / sizeof *raws; i++) {
		int64_t id = put(box, read_raw(raws[i].mail), NULL);
		struct outbox_edit edit;
		struct err err = ERR_INIT;
		int rc = outbox_edit_begin(box, id, all, files, &edit, &err);
		char sql[80];

		if (rc != (raws[i].why ? -1 : 0) || (raws[i].why && !strstr(err.text, raws[i].why)))
			fail_msg("%s\n-> %d %s", raws[i].mail, rc, err.text);
		snprintf(sql, sizeof sql, "SELECT state FROM message WHERE id = %d", (int)id);
		assert_int_equal(number(sql), raws[i].why ? OUTBOX_READY : OUTBOX_HELD);
		draft_clear(&edit.draft);
	}
	outbox_close(box);
}

static void not_in_every_state(void **state)
{
	static const bool can[OUTBOX_STATES] = {
		[OUTBOX_READY] = true, [OUTBOX_FAILED] = true, [OUTBOX_HELD] = true
	};
	const struct smtp_wishes wishes = { .require_tls = true };
	struct outbox *box = open_box();
	struct err err = ERR_INIT;
	struct outbox_edit edit;

	(void)state;
	put(box, read_raw(raws[0].mail), NULL);
	for (int s = 0; s < OUTBOX_STATES; s++) {
		char sql[80];

		snprintf(sql, sizeof sql, "UPDATE message SET state = %d", s);
		execute(sql);
		assert_int_equal(outbox_edit_begin(box, 1, all, files, &edit, &err),
				 can[s] ? 0 : -1);
		assert_int_equal(edit.draft.waited, s == OUTBOX_READY);
		draft_clear(&edit.draft);
	}
	put(box, read_raw(raws[0].mail), &wishes);
	assert_int_equal(outbox_edit_begin(box, 2, all, files, &edit, &err), -1);
	assert_non_null(strstr(err.text, "encryption"));
	draft_clear(&edit.draft);
	outbox_close(box);
}

/* The draft remembers what it replaces, and takes its files along when it goes. */
static void a_draft_remembers(void **state)
{
	struct draft_file *file = drafts_begin(NULL);
	struct draft draft = { .text = (char *)"x", .replaces = 12, .waited = true }, back = { 0 };
	struct err err = ERR_INIT;
	char *path = xasprintf("%s/1/a", drafts_files_path(file)), *own;
	struct stat st;

	(void)state;
	own = xstrdup(drafts_files_path(file));
	*strrchr(path, '/') = '\0';
	assert_int_equal(file_mkdirs(path, 0700, &err), 0);
	assert_int_equal(drafts_save(file, &draft, &err), 0);
	drafts_leave(file);
	file = drafts_take(&back);
	assert_non_null(file);
	assert_int_equal(back.replaces, 12);
	assert_true(back.waited);
	draft_clear(&back);
	assert_int_equal(stat(own, &st), 0);
	drafts_remove(file);
	assert_int_equal(stat(own, &st), -1);
	drafts_leave(file);
	free(own);
	free(path);
}

#define OWN(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		OWN(all_of_it_comes_back), OWN(prose_is_as_it_was_typed), OWN(who_has_it_is_left_out),
		OWN(what_would_be_lost_is_told), OWN(not_in_every_state), OWN(a_draft_remembers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
