#include "task/verify.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/secret.h"
#include "mail/message.h"
#include "task/outbox_hand.h"
#include "task/ports.h"

struct recorder {
	struct verify_report *report;
	const struct smtp_watch *next; /* the caller's own, may be NULL */
};

static void record_step(void *arg, const struct smtp_step_event *event)
{
	struct recorder *r = arg;
	struct verify_step *step = &r->report->steps[event->step];

	step->state = event->state;
	step->ms = event->ms;
	snprintf(step->detail, sizeof step->detail, "%s", event->detail ? event->detail : "");
	if (event->state == SMTP_STEP_FAILED)
		r->report->failed = event->step;
	if (r->next && r->next->step)
		r->next->step(r->next->arg, event);
}

static void forward_line(void *arg, const struct smtp_line *line)
{
	struct recorder *r = arg;

	if (r->next && r->next->line)
		r->next->line(r->next->arg, line);
}

static struct message *test_message(const struct account *account, const char *to, struct err *err)
{
	char text[600];
	struct message_draft draft = {
		.from = { (char *)account_get(account, ACCOUNT_FROM_NAME),
			  (char *)account_get(account, ACCOUNT_ADDRESS) },
		.subject = "Test message from outpost",
		.text = text,
	};
	struct message *msg;

	snprintf(text, sizeof text,
		 "This is a test message.\n\n"
		 "It shows that the account \"%s\" can send: the server was found, the\n"
		 "sign-in worked, and the message was accepted for delivery.\n",
		 account_id(account));
	draft.text_len = strlen(text);
	if (message_parse_addresses(to, &draft.to, err) < 0)
		msg = NULL;
	else
		msg = message_build(&draft, err);
	addr_list_clear(&draft.to);
	return msg;
}

static int send_test(struct smtp *smtp, const struct message *msg, struct verify_report *report,
		     struct err *err)
{
	const struct addr_list *to = message_recipients(msg);
	const char **list = xcalloc(to->count, sizeof *list);
	struct smtp_envelope envelope = { .from = message_from(msg),
					  .to = list,
					  .count = to->count };
	struct smtp_body body = { message_fd(msg), message_size(msg) };
	struct smtp_result result = SMTP_RESULT_INIT;
	int rc;

	for (size_t i = 0; i < to->count; i++)
		list[i] = to->list[i].address;
	rc = smtp_send(smtp, &envelope, &body, &result, err);
	if (result.reply.text)
		snprintf(report->reply, sizeof report->reply, "%s", result.reply.text);
	snprintf(report->message_id, sizeof report->message_id, "%s", message_id(msg));
	smtp_result_clear(&result);
	free(list);
	return rc;
}

int verify_account(const struct verify_params *params, struct verify_report *report,
		   struct err *err)
{
	struct recorder recorder = { report, params->session.watch };
	struct smtp_watch watch = { &recorder, record_step, forward_line };
	struct session_params session = params->session;
	struct secret *held = NULL;
	struct message *msg = NULL;
	struct smtp *smtp = NULL;
	long long begin = clock_ms();
	int rc = -1;

	memset(report, 0, sizeof *report);
	report->failed = SMTP_STEPS;
	session.watch = &watch;
	session.tls = &report->tls;
	if (params->to) {
		msg = test_message(session.account, params->to, err);
		if (!msg)
			goto out;
	}
	smtp = session_open(&session, &held, err);
	if (!smtp)
		goto out;
	report->caps = *smtp_capabilities(smtp);
	snprintf(report->mechanism, sizeof report->mechanism, "%s", smtp_mechanism(smtp));
	rc = msg ? send_test(smtp, msg, report, err) : 0;
	if (rc == 0)
		outbox_resume(account_id(session.account));
out:
	smtp_close(smtp);
	secret_free(held);
	message_free(msg);
	report->ms = (long)(clock_ms() - begin);
	if (rc < 0 && report->failed == SMTP_STEP_CONNECT && err && err->kind == ERR_NETWORK)
		ports_suggest(session.account, session.cancel_fd, err);
	return rc;
}
