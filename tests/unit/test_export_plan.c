/* Planning, writing and taking back, and the journal between them, with formats of the test's own. */
#include "test_base_kit.h"

#include "base/dirs.h"
#include "base/secret.h"
#include "mail/account.h"
#include "task/export/export.h"
#include "task/export/format.h"
#include "task/export/journal.h"

static char *folder;

/* @ is the folder of the test. */
static struct export_format *format(const char *text)
{
	struct buf whole = BUF_INIT(65536);
	struct err err = ERR_INIT;
	struct export_format *f;

	for (; *text; text++)
		if (*text == '@')
			buf_adds(&whole, folder);
		else
			buf_addc(&whole, *text);
	f = export_format_parse("x", buf_text(&whole), whole.len, &err);
	if (!f)
		fail_msg("%s", err.text);
	buf_free(&whole);
	return f;
}

static struct account *account(const char *id)
{
	struct account *a = account_new(id);
	struct err err = ERR_INIT;

	if (account_set(a, ACCOUNT_ADDRESS, "alice@example.org", &err) < 0 ||
	    account_set(a, ACCOUNT_HOST, "mail.example.org", &err) < 0)
		fail_msg("%s", err.text);
	return a;
}

static char *at(const char *name)
{
	return xasprintf("%s/%s", folder, name);
}

static void put(const char *name, const char *text, mode_t mode)
{
	char *path = at(name);
	struct err err = ERR_INIT;

	if (file_replace(path, text, strlen(text), mode, &err) < 0)
		fail_msg("%s", err.text);
	free(path);
}

static void expect(const char *name, const char *text) /* NULL: no file */
{
	char *path = at(name);

	if (text)
		assert_contents(path, text);
	else
		assert_false(file_exists(path));
	free(path);
}

static void drop(const char *name)
{
	char *path = at(name);

	assert_int_equal(unlink(path), 0);
	free(path);
}

static mode_t mode_of(const char *name)
{
	char *path = at(name);
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	free(path);
	return st.st_mode & 07777;
}

/* NULL: it went well; else the sentence, to be freed. */
static char *write_it(const struct export_format *f, const char *id)
{
	struct account *a = account(id);
	const struct export_params p = { .format = f, .account = a };
	struct export_plan plan = EXPORT_PLAN_INIT;
	struct err err = ERR_INIT;
	int rc = export_write(&p, &plan, &err);

	export_plan_clear(&plan);
	account_free(a);
	return rc == 0 ? NULL : xstrdup(err.text);
}

static void writes(const struct export_format *f, const char *id)
{
	char *why = write_it(f, id);

	if (why)
		fail_msg("%s", why);
}

static void refuses(const struct export_format *f, const char *id, const char *part)
{
	char *why = write_it(f, id);

	if (!why || !strstr(why, part))
		fail_msg("\"%s\" does not hold \"%s\"", why ? why : "", part);
	free(why);
}

static void undoes(const struct export_format *f, const char *id, size_t kept)
{
	struct err err = ERR_INIT;
	size_t n = 99;

	if (export_undo(f, id, &n, &err) != 0)
		fail_msg("%s", err.text);
	assert_int_equal(n, kept);
}

static int begin(void **state)
{
	char *config;

	(void)state;
	folder = new_folder();
	config = at("config");
	dirs_set_config(config);
	free(config);
	return 0;
}

static int end(void **state)
{
	(void)state;
	dirs_set_config(NULL);
	free(folder);
	return 0;
}

#define SECTION "title = T\n--- @/f\nmerge = section\ncomment = #\nquote = plain\n\nhost {{host}}\n"
#define OWN     "title = T\n--- @/o\nmerge = own\nmode = 0644\n\nhost {{host}}\n"
#define PART(id) "# >>> outpost " id " >>>\nhost mail.example.org\n# <<< outpost " id " <<<\n"

TEST(accounts_share_a_file)
{
	struct export_format *f = format(SECTION);

	put("f", "mine", 0644);
	writes(f, "a");
	expect("f", "mine\n" PART("a"));
	expect("f.before-outpost", "mine");
	assert_int_equal(mode_of("f"), 0644);
	assert_int_equal(mode_of("f.before-outpost"), 0600);
	writes(f, "b");
	expect("f", "mine\n" PART("a") PART("b"));
	expect("f.before-outpost", "mine");
	undoes(f, "a", 0);
	expect("f", "mine\n" PART("b"));
	assert_int_equal(mode_of("f"), 0644);
	undoes(f, "b", 0);
	expect("f", "mine\n");
	export_format_free(f);
}

TEST(back_to_the_byte)
{
	struct export_format *f = format(SECTION);

	put("f", "mine", 0640);
	writes(f, "a");
	writes(f, "a");
	undoes(f, "a", 0);
	expect("f", "mine");
	expect("f.before-outpost", NULL);
	assert_int_equal(mode_of("f"), 0640);
	export_format_free(f);
}

TEST(rights_come_back)
{
	struct export_format *f = format("title = T\n--- @/f\nmerge = section\ncomment = #\n"
					 "mode = 0600\n\nx\n");
	char *path = at("f");

	put("f", "mine\n", 0644);
	writes(f, "a");
	assert_int_equal(mode_of("f"), 0600);
	writes(f, "a");
	undoes(f, "a", 0);
	assert_int_equal(mode_of("f"), 0644);
	put("f", "mine\n", 0640);
	writes(f, "a");
	assert_int_equal(chmod(path, 0604), 0);
	undoes(f, "a", 0);
	assert_int_equal(mode_of("f"), 0604);
	free(path);
	export_format_free(f);
}

TEST(new_file_goes)
{
	struct export_format *f = format(SECTION);
	struct err err = ERR_INIT;

	writes(f, "a");
	assert_int_equal(mode_of("f"), 0600);
	expect("f.before-outpost", NULL);
	undoes(f, "a", 0);
	expect("f", NULL);
	assert_int_equal(export_undo(f, "a", NULL, &err), -1);
	assert_int_equal(err.kind, ERR_NOINPUT);
	assert_string_equal(err.text, "Nothing was written for T and the account a.");
	export_format_free(f);
}

TEST(what_came_after_stays)
{
	struct export_format *f = format(SECTION);

	writes(f, "a");
	put("f", PART("a") "mine\n", 0600);
	undoes(f, "a", 0);
	expect("f", "mine\n");
	writes(f, "a");
	put("f", "all mine\n", 0600);
	undoes(f, "a", 0);
	expect("f", "all mine\n");
	export_format_free(f);
}

TEST(whole_files_are_not_the_users)
{
	struct export_format *f = format(OWN);

	put("o", "mine\n", 0600);
	refuses(f, "a", "is there already and was not written by outpost");
	expect("o", "mine\n");
	drop("o");
	writes(f, "a");
	assert_int_equal(mode_of("o"), 0644);
	writes(f, "a");
	put("o", "host mail.example.org\nmine\n", 0644);
	refuses(f, "a", "was changed since outpost wrote it");
	undoes(f, "a", 1);
	expect("o", "host mail.example.org\nmine\n");
	drop("o");
	writes(f, "a");
	undoes(f, "a", 0);
	expect("o", NULL);
	export_format_free(f);
}

TEST(all_or_nothing)
{
	struct export_format *f = format(SECTION "\n--- @/no/such/o\nmerge = own\n\nx\n");

	put("f", "mine\n", 0600);
	put("no", "no folder\n", 0600);
	refuses(f, "a", "no");
	expect("f", "mine\n");
	expect("f.before-outpost", NULL);
	export_format_free(f);
}

TEST(what_cannot_be_written_is_told)
{
	struct export_format *f = format(SECTION);
	char *path = at("f");

	put("f", "mine\n", 0400);
	refuses(f, "a", "is read-only");
	expect("f", "mine\n");
	unlink(path);
	assert_int_equal(mkdir(path, 0700), 0);
	refuses(f, "a", "is there and is no file");
	rmdir(path);
	assert_int_equal(mkfifo(path, 0600), 0);
	refuses(f, "a", "is there and is no file");
	unlink(path);
	put("f", "# >>> outpost a >>>\nmine\n", 0600);
	refuses(f, "a", "are not there as a pair");
	free(path);
	export_format_free(f);
}

TEST(a_link_stays_a_link)
{
	struct export_format *f = format(SECTION);
	char *path = at("f"), *real = at("dotfiles");
	struct stat st;

	put("dotfiles", "mine\n", 0600);
	assert_int_equal(symlink("dotfiles", path), 0);
	writes(f, "a");
	assert_true(lstat(path, &st) == 0 && S_ISLNK(st.st_mode));
	assert_contents(real, "mine\n" PART("a"));
	undoes(f, "a", 0);
	assert_true(lstat(path, &st) == 0 && S_ISLNK(st.st_mode));
	assert_contents(real, "mine\n");
	free(path);
	free(real);
	export_format_free(f);
}

TEST(needs_are_told)
{
	static const struct {
		const char *needs, *want; /* NULL: fits */
	} rows[] = {
		{ "auth", NULL },
		{ "starttls|tls", NULL },
		{ "!oauth", NULL },
		{ "plain", "T cannot use the account a: it needs no encryption." },
		{ "plain|oauth",
		  "T cannot use the account a: it needs no encryption or a sign-in with a token (OAuth2)." },
		{ "!auth", "T cannot use the account a: it cannot do with a sign-in." },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		char *text = xasprintf("needs = %s\n" SECTION, rows[i].needs);
		struct export_format *f = format(text);

		if (rows[i].want)
			refuses(f, "a", rows[i].want);
		else
			writes(f, "a");
		export_format_free(f);
		free(text);
	}
}

/* What is to be done with some accounts only is no empty line with the others. */
TEST(what_to_do_then)
{
	struct export_format *f = format("title = X\nsecret = none\nnext = {{#ca_file}}Trust it{{/ca_file}}\n"
					 "next = Start {{id}}\n--- -\nmerge = print\n\n{{id}}\n");
	struct account *a = account("work");
	struct export_params p = { .format = f, .account = a, .print = true };
	struct export_plan plan = EXPORT_PLAN_INIT;
	struct err err = ERR_INIT;

	assert_int_equal(export_plan(&p, &plan, &err), 0);
	assert_int_equal(plan.next_count, 1);
	assert_string_equal(plan.next[0], "Start work");
	export_plan_clear(&plan);
	export_format_free(f);
	account_free(a);
}

TEST(a_command_follows)
{
	struct export_format *f =
		format("title = T\n--- @/a b%s\nmerge = own\nrun = cp {{file}} '{{folder}}/the copy'\n\nx\n");
	struct export_format *bad =
		format("title = T\n--- @/f\nmerge = own\nrun = ls /no/such\n\nx\n");
	struct account *a = account("a");
	const struct export_params p = { .format = bad, .account = a };
	struct export_plan plan = EXPORT_PLAN_INIT;
	struct err err = ERR_INIT;

	writes(f, "a");
	expect("the copy", "x\n");
	assert_int_equal(export_write(&p, &plan, &err), 1);
	assert_non_null(strstr(err.text, "ls failed: "));
	expect("f", "x\n");
	export_plan_clear(&plan);
	account_free(a);
	export_format_free(f);
	export_format_free(bad);
}

/* ---- whose it is ---- */

static int as_nobody(const char *unused)
{
	struct export_format *f = format("title = T\nroot = yes\n--- @/r\nmerge = own\n\nx\n");
	struct account *a = account("a");
	const struct export_params p = { .format = f, .account = a };
	struct export_plan plan = EXPORT_PLAN_INIT;
	struct err err = ERR_INIT;
	bool good;

	(void)unused;
	if (geteuid() == 0 && setuid(65534) < 0)
		return 2;
	good = export_write(&p, &plan, &err) < 0 &&
	       strcmp(err.text, "Only root can write the settings of T.") == 0 &&
	       strstr(err.hint, "export x a --write");
	export_plan_clear(&plan);
	account_free(a);
	export_format_free(f);
	return good ? 0 : 1;
}

TEST(root_formats_need_root)
{
	assert_int_equal(in_child(as_nobody, NULL), 0);
	expect("r", NULL);
}

TEST(a_new_file_gets_its_owner)
{
	struct export_format *f = format("title = T\nsecret = file\n--- @/f\nmerge = section\n"
					 "comment = #\nmode = 0640\nowner = nobody:nogroup\n\n"
					 "x {{password}}\n");
	struct account *a = account("a");
	struct secret *secret = secret_new("s3cret", 6);
	const struct export_params p = { .format = f, .account = a, .password = secret };
	struct export_plan plan = EXPORT_PLAN_INIT;
	struct err err = ERR_INIT;
	char *path = at("f");
	struct stat st;

	assert_int_equal(export_write(&p, &plan, &err), 0);
	assert_int_equal(mode_of("f"), 0640);
	assert_int_equal(stat(path, &st), 0);
	if (geteuid() == 0) {
		assert_true(st.st_uid == 65534 && st.st_gid == 65534);
		put("f", "mine\n", 0660);
		assert_int_equal(chown(path, 2, 1), 0);
		assert_int_equal(export_write(&p, &plan, &err), 0);
		assert_int_equal(stat(path, &st), 0);
		assert_true(st.st_uid == 2 && st.st_gid == 1 && mode_of("f") == 0640);
	}
	export_plan_clear(&plan);
	secret_free(secret);
	account_free(a);
	free(path);
	export_format_free(f);
}

/* ---- the password ---- */

static const char with_password[] =
	"title = T\nsecret = file\n--- @/f\nmerge = section\ncomment = #\nmode = 0644\nquote = word\n\n"
	"{{#password}}\npass {{password}}\n{{/password}}\n";

TEST(a_file_with_a_password_is_private)
{
	struct export_format *f = format(with_password);
	struct account *a = account("a");
	struct secret *secret = secret_new("s3cret", 6);
	struct export_params p = { .format = f, .account = a, .password = secret };
	struct export_plan plan = EXPORT_PLAN_INIT;
	struct buf diff = BUF_INIT(4096);
	struct err err = ERR_INIT;

	put("f", "password = hunter2\nurl smtp://me:hunter3@h\n", 0644);
	assert_int_equal(export_plan(&p, &plan, &err), 0);
	assert_true(plan.targets[0].secret);
	export_diff(&plan.targets[0], &diff);
	assert_null(strstr(buf_text(&diff), "hunter2"));
	assert_null(strstr(buf_text(&diff), "hunter3"));
	assert_null(strstr(buf_text(&diff), "s3cret"));
	assert_non_null(strstr(buf_text(&diff), "password (hidden)"));
	assert_int_equal(export_write(&p, &plan, &err), 0);
	assert_int_equal(mode_of("f"), 0600);
	secret_free(secret);
	export_plan_clear(&plan);
	p.password = secret = secret_new("to p\"", 5);
	assert_int_equal(export_plan(&p, &plan, &err), -1);
	assert_non_null(strstr(err.text, "The password holds something that this format cannot hold"));
	export_plan_clear(&plan);
	p.password = NULL;
	assert_int_equal(export_plan(&p, &plan, &err), 0);
	assert_false(plan.targets[0].secret);
	assert_int_equal(plan.note_count, 1);
	assert_non_null(strstr(plan.notes[0], "--with-password"));
	export_plan_clear(&plan);
	secret_free(secret);
	buf_free(&diff);
	account_free(a);
	export_format_free(f);
}

/* ---- the journal ---- */

static void count_one(void *arg, const struct export_format *f, const char *id)
{
	struct buf *out = arg;

	buf_printf(out, "%s.%s ", f->id, id);
}

TEST(journal_keeps_what_was_first)
{
	struct export_format *f = format(SECTION);
	struct journal j = JOURNAL_INIT;
	struct journal_entry e = { .was_new = true, .before = "-", .path = (char *)"/a b/c" };
	struct buf seen = BUF_INIT(100);
	struct err err = ERR_INIT;
	int lock = journal_lock(&err);

	assert_true(lock >= 0);
	journal_hash("1", 1, e.hash);
	journal_add(&j, &e);
	e.was_new = false;
	memcpy(e.before, e.hash, sizeof e.hash);
	journal_hash("2", 1, e.hash);
	journal_add(&j, &e);
	assert_int_equal(journal_save(f, "a.b", &j, &err), 0);
	journal_clear(&j);
	assert_int_equal(journal_load(f, "a.b", &j, &err), 0);
	assert_string_equal(j.account, "a.b");
	assert_int_equal(j.count, 1);
	assert_true(j.list[0].was_new);
	assert_string_equal(j.list[0].path, "/a b/c");
	assert_true(journal_fits(journal_find(&j, "/a b/c"), "1", 1));
	assert_true(journal_fits(journal_find(&j, "/a b/c"), "2", 1));
	assert_false(journal_fits(journal_find(&j, "/a b/c"), "3", 1));
	assert_null(journal_find(&j, "/other"));
	journal_each(f, count_one, &seen);
	assert_string_equal(buf_text(&seen), "x.a.b ");
	journal_clear(&j);
	assert_int_equal(journal_save(f, "a.b", &j, &err), 0);
	buf_clear(&seen);
	journal_each(f, count_one, &seen);
	assert_string_equal(buf_text(&seen), "");
	close(lock);
	buf_free(&seen);
	export_format_free(f);
}

TEST(a_damaged_journal_is_told)
{
	static const char *const texts[] = { "a\nx\n", "a\nn 0600 12 - /x\n", "a\nq 0600 - - /x\n",
					     "a\nn 0600 - -\n", "a\nn 9 - - /x\n", "a\n - - - /x\n" };
	struct export_format *f = format(SECTION);
	char *path = dirs_state_path("exports/x.a");
	struct err err = ERR_INIT;

	close(journal_lock(&err));
	for (size_t i = 0; i < COUNT(texts); i++) {
		assert_int_equal(file_replace(path, texts[i], strlen(texts[i]), 0600, &err), 0);
		refuses(f, "a", "is damaged");
		expect("f", NULL);
	}
	free(path);
	export_format_free(f);
}

#undef TEST
#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(accounts_share_a_file),
		TEST(back_to_the_byte),
		TEST(rights_come_back),
		TEST(new_file_goes),
		TEST(what_came_after_stays),
		TEST(whole_files_are_not_the_users),
		TEST(all_or_nothing),
		TEST(what_cannot_be_written_is_told),
		TEST(a_link_stays_a_link),
		TEST(needs_are_told),
		TEST(what_to_do_then),
		TEST(a_command_follows),
		TEST(root_formats_need_root),
		TEST(a_new_file_gets_its_owner),
		TEST(a_file_with_a_password_is_private),
		TEST(journal_keeps_what_was_first),
		TEST(a_damaged_journal_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
