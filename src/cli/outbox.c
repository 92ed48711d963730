#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/err.h"
#include "base/text.h"
#include "cli/cancel.h"
#include "cli/command.h"
#include "cli/outbox_install.h"
#include "cli/outbox_list.h"
#include "cli/print.h"
#include "cli/progress.h"
#include "cli/steps.h"
#include "mail/account.h"
#include "port/json.h"
#include "task/outbox_hand.h"
#include "task/outbox_run.h"
#include "task/outbox_watch.h"

#define EXIT_TROUBLE 69 /* EX_UNAVAILABLE: something failed for good */
#define RUN_SECONDS  900 /* of one run, unless told otherwise */
#define WATCH_MOST   30000 /* ms between two looks */
#define WATCH_LULL   100 /* ms after somebody has written, before the look */

struct remove_options {
	bool now;
};

struct run_options {
	bool watch;
	struct option_number seconds, connections;
};

/* What can be done to a message, and what is said of it where somebody watches. */
struct change {
	int (*fn)(struct outbox *box, int64_t id, struct err *err);
	const char *done; /* "Message 3 ..." */
	bool comes_back; /* by undo, and that is said behind it */
};

static void tell_done(const struct change *how, long long id)
{
	if (how->comes_back)
		print_note("Message %lld %s; outpost outbox undo %lld brings it back.", id,
			   how->done, id);
	else
		print_note("Message %lld %s", id, how->done);
}

/* Each by itself: one that cannot be changed does not keep the others from it. */
static int change(struct call *call, const struct change *how, struct err *err)
{
	struct outbox *box;
	int rc = 0;

	for (size_t i = 0; i < call->arg_count; i++) {
		int64_t id;

		if (outbox_parse_id(call->args[i], &id, err) < 0)
			return -1;
	}
	box = outbox_open_telling(err);
	if (!box)
		return -1;
	for (size_t i = 0; i < call->arg_count; i++) {
		int64_t id = 0;

		if (rc < 0)
			print_error(err);
		outbox_parse_id(call->args[i], &id, NULL);
		if (how->fn(box, id, err) < 0)
			rc = -1;
		else if (!call->global.json && progress_watched(call))
			tell_done(how, (long long)id);
	}
	outbox_close(box);
	return rc;
}

static int retry(struct call *call, struct err *err)
{
	static const struct change how = { outbox_retry, "is due: outpost outbox run sends it.",
					   false };

	return change(call, &how, err);
}

static int hold(struct call *call, struct err *err)
{
	static const struct change how = { outbox_hold,
					   "is held back until outpost outbox retry.", false };

	return change(call, &how, err);
}

static int remove_(struct call *call, struct err *err)
{
	static const struct change aside = { outbox_remove, "was removed", true };
	static const struct change for_good = { outbox_purge, "was deleted.", false };
	const struct remove_options *o = call->options;

	return change(call, o->now ? &for_good : &aside, err);
}

static int undo_one(struct outbox *box, int64_t id, struct err *err)
{
	return outbox_undo(box, &id, err);
}

static int undo(struct call *call, struct err *err)
{
	static const struct change how = { undo_one, "is back.", false };
	struct outbox *box;
	int64_t id = 0;
	int rc;

	if (call->arg_count > 0)
		return change(call, &how, err);
	box = outbox_open_telling(err);
	rc = box ? outbox_undo(box, &id, err) : -1;
	outbox_close(box);
	if (rc == 0 && call->global.json) {
		call->result = json_new_object();
		json_put_number(call->result, "id", id);
	} else if (rc == 0) {
		print_note("Message %lld is back.", (long long)id);
	}
	return rc;
}

/* ---- sending ---- */

static void tell(void *arg, const struct outbox_told *told)
{
	const struct call *call = arg;
	char when[TEXT_WHEN];

	if (!told->why) {
		if (call->global.verbose || (isatty(STDERR_FILENO) && !call->global.json))
			print_note("%lld to %s: sent.", (long long)told->id, told->to);
		return;
	}
	if (told->id == 0) {
		print_error(told->why);
		return;
	}
	/* What the next run tries again is no news for who only reads cron's mail. */
	if (told->state == OUTBOX_READY && !call->global.verbose && !isatty(STDERR_FILENO))
		return;
	text_when(when, told->next_at);
	print_note("%lld to %s: %s%s%s. %s", (long long)told->id, told->to,
		   outbox_state_name(told->state),
		   told->state == OUTBOX_READY ? ", not before " : "",
		   told->state == OUTBOX_READY ? when : "", told->why->text);
}

static size_t done_by(const struct outbox_run *work)
{
	return work->sent + work->failed + work->unsure + work->put_off;
}

/* Until something is due, or might be: another process may have put something in. False: it is
 * time to end. */
static bool wait_due(struct outbox *box, const struct outbox_run *work, int watch, int *fruitless)
{
	struct pollfd asked[] = { { .fd = cancel_fd(), .events = POLLIN },
				  { .fd = watch, .events = POLLIN } };
	int64_t next = 0;

	outbox_watch_drain(watch);
	if (outbox_next(box, work->only, &next, NULL) < 0)
		next = 0;
	*fruitless = next > 0 && next <= (int64_t)time(NULL) ? *fruitless + 1 : 0;
	poll(asked, 2, outbox_watch_ms(next, (int64_t)time(NULL), WATCH_MOST, *fruitless));
	/* Who writes once often writes again. */
	return poll(asked, 1, asked[1].revents ? WATCH_LULL : 0) == 0;
}

/* Accounts may have changed since; a file that cannot be read just now changes nothing. */
static void use_new_settings(struct outbox_run *work, struct accounts **all)
{
	struct accounts *now = accounts_open(false, NULL);

	if (!now)
		return;
	accounts_close(*all);
	work->accounts = *all = now;
}

/* As often as there is something to do, until somebody says stop. */
static int run_on(struct outbox *box, struct outbox_run *work, struct accounts **all,
		  struct err *err)
{
	int watch = outbox_watch_open(box), fruitless = 0, rc;
	size_t before;

	for (;;) {
		before = done_by(work);
		rc = outbox_run(box, work, err);
		if (done_by(work) > before)
			fruitless = 0;
		if (rc < 0 || !wait_due(box, work, watch, &fruitless))
			break;
		use_new_settings(work, all);
	}
	if (watch >= 0)
		close(watch);
	return rc;
}

/* Who runs it by hand wonders why nothing happens. */
static void tell_idle(struct outbox *box, const struct outbox_run *work)
{
	char when[TEXT_WHEN];
	int64_t next = 0;

	if (outbox_next(box, work->only, &next, NULL) < 0)
		return;
	text_when(when, next);
	if (next == 0)
		print_note("Nothing waits to be sent.");
	else if (next <= (int64_t)time(NULL))
		print_note("Nothing could be sent. outpost outbox list shows why.");
	else
		print_note("Nothing is due before %s. outpost outbox list shows why; outpost "
			   "outbox retry NUMBER makes a message due now.", when);
}

static int run(struct call *call, struct err *err)
{
	const struct run_options *o = call->options;
	struct accounts *all = accounts_open(false, err);
	struct outbox *box = all ? outbox_open_telling(err) : NULL;
	struct steps steps;
	struct outbox_run work = {
		.accounts = all, .only = call->global.account, .tell = tell, .arg = call
	};
	int rc = -1;

	steps_init(&steps, NULL, call->global.verbose);
	work.cancel_fd = cancel_fd();
	work.watch = &steps.watch;
	work.connections = (int)o->connections.value;
	work.ms = (o->seconds.given ? o->seconds.value : RUN_SECONDS) * 1000;
	if (box) {
		print_faults(all);
		rc = o->watch ? run_on(box, &work, &all, err) : outbox_run(box, &work, err);
	}
	if (rc == 0 && done_by(&work) == 0 && !o->watch && !call->global.json &&
	    progress_watched(call))
		tell_idle(box, &work);
	if (rc == 0 && call->global.json) {
		call->result = json_new_object();
		json_put_number(call->result, "sent", (long long)work.sent);
		json_put_number(call->result, "put_off", (long long)work.put_off);
		json_put_number(call->result, "failed", (long long)work.failed);
		json_put_number(call->result, "unsure", (long long)work.unsure);
	}
	outbox_close(box);
	accounts_close(all);
	if (rc == 0 && work.failed + work.unsure > 0)
		rc = EXIT_TROUBLE;
	return rc;
}

#define RUN_AT(member)  offsetof(struct run_options, member)

static const struct option_row remove_rows[] = {
	{ "now", 0, NULL, "for good: there is no way back", OPTION_FLAG,
	  offsetof(struct remove_options, now), NULL, 0, 0 },
	{ .name = NULL },
};

static const struct option_row run_rows[] = {
	{ "watch", 'w', NULL, "stay, and send whenever something is due", OPTION_FLAG,
	  RUN_AT(watch), NULL, 0, 0 },
	{ "seconds", 0, "NUMBER", "begin nothing new after that (default: 900)", OPTION_NUMBER,
	  RUN_AT(seconds), NULL, 1, 86400 },
	{ "connections", 0, "NUMBER", "so many at a time to a server (default: 1)", OPTION_NUMBER,
	  RUN_AT(connections), NULL, 1, 64 },
	{ .name = NULL },
};

static const struct command subs[] = {
	{ .name = "outbox list",
	  .args = "",
	  .summary = "What waits, failed or is unsure",
	  .description = "Newest first, a message a line, and below it why it is still there. "
			 "Then what holds an account back, and where more wait than its limits let "
			 "through at once, by when the last will have gone.",
	  .options = outbox_list_rows,
	  .options_size = sizeof(struct list_options),
	  .run = outbox_list },
	{ .name = "outbox log",
	  .args = "",
	  .summary = "What was sent, to whom, and what the server said",
	  .description = "All there is, newest first. How long it is remembered is the account's "
			 "setting history-days.",
	  .options = outbox_list_rows,
	  .options_size = sizeof(struct list_options),
	  .run = outbox_log },
	{ .name = "outbox show",
	  .args = "NUMBER",
	  .summary = "Everything about one message",
	  .description = "Each recipient with what the server said of it, and what happened when.",
	  .min_args = 1,
	  .max_args = 1,
	  .run = outbox_show },
	{ .name = "outbox run",
	  .args = "",
	  .summary = "Send what is due",
	  .description =
		  "For cron and timers: says nothing when all is well, tells a failure once, "
		  "and ends by itself. Any number of these may run at a time. The exit code is "
		  "69 when a message failed for good. With --watch it stays until Ctrl-C or "
		  "SIGTERM, and wakes when something is put in or due; new settings of an "
		  "account count from the next round on.",
	  .options = run_rows,
	  .options_size = sizeof(struct run_options),
	  .run = run },
	{ .name = "outbox install",
	  .args = "",
	  .summary = "Have the outbox sent every few minutes",
	  .description =
		  "Writes a systemd timer for you, outpost.timer, and starts it; with --cron a "
		  "line of your crontab. Cron does not see the keyring of your session: keep the "
		  "password in a file or have a command print it (outpost password).",
	  .options = outbox_install_rows,
	  .options_size = sizeof(struct install_options),
	  .run = outbox_install },
	{ .name = "outbox retry",
	  .args = "NUMBER...",
	  .summary = "Make a message due again",
	  .description = "Also of one that failed, was held, or is unsure; the next outpost outbox "
			 "run sends it. A paused account goes on.",
	  .min_args = 1,
	  .max_args = ARGS_ANY,
	  .run = retry },
	{ .name = "outbox hold",
	  .args = "NUMBER...",
	  .summary = "Keep a message back",
	  .description = "It stays until outpost outbox retry.",
	  .min_args = 1,
	  .max_args = ARGS_ANY,
	  .run = hold },
	{ .name = "outbox remove",
	  .args = "NUMBER...",
	  .summary = "Do away with a message",
	  .description = "It is not sent any more, and not shown. For a week outpost outbox undo "
			 "brings it back; then it is deleted.",
	  .options = remove_rows,
	  .options_size = sizeof(struct remove_options),
	  .min_args = 1,
	  .max_args = ARGS_ANY,
	  .run = remove_ },
	{ .name = "outbox undo",
	  .args = "[NUMBER...]",
	  .summary = "Bring a removed message back",
	  .description = "As it was: what waited waits again. Without a number the one that was "
			 "removed last. outpost outbox list --state removed shows them.",
	  .max_args = ARGS_ANY,
	  .run = undo },
	{ .name = NULL },
};

static const struct example examples[] = {
	{ "outpost outbox list", "what has not gone out" },
	{ "outpost outbox log --to bob@ --since 2026-01-01", "did it go, and when?" },
	{ "outpost outbox install", "have the rest sent every five minutes" },
	{ NULL, NULL },
};

const struct command command_outbox = {
	.name = "outbox",
	.args = "[list|log|show|run|install|retry|hold|remove|undo]",
	.summary = "Messages that wait, and what became of the others",
	.description =
		"Every message goes through the outbox. One that cannot go now waits there: ready "
		"(to be tried), sending, held (by you), failed (for good), or unsure: the "
		"connection was lost after the last byte and before the answer, so it may have "
		"been delivered; it is not sent again unless you say so. A sign-in that is refused "
		"pauses its account until the password or the account is changed, or a test of it "
		"succeeds.",
	.examples = examples,
	.subs = subs,
	.lists = true,
};
