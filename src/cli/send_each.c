#include "cli/send_each.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/file.h"
#include "cli/cancel.h"
#include "cli/command.h"
#include "cli/print.h"
#include "mail/account.h"
#include "port/json.h"
#include "task/merge.h"
#include "task/outbox_flag.h"
#include "task/outbox_hand.h"
#include "task/outbox_policy.h"
#include "task/outbox_run.h"

#define SHOWN        3 /* messages of a dry run */
#define PLAIN_MS     5000 /* between two lines of progress where there is no terminal */
#define LIVE_MS      200
#define BAR_WIDTH    24
#define EXIT_WAITS   75 /* EX_TEMPFAIL: some are in the outbox */
#define EXIT_TROUBLE 69

/* ---- progress ---- */

struct progress {
	const char *what; /* "queued", "sent" */
	size_t done, total;
	long long began, shown;
	bool live, quiet;
	int64_t *ids; /* ours, sorted */
};

static void progress_show(struct progress *p, bool last)
{
	long long now = clock_ms(), took = now - p->began;
	size_t full = p->total ? p->done * BAR_WIDTH / p->total : BAR_WIDTH;
	double rate = took > 0 ? (double)p->done * 1000 / (double)took : 0;
	char left[40] = "";

	if (p->quiet || (!last && now - p->shown < (p->live ? LIVE_MS : PLAIN_MS)))
		return;
	p->shown = now;
	if (rate > 0 && p->done < p->total) {
		long s = (long)((double)(p->total - p->done) / rate) + 1;

		snprintf(left, sizeof left, ", %ld:%02ld left", s / 60, s % 60);
	}
	if (!p->live) {
		print_note("%s %zu of %zu, %.0f a second%s.", p->what, p->done, p->total, rate,
			   left);
		return;
	}
	fprintf(stderr, "\r[%.*s%*s] %s %zu of %zu, %.0f a second%s\033[K%s", (int)full,
		"########################", BAR_WIDTH - (int)full, "", p->what, p->done, p->total,
		rate, left, last ? "\n" : "");
	fflush(stderr);
}

static struct progress progress_new(const struct call *call, const char *what, size_t total)
{
	struct progress p = { .what = what, .total = total, .began = clock_ms() };

	p.live = isatty(STDERR_FILENO);
	p.quiet = call->global.json || total == 0;
	p.shown = p.began;
	return p;
}

/* ---- what is given ---- */

static int read_text(const struct call *call, const struct send_each *o, struct buf *text,
		     struct err *err)
{
	if (o->template && call->arg_count)
		return err_set(err, ERR_USAGE,
			       "The text is in --template, or on the command line, "
			       "not both.");
	if (o->template)
		return file_read(o->template, text, err);
	for (size_t i = 0; i < call->arg_count; i++)
		if ((i > 0 && buf_addc(text, ' ') < 0) || buf_adds(text, call->args[i]) < 0)
			return err_set(err, ERR_INPUT, "The text is too long.");
	if (call->arg_count)
		return buf_addc(text, '\n');
	if (isatty(STDIN_FILENO) || strcmp(o->table, "-") == 0) {
		err_set(err, ERR_USAGE, "Say what the messages are to be: --template FILE.");
		err_hint(err, "See outpost send --help");
		return -1;
	}
	return file_read_fd(STDIN_FILENO, "the text on standard input", text, err);
}

static int open_table(const char *path, struct err *err)
{
	int fd = strcmp(path, "-") == 0 ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0) {
		int missing = errno == ENOENT;

		err_errno(err, "%s cannot be read", path);
		if (missing)
			err->kind = ERR_NOINPUT;
	}
	return fd;
}

static int tell_faults(struct call *call, const struct merge *m, const char *table, struct err *err)
{
	const struct merge_fault *list;
	size_t count = merge_faults(m, &list);
	size_t told = count < MERGE_FAULTS ? count : MERGE_FAULTS;
	struct json *rows = call->global.json ? json_new_array() : NULL;

	for (size_t i = 0; i < told; i++) {
		if (!rows) {
			print_note("%s, line %ld: %s", table, list[i].line, list[i].text);
			continue;
		}
		struct json *one = json_new_object();

		json_put_number(one, "line", list[i].line);
		json_put_text(one, "fault", list[i].text);
		json_add(rows, one);
	}
	if (rows) {
		call->result = json_new_object();
		json_put(call->result, "faults", rows);
	}
	if (count > told && !rows)
		print_note("%zu more rows are wrong.", count - told);
	return err_set(err, ERR_INPUT, "%zu of %zu rows of %s %s wrong. Nothing was sent.", count,
		       merge_count(m), table, count == 1 ? "is" : "are");
}

/* ---- a dry run ---- */

static void print_text(const char *text)
{
	while (*text) {
		size_t len = strcspn(text, "\n");
		char *line = xstrndup(text, len > 0 && text[len - 1] == '\r' ? len - 1 : len);

		print_visible(stdout, line);
		putchar('\n');
		free(line);
		text += len + (text[len] == '\n');
	}
}

static void print_header(const char *name, const char *value)
{
	if (!value || !*value)
		return;
	printf("%s: ", name);
	print_visible(stdout, value);
	putchar('\n');
}

static void print_message(const struct merge_message *msg)
{
	const struct message_draft *d = &msg->draft;

	print_header("From", d->from.address);
	print_header("To", msg->address);
	for (size_t i = 0; i < d->cc.count; i++)
		print_header("Cc", d->cc.list[i].address);
	for (size_t i = 0; i < d->bcc.count; i++)
		print_header("Bcc", d->bcc.list[i].address);
	print_header("Reply-To", d->reply_to);
	print_header("Subject", d->subject);
	for (size_t i = 0; i < d->header_count; i++) {
		print_visible(stdout, d->headers[i]);
		putchar('\n');
	}
	for (size_t i = 0; i < d->file_count; i++)
		print_header("Attached", d->files[i]);
	putchar('\n');
	print_text(d->text);
}

static int dry_run(struct call *call, const struct merge *m, struct err *err)
{
	size_t count = merge_count(m);
	int rc = 0;

	if (call->global.json) {
		call->result = json_new_object();
		json_put_number(call->result, "messages", (long long)count);
		return 0;
	}
	for (size_t i = 0; rc == 0 && i < count && i < SHOWN; i++) {
		struct merge_message msg;

		rc = merge_fill(m, i, &msg, err);
		if (rc == 0) {
			printf("--- %zu of %zu, line %ld ---\n", i + 1, count, msg.line);
			print_message(&msg);
		}
		merge_message_clear(&msg);
	}
	if (rc == 0)
		print_note("All %zu rows are right. Nothing was sent.", count);
	return rc;
}

/* ---- for real ---- */

static bool on_queued(void *arg, size_t done)
{
	struct progress *p = arg;

	p->done = done;
	progress_show(p, done == p->total);
	return !cancel_asked();
}

static int compare(const void *a, const void *b)
{
	int64_t one = *(const int64_t *)a, two = *(const int64_t *)b;

	return (one > two) - (one < two);
}

static void on_told(void *arg, const struct outbox_told *told)
{
	struct progress *p = arg;

	if (told->id && bsearch(&told->id, p->ids, p->total, sizeof *p->ids, compare) &&
	    told->state != OUTBOX_READY)
		p->done++;
	if (told->why && !p->quiet) {
		if (p->live)
			fputs("\r\033[K", stderr);
		print_note("%s%s%s", told->to ? told->to : "", told->to ? ": " : "",
			   told->why->text);
	}
	progress_show(p, p->done == p->total);
}

struct tally {
	size_t states[OUTBOX_STATES];
	size_t total, old, gone;
	char *waits; /* why the account's messages wait; "" */
};

static int count_states(struct outbox *box, const struct merge_added *added, struct tally *t,
			struct err *err)
{
	for (size_t i = 0; i < added->count; i++) {
		struct outbox_query query = { .id = added->ids[i], .most = 1 };
		struct outbox_items items = OUTBOX_ITEMS_INIT;

		if (outbox_find(box, &query, &items, err) < 0)
			return -1;
		if (items.count)
			t->states[items.list[0].state]++;
		else
			t->gone++;
		outbox_items_clear(&items);
	}
	t->total = added->count;
	t->old = added->old;
	return 0;
}

static struct json *tally_json(const struct tally *t)
{
	struct json *value = json_new_object();

	json_put_number(value, "messages", (long long)t->total);
	json_put_number(value, "there_before", (long long)t->old);
	for (int s = 0; s < OUTBOX_STATES; s++)
		json_put_number(value, outbox_state_name((enum outbox_state)s),
				(long long)t->states[s]);
	return value;
}

static int tell_result(struct call *call, const struct tally *t)
{
	size_t waits = t->states[OUTBOX_READY] + t->states[OUTBOX_SENDING] + t->states[OUTBOX_HELD];
	size_t bad = t->states[OUTBOX_FAILED] + t->states[OUTBOX_UNSURE];

	if (call->global.json)
		call->result = tally_json(t);
	else {
		print_note("%zu of %zu sent%s.", t->states[OUTBOX_SENT], t->total,
			   t->old == t->total ? ", all of them queued by an earlier run" : "");
		if (bad)
			print_note("%zu failed, %zu are unsure: see outpost outbox list.",
				   t->states[OUTBOX_FAILED], t->states[OUTBOX_UNSURE]);
		if (waits)
			print_note("%zu wait in the outbox: outpost outbox run goes on, and so "
				   "does the same command again. Nobody gets it twice.",
				   waits);
	}
	return cancel_asked() && waits ? 130 : waits ? EXIT_WAITS : bad ? EXIT_TROUBLE : 0;
}

/* With limits a run ends when they are reached: how long will the rest take? */
static void tell_limits(const struct call *call, const struct account *a, size_t waits)
{
	struct outbox_policy policy;
	int64_t seconds = 0;

	outbox_policy_of(a, &policy);
	seconds = merge_time(waits, policy.per_hour, policy.per_day);
	if (!call->global.json && waits && seconds >= 60)
		print_note("With the limits of the account the last is sent in about %lld:%02lld "
			   "hours, if outpost outbox run --watch runs meanwhile.",
			   (long long)seconds / 3600, (long long)seconds / 60 % 60);
}

/* Somebody wants it now, perhaps right after a Ctrl-C: a wait is over, a refused sign-in not. */
static void end_wait(struct outbox *box, const char *account)
{
	struct err why = ERR_INIT;

	outbox_why(box, account, &why);
	if (why.kind != ERR_NONE && why.kind != ERR_AUTH)
		outbox_resume(account);
}

static int run_outbox(struct call *call, const struct send_each_base *base, struct outbox *box,
		      const struct merge_added *added, struct err *err)
{
	struct progress p = progress_new(call, "Sent", added->count);
	struct outbox_run work = { .accounts = base->all,
				   .only = account_id(base->account),
				   .cancel_fd = cancel_fd(),
				   .tell = on_told,
				   .arg = &p };
	struct tally tally = { .total = 0 };
	int rc;

	p.ids = xcalloc(added->count, sizeof *p.ids);
	memcpy(p.ids, added->ids, added->count * sizeof *p.ids);
	qsort(p.ids, added->count, sizeof *p.ids, compare);
	rc = count_states(box, added, &tally, err);
	p.done = tally.total - tally.states[OUTBOX_READY];
	if (rc == 0) {
		end_wait(box, work.only);
		rc = outbox_run(box, &work, err);
	}
	if (p.live && !p.quiet && p.done < p.total)
		fputc('\n', stderr);
	tally = (struct tally){ .total = 0 };
	if (rc == 0)
		rc = count_states(box, added, &tally, err);
	if (rc == 0) {
		rc = tell_result(call, &tally);
		tell_limits(call, base->account, tally.states[OUTBOX_READY]);
	}
	free(p.ids);
	return rc;
}

/* Those who were refused again and again are told before anything goes. */
static int flag_refused(const struct merge *m, struct outbox *box, struct err *err)
{
	char sentence[OUTBOX_FLAG_MAX];
	size_t flagged = 0;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < merge_count(m) && !cancel_asked(); i++) {
		struct merge_message msg;

		rc = merge_fill(m, i, &msg, err);
		if (rc == 0 && outbox_flag(box, msg.address, sentence) && flagged++ < MERGE_FAULTS)
			print_warning("Line %ld: %s", msg.line, sentence);
		merge_message_clear(&msg);
	}
	if (flagged > MERGE_FAULTS)
		print_note("And so were %zu more.", flagged - MERGE_FAULTS);
	return rc;
}

static int send_all(struct call *call, const struct send_each_base *base, struct merge *m,
		    struct err *err)
{
	struct progress p = progress_new(call, "Queued", merge_count(m));
	struct merge_added added = { .count = 0 };
	char *told = NULL;
	struct outbox *box = outbox_open(&told, err);
	int rc = box ? 0 : -1;

	if (told)
		print_warning("%s", told);
	(void)cancel_fd(); /* from here on Ctrl-C is a word, not an end */
	if (rc == 0)
		rc = flag_refused(m, box, err);
	if (rc == 0)
		rc = merge_enqueue(m, box, on_queued, &p, &added, err);
	if (rc < 0 && added.count) {
		if (p.live && !p.quiet)
			fputc('\n', stderr);
		print_note("%zu of %zu messages are in the outbox: outpost outbox run sends them. "
			   "The same command again adds the others; nobody gets it twice.",
			   added.count, merge_count(m));
	}
	if (rc == 0)
		rc = run_outbox(call, base, box, &added, err);
	merge_added_clear(&added);
	outbox_close(box);
	free(told);
	return rc;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && slash[1] ? slash + 1 : path;
}

int send_each(struct call *call, const struct send_each *o, const struct send_each_base *base,
	      struct err *err)
{
	struct buf text = BUF_INIT(MESSAGE_TEXT_MAX);
	struct message_draft draft = *base->draft;
	struct merge_params params = {
		.account = base->account,
		.base = &draft,
		.wishes = base->wishes,
		.subject = base->draft->subject,
		.table = strcmp(o->table, "-") == 0 ? "Standard input" : base_name(o->table),
		.text_name = o->template ? base_name(o->template) : "the text",
		.has_heads = o->template != NULL,
		.to_column = o->to_column,
		.unsubscribe = (const char *const *)o->unsubscribe.items,
		.unsubscribe_count = o->unsubscribe.count,
		.run = o->run,
		.repeat = o->repeat,
	};
	const struct merge_fault *faults;
	struct merge *m = NULL;
	int fd = -1, rc = -1;

	draft.subject = NULL; /* it is filled for each */
	if (read_text(call, o, &text, err) == 0 && (fd = open_table(o->table, err)) >= 0) {
		params.text = buf_text(&text);
		params.text_len = text.len;
		m = merge_open(&params, fd, err);
		close(fd);
	}
	if (m && merge_faults(m, &faults) > 0)
		rc = tell_faults(call, m, params.table, err);
	else if (m)
		rc = o->dry_run ? dry_run(call, m, err) : send_all(call, base, m, err);
	merge_close(m);
	buf_free(&text);
	return rc;
}
