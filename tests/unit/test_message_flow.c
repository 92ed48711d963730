/* format=flowed: what goes in comes out, by a reader of RFC 3676 that shares nothing with the writer. */
#include "message_kit.h"

#include "mail/message_private.h"

enum { ROUNDS = 20000 };

static struct message_body body_of(const char *text, size_t len)
{
	struct message_body body = { .bytes = xmalloc(len + 1), .len = len };

	memcpy(body.bytes, text, len);
	return body;
}

/* As RFC 3676 4 says a reader does it; there are no quotes. */
static void unflow(const struct message_body *body, struct buf *out)
{
	const char *p = body->bytes, *end = p + body->len;

	while (p < end) {
		const char *nl = memchr(p, '\n', (size_t)(end - p)), *stop = nl ? nl : end;
		bool sign = stop - p == 3 && memcmp(p, "-- ", 3) == 0;
		const char *from = *p == ' ' ? p + 1 : p;

		assert_int_not_equal(*p, '>');
		buf_add(out, from, (size_t)(stop - from));
		if (nl && (sign || stop == from || stop[-1] != ' '))
			buf_addc(out, '\n');
		p = nl ? nl + 1 : end;
	}
}

/* A line over the width is one long word, or that and what cannot be parted from it. */
static void check_lines(const struct message_body *body)
{
	size_t line = 0, word = 0, longest = 0;

	for (size_t i = 0; i < body->len; i++) {
		if (line == 0)
			assert_false(body->len - i >= 5 && memcmp(body->bytes + i, "From ", 5) == 0);
		word = body->bytes[i] == '\n' || body->bytes[i] == ' ' ? 0 : word + 1;
		longest = word > longest ? word : longest;
		if (body->bytes[i] == '\n') {
			assert_true(line <= 79 || longest + 20 >= line);
			line = longest = 0;
		} else {
			line++;
		}
		assert_true(line <= 998);
	}
}

static void test_comes_back(void **state)
{
	static const char *const words[] = { "a",    "word", "sentence.  Next", "--", "-",	 "From",
					     ">x",   "I",    "longer-ones",     "...", "--\n-- \n", "\n",
					     "\n\n", " ",    "\nFrom",          "\t" };
	struct buf text = BUF_INIT(100000), back = BUF_INIT(100000);
	unsigned flowed = 0;

	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		struct message_body body;

		buf_clear(&text);
		buf_clear(&back);
		for (unsigned n = rnd(rnd(2) ? 12 : 120); n > 0; n--) {
			/* The last two seldom: they keep all from flowing. */
			unsigned pick = rnd(rnd(40) ? 13 : sizeof words / sizeof *words);

			bool begin = !text.len || text.data[text.len - 1] == '\n';

			buf_printf(&text, "%s%s", begin || words[pick][0] == '\n' ? "" : " ",
				   words[pick]);
			for (unsigned k = rnd(30) ? 0 : rnd(200); k > 0; k--)
				buf_addc(&text, 'x');
		}
		while (text.len && text.data[text.len - 1] == ' ')
			buf_cut(&text, text.len - 1);
		body = body_of(buf_text(&text), text.len);
		if (message_flow(&body)) {
			flowed++;
			check_lines(&body);
			unflow(&body, &back);
			assert_string_equal(buf_text(&back), buf_text(&text));
			assert_true(message_unflow(body.bytes, &body.len));
			assert_int_equal(body.len, text.len);
			assert_memory_equal(body.bytes, text.data, text.len);
		} else {
			assert_int_equal(body.len, text.len);
			assert_memory_equal(body.bytes, text.data ? text.data : "", text.len);
		}
		free(body.bytes);
	}
	buf_free(&text);
	buf_free(&back);
	print_message("%u of %d flowed\n", flowed, ROUNDS);
	assert_true(flowed > ROUNDS / 10 && flowed < ROUNDS * 9 / 10);
}

#define LONG_ "word word word word word word word word word word word word word word word word word"

static void test_which(void **state)
{
	static const struct {
		const char *text;
		bool flows;
	} cases[] = {
		{ LONG_ "\n", true },
		{ LONG_, true },
		{ LONG_ "\n-- \nAnn\n", true },
		{ LONG_ ".  Two blanks behind a sentence.\n", true },
		{ "short\n", false },
		{ "", false },
		{ LONG_ "\nends in a blank \n", false },
		{ LONG_ "\n> quoted\n", false },
		{ LONG_ "\n\ttab\n", false },
		{ LONG_ "\n  in front\n", false },
		{ LONG_ "\ncolumn  column\n", false },
		{ LONG_ "\ndiff\n context of a patch\n", false },
		{ LONG_ "\n\xc3\xa9\n", false },
		{ LONG_ "\r\r\n", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct message_body body = body_of(cases[i].text, strlen(cases[i].text));

		if (message_flow(&body) != cases[i].flows || body.flowed != cases[i].flows)
			fail_msg("%s", cases[i].text);
		free(body.bytes);
	}
}

/* Only where it was said to be a person's. */
static void test_asked_for(void **state)
{
	(void)state;
	for (int flows = 0; flows < 2; flows++) {
		struct message_draft d = draft_new(LONG_ "\n");
		struct message_body body;

		d.flows = flows;
		assert_int_equal(message_body_make(&d, &body, NULL), 0);
		assert_int_equal(body.flowed, flows);
		assert_int_equal(body.coding, CODING_AS_IS);
		free(body.bytes);
		draft_clear(&d);
	}
}

/* A word that no line can hold. */
static void test_long_word(void **state)
{
	char text[1100];

	(void)state;
	for (size_t n = 990; n < 1002; n++) {
		struct message_body body;

		memset(text, 'x', sizeof text);
		memcpy(text, "a ", 2);
		body = body_of(text, n + 2);
		assert_int_equal(message_flow(&body), n <= 997);
		if (body.flowed)
			check_lines(&body);
		free(body.bytes);
	}
}

/* What others write, too. */
static void test_unflow(void **state)
{
	static const struct {
		const char *flowed, *text; /* text NULL: it has to stay as it is */
	} cases[] = {
		{ "", "" },
		{ "\n", "\n" },
		{ "one \ntwo\n", "one two\n" },
		{ "one \ntwo", "one two" },
		{ "one \n\ntwo\n", "one \ntwo\n" },
		{ "one  \ntwo\n", "one  two\n" },
		{ "one\ntwo\n", "one\ntwo\n" },
		{ " > no quote\n From here\n  in front\n", "> no quote\nFrom here\n in front\n" },
		{ " \n \nx\n", "\n\nx\n" },
		{ "one \n two\n", "one two\n" },
		{ "-- \nAnn\n", "-- \nAnn\n" },
		{ "one \n-- \nAnn\n", "one \n-- \nAnn\n" },
		{ "one \n -- \nAnn\n", "one \n-- \nAnn\n" },
		{ "ends so ", "ends so " },
		{ "ends so \n", "ends so \n" },
		{ "> a quote\n", NULL },
		{ "one \n> two\n", NULL },
		{ "a > b\n", "a > b\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct message_body body = body_of(cases[i].flowed, strlen(cases[i].flowed));
		const char *want = cases[i].text ? cases[i].text : cases[i].flowed;

		if (message_unflow(body.bytes, &body.len) != (cases[i].text != NULL) ||
		    body.len != strlen(want) || memcmp(body.bytes, want, body.len) != 0)
			fail_msg("%s\n-> %.*s", cases[i].flowed, (int)body.len, body.bytes);
		free(body.bytes);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_comes_back),
		cmocka_unit_test(test_which),
		cmocka_unit_test(test_asked_for),
		cmocka_unit_test(test_long_word),
		cmocka_unit_test(test_unflow),
	};

	return cmocka_run_group_tests_name("message_flow", tests, NULL, NULL);
}
