#include "mail/explain.h"

#include "mail/explain_table.h"

const struct explanation *explain_reply(enum explain_step step, int code, const char *enhanced,
					const char *text, const char *host)
{
	struct explain_words words;
	size_t i = 0;

	explain_words_set(&words, step, code, enhanced, text, host);
	/* The last rule asks for nothing: mkreplies sees to it. */
	while (i + 1 < explain_rule_count && !explain_rule_fits(&explain_rules[i], &words))
		i++;
	return &explain_rows[explain_rules[i].row];
}
