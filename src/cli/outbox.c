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
#include "cli/print.h"
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
#define OPEN_STATES                                                                              \
	(1u << OUTBOX_READY | 1u << OUTBOX_SENDING | 1u << OUTBOX_FAILED | 1u << OUTBOX_UNSURE | \
	 1u << OUTBOX_HELD)

struct list_options {
	struct option_list states;
	const char *to, *subject, *since, *before;
	struct option_number most;
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

static void write_time(char out[32], int64_t when)
{
	time_t t = (time_t)when;
	struct tm tm;

	localtime_r(&t, &tm);
	strftime(out, 32, "%Y-%m-%d %H:%M", &tm);
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
		unsigned s = 0;

		while (s < OUTBOX_STATES && strcmp(words->items[i], outbox_state_name(s)) != 0)
			s++;
		if (s == OUTBOX_STATES)
			return err_set(err, ERR_USAGE,
				       "\"%s\" is no state: ready, sending, sent, "
				       "failed, unsure or held.",
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
	char when[32], more[32] = "";

	write_time(when, m->state == OUTBOX_SENT ? m->changed_at : m->queued_at);
	if (m->recipients > 1)
		snprintf(more, sizeof more, " +%lld", (long long)m->recipients - 1);
	printf("%5lld  ", (long long)m->id);
	print_padded(stdout, outbox_state_name(m->state), 8);
	printf("%s  ", when);
	print_visible(stdout, m->to ? m->to : "");
	printf("%s  ", more);
	print_visible(stdout, m->subject ? m->subject : "");
	putchar('\n');
	if (m->error && m->state != OUTBOX_SENT) {
		printf("       ");
		print_visible(stdout, m->error);
		putchar('\n');
	} else if (m->reply) {
		printf("       ");
		print_visible(stdout, m->reply);
		putchar('\n');
	}
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
		query.states = OPEN_STATES;
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

static void print_rcpts(const struct outbox_rcpt *list_, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		printf("  ");
		print_padded(stdout, list_[i].state, 9);
		print_visible(stdout, list_[i].address);
		if (list_[i].reply) {
			printf("  %d ", list_[i].code);
			print_visible(stdout, list_[i].reply);
		}
		putchar('\n');
	}
}

static void print_field(const char *label, const char *text)
{
	if (!text || !*text)
		return;
	print_padded(stdout, label, 12);
	print_visible(stdout, text);
	putchar('\n');
}

static void print_message(const struct outbox_item *m, const struct outbox_rcpt *rcpts,
			  size_t count)
{
	char when[32];

	printf("Message %lld: %s\n", (long long)m->id, outbox_state_name(m->state));
	print_field("Account", m->account);
	print_field("From", m->from);
	print_field("Subject", m->subject);
	print_field("Message-ID", m->message_id);
	write_time(when, m->queued_at);
	print_field("Queued", when);
	if (m->state == OUTBOX_READY && m->next_at > (int64_t)time(NULL)) {
		write_time(when, m->next_at);
		print_field("Not before", when);
	}
	print_field("Trouble", m->error);
	print_field("", m->hint);
	print_field("Reply", m->reply);
	printf("Recipients\n");
	print_rcpts(rcpts, count);
}

static int show(struct call *call, struct err *err)
{
	struct outbox_items items = OUTBOX_ITEMS_INIT;
	struct outbox_query query = { .most = 1 };
	struct outbox_rcpt *rcpts = NULL;
	struct outbox *box;
	size_t count = 0;
	int rc = -1;

	if (parse_id(call->args[0], &query.id, err) < 0 || !(box = open_outbox(err)))
		return -1;
	if (outbox_find(box, &query, &items, err) == 0 && items.count == 0)
		err_set(err, ERR_NOINPUT, "There is no message %s in the outbox.", call->args[0]);
	else if (items.count == 1)
		rc = outbox_rcpts(box, query.id, &rcpts, &count, err);
	if (rc == 0 && call->global.json) {
		struct json *all = json_new_array();

		for (size_t i = 0; i < count; i++) {
			struct json *one = json_new_object();

			json_put_text(one, "address", rcpts[i].address);
			json_put_text(one, "state", rcpts[i].state);
			json_put_number(one, "code", rcpts[i].code);
			json_put_text(one, "reply", rcpts[i].reply);
			json_add(all, one);
		}
		call->result = item_json(&items.list[0]);
		json_put(call->result, "to", all);
	} else if (rc == 0) {
		print_message(&items.list[0], rcpts, count);
	}
	outbox_rcpts_free(rcpts, count);
	outbox_items_clear(&items);
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
	return change(call, outbox_remove, err);
}

/* ---- sending ---- */

static void tell(void *arg, const struct outbox_told *told)
{
	const struct call *call = arg;
	char when[32];

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
	write_time(when, told->next_at);
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

/* As often as there is something to do, until somebody says stop. */
static int run_on(struct outbox *box, struct outbox_run *work, struct err *err)
{
	int watch = outbox_watch_open(box), fruitless = 0, rc;
	size_t before;

	do {
		before = done_by(work);
		rc = outbox_run(box, work, err);
		if (done_by(work) > before)
			fruitless = 0;
	} while (rc == 0 && wait_due(box, work, watch, &fruitless));
	if (watch >= 0)
		close(watch);
	return rc;
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
		rc = o->watch ? run_on(box, &work, err) : outbox_run(box, &work, err);
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
	{ "state", 0, "STATE", "only these: ready, sending, sent, failed, unsure, held",
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
	  .description = "Each recipient with what the server said of it.",
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
	  .description = "Text and history of it are gone.",
	  .min_args = 1,
	  .max_args = ARGS_ANY,
	  .run = remove_ },
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
	.args = "list|log|show|run|install|retry|hold|remove",
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
