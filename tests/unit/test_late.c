/* Libraries that are loaded when needed: found, missing, too old, at once by many. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <pthread.h>
#include <string.h>

#include "base/err.h"
#include "port/late.h"

static struct {
	double (*cos)(double);
	double (*sin)(double);
} calls;

static const char *const names[] = { "cos", "sin" };
static const char *const newer[] = { "cos", "outpost_no_such_function" };

#define LIBRARY(file, functions)                                                                 \
	{                                                                                        \
		file, "libm", "libc6", functions, (void **)&calls, 2, PTHREAD_MUTEX_INITIALIZER, \
			false                                                                    \
	}

static void test_found(void **state)
{
	struct late_library lib = LIBRARY("libm.so.6", names);
	struct err err = ERR_INIT;

	(void)state;
	memset(&calls, 0, sizeof calls);
	assert_int_equal(late_load(&lib, &err), 0);
	assert_true(calls.cos(0) > 0.99);
	assert_true(calls.sin(0) < 0.01);
	calls.sin = NULL;
	assert_int_equal(late_load(&lib, &err), 0);
	assert_null(calls.sin); /* once is enough */
}

/* What newer systems call it comes first or second. */
static void test_first_of_several(void **state)
{
	struct late_library lib = LIBRARY("liboutpost-none.so.9  libm.so.6 liboutpost-none.so.8", names);

	(void)state;
	memset(&calls, 0, sizeof calls);
	assert_int_equal(late_load(&lib, NULL), 0);
	assert_true(calls.cos(0) > 0.99);
}

static void test_missing(void **state)
{
	struct late_library lib = LIBRARY("liboutpost-none.so.9", names);
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(late_load(&lib, &err), -1);
	assert_int_equal(err.kind, ERR_SYSTEM);
	assert_non_null(strstr(err.text, "The library libm cannot be loaded: "));
	assert_non_null(strstr(err.text, "liboutpost-none.so.9"));
	assert_string_equal(err.hint, "Install it: on Debian, apt install libc6");
	assert_int_equal(late_load(&lib, NULL), -1);
}

static void test_too_old(void **state)
{
	struct late_library lib = LIBRARY("libm.so.6", newer);
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(late_load(&lib, &err), -1);
	assert_non_null(strstr(err.text, "outpost_no_such_function"));
	lib.functions = names;
	assert_int_equal(late_load(&lib, &err), 0);
}

static struct late_library shared = LIBRARY("libm.so.6", names);

static void *load_and_call(void *arg)
{
	(void)arg;
	return late_load(&shared, NULL) == 0 && calls.cos(0) > 0.99 ? &shared : NULL;
}

static void test_threads(void **state)
{
	pthread_t threads[8];

	(void)state;
	memset(&calls, 0, sizeof calls);
	for (size_t i = 0; i < 8; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, load_and_call, NULL), 0);
	for (size_t i = 0; i < 8; i++) {
		void *ok;

		assert_int_equal(pthread_join(threads[i], &ok), 0);
		assert_ptr_equal(ok, &shared);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_found),
		cmocka_unit_test(test_first_of_several),
		cmocka_unit_test(test_missing),
		cmocka_unit_test(test_too_old),
		cmocka_unit_test(test_threads),
	};

	return cmocka_run_group_tests_name("late", tests, NULL, NULL);
}
