/*
 * Proof that an account works: every step of a delivery, live.
 *
 * Without a recipient it stops after sign-in; with one it sends a short test
 * message. The steps come through the watch as they happen; the report holds
 * all of it afterwards, for the screen, for --json and for set-up.
 */
#ifndef OUTPOST_VERIFY_H
#define OUTPOST_VERIFY_H

#include "base/err.h"
#include "mail/smtp.h"
#include "task/session.h"

struct err;

struct verify_step {
	enum smtp_step_state state;
	long ms;
	char detail[512];
};

struct verify_report {
	struct verify_step steps[SMTP_STEPS];
	enum smtp_step failed;		/* SMTP_STEPS: none */
	struct net_tls tls;
	struct smtp_capabilities caps;
	char mechanism[16];
	char reply[ERR_REPLY_MAX];	/* to the message: holds the queue id */
	char message_id[300];
	long ms;			/* the whole */
};

struct verify_params {
	struct session_params session;	/* its watch is also called */
	const char *to;			/* NULL: stop after sign-in */
};

/* 0 when all steps went well. report is filled also on failure. */
int verify_account(const struct verify_params *params, struct verify_report *report,
		   struct err *err);

#endif
