#include "task/deliver.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/dirs.h"
#include "base/maildir.h"
#include "base/secret.h"
#include "task/outbox_hand.h"
#include "task/outbox_policy.h"

/* What the draft leaves open comes from the account. */
static struct message_draft complete(const struct message_draft *draft, const struct account *a)
{
	struct message_draft full = *draft;

	if (!full.from.address) {
		full.from.address = (char *)account_get(a, ACCOUNT_ADDRESS);
		if (!full.from.name)
			full.from.name = (char *)account_get(a, ACCOUNT_FROM_NAME);
	}
	if (!full.signature && account_is_set(a, ACCOUNT_SIGNATURE))
		full.signature = account_get(a, ACCOUNT_SIGNATURE);
	return full;
}

/* The message has gone; a copy that cannot be kept is a warning and no failure. */
void deliver_copy(const struct account *a, int fd, char *warning, size_t size)
{
	struct err err = ERR_INIT;
	char *dir;

	if (!account_is_set(a, ACCOUNT_SENT_FOLDER))
		return;
	dir = dirs_expand(account_get(a, ACCOUNT_SENT_FOLDER));
	if (maildir_add_fd(dir, "S", fd, &err) < 0 && size)
		snprintf(warning, size, "The message was sent, but no copy could be kept: %.400s",
			 err.text);
	free(dir);
}

/* Reports name the message as its sender knows it, where the name is short enough. */
static void add_envid(struct smtp_wishes *wishes, const struct message *msg)
{
	if ((wishes->notify || wishes->ret != SMTP_RETURN_ANY) && !wishes->envid &&
	    strlen(message_id(msg)) <= SMTP_ENVID_MAX)
		wishes->envid = message_id(msg);
}

/* One message on its way. */
struct delivery {
	const struct session_params *session;
	const struct message *msg;
	struct deliver_report *report;
	struct outbox *box; /* NULL: it cannot be used */
	struct outbox_policy policy;
	struct outbox_job job;
	struct smtp *smtp;
	struct secret *held;
	size_t done; /* recipients of the parts that went before */
	bool marked; /* its last byte may have gone */
};

static void warn(struct deliver_report *report, const char *what, const char *why)
{
	snprintf(report->outbox_warning, sizeof report->outbox_warning, "%s: %s", what, why);
}

static int mark(void *arg, struct err *err)
{
	struct delivery *d = arg;

	d->marked = outbox_mark(d->box, &d->job, err) == 0;
	return d->marked ? 0 : -1;
}

static int connect_once(struct delivery *d, struct err *err)
{
	if (d->smtp)
		return 0;
	d->smtp = session_open(d->session, &d->held, err);
	if (!d->smtp)
		return -1;
	snprintf(d->report->mechanism, sizeof d->report->mechanism, "%s", smtp_mechanism(d->smtp));
	d->report->encrypted = d->session->tls->version[0] != '\0';
	return 0;
}

/* The next count recipients. */
static int hand_over(struct delivery *d, size_t count, struct smtp_result *result, struct err *err)
{
	struct deliver_report *report = d->report;
	const char **list = xcalloc(count, sizeof *list);
	struct smtp_wishes wishes = { .notify = 0 };
	struct smtp_envelope envelope = { .from = message_from(d->msg),
					  .to = list,
					  .count = count,
					  .wishes = &wishes,
					  .last = d->box ? mark : NULL,
					  .last_arg = d };
	struct smtp_body body = { message_fd(d->msg), message_size(d->msg) };
	int rc = connect_once(d, err);

	d->job.server = account_get(d->session->account, ACCOUNT_HOST);
	d->job.no_session = rc < 0;
	if (d->session->wishes)
		wishes = *d->session->wishes;
	add_envid(&wishes, d->msg);
	for (size_t i = 0; i < count; i++)
		list[i] = report->recipients.list[d->done + i].address;
	if (rc == 0)
		rc = smtp_send(d->smtp, &envelope, &body, result, err);
	free(list);
	return rc;
}

static void take_result(struct delivery *d, struct smtp_result *result)
{
	d->done += result->count;
	smtp_result_join(&d->report->result, result);
	if (d->report->result.reply.text)
		snprintf(d->report->reply, sizeof d->report->reply, "%s",
			 d->report->result.reply.text);
}

/* What the next to open the outbox will make of a message whose end was not noted. */
static enum outbox_state judged(const struct delivery *d, const struct err *failure)
{
	if (!failure)
		return OUTBOX_SENT;
	return d->marked ? OUTBOX_UNSURE : OUTBOX_READY;
}

/* A face that shows the failure with the message still in its hands keeps it there. */
static int note(struct delivery *d, const struct smtp_result *result, const struct err *failure)
{
	struct deliver_report *report = d->report;
	struct outbox_outcome outcome = { .state = judged(d, failure) };
	struct err err = ERR_INIT;
	int rc;

	if (failure && failure->kind != ERR_UNSURE && d->session->not_kept && d->done == 0) {
		rc = outbox_withdraw(d->box, report->id, &err);
		if (rc == 0)
			report->id = 0;
	} else {
		rc = outbox_record(d->box, &d->policy, &d->job, result, failure, &outcome, &err);
	}
	report->state = outcome.state;
	report->next_at = outcome.next_at;
	if (rc < 0)
		warn(report, "What became of the message could not be noted in the outbox",
		     err.text);
	outbox_job_clear(&d->job);
	return rc;
}

/* One part after the other: as many recipients as may go at a time. */
static int send_parts(struct delivery *d, struct err *err)
{
	int rc;

	for (;;) {
		struct smtp_result result = SMTP_RESULT_INIT;
		int noted;

		d->marked = false;
		if (outbox_begin(d->box, d->report->id, &d->policy, &d->job, err) < 0) {
			d->report->state = OUTBOX_READY;
			return -1;
		}
		rc = hand_over(d, d->job.count, &result, err);
		noted = note(d, &result, rc < 0 ? err : NULL);
		take_result(d, &result);
		if (rc < 0 || noted < 0 || d->report->state != OUTBOX_READY ||
		    d->done >= d->report->recipients.count)
			return rc;
		if (outbox_claim(d->box, d->report->id, err) != 1)
			return rc;
	}
}

/* A lent one is closed by who lent it. */
static void let_go_outbox(struct delivery *d)
{
	if (!d->session->outbox)
		outbox_close(d->box);
	d->box = NULL;
}

static int send_by_outbox(struct delivery *d, const char *subject, struct err *err)
{
	struct deliver_report *report = d->report;
	struct outbox_entry entry = { .account = account_id(d->session->account),
				      .msg = d->msg,
				      .subject = subject,
				      .tag = d->session->tag,
				      .wishes = d->session->wishes };
	struct err own = ERR_INIT;
	int rc = outbox_add(d->box, &entry, &d->policy, &report->id, &own);

	if (rc == 1)
		return send_parts(d, err);
	if (rc < 0) {
		warn(report, "The message is not kept in the outbox", own.text);
		let_go_outbox(d);
		return 1;
	}
	report->state = OUTBOX_READY;
	err_set(err, ERR_REFUSED, "The message could not be sent now.");
	if (err)
		err->temporary = true;
	outbox_why(d->box, entry.account, err);
	if (d->session->not_kept && outbox_purge(d->box, report->id, NULL) == 0)
		report->id = 0;
	return -1;
}

static int send_directly(struct delivery *d, struct err *err)
{
	struct smtp_result result = SMTP_RESULT_INIT;
	int rc = hand_over(d, d->report->recipients.count, &result, err);

	take_result(d, &result);
	return rc;
}

static int deliver_named(const struct session_params *params, const struct message *msg,
			 const char *subject, struct deliver_report *report, struct err *err)
{
	struct session_params session = *params;
	struct net_tls tls = { .version = "" };
	struct delivery d = {
		.session = &session, .msg = msg, .report = report, .job = OUTBOX_JOB_INIT
	};
	struct err own = ERR_INIT;
	char *told = NULL;
	int rc = 1;

	if (!err)
		err = &own;
	if (!session.tls)
		session.tls = &tls;
	snprintf(report->message_id, sizeof report->message_id, "%s", message_id(msg));
	for (size_t i = 0; i < message_recipients(msg)->count; i++)
		addr_list_add(&report->recipients, NULL, message_recipients(msg)->list[i].address);
	outbox_policy_of(session.account, &d.policy);
	d.policy.urge = session.not_kept ? OUTBOX_ANYWAY : OUTBOX_NOW;
	d.box = session.outbox ? session.outbox : outbox_open(&told, &own);
	if (told)
		snprintf(report->outbox_warning, sizeof report->outbox_warning, "%s", told);
	if (d.box)
		rc = send_by_outbox(&d, subject, err);
	else
		warn(report, "The message is not kept in the outbox", own.text);
	if (rc == 1)
		rc = send_directly(&d, err);
	if (rc == 0)
		deliver_copy(session.account, message_fd(msg), report->copy_warning,
			     sizeof report->copy_warning);
	smtp_close(d.smtp);
	secret_free(d.held);
	let_go_outbox(&d);
	free(told);
	return rc;
}

int deliver_built(const struct session_params *session, const struct message *msg,
		  struct deliver_report *report, struct err *err)
{
	return deliver_named(session, msg, message_subject(msg), report, err);
}

int deliver_message(const struct session_params *session, const struct message_draft *draft,
		    struct deliver_report *report, struct err *err)
{
	struct message_draft full = complete(draft, session->account);
	struct message *msg = message_build(&full, err);
	int rc;

	if (!msg)
		return -1;
	rc = deliver_named(session, msg, draft->subject, report, err);
	message_free(msg);
	return rc;
}

void deliver_report_clear(struct deliver_report *report)
{
	smtp_result_clear(&report->result);
	addr_list_clear(&report->recipients);
	*report = (struct deliver_report)DELIVER_REPORT_INIT;
}
