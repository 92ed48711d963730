/* The two writers of a message: what both can write, they write alike. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/file.h"
#include "mail/message_private.h"

enum { ROUNDS = 4000, ENOUGH = 500, MOST = 16384 };

static unsigned seed = 20261124;

static unsigned pick(unsigned n)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 8) % n;
}

/* From the set, so that most results are plain and some are not. */
static char *word(char *out, size_t most, const char *set)
{
	size_t n = pick((unsigned)most), kinds = strlen(set);

	for (size_t i = 0; i < n; i++)
		out[i] = set[pick((unsigned)kinds)];
	out[n] = '\0';
	return out;
}

static void add_people(struct addr_list *list, unsigned most)
{
	static const char *const hosts[] = { "example.org", "mail-1.example.com", "x.y" };
	char name[40], local[30], address[80];

	for (unsigned i = pick(most + 1); i > 0; i--) {
		word(name, pick(2) ? 1 : 12, pick(8) ? "abcdefXYZ019" : "ab .,\"-!*=?");
		word(local, 20, pick(8) ? "abcxyz019+-_=" : "ab.!#{|");
		snprintf(address, sizeof address, "a%s@%s", local, hosts[pick(3)]);
		addr_list_add(list, name, address);
	}
}

static size_t written(int (*write_it)(const struct message_fields *, int, struct err *),
		      const struct message_fields *f, char *bytes)
{
	struct err err = ERR_INIT;
	int fd = file_temp(&err);
	ssize_t n;

	assert_true(fd >= 0);
	assert_int_equal(write_it(f, fd, &err), 0);
	n = pread(fd, bytes, MOST, 0);
	assert_true(n > 0 && n < MOST);
	close(fd);
	return (size_t)n;
}

static bool one_round(unsigned *flowed)
{
	static char text[900], subject[90], plain[MOST], mime[MOST];
	struct message_draft draft = { .text = text };
	struct message_fields f = { .id = (char *)"1234@example.org" };
	struct err err = ERR_INIT;
	bool fits;

	add_people(&f.from, 0);
	addr_list_add(&f.from, pick(2) ? "Ann Other" : "", "ann@example.org");
	add_people(&f.to, 3);
	add_people(&f.cc, 2);
	f.subject = pick(8) ? word(subject, 1 + pick(sizeof subject - 20),
				   pick(8) ? "abcdefghij:=?_.,\"<>()[]\\" : "ab c =?")
			    : NULL;
	f.date = (time_t)pick(0x7fffffff);
	word(text, sizeof text, pick(8) ? pick(2) ? "abc .\n.-=" : "abcdefghijkl -" : "abc\r\n");
	draft.text_len = strlen(text);
	draft.flows = pick(2);
	assert_int_equal(message_body_make(&draft, &f.body, &err), 0);
	fits = message_plain_fits(&f);
	if (fits) {
		size_t n = written(message_plain_write, &f, plain);

		assert_int_equal(written(message_mime_write, &f, mime), n);
		assert_memory_equal(plain, mime, n);
	}
	*flowed += fits && f.body.flowed;
	addr_list_clear(&f.from);
	addr_list_clear(&f.to);
	addr_list_clear(&f.cc);
	free(f.body.bytes);
	return fits;
}

static void test_alike(void **state)
{
	static const char *const zones[] = { "UTC", "America/St_Johns", "Asia/Kathmandu",
					     "Pacific/Auckland" };
	unsigned fitted = 0, flowed = 0;

	(void)state;
	for (unsigned i = 0; i < ROUNDS; i++) {
		if (i % 100 == 0) {
			setenv("TZ", zones[i / 100 % 4], 1);
			tzset();
		}
		fitted += one_round(&flowed);
	}
	print_message("%u of %d without GMime, %u of them flowed\n", fitted, ROUNDS, flowed);
	assert_true(flowed > ENOUGH / 20);
	assert_true(fitted > ENOUGH);
	assert_true(fitted < ROUNDS - ENOUGH);
}

/* What must never be written as it stands. */
static void test_not_plain(void **state)
{
	static const struct {
		const char *name, *to, *subject, *text;
	} cases[] = {
		{ "", "bob@example.org", "Caf\xc3\xa9", "x\n" },
		{ "", "bob@example.org", "=?utf-8?q?x?=", "x\n" },
		{ "", "bob@example.org", " x", "x\n" },
		{ "", "bob@example.org", "x ", "x\n" },
		{ "", "bob@example.org", "", "x\n" },
		{ "", "bob@example.org", "a\tb", "x\n" },
		{ "", "\"b b\"@example.org", "s", "x\n" },
		{ "", "b\xc3\xb6@example.org", "s", "x\n" },
		{ "B. B.", "bob@example.org", "s", "x\n" },
		{ "B\xc3\xb6", "bob@example.org", "s", "x\n" },
		{ "", "bob@example.org", "s", "\xe2\x82\xac\n" },
		{ "", "bob@example.org", "s", "From me\n" },
		{ "", "bob@example.org", "s", "a\x1b[31m\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct message_draft draft = { .text = cases[i].text };
		struct message_fields f = { .id = (char *)"1@example.org" };

		draft.text_len = strlen(draft.text);
		f.subject = cases[i].subject;
		addr_list_add(&f.from, NULL, "ann@example.org");
		addr_list_add(&f.to, cases[i].name, cases[i].to);
		assert_int_equal(message_body_make(&draft, &f.body, NULL), 0);
		assert_false(message_plain_fits(&f));
		addr_list_clear(&f.from);
		addr_list_clear(&f.to);
		free(f.body.bytes);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_alike),
		cmocka_unit_test(test_not_plain),
	};

	return cmocka_run_group_tests_name("message_plain", tests, NULL, NULL);
}
