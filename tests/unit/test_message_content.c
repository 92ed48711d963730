/*
 * What a message holds beside its text: HTML, headers, what it answers, files that are no
 * files. GMime reads it back.
 */
#include "message_kit.h"

#include <gmime/gmime.h>

#include "base/file.h"

/* Builds, checks the wire form; free with free(). */
static char *build(const struct message_draft *d, size_t *len)
{
	struct err err = ERR_INIT;
	struct message *msg = message_build(d, &err);
	char *bytes;

	if (!msg)
		fail_msg("%s", err.text);
	bytes = content(msg, len);
	check_wire(bytes, *len);
	message_free(msg);
	return bytes;
}

static GMimeMessage *build_and_read(const struct message_draft *d)
{
	size_t len;
	char *bytes = build(d, &len);
	GMimeStream *stream = g_mime_stream_mem_new_with_buffer(bytes, len);
	GMimeParser *parser = g_mime_parser_new_with_stream(stream);
	GMimeMessage *msg = g_mime_parser_construct_message(parser, NULL);

	g_object_unref(parser);
	g_object_unref(stream);
	free(bytes);
	assert_non_null(msg);
	return msg;
}

static GMimeObject *child(GMimeObject *of, int i, const char *subtype)
{
	assert_true(GMIME_IS_MULTIPART(of));
	assert_true(g_mime_content_type_is_type(g_mime_object_get_content_type(of), "multipart", subtype));
	return g_mime_multipart_get_part(GMIME_MULTIPART(of), i);
}

/* CRLF as LF. */
static void holds(GMimeObject *part, const char *type, const char *subtype, const char *want)
{
	GMimeStream *stream = g_mime_stream_mem_new();
	GByteArray *array = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream));
	struct buf got = BUF_INIT(1 << 20);

	assert_true(g_mime_content_type_is_type(g_mime_object_get_content_type(part), type, subtype));
	g_mime_data_wrapper_write_to_stream(g_mime_part_get_content(GMIME_PART(part)), stream);
	buf_add(&got, array->data, array->len);
	unix_lines(&got);
	assert_string_equal(buf_text(&got), want);
	buf_free(&got);
	g_object_unref(stream);
}

static void add_html(struct message_draft *d, const char *html)
{
	d->html = html;
	d->html_len = strlen(html);
}

static void html_beside_the_text(void **state)
{
	struct message_draft d = draft_new("the text\n");
	GMimeMessage *msg;
	GMimeObject *both;

	(void)state;
	d.signature = "Zoë";
	add_html(&d, "<p>caf\xc3\xa9\r\n\xf0\x9f\x98\x80");
	msg = build_and_read(&d);
	both = g_mime_message_get_mime_part(msg);
	holds(child(both, 0, "alternative"), "text", "plain", "the text\n");
	holds(child(both, 1, "alternative"), "text", "html", "<p>caf\xc3\xa9\n\xf0\x9f\x98\x80");
	g_object_unref(msg);
	draft_clear(&d);
}

static void text_made_of_the_html(void **state)
{
	struct message_file file = { .path = "/etc/passwd", .name = "x.txt" };
	struct message_draft d = draft_new("");
	GMimeMessage *msg;
	GMimeObject *mixed, *both;

	(void)state;
	d.text = NULL;
	d.files = &file;
	d.file_count = 1;
	add_html(&d, "<p>Hello <a href='https://e.org/'>you</a></p>");
	msg = build_and_read(&d);
	mixed = g_mime_message_get_mime_part(msg);
	both = child(mixed, 0, "mixed");
	holds(child(both, 0, "alternative"), "text", "plain", "Hello you <https://e.org/>\n");
	holds(child(both, 1, "alternative"), "text", "html", d.html);
	assert_string_equal(g_mime_part_get_filename(GMIME_PART(child(mixed, 1, "mixed"))), "x.txt");
	g_object_unref(msg);
	draft_clear(&d);
}

static void wrong_html_is_refused(void **state)
{
	struct message_draft d = draft_new("x\n");
	struct err err = ERR_INIT;

	(void)state;
	add_html(&d, "<p>caf\xe9");
	assert_null(message_build(&d, &err));
	assert_int_equal(err.kind, ERR_INPUT);
	assert_non_null(strstr(err.text, "HTML"));
	draft_clear(&d);
}

/* The bytes of a descriptor, whatever its position; it stays open where it was. */
static void a_file_without_a_path(void **state)
{
	int fd = file_temp(NULL);
	struct message_file file = { .fd = fd, .name = "日本 \"x\".bin" };
	struct message_draft d = draft_new("");

	(void)state;
	assert_int_equal(write(fd, "from a pipe\n", 12), 12);
	d.files = &file;
	d.file_count = 1;
	for (int i = 0; i < 2; i++) {
		GMimeMessage *msg = build_and_read(&d);
		GMimeObject *part = child(g_mime_message_get_mime_part(msg), 1, "mixed");

		holds(part, "*", "*", "from a pipe\n");
		assert_string_equal(g_mime_part_get_filename(GMIME_PART(part)), file.name);
		g_object_unref(msg);
	}
	close(fd);
	draft_clear(&d);
}

static void headers_come_back(void **state)
{
	static const char *const values[] = {
		"plain", "two  blanks   and more", "caf\xc3\xa9  \xf0\x9f\x98\x80", "=?utf-8?q?x?=",
		"a b c d e f g h i j k l m n o p q r s t u v w x y z a b c d e f g h i j k l m n o p q  r s",
	};

	(void)state;
	for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
		struct message_draft d = draft_new("x\n");
		char *line = xasprintf("X-Test: %s", values[i]);
		const char *headers[] = { line };
		GMimeMessage *msg;

		d.headers = headers;
		d.header_count = 1;
		msg = build_and_read(&d);
		assert_string_equal(g_mime_object_get_header(GMIME_OBJECT(msg), "X-Test"), values[i]);
		g_object_unref(msg);
		draft_clear(&d);
		free(line);
	}
}

static const char *header(GMimeMessage *msg, const char *name)
{
	const char *value = g_mime_object_get_header(GMIME_OBJECT(msg), name);

	return value ? value : "";
}

static void answers(void **state)
{
	const char *chain[] = { "References: <0@x> <1@x>" };
	struct message_draft d = draft_new("x\n");
	GMimeMessage *msg;

	(void)state;
	d.in_reply_to = "1@x";
	msg = build_and_read(&d);
	assert_string_equal(header(msg, "In-Reply-To"), "<1@x>");
	assert_string_equal(header(msg, "References"), "<1@x>");
	g_object_unref(msg);
	d.in_reply_to = "<1@x>";
	d.headers = chain;
	d.header_count = 1;
	msg = build_and_read(&d);
	assert_string_equal(header(msg, "In-Reply-To"), "<1@x>");
	assert_string_equal(header(msg, "References"), "<0@x> <1@x>");
	g_object_unref(msg);
	draft_clear(&d);
}

static void what_is_no_id(void **state)
{
	static const char *const wrong[] = { "",       "x",	  "@",	   "x@",      "@x",     "<x@y",
					     "x@y>",   "<<x@y>>", "a b@c", "a@b\nc", "<>",	"\xc3\xa9@x" };

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		struct err err = ERR_INIT;

		assert_null(message_check_id(wrong[i], &err));
		assert_int_equal(err.kind, ERR_INPUT);
		assert_non_null(strstr(err.text, "is not the Message-ID"));
	}
}

/* GMime's own filter lost them. */
static void a_last_line_of_few_letters_stays(void **state)
{
	static const char *const ends[] = { "F", "Fr", "Fred", "From", "From ", "Frog me" };

	(void)state;
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
		char *text = xasprintf("\xc3\xa9 in a longer line of plain words and more of them\n"
				       "From me\n%s", ends[i]);
		struct message_draft d = draft_new(text);
		size_t len;
		char *bytes = build(&d, &len);
		GMimeMessage *msg = build_and_read(&d);

		assert_non_null(strstr(bytes, "quoted-printable"));
		assert_null(strstr(bytes, "\nFrom "));
		holds(g_mime_message_get_mime_part(msg), "text", "plain", text);
		g_object_unref(msg);
		free(bytes);
		draft_clear(&d);
		free(text);
	}
}

/* Folding within quotes made a tab of the blank. */
static void long_names_keep_their_blanks(void **state)
{
	(void)state;
	for (size_t n = 50; n < 90; n++) {
		struct message_draft d = draft_new("x\n");
		char *name = xasprintf("word \"%.*s\" *0* word, word",
				       (int)n - 20, "aaaa bbbb cccc dddd eeee ffff gggg hhhh iiii "
				       "jjjj kkkk llll mmmm nnnn oooo pppp");
		InternetAddressList *from;
		GMimeMessage *msg;

		d.from.name = name;
		msg = build_and_read(&d);
		from = g_mime_message_get_addresses(msg, GMIME_ADDRESS_TYPE_FROM);
		assert_string_equal(internet_address_get_name(internet_address_list_get_address(from, 0)),
				    name);
		g_object_unref(msg);
		draft_clear(&d);
		free(name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(html_beside_the_text),
		cmocka_unit_test(text_made_of_the_html),
		cmocka_unit_test(wrong_html_is_refused),
		cmocka_unit_test(a_file_without_a_path),
		cmocka_unit_test(headers_come_back),
		cmocka_unit_test(answers),
		cmocka_unit_test(what_is_no_id),
		cmocka_unit_test(a_last_line_of_few_letters_stays),
		cmocka_unit_test(long_names_keep_their_blanks),
	};

	g_mime_init();
	return cmocka_run_group_tests_name("message_content", tests, NULL, NULL);
}
