/*
 * What send --draft needs: a message is kept as it was typed.
 */
#ifndef OUTPOST_DRAFT_KEEP_H
#define OUTPOST_DRAFT_KEEP_H

#include <stdbool.h>

struct account;
struct call;
struct err;
struct option_list;
struct send_content;

struct draft_typed {
	const struct option_list *to, *cc, *bcc;
	const struct send_content *content; /* checked */
	const char *subject; /* NULL: none */
	const char *text;
	bool keep_lines; /* a program wrote it */
};

/* ERR_USAGE for an option that a draft cannot keep, and for standard input, which it cannot
 * read again. */
int draft_refuse_others(const struct call *call, struct err *err);
/* Keeps it and says under which number. */
int draft_keep(struct call *call, const struct account *a, const struct draft_typed *typed,
	       struct err *err);

#endif
