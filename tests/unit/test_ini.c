#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/err.h"
#include "port/ini.h"

static struct ini *parse(const char *text)
{
	struct err err = ERR_INIT;
	struct ini *ini = ini_parse("test.ini", text, strlen(text), &err);

	if (!ini)
		fail_msg("%s", err.text);
	return ini;
}

/* ---- values ---- */

static const struct {
	const char *line;
	const char *value;
} values[] = {
	{ "k=v", "v" },
	{ "  K \t=  v  ", "v" },
	{ "k =", "" },
	{ "k = \"\"", "" },
	{ "k = ''", "''" },
	{ "k = 'it'", "'it'" },
	{ "k = a=b==", "a=b==" },
	{ "k ==", "=" },
	{ "k = a;b#c", "a;b#c" },
	{ "k = a ;b", "a" },
	{ "k = a\t# b", "a" },
	{ "k = ; b", "" },
	{ "k =;b", ";b" },
	{ "k = \"a;b # c\" ; d", "a;b # c" },
	{ "k = \" a \"", " a " },
	{ "k = \"a\\\"", "a\\" },
	{ "k = a\\", "a\\" },
	{ "k = \\", "\\" },
	{ "k = a\\b\\n", "a\\b\\n" },
	{ "k = a\"b\"c", "a\"b\"c" },
	{ "k = \"%22%5c%25%3B%0A%09%20\"", "\"\\%;\n\t " },
	{ "k = %20a%20", " a " },
	{ "k = %c3%A4", "ä" },
	{ "k = ą→😀", "ą→😀" },
	{ "k = a\tb", "a\tb" },
	{ "k = [x]", "[x]" },
	{ "k = à", "à" },	/* ends in a byte that is a blank in ISO 8859-1 */
};

static void test_values(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
		char text[200];
		struct ini *ini;

		/* The lines around it tell whether it swallowed one. */
		snprintf(text, sizeof text, "[s]\nbefore=1\n%s\nafter=2\n", values[i].line);
		ini = parse(text);
		if (ini_fault_count(ini) != 0)
			fail_msg("%s: %s", values[i].line, ini_fault(ini, 0)->reason);
		assert_non_null(ini_get(ini, "s", "k"));
		assert_string_equal(ini_get(ini, "s", "k"), values[i].value);
		assert_string_equal(ini_get(ini, "s", "before"), "1");
		assert_string_equal(ini_get(ini, "s", "after"), "2");
		assert_int_equal(ini_key_count(ini, "s"), 3);
		ini_free(ini);
	}
}

/* ---- faults ---- */

static const struct {
	const char *line;
	const char *reason;	/* words of it */
} faults[] = {
	{ "k", "no '='" },
	{ "= v", "a key may hold" },
	{ "k k = v", "a key may hold" },
	{ ".k = v", "a key may hold" },
	{ "k\xc3\xa4 = v", "a key may hold" },
	{ "before = 3", "this key was there before" },
	{ "BEFORE = 3", "this key was there before" },
	{ "k = \"v", "quote is not closed" },
	{ "k = \"a\"b", "after the closing quote" },
	{ "k = 100%", "hex digits" },
	{ "k = %4", "hex digits" },
	{ "k = \"%\"", "hex digits" },
	{ "k = %zz", "hex digits" },
	{ "k = %00", "%00" },
	{ "k = %ff", "not valid UTF-8" },
	{ "k = \xff", "not valid UTF-8" },
	{ "k = \x1b[1m", "control character" },
	{ "k = a\rb", "control character" },
	{ "k = \x7f", "control character" },
	{ "; \xe9", "not valid UTF-8" },
	{ "\\", "no '='" },
};

static void test_faults(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
		char text[200];
		struct ini *ini;

		snprintf(text, sizeof text, "; x\n[Good]\na=1\n[S]\nbefore=1\n%s\nafter=2\n",
			 faults[i].line);
		ini = parse(text);
		if (ini_fault_count(ini) != 1)
			fail_msg("%s: %zu faults", faults[i].line, ini_fault_count(ini));
		assert_int_equal(ini_fault(ini, 0)->line, 6);
		assert_string_equal(ini_fault(ini, 0)->section, "s");
		if (!strstr(ini_fault(ini, 0)->reason, faults[i].reason))
			fail_msg("%s: %s", faults[i].line, ini_fault(ini, 0)->reason);
		assert_int_equal(ini_section_faults(ini, "s"), 1);
		assert_int_equal(ini_section_faults(ini, "good"), 0);
		assert_string_equal(ini_get(ini, "good", "a"), "1");
		assert_string_equal(ini_get(ini, "s", "before"), "1");
		assert_string_equal(ini_get(ini, "s", "after"), "2");
		assert_null(ini_get(ini, "s", "k"));
		ini_free(ini);
	}
}

static void test_headings(void **state)
{
	static const char text[] =
		"a = 0\n[One]\na = 1\n[two\nb = 2\n[] \nc = 3\n[Th\xc3\xb6]\nd = 4\n"
		"[x:y]\n[five] no\n[  account \t Work ]  ; mine\na = 6\n[ONE]\na = 7\nbad\n[eight]\n";
	static const struct { int line; const char *section, *reason; } want[] = {
		{ 1, "", "no [section] before it" },
		{ 4, "", "no ']'" },
		{ 6, "", "a section's name" },
		{ 8, "", "a section's name" },
		{ 10, "", "a section's name" },
		{ 11, "", "after the ']'" },
		{ 14, "one", "was there before" },
	};
	struct ini *ini = parse(text);

	(void)state;
	assert_int_equal(ini_fault_count(ini), sizeof want / sizeof want[0]);
	for (size_t i = 0; i < sizeof want / sizeof want[0]; i++) {
		assert_int_equal(ini_fault(ini, i)->line, want[i].line);
		assert_string_equal(ini_fault(ini, i)->section, want[i].section);
		assert_non_null(strstr(ini_fault(ini, i)->reason, want[i].reason));
	}
	assert_null(ini_fault(ini, ini_fault_count(ini)));
	assert_int_equal(ini_section_count(ini), 3);
	assert_string_equal(ini_section(ini, 0), "one");
	assert_string_equal(ini_section(ini, 1), "account work");
	assert_int_equal(ini_section_line(ini, 1), 12);
	assert_string_equal(ini_section(ini, 2), "eight");
	assert_int_equal(ini_key_count(ini, "eight"), 0);
	assert_int_equal(ini_key_count(ini, "one"), 1);
	assert_string_equal(ini_get(ini, "one", "a"), "1");
	assert_string_equal(ini_get(ini, "Account WORK", "A"), "6");
	assert_int_equal(ini_line(ini, "account work", "a"), 13);
	assert_int_equal(ini_line(ini, "account work", "b"), 0);
	assert_string_equal(ini_key(ini, "account work", 0), "a");
	assert_null(ini_key(ini, "account work", 1));
	assert_null(ini_section(ini, 3));
	assert_null(ini_get(ini, "nowhere", "a"));
	assert_int_equal(ini_section_faults(ini, "nowhere"), 0);
	ini_free(ini);
}

static void test_line_ends(void **state)
{
	struct ini *ini = parse("\xef\xbb\xbf[s]\r\n\r\na = 1\r\nb = \"2\"\r\n\n; c\r\nd = 4");
	static const char nul[] = "[s]\na = 1\nb = x\0y\nc = 3\n";

	(void)state;
	assert_int_equal(ini_fault_count(ini), 0);
	assert_string_equal(ini_get(ini, "s", "a"), "1");
	assert_string_equal(ini_get(ini, "s", "b"), "2");
	assert_string_equal(ini_get(ini, "s", "d"), "4");
	assert_int_equal(ini_line(ini, "s", "d"), 7);
	ini_free(ini);

	ini = ini_parse("nul", nul, sizeof nul - 1, NULL);
	assert_non_null(ini);
	assert_int_equal(ini_fault_count(ini), 1);
	assert_int_equal(ini_fault(ini, 0)->line, 3);
	assert_non_null(strstr(ini_fault(ini, 0)->reason, "NUL"));
	assert_string_equal(ini_get(ini, "s", "c"), "3");
	ini_free(ini);

	ini = parse("");
	assert_int_equal(ini_section_count(ini), 0);
	assert_int_equal(ini_fault_count(ini), 0);
	ini_free(ini);
}

/* ---- bounds ---- */

/* Lines of every length around the limit, made of what iniparser takes for
 * syntax and of plain text. */
static void test_line_length(void **state)
{
	static const char fill[] = "x;#\"\\' ";

	(void)state;
	for (const char *f = fill; *f; f++) {
		for (size_t len = INI_LINE_MAX - 3; len <= INI_LINE_MAX + 30; len++) {
			char text[INI_LINE_MAX + 100];
			struct ini *ini;
			size_t n = 4;

			memcpy(text, "[s]\n", n);
			memcpy(text + n, "k=a", 3);
			memset(text + n + 3, *f, len - 4);
			text[n + len - 1] = 'z';
			strcpy(text + n + len, "\nafter=1\n");
			ini = parse(text);
			assert_string_equal(ini_get(ini, "s", "after"), "1");
			if (len <= INI_LINE_MAX) {
				assert_int_equal(ini_fault_count(ini), 0);
				assert_int_equal(strlen(ini_get(ini, "s", "k")), len - 2);
				assert_int_equal(memcmp(ini_get(ini, "s", "k"), text + 6,
							len - 2), 0);
			} else {
				assert_int_equal(ini_fault_count(ini), 1);
				assert_non_null(strstr(ini_fault(ini, 0)->reason, "longer"));
				assert_null(ini_get(ini, "s", "k"));
			}
			ini_free(ini);
		}
	}
}

/* count pieces of a format with one %zu. */
static char *pieces(const char *begin, const char *fmt, size_t count)
{
	struct buf text = BUF_INIT(8 * 1024 * 1024);

	buf_adds(&text, begin);
	for (size_t i = 0; i < count; i++) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		buf_printf(&text, fmt, i);
#pragma GCC diagnostic pop
	}
	return buf_detach(&text);
}

static void refused(char *text, const char *words)
{
	struct err err = ERR_INIT;

	assert_null(ini_parse("big.ini", text, strlen(text), &err));
	assert_int_equal(err.kind, ERR_CONFIG);
	assert_non_null(strstr(err.text, "big.ini"));
	assert_non_null(strstr(err.text, words));
	free(text);
}

static void test_bounds(void **state)
{
	char *text = pieces("[s]\n", "k%zu = 1\n", 9999);
	struct ini *ini = parse(text);

	(void)state;
	assert_int_equal(ini_key_count(ini, "s"), 9999);
	assert_string_equal(ini_get(ini, "s", "k9998"), "1");
	ini_free(ini);
	free(text);

	text = pieces("", "[s%zu]\n", 1000);
	ini = parse(text);
	assert_int_equal(ini_section_count(ini), 1000);
	ini_free(ini);
	free(text);

	text = pieces("[a]\n[s]\n", "bad %zu\n", 500);
	ini = parse(text);
	assert_int_equal(ini_fault_count(ini), 100);
	assert_int_equal(ini_section_faults(ini, "s"), 500);
	ini_free(ini);
	free(text);

	refused(pieces("[s]\n", "k%zu = 1\n", 10000), "lines");
	refused(pieces("", "[s%zu]\n", 1001), "sections");
	refused(pieces("", "; %0999zu\n", 1100), "1 MiB");
}

static void test_names(void **state)
{
	char text[700], name[INI_NAME_MAX + 2];
	struct ini *ini;

	(void)state;
	memset(name, 'n', sizeof name);
	name[INI_NAME_MAX] = '\0';
	snprintf(text, sizeof text, "[%s]\n%s = v\n", name, name);
	ini = parse(text);
	assert_int_equal(ini_fault_count(ini), 0);
	assert_string_equal(ini_get(ini, name, name), "v");
	ini_free(ini);
	name[INI_NAME_MAX] = 'n';
	name[INI_NAME_MAX + 1] = '\0';
	snprintf(text, sizeof text, "[s]\n%s = v\n[%s]\n", name, name);
	ini = parse(text);
	assert_int_equal(ini_fault_count(ini), 2);
	ini_free(ini);
}

static void test_read(void **state)
{
	char path[] = "/tmp/test_ini.XXXXXX";
	int fd = mkstemp(path);
	struct err err = ERR_INIT;
	struct ini *ini;

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "[s]\na=1\n", 8), 8);
	ini = ini_read(path, &err);
	assert_non_null(ini);
	assert_string_equal(ini_get(ini, "s", "a"), "1");
	ini_free(ini);
	assert_int_equal(ftruncate(fd, INI_TEXT_MAX + 1), 0);
	close(fd);
	assert_null(ini_read(path, &err));
	assert_int_equal(err.kind, ERR_CONFIG);
	unlink(path);
	assert_null(ini_read(path, &err));
	assert_int_equal(err.kind, ERR_NOINPUT);
	assert_null(ini_read("/tmp", &err));
	assert_int_equal(err.kind, ERR_SYSTEM);
}

/* iniparser complains on stderr unless it is told not to. */
static void test_quiet(void **state)
{
	int saved = dup(2), fds[2];
	char c;

	(void)state;
	assert_int_equal(pipe(fds), 0);
	dup2(fds[1], 2);
	ini_free(parse("[s]\nbad\n[\n\"\n\\\nk = \\\nk2 = 'x\n"));
	dup2(saved, 2);
	close(saved);
	close(fds[1]);
	assert_int_equal(read(fds[0], &c, 1), 0);
	close(fds[0]);
}

/* ---- writing ---- */

static void test_write(void **state)
{
	struct buf out = BUF_INIT(4000), tiny = BUF_INIT(20);
	struct err err = ERR_INIT;
	char big[2000];
	size_t len;

	(void)state;
	assert_int_equal(ini_write_comment(&out, "one\ntwo \x1b[1m"), 0);
	assert_int_equal(ini_write_section(&out, "account work", &err), 0);
	assert_int_equal(ini_write_value(&out, "from-name", " a \"b\";#\\%\n ä ", &err), 0);
	assert_int_equal(ini_write_value(&out, "empty", "", &err), 0);
	assert_int_equal(ini_write_section(&out, "x", &err), 0);
	assert_string_equal(buf_text(&out),
			    "; one\n; two \\x1b[1m\n\n[account work]\n"
			    "from-name = \"%20a %22b%22%3B%23%5C%25%0A ä%20\"\n"
			    "empty = \"\"\n\n[x]\n");
	len = out.len;

	memset(big, 'x', sizeof big);
	big[INI_LINE_MAX - 6] = '\0';	/* k = "" are 6 */
	assert_int_equal(ini_write_value(&out, "k", big, &err), 0);
	buf_cut(&out, len);
	big[INI_LINE_MAX - 6] = 'x';
	big[INI_LINE_MAX - 5] = '\0';
	assert_int_equal(ini_write_value(&out, "k", big, &err), -1);
	assert_int_equal(err.kind, ERR_INPUT);
	assert_non_null(strstr(err.text, "too long"));
	memset(big, ';', 400);
	big[400] = '\0';
	assert_int_equal(ini_write_value(&out, "k", big, &err), -1);
	assert_int_equal(ini_write_value(&out, "k", "\xff", &err), -1);
	assert_int_equal(ini_write_value(&out, "k k", "v", &err), -1);
	assert_int_equal(ini_write_value(&out, "", "v", &err), -1);
	assert_int_equal(ini_write_section(&out, "", &err), -1);
	assert_int_equal(ini_write_section(&out, "a]", &err), -1);
	assert_int_equal(ini_write_section(&out, "a ", &err), -1);
	memset(big, 'c', sizeof big - 1);
	big[sizeof big - 1] = '\0';
	assert_int_equal(ini_write_comment(&out, big), -1);
	assert_int_equal(out.len, len);

	assert_int_equal(ini_write_section(&tiny, "abc", &err), 0);
	assert_int_equal(ini_write_value(&tiny, "key", "some value", &err), -1);
	assert_int_equal(ini_write_section(&tiny, "0123456789abcdef", &err), -1);
	assert_int_equal(ini_write_comment(&tiny, "0123456789abcdef"), -1);
	assert_string_equal(buf_text(&tiny), "[abc]\n");
	buf_free(&out);
	buf_free(&tiny);
}

/* Any bytes at all: never a crash, and what is kept can be asked for. */
static void test_noise(void **state)
{
	static const char alphabet[] = "[]=;#\"\\'% \t\r\n\n\nabc%41\xc3\xa4\xff\x1b.-_";
	unsigned seed = 1;

	(void)state;
	for (int round = 0; round < 3000; round++) {
		char text[200];
		struct ini *ini;

		for (size_t i = 0; i < sizeof text; i++) {
			seed = seed * 1103515245u + 12345u;
			text[i] = alphabet[(seed >> 16) % sizeof alphabet];
		}
		memcpy(text, "[s]\n", 4);
		ini = ini_parse("noise", text, sizeof text, NULL);
		assert_non_null(ini);
		for (size_t i = 0; i < ini_section_count(ini); i++)
			for (size_t j = 0; j < ini_key_count(ini, ini_section(ini, i)); j++)
				assert_non_null(ini_get(ini, ini_section(ini, i),
							ini_key(ini, ini_section(ini, i), j)));
		ini_free(ini);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_headings),
		cmocka_unit_test(test_line_ends),
		cmocka_unit_test(test_line_length),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_quiet),
		cmocka_unit_test(test_write),
		cmocka_unit_test(test_noise),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
