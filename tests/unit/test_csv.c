/* Tables as people's programs write them, and as they break. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "port/csv.h"

/* "1:a|b;3!has ..." */
static int note(void *arg, const struct csv_row *row, struct err *err)
{
	struct buf *out = arg;

	(void)err;
	buf_printf(out, "%ld%c", row->line, row->fault ? '!' : ':');
	if (row->fault) {
		assert_null(row->cells);
		buf_printf(out, "%.*s", 12, row->fault);
	}
	for (size_t i = 0; i < row->count; i++)
		buf_printf(out, "%s%s", i ? "|" : "", row->cells[i]);
	buf_addc(out, ';');
	return 0;
}

static int file_of(const char *text, size_t len)
{
	struct err err = ERR_INIT;
	int fd = file_temp(&err);

	assert_true(fd >= 0);
	assert_int_equal(file_write_all(fd, text, len, "it", &err), 0);
	lseek(fd, 0, SEEK_SET);
	return fd;
}

static void check_bytes(const char *text, size_t len, const char *want)
{
	struct buf out = BUF_INIT(1 << 20);
	struct err err = ERR_INIT;
	int fd = file_of(text, len);

	assert_int_equal(csv_read(fd, "people.csv", note, &out, &err), 0);
	assert_string_equal(buf_text(&out), want);
	buf_free(&out);
	close(fd);
}

#define check(text, want) check_bytes(text, sizeof(text) - 1, want)

static void test_good(void **state)
{
	(void)state;
	/* A spreadsheet's own first line. */
	check("sep=;\r\na,b;c\r\n\"x\ny\";2\r\n", "2:a,b|c;3:x\ny|2;");
	check("\xef\xbb\xbfSEP=\t\na,b;c\td", "2:a,b;c|d;");
	check("sep=;", "");
	check("sep=;x,b\n", "1:sep=;x|b;");
	check("", "");
	check("\r\n\n \t\n", "");
	check("a,b\nc,d\n", "1:a|b;2:c|d;");
	check("a,b\r\nc,d", "1:a|b;2:c|d;");
	check("a,b\rc,d\r", "1:a|b;2:c|d;");
	check("\xef\xbb\xbf"
	      "a\nb\n",
	      "1:a;2:b;");
	check("\xef\xbb\xbf\"a\"\n", "1:a;");
	check(" a , b c ,\"  d \"\n", "1:a|b c|  d ;");
	check("a\n\n\nb\n", "1:a;4:b;");
	check("a,\"x, \"\"y\"\"\"\nb,\n", "1:a|x, \"y\";2:b|;");
	check("\"1\n2\r\n3\",x\r\nb\r\n", "1:1\n2\r\n3|x;4:b;");
	check("\"1\r2\",x\rb\r", "1:1\r2|x;3:b;");
	check("Zo\xc3\xab,\xe2\x82\xac\n", "1:Zo\xc3\xab|\xe2\x82\xac;");
}

static void test_separators(void **state)
{
	(void)state;
	check("a;b\nc;1,5\n", "1:a|b;2:c|1,5;");
	check("a\tb\nc\t1,5\n", "1:a|b;2:c|1,5;");
	check("\"a;;;\",b\nc,d\n", "1:a;;;|b;2:c|d;");
	check("a,b;c\n", "1:a|b;c;");
}

static void test_faults(void **state)
{
	(void)state;
	check("a,b\nc\"d,e\nf,g\n", "1:a|b;2!has a quote ;3:f|g;");
	check("\"a\"b\n\"c\" ,d\n", "1!has a quote ;2:c|d;");
	check("a\nb,\"c\nd\n", "1:a;2!begins a cel;");
	check("a\nb\0c,d\ne\n", "1:a;2!has a NUL by;3:e;");
	check("a\n\xff,b\ne\n", "1:a;2!is not UTF-8;3:e;");
	check("\"\n\"x\ny\n", "1!has a quote ;3:y;");
}

static char *repeat(const char *what, size_t times, size_t *len)
{
	size_t one = strlen(what);
	char *text = malloc(one * times + 1);

	for (size_t i = 0; i < times; i++)
		memcpy(text + i * one, what, one);
	*len = one * times;
	text[*len] = '\0';
	return text;
}

static void test_bounds(void **state)
{
	size_t len;
	char *text = repeat("a,", 10000, &len);

	(void)state;
	check_bytes(text, len, "1!has over 100;");
	free(text);
	text = repeat("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa,\n",
		      20000, &len);
	text[0] = '"';
	{
		struct buf out = BUF_INIT(1 << 20);
		struct err err = ERR_INIT;
		int fd = file_of(text, len);

		assert_int_equal(csv_read(fd, "people.csv", note, &out, &err), -1);
		assert_int_equal(err.kind, ERR_INPUT);
		assert_non_null(strstr(err.text, "people.csv, line 1, has too much text"));
		assert_string_equal(buf_text(&out), "1!has too much;");
		buf_free(&out);
		close(fd);
	}
	free(text);
}

static void test_utf16(void **state)
{
	struct buf out = BUF_INIT(100);
	struct err err = ERR_INIT;
	int fd = file_of("\xff\xfe"
			 "a\0\n\0",
			 6);

	(void)state;
	assert_int_equal(csv_read(fd, "people.csv", note, &out, &err), -1);
	assert_non_null(strstr(err.text, "UTF-16"));
	close(fd);
	assert_int_equal(csv_read(fd, "people.csv", note, &out, &err), -1);
	assert_int_equal(err.kind, ERR_SYSTEM);
	buf_free(&out);
}

static int stop(void *arg, const struct csv_row *row, struct err *err)
{
	++*(int *)arg;
	return err_set(err, ERR_INPUT, "Enough in line %ld.", row->line);
}

static void test_stop(void **state)
{
	struct err err = ERR_INIT;
	int fd = file_of("a\nb\nc\n", 6), calls = 0;

	(void)state;
	assert_int_equal(csv_read(fd, "people.csv", stop, &calls, &err), -1);
	assert_string_equal(err.text, "Enough in line 1.");
	assert_int_equal(calls, 1);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),   cmocka_unit_test(test_separators),
		cmocka_unit_test(test_faults), cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_utf16),  cmocka_unit_test(test_stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
