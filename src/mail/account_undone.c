/* What an undo did, in words. */
#include <stdio.h>
#include <string.h>

#include "mail/account.h"

static bool same(const struct account *a, const struct account *b)
{
	for (int key = 0; key < ACCOUNT_KEYS; key++)
		if (strcmp(account_get(a, (enum account_key)key),
			   account_get(b, (enum account_key)key)) != 0)
			return false;
	return true;
}

/* The first of these that the others have not, or have in another way. */
static const struct account *first_other(const struct accounts *these, const struct accounts *those)
{
	for (size_t i = 0; i < account_count(these); i++) {
		const struct account *a = account_at(these, i);
		const struct account *b = account_find(those, account_id(a));

		if (!b || !same(a, b))
			return a;
	}
	return NULL;
}

void accounts_undone(const struct accounts *before, const struct accounts *now, char out[200])
{
	const struct account *there = first_other(now, before);
	const struct account *gone = first_other(before, now);

	if (there && gone && strcmp(account_id(there), account_id(gone)) != 0)
		snprintf(out, 200, "The account %.64s is called %.64s again.", account_id(gone),
			 account_id(there));
	else if (there && gone)
		snprintf(out, 200, "The account %.64s is as it was before.", account_id(there));
	else if (there)
		snprintf(out, 200, "The account %.64s is there again.", account_id(there));
	else if (gone)
		snprintf(out, 200, "The account %.64s is gone again.", account_id(gone));
	else if (strcmp(account_default(before), account_default(now)) != 0)
		snprintf(out, 200, "The default account is %.64s again.", account_default(now));
	else
		snprintf(out, 200, "The last change was taken back.");
}
