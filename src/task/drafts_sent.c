#include "task/drafts_sent.h"

#include <stdlib.h>
#include <time.h>

#include "base/err.h"
#include "task/drafts.h"
#include "task/outbox_hand.h"
#include "task/outbox_private.h"

#define JUDGING_MS 300 /* at most, for whoever judges what a crash left */
enum { JUDGING_LOOKS = 10 };

int drafts_sent_begin(struct draft_file *file, struct draft *draft, struct err *err)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	free(draft->sent_as);
	draft->sent_as = xasprintf("draft-%ld-%lld.%09ld", drafts_number(file),
				   (long long)now.tv_sec, now.tv_nsec);
	return drafts_save(file, draft, err);
}

/* Who sent it may have died: then it is not being sent. Another who is judging just that holds
 * the lock of a sender for a moment, which is waited for. */
static int read_state(struct outbox *box, int64_t id, int64_t *state)
{
	const struct timespec moment = { 0, JUDGING_MS / JUDGING_LOOKS * 1000000L };
	int rc = 0;

	for (int i = 0; i < JUDGING_LOOKS; i++) {
		if (i > 0)
			nanosleep(&moment, NULL);
		(void)outbox_recover(box, NULL);
		rc = db_number(box->db, NULL, state, "SELECT state FROM message WHERE id = ?", "i",
			       id);
		if (rc != 1 || *state != OUTBOX_SENDING)
			break;
	}
	return rc;
}

static int64_t find(struct outbox *box, const char *tag, int64_t *state)
{
	int64_t id = 0;

	if (db_number(box->db, NULL, &id, "SELECT id FROM message WHERE tag = ?", "t", tag) != 1 ||
	    read_state(box, id, state) != 1)
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
