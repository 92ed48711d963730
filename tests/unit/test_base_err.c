#include "test_base_kit.h"

#include <errno.h>
#include <signal.h>
#include <sys/resource.h>

#include "base/text.h"

TEST(kinds_have_a_name_and_a_code_of_their_own)
{
	static const struct {
		enum err_kind kind;
		const char *name;
		int code;
		bool temporary;
	} rows[] = {
		{ ERR_NONE, "none", 0, false },
		{ ERR_USAGE, "usage", 64, false },
		{ ERR_INPUT, "input", 65, false },
		{ ERR_NOINPUT, "noinput", 66, false },
		{ ERR_CONFIG, "config", 78, false },
		{ ERR_KEYRING, "keyring", 69, false },
		{ ERR_HOST, "host", 68, false },
		{ ERR_NETWORK, "network", 75, true },
		{ ERR_TLS, "tls", 76, false },
		{ ERR_AUTH, "auth", 77, false },
		{ ERR_REFUSED, "refused", 69, false },
		{ ERR_UNSURE, "unsure", 74, false },
		{ ERR_SYSTEM, "system", 71, false },
		{ ERR_CANCELLED, "cancelled", 130, true },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct err err = ERR_INIT;

		assert_int_equal(err_set(&err, rows[i].kind, "x"), -1);
		assert_string_equal(err_kind_name(rows[i].kind), rows[i].name);
		assert_int_equal(err_exit_code(&err), rows[i].code);
		assert_int_equal(err.temporary, rows[i].temporary);
	}
}

TEST(a_refusal_for_now_is_worth_another_try)
{
	struct err err = ERR_INIT;

	err_set(&err, ERR_REFUSED, "Not now.");
	err.temporary = true;
	assert_int_equal(err_exit_code(&err), 75);
}

TEST(nobody_has_to_listen)
{
	assert_int_equal(err_set(NULL, ERR_INPUT, "%d", 1), -1);
	assert_int_equal(err_errno(NULL, "%d", 1), -1);
	err_hint(NULL, "x");
	err_reply(NULL, "x", 1);
	err_clear(NULL);
}

TEST(a_new_error_forgets_the_old_one)
{
	struct err err = ERR_INIT;

	err_set(&err, ERR_NETWORK, "First.");
	err_hint(&err, "Hint.");
	err_reply(&err, "550 no", 6);
	err_set(&err, ERR_INPUT, "Second %s.", "one");
	assert_string_equal(err.text, "Second one.");
	assert_string_equal(err.hint, "");
	assert_string_equal(err.reply, "");
	assert_false(err.temporary);
	/* A text may be built from itself. */
	err_set(&err, ERR_INPUT, "Again: %s", err.text);
	assert_string_equal(err.text, "Again: Second one.");
	err_clear(&err);
	assert_int_equal(err.kind, ERR_NONE);
	assert_string_equal(err.text, "");
}

TEST(nothing_in_it_reaches_a_terminal_raw)
{
	static const char bad[] = "a\x1b[31m\xc2\x9b\xff\r\n\tb";
	static const char shown[] = "a\\x1b[31m\\u{9b}\\xff\\x0d\\x0a b";
	struct err err = ERR_INIT;

	err_set(&err, ERR_INPUT, "%s", bad);
	err_hint(&err, "%s", bad);
	assert_string_equal(err.text, shown);
	assert_string_equal(err.hint, shown);
	err_reply(&err, bad, strlen(bad));
	assert_string_equal(err.reply, "a\\x1b[31m\\u{9b}\\xff\n b");
}

TEST(a_reply_keeps_its_lines)
{
	static const struct {
		const char *in, *out;
		size_t len;
	} rows[] = {
		{ "", "", 0 },
		{ "550 no", "550 no", 6 },
		{ "550-a\r\n550 b\r\n", "550-a\n550 b", 14 },
		{ "a\n\nb", "a\n\nb", 4 },
		{ "a\r\r\nb", "a\nb", 5 },
		{ "a\0b", "a\\x00b", 3 },
		{ "\n\n", "", 2 },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct err err = ERR_INIT;

		err_reply(&err, rows[i].in, rows[i].len);
		assert_string_equal(err.reply, rows[i].out);
	}
}

TEST(endless_text_is_cut_between_characters)
{
	struct err err = ERR_INIT;
	char *big = xmalloc(3 * ERR_REPLY_MAX + 1);

	for (size_t i = 0; i < ERR_REPLY_MAX; i++)
		memcpy(big + 3 * i, "\xe2\x82\xac", 3);
	big[3 * ERR_REPLY_MAX] = '\0';
	for (size_t shift = 0; shift < 3; shift++) {
		err_set(&err, ERR_INPUT, "%.*s%s", (int)shift, "xyz", big);
		err_hint(&err, "%.*s%s", (int)shift, "xyz", big);
		assert_true(text_utf8_valid(err.text, strlen(err.text)));
		assert_null(strchr(err.text, '\\'));
		assert_null(strchr(err.hint, '\\'));
		assert_true(strlen(err.text) > ERR_TEXT_MAX - 8);
	}
	err_reply(&err, big, 3 * ERR_REPLY_MAX);
	assert_true(text_utf8_valid(err.reply, strlen(err.reply)));
	assert_true(strlen(err.reply) > ERR_REPLY_MAX - 8);
	free(big);
}

TEST(the_reason_stays_however_long_the_name)
{
	struct err err = ERR_INIT;
	char name[2000];

	for (size_t len = 440; len < 520; len++) {
		memset(name, 'x', len);
		strcpy(name + len, "\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac");
		errno = ENOSPC;
		assert_int_equal(err_errno(&err, "Cannot write /%s", name), -1);
		assert_int_equal(err.kind, ERR_SYSTEM);
		assert_true(text_utf8_valid(err.text, strlen(err.text)));
		assert_null(strchr(err.text, '\\'));
		assert_non_null(strstr(err.text, ": No space left on device."));
	}
	memset(name, 'x', sizeof name);
	name[sizeof name - 1] = '\0';
	errno = EACCES;
	err_errno(&err, "Cannot write /%s", name);
	assert_non_null(strstr(err.text, "Cannot write /xxx"));
	assert_non_null(strstr(err.text, "...: Permission denied."));
}

/* ---- the end ---- */

static void be_quiet_about_it(void)
{
	struct rlimit none = { 0, 0 };

	setrlimit(RLIMIT_CORE, &none);
	signal(SIGABRT, SIG_DFL);
}

static void hook(void)
{
	fputs("hook\n", stderr);
	/* A hook that fails as well must not call itself for ever. */
	die("in the hook");
}

static int die_into(const char *path)
{
	be_quiet_about_it();
	stderr_into(path);
	die_set_hook(hook);
	die("broken: %d", 7);
}

TEST(dying_gives_the_terminal_back_once_and_aborts)
{
	char *dir = new_folder(), *log = xasprintf("%s/log", dir);

	assert_int_equal(in_child(die_into, log), 128 + SIGABRT);
	assert_contents(log, "hook\noutpost: in the hook\n");
	free(dir);
	free(log);
}

/* ASan's allocator ends the program by itself, in words of its own. */
#ifndef __SANITIZE_ADDRESS__
static int ask_for_too_much(const char *path)
{
	be_quiet_about_it();
	stderr_into(path);
	free(xreallocarray(NULL, SIZE_MAX / 2, 4));
	return 0;
}

TEST(out_of_memory_is_the_end)
{
	char *dir = new_folder(), *log = xasprintf("%s/log", dir), *said;

	assert_int_equal(in_child(ask_for_too_much, log), 128 + SIGABRT);
	said = contents(log);
	assert_non_null(strstr(said, "outpost: out of memory"));
	free(said);
	free(dir);
	free(log);
}
#endif

TEST(nothing_is_still_something_to_free)
{
	void *p = xmalloc(0), *q = xcalloc(0, 8), *r = xreallocarray(NULL, 0, 8);
	char *s = xstrndup("abc", 2), *t = xstrndup("abc", 9), *u = xstrdup("");

	assert_non_null(p);
	assert_non_null(q);
	assert_non_null(r);
	assert_null(xstrdup(NULL));
	assert_string_equal(s, "ab");
	assert_string_equal(t, "abc");
	assert_string_equal(u, "");
	free(p);
	free(q);
	free(r);
	free(s);
	free(t);
	free(u);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kinds_have_a_name_and_a_code_of_their_own),
		cmocka_unit_test(a_refusal_for_now_is_worth_another_try),
		cmocka_unit_test(nobody_has_to_listen),
		cmocka_unit_test(a_new_error_forgets_the_old_one),
		cmocka_unit_test(nothing_in_it_reaches_a_terminal_raw),
		cmocka_unit_test(a_reply_keeps_its_lines),
		cmocka_unit_test(endless_text_is_cut_between_characters),
		cmocka_unit_test(the_reason_stays_however_long_the_name),
		cmocka_unit_test(dying_gives_the_terminal_back_once_and_aborts),
#ifndef __SANITIZE_ADDRESS__
		cmocka_unit_test(out_of_memory_is_the_end),
#endif
		cmocka_unit_test(nothing_is_still_something_to_free),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
