#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/text.h"
#include "cli/cancel.h"
#include "cli/command.h"
#include "cli/outbox_install.h"
#include "cli/print.h"
#include "cli/steps.h"
#include "mail/account.h"
#include "port/json.h"
#include "task/outbox_run.h"
#include "task/outbox_words.h"

#define EXIT_TROUBLE 69 /* EX_UNAVAILABLE: something failed for good */
#define RUN_SECONDS  900 /* of one run, unless told otherwise */
#define WATCH_MOST   30 /* seconds between two looks */
#define STORY_MAX    (4 << 20) /* bytes: 10,000 recipients with their replies */

struct list_options {
	struct option_list states;
	const char *to, *subject, *since, *before;
	struct option_number most;
};

struct remove_options {
	bool now;
};

struct run_options {
	bool watch;
	struct option_number seconds, connections;
};

static struct outbox *open_outbox(struct err *err)
{
	char *told;
	struct outbox *box = outbox_open(&told, err);

	if (told)
		print_warning("%s", told);
	free(told);
	return box;
}

/* ---- list and log ---- */

static int parse_day(const char *option, const char *text, int64_t *when, struct err *err)
{
	struct tm tm = { .tm_isdst = -1 };
	const char *end = text ? strptime(text, "%Y-%m-%d", &tm) : NULL;

	*when = 0;
	if (!text)
		return 0;
	if (!end || *end)
		return err_set(err, ERR_USAGE, "--%s takes a day as 2026-01-31, not \"%s\".",
			       option, text);
	*when = (int64_t)mktime(&tm);
	return 0;
}

static int parse_states(const struct option_list *words, unsigned *states, struct err *err)
{
	for (size_t i = 0; i < words->count; i++) {
		unsigned s = outbox_state_parse(words->items[i]);

		if (s == OUTBOX_STATES)
			return err_set(err, ERR_USAGE,
				       "\"%s\" is no state: ready, sending, sent, "
				       "failed, unsure, held or removed.",
				       words->items[i]);
		*states |= 1u << s;
	}
	return 0;
}

static struct json *item_json(const struct outbox_item *m)
{
	struct json *one = json_new_object();

	json_put_number(one, "id", m->id);
	json_put_text(one, "state", outbox_state_name(m->state));
	json_put_text(one, "account", m->account);
	json_put_text(one, "from", m->from);
	json_put_text(one, "to", m->to);
	json_put_number(one, "recipients", m->recipients);
	json_put_number(one, "refused", m->refused);
	json_put_text(one, "subject", m->subject);
	json_put_text(one, "message_id", m->message_id);
	json_put_number(one, "size", m->size);
	json_put_number(one, "queued", m->queued_at);
	json_put_number(one, "changed", m->changed_at);
	json_put_number(one, "next", m->state == OUTBOX_READY ? m->next_at : 0);
	json_put_number(one, "attempts", m->attempts);
	json_put_text(one, "error", m->error);
	json_put_text(one, "hint", m->hint);
	json_put_text(one, "reply", m->reply);
	return one;
}

static void print_item(const struct outbox_item *m)
{
	const char *note = outbox_words_note(m);
	char when[TEXT_WHEN], to[400];

	text_when(when, outbox_words_date(m));
	outbox_words_to(to, sizeof to, m);
	printf("%5lld  ", (long long)m->id);
	print_padded(stdout, outbox_state_name(m->state), 8);
	printf("%s  %s  ", when, to);
	print_visible(stdout, m->subject ? m->subject : "");
	putchar('\n');
	if (!note)
		return;
	printf("       ");
	print_visible(stdout, note);
	putchar('\n');
}

static int show_items(struct call *call, const struct outbox_query *query, const char *nothing,
		      struct err *err)
{
	struct outbox_items items = OUTBOX_ITEMS_INIT;
	struct outbox *box = open_outbox(err);
	int rc = box ? outbox_find(box, query, &items, err) : -1;

	if (rc == 0 && call->global.json) {
		call->result = json_new_array();
		for (size_t i = 0; i < items.count; i++)
			json_add(call->result, item_json(&items.list[i]));
	} else if (rc == 0) {
		for (size_t i = 0; i < items.count; i++)
			print_item(&items.list[i]);
		if (items.count == 0)
			print_note("%s", nothing);
	}
	outbox_items_clear(&items);
	outbox_close(box);
	return rc;
}

static int fill_query(const struct call *call, struct outbox_query *query, struct err *err)
{
	const struct list_options *o = call->options;

	query->account = call->global.account;
	query->recipient = o->to;
	query->subject = o->subject;
	if (o->most.given)
		query->most = o->most.value;
	if (parse_states(&o->states, &query->states, err) < 0 ||
	    parse_day("since", o->since, &query->since, err) < 0)
		return -1;
	return parse_day("before", o->before, &query->before, err);
}

static int list(struct call *call, struct err *err)
{
	struct outbox_query query = { .most = 100 };

	if (fill_query(call, &query, err) < 0)
		return -1;
	if (!query.states)
		query.states = OUTBOX_OPEN;
	return show_items(call, &query, "Nothing waits in the outbox.", err);
}

static int show_log(struct call *call, struct err *err)
{
	struct outbox_query query = { .most = 100 };

	if (fill_query(call, &query, err) < 0)
		return -1;
	return show_items(call, &query, "Nothing of that kind was sent.", err);
}

/* ---- one message ---- */

static int parse_id(const char *word, int64_t *id, struct err *err)
{
	long n;

	if (text_number(word, 1, 2000000000, &n) < 0)
		return err_set(err, ERR_USAGE, "\"%s\" is not the number of a message.", word);
	*id = n;
	return 0;
}

static struct json *rcpts_json(const struct outbox_story *story)
{
	struct json *all = json_new_array();

	for (size_t i = 0; i < story->rcpt_count; i++) {
		const struct outbox_rcpt *rcpt = &story->rcpts[i];
		struct json *one = json_new_object();

		json_put_text(one, "address", rcpt->address);
		json_put_text(one, "state", rcpt->state);
		json_put_number(one, "code", rcpt->code);
		json_put_text(one, "reply", rcpt->reply);
		json_add(all, one);
	}
	return all;
}

static struct json *events_json(const struct outbox_story *story)
{
	struct json *all = json_new_array();

	for (size_t i = 0; i < story->event_count; i++) {
		const struct outbox_event *event = &story->events[i];
		struct json *one = json_new_object();

		json_put_number(one, "at", event->at);
		json_put_text(one, "what", event->what);
		json_put_text(one, "text", event->text);
		json_put_text(one, "reply", event->reply);
		json_add(all, one);
	}
	return all;
}

static int show(struct call *call, struct err *err)
{
	struct outbox_story story = OUTBOX_STORY_INIT;
	struct outbox *box;
	int64_t id = 0;
	int rc;

	if (parse_id(call->args[0], &id, err) < 0 || !(box = open_outbox(err)))
		return -1;
	rc = outbox_story_read(box, id, &story, err);
	if (rc == 0 && call->global.json) {
		call->result = item_json(&story.item);
		json_put(call->result, "to", rcpts_json(&story));
		json_put(call->result, "events", events_json(&story));
	} else if (rc == 0) {
		struct buf text = BUF_INIT(STORY_MAX);

		outbox_words_story(&text, &story);
		fputs(buf_text(&text), stdout);
		buf_free(&text);
	}
	outbox_story_clear(&story);
	outbox_close(box);
	return rc;
}

/* Each by itself: one that cannot be changed does not keep the others from it. */
static int change(struct call *call, int (*fn)(struct outbox *, int64_t, struct err *),
		  struct err *err)
{
	struct outbox *box;
	int rc = 0;

	for (size_t i = 0; i < call->arg_count; i++) {
		int64_t id;

		if (parse_id(call->args[i], &id, err) < 0)
			return -1;
	}
	box = open_outbox(err);
	if (!box)
		return -1;
	for (size_t i = 0; i < call->arg_count; i++) {
		int64_t id = 0;

		if (rc < 0)
			print_error(err);
		parse_id(call->args[i], &id, NULL);
		if (fn(box, id, err) < 0)
			rc = -1;
	}
	outbox_close(box);
	return rc;
}

static int retry(struct call *call, struct err *err)
{
	return change(call, outbox_retry, err);
}

static int hold(struct call *call, struct err *err)
{
	return change(call, outbox_hold, err);
}

static int remove_(struct call *call, struct err *err)
{
	const struct remove_options *o = call->options;

	return change(call, o->now ? outbox_purge : outbox_remove, err);
}

static int undo_one(struct outbox *box, int64_t id, struct err *err)
{
	return outbox_undo(box, &id, err);
}

static int undo(struct call *call, struct err *err)
{
	struct outbox *box;
	int64_t id = 0;
	int rc;

	if (call->arg_count > 0)
		return change(call, undo_one, err);
	box = open_outbox(err);
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

/* Until something is due, or might be: another process may have put something in. */
static bool wait_due(struct outbox *box, struct err *err)
{
	struct pollfd asked = { .fd = cancel_fd(), .events = POLLIN };
	int64_t next = 0, left = WATCH_MOST;

	if (outbox_next(box, &next, err) == 0 && next > 0 && next - (int64_t)time(NULL) < left)
		left = next - (int64_t)time(NULL);
	return poll(&asked, 1, left < 1 ? 1000 : (int)left * 1000) == 0;
}

static int run(struct call *call, struct err *err)
{
	const struct run_options *o = call->options;
	struct accounts *all = accounts_open(false, err);
	struct outbox *box = all ? open_outbox(err) : NULL;
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
		do
			rc = outbox_run(box, &work, err);
		while (rc == 0 && o->watch && !cancel_asked() && wait_due(box, err));
	}
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

#define LIST_AT(member) offsetof(struct list_options, member)
#define RUN_AT(member)  offsetof(struct run_options, member)

static const struct option_row list_rows[] = {
	{ "state", 0, "STATE", "only these: ready, sending, sent, failed, unsure, held, removed",
	  OPTION_LIST, LIST_AT(states), NULL, 0, 0 },
	{ "to", 't', "TEXT", "only with a recipient that has this in it", OPTION_TEXT, LIST_AT(to),
	  NULL, 0, 0 },
	{ "subject", 's', "TEXT", "only with this in the subject", OPTION_TEXT, LIST_AT(subject),
	  NULL, 0, 0 },
	{ "since", 0, "DAY", "only from that day on: 2026-01-31", OPTION_TEXT, LIST_AT(since), NULL,
	  0, 0 },
	{ "before", 0, "DAY", "only before that day", OPTION_TEXT, LIST_AT(before), NULL, 0, 0 },
	{ "most", 'n', "NUMBER", "so many at most, the newest; 0 is all (default: 100)",
	  OPTION_NUMBER, LIST_AT(most), NULL, 0, 1000000000 },
	{ .name = NULL },
};

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
	  .description = "Newest first, a message a line, and below it why it is still there.",
	  .options = list_rows,
	  .options_size = sizeof(struct list_options),
	  .run = list },
	{ .name = "outbox log",
	  .args = "",
	  .summary = "What was sent, to whom, and what the server said",
	  .description = "All there is, newest first. How long it is remembered is the account's "
			 "setting history-days.",
	  .options = list_rows,
	  .options_size = sizeof(struct list_options),
	  .run = show_log },
	{ .name = "outbox show",
	  .args = "NUMBER",
	  .summary = "Everything about one message",
	  .description = "Each recipient with what the server said of it, and what happened when.",
	  .min_args = 1,
	  .max_args = 1,
	  .run = show },
	{ .name = "outbox run",
	  .args = "",
	  .summary = "Send what is due",
	  .description =
		  "For cron and timers: says nothing when all is well, tells a failure once, "
		  "and ends by itself. Any number of these may run at a time. The exit code is "
		  "69 when a message failed for good.",
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
	.args = "list|log|show|run|install|retry|hold|remove|undo",
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
};
