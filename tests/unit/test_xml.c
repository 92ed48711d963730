/* XML from strangers: what is told, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "port/xml.h"

/* "<a x=1 y=2", "a>text" ... in one line. */
static void on_begin(void *arg, const char *name, const char *const *attributes)
{
	buf_printf(arg, "<%s", name);
	for (; *attributes; attributes += 2)
		buf_printf(arg, " %s=%s", attributes[0], attributes[1]);
	buf_adds(arg, " ");
}

static void on_end(void *arg, const char *name, const char *text)
{
	buf_printf(arg, "%s>%s ", name, text);
}

static int read_bytes(const void *bytes, size_t len, struct buf *out, struct err *err)
{
	struct xml_reader reader = { out, on_begin, on_end };
	/* A copy of exactly this size, so that a byte too far is noticed. */
	char *copy = xmalloc(len ? len : 1);
	int rc;

	memcpy(copy, bytes, len);
	rc = xml_read(copy, len, &reader, err);
	free(copy);
	return rc;
}

#define BYTES(s) s, sizeof s - 1

static const struct {
	const char *what, *bytes;
	size_t len;
	const char *told;	/* NULL: refused with words */
	const char *words;
} cases[] = {
	{ "one element", BYTES("<a/>"), "<a a> ", NULL },
	{ "within each other", BYTES("<a><b>x</b><c>y</c></a>"), "<a <b b>x <c c>y a> ", NULL },
	{ "attributes", BYTES("<a x='1' y=\"&lt;2&quot;\"/>"), "<a x=1 y=<2\" a> ", NULL },
	{ "blanks are taken off", BYTES("<a>\n\t x  y \r\n</a>"), "<a a>x  y ", NULL },
	{ "only the element's own text", BYTES("<a>one<b>two</b>three</a>"), "<a <b b>two a>onethree ",
	  NULL },
	{ "CDATA", BYTES("<a><![CDATA[<b>&amp;]]></a>"), "<a a><b>&amp; ", NULL },
	{ "comments and instructions", BYTES("<?xml version='1.0'?><!-- c --><a>x<!-- y --><?p q?>z</a>"),
	  "<a a>xz ", NULL },
	{ "the five entities", BYTES("<a>&lt;&gt;&amp;&quot;&apos;&#65;&#x42;</a>"), "<a a><>&\"'AB ", NULL },
	{ "a byte order mark", BYTES("\xef\xbb\xbf<a>\xc3\xa9</a>"), "<a a>\xc3\xa9 ", NULL },
	{ "UTF-16, big", BYTES("\xfe\xff\0<\0a\0>\0\xe9\0<\0/\0a\0>"), "<a a>\xc3\xa9 ", NULL },
	{ "UTF-16, little", BYTES("\xff\xfe<\0a\0>\0\xe9\0<\0/\0a\0>\0"), "<a a>\xc3\xa9 ", NULL },
	{ "Latin-1", BYTES("<?xml version='1.0' encoding='ISO-8859-1'?><a>\xe9</a>"), "<a a>\xc3\xa9 ",
	  NULL },
	{ "US-ASCII", BYTES("<?xml version='1.0' encoding='us-ascii'?><a>e</a>"), "<a a>e ", NULL },

	{ "nothing", BYTES(""), NULL, "line 1: no element found" },
	{ "blanks", BYTES(" \n\n "), NULL, "line 3: no element found" },
	{ "text", BYTES("hello"), NULL, "line 1: syntax error" },
	{ "cut", BYTES("<a>\n<b>"), NULL, "line 2: no element found" },
	{ "cut in a name", BYTES("<a><bc"), NULL, "unclosed token" },
	{ "not closed in order", BYTES("<a>\n<b></a>"), NULL, "line 2: mismatched tag" },
	{ "two outermost", BYTES("<a/><b/>"), NULL, "junk after document element" },
	{ "an unknown entity", BYTES("<a>&nbsp;</a>"), NULL, "undefined entity" },
	{ "an ampersand", BYTES("<a>x & y</a>"), NULL, "not well-formed" },
	{ "twice the same attribute", BYTES("<a x='1' x='2'/>"), NULL, "duplicate attribute" },
	{ "NUL", BYTES("<a>x\0y</a>"), NULL, "not well-formed" },
	{ "a control character", BYTES("<a>\x1b[31m</a>"), NULL, "not well-formed" },
	{ "the same by number", BYTES("<a>&#27;</a>"), NULL, "reference to invalid character number" },
	{ "Latin-1 that says nothing", BYTES("<a>\xe9</a>"), NULL, "not well-formed" },
	{ "Latin-1 that says UTF-8", BYTES("<?xml version='1.0' encoding='UTF-8'?><a>\xe9</a>"), NULL,
	  "not well-formed" },
	{ "a surrogate", BYTES("<a>\xed\xa0\x80</a>"), NULL, "not well-formed" },
	{ "overlong", BYTES("<a>\xc0\xaf</a>"), NULL, "not well-formed" },
	{ "8 bits that say UTF-16", BYTES("<?xml version='1.0' encoding='UTF-16'?><a/>"), NULL,
	  "encoding specified in XML declaration is incorrect" },
	{ "an encoding that is not known", BYTES("<?xml version='1.0' encoding='windows-1252'?><a/>"), NULL,
	  "unknown encoding" },
	{ "half a character of UTF-16", BYTES("\xfe\xff\0<\0a\0>\0"), NULL, "line 1" },
	{ "a document type", BYTES("<!DOCTYPE a>\n<a/>"), NULL, "line 1: a document type (DOCTYPE) is not" },
	{ "an entity of one's own", BYTES("<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"), NULL, "DOCTYPE" },
	{ "a file as an entity", BYTES("<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>"),
	  NULL, "DOCTYPE" },
	{ "a parameter entity", BYTES("<!DOCTYPE a [<!ENTITY % b SYSTEM 'http://x/y'> %b;]><a/>"), NULL,
	  "DOCTYPE" },
	{ "a foreign type", BYTES("<!DOCTYPE a SYSTEM 'http://example.org/a.dtd'><a/>"), NULL, "DOCTYPE" },
};

static void test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct buf out = BUF_INIT(1000);
		struct err err = ERR_INIT;
		int rc = read_bytes(cases[i].bytes, cases[i].len, &out, &err);

		if (cases[i].told) {
			if (rc != 0)
				fail_msg("%s: %s", cases[i].what, err.text);
			assert_string_equal(buf_text(&out), cases[i].told);
		} else {
			if (rc != -1 || err.kind != ERR_INPUT || !strstr(err.text, cases[i].words))
				fail_msg("%s: %d \"%s\"", cases[i].what, rc, err.text);
			assert_non_null(strstr(err.text, "The XML cannot be read: line "));
		}
		buf_free(&out);
	}
}

static int read_built(struct buf *xml, struct err *err)
{
	struct xml_reader nobody = { NULL, NULL, NULL };
	int rc = xml_read(xml->data, xml->len, &nobody, err);

	buf_free(xml);
	return rc;
}

static void repeat(struct buf *out, const char *text, int times)
{
	while (times-- > 0)
		assert_int_equal(buf_adds(out, text), 0);
}

static void refused(struct buf *xml, const char *words)
{
	struct err err = ERR_INIT;

	assert_int_equal(read_built(xml, &err), -1);
	assert_int_equal(err.kind, ERR_INPUT);
	if (!strstr(err.text, words))
		fail_msg("%s", err.text);
}

static void test_depth(void **state)
{
	struct buf xml = BUF_INIT(1u << 20);

	(void)state;
	repeat(&xml, "<a>", XML_DEPTH);
	repeat(&xml, "</a>", XML_DEPTH);
	assert_int_equal(read_built(&xml, NULL), 0);
	repeat(&xml, "<a>", XML_DEPTH + 1);
	refused(&xml, "too deep");
	repeat(&xml, "<a>", 300000);
	refused(&xml, "too deep");
}

static void test_count(void **state)
{
	struct buf xml = BUF_INIT(1u << 20);

	(void)state;
	repeat(&xml, "<a>", 1);
	repeat(&xml, "<b/>\n    ", XML_ELEMENTS - 1);
	repeat(&xml, "</a>", 1);
	assert_int_equal(read_built(&xml, NULL), 0);
	repeat(&xml, "<a>", 1);
	repeat(&xml, "<b/>", XML_ELEMENTS);
	refused(&xml, "too many elements");
}

static void test_length(void **state)
{
	struct buf xml = BUF_INIT(64u << 20);

	(void)state;
	repeat(&xml, "<a>", 1);
	repeat(&xml, "x", XML_TEXT);
	repeat(&xml, "</a>", 1);
	assert_int_equal(read_built(&xml, NULL), 0);
	repeat(&xml, "<a>", 1);
	repeat(&xml, "x<!-- -->", XML_TEXT + 1);
	refused(&xml, "a text is too long");
	repeat(&xml, "<a>", 1);
	repeat(&xml, "<b>0123456789abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnop</b>", 750000);
	assert_true(xml.len > 50u * 1000 * 1000);
	refused(&xml, "longer than 4194304 bytes");
}

static void test_laughs(void **state)
{
	struct buf xml = BUF_INIT(1u << 20);

	(void)state;
	repeat(&xml, "<!DOCTYPE a [<!ENTITY l0 'ha'>", 1);
	for (int i = 1; i < 20; i++)
		buf_printf(&xml, "<!ENTITY l%d '&l%d;&l%d;&l%d;&l%d;'>", i, i - 1, i - 1, i - 1, i - 1);
	repeat(&xml, "]><a>&l19;</a>", 1);
	refused(&xml, "DOCTYPE");
}

static void test_attribute(void **state)
{
	static const char *const list[] = { "a", "1", "b", "2", NULL };

	(void)state;
	assert_string_equal(xml_attribute(list, "b"), "2");
	assert_null(xml_attribute(list, "1"));
	assert_null(xml_attribute(list + 4, "a"));
	assert_int_equal(strncmp(xml_library(), "expat 2.", 8), 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_depth),
		cmocka_unit_test(test_count),
		cmocka_unit_test(test_length),
		cmocka_unit_test(test_laughs),
		cmocka_unit_test(test_attribute),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
