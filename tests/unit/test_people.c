/* Whom a message may be for: an address book that misbehaves, names that need quotes. */
#include "test_base_kit.h"

#include <sys/stat.h>
#include <time.h>

#include "base/buf.h"
#include "port/program.h"
#include "task/people.h"

TEST(words_as_a_shell_splits_them)
{
	static const struct {
		const char *line, *fill;
		const char *words[6];
	} rows[] = {
		{ "khard email %s", "anna", { "khard", "email", "anna" } },
		{ "khard  email", "a b", { "khard", "email", "a b" } },
		{ "q --name='%s' \"x y\"",
		  "'; rm -rf / #",
		  { "q", "--name='; rm -rf / #", "x y" } },
		{ "q a\\ b 100%% %s", "$(id)`id`", { "q", "a b", "100%", "$(id)`id`" } },
		{ "q \"a\\\"b\" ''", "%s", { "q", "a\"b", "", "%s" } },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		char **words = program_words(rows[i].line, rows[i].fill, NULL);
		size_t n = 0;

		assert_non_null(words);
		for (; rows[i].words[n]; n++)
			assert_string_equal(words[n], rows[i].words[n]);
		assert_null(words[n]);
		program_words_free(words);
	}
}

TEST(what_is_no_command_is_refused)
{
	static const char *const bad[] = { "", "  ", "a 'b", "a \"b" };
	struct err err = ERR_INIT;

	for (size_t i = 0; i < COUNT(bad); i++) {
		assert_null(program_words(bad[i], "x", &err));
		assert_int_equal(err.kind, ERR_INPUT);
	}
}

/* The book is a script: the word comes as one argument. */
static int ask(const char *script, const char *part, struct people *people, struct err *err)
{
	char *command = xasprintf("sh -c '%s' book %%s", script);
	int rc = people_ask(command, part, -1, people, err);

	free(command);
	return rc;
}

TEST(an_answer_is_read)
{
	struct people people = PEOPLE_INIT;

	assert_int_equal(ask("printf \"searching\\tfor\\nzoe@example.org\\tZo\xc3\xab\\twork\\n"
			     "no address\\tx\\nbob@example.org\\t\\tx\\r\\n"
			     "ZOE@example.org\\tagain\\na@example.org\\n"
			     "e@example.org\\t\\033[31mred\\n$1@example.net\\tlast\"",
			     "--who", &people, NULL),
			 0);
	assert_int_equal(people.count, 4);
	assert_string_equal(people.list[0].address, "zoe@example.org");
	assert_string_equal(people.list[0].name, "Zo\xc3\xab");
	assert_string_equal(people.list[1].address, "bob@example.org");
	assert_null(people.list[1].name);
	assert_string_equal(people.list[2].address, "e@example.org");
	assert_null(people.list[2].name);
	assert_string_equal(people.list[3].address, "who@example.net");
	people_clear(&people);
}

TEST(finding_nobody_is_no_error)
{
	struct people people = PEOPLE_INIT;

	assert_int_equal(ask("echo Not found; exit 1", "x", &people, NULL), 0);
	assert_int_equal(ask("exit 1", "x", &people, NULL), 0);
	assert_int_equal(ask("echo one moment >&2", "x", &people, NULL), 0);
	assert_int_equal(ask("echo Not found; echo 0 hits >&2; exit 1", "x", &people, NULL), 0);
	assert_int_equal(people.count, 0);
}

TEST(what_a_failing_book_says_is_told)
{
	struct people people = PEOPLE_INIT;
	struct err err = ERR_INIT;

	assert_int_equal(ask("echo; echo the database is locked >&2; exit 1", "x", &people, &err),
			 0);
	assert_int_equal(ask("echo the database is locked >&2; exit 1", "x", &people, &err), -1);
	assert_int_equal(err.kind, ERR_CONFIG);
	assert_string_equal(err.text,
			    "The address query did not work. It says: the database is locked");
	people_clear(&people);
}

TEST(a_bad_book_is_bounded)
{
	struct people people = PEOPLE_INIT;
	struct err err = ERR_INIT;
	time_t began = time(NULL);

	assert_int_equal(people_ask("/no/such/book", "x", -1, &people, &err), -1);
	assert_int_equal(err.kind, ERR_CONFIG);
	assert_non_null(strstr(err.text, "/no/such/book"));
	assert_int_equal(ask("while :; do echo a@b.example\tx; done", "x", &people, &err), -1);
	assert_non_null(strstr(err.text, "more than"));
	assert_int_equal(ask("kill -9 $$", "x", &people, &err), -1);
	assert_non_null(strstr(err.text, "Signal 9"));
	assert_int_equal(people.count, 0);
	assert_true(time(NULL) - began < 10);
}

TEST(a_slow_one_is_killed_with_its_children)
{
	static const char *const words[] = { "sh", "-c", "sleep 60 & sleep 60", NULL };
	struct program_answer answer = PROGRAM_ANSWER_INIT;
	struct err err = ERR_INIT;
	int ends[2];

	assert_int_equal(program_run(words, NULL, -1, 100, &answer, &err), -1);
	assert_int_equal(err.kind, ERR_SYSTEM);
	assert_int_equal(pipe(ends), 0);
	close(ends[1]);
	assert_int_equal(program_run(words, NULL, ends[0], 60000, &answer, &err), -1);
	assert_int_equal(err.kind, ERR_CANCELLED);
	close(ends[0]);
	program_answer_clear(&answer);
}

TEST(text_of_a_person)
{
	static const struct {
		const char *address, *name, *text;
	} rows[] = {
		{ "a@example.org", NULL, "a@example.org" },
		{ "a@example.org", "Zo\xc3\xab M", "Zo\xc3\xab M <a@example.org>" },
		{ "a@example.org", "Doe, J.", "\"Doe, J.\" <a@example.org>" },
		{ "a@example.org", "a\"b\\", "\"a\\\"b\\\\\" <a@example.org>" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct person p = { (char *)rows[i].address, (char *)rows[i].name };
		char *text = person_text(&p);

		assert_string_equal(text, rows[i].text);
		free(text);
	}
}

TEST(a_part_fits_where_a_word_begins)
{
	struct person p = { (char *)"anna.meier@example.org", (char *)"Dr. Zoe Schulz" };

	assert_true(person_fits(&p, "ann"));
	assert_true(person_fits(&p, "MEI"));
	assert_true(person_fits(&p, "exam"));
	assert_true(person_fits(&p, "schu"));
	assert_false(person_fits(&p, "nna"));
	assert_false(person_fits(&p, "hulz"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_as_a_shell_splits_them),
		cmocka_unit_test(what_is_no_command_is_refused),
		cmocka_unit_test(an_answer_is_read),
		cmocka_unit_test(finding_nobody_is_no_error),
		cmocka_unit_test(what_a_failing_book_says_is_told),
		cmocka_unit_test(a_bad_book_is_bounded),
		cmocka_unit_test(a_slow_one_is_killed_with_its_children),
		cmocka_unit_test(text_of_a_person),
		cmocka_unit_test(a_part_fits_where_a_word_begins),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
