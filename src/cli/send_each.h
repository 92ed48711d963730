/*
 * outpost send --each: a message for each row of a table. The options stand in the
 * rows of send (cli/send.c), which gives what it has read of its own.
 */
#ifndef OUTPOST_SEND_EACH_H
#define OUTPOST_SEND_EACH_H

#include <stdbool.h>

#include "base/options.h"
#include "mail/message.h"

struct account;
struct accounts;
struct call;
struct err;
struct smtp_wishes;

struct send_each {
	const char *table, *template, *to_column, *run;
	struct option_list unsubscribe;
	bool dry_run, repeat;
};

/* What is sent, for all of them alike. */
struct send_each_base {
	const struct accounts *all;
	const struct account *account;
	const struct message_draft *draft; /* no to, no text; subject may have places */
	const struct smtp_wishes *wishes;
	bool stdin_taken; /* it is an attachment, or the HTML */
};

/* As a command's run: 0, -1, or an exit code. */
int send_each(struct call *call, const struct send_each *o, const struct send_each_base *base,
	      struct err *err);

#endif
