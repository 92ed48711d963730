/*
 * Where every message leaves.
 *
 * Takes a draft, or a message that was built or read, signs in, hands it over,
 * keeps a copy in the account's Maildir where one is set. (The outbox will stand
 * behind these: faces call nothing else to send.)
 */
#ifndef OUTPOST_DELIVER_H
#define OUTPOST_DELIVER_H

#include "base/err.h"
#include "mail/message.h"
#include "mail/smtp.h"
#include "task/session.h"

struct deliver_report {
	char message_id[300];
	char reply[ERR_REPLY_MAX];	/* the server's, to the message */
	char mechanism[16];
	bool encrypted;
	struct smtp_result result;	/* addresses are owned by the report */
	struct addr_list recipients;
	char copy_warning[ERR_TEXT_MAX];	/* sent, but the copy could not be kept */
};

#define DELIVER_REPORT_INIT { .result = SMTP_RESULT_INIT }

/* 0: the server took it for at least one recipient (look at result for the
 * others). Clear report in any case. draft->from.address may be NULL: the
 * account's; from.name likewise; the account's signature is added when
 * draft->signature is NULL. */
int deliver_message(const struct session_params *session, const struct message_draft *draft,
		    struct deliver_report *report, struct err *err);
/* The same for a message that is there already; it stays the caller's. */
int deliver_built(const struct session_params *session, const struct message *msg,
		  struct deliver_report *report, struct err *err);
void deliver_report_clear(struct deliver_report *report);

#endif
