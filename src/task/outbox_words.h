/*
 * How the outbox is told to people: the same words on the screen and on the command line.
 *
 * Whatever comes from outside (addresses, subjects, replies) is made visible here.
 */
#ifndef OUTPOST_OUTBOX_WORDS_H
#define OUTPOST_OUTBOX_WORDS_H

#include <stddef.h>

#include "base/err.h"
#include "task/outbox_hand.h"

struct buf;

#define OUTBOX_WORDS (ERR_TEXT_MAX * 2)

/* When it was sent, or else when it was put in. */
int64_t outbox_words_date(const struct outbox_item *item);
/* "bob@example.org +2" */
void outbox_words_to(char *out, size_t size, const struct outbox_item *item);
void outbox_words_subject(char *out, size_t size, const struct outbox_item *item);
/* What went wrong, or what the server said when it took it; NULL: nothing. */
const char *outbox_words_note(const struct outbox_item *item);
/* Why it is what it is, as a sentence. why is what is in the way of its account (outbox_why),
 * or NULL. */
void outbox_words_reason(char out[OUTBOX_WORDS], const struct outbox_item *item,
			 const struct err *why);
/* "2 wait, 1 failed, 1 is unsure"; "" when there is nothing of the kind. */
void outbox_words_tally(char *out, size_t size, const int64_t counts[OUTBOX_STATES]);

/* All that is known of one message. */
struct outbox_story {
	struct outbox_item item;
	struct outbox_rcpt *rcpts;
	struct outbox_event *events;
	size_t rcpt_count, event_count;
};
#define OUTBOX_STORY_INIT { .rcpts = NULL }

/* ERR_NOINPUT: there is no such message. Clear story in any case. */
int outbox_story_read(struct outbox *box, int64_t id, struct outbox_story *story,
		      struct err *err);
void outbox_story_clear(struct outbox_story *story);
/* Lines of it, as far as out has room. */
void outbox_words_story(struct buf *out, const struct outbox_story *story);

#endif
