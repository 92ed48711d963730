/*
 * What send --draft needs: a message is kept as it was typed.
 */
#ifndef OUTPOST_DRAFT_H
#define OUTPOST_DRAFT_H

struct account;
struct call;
struct err;
struct option_list;

struct draft_typed {
	const struct option_list *to, *cc, *bcc, *files;
	const char *subject; /* NULL: none */
	const char *text;
};

/* ERR_USAGE for an option that a draft cannot keep. */
int draft_refuse_others(const struct call *call, struct err *err);
/* Keeps it and says under which number. */
int draft_keep(struct call *call, const struct account *a, const struct draft_typed *typed,
	       struct err *err);

#endif
