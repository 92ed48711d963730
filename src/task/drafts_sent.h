/*
 * Drafts that were on their way when all ended.
 *
 * A message that is sent is in the outbox before the server gets it, and no draft any more once
 * the server has answered. Between the two it is both. So a draft notes, before it is handed
 * over, the tag that its message has in the outbox: by it whoever opens the draft after a crash
 * learns that it is there, and nobody sends it once more without knowing.
 */
#ifndef OUTPOST_DRAFTS_SENT_H
#define OUTPOST_DRAFTS_SENT_H

#include <stdint.h>

#include "task/outbox.h"

struct draft;
struct draft_file;
struct err;

/* Before each try to send it: draft->sent_as is a tag of its own, and saved with it. */
int drafts_sent_begin(struct draft_file *file, struct draft *draft, struct err *err);
/* The number of the message that it became, and what is known of it (state may be NULL). 0: none,
 * or one that failed for good or was removed, so that the draft may be sent. */
int64_t drafts_sent_id(const struct draft *draft, enum outbox_state *state);

#endif
