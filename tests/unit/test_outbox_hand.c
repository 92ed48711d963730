/* What a person does to the outbox: removing and its way back, holding, looking for things. */
#include "outbox_kit.h"

#include <signal.h>
#include <sys/wait.h>

#include "base/buf.h"
#include "task/outbox_hand.h"
#include "task/outbox_words.h"

static enum outbox_state state_of(struct outbox *box, int64_t id)
{
	struct outbox_query query = { .id = id };
	struct outbox_items items = OUTBOX_ITEMS_INIT;
	enum outbox_state state = OUTBOX_STATES;

	assert_int_equal(outbox_find(box, &query, &items, NULL), 0);
	if (items.count > 0)
		state = items.list[0].state;
	outbox_items_clear(&items);
	return state;
}

static size_t count_of(struct outbox *box, const struct outbox_query *query)
{
	int64_t *ids;
	size_t count;

	assert_int_equal(outbox_ids(box, query, &ids, &count, NULL), 0);
	free(ids);
	return count;
}

static void removed_comes_back_as_it_was(void **state)
{
	static const enum outbox_state states[] = { OUTBOX_READY, OUTBOX_SENT, OUTBOX_FAILED,
						    OUTBOX_UNSURE, OUTBOX_HELD };
	struct outbox *box = open_box(), *other = open_box();

	(void)state;
	for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
		int64_t id = add(box, "bob@example.org, eve@example.org", 70000, NULL, NULL, 0);
		struct outbox_query any = { .most = 0 };
		struct err err = ERR_INIT;
		struct outbox_job job;
		char sql[100];
		size_t before = count_of(box, &any);
		int64_t undone = i % 2 ? id : 0;

		snprintf(sql, sizeof sql, "UPDATE message SET state = %d, next_at = 77 WHERE id = %d",
			 (int)states[i], (int)id);
		execute(sql);
		assert_int_equal(outbox_remove(box, id, &err), 0);
		assert_int_equal(state_of(other, id), OUTBOX_REMOVED);
		assert_int_equal(count_of(box, &any), before - 1);
		/* Nobody sends it, and it cannot be removed twice. */
		assert_int_equal(take(other, &free_policy, &job), 0);
		assert_int_equal(outbox_claim(other, id, &err), 0);
		assert_int_equal(outbox_remove(other, id, &err), -1);
		assert_int_equal(outbox_retry(other, id, &err), -1);
		assert_non_null(strstr(err.text, "was removed"));
		assert_int_equal(outbox_body_tidy(other, &err), 0);
		assert_int_equal(outbox_undo(other, &undone, &err), 0);
		assert_int_equal(undone, id);
		assert_int_equal(state_of(box, id), states[i]);
		assert_int_equal(outbox_undo(other, &undone, &err), -1);
		snprintf(sql, sizeof sql, "SELECT next_at FROM message WHERE id = %d", (int)id);
		assert_int_equal(number(sql), 77);
		if (states[i] == OUTBOX_READY) {
			assert_int_equal(take(box, &free_policy, &job), 1);
			assert_int_equal(job.count, 2);
			assert_true(job.body.size > 70000);
			record(box, &free_policy, &job, "AA", NULL);
		}
	}
	outbox_close(box);
	outbox_close(other);
}

static void nothing_to_bring_back(void **state)
{
	struct outbox *box = open_box();
	struct err err = ERR_INIT;
	int64_t id = 0;

	(void)state;
	assert_int_equal(outbox_undo(box, &id, &err), -1);
	assert_int_equal(err.kind, ERR_NOINPUT);
	outbox_close(box);
}

static void the_last_comes_first(void **state)
{
	struct outbox *box = open_box();
	struct err err = ERR_INIT;
	int64_t ids[3], id;

	(void)state;
	for (int i = 0; i < 3; i++)
		ids[i] = add(box, "bob@example.org", 10, NULL, NULL, 0);
	assert_int_equal(outbox_remove(box, ids[1], &err), 0);
	assert_int_equal(outbox_remove(box, ids[2], &err), 0);
	assert_int_equal(outbox_remove(box, ids[0], &err), 0);
	for (int i = 0; i < 3; i++) {
		static const int order[] = { 0, 2, 1 };

		id = 0;
		assert_int_equal(outbox_undo(box, &id, &err), 0);
		assert_int_equal(id, ids[order[i]]);
	}
	outbox_close(box);
}

static void removed_goes_after_a_while(void **state)
{
	struct outbox *box = open_box();
	struct err err = ERR_INIT;
	int64_t old = add(box, "bob@example.org", 70000, NULL, NULL, 0), young;
	char command[128];

	(void)state;
	assert_int_equal(outbox_remove(box, old, &err), 0);
	execute("UPDATE event SET at = at - 8 * 86400");
	young = add(box, "bob@example.org", 10, NULL, NULL, 0);
	assert_int_equal(outbox_remove(box, young, &err), 0);
	assert_int_equal(state_of(box, old), OUTBOX_STATES);
	assert_int_equal(state_of(box, young), OUTBOX_REMOVED);
	snprintf(command, sizeof command, "test -z \"$(ls -A %s/state/outbox.d)\"", folder);
	assert_int_equal(system(command), 0);
	assert_int_equal(outbox_purge(box, young, &err), 0);
	assert_int_equal(number("SELECT count(*) FROM message"), 0);
	assert_int_equal(number("SELECT count(*) FROM event"), 0);
	outbox_close(box);
}

static void removed_gives_its_tag_free(void **state)
{
	struct outbox *box = open_box();
	struct err err = ERR_INIT;
	int64_t id = add(box, "bob@example.org", 10, "list:1", NULL, 0), again;

	(void)state;
	assert_int_equal(outbox_remove(box, id, &err), 0);
	again = add(box, "bob@example.org", 10, "list:1", NULL, 0);
	assert_int_not_equal(again, id);
	assert_int_equal(state_of(box, id), OUTBOX_STATES);
	assert_int_equal(state_of(box, again), OUTBOX_READY);
	outbox_close(box);
}

/* Whoever is killed while it removes and brings back leaves the message whole. */
static void killed_while_removing(void **state)
{
	struct outbox *box = open_box();
	int64_t id = add(box, "bob@example.org", 70000, NULL, NULL, 0);
	struct err err = ERR_INIT;

	(void)state;
	outbox_close(box);
	for (int i = 0; i < 20; i++) {
		pid_t pid = fork();
		struct smtp_body body = { -1, 0 };

		assert_true(pid >= 0);
		if (pid == 0) {
			box = outbox_open(NULL, NULL);
			for (;;) {
				int64_t last = 0;

				outbox_remove(box, id, NULL);
				outbox_undo(box, &last, NULL);
			}
		}
		usleep((useconds_t)(i * 1500));
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		box = open_box();
		if (state_of(box, id) == OUTBOX_REMOVED) {
			int64_t last = 0;

			assert_int_equal(outbox_undo(box, &last, &err), 0);
			assert_int_equal(last, id);
		}
		assert_int_equal(state_of(box, id), OUTBOX_READY);
		assert_int_equal(outbox_body_open(box, id, &body, &err), 0);
		assert_true(body.size > 70000);
		close(body.fd);
		outbox_close(box);
	}
	assert_int_equal(number("SELECT count(*) FROM recipient"), 1);
}

static void release_changes_no_time(void **state)
{
	struct outbox *box = open_box();
	struct err err = ERR_INIT;
	int64_t id = add(box, "bob@example.org", 10, NULL, NULL, 0);

	(void)state;
	execute("UPDATE message SET next_at = 77, queued_at = 66, tries = 5");
	assert_int_equal(outbox_release(box, id, &err), -1);
	assert_int_equal(outbox_hold(box, id, &err), 0);
	assert_int_equal(state_of(box, id), OUTBOX_HELD);
	assert_int_equal(outbox_release(box, id, &err), 0);
	assert_int_equal(state_of(box, id), OUTBOX_READY);
	assert_int_equal(number("SELECT next_at + queued_at + tries FROM message"), 77 + 66 + 5);
	outbox_close(box);
}

static void others_are_noticed(void **state)
{
	struct outbox *box = open_box(), *other = open_box();
	int64_t id;

	(void)state;
	outbox_changed(box);
	assert_false(outbox_changed(box));
	id = add(other, "bob@example.org", 10, NULL, NULL, 0);
	assert_true(outbox_changed(box));
	assert_false(outbox_changed(box));
	/* Its own changes it knows. */
	assert_int_equal(outbox_hold(box, id, NULL), 0);
	assert_false(outbox_changed(box));
	assert_true(outbox_changed(other));
	outbox_close(box);
	outbox_close(other);
}

static void things_are_found(void **state)
{
	struct outbox *box = open_box();
	int64_t first = add(box, "bob@example.org", 10, NULL, NULL, 0);
	int64_t second = add(box, "lunchroom@example.org", 10, NULL, NULL, 0);
	const struct {
		struct outbox_query query;
		size_t count;
	} rows[] = {
		{ { .either = "lunch" }, 2 }, /* the subject of both */
		{ { .either = "room@" }, 1 }, { { .either = "BOB" }, 1 },
		{ { .either = "%" }, 0 },     { { .either = "nobody" }, 0 },
		{ { .from_id = second }, 1 }, { { .to_id = first }, 1 },
		{ { .most = 1 }, 1 },	      { { .states = OUTBOX_OPEN }, 2 },
		{ { .either = "bob", .states = 1u << OUTBOX_SENT }, 0 },
	};
	int64_t counts[OUTBOX_STATES], *ids;
	char text[200];
	size_t n;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_int_equal(count_of(box, &rows[i].query), rows[i].count);
	assert_int_equal(outbox_ids(box, &rows[0].query, &ids, &n, NULL), 0);
	assert_int_equal(ids[0], second);
	free(ids);
	outbox_hold(box, first, NULL);
	assert_int_equal(outbox_tally(box, counts, NULL), 0);
	assert_int_equal(counts[OUTBOX_READY], 1);
	assert_int_equal(counts[OUTBOX_HELD], 1);
	outbox_words_tally(text, sizeof text, counts);
	assert_string_equal(text, "1 waits, 1 is held");
	outbox_close(box);
}

static void its_story_is_told(void **state)
{
	struct outbox *box = open_box();
	int64_t id = add(box, "bob@example.org", 10, NULL, NULL, 0);
	struct outbox_story story = OUTBOX_STORY_INIT;
	struct buf out = BUF_INIT(100000);
	struct err failure = ERR_INIT, err = ERR_INIT;
	struct outbox_job job;

	(void)state;
	err_set(&failure, ERR_REFUSED, "It was refused.");
	err_reply(&failure, "550 no \033[2J", 11);
	assert_int_equal(take(box, &free_policy, &job), 1);
	record(box, &free_policy, &job, "R", &failure);
	execute("UPDATE message SET subject = 'a' || char(27) || '[2Jb'");
	outbox_hold(box, id, NULL);
	assert_int_equal(outbox_remove(box, id, &err), 0);
	assert_int_equal(outbox_undo(box, &id, &err), 0);
	assert_int_equal(outbox_story_read(box, id, &story, &err), 0);
	outbox_words_story(&out, &story);
	assert_non_null(strstr(buf_text(&out), "Message 1: failed\n"));
	assert_non_null(strstr(buf_text(&out), "Subject     a\\x1b[2Jb\n"));
	assert_non_null(strstr(buf_text(&out), "  tried: It was refused.\n"));
	assert_non_null(strstr(buf_text(&out), "  removed\n"));
	assert_non_null(strstr(buf_text(&out), "  brought back\n"));
	assert_null(strchr(buf_text(&out), 27));
	outbox_story_clear(&story);
	assert_int_equal(outbox_story_read(box, id + 1, &story, &err), -1);
	assert_int_equal(err.kind, ERR_NOINPUT);
	outbox_story_clear(&story);
	buf_free(&out);
	outbox_close(box);
}

#define OWN(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		OWN(removed_comes_back_as_it_was),
		OWN(nothing_to_bring_back),
		OWN(the_last_comes_first),
		OWN(removed_goes_after_a_while),
		OWN(removed_gives_its_tag_free),
		OWN(killed_while_removing),
		OWN(release_changes_no_time),
		OWN(others_are_noticed),
		OWN(things_are_found),
		OWN(its_story_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
