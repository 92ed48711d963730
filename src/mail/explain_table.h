/*
 * The knowledge compiled in: constant data that mkreplies writes from
 * data/replies.ini. Read by explain.c only.
 */
#ifndef OUTPOST_EXPLAIN_TABLE_H
#define OUTPOST_EXPLAIN_TABLE_H

#include "mail/explain_rule.h"

struct explain_entry {
	struct explanation x; /* all but temporary */
	enum explain_retry retry;
};

extern const struct explain_entry explain_entries[];
extern const struct explain_rule explain_rules[]; /* special before general */
extern const size_t explain_rule_count;

#endif
