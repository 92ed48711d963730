#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/secret.h"

static void keeps_any_bytes(void **state)
{
	static const char *const texts[] = {
		"", " ", "  both ends  ", "a\"b'c", "50%s%n", "#;\\", "caf\xc3\xa9 \xe2\x82\xac",
		"\xff\xfe", "two\nlines", "\x1b[31m",
	};

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct secret *s = secret_new(texts[i], strlen(texts[i]));

		assert_non_null(s);
		assert_int_equal(secret_len(s), strlen(texts[i]));
		assert_string_equal(secret_text(s), texts[i]);
		secret_free(s);
	}
}

static void has_a_limit(void **state)
{
	static char big[SECRET_MAX + 1];
	struct secret *s;

	(void)state;
	memset(big, 'x', sizeof big);
	assert_null(secret_new(big, SECRET_MAX + 1));
	s = secret_new(big, SECRET_MAX);
	assert_non_null(s);
	assert_int_equal(strlen(secret_text(s)), SECRET_MAX);
	secret_free(s);
	assert_null(secret_new("a\0b", 3));
}

static void nothing_is_fine(void **state)
{
	struct secret *s = secret_new(NULL, 0);

	(void)state;
	assert_string_equal(secret_text(s), "");
	secret_free(s);
	secret_free(NULL);
	assert_null(secret_copy(NULL));
}

static void copies_are_independent(void **state)
{
	struct secret *a = secret_new("hunter2", 7);
	struct secret *b = secret_copy(a);

	(void)state;
	assert_true(secret_equal(a, b));
	assert_ptr_not_equal(secret_text(a), secret_text(b));
	secret_free(a);
	assert_string_equal(secret_text(b), "hunter2");
	secret_free(b);
}

static void equal_looks_at_all(void **state)
{
	static const struct {
		const char *a, *b;
		bool equal;
	} rows[] = {
		{ "", "", true },     { "a", "a", true },     { "a", "", false },
		{ "ab", "ac", false }, { "ab", "bb", false }, { "ab", "abc", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct secret *a = secret_new(rows[i].a, strlen(rows[i].a));
		struct secret *b = secret_new(rows[i].b, strlen(rows[i].b));

		assert_int_equal(secret_equal(a, b), rows[i].equal);
		secret_free(a);
		secret_free(b);
	}
}

/* Is the mapping that holds address marked with flag in /proc/self/smaps? */
static bool mapping_has(const void *address, const char *flag)
{
	FILE *f = fopen("/proc/self/smaps", "r");
	char line[512];
	bool inside = false, found = false;

	assert_non_null(f);
	while (fgets(line, sizeof line, f)) {
		unsigned long from, to;

		if (sscanf(line, "%lx-%lx ", &from, &to) == 2)
			inside = (uintptr_t)address >= from && (uintptr_t)address < to;
		else if (inside && strncmp(line, "VmFlags:", 8) == 0)
			found = strstr(line, flag) != NULL;
	}
	fclose(f);
	return found;
}

static void stays_out_of_core_dumps(void **state)
{
	struct secret *s = secret_new("hunter2", 7);

	(void)state;
	assert_true(mapping_has(secret_text(s), " dd"));
	assert_false(mapping_has(&s, " dd"));
	secret_free(s);
}

/* The pages go back to the system: reading them again is not possible, and
 * memory that is mapped in their place holds nothing of the old. */
static void leaves_nothing(void **state)
{
	struct secret *s = secret_new("hunter2", 7);
	const void *was = secret_text(s);

	(void)state;
	secret_free(s);
	assert_false(mapping_has(was, " dd"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_any_bytes),	cmocka_unit_test(has_a_limit),
		cmocka_unit_test(nothing_is_fine),	cmocka_unit_test(copies_are_independent),
		cmocka_unit_test(equal_looks_at_all),	cmocka_unit_test(stays_out_of_core_dumps),
		cmocka_unit_test(leaves_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
