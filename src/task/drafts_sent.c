#include "task/drafts_sent.h"

#include <stdlib.h>
#include <time.h>

#include "base/err.h"
#include "task/drafts.h"
#include "task/outbox_hand.h"
#include "task/outbox_private.h"

int drafts_sent_begin(struct draft_file *file, struct draft *draft, struct err *err)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	free(draft->sent_as);
	draft->sent_as = xasprintf("draft-%ld-%lld.%09ld", drafts_number(file),
				   (long long)now.tv_sec, now.tv_nsec);
	return drafts_save(file, draft, err);
}

static int64_t find(struct outbox *box, const char *tag, int64_t *state)
{
	int64_t id = 0;

	/* Who sent it may have died: then it is not being sent. */
	(void)outbox_recover(box, NULL);
	if (db_number(box->db, NULL, &id, "SELECT id FROM message WHERE tag = ?", "t", tag) != 1 ||
	    db_number(box->db, NULL, state, "SELECT state FROM message WHERE id = ?", "i", id) != 1)
		return 0;
	return *state == OUTBOX_FAILED || *state == OUTBOX_REMOVED ? 0 : id;
}

int64_t drafts_sent_id(const struct draft *draft, enum outbox_state *state)
{
	struct outbox *box = NULL;
	int64_t id = 0, found = OUTBOX_FAILED;

	if (draft->sent_as)
		(void)outbox_open_there(&box, NULL, NULL);
	if (box)
		id = find(box, draft->sent_as, &found);
	outbox_close(box);
	if (state)
		*state = (enum outbox_state)found;
	return id;
}
