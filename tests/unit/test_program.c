#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/err.h"
#include "port/program.h"

static int run_shell(const char *line, const char *input, int ms, struct program_answer *answer,
		     struct err *err)
{
	const char *words[] = { "sh", "-c", line, NULL };

	return program_run(words, input, -1, ms, answer, err);
}

static void test_answers(void **state)
{
	struct program_answer answer = PROGRAM_ANSWER_INIT;
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(run_shell("tr a-z A-Z; echo one >&2; echo two >&2; exit 3", "hello\n",
				   20000, &answer, &err),
			 3);
	assert_string_equal(buf_text(&answer.out), "HELLO\n");
	assert_string_equal(program_complaint(&answer), "two");
	program_answer_clear(&answer);
	assert_int_equal(run_shell("cat; kill -9 $$", NULL, 20000, &answer, &err), 128 + 9);
	assert_string_equal(buf_text(&answer.out), "");
	assert_string_equal(program_complaint(&answer), "");
	program_answer_clear(&answer);
}

static void test_large_input(void **state)
{
	struct program_answer answer = PROGRAM_ANSWER_INIT;
	struct err err = ERR_INIT;
	char *text = malloc(900001);

	(void)state;
	memset(text, 'x', 900000);
	text[900000] = '\0';
	assert_int_equal(run_shell("cat", text, 20000, &answer, &err), 0);
	assert_int_equal(answer.out.len, 900000);
	program_answer_clear(&answer);
	free(text);
}

static void test_not_there(void **state)
{
	static const char *const words[] = { "no-such-program-here", NULL };
	struct program_answer answer = PROGRAM_ANSWER_INIT;
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(program_run(words, NULL, -1, 20000, &answer, &err), -1);
	assert_int_equal(err.kind, ERR_NOINPUT);
	program_answer_clear(&answer);
}

/* What it leaves behind with its outputs is not waited for. */
static void test_bounds(void **state)
{
	struct program_answer answer = PROGRAM_ANSWER_INIT;
	struct err err = ERR_INIT;
	long long begin = clock_ms();

	(void)state;
	assert_int_equal(run_shell("sleep 100", NULL, 200, &answer, &err), -1);
	assert_string_equal(err.text, "sh takes longer than 1 s.");
	assert_int_equal(run_shell("yes", NULL, 60000, &answer, &err), -1);
	assert_string_equal(err.text, "sh says more than 1048576 bytes.");
	program_answer_clear(&answer);
	assert_int_equal(run_shell("sleep 100 & echo done", NULL, 60000, &answer, &err), 0);
	assert_string_equal(buf_text(&answer.out), "done\n");
	program_answer_clear(&answer);
	assert_true(clock_ms() - begin < 50000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_large_input),
		cmocka_unit_test(test_not_there),
		cmocka_unit_test(test_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
