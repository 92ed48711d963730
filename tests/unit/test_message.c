/*
 * Without an argument: the tests. "test_message write DIR" writes messages and
 * what must be found in them, for tests/real/message.test: N.eml beside N.want,
 * lines of "field hex-bytes".
 */
#include "message_kit.h"

#include <gmime/gmime.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/file.h"

/* ---- building ---- */

/* Builds, checks the wire form; free with free(). */
static char *build_text(const struct message_draft *d)
{
	struct err err = ERR_INIT;
	struct message *msg = message_build(d, &err);
	size_t len;
	char *bytes;

	if (!msg)
		fail_msg("%s", err.text);
	bytes = content(msg, &len);
	check_wire(bytes, len);
	message_free(msg);
	return bytes;
}

static void refused(const struct message_draft *d, enum err_kind kind, const char *words)
{
	struct err err = ERR_INIT;

	assert_null(message_build(d, &err));
	if (err.kind != kind || !strstr(err.text, words))
		fail_msg("\"%s\" lacks \"%s\" (kind %d)", err.text, words, err.kind);
	assert_int_equal(err.text[strlen(err.text) - 1], '.');
	assert_null(message_build(d, NULL));
}

static GMimeMessage *parse(const char *bytes)
{
	GMimeStream *stream = g_mime_stream_mem_new_with_buffer(bytes, strlen(bytes));
	GMimeParser *parser = g_mime_parser_new_with_stream(stream);
	GMimeMessage *mime = g_mime_parser_construct_message(parser, NULL);

	g_object_unref(parser);
	g_object_unref(stream);
	assert_non_null(mime);
	return mime;
}

/* Decoded bytes of a part, CRLF as LF; free with free(). */
static char *decoded(GMimeObject *part, size_t *len)
{
	GMimeStream *stream = g_mime_stream_mem_new();
	GByteArray *array = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream));
	char *out;
	size_t n = 0;

	assert_true(GMIME_IS_PART(part));
	g_mime_data_wrapper_write_to_stream(g_mime_part_get_content(GMIME_PART(part)), stream);
	out = xmalloc(array->len + 1);
	for (size_t i = 0; i < array->len; i++)
		if (array->data[i] != '\r' || i + 1 == array->len || array->data[i + 1] != '\n')
			out[n++] = (char)array->data[i];
	out[n] = '\0';
	*len = n;
	g_object_unref(stream);
	return out;
}

static void check_text(const char *bytes, const char *want, size_t want_len)
{
	GMimeMessage *mime = parse(bytes);
	GMimeObject *part = g_mime_message_get_mime_part(mime);
	size_t len;
	char *got;

	if (GMIME_IS_MULTIPART(part))
		part = g_mime_multipart_get_part(GMIME_MULTIPART(part), 0);
	got = decoded(part, &len);
	assert_int_equal(len, want_len);
	assert_memory_equal(got, want, len);
	free(got);
	g_object_unref(mime);
}

/* ---- headers ---- */

static void headers_are_there(void **state)
{
	struct message_draft d = draft_new("hi\n");
	struct err err = ERR_INIT;
	struct message *msg, *second;
	size_t len;
	char *bytes, host[256] = "";

	(void)state;
	d.from.name = (char *)(uintptr_t)"Zoë";
	addr_list_add(&d.cc, "Carol", "carol@example.com");
	addr_list_add(&d.bcc, NULL, "dave@secret.example");
	d.reply_to = "Team <team@example.org>, zoe@example.org";
	d.date = 1700000000;
	setenv("TZ", "UTC-3", 1);
	msg = message_build(&d, &err);
	second = message_build(&d, &err);
	assert_non_null(msg);
	bytes = content(msg, &len);
	check_wire(bytes, len);
	assert_non_null(strstr(bytes, "From: =?UTF-8?Q?Zo=C3=AB?= <zoe@example.org>\r\n"));
	assert_non_null(strstr(bytes, "To: bob@example.com\r\n"));
	assert_non_null(strstr(bytes, "Cc: Carol <carol@example.com>\r\n"));
	assert_non_null(strstr(bytes, "Reply-To: Team <team@example.org>, zoe@example.org\r\n"));
	assert_non_null(strstr(bytes, "Subject: Greetings\r\n"));
	assert_non_null(strstr(bytes, "Date: Wed, 15 Nov 2023 01:13:20 +0300\r\n"));
	assert_non_null(strstr(bytes, "MIME-Version: 1.0\r\n"));
	assert_non_null(strstr(bytes, "Content-Type: text/plain; charset=utf-8\r\n"));
	assert_non_null(strstr(bytes, message_id(msg)));
	assert_non_null(strstr(message_id(msg), "@example.org>"));
	assert_string_not_equal(message_id(msg), message_id(second));
	assert_null(strstr(bytes, "secret.example"));
	gethostname(host, sizeof host - 1);
	if (strlen(host) > 3)
		assert_null(strstr(bytes, host));
	assert_false(text_has_nocase(bytes, "user-agent"));
	assert_string_equal(message_from(msg), "zoe@example.org");
	assert_int_equal(message_recipients(msg)->count, 3);
	assert_string_equal(message_recipients(msg)->list[2].address, "dave@secret.example");
	free(bytes);
	message_free(msg);
	message_free(second);
	draft_clear(&d);
}

static void doubles_are_left_out(void **state)
{
	struct message_draft d = draft_new("hi\n");
	struct message *msg;

	(void)state;
	addr_list_add(&d.cc, "Bob", "bob@EXAMPLE.com");
	addr_list_add(&d.cc, "Eve", "eve@bücher.example");
	addr_list_add(&d.bcc, "Eve", "eve@xn--bcher-kva.example");
	msg = message_build(&d, NULL);
	assert_non_null(msg);
	assert_int_equal(message_recipients(msg)->count, 2);
	assert_string_equal(message_recipients(msg)->list[1].address, "eve@xn--bcher-kva.example");
	message_free(msg);
	draft_clear(&d);
}

static void bcc_alone_says_undisclosed(void **state)
{
	struct message_draft d = draft_new("hi\n");
	char *bytes;

	(void)state;
	addr_list_clear(&d.to);
	addr_list_add(&d.bcc, NULL, "dave@secret.example");
	bytes = build_text(&d);
	assert_non_null(strstr(bytes, "To: undisclosed-recipients: ;\r\n"));
	assert_null(strstr(bytes, "secret"));
	free(bytes);
	draft_clear(&d);
}

/* UTF-8 before the @ cannot be spelt otherwise (RFC 6532); behind it can. */
static void international_addresses(void **state)
{
	struct message_draft d = draft_new("hi\n");
	struct message *msg;
	size_t len;
	char *bytes;

	(void)state;
	d.from.address = (char *)(uintptr_t)"zoe@bücher.example";
	bytes = build_text(&d);
	assert_non_null(strstr(bytes, "From: zoe@xn--bcher-kva.example\r\n"));
	assert_non_null(strstr(bytes, "@xn--bcher-kva.example>\r\n"));
	free(bytes);
	addr_list_add(&d.to, NULL, "zoë@example.org");
	msg = message_build(&d, NULL);
	assert_non_null(msg);
	assert_string_equal(message_from(msg), "zoe@xn--bcher-kva.example");
	assert_string_equal(message_recipients(msg)->list[1].address, "zoë@example.org");
	bytes = content(msg, &len);
	assert_non_null(strstr(bytes, "zoë@example.org"));
	free(bytes);
	message_free(msg);
	draft_clear(&d);
}

static void what_is_wrong_is_said(void **state)
{
	struct message_draft d = draft_new("hi\n"), was = d;
	struct message_file files[] = { { .path = "/nowhere/at/all.pdf" } };

	(void)state;
	d.subject = "a\r\nBcc: eve@example.org";
	refused(&d, ERR_INPUT, "The subject has a line break.");
	d.subject = "a\nb";
	refused(&d, ERR_INPUT, "The subject has a line break.");
	d.subject = "a\033[2J";
	refused(&d, ERR_INPUT, "The subject has a control character.");
	d.subject = "caf\xe9";
	refused(&d, ERR_INPUT, "The subject is not UTF-8.");
	d = was;
	d.from.name = (char *)(uintptr_t)"Zoe\r\nX: y";
	refused(&d, ERR_INPUT, "has a line break.");
	d = was;
	d.from.address = (char *)(uintptr_t)"zoe";
	refused(&d, ERR_INPUT, "has no @.");
	d.from.address = NULL;
	refused(&d, ERR_INPUT, "no sender.");
	d = was;
	d.to.count = 0;
	refused(&d, ERR_INPUT, "no recipient.");
	d = was;
	d.reply_to = "team";
	refused(&d, ERR_INPUT, "\"team\" has no @.");
	d = was;
	d.text = "one\ncaf\xe9\n";
	d.text_len = 9;
	refused(&d, ERR_INPUT, "The text is not UTF-8 (line 2).");
	d = was;
	d.signature = "\xff";
	refused(&d, ERR_INPUT, "The signature is not UTF-8");
	d = was;
	d.files = files;
	d.file_count = 1;
	refused(&d, ERR_NOINPUT, "There is no file /nowhere/at/all.pdf to attach.");
	files[0].path = "/";
	refused(&d, ERR_NOINPUT, "is a folder");
	files[0].path = "/dev/null";
	refused(&d, ERR_NOINPUT, "not a regular file");
	files[0].path = "/proc/self/mem";
	refused(&d, ERR_SYSTEM, "Cannot read the attachment /proc/self/mem");
	draft_clear(&was);
}

/* ---- text ---- */

static void encodings_are_the_lightest(void **state)
{
	static const struct {
		const char *text, *encoding;
	} rows[] = {
		{ "", "7bit" },
		{ "hello\n", "7bit" },
		{ ".\n..\n \n\t\ntrailing  \n-- \n", "7bit" },
		{ "no final line end", "7bit" },
		{ "crlf\r\nlines\r\n", "7bit" },
		{ "caf\xc3\xa9 au lait, s'il vous plait\n", "quoted-printable" },
		{ "lone \r return in a text of some length\n", "quoted-printable" },
		{ "From me to you, a line for a mailbox file\n", "quoted-printable" },
		{ "a bell \a in a text of some length\n", "quoted-printable" },
		{ "Привет, мир\n", "base64" },
		{ "日本語\n", "base64" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct message_draft d = draft_new(rows[i].text);
		char want[80], *bytes = build_text(&d);

		snprintf(want, sizeof want, "Content-Transfer-Encoding: %s\r\n", rows[i].encoding);
		if (!strstr(bytes, want))
			fail_msg("%s: %s", rows[i].text, bytes);
		assert_null(strstr(bytes, "\nFrom "));
		free(bytes);
		draft_clear(&d);
	}
}

static void text_survives(void **state)
{
	struct buf text = BUF_INIT(1 << 20);

	(void)state;
	for (int round = 0; round < 400; round++) {
		struct message_draft d = draft_new("");
		char *bytes;

		buf_clear(&text);
		random_text(&text, rnd(40));
		d.text = buf_text(&text);
		d.text_len = text.len;
		bytes = build_text(&d);
		assert_null(strstr(bytes, "\nFrom "));
		unix_lines(&text);
		check_text(bytes, buf_text(&text), text.len);
		free(bytes);
		draft_clear(&d);
	}
	buf_free(&text);
}

static void signature_is_added_once(void **state)
{
	static const struct {
		const char *text, *signature, *want;
	} rows[] = {
		{ "hi\n", "Zoë", "hi\n-- \nZoë\n" },
		{ "hi", "Zoe\nBerlin\n", "hi\n-- \nZoe\nBerlin\n" },
		{ "hi\r\n", "a\r\nb", "hi\n-- \na\nb\n" },
		{ "", "Zoe", "-- \nZoe\n" },
		{ "hi\n", "", "hi\n" },
		{ "hi\n-- \nZoe\n", "Zoe", "hi\n-- \nZoe\n" },
		{ "hi\n-- \nZoe", "Zoe\n", "hi\n-- \nZoe" },
		{ "-- \nZoe\n\n", "Zoe", "-- \nZoe\n\n" },
		{ "hi -- \nZoe\n", "Zoe", "hi -- \nZoe\n-- \nZoe\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct message_draft d = draft_new(rows[i].text);
		char *bytes;

		d.signature = rows[i].signature;
		bytes = build_text(&d);
		check_text(bytes, rows[i].want, strlen(rows[i].want));
		free(bytes);
		draft_clear(&d);
	}
}

/* ---- names and subjects ---- */

static void names_and_subjects_survive(void **state)
{
	struct buf name = BUF_INIT(1000), subject = BUF_INIT(8000);

	(void)state;
	for (int round = 0; round < 1000; round++) {
		struct message_draft d = draft_new("x\n");
		InternetAddressList *to;
		GMimeMessage *mime;
		char *bytes, *trimmed;

		buf_clear(&name);
		buf_clear(&subject);
		buf_adds(&name, "N");
		random_line(&name, 80);
		if (rnd(2))
			buf_drop(&name, 1);
		if (*text_trim(name.data) == '\0')
			buf_adds(&name, "N");
		random_line(&subject, 1500);
		d.subject = buf_text(&subject);
		/* GMime's parser drops blanks around a name, encoded or not. */
		trimmed = text_trim(name.data);
		addr_list_add(&d.to, trimmed, "eve@example.org");
		bytes = build_text(&d);
		mime = parse(bytes);
		assert_string_equal(g_mime_message_get_subject(mime), buf_text(&subject));
		to = g_mime_message_get_addresses(mime, GMIME_ADDRESS_TYPE_TO);
		assert_int_equal(internet_address_list_length(to), 2);
		assert_string_equal(
			internet_address_get_name(internet_address_list_get_address(to, 1)),
			trimmed);
		g_object_unref(mime);
		free(bytes);
		draft_clear(&d);
	}
	buf_free(&name);
	buf_free(&subject);
}

/* ---- attachments ---- */

static char folder[] = "/tmp/outpost-message.XXXXXX";	/* for files to attach */

static char *put_file(const char *name, const void *bytes, size_t len)
{
	char *path = xasprintf("%s/%s", folder, name);

	assert_int_equal(file_replace(path, bytes, len, 0600, NULL), 0);
	return path;
}

/* Sparse: it takes no room on the disk, and would take all of it encoded. */
static void too_much_to_attach(void **state)
{
	struct message_draft d = draft_new("x");
	struct message_file files[2] = { { .path = NULL } };
	char *a = put_file("large-1", "", 0), *b = put_file("large-2", "", 0);

	(void)state;
	assert_int_equal(truncate(a, 1LL << 40), 0);
	files[0].path = a;
	d.files = files;
	d.file_count = 1;
	refused(&d, ERR_INPUT, "together at most 1024 MB");
	assert_int_equal(truncate(a, MESSAGE_FILES_MAX / 2 + 1), 0);
	assert_int_equal(truncate(b, MESSAGE_FILES_MAX / 2), 0);
	files[1].path = b;
	d.file_count = 2;
	refused(&d, ERR_INPUT, "together at most 1024 MB");
	unlink(a);
	unlink(b);
	free(a);
	free(b);
	draft_clear(&d);
}

static void attachments_arrive(void **state)
{
	static const struct {
		const char *name, *bytes, *type, *want;
	} rows[] = {
		{ "a.pdf", "%PDF-1.4\n", "application/pdf", NULL },
		{ "notes.txt", "caf\xc3\xa9\n", "text/plain", NULL },
		{ "Grüße \"x\\y\".txt", "a\r\nb\n", "text/plain", NULL },
		{ "empty.bin", "", "application/octet-stream", NULL },
		{ "saved.eml", "From: a@b\nSubject: x\n\nhi\n", "application/octet-stream", NULL },
		{ "a\r\nBcc: eve@x.org", "x", "", "a__Bcc: eve@x.org" },
		{ "esc\033[2J.txt", "x", "", "esc_[2J.txt" },
		{ "latin\xe9.txt", "x", "", "latin_.txt" },
		{ "\xe2\x80\xaetxt.exe", "x", "", "_txt.exe" },
		{ "=?utf-8?q?x?=.txt", "x", "", "=_utf-8?q?x?=.txt" },
		{ "日本語日本語日本語日本語日本語日本語日本語日本語日本語日本語日本語.txt", "x", "", NULL },
		{ " blanks ; and, (more) ", "x", "", NULL },
		{ "x'y*0*=%41", "x", "", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct message_draft d = draft_new("see file\n");
		char *path = put_file(rows[i].name, rows[i].bytes, strlen(rows[i].bytes)), *bytes, *got;
		struct message_file files[] = { { .path = path } };
		const char *want = rows[i].want ? rows[i].want : rows[i].name;
		GMimeMessage *mime;
		GMimeObject *part;
		GMimeStream *raw = g_mime_stream_mem_new();
		GByteArray *array = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(raw));

		d.files = files;
		d.file_count = 1;
		bytes = build_text(&d);
		assert_null(strstr(bytes, folder));
		check_text(bytes, "see file\n", 9);
		mime = parse(bytes);
		part = g_mime_multipart_get_part(
			GMIME_MULTIPART(g_mime_message_get_mime_part(mime)), 1);
		assert_string_equal(g_mime_part_get_filename(GMIME_PART(part)), want);
		assert_string_equal(g_mime_object_get_disposition(part), "attachment");
		got = g_mime_content_type_get_mime_type(g_mime_object_get_content_type(part));
		if (*rows[i].type)
			assert_string_equal(got, rows[i].type);
		g_free(got);
		g_mime_data_wrapper_write_to_stream(g_mime_part_get_content(GMIME_PART(part)), raw);
		assert_int_equal(array->len, strlen(rows[i].bytes));
		if (array->len)
			assert_memory_equal(array->data, rows[i].bytes, array->len);
		g_object_unref(raw);
		g_object_unref(mime);
		unlink(path);
		free(path);
		free(bytes);
		draft_clear(&d);
	}
}

/* A full disk, here a limit on the size of files: an error, no cut message. */
static void full_disk_is_told(void **state)
{
	char *big = xcalloc(1, 300000), *path = put_file("big", big, 300000);
	struct message_file files[] = { { .path = path } };
	struct message_draft d = draft_new("hi\n");
	const struct rlimit small = { 200000, 200000 };
	struct err err = ERR_INIT;
	int status;
	pid_t pid;

	(void)state;
	d.files = files;
	d.file_count = 1;
	pid = fork();
	if (pid == 0) {
		signal(SIGXFSZ, SIG_IGN);
		setrlimit(RLIMIT_FSIZE, &small);
		_exit(message_build(&d, &err) == NULL && err.kind == ERR_SYSTEM &&
		      strstr(err.text, "Cannot write the message") ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	unlink(path);
	free(path);
	free(big);
	draft_clear(&d);
}

static void library_is_named(void **state)
{
	(void)state;
	assert_true(text_prefix_nocase(message_library(), "GMime 3."));
}

/* ---- messages for another judge ---- */

static void want(FILE *file, const char *field, const char *bytes, size_t len)
{
	fprintf(file, "%s ", field);
	for (size_t i = 0; i < len; i++)
		fprintf(file, "%02x", (unsigned char)bytes[i]);
	fputc('\n', file);
}

static void copy_out(const struct message *msg, const char *path)
{
	size_t len;
	char *bytes = content(msg, &len);

	check_wire(bytes, len);
	if (file_replace(path, bytes, len, 0600, NULL) < 0)
		die("cannot write %s", path);
	free(bytes);
}

static void write_one(const char *dir, int n)
{
	static const char *const names[] = { "plain.txt", "Grüße \"x\\y\".pdf", "日本語.bin",
					     "ein recht langer Name mit Umlauten äöü und vielem mehr, "
					     "über die Zeile hinaus, bis nichts mehr geht.dat" };
	struct buf text = BUF_INIT(1 << 20), name = BUF_INIT(900), subject = BUF_INIT(8000);
	struct message_draft d = draft_new("");
	char *eml = xasprintf("%s/%d.eml", dir, n), *list = xasprintf("%s/%d.want", dir, n);
	const char *attached = names[n % 4];
	char *path = xasprintf("%s/%s", dir, attached);
	struct message_file files[] = { { .path = path } };
	FILE *out = fopen(list, "w");
	struct message *msg;
	struct err err = ERR_INIT;

	random_text(&text, rnd(40));
	random_line(&name, 80);
	random_line(&subject, 900);
	d.from.name = name.data;
	d.text = buf_text(&text);
	d.text_len = text.len;
	d.subject = buf_text(&subject);
	for (unsigned k = rnd(8); k > 0; k--)
		addr_list_add(&d.cc, buf_text(&name), "carol@bücher.example");
	addr_list_add(&d.bcc, NULL, "dave@secret.example");
	if (n % 2 && file_replace(path, text.data, text.len, 0600, NULL) == 0) {
		d.files = files;
		d.file_count = 1;
		want(out, "file", attached, strlen(attached));
		want(out, "data", buf_text(&text), text.len);
	}
	msg = message_build(&d, &err);
	if (!msg || !out)
		die("%s", err.text);
	copy_out(msg, eml);
	unix_lines(&text);
	want(out, "text", buf_text(&text), text.len);
	want(out, "name", buf_text(&name), name.len);
	want(out, "subject", buf_text(&subject), subject.len);
	want(out, "id", message_id(msg), strlen(message_id(msg)));
	want(out, "cc", "x", d.cc.count ? 1 : 0);
	fclose(out);
	message_free(msg);
	draft_clear(&d);
	buf_free(&text);
	buf_free(&name);
	buf_free(&subject);
	free(eml);
	free(list);
	free(path);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(headers_are_there),
		cmocka_unit_test(doubles_are_left_out),
		cmocka_unit_test(bcc_alone_says_undisclosed),
		cmocka_unit_test(international_addresses),
		cmocka_unit_test(what_is_wrong_is_said),
		cmocka_unit_test(encodings_are_the_lightest),
		cmocka_unit_test(text_survives),
		cmocka_unit_test(signature_is_added_once),
		cmocka_unit_test(names_and_subjects_survive),
		cmocka_unit_test(too_much_to_attach),
		cmocka_unit_test(attachments_arrive),
		cmocka_unit_test(full_disk_is_told),
		cmocka_unit_test(library_is_named),
	};
	int rc;

	if (argc == 3 && strcmp(argv[1], "write") == 0) {
		for (int n = 0; n < 300; n++)
			write_one(argv[2], n);
		return 0;
	}
	if (!mkdtemp(folder))
		return 1;
	rc = cmocka_run_group_tests(tests, NULL, NULL);
	rmdir(folder);
	return rc;
}
