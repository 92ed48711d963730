/*
 * Correcting a message of the outbox: it becomes a draft, which replaces it when it is sent.
 *
 * While the draft is written the old message is held, so that nobody sends it. Once the new one
 * is in the outbox, the old one is removed (and could be brought back); when the draft is thrown
 * away, the old one is what it was. The draft itself says which message it
 * replaces: whatever ends in between, one of the two is there, and the old one is not sent behind
 * anybody's back.
 *
 * Recipients who have got the message are not in the draft; those who stand in no
 * header are its Bcc.
 */
#ifndef OUTPOST_OUTBOX_EDIT_H
#define OUTPOST_OUTBOX_EDIT_H

#include <stddef.h>
#include <stdint.h>

#include "task/drafts.h"

struct accounts;
struct err;
struct outbox;

struct outbox_edit {
	struct draft draft;	/* draft_clear */
	size_t left_out;	/* recipients who have got it */
};

/* Attachments are written below files, a folder that is made when there are some. ERR_INPUT says
 * why the message cannot be edited; it is as it was then. */
int outbox_edit_begin(struct outbox *box, int64_t id, const struct accounts *all,
		      const char *files, struct outbox_edit *edit, struct err *err);
/* The draft was sent, or is in the outbox. */
int outbox_edit_done(const struct draft *draft, struct err *err);
/* It was thrown away. */
int outbox_edit_cancel(const struct draft *draft, struct err *err);

#endif
