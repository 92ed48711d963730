/*
 * Where every message leaves.
 *
 * Takes a draft, or a message that was built or read, puts it into the outbox (task/outbox),
 * signs in, hands it over, notes what became of it, and keeps a copy in the account's
 * Maildir where one is set. What could not go now waits in the outbox, and state says so. An
 * outbox that cannot be used is a warning: the message goes all the same.
 */
#ifndef OUTPOST_DELIVER_H
#define OUTPOST_DELIVER_H

#include "base/err.h"
#include "mail/message.h"
#include "mail/smtp.h"
#include "task/outbox.h"
#include "task/session.h"

struct deliver_report {
	char message_id[300];
	char reply[ERR_REPLY_MAX];	/* the server's, to the message */
	char mechanism[16];
	bool encrypted;
	struct smtp_result result;	/* addresses are owned by the report */
	struct addr_list recipients;
	char copy_warning[ERR_TEXT_MAX];	/* sent, but the copy could not be kept */
	char outbox_warning[2 * ERR_TEXT_MAX];	/* what is wrong with the outbox */
	int64_t id;		/* in the outbox; 0: it is not there */
	enum outbox_state state;	/* there; READY: it waits, or some recipients do */
	int64_t next_at;	/* of READY: not before */
};

#define DELIVER_REPORT_INIT { .result = SMTP_RESULT_INIT }

/* 0: the server took it for at least one recipient (look at result for the
 * others). -1 with state READY or HELD: it is in the outbox and is not to be sent
 * again. Clear report in any case. draft->from.address may be NULL: the
 * account's; from.name likewise; the account's signature is added when
 * draft->signature is NULL. */
int deliver_message(const struct session_params *session, const struct message_draft *draft,
		    struct deliver_report *report, struct err *err);
/* The same for a message that is there already; it stays the caller's. */
int deliver_built(const struct session_params *session, const struct message *msg,
		  struct deliver_report *report, struct err *err);
/* Keeps a copy of what was sent where the account wants one; a warning (size 0: none) says
 * that it could not. */
void deliver_copy(const struct account *account, int fd, char *warning, size_t size);
void deliver_report_clear(struct deliver_report *report);

#endif
