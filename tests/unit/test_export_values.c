/* What a format can say of an account, and where its files are. */
#include "test_base_kit.h"

#include <fcntl.h>

#include "mail/account.h"
#include "task/export/place.h"
#include "task/export/values.h"

struct setting {
	enum account_key key;
	const char *value;
};

static struct account *account(const struct setting *settings, size_t count)
{
	static const struct setting usual[] = { { ACCOUNT_ADDRESS, "alice@example.org" },
						{ ACCOUNT_HOST, "mail.example.org" } };
	struct account *a = account_new("work");
	struct err err = ERR_INIT;

	for (size_t i = 0; i < COUNT(usual) + count; i++) {
		const struct setting *s = i < COUNT(usual) ? &usual[i] : &settings[i - COUNT(usual)];

		if (account_set(a, s->key, s->value, &err) < 0)
			fail_msg("%s", err.text);
	}
	return a;
}

static struct export_values *values(const struct setting *settings, size_t count)
{
	struct account *a = account(settings, count);
	const struct export_params p = { .account = a };
	struct err err = ERR_INIT;
	struct export_values *v = export_values_new(&p, &err);

	if (!v)
		fail_msg("%s", err.text);
	account_free(a);
	return v;
}

TEST(every_name_has_a_value)
{
	struct export_values *v = values(NULL, 0);

	assert_null(export_names[EXPORT_NAMES].name);
	for (size_t i = 0; i < EXPORT_NAMES; i++) {
		assert_non_null(export_names[i].name);
		assert_true(export_names[i].words[0] != '\0');
		assert_non_null(export_value(v, export_names[i].name));
	}
	assert_null(export_value(v, "nobody"));
	assert_string_equal(export_value(v, "password"), "");
	export_values_free(v);
	export_values_free(NULL);
}

TEST(values_of_an_account)
{
	static const struct {
		struct setting set[3];
		const char *name, *want;
	} rows[] = {
		{ { { 0 } }, "id", "work" },
		{ { { 0 } }, "local", "alice" },
		{ { { 0 } }, "domain", "example.org" },
		{ { { 0 } }, "from", "alice@example.org" },
		{ { { ACCOUNT_FROM_NAME, "A \"B\" \\" } }, "from",
		  "\"A \\\"B\\\" \\\\\" <alice@example.org>" },
		{ { { ACCOUNT_SECURITY, "tls" } }, "tls", "yes" },
		{ { { ACCOUNT_SECURITY, "tls" } }, "starttls", "" },
		{ { { ACCOUNT_SECURITY, "tls" } }, "port", "465" },
		{ { { ACCOUNT_SECURITY, "starttls" } }, "starttls", "yes" },
		{ { { ACCOUNT_SECURITY, "starttls" } }, "port", "587" },
		{ { { ACCOUNT_USER, "o'x" } }, "user", "o'x" },
		{ { { 0 } }, "auth", "yes" },
		{ { { ACCOUNT_PASSWORD, "none" } }, "auth", "" },
		{ { { ACCOUNT_PASSWORD, "none" } }, "password_command", "" },
		{ { { ACCOUNT_AUTH, "xoauth2" } }, "oauth", "yes" },
		{ { { ACCOUNT_AUTH, "plain" } }, "oauth", "" },
		{ { { ACCOUNT_AUTH, "plain" } }, "mechanism", "plain" },
		{ { { 0 } }, "mechanism", "" },
		{ { { ACCOUNT_PASSWORD, "keyring" } }, "keyring", "yes" },
		{ { { ACCOUNT_PASSWORD, "keyring" } }, "password_command",
		  "secret-tool lookup host mail.example.org service smtp user alice@example.org" },
		{ { { ACCOUNT_PASSWORD, "keyring" }, { ACCOUNT_USER, "o'x y" } }, "password_command",
		  "secret-tool lookup host mail.example.org service smtp user 'o'\\''x y'" },
		{ { { ACCOUNT_PASSWORD, "command" }, { ACCOUNT_PASSWORD_COMMAND, "pass 'a b' | head -1" } },
		  "password_command", "pass 'a b' | head -1" },
		{ { { ACCOUNT_PASSWORD, "file" }, { ACCOUNT_PASSWORD_FILE, "/a b/c" } },
		  "password_command", "cat '/a b/c'" },
		{ { { ACCOUNT_PASSWORD, "file" }, { ACCOUNT_PASSWORD_FILE, "/a b/c" } }, "keyring", "" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		size_t n = 0;
		struct export_values *v;

		while (n < 3 && rows[i].set[n].value)
			n++;
		v = values(rows[i].set, n);
		assert_string_equal(export_value(v, rows[i].name), rows[i].want);
		export_values_free(v);
	}
}

/* So that a second export to another server is still the same account for the program. */
TEST(the_uuid_stays)
{
	static const struct setting other[] = { { ACCOUNT_HOST, "other.example.org" } };
	static const struct setting address[] = { { ACCOUNT_ADDRESS, "bob@example.org" } };
	struct export_values *a = values(NULL, 0), *b = values(other, 1), *c = values(address, 1);
	const char *uid = export_value(a, "uid");

	assert_int_equal(strlen(uid), 36);
	assert_int_equal(strspn(uid, "0123456789abcdef-"), 36);
	assert_true(uid[14] == '8' && uid[19] == 'a');
	assert_string_equal(uid, export_value(b, "uid"));
	assert_string_not_equal(uid, export_value(c, "uid"));
	export_values_free(a);
	export_values_free(b);
	export_values_free(c);
}

/* ---- places ---- */

static char *home;

static int begin(void **state)
{
	(void)state;
	home = new_folder();
	setenv("HOME", home, 1);
	unsetenv("XDG_CONFIG_HOME");
	unsetenv("XDG_DATA_HOME");
	return 0;
}

static int end(void **state)
{
	(void)state;
	free(home);
	return 0;
}

/* want is below home, or with a "/" whole. */
static void expect(const char *rule, const char *root, const char *want)
{
	struct export_values *v = values(NULL, 0);
	struct err err = ERR_INIT;
	char *got = export_place(rule, v, root, &err);
	char *whole = want[0] == '/' ? xstrdup(want) : xasprintf("%s%s/%s", root ? root : "", home, want);

	if (!got)
		fail_msg("%s: %s", rule, err.text);
	assert_string_equal(got, whole);
	free(whole);
	free(got);
	export_values_free(v);
}

static void make(const char *name)
{
	char *path = xasprintf("%s/%s", home, name), *slash = strrchr(path, '/');
	struct err err = ERR_INIT;

	*slash = '\0';
	assert_int_equal(file_mkdirs(path, 0700, &err), 0);
	*slash = '/';
	assert_int_equal(file_replace(path, "", 0, 0600, &err), 0);
	free(path);
}

TEST(paths)
{
	struct export_values *v = values(NULL, 0);
	struct err err = ERR_INIT;

	expect("~/.xrc", NULL, ".xrc");
	expect("~/.xrc", "/trial", ".xrc");
	expect("/etc/x", NULL, "/etc/x");
	expect("/etc/x", "/trial", "/trial/etc/x");
	expect("${XDG_CONFIG_HOME}/x/{{id}}", NULL, ".config/x/work");
	expect("${XDG_DATA_HOME}/x", NULL, ".local/share/x");
	setenv("XDG_CONFIG_HOME", "/elsewhere", 1);
	expect("${XDG_CONFIG_HOME}/x", NULL, "/elsewhere/x");
	setenv("XDG_CONFIG_HOME", "relative", 1);
	expect("${XDG_CONFIG_HOME}/x", NULL, ".config/x");
	assert_null(export_place("${NOTHING}/x", v, NULL, &err));
	assert_non_null(strstr(err.text, "unknown folder"));
	export_values_free(v);
}

TEST(the_first_that_exists)
{
	expect("~/.a | ~/.b | ~/.c", NULL, ".a");
	make(".c");
	expect("~/.a | ~/.b | ~/.c", NULL, ".c");
	make(".b");
	expect("~/.a | ~/.b | ~/.c", NULL, ".b");
}

TEST(the_newest_folder)
{
	const struct timespec old[2] = { { 1000, 0 }, { 1000, 0 } };
	char *path = xasprintf("%s/.prog/two", home);

	expect("~/.prog/*/user.js", NULL, ".prog/*/user.js");
	make(".prog/one/x");
	make(".prog/two/x");
	make(".prog/file");
	assert_int_equal(utimensat(AT_FDCWD, path, old, 0), 0);
	expect("~/.prog/*/user.js", NULL, ".prog/one/user.js");
	free(path);
}

#undef TEST
#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_name_has_a_value), TEST(values_of_an_account), TEST(the_uuid_stays),
		TEST(paths),		      TEST(the_first_that_exists), TEST(the_newest_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
