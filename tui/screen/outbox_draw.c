#include "screen/outbox_draw.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/err.h"
#include "base/text.h"
#include "task/outbox_words.h"

#define WORD_X  4
#define WHEN_X  13
#define TO_X    31
#define LABEL_W 10

/* A state as mark and word: meaning is never in the colour alone. */
static const struct {
	enum theme_mark mark;
	enum theme_role role;
} looks[OUTBOX_STATES] = {
	[OUTBOX_READY] = { MARK_WAITING, THEME_TEXT },
	[OUTBOX_SENDING] = { MARK_MORE, THEME_BUSY },
	[OUTBOX_SENT] = { MARK_DONE, THEME_OK },
	[OUTBOX_FAILED] = { MARK_FAILED, THEME_BAD },
	[OUTBOX_UNSURE] = { MARK_WARN, THEME_WARN },
	[OUTBOX_HELD] = { MARK_SKIPPED, THEME_DIM },
	[OUTBOX_REMOVED] = { MARK_SKIPPED, THEME_DIM },
};

void outbox_draw_row(const struct outbox_item *m, bool selected, int y, int x, int w)
{
	int half = (w - TO_X) / 2;
	char when[TEXT_WHEN], to[300], subject[300];
	enum theme_role role;

	draw_text(y, x, 1, THEME_KEY, selected ? theme_mark(MARK_SELECTED) : " ");
	if (!m) {
		draw_text(y, x + WORD_X, 3, THEME_DIM, theme_mark(MARK_ELLIPSIS));
		return;
	}
	role = looks[m->state].role;
	text_when(when, outbox_words_date(m));
	outbox_words_to(to, sizeof to, m);
	outbox_words_subject(subject, sizeof subject, m);
	draw_text(y, x + 2, 1, role, theme_mark(looks[m->state].mark));
	draw_text(y, x + WORD_X, WHEN_X - WORD_X - 1, role, outbox_state_name(m->state));
	draw_text(y, x + WHEN_X, TO_X - WHEN_X - 1, THEME_DIM, when);
	draw_text(y, x + TO_X, half - 1, selected ? THEME_SELECTED : THEME_TITLE, to);
	draw_text(y, x + TO_X + half, w - TO_X - half, THEME_TEXT, subject);
}

/* A word before, and a text that wraps beside it; returns the next free row. */
static int draw_beside(const struct area *area, int y, int most, enum theme_role role,
		       const char *label, const char *text)
{
	int left = area->y + area->h - y;
	struct area a = { y, area->x + LABEL_W, left < most ? left : most, area->w - LABEL_W };

	if (!text || text[0] == '\0' || left <= 0)
		return y;
	draw_text(y, area->x, LABEL_W - 1, THEME_DIM, label);
	return y + draw_wrapped(&a, role, text);
}

static void write_facts(char *out, size_t size, const struct outbox_item *m)
{
	char when[TEXT_WHEN], account[100];
	int at;

	text_visible_into(account, sizeof account, m->account, strlen(m->account));
	at = snprintf(out, size, "%s, number %lld, %s", outbox_state_name(m->state),
		      (long long)m->id, account);
	if (m->attempts > 0)
		at += snprintf(out + at, size - (size_t)at, ", tried %lld time%s",
			       (long long)m->attempts, m->attempts == 1 ? "" : "s");
	if (m->state != OUTBOX_READY || m->next_at <= (int64_t)time(NULL))
		return;
	text_when(when, m->next_at);
	snprintf(out + at, size - (size_t)at, ", next try %s", when);
}

void outbox_draw_detail(const struct outbox_item *m, const struct err *why, const struct area *area)
{
	const bool barred = m->state == OUTBOX_READY && why && why->kind != ERR_NONE;
	const bool tells = m->state == OUTBOX_READY || m->state == OUTBOX_FAILED ||
			   m->state == OUTBOX_UNSURE;
	const char *hint = barred ? why->hint : tells ? m->hint : NULL;
	char facts[400], reason[OUTBOX_WORDS], safe[ERR_REPLY_MAX] = "";
	enum theme_role role = looks[m->state].role;
	int y = area->y;

	if (m->reply)
		text_visible_into(safe, sizeof safe, m->reply, strlen(m->reply));
	outbox_words_reason(reason, m, why);
	write_facts(facts, sizeof facts, m);
	y = draw_beside(area, y, 2, THEME_TEXT, "State", facts);
	y = draw_beside(area, y, 2, role == THEME_DIM ? THEME_TEXT : role, "Why", reason);
	y = draw_beside(area, y, 2, THEME_TEXT, "Try", hint);
	draw_beside(area, y, 2, THEME_TEXT, "Server", safe);
}
