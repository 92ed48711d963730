/*
 * One condition on a reply, and whether a reply meets it.
 *
 * mkreplies makes a rule of each pattern of a row of data/replies.ini and puts the
 * rules into the order in which explain.c asks them: the first that fits speaks.
 */
#ifndef OUTPOST_EXPLAIN_RULE_H
#define OUTPOST_EXPLAIN_RULE_H

#include <stdbool.h>
#include <stddef.h>

#include "mail/explain.h"

/* The plurals are words with one blank between, any of which will do; "" asks for nothing. */
struct explain_rule {
	const char *hosts; /* "example.org" is also "smtp.example.org"; lower case */
	const char *match; /* as explain_fold leaves it; '*' is any run of bytes */
	const char *enhanced; /* "5.7.8", "5.7.x" */
	const char *codes; /* "535", "5xx" */
	unsigned steps; /* 1u << enum explain_step; 0: any */
	size_t row; /* its place among the explanations */
};

/* May the same thing work later? */
enum explain_retry { EXPLAIN_RETRY_BY_CODE, EXPLAIN_RETRY_YES, EXPLAIN_RETRY_NO };

/* A reply, made ready. */
struct explain_words {
	unsigned step; /* 1u << enum explain_step */
	char code[4];
	char enhanced[12];
	const char *host; /* lent, never NULL */
	char text[EXPLAIN_TEXT_MAX + 1];
	size_t len;
};

void explain_words_set(struct explain_words *words, enum explain_step step, int code,
		       const char *enhanced, const char *text, const char *host);
bool explain_rule_fits(const struct explain_rule *rule, const struct explain_words *words);

/* ASCII lower case, each run of blanks and line ends one blank, none at the ends; cut to
 * size - 1 bytes. Returns the length. */
size_t explain_fold(char *out, size_t size, const char *text);

#endif
