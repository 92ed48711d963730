/*
 * When a message is tried again, as arithmetic: nothing here reads a clock or a table.
 * Seconds everywhere. jitter is a number from 0 to 1 that spreads what failed together.
 */
#ifndef OUTPOST_OUTBOX_RULE_H
#define OUTPOST_OUTBOX_RULE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

/* No wait is longer, jitter included: a moment further ahead comes from a clock that jumped. */
#define OUTBOX_WAIT_MAX (3 * 3600)

/* After that many temporary replies (1, 2, ...): 2 min, then growing to 2 h, +-20 %. */
int64_t outbox_wait_message(int64_t tries, double jitter);
/* After that many failures of the network in a row: 30 s, doubled up to 15 min. */
int64_t outbox_wait_account(int64_t failures, double jitter);

enum outbox_verdict {
	VERDICT_DONE,		/* sent, at least to someone */
	VERDICT_RECIPIENTS,	/* the server has spoken: each recipient by its own reply */
	VERDICT_ACCOUNT_WAITS,	/* nothing to do with the message */
	VERDICT_ACCOUNT_PAUSES,	/* nor this; a person has to do something */
	VERDICT_UNSURE,
	VERDICT_FAILED,		/* it can never go as it is */
	VERDICT_HELD,		/* a person said stop */
};
/* failure NULL: success. no_session: it was before the message could be of importance. */
enum outbox_verdict outbox_judge(const struct err *failure, bool no_session);

/* Has it waited too long? Only what was tried often enough can have. */
bool outbox_too_old(int64_t now, int64_t queued_at, int64_t attempts, long retry_days);

#endif
