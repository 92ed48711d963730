#include "task/outbox_words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/text.h"

#define LABEL 12 /* columns left of a value */

int64_t outbox_words_date(const struct outbox_item *item)
{
	return item->state == OUTBOX_SENT ? item->changed_at : item->queued_at;
}

void outbox_words_to(char *out, size_t size, const struct outbox_item *item)
{
	const char *to = item->to ? item->to : "";
	size_t len = text_visible_into(out, size, to, strlen(to));

	if (item->recipients > 1)
		snprintf(out + len, size - len, " +%lld", (long long)item->recipients - 1);
}

void outbox_words_subject(char *out, size_t size, const struct outbox_item *item)
{
	const char *subject = item->subject && item->subject[0] ? item->subject : "(no subject)";

	text_visible_into(out, size, subject, strlen(subject));
}

const char *outbox_words_note(const struct outbox_item *item)
{
	if (item->error && item->state != OUTBOX_SENT)
		return item->error;
	return item->reply;
}

static void sent_reason(char out[OUTBOX_WORDS], const struct outbox_item *item)
{
	if (item->refused > 0)
		snprintf(out, OUTBOX_WORDS,
			 "It was sent, but %lld of %lld recipients were refused.",
			 (long long)item->refused, (long long)item->recipients);
	else
		snprintf(out, OUTBOX_WORDS, "The server took it.");
}

void outbox_words_reason(char out[OUTBOX_WORDS], const struct outbox_item *item,
			 const struct err *why)
{
	static const char *const plain[OUTBOX_STATES] = {
		[OUTBOX_READY] = "It waits to be sent.",
		[OUTBOX_SENDING] = "It is being sent just now.",
		[OUTBOX_FAILED] = "It cannot be sent as it is.",
		[OUTBOX_UNSURE] = "It may have been delivered, or not.",
		[OUTBOX_HELD] = "It is held back: only a retry sends it.",
		[OUTBOX_REMOVED] = "It was removed, and can be brought back for a few days.",
	};
	const char *text = plain[item->state];

	if (item->state == OUTBOX_SENT) {
		sent_reason(out, item);
		return;
	}
	if (item->state == OUTBOX_READY && why && why->kind != ERR_NONE)
		text = why->text;
	else if (item->error && item->state != OUTBOX_SENDING && item->state != OUTBOX_HELD &&
		 item->state != OUTBOX_REMOVED)
		text = item->error;
	text_visible_into(out, OUTBOX_WORDS, text, strlen(text));
}

void outbox_words_tally(char *out, size_t size, const int64_t counts[OUTBOX_STATES])
{
	const struct {
		int64_t count;
		const char *one, *many;
	} parts[] = {
		{ counts[OUTBOX_READY] + counts[OUTBOX_SENDING], "waits", "wait" },
		{ counts[OUTBOX_HELD], "is held", "are held" },
		{ counts[OUTBOX_FAILED], "failed", "failed" },
		{ counts[OUTBOX_UNSURE], "is unsure", "are unsure" },
	};
	size_t at = 0;

	out[0] = '\0';
	for (size_t i = 0; i < sizeof parts / sizeof *parts && at < size; i++)
		if (parts[i].count > 0)
			at += (size_t)snprintf(out + at, size - at, "%s%lld %s", at ? ", " : "",
					       (long long)parts[i].count,
					       parts[i].count == 1 ? parts[i].one : parts[i].many);
}

/* ---- all about one ---- */

int outbox_story_read(struct outbox *box, int64_t id, struct outbox_story *story, struct err *err)
{
	struct outbox_query query = { .id = id, .most = 1 };
	struct outbox_items items = OUTBOX_ITEMS_INIT;
	int rc = outbox_find(box, &query, &items, err);

	if (rc == 0 && items.count == 0) {
		rc = err_set(err, ERR_NOINPUT, "There is no message %lld in the outbox.",
			     (long long)id);
	} else if (rc == 0) {
		story->item = items.list[0];
		items.count = 0; /* its strings are the story's */
	}
	outbox_items_clear(&items);
	if (rc == 0)
		rc = outbox_rcpts(box, id, &story->rcpts, &story->rcpt_count, err);
	if (rc == 0)
		rc = outbox_events(box, id, &story->events, &story->event_count, err);
	return rc;
}

void outbox_story_clear(struct outbox_story *story)
{
	struct outbox_items items = { xcalloc(1, sizeof *items.list), 1 };

	items.list[0] = story->item;
	outbox_items_clear(&items);
	outbox_rcpts_free(story->rcpts, story->rcpt_count);
	outbox_events_free(story->events, story->event_count);
	*story = (struct outbox_story)OUTBOX_STORY_INIT;
}

static void add_visible(struct buf *out, const char *text)
{
	text_visible(out, text, strlen(text));
}

static void add_field(struct buf *out, const char *label, const char *text)
{
	if (!text || !*text)
		return;
	buf_printf(out, "%-*s", LABEL, label);
	add_visible(out, text);
	buf_addc(out, '\n');
}

static void add_time(struct buf *out, const char *label, int64_t when)
{
	char text[TEXT_WHEN];

	text_when(text, when);
	add_field(out, label, text);
}

static void add_rcpt(struct buf *out, const struct outbox_rcpt *rcpt)
{
	buf_printf(out, "  %-9s", rcpt->state);
	add_visible(out, rcpt->address);
	if (rcpt->reply) {
		buf_printf(out, "  %d ", rcpt->code);
		add_visible(out, rcpt->reply);
	}
	buf_addc(out, '\n');
}

static void add_event(struct buf *out, const struct outbox_event *event)
{
	static const struct {
		const char *what, *words;
		bool told; /* its text says more */
	} kinds[] = {
		{ "attempt", "tried", true },
		{ "crash", "the program that sent it ended", true },
		{ "retry", "made due by hand", false },
		{ "hold", "held back", false },
		{ "release", "waits again", false },
		{ "remove", "removed", false },
		{ "undo", "brought back", false },
	};
	const char *words = event->what;
	char when[TEXT_WHEN];
	bool told = true;

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (strcmp(kinds[i].what, event->what) == 0) {
			words = kinds[i].words;
			told = kinds[i].told;
		}
	text_when(when, event->at);
	buf_printf(out, "  %s  ", when);
	add_visible(out, words);
	if (told && event->text) {
		buf_adds(out, ": ");
		add_visible(out, event->text);
	}
	buf_addc(out, '\n');
	if (event->reply) {
		buf_printf(out, "  %16s  ", "");
		add_visible(out, event->reply);
		buf_addc(out, '\n');
	}
}

void outbox_words_story(struct buf *out, const struct outbox_story *story)
{
	const struct outbox_item *m = &story->item;

	buf_printf(out, "Message %lld: %s\n", (long long)m->id, outbox_state_name(m->state));
	add_field(out, "Account", m->account);
	add_field(out, "From", m->from);
	add_field(out, "Subject", m->subject);
	add_field(out, "Message-ID", m->message_id);
	add_time(out, "Queued", m->queued_at);
	if (m->state == OUTBOX_SENT)
		add_time(out, "Sent", m->changed_at);
	if (m->state == OUTBOX_READY && m->next_at > (int64_t)time(NULL))
		add_time(out, "Not before", m->next_at);
	if (m->attempts > 0)
		buf_printf(out, "%-*s%lld\n", LABEL, "Attempts", (long long)m->attempts);
	add_field(out, "Trouble", m->error);
	add_field(out, "", m->hint);
	add_field(out, "Server", m->server);
	add_field(out, "Reply", m->reply);
	buf_adds(out, "Recipients\n");
	for (size_t i = 0; i < story->rcpt_count; i++)
		add_rcpt(out, &story->rcpts[i]);
	if (story->event_count > 0)
		buf_adds(out, "What happened\n");
	for (size_t i = 0; i < story->event_count; i++)
		add_event(out, &story->events[i]);
}
