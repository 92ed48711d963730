#include "test_base_kit.h"

#include "mail/account.h"
#include "task/export/export.h"
#include "task/export/format.h"
#include "task/export/values.h"

#define HEAD  "title = T\n"
#define FILE_ "--- ~/x\nmerge = section\ncomment = #\n\nbody\n"

static struct export_format *parse(const char *text, struct err *err)
{
	return export_format_parse("x", text, strlen(text), err);
}

TEST(reads_all_keys)
{
	static const char text[] =
		"# a comment\n"
		"title = Some Program\nabout = does it\ngroup = server\nprogram = prog\n"
		"also = /a /b\ntried = 1.2\nsince = 1.0\nsecret = file\nneeds = tls|starttls !oauth\n"
		"single = yes\nroot = yes\nnext = Do {{id}}\nnext = Then\nwithout = Give it\n"
		"check = prog {{to}}\nwarn = Bad\n"
		"\n"
		"--- ~/.prog | ${XDG_CONFIG_HOME}/prog/{{id}}\n"
		"merge = section\ncomment = <!-- -->\nplace = begin\nmode = 0640\nowner = root:mail\n"
		"hidden = yes\nquote = xml\nwhen = auth\nrun = postmap {{file}}\n"
		"\n"
		"first {{host}}\n"
		"\n"
		"--- -\n"
		"merge = print\n"
		"\n"
		"second\n";
	struct err err = ERR_INIT;
	struct export_format *f = parse(text, &err);
	const struct export_file *file;

	assert_string_equal(err.text, "");
	assert_non_null(f);
	assert_string_equal(f->id, "x");
	assert_string_equal(f->title, "Some Program");
	assert_string_equal(f->needs, "tls|starttls !oauth");
	assert_int_equal(f->group, EXPORT_SERVER);
	assert_int_equal(f->secret, EXPORT_SECRET_FILE);
	assert_true(f->single && f->root);
	assert_int_equal(f->next_count, 2);
	assert_string_equal(f->next[1], "Then");
	assert_int_equal(f->file_count, 2);
	file = &f->files[0];
	assert_string_equal(file->path, "~/.prog | ${XDG_CONFIG_HOME}/prog/{{id}}");
	assert_int_equal(file->merge, EXPORT_SECTION);
	assert_string_equal(file->comment, "<!--");
	assert_string_equal(file->comment_end, "-->");
	assert_true(file->at_begin && file->mode_given && file->hidden);
	assert_int_equal(file->mode, 0640);
	assert_string_equal(file->owner, "root:mail");
	assert_string_equal(file->run, "postmap {{file}}");
	assert_int_equal(f->files[1].merge, EXPORT_PRINT);
	assert_string_equal(f->files[1].path, "");
	assert_string_equal(f->files[1].owner, "");
	assert_int_equal(f->files[1].mode, 0600);
	assert_false(f->files[1].mode_given);
	export_format_free(f);
	export_format_free(NULL);
}

TEST(faults_are_named)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{ "", "line 0: a title and a file are needed: x." },
		{ HEAD, "line 1: a title and a file are needed: x." },
		{ FILE_, "line 5: a title and a file are needed: x." },
		{ HEAD "hello\n", "line 2: this is no \"key = value\": hello." },
		{ HEAD "colour = red\n", "line 2: an unknown key: colour." },
		{ HEAD "group = dog\n", "line 2: this word is not known here: dog." },
		{ HEAD "secret = dog\n", "line 2: this word is not known here: dog." },
		{ HEAD "single = maybe\n", "line 2: yes or no: maybe." },
		{ HEAD "needs = auth tls|dog\n",
		  "line 2: needs names something that does not exist: dog." },
		{ HEAD "--- ~/x\nmerge = dog\n", "line 3: this word is not known here: dog." },
		{ HEAD "--- ~/x\nplace = middle\n", "line 3: begin or end: middle." },
		{ HEAD "--- ~/x\nmode = rw\n", "line 3: no rights of a file: rw." },
		{ HEAD "--- ~/x\nmode = 7777\n", "line 3: no rights of a file: 7777." },
		{ HEAD "--- ~/x\nhidden = 1\n", "line 3: yes or no: 1." },
		{ HEAD "--- ~/x\ncolour = red\n", "line 3: an unknown key: colour." },
		{ HEAD "--- ~/x\nquote = dog\n\nb\n", "line 5: there is no such rule for quote: dog." },
		{ HEAD "--- ~/x\nwhen = dog\n\nb\n",
		  "line 5: when names something that does not exist: dog." },
		{ HEAD "--- ~/x\nmerge = section\n\nb\n", "line 5: a section needs a comment: ~/x." },
		{ HEAD "--- -\n\nb\n", "line 4: a file needs a path: ---." },
		{ HEAD "--- ~/x\n\n{{dog}}\n", "line 4: this name does not exist, or not here: dog." },
		{ HEAD "--- ~/x\n\n{{host:dog}}\n", "line 4: there is no such rule: dog." },
		{ HEAD "--- ~/x\n\n{{host\n", "line 4: this does not close: {{host" },
		{ HEAD "--- ~/{{password}}\n\nb\n",
		  "line 4: this name does not exist, or not here: password." },
		{ HEAD "--- ~/x\nrun = a {{host}}\n\nb\n",
		  "line 5: this name does not exist, or not here: host." },
		{ HEAD "next = {{password}}\n" FILE_,
		  "line 7: this name does not exist, or not here: password." },
		{ HEAD "check = {{dog}}\n" FILE_, "line 7: this name does not exist, or not here: dog." },
		{ HEAD FILE_ FILE_ FILE_ FILE_ FILE_ FILE_ FILE_, "line 32: too many files: --- ~/x." },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct err err = ERR_INIT;
		struct export_format *f = parse(rows[i].text, &err);

		if (f || !strstr(err.text, rows[i].want))
			fail_msg("\"%s\" says \"%s\", not \"%s\"", rows[i].text, err.text, rows[i].want);
		assert_int_equal(err.kind, ERR_INPUT);
	}
}

TEST(ids_are_names_of_files)
{
	static const char *const bad[] = { "", "A", "a.b", "a/b", "../x", "a b", "a_b" };
	struct err err = ERR_INIT;

	for (size_t i = 0; i < COUNT(bad); i++)
		assert_null(export_format_parse(bad[i], HEAD FILE_, strlen(HEAD FILE_), &err));
	assert_null(export_format_parse("x", HEAD "\0" FILE_, strlen(HEAD) + 1 + strlen(FILE_), &err));
	assert_non_null(strstr(err.text, "NUL"));
}

/* ---- those compiled in ---- */

static struct account *make(const char *security, const char *password)
{
	struct account *a = account_new("work");
	struct err err = ERR_INIT;
	const struct {
		enum account_key key;
		const char *value;
	} settings[] = {
		{ ACCOUNT_ADDRESS, "alice@example.org" }, { ACCOUNT_HOST, "mail.example.org" },
		{ ACCOUNT_SECURITY, security },		  { ACCOUNT_PASSWORD, password },
		{ ACCOUNT_FROM_NAME, "Alice" },		  { ACCOUNT_PASSWORD_COMMAND, "pass work" },
	};

	for (size_t i = 0; i < COUNT(settings); i++)
		if (account_set(a, settings[i].key, settings[i].value, &err) < 0)
			fail_msg("%s", err.text);
	return a;
}

/* An ordinary account can be handed to every program, or a sentence says why not. */
TEST(every_format_can_be_filled)
{
	static const char *const ways[][2] = { { "starttls", "keyring" }, { "tls", "command" },
					       { "tls", "ask" }, { "starttls", "none" } };

	assert_true(export_format_count() > 0);
	for (size_t i = 0; i < export_format_count(); i++) {
		const struct export_format *f = export_format_at(i);
		size_t good = 0;

		assert_ptr_equal(export_format_by_id(f->id), f);
		assert_true(f->title[0] && f->about[0]);
		assert_true(export_group_name(f->group)[0] && export_group_title(f->group)[0]);
		for (size_t n = 0; n < COUNT(ways); n++) {
			struct account *a = make(ways[n][0], ways[n][1]);
			const struct export_params p = { .format = f, .account = a, .print = true };
			struct export_plan plan = EXPORT_PLAN_INIT;
			struct err err = ERR_INIT;

			if (export_plan(&p, &plan, &err) == 0)
				good++;
			else if (!strstr(err.text, " cannot use the account work: it "))
				fail_msg("%s: %s", f->id, err.text);
			export_plan_clear(&plan);
			account_free(a);
		}
		if (good == 0)
			fail_msg("%s takes no account at all", f->id);
	}
	assert_null(export_format_by_id("no-such"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_all_keys),
		cmocka_unit_test(faults_are_named),
		cmocka_unit_test(ids_are_names_of_files),
		cmocka_unit_test(every_format_can_be_filled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
