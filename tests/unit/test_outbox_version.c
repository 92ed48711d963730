/* An outbox of an earlier version is brought on whole, and a newer one is left alone. */
#include "outbox_kit.h"

#include <fcntl.h>

#include "base/file.h"
#include "task/outbox_hand.h"

/* As a program with so many steps of the schema would open it. */
static struct db *open_as(size_t count, struct err *err)
{
	const char *steps[8] = { NULL };
	char *path = dirs_state_path("outbox.db");
	struct db *db;

	for (size_t i = 0; i < count; i++)
		steps[i] = outbox_schema[i];
	db = db_open(path, steps, NULL, err);
	free(path);
	return db;
}

static size_t newest(void)
{
	size_t count = 0;

	while (outbox_schema[count])
		count++;
	return count;
}

/* One that waits and one that was removed, as all versions wrote them. */
static void make_old(size_t version)
{
	static const char *const rows[] = {
		"INSERT INTO message (id, account, state, queued_at, next_at, changed_at, sender, "
		"subject, size, tag) VALUES (1, 'work', 0, 5, 0, 5, 'alice@example.org', 'waits', "
		"18, 'a'), (2, 'work', 6, 6, 0, 6, 'alice@example.org', 'removed', 17, 'b')",
		"INSERT INTO recipient (message, n, address, state) VALUES "
		"(1, 0, 'bob@example.org', 0), (2, 0, 'eve@example.org', 0)",
		"INSERT INTO body (message, bytes) VALUES (1, 'Subject: waits\r\n\r\n'), "
		"(2, 'Subject: gone\r\n\r\n')",
		"INSERT INTO event (message, at, what, text) VALUES (2, unixepoch(), 'remove', 'held')",
		"INSERT INTO account (name, paused, text) VALUES ('home', 1, 'refused')",
	};
	struct err err = ERR_INIT;
	char *path = dirs_state_path("outbox.d");
	struct db *db;

	assert_int_equal(file_mkdirs(path, 0700, &err), 0);
	free(path);
	db = open_as(version, &err);
	assert_string_equal(err.text, "");
	assert_non_null(db);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (db_run(db, &err, rows[i], "") < 0)
			fail_msg("%s", err.text);
	db_close(db);
}

static void check_all(struct outbox *box)
{
	struct outbox_query query = { .states = OUTBOX_OPEN };
	struct outbox_items items = OUTBOX_ITEMS_INIT;
	struct err err = ERR_INIT;
	struct outbox_job job;
	int64_t id = 0;

	assert_int_equal(outbox_find(box, &query, &items, &err), 0);
	assert_int_equal(items.count, 1);
	assert_string_equal(items.list[0].subject, "waits");
	assert_null(items.list[0].server);
	outbox_items_clear(&items);
	assert_int_equal(outbox_undo(box, &id, &err), 0);
	assert_int_equal(id, 2);
	assert_int_equal(number("SELECT state FROM message WHERE id = 2"), OUTBOX_HELD);
	outbox_why(box, "home", &err);
	assert_int_equal(err.kind, ERR_AUTH);
	/* What an older version had no room for is noted from now on. */
	assert_int_equal(take(box, &free_policy, &job), 1);
	job.server = "mail.example.org";
	assert_int_equal(record(box, &free_policy, &job, "A", NULL).state, OUTBOX_SENT);
	assert_int_equal(number("SELECT server = 'mail.example.org' FROM message WHERE id = 1"), 1);
}

static void old_ones_are_brought_on(void **state)
{
	for (size_t version = 1; version < newest(); version++) {
		struct outbox *box;

		set_up(state);
		make_old(version);
		box = open_box();
		check_all(box);
		outbox_close(box);
		box = open_box(); /* and once is enough */
		outbox_close(box);
		assert_int_equal(tear_down(state), 0);
	}
}

/* An older program knows no state "removed". */
static void new_ones_are_left_alone(void **state)
{
	set_up(state);
	outbox_close(open_box());
	for (size_t version = 1; version < newest(); version++) {
		struct err err = ERR_INIT;

		assert_null(open_as(version, &err));
		assert_non_null(strstr(err.text, "newer version"));
	}
	assert_int_equal(tear_down(state), 0);
}

/* Out of a damaged file too, and when it was removed is known again. */
static void a_rescue_reads_old_ones(void **state)
{
	for (size_t version = 1; version <= newest(); version++) {
		struct err err = ERR_INIT;
		struct outbox *box;
		char *path, *told = NULL;
		struct db *db;
		int fd;

		set_up(state);
		make_old(version);
		db = open_as(version, &err);
		assert_true(db_run(db, &err, "DELETE FROM event", "") >= 0);
		db_close(db);
		path = dirs_state_path("outbox.damaged");
		fd = open(path, O_WRONLY | O_CREAT, 0600);
		assert_true(fd >= 0);
		close(fd);
		free(path);
		box = outbox_open(&told, &err);
		assert_string_equal(err.text, "");
		assert_non_null(box);
		assert_non_null(told);
		free(told);
		assert_int_equal(number("SELECT count(*) FROM message"), 2);
		assert_int_equal(number("SELECT at FROM event WHERE message = 2 AND what = 'remove'"), 6);
		assert_int_equal(outbox_sweep(box, &err), 0);
		assert_int_equal(number("SELECT max(id) FROM message"), 1);
		outbox_close(box);
		assert_int_equal(tear_down(state), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(old_ones_are_brought_on),
		cmocka_unit_test(new_ones_are_left_alone),
		cmocka_unit_test(a_rescue_reads_old_ones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
