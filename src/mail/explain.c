#include "mail/explain.h"

#include "mail/explain_table.h"

struct explanation explain_reply(enum explain_step step, int code, const char *enhanced,
				 const char *text, const char *host)
{
	const struct explain_entry *entry;
	struct explanation x;
	struct explain_words words;
	size_t i = 0;

	explain_words_set(&words, step, code, enhanced, text, host);
	/* The last rule asks for nothing: mkreplies sees to it. */
	while (i + 1 < explain_rule_count && !explain_rule_fits(&explain_rules[i], &words))
		i++;
	entry = &explain_entries[explain_rules[i].row];
	x = entry->x;
	x.temporary = entry->retry == EXPLAIN_RETRY_BY_CODE ? code >= 400 && code < 500
							    : entry->retry == EXPLAIN_RETRY_YES;
	return x;
}
