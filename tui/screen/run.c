#include "screen/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/secret.h"
#include "mail/message.h"
#include "port/net.h"
#include "screen/run_outbox.h"
#include "task/deliver.h"
#include "task/outbox_edit.h"
#include "widget/job.h"
#include "widget/pager.h"

#define TRANSCRIPT_MAX (512 * 1024)

enum { POST_STEP, POST_LINE, POST_RESULT };
enum work_kind { WORK_VERIFY, WORK_DELIVER, WORK_OUTBOX };

struct step_post {
	enum smtp_step step;
	struct verify_step state;
};

/* What the worker has: nothing of it is shared while it runs. */
struct work {
	enum work_kind kind;
	struct account *account; /* NULL: of whatever is due */
	struct secret *secret; /* NULL: from the store */
	char *to; /* verify; NULL: none */
	struct run_draft draft;
	struct job *job;
	/* results */
	int rc;
	struct err err;
	enum run_part part;
	struct verify_report report;
	struct deliver_report delivered;
	struct run_outbox outbox;
};

static void post_step(void *arg, const struct smtp_step_event *event)
{
	struct work *w = arg;
	struct step_post post = { event->step, { event->state, event->ms, "" } };

	snprintf(post.state.detail, sizeof post.state.detail, "%s",
		 event->detail ? event->detail : "");
	job_post(w->job, POST_STEP, &post, sizeof post);
}

static void post_line(void *arg, const struct smtp_line *line)
{
	struct work *w = arg;
	char text[4096];
	int n = snprintf(text, sizeof text, "%7.3f  %-5s  %s  %s\n", (double)line->us / 1e6,
			 line->layer == NET_LAYER_TLS     ? "TLS"
			 : line->layer == NET_LAYER_CLEAR ? "clear"
							  : "",
			 line->dir == NET_SENT ? "->" : "<-", line->text);

	if (n >= (int)sizeof text)
		n = (int)sizeof text - 1;
	job_post(w->job, POST_LINE, text, (size_t)n);
}

static void post_result(void *arg, const char *text)
{
	struct work *w = arg;

	job_post(w->job, POST_RESULT, text, strlen(text) + 1);
}

static int parse_recipients(struct work *w, struct message_draft *draft)
{
	const struct {
		const char *text;
		struct addr_list *list;
		enum run_part part;
	} rows[] = {
		{ w->draft.to, &draft->to, RUN_PART_TO },
		{ w->draft.cc, &draft->cc, RUN_PART_CC },
		{ w->draft.bcc, &draft->bcc, RUN_PART_BCC },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if (strspn(rows[i].text, " ") == strlen(rows[i].text))
			continue;
		if (message_parse_addresses(rows[i].text, rows[i].list, &w->err) < 0) {
			w->part = rows[i].part;
			return -1;
		}
	}
	return 0;
}

static int deliver(struct work *w, const struct session_params *session)
{
	struct message_file *files = xcalloc(w->draft.file_count + 1, sizeof *files);
	struct message_draft draft = {
		.subject = w->draft.subject,
		.text = w->draft.text,
		.text_len = strlen(w->draft.text),
		.flows = true,
		.files = files,
		.file_count = w->draft.file_count,
	};
	int rc = parse_recipients(w, &draft);

	for (size_t i = 0; i < draft.file_count; i++)
		files[i].path = w->draft.files[i];
	if (rc == 0)
		rc = deliver_message(session, &draft, &w->delivered, &w->err);
	/* The new one is there: that it could not be removed is told by the list. */
	if (w->draft.replaces && (rc == 0 || w->delivered.id != 0))
		outbox_edit_done(&(struct draft){ .replaces = w->draft.replaces }, NULL);
	if (rc < 0 && w->err.kind == ERR_NOINPUT)
		w->part = RUN_PART_FILES;
	addr_list_clear(&draft.to);
	addr_list_clear(&draft.cc);
	addr_list_clear(&draft.bcc);
	free(files);
	return rc;
}

static void work_run(struct job *job, void *arg)
{
	struct work *w = arg;
	struct smtp_watch watch = { w, post_step, post_line };
	struct verify_params params = {
		.session = {
			.account = w->account,
			.secret = w->secret,
			.cancel_fd = job_cancel_fd(job),
			.watch = &watch,
		},
		.to = w->to,
	};

	w->job = job;
	params.session.not_kept = !w->draft.queue;
	params.session.tag = w->draft.tag;
	if (w->kind == WORK_DELIVER)
		w->rc = deliver(w, &params.session);
	else if (w->kind == WORK_OUTBOX)
		w->rc = run_outbox_send(&w->outbox, &params.session, &w->err);
	else
		w->rc = verify_account(&params, &w->report, &w->err);
}

static void work_free(void *arg)
{
	struct work *w = arg;

	account_free(w->account);
	secret_free(w->secret);
	run_draft_clear(&w->draft);
	deliver_report_clear(&w->delivered);
	free(w->to);
	free(w);
}

static void take_post(void *owner, void *arg, int what, const void *data, size_t len)
{
	struct run *run = owner;
	const struct step_post *post = data;

	(void)arg;
	if (what == POST_LINE) {
		buf_add(&run->transcript, data, len);
		return;
	}
	if (what == POST_RESULT) {
		snprintf(run->result, sizeof run->result, "%s", (const char *)data);
		return;
	}
	run->steps[post->step] = post->state;
	run->step_began = clock_ms();
	if (post->state.state == SMTP_STEP_FAILED)
		run->failed = post->step;
}

/* What is in the outbox has left the form, whatever became of it. */
static void tell_waiting(struct run *run, const struct deliver_report *report, int rc)
{
	if (report->id == 0 || (report->state != OUTBOX_READY && report->state != OUTBOX_HELD))
		return;
	snprintf(run->waits, sizeof run->waits,
		 "%s in the outbox as number %lld; do not send it again.",
		 rc == 0 ? "For those put off it waits" : "It waits", (long long)report->id);
}

static void take_done(void *owner, void *arg)
{
	struct run *run = owner;
	struct work *w = arg;

	run->job = NULL;
	run->ms = (long)(clock_ms() - run->began);
	run->err = w->err;
	run->part = w->part;
	run->state = w->rc == 0 ? RUN_PASSED : RUN_FAILED;
	if (w->kind == WORK_DELIVER) {
		memcpy(run->reply, w->delivered.reply, sizeof run->reply);
		memcpy(run->mechanism, w->delivered.mechanism, sizeof run->mechanism);
		memcpy(run->warning, w->delivered.copy_warning, sizeof run->warning);
		run_outbox_refused(run->refused, sizeof run->refused, &w->delivered.result);
		tell_waiting(run, &w->delivered, w->rc);
	} else if (w->kind == WORK_OUTBOX) {
		memcpy(run->reply, w->outbox.reply, sizeof run->reply);
		memcpy(run->refused, w->outbox.refused, sizeof run->refused);
		memcpy(run->waits, w->outbox.waits, sizeof run->waits);
		memcpy(run->result, w->outbox.result, sizeof run->result);
	} else {
		run->bad_certificate = w->report.tls.verify_error[0] != '\0';
		memcpy(run->key_pin, w->report.tls.key_pin, sizeof run->key_pin);
		memcpy(run->reply, w->report.reply, sizeof run->reply);
		memcpy(run->mechanism, w->report.mechanism, sizeof run->mechanism);
	}
	if (run->waits[0] != '\0' || run->result[0] != '\0')
		run->state = RUN_PASSED;
	run->finished(run->owner);
}

static const struct job_class job_class = { work_run, take_post, take_done, work_free };

void run_init(struct run *run, void (*finished)(void *owner), void *owner)
{
	*run = (struct run){ .failed = SMTP_STEPS, .finished = finished, .owner = owner };
	run->transcript = (struct buf)BUF_INIT(TRANSCRIPT_MAX);
}

void run_reset(struct run *run)
{
	struct buf transcript = run->transcript;

	job_drop(run->job);
	buf_clear(&transcript);
	*run = (struct run){ .failed = SMTP_STEPS,
			     .finished = run->finished,
			     .owner = run->owner,
			     .transcript = transcript };
}

void run_clear(struct run *run)
{
	run_reset(run);
	buf_free(&run->transcript);
}

static struct work *begin(struct run *run, const struct account *a, const struct secret *secret)
{
	struct work *w = xcalloc(1, sizeof *w);
	enum store_kind kind = STORE_ASK;

	run_reset(run);
	run->state = RUN_RUNNING;
	if (a) {
		run->greeting_first = account_security(a) == NET_STARTTLS;
		store_kind_parse(account_get(a, ACCOUNT_PASSWORD), &kind);
		run->waits_for_keyring = !secret && kind == STORE_KEYRING &&
					 account_user(a)[0] != '\0';
	}
	run->began = run->step_began = clock_ms();
	w->account = a ? account_copy(a) : NULL;
	w->secret = secret_copy(secret);
	w->delivered = (struct deliver_report)DELIVER_REPORT_INIT;
	/* The first use must not be in two jobs at once. */
	net_init();
	return w;
}

void run_verify(struct run *run, const struct account *a, const struct secret *secret,
		const char *to)
{
	struct work *w = begin(run, a, secret);

	w->to = to && to[0] != '\0' ? xstrdup(to) : NULL;
	run->with_message = w->to != NULL;
	run->job = job_start(&job_class, w, run);
}

void run_deliver(struct run *run, const struct account *a, const struct secret *secret,
		 const struct run_draft *draft)
{
	struct work *w = begin(run, a, secret);

	w->kind = WORK_DELIVER;
	w->draft = run_draft_copy(draft);
	run->with_message = true;
	run->job = job_start(&job_class, w, run);
}

void run_outbox(struct run *run, const struct account *a, const struct secret *secret, int64_t id)
{
	struct work *w = begin(run, a, secret);

	w->kind = WORK_OUTBOX;
	w->outbox = (struct run_outbox){ .id = id, .progress = post_result, .arg = w };
	run->with_message = true;
	run->job = job_start(&job_class, w, run);
}

bool run_asks(const struct account *a)
{
	enum store_kind kind = STORE_NONE;

	store_kind_parse(account_get(a, ACCOUNT_PASSWORD), &kind);
	return kind == STORE_ASK && account_user(a)[0] != '\0';
}

void run_ask(const struct account *a, dialog_secret_answer answer, void *arg)
{
	char text[600];

	snprintf(text, sizeof text,
		 "The password of %.250s for %.250s, which is kept nowhere:", account_user(a),
		 account_get(a, ACCOUNT_HOST));
	dialog_push_secret("Password", text, answer, arg);
}

struct run_draft run_draft_copy(const struct run_draft *draft)
{
	struct run_draft copy = {
		.to = xstrdup(draft->to),
		.cc = xstrdup(draft->cc),
		.bcc = xstrdup(draft->bcc),
		.subject = xstrdup(draft->subject),
		.text = xstrdup(draft->text),
		.files = xcalloc(draft->file_count, sizeof *copy.files),
		.file_count = draft->file_count,
		.queue = draft->queue,
		.replaces = draft->replaces,
		.tag = xstrdup(draft->tag),
	};

	for (size_t i = 0; i < draft->file_count; i++)
		copy.files[i] = xstrdup(draft->files[i]);
	return copy;
}

void run_draft_clear(struct run_draft *draft)
{
	free(draft->to);
	free(draft->cc);
	free(draft->bcc);
	free(draft->subject);
	free(draft->text);
	free(draft->tag);
	for (size_t i = 0; i < draft->file_count; i++)
		free(draft->files[i]);
	free(draft->files);
	*draft = (struct run_draft){ 0 };
}

void run_show_transcript(const struct run *run)
{
	pager_push_live("Transcript: -> sent, <- received, passwords left out", &run->transcript,
			"outpost-transcript");
}
