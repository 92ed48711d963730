/*
 * For the tests of src/base: cmocka, a folder of the test's own, and children
 * that do what a test must not do to itself (die, lose rights, fill a disk).
 */
#ifndef OUTPOST_TEST_BASE_KIT_H
#define OUTPOST_TEST_BASE_KIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* A test function of cmocka does not need its state here. */
#define TEST(name) static void name(void **state __attribute__((unused)))

/* A new empty folder; free it. The runner removes $TMPDIR. */
static inline char *new_folder(void)
{
	const char *tmp = getenv("TMPDIR");
	char *path = xasprintf("%s/base.XXXXXX", tmp && *tmp ? tmp : "/tmp");

	assert_non_null(mkdtemp(path));
	return path;
}

/* Runs fn in a child; its exit code, or 128 and the signal that ended it. */
static inline int in_child(int (*fn)(const char *), const char *arg)
{
	pid_t pid = fork();
	int status = 0;

	assert_true(pid >= 0);
	if (pid == 0)
		_exit(fn(arg));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* In a child: standard error goes to the file, as unbuffered as it always is. */
static inline void stderr_into(const char *path)
{
	FILE *f = fopen(path, "w");

	if (!f || dup2(fileno(f), STDERR_FILENO) < 0)
		_exit(99);
	fclose(f);
}

/* The whole file as a string; free it. */
static inline char *contents(const char *path)
{
	struct buf all = BUF_INIT(1 << 20);
	struct err err = ERR_INIT;

	if (file_read(path, &all, &err) < 0)
		fail_msg("%s", err.text);
	return buf_detach(&all);
}

static inline void assert_contents(const char *path, const char *expected)
{
	char *got = contents(path);

	assert_string_equal(got, expected);
	free(got);
}

#endif
