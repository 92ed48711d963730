/* What is asked before a message goes, and what is not. */
#include "test_base_kit.h"

#include "base/dirs.h"
#include "base/file.h"
#include "task/drafts.h"
#include "task/drafts_doubt.h"
#include "task/outbox_private.h"

TEST(a_text_that_speaks_of_a_file)
{
	static const char *const yes[] = { "See the attached file.",
					   "ATTACHMENT below",
					   "im Anhang: alles",
					   "Hallo,\n\nanbei der Plan",
					   "veuillez trouver ci-joint",
					   "la pièce jointe.",
					   "資料を添付します",
					   "请看附件。",
					   "the \u201cattached\u201d file",
					   "Siehe Anlage.",
					   "Прилагаю договор",
					   "Во вложении счёт",
					   "je joins un fichier joint",
					   "Ekte dosya",
					   "I attach the plan\u2026",
					   "첨부합니다",
					   "\u00abadjuntas\u00bb",
					   "PFA the plan" };
	static const char *const no[] = { "",
					  "reattachedly",
					  "Anhänger",
					  "> see the attached file",
					  "Hi\n-- \nattached to nothing",
					  "attache",
					  "\u00e9attached" };

	for (size_t i = 0; i < COUNT(yes); i++)
		assert_true(draft_speaks_of_file(yes[i]));
	for (size_t i = 0; i < COUNT(no); i++)
		assert_false(draft_speaks_of_file(no[i]));
}

static struct draft good(void)
{
	return (struct draft){ .to = (char *)"Zoë <zoe@example.org>",
			       .subject = (char *)"s",
			       .text = (char *)"t" };
}

TEST(nothing_to_ask)
{
	struct draft d = good();
	char why[300];

	assert_int_equal(draft_doubt(&d, 0, 1000, why), DRAFT_DOUBTS);
	d.to = (char *)"a@[127.0.0.1], b@example.co.uk, c@example.com";
	assert_int_equal(draft_doubt(&d, 0, 18000000, why), DRAFT_DOUBTS);
}

TEST(each_in_turn)
{
	struct draft d = { .to = (char *)"bob@gmial.com" };
	char why[300];

	assert_int_equal(draft_doubt(&d, 0, 30000000, why), DRAFT_DOUBT_SUBJECT);
	assert_int_equal(draft_doubt(&d, DRAFT_DOUBT_SUBJECT + 1, 30000000, why), DRAFT_DOUBT_TEXT);
	d.text = (char *)"attached";
	assert_int_equal(draft_doubt(&d, DRAFT_DOUBT_TEXT, 30000000, why), DRAFT_DOUBT_FILES);
	assert_int_equal(draft_doubt(&d, DRAFT_DOUBT_ADDRESS, 30000000, why), DRAFT_DOUBT_ADDRESS);
	assert_non_null(strstr(why, "did you mean bob@gmail.com?"));
	assert_int_equal(draft_doubt(&d, DRAFT_DOUBT_SIZE, 30000000, why), DRAFT_DOUBT_SIZE);
	assert_non_null(strstr(why, "40 MB"));
	assert_int_equal(draft_doubt(&d, DRAFT_DOUBT_SIZE, 0, why), DRAFT_DOUBTS);
}

TEST(addresses_that_are_probably_wrong)
{
	static const char *const bad[] = { "bob@example.con",    "x@example.org, root@localhost",
					   "Bob <BOB@GMAI.COM>", "x@gmail.co",
					   "x@hotmall.com",      "x@outloook.com",
					   "b@hotmial.co.uk" };
	static const char *const good_ones[] = {
		"x@gmail.com",   "x@ymail.com",  "x@mail.com",         "x@email.com",
		"x@cloud.com",   "x@live.com",   "x@googlemail.com",   "x@online.de",
		"x@yahoo.co.uk", "x@hotmail.de", "x@gmail.example.org"
	};
	struct draft d = good();
	char why[300];

	for (size_t i = 0; i < COUNT(bad); i++) {
		d = good();
		d.bcc = (char *)bad[i];
		assert_int_equal(draft_doubt(&d, 0, 0, why), DRAFT_DOUBT_ADDRESS);
	}
	for (size_t i = 0; i < COUNT(good_ones); i++)
		assert_false(draft_doubt_address(good_ones[i], why));
	assert_true(draft_doubt_address("Bob.B@gmal.com", why));
	assert_string_equal(why, "Bob.B@gmal.com may be mistyped: did you mean Bob.B@gmail.com?");
}

/* Three messages that nobody there wanted, then one that somebody took. */
TEST(who_was_refused_again_and_again)
{
	char folder[] = "/tmp/doubt-test-XXXXXX", *path, why[300], command[64];
	struct draft d = good();
	struct err err = ERR_INIT;
	struct db *db;

	assert_non_null(mkdtemp(folder));
	dirs_set_config(folder);
	d.cc = (char *)"Carl <CARL@example.com>";
	assert_int_equal(draft_doubt(&d, 0, 0, why), DRAFT_DOUBTS);
	path = dirs_state_path("outbox.db");
	assert_int_equal(file_mkdirs(dirs_state(), 0700, &err), 0);
	db = db_open(path, outbox_schema, NULL, &err);
	assert_non_null(db);
	for (int i = 1; i <= 3; i++) {
		assert_int_equal(draft_doubt(&d, 0, 0, why), DRAFT_DOUBTS);
		db_run(db, &err, "INSERT INTO recipient (message, n, address, state, reply) VALUES "
		       "(?, 0, 'carl@example.com', ?, 'no such user')", "dd", i, RCPT_FAILED);
	}
	assert_int_equal(draft_doubt(&d, 0, 0, why), DRAFT_DOUBT_REFUSED);
	assert_string_equal(why, "CARL@example.com was refused for good the last 3 times: no such user");
	db_run(db, &err, "INSERT INTO recipient (message, n, address, state) VALUES "
	       "(4, 0, 'carl@example.com', ?)", "d", RCPT_SENT);
	assert_int_equal(draft_doubt(&d, 0, 0, why), DRAFT_DOUBTS);
	db_close(db);
	free(path);
	dirs_set_config(NULL);
	snprintf(command, sizeof command, "rm -rf %s", folder);
	assert_int_equal(system(command), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_text_that_speaks_of_a_file),
		cmocka_unit_test(nothing_to_ask),
		cmocka_unit_test(each_in_turn),
		cmocka_unit_test(addresses_that_are_probably_wrong),
		cmocka_unit_test(who_was_refused_again_and_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
