/* HTML as text: what people see is there, what they do not see is not. */
#include "test_base_kit.h"

#include "port/html.h"

static const struct {
	const char *html, *text;
} cases[] = {
	{ "", "" },
	{ "<p></p><br><div></div>", "" },
	{ "plain", "plain\n" },
	{ " a \n  b\t c ", "a b c\n" },
	{ "<p>one</p><p>two</p>\n\n<p>three", "one\n\ntwo\n\nthree\n" },
	{ "<div>a</div><div>b<div>c</div></div>d", "a\nb\nc\nd\n" },
	{ "a<br>b<br><br>c<br><br><br><br>d", "a\nb\n\nc\n\nd\n" },
	{ "a<b>b</b> <i> c</i>", "ab c\n" },
	{ "<!doctype html><head><title>T</title><style>x{}</style></head><body>y<script>z<p></script>",
	  "y\n" },
	{ "a<!-- <p>no</p> -->b", "ab\n" },
	{ "&lt;b&gt; &amp;amp; &eacute;&#233;&#xe9; &euro;",
	  "<b> &amp; \xc3\xa9\xc3\xa9\xc3\xa9 \xe2\x82\xac\n" },
	{ "a&nbsp;&nbsp;b&shy;c\xe2\x80\x8b" "d\xe2\x80\xae", "a  bcd\n" },
	{ "<a href='https://e.org/'>here</a>.", "here <https://e.org/>.\n" },
	{ "<a href=\"https://e.org/?a=1&amp;b\">https://e.org/?a=1&amp;b</a>", "https://e.org/?a=1&b\n" },
	{ "<a href='#top'>up</a> <a href='javascript:x()'>x</a> <a name=y>y</a>", "up x y\n" },
	{ "<a href=mailto:a@b.c>a@b.c</a> <a href=mailto:a@b.c>me</a>", "a@b.c me <a@b.c>\n" },
	{ "<a href=https://e.org/><img src=x alt=Logo></a><img src=y>", "Logo <https://e.org/>\n" },
	{ "<a href=' \n https://e.org/ '>x</a> <a href=\"\tx\n\">y</a>", "x <https://e.org/> y\n" },
	{ "<a href=https://e.org/><img src=x></a>", "<https://e.org/>\n" },
	{ "<ul><li>a<li>b</ul>", "* a\n* b\n" },
	{ "x<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>y", "x\n\n* a\n  * b\n* c\n\ny\n" },
	{ "<ol><li>a</li><li>b</li></ol><ol start=9><li>c<li>d</ol>", "1. a\n2. b\n\n9. c\n10. d\n" },
	{ "<ul><li><p>a</p><p>b</p></li></ul>", "* a\n\n  b\n" },
	{ "<li>alone", "alone\n" },
	{ "<blockquote>a<p>b</blockquote>c", "> a\n>\n> b\n\nc\n" },
	{ "<blockquote>a<blockquote>b</blockquote></blockquote>", "> a\n>\n> > b\n" },
	{ "<pre>  a\n\n    b  c\n</pre>d", "  a\n\n    b  c\n\nd\n" },
	{ "<table><tr><th>a<th>b<tr><td>1<td>2</table>", "a | b\n1 | 2\n" },
	{ "a<hr>b", "a\n\n----------\n\nb\n" },
	{ "<h1>T</h1>x</div></ul></blockquote></li>y", "T\n\nxy\n" },
	{ "<p>a</p\n", "a\n" },
	{ "<section><article>a</article></section><unknown>b</unknown>", "a\nb\n" },
	{ "a\x01" "b\x1b[31m\x7f", "ab[31m\n" },
};

TEST(what_is_seen)
{
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct buf out = BUF_INIT(10000);
		struct err err = ERR_INIT;

		assert_int_equal(html_text(cases[i].html, strlen(cases[i].html), &out, &err), 0);
		if (strcmp(buf_text(&out), cases[i].text) != 0)
			fail_msg("%s\ngives \"%s\"\nnot   \"%s\"", cases[i].html, buf_text(&out),
				 cases[i].text);
		buf_free(&out);
	}
}

/* What was there stays; what is cut in the middle of a character is whole again. */
TEST(long_ones_are_read_in_pieces)
{
	struct buf html = BUF_INIT(4 << 20), want = BUF_INIT(4 << 20), out = BUF_INIT(4 << 20);

	buf_adds(&out, "Before:");
	buf_adds(&want, "Before:");
	for (int i = 0; i < 60000; i++) {
		buf_printf(&html, "<p>%d \xf0\x9f\x98\x80</p>", i);
		buf_printf(&want, "%s%d \xf0\x9f\x98\x80\n", i ? "\n" : "", i);
	}
	assert_int_equal(html_text(buf_text(&html), html.len, &out, NULL), 0);
	assert_string_equal(buf_text(&out), buf_text(&want));
	buf_free(&html);
	buf_free(&want);
	buf_free(&out);
}

TEST(too_much_is_refused)
{
	struct buf html = BUF_INIT(1 << 20), out = BUF_INIT(1000);
	struct err err = ERR_INIT;

	for (int i = 0; i < 1000; i++)
		buf_adds(&html, "words ");
	assert_int_equal(html_text(buf_text(&html), html.len, &out, &err), -1);
	assert_int_equal(err.kind, ERR_INPUT);
	assert_non_null(strstr(err.text, "too long"));
	buf_clear(&out);
	buf_clear(&html);
	for (int i = 0; i < 50000; i++)
		buf_adds(&html, "<div>");
	assert_int_equal(html_text(buf_text(&html), html.len, &out, &err), -1);
	assert_non_null(strstr(err.text, "deep"));
	buf_free(&html);
	buf_free(&out);
}

/* What stands in quotes is one attribute, however long, and only a tag has any. */
TEST(too_many_attributes_are_refused)
{
	static const char *const begins[] = { "<p ", "<p title='a>b' ", "<P\ta=\"", "<p>a <b\n",
					      "<p title='", "<p>", "<p >", "1 < 2 ", "<p class=\"" };
	struct buf html = BUF_INIT(1 << 22), out = BUF_INIT(1 << 22);
	struct err err = ERR_INIT;

	for (size_t i = 0; i < sizeof begins / sizeof *begins; i++) {
		buf_clear(&html);
		buf_clear(&out);
		err_clear(&err);
		buf_adds(&html, begins[i]);
		if (i == 2)
			buf_adds(&html, "\" ");
		for (int n = 0; n < 50000; n++)
			buf_printf(&html, "a%d%s", n, n % 2 ? "=1 " : " ");
		buf_adds(&html, i == 4 ? "'>end" : i == 8 ? "\">end" : ">end");
		assert_int_equal(html_text(buf_text(&html), html.len, &out, &err), i < 4 ? -1 : 0);
		assert_int_equal(err.kind, i < 4 ? ERR_INPUT : ERR_NONE);
		assert_true(i < 4 ? strstr(err.text, "attributes") != NULL
				  : strstr(buf_text(&out), "end") != NULL);
	}
	buf_free(&html);
	buf_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_seen),
		cmocka_unit_test(long_ones_are_read_in_pieces),
		cmocka_unit_test(too_much_is_refused),
		cmocka_unit_test(too_many_attributes_are_refused),
	};

	return cmocka_run_group_tests_name("html", tests, NULL, NULL);
}
