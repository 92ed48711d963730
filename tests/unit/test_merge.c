/* Texts with places, templates with headers, and how long limits make it take. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "task/merge.h"
#include "task/merge_template.h"
#include "task/merge_text.h"

static char *names[] = { (char *)"email", (char *)"Name", (char *)"" };
static const struct merge_columns columns = { names, 3 };

/* What it becomes, or the sentence. */
static void check(const char *text, enum merge_use use, const char *name, const char *want)
{
	char *cells[] = { (char *)"a@b.org", (char *)name, (char *)"" };
	struct merge_source source = {
		.bytes = text, .len = strlen(text), .where = "note.txt", .line = 1, .use = use
	};
	struct buf out = BUF_INIT(1000);
	struct err err = ERR_INIT;
	struct merge_text *t = merge_text_new(&source, &columns, &err);

	if (t && merge_text_fill(t, cells, &out, &err) == 0)
		assert_string_equal(buf_text(&out), want);
	else
		assert_non_null(strstr(err.text, want));
	merge_text_free(t);
	buf_free(&out);
}

static void test_text(void **state)
{
	(void)state;
	check("", MERGE_TEXT, "Bob", "");
	check("Dear {{name}}!", MERGE_TEXT, "Bob", "Dear Bob!");
	check("{{ NAME }}{{email}}", MERGE_TEXT, "Bob", "Boba@b.org");
	check("{{name|friend}}", MERGE_TEXT, "", "friend");
	check("<{{name|}}>", MERGE_TEXT, "", "<>");
	check("{{name}}", MERGE_TEXT, "", "\"Name\" is empty");
	check("\\{{name}} { {", MERGE_TEXT, "Bob", "{{name}} { {");
	check("{{name}}", MERGE_TEXT, "{{email}}", "{{email}}");
	check("a\nb {{nmae}}", MERGE_TEXT, "Bob",
	      "note.txt, line 2: the table has no column \"nmae\"");
	check("{{}}", MERGE_TEXT, "Bob", "no column");
	check("{{name", MERGE_TEXT, "Bob", "do not close");
	check("{{name\n}}", MERGE_TEXT, "Bob", "do not close");
}

static void test_uses(void **state)
{
	(void)state;
	check("<b title=\"{{name}}\">{{name}}</b>", MERGE_HTML, "<i>\"A\" & 'B'",
	      "<b title=\"&lt;i&gt;&quot;A&quot; &amp; &#39;B&#39;\">"
	      "&lt;i&gt;&quot;A&quot; &amp; &#39;B&#39;</b>");
	check("{{name}}", MERGE_HTML, "", "\"Name\" is empty");
	check("{{name}}", MERGE_TEXT, "a\r\nBcc: x", "a\r\nBcc: x");
	check("{{name}}", MERGE_HEADER, "a\r\nBcc: x", "line break");
	check("{{name}}", MERGE_HEADER, "a\nx", "line break");
	check("{{name}} <x@y.org>", MERGE_ADDRESSES, "Bob B", "Bob B <x@y.org>");
	check("{{name}}", MERGE_ADDRESSES, "c@d.org, Zo <z@d.org>", "c@d.org, Zo <z@d.org>");
	check("{{name}} <x@y.org>", MERGE_ADDRESSES, "Bob <evil", "neither an address nor a name");
	check("https://x.org/{{name}}", MERGE_LINK, "a b&c>\n\xc3\xab",
	      "https://x.org/a%20b%26c%3E%0A%C3%AB");
}

static void parse(const char *text, size_t heads, const char *rest, long line)
{
	struct merge_template t;
	struct err err = ERR_INIT;

	if (merge_template_parse(&t, "note.txt", text, strlen(text), &err) < 0) {
		assert_int_equal(heads, 99);
		assert_non_null(strstr(err.text, rest));
	} else {
		assert_int_equal(t.head_count, heads);
		assert_int_equal(t.text_len, strlen(rest));
		assert_memory_equal(t.text, rest, t.text_len);
		assert_int_equal(t.text_line, line);
	}
	merge_template_clear(&t);
}

static void test_template(void **state)
{
	(void)state;
	parse("", 0, "", 1);
	parse("Hello\nyou", 0, "Hello\nyou", 1);
	parse("\nNote: x", 0, "Note: x", 2);
	parse("Subject: a\r\n b\r\nX-Y:z\r\n\r\ntext", 2, "text", 5);
	parse("\xef\xbb\xbfSubject: a\n\nx", 1, "x", 3);
	parse("Subject: a", 1, "", 2);
	parse("Subject: a\nHello\n", 99, "line 2 is neither", 0);
	parse("To: a\n\n", 99, "To header", 0);
	parse("content-type: a\n\n", 99, "by outpost itself", 0);
	parse("X: a\nx: b\n\n", 99, "twice", 0);
	parse("X: \xff\n\n", 99, "UTF-8", 0);
}

static void test_time(void **state)
{
	(void)state;
	assert_int_equal(merge_time(0, 10, 10), 0);
	assert_int_equal(merge_time(1000, 0, 0), 0);
	assert_int_equal(merge_time(1, 10, 0), 3600);
	assert_int_equal(merge_time(10, 10, 0), 3600);
	assert_int_equal(merge_time(11, 10, 0), 7200);
	assert_int_equal(merge_time(5, 10, 100), 86400);
	assert_int_equal(merge_time(101, 10, 100), 2 * 86400);
	assert_int_equal(merge_time(115, 10, 100), 2 * 86400 + 3600);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_uses),
		cmocka_unit_test(test_template),
		cmocka_unit_test(test_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
