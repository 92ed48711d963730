#include "task/outbox_policy.h"

#include <string.h>

#include "base/text.h"
#include "mail/account.h"
#include "mail/provider.h"

static long number(const struct account *a, enum account_key key, long otherwise)
{
	long n;

	return text_number(account_get(a, key), 0, 10000000, &n) == 0 ? n : otherwise;
}

void outbox_policy_of(const struct account *a, struct outbox_policy *policy)
{
	const struct provider *p = provider_by_id(account_get(a, ACCOUNT_PROVIDER));

	*policy = (struct outbox_policy){
		.per_hour = number(a, ACCOUNT_LIMIT_HOUR, p ? p->per_hour : 0),
		.per_day = number(a, ACCOUNT_LIMIT_DAY, p ? p->per_day : 0),
		.per_message = number(a, ACCOUNT_LIMIT_RECIPIENTS, p ? p->per_message : 0),
		.retry_days = number(a, ACCOUNT_RETRY_DAYS, 5),
		.history_days = number(a, ACCOUNT_HISTORY_DAYS, 90),
		.keep = strcmp(account_get(a, ACCOUNT_KEEP_MESSAGES), "yes") == 0,
	};
}
