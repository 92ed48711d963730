#include "task/deliver.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/dirs.h"
#include "base/maildir.h"
#include "base/secret.h"

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
static void keep_copy(const struct account *a, const struct message *msg,
		      struct deliver_report *report)
{
	struct err err = ERR_INIT;
	char *dir;

	if (!account_is_set(a, ACCOUNT_SENT_FOLDER))
		return;
	dir = dirs_expand(account_get(a, ACCOUNT_SENT_FOLDER));
	if (maildir_add_fd(dir, "S", message_fd(msg), &err) < 0)
		snprintf(report->copy_warning, sizeof report->copy_warning,
			 "The message was sent, but no copy could be kept: %.400s", err.text);
	free(dir);
}

/* Reports name the message as its sender knows it, where the name is short enough. */
static void add_envid(struct smtp_wishes *wishes, const struct message *msg)
{
	if ((wishes->notify || wishes->ret != SMTP_RETURN_ANY) && !wishes->envid &&
	    strlen(message_id(msg)) <= SMTP_ENVID_MAX)
		wishes->envid = message_id(msg);
}

static int hand_over(struct smtp *smtp, const struct message *msg, const struct smtp_wishes *asked,
		     struct deliver_report *report, struct err *err)
{
	const struct addr_list *to = &report->recipients;
	const char **list = xcalloc(to->count, sizeof *list);
	struct smtp_wishes wishes = { .notify = 0 };
	struct smtp_envelope envelope = { .from = message_from(msg),
					  .to = list,
					  .count = to->count,
					  .wishes = &wishes };
	struct smtp_body body = { message_fd(msg), message_size(msg) };
	int rc;

	if (asked)
		wishes = *asked;
	add_envid(&wishes, msg);
	for (size_t i = 0; i < to->count; i++)
		list[i] = to->list[i].address;
	rc = smtp_send(smtp, &envelope, &body, &report->result, err);
	if (report->result.reply.text)
		snprintf(report->reply, sizeof report->reply, "%s", report->result.reply.text);
	free(list);
	return rc;
}

int deliver_built(const struct session_params *params, const struct message *msg,
		  struct deliver_report *report, struct err *err)
{
	struct session_params session = *params;
	struct secret *held = NULL;
	struct net_tls tls = { .version = "" };
	struct smtp *smtp;
	int rc = -1;

	if (!session.tls)
		session.tls = &tls;
	snprintf(report->message_id, sizeof report->message_id, "%s", message_id(msg));
	for (size_t i = 0; i < message_recipients(msg)->count; i++)
		addr_list_add(&report->recipients, NULL, message_recipients(msg)->list[i].address);
	smtp = session_open(&session, &held, err);
	if (!smtp)
		goto out;
	snprintf(report->mechanism, sizeof report->mechanism, "%s", smtp_mechanism(smtp));
	report->encrypted = session.tls->version[0] != '\0';
	rc = hand_over(smtp, msg, session.wishes, report, err);
	if (rc == 0)
		keep_copy(session.account, msg, report);
out:
	smtp_close(smtp);
	secret_free(held);
	return rc;
}

int deliver_message(const struct session_params *session, const struct message_draft *draft,
		    struct deliver_report *report, struct err *err)
{
	struct message_draft full = complete(draft, session->account);
	struct message *msg = message_build(&full, err);
	int rc;

	if (!msg)
		return -1;
	rc = deliver_built(session, msg, report, err);
	message_free(msg);
	return rc;
}

void deliver_report_clear(struct deliver_report *report)
{
	smtp_result_clear(&report->result);
	addr_list_clear(&report->recipients);
	*report = (struct deliver_report)DELIVER_REPORT_INIT;
}
