#include "task/outbox_rule.h"

#include "task/outbox.h"

#define DAY 86400

static int64_t spread(int64_t wait, double jitter)
{
	return wait + (int64_t)((double)wait * 0.4 * (jitter - 0.5));
}

int64_t outbox_wait_message(int64_t tries, double jitter)
{
	static const int64_t waits[] = { 120, 300, 600, 1200, 2400, 3600, 7200 };
	int64_t last = (int64_t)(sizeof waits / sizeof waits[0]) - 1;
	int64_t at = tries < 1 ? 0 : tries - 1;

	return spread(waits[at < last ? at : last], jitter);
}

int64_t outbox_wait_account(int64_t failures, double jitter)
{
	int64_t wait = 30;

	for (int64_t i = 1; i < failures && wait < 900; i++)
		wait *= 2;
	return spread(wait < 900 ? wait : 900, jitter);
}

enum outbox_verdict outbox_judge(const struct err *failure, bool no_session)
{
	if (!failure)
		return VERDICT_DONE;
	if (no_session && failure->kind != ERR_AUTH && failure->kind != ERR_CANCELLED)
		return VERDICT_ACCOUNT_WAITS;
	switch (failure->kind) {
	case ERR_REFUSED:
		return VERDICT_RECIPIENTS;
	case ERR_AUTH:
		return failure->temporary ? VERDICT_ACCOUNT_WAITS : VERDICT_ACCOUNT_PAUSES;
	case ERR_UNSURE:
		return VERDICT_UNSURE;
	case ERR_INPUT:
		return VERDICT_FAILED;
	case ERR_CANCELLED:
		return VERDICT_HELD;
	default:
		return VERDICT_ACCOUNT_WAITS;
	}
}

bool outbox_too_old(int64_t now, int64_t queued_at, int64_t attempts, long retry_days)
{
	return attempts >= OUTBOX_TRIES_MIN && now - queued_at > (int64_t)retry_days * DAY;
}
