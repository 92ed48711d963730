/*
 * What the options of send say of the message itself: attachments and their names, headers,
 * HTML, date. They stand in the rows of send (cli/send.c).
 *
 * Standard input is one thing only: an attachment (--attach -), the HTML (--html -), the table
 * (--each -), or else the text. A --name is that of the --attach before it.
 */
#ifndef OUTPOST_SEND_CONTENT_H
#define OUTPOST_SEND_CONTENT_H

#include <stdbool.h>

#include "base/options.h"
#include "mail/message.h"
#include "task/typed.h"

struct err;

struct send_content {
	struct option_list files, names, headers;
	struct typed typed; /* headers: filled by send_content_check */
};

/* What the draft then lends. */
struct send_content_own {
	struct typed_own typed;
	struct message_file *files;
	int spooled; /* -1: none */
};

#define SEND_CONTENT_OWN_INIT { TYPED_OWN_INIT, NULL, -1 }

/* Is it all that can be sent? Nothing is read; table is that of --each. ERR_USAGE,
 * ERR_INPUT, ERR_NOINPUT. */
int send_content_check(struct send_content *c, const char *table, struct err *err);
/* After the check. Clear own in any case. */
int send_content_read(const struct send_content *c, struct message_draft *draft,
		      struct send_content_own *own, struct err *err);
void send_content_clear(struct send_content_own *own);
/* Is standard input an attachment or the HTML? */
bool send_content_takes_stdin(const struct send_content *c);
/* What the i-th file is to be called; NULL: as it is. */
const char *send_content_name(const struct send_content *c, size_t i);

#endif
