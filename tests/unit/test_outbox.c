/* The outbox in a folder of its own: who may send, what a result does, what a crash leaves. */
#include "outbox_kit.h"

#include <fcntl.h>
#include <sys/wait.h>

#include "task/outbox_rule.h"

static void one_handle_takes_it(void **state)
{
	struct outbox *a = open_box(), *b = open_box();
	struct outbox_job job, other;
	int64_t id = add(a, "bob@example.org", 10, NULL, NULL, 0);

	(void)state;
	assert_int_equal(take(a, &free_policy, &job), 1);
	assert_int_equal(job.id, id);
	assert_string_equal(job.to[0], "bob@example.org");
	assert_string_equal(job.from, "alice@example.org");
	assert_int_equal(take(b, &free_policy, &other), 0);
	assert_int_equal(record(a, &free_policy, &job, "A", NULL).state, OUTBOX_SENT);
	assert_int_equal(take(b, &free_policy, &other), 0);
	assert_int_equal(number("SELECT count(*) FROM body"), 0);
	outbox_close(a);
	outbox_close(b);
}

static void body_comes_back(void **state)
{
	static const size_t sizes[] = { 0, 1, 1000, 60000, 70000, 3000000 };
	struct outbox *box = open_box();
	struct err err = ERR_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		struct message *msg = build("bob@example.org", sizes[i]);
		struct outbox_entry entry = { .account = "work", .msg = msg };
		size_t len = (size_t)message_size(msg);
		char *want = malloc(len), *got = malloc(len);
		struct outbox_job job;
		int64_t id;

		assert_int_equal(outbox_add(box, &entry, NULL, &id, &err), 0);
		assert_int_equal(take(box, &free_policy, &job), 1);
		assert_int_equal(job.body.size, len);
		assert_int_equal(pread(message_fd(msg), want, len, 0), len);
		assert_int_equal(pread(job.body.fd, got, len, 0), len);
		assert_memory_equal(want, got, len);
		record(box, &free_policy, &job, "A", NULL);
		message_free(msg);
		free(want);
		free(got);
	}
	outbox_close(box);
	/* Nothing of the long ones is left. */
	{
		char command[128];

		snprintf(command, sizeof command, "test -z \"$(ls -A %s/state/outbox.d)\"", folder);
		assert_int_equal(system(command), 0);
	}
}

struct rule {
	const char *name, *said;
	enum err_kind kind;
	bool temporary;
	enum outbox_state state;
	bool waits, paused;
	int64_t tries;
};

static const struct rule rules[] = {
	{ "all taken", "AA", ERR_NONE, false, OUTBOX_SENT, false, false, 0 },
	{ "one refused", "AR", ERR_NONE, false, OUTBOX_SENT, false, false, 0 },
	{ "one put off", "AD", ERR_NONE, false, OUTBOX_READY, true, false, 1 },
	{ "all refused", "RR", ERR_REFUSED, false, OUTBOX_FAILED, false, false, 0 },
	{ "all put off", "DD", ERR_REFUSED, true, OUTBOX_READY, true, false, 1 },
	{ "the message refused", "UU", ERR_REFUSED, false, OUTBOX_FAILED, false, false, 0 },
	{ "the message put off", "UU", ERR_REFUSED, true, OUTBOX_READY, true, false, 1 },
	{ "no network", "", ERR_NETWORK, true, OUTBOX_READY, true, false, 0 },
	{ "no such host", "", ERR_HOST, false, OUTBOX_READY, true, false, 0 },
	{ "no trust", "", ERR_TLS, false, OUTBOX_READY, true, false, 0 },
	{ "no keyring", "", ERR_KEYRING, false, OUTBOX_READY, true, false, 0 },
	{ "wrong password", "", ERR_AUTH, false, OUTBOX_READY, false, true, 0 },
	{ "sign-in later", "", ERR_AUTH, true, OUTBOX_READY, true, false, 0 },
	{ "lost at the end", "UU", ERR_UNSURE, false, OUTBOX_UNSURE, false, false, 0 },
	{ "cannot go there", "UU", ERR_INPUT, false, OUTBOX_FAILED, false, false, 0 },
	{ "stopped", "", ERR_CANCELLED, true, OUTBOX_HELD, false, false, 0 },
};

static void results_have_rules(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
		const struct rule *r = &rules[i];
		struct outbox *box = open_box();
		struct err failure = ERR_INIT;
		struct outbox_outcome out;
		struct outbox_job job;
		int64_t now;

		execute("DELETE FROM message");
		execute("DELETE FROM account");
		add(box, "bob@example.org, eve@example.org", 10, NULL, NULL, 0);
		assert_int_equal(take(box, &free_policy, &job), 1);
		now = (int64_t)time(NULL);
		if (r->kind != ERR_NONE)
			err_set(&failure, r->kind, "It went wrong.");
		failure.temporary = r->temporary;
		out = record(box, &free_policy, &job, r->said, r->kind ? &failure : NULL);
		print_message("%s\n", r->name);
		assert_int_equal(out.state, r->state);
		assert_int_equal(out.paused, r->paused);
		assert_int_equal(out.next_at > now + 10, r->waits);
		assert_int_equal(number("SELECT tries FROM message"), r->tries);
		/* Whatever waits is not taken now, whatever has ended neither. */
		assert_int_equal(take(box, &free_policy, &job), 0);
		outbox_close(box);
	}
}

static void crash(struct outbox *(*opened)(void), bool marked)
{
	struct outbox_job job;
	struct err err = ERR_INIT;
	struct outbox *box = opened();

	if (take(box, &free_policy, &job) == 1 && (!marked || outbox_mark(box, &job, &err) == 0))
		_exit(0);
	_exit(1);
}

static void crashes_are_judged(void **state)
{
	static const enum outbox_state want[] = { OUTBOX_READY, OUTBOX_UNSURE };

	(void)state;
	for (int marked = 0; marked < 2; marked++) {
		struct outbox *box = open_box();
		struct outbox_job job;
		int status;
		pid_t pid;

		execute("DELETE FROM message");
		add(box, "bob@example.org", 10, NULL, NULL, 0);
		outbox_close(box);
		pid = fork();
		if (pid == 0)
			crash(open_box, marked);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_int_equal(status, 0);
		assert_int_equal(number("SELECT state FROM message"), OUTBOX_SENDING);
		box = open_box();
		assert_int_equal(take(box, &free_policy, &job), want[marked] == OUTBOX_READY);
		if (want[marked] == OUTBOX_READY)
			record(box, &free_policy, &job, "A", NULL);
		else
			assert_int_equal(number("SELECT state FROM message"), OUTBOX_UNSURE);
		outbox_close(box);
	}
}

/* A sender that is still at work is no crash, in this process or another. */
static void work_is_no_crash(void **state)
{
	struct outbox *a = open_box(), *b = open_box();
	struct outbox_job job, other;

	(void)state;
	for (int i = 0; i < 3; i++)
		add(a, "bob@example.org", 10, NULL, NULL, 0);
	assert_int_equal(take(a, &free_policy, &job), 1);
	assert_int_equal(take(b, &free_policy, &other), 0);
	assert_int_equal(number("SELECT count(*) FROM message WHERE state = 1"), 3);
	record(a, &free_policy, &job, "A", NULL);
	outbox_close(a);
	/* What was claimed and not begun came back. */
	assert_int_equal(take(b, &free_policy, &other), 1);
	record(b, &free_policy, &other, "A", NULL);
	outbox_close(b);
}

static void limits_hold(void **state)
{
	const struct outbox_policy two = { .per_hour = 2, .retry_days = 5 };
	struct outbox *box = open_box();
	struct outbox_job job;

	(void)state;
	for (int i = 0; i < 5; i++)
		add(box, "bob@example.org", 10, NULL, NULL, 0);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(take(box, &two, &job), 1);
		record(box, &two, &job, "A", NULL);
	}
	assert_int_equal(take(box, &two, &job), 0);
	/* An hour later. */
	execute("UPDATE message SET changed_at = changed_at - 3601");
	execute("UPDATE account SET wait_until = wait_until - 3601");
	assert_int_equal(take(box, &two, &job), 1);
	record(box, &two, &job, "A", NULL);
	outbox_close(box);
}

static void recipients_go_in_parts(void **state)
{
	const struct outbox_policy two = { .per_message = 2, .retry_days = 5 };
	struct outbox *box = open_box();
	struct outbox_job job;

	(void)state;
	add(box, "a@example.org, b@example.org, c@example.org", 10, NULL, NULL, 0);
	assert_int_equal(take(box, &two, &job), 1);
	assert_int_equal(job.count, 2);
	assert_int_equal(record(box, &two, &job, "AA", NULL).state, OUTBOX_READY);
	assert_int_equal(take(box, &two, &job), 1);
	assert_int_equal(job.count, 1);
	assert_string_equal(job.to[0], "c@example.org");
	assert_int_equal(record(box, &two, &job, "A", NULL).state, OUTBOX_SENT);
	outbox_close(box);
}

static void a_clock_that_jumps_loses_nothing(void **state)
{
	struct outbox *box = open_box();
	struct err busy = ERR_INIT;
	struct outbox_job job;

	(void)state;
	err_set(&busy, ERR_REFUSED, "Later.");
	busy.temporary = true;
	add(box, "bob@example.org", 10, NULL, NULL, 0);
	/* Queued in 1970, as far as this clock says: old, but hardly tried. */
	execute("UPDATE message SET queued_at = 0");
	assert_int_equal(take(box, &free_policy, &job), 1);
	assert_int_equal(record(box, &free_policy, &job, "D", &busy).state, OUTBOX_READY);
	/* Due in a hundred years: the clock was wrong when that was written. */
	execute("UPDATE message SET next_at = next_at + 3000000000");
	assert_int_equal(take(box, &free_policy, &job), 1);
	record(box, &free_policy, &job, "D", &busy);
	/* Tried often and old: now it ends. */
	execute("UPDATE message SET next_at = 0, attempts = 4");
	assert_int_equal(take(box, &free_policy, &job), 1);
	assert_int_equal(record(box, &free_policy, &job, "D", &busy).state, OUTBOX_FAILED);
	outbox_close(box);
}

static void a_tag_goes_in_once(void **state)
{
	struct outbox *box = open_box();
	int64_t id = add(box, "bob@example.org", 10, "list:1", NULL, 0);

	(void)state;
	assert_int_equal(add(box, "bob@example.org", 10, "list:1", NULL, 2), id);
	assert_int_equal(number("SELECT count(*) FROM message"), 1);
	outbox_close(box);
}

static void damage_is_kept_aside(void **state)
{
	struct err err = ERR_INIT;
	struct outbox *box = open_box();
	char *path = dirs_state_path("outbox.db"), *told;
	char log[128];
	int fd;

	(void)state;
	for (int i = 0; i < 50; i++)
		add(box, "bob@example.org", 10, NULL, NULL, 0);
	outbox_close(box);
	execute("PRAGMA wal_checkpoint(TRUNCATE)");
	fd = open(path, O_WRONLY);
	assert_true(pwrite(fd, "nonsense nonsense nonsense nonsense", 35, 0) == 35);
	close(fd);
	snprintf(log, sizeof log, "%s-shm", path);
	unlink(log);
	box = outbox_open(&told, &err);
	assert_string_equal(err.text, "");
	assert_non_null(box);
	assert_non_null(strstr(told, "kept as"));
	free(told);
	add(box, "bob@example.org", 10, NULL, NULL, 0);
	outbox_close(box);
	free(path);
}

static void damage_twice_in_a_second(void **state)
{
	struct err err = ERR_INIT;
	char *path = dirs_state_path("outbox.db"), *log = dirs_state_path("outbox.db-wal");
	char *told[3];

	(void)state;
	outbox_close(open_box());
	for (size_t i = 0; i < 3; i++) {
		FILE *f = fopen(path, "w");

		assert_non_null(f);
		fprintf(f, "nonsense");
		fclose(f);
		unlink(log);
		outbox_close(outbox_open(&told[i], &err));
		assert_string_equal(err.text, "");
		assert_non_null(told[i]);
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(told[i], told[k]);
	}
	for (size_t i = 0; i < 3; i++)
		free(told[i]);
	free(path);
	free(log);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(one_handle_takes_it, set_up, tear_down),
		cmocka_unit_test_setup_teardown(body_comes_back, set_up, tear_down),
		cmocka_unit_test_setup_teardown(results_have_rules, set_up, tear_down),
		cmocka_unit_test_setup_teardown(crashes_are_judged, set_up, tear_down),
		cmocka_unit_test_setup_teardown(work_is_no_crash, set_up, tear_down),
		cmocka_unit_test_setup_teardown(limits_hold, set_up, tear_down),
		cmocka_unit_test_setup_teardown(recipients_go_in_parts, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_clock_that_jumps_loses_nothing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_tag_goes_in_once, set_up, tear_down),
		cmocka_unit_test_setup_teardown(damage_is_kept_aside, set_up, tear_down),
		cmocka_unit_test_setup_teardown(damage_twice_in_a_second, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
