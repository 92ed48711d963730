#include "screen/run.h"

#include <string.h>

#include "base/clock.h"
#include "widget/glyph.h"

#define WORD_X   2
#define LABEL_X  12
#define TIME_X   25
#define DETAIL_X 35

/* A state as mark and word: meaning is never in the colour alone. */
static const struct {
	enum theme_mark mark;
	const char *word;
	enum theme_role role;
} states[] = {
	[SMTP_STEP_WAITING] = { MARK_WAITING, "", THEME_DIM },
	[SMTP_STEP_RUNNING] = { MARK_WAITING, "working", THEME_BUSY },
	[SMTP_STEP_DONE] = { MARK_DONE, "done", THEME_OK },
	[SMTP_STEP_SKIPPED] = { MARK_SKIPPED, "not used", THEME_DIM },
	[SMTP_STEP_FAILED] = { MARK_FAILED, "failed", THEME_BAD },
};

/* Short waits are nobody's business; after two seconds the clock shows. */
static void draw_time(const struct run *run, const struct verify_step *step, int y, int x)
{
	long ms = step->ms;

	if (step->state == SMTP_STEP_RUNNING) {
		ms = (long)(clock_ms() - run->step_began);
		if (ms >= 2000)
			draw_textf(y, x, 10, THEME_BUSY, "%5ld s", ms / 1000);
		return;
	}
	if (step->state != SMTP_STEP_DONE && step->state != SMTP_STEP_FAILED)
		return;
	if (ms < 10000)
		draw_textf(y, x, 10, THEME_DIM, "%4ld ms", ms);
	else
		draw_textf(y, x, 10, THEME_DIM, "%5ld s", ms / 1000);
}

static void draw_step(const struct run *run, enum smtp_step step, int y, const struct area *area)
{
	const struct verify_step *s = &run->steps[step];
	enum theme_role role = states[s->state].role;
	const char *mark = theme_mark(states[s->state].mark);

	if (s->state == SMTP_STEP_RUNNING)
		mark = theme_spinner(clock_ms());
	draw_text(y, area->x, 1, role, mark);
	draw_text(y, area->x + WORD_X, LABEL_X - WORD_X - 1, role, states[s->state].word);
	draw_text(y, area->x + LABEL_X, TIME_X - LABEL_X - 1,
		  s->state == SMTP_STEP_WAITING || s->state == SMTP_STEP_SKIPPED ? THEME_DIM
										 : THEME_TEXT,
		  smtp_step_label(step));
	draw_time(run, s, y, area->x + TIME_X);
	/* What failed is told in full below. */
	if (s->state != SMTP_STEP_FAILED)
		draw_text(y, area->x + DETAIL_X, area->w - DETAIL_X, THEME_DIM, s->detail);
}

/* A word before and a text that wraps beside it; returns the next free row. */
static int draw_labelled(const struct area *area, int y, enum theme_role role, const char *label,
			 const char *text)
{
	struct area a = { y, area->x + LABEL_X, area->y + area->h - y, area->w - LABEL_X };

	if (text[0] == '\0' || a.h <= 0)
		return y;
	draw_text(y, area->x + WORD_X, LABEL_X - WORD_X - 1, THEME_DIM, label);
	return y + draw_wrapped(&a, role, text);
}

static int draw_failure(const struct run *run, const struct area *area, int y)
{
	draw_text(y, area->x, 1, THEME_BAD, theme_mark(MARK_FAILED));
	y = draw_labelled(area, y, THEME_BAD, "Why", run->err.text);
	y = draw_labelled(area, y, THEME_TEXT, "Server", run->err.reply);
	return draw_labelled(area, y, THEME_TEXT, "Try", run->err.hint);
}

/* It did not go, and is in the outbox. */
static int draw_queued(const struct run *run, const struct area *area, int y)
{
	draw_text(y, area->x, 1, THEME_WARN, theme_mark(MARK_WARN));
	y = draw_labelled(area, y, THEME_WARN, "Result", run->waits);
	y = draw_labelled(area, y, THEME_TEXT, "Why", run->err.text);
	y = draw_labelled(area, y, THEME_TEXT, "Server", run->err.reply);
	return draw_labelled(area, y, THEME_WARN, "Refused", run->refused);
}

/* Of several messages; the last thing that went wrong stands for the others. */
static int draw_result(const struct run *run, const struct area *area, int y)
{
	bool good = run->err.kind == ERR_NONE;

	draw_text(y, area->x, 1, good ? THEME_OK : THEME_WARN,
		  theme_mark(good ? MARK_DONE : MARK_WARN));
	y = draw_labelled(area, y, good ? THEME_OK : THEME_WARN, "Result", run->result);
	y = draw_labelled(area, y, THEME_TEXT, "Why", run->err.text);
	y = draw_labelled(area, y, THEME_TEXT, "Server", run->err.reply);
	return draw_labelled(area, y, THEME_TEXT, "Try", run->err.hint);
}

static int draw_success(const struct run *run, const struct area *area, int y)
{
	const char *tls = run->steps[SMTP_STEP_ENCRYPT].detail;

	draw_text(y, area->x, 1, THEME_OK, theme_mark(MARK_DONE));
	y = draw_labelled(area, y, THEME_OK, "Result",
			  run->with_message ? "The server took the message."
					    : "Everything up to sign-in works.");
	if (glyph_columns(tls, strlen(tls)) > area->w - DETAIL_X)
		y = draw_labelled(area, y, THEME_TEXT, "Encrypted", tls);
	y = draw_labelled(area, y, THEME_TEXT, "Server", run->reply);
	y = draw_labelled(area, y, THEME_WARN, "Refused", run->refused);
	y = draw_labelled(area, y, THEME_WARN, "Outbox", run->waits);
	return draw_labelled(area, y, THEME_WARN, "Copy", run->warning);
}

static bool step_started(const struct run *run)
{
	for (int i = 0; i < SMTP_STEPS; i++)
		if (run->steps[i].state != SMTP_STEP_WAITING)
			return true;
	return false;
}

/* Before the first step the password is fetched, which may need a person. */
static void draw_waiting(const struct run *run, const struct area *area, int y)
{
	if (run->waits_for_keyring && !step_started(run))
		draw_textf(y, area->x, area->w, THEME_BUSY,
			   "%s Waiting for the keyring: it may have opened a window to unlock it.",
			   theme_spinner(clock_ms()));
	else if (run->result[0] != '\0')
		draw_textf(y, area->x, area->w, THEME_BUSY, "%s So far: %s",
			   theme_spinner(clock_ms()), run->result);
}

int run_draw(const struct run *run, const struct area *area)
{
	static const enum smtp_step usual[] = {
		SMTP_STEP_RESOLVE, SMTP_STEP_CONNECT, SMTP_STEP_ENCRYPT, SMTP_STEP_GREETING,
	}, starttls[] = {
		SMTP_STEP_RESOLVE, SMTP_STEP_CONNECT, SMTP_STEP_GREETING, SMTP_STEP_ENCRYPT,
	};
	const enum smtp_step *first = run->greeting_first ? starttls : usual;
	int y = area->y, last = run->with_message ? SMTP_STEPS : SMTP_STEP_SENDER;

	for (int i = 0; i < last; i++)
		draw_step(run, i < 4 ? first[i] : (enum smtp_step)i, y++, area);
	y++;
	if (run->state == RUN_RUNNING)
		draw_waiting(run, area, y);
	else if (run->state == RUN_FAILED)
		y = draw_failure(run, area, y);
	else if (run->state == RUN_PASSED && run->result[0] != '\0')
		y = draw_result(run, area, y);
	else if (run->state == RUN_PASSED && run->waits[0] != '\0' && run->err.kind != ERR_NONE)
		y = draw_queued(run, area, y);
	else if (run->state == RUN_PASSED)
		y = draw_success(run, area, y);
	return y;
}

enum account_key run_blame(const struct run *run)
{
	switch (run->err.kind) {
	case ERR_AUTH:
	case ERR_KEYRING:
		return ACCOUNT_PASSWORD;
	case ERR_HOST:
		return ACCOUNT_HOST;
	case ERR_CANCELLED:
	case ERR_SYSTEM:
	case ERR_UNSURE:
		return ACCOUNT_KEYS;
	default:
		break;
	}
	switch (run->failed) {
	case SMTP_STEP_RESOLVE:
	case SMTP_STEP_CONNECT:
		return ACCOUNT_HOST;
	case SMTP_STEP_ENCRYPT:
		if (run->bad_certificate)
			return ACCOUNT_CA_FILE;
		return ACCOUNT_SECURITY;
	case SMTP_STEP_GREETING:
		return ACCOUNT_SECURITY;
	case SMTP_STEP_SIGNIN:
		return ACCOUNT_USER;
	case SMTP_STEP_SENDER:
		return ACCOUNT_ADDRESS;
	default:
		return ACCOUNT_KEYS;
	}
}
