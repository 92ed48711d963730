#include "widget/field.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/err.h"
#include "base/text.h"
#include "widget/draw.h"
#include "widget/glyph.h"

struct field {
	char *text; /* max + 1 bytes; of its own pages when secret */
	size_t max, len, at;
	size_t first; /* where the visible part begins */
	bool secret, revealed;
};

struct field *field_new(size_t max, bool secret)
{
	struct field *f = xcalloc(1, sizeof *f);

	f->max = max;
	f->secret = secret;
	if (!secret) {
		f->text = xcalloc(max + 1, 1);
		return f;
	}
	f->text = mmap(NULL, max + 1, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (f->text == MAP_FAILED)
		die("out of memory (%zu bytes)", max + 1);
	(void)madvise(f->text, max + 1, MADV_DONTDUMP);
	(void)mlock(f->text, max + 1);
	return f;
}

void field_free(struct field *f)
{
	if (!f)
		return;
	if (f->secret) {
		explicit_bzero(f->text, f->max + 1);
		munmap(f->text, f->max + 1);
	} else {
		free(f->text);
	}
	free(f);
}

const char *field_text(const struct field *f)
{
	return f->text;
}

size_t field_len(const struct field *f)
{
	return f->len;
}

bool field_secret(const struct field *f)
{
	return f->secret;
}

bool field_revealed(const struct field *f)
{
	return f->revealed;
}

void field_reveal(struct field *f, bool on)
{
	f->revealed = on;
}

/* Takes n bytes out at from; what was behind them is wiped in a secret field. */
static void cut(struct field *f, size_t from, size_t n)
{
	memmove(f->text + from, f->text + from + n, f->len - from - n);
	f->len -= n;
	explicit_bzero(f->text + f->len, n);
	f->at = from;
}

static bool insert(struct field *f, const char *bytes, size_t n)
{
	if (n == 0 || f->len + n > f->max)
		return false;
	memmove(f->text + f->at + n, f->text + f->at, f->len - f->at);
	memcpy(f->text + f->at, bytes, n);
	f->at += n;
	f->len += n;
	f->text[f->len] = '\0';
	return true;
}

/* One line without controls, as far as there is room. */
static enum field_result insert_clean(struct field *f, const char *text, size_t len)
{
	enum field_result result = FIELD_CHANGED;

	while (len > 0) {
		unsigned code;
		size_t n = text_utf8_next(text, len, &code);

		if (n == 0 || code < 0x20 || code == 0x7f || (code >= 0x80 && code < 0xa0) ||
		    code == 0x2028 || code == 0x2029)
			result = FIELD_STRIPPED;
		else if (!insert(f, text, n))
			return FIELD_CUT;
		text += n ? n : 1;
		len -= n ? n : 1;
	}
	return result;
}

void field_set(struct field *f, const char *text)
{
	explicit_bzero(f->text, f->max + 1);
	f->len = f->at = f->first = 0;
	insert_clean(f, text, strlen(text));
}

static size_t word_begin(const struct field *f)
{
	size_t at = f->at;

	while (at > 0 && f->text[at - 1] == ' ')
		at--;
	while (at > 0 && f->text[at - 1] != ' ')
		at--;
	return at;
}

static enum field_result move(struct field *f, size_t at)
{
	f->at = at;
	return FIELD_USED;
}

static enum field_result remove_part(struct field *f, size_t from, size_t to)
{
	if (from == to)
		return FIELD_USED;
	cut(f, from, to - from);
	return FIELD_CHANGED;
}

static size_t next_glyph(const struct field *f)
{
	int columns;

	return f->at < f->len ? f->at + glyph_next(f->text + f->at, f->len - f->at, &columns)
			      : f->len;
}

static size_t prev_glyph(const struct field *f)
{
	return f->at > 0 ? glyph_prev(f->text, f->at) : 0;
}

static enum field_result edit(struct field *f, int key)
{
	switch (key) {
	case TERM_LEFT:
	case TERM_CTRL('b'):
		return move(f, prev_glyph(f));
	case TERM_RIGHT:
	case TERM_CTRL('f'):
		return move(f, next_glyph(f));
	case TERM_HOME:
	case TERM_CTRL('a'):
		return move(f, 0);
	case TERM_END_KEY:
	case TERM_CTRL('e'):
		return move(f, f->len);
	case TERM_BACKSPACE:
		return remove_part(f, prev_glyph(f), f->at);
	case TERM_DELETE:
	case TERM_CTRL('d'):
		return remove_part(f, f->at, next_glyph(f));
	case TERM_CTRL('u'):
		return remove_part(f, 0, f->at);
	case TERM_CTRL('k'):
		return remove_part(f, f->at, f->len);
	case TERM_CTRL('w'):
		return remove_part(f, word_begin(f), f->at);
	default:
		return FIELD_IGNORED;
	}
}

enum field_result field_event(struct field *f, const struct term_event *event)
{
	char bytes[4];
	enum field_result result = FIELD_CHANGED;

	if (event->kind == TERM_PASTE)
		return insert_clean(f, event->text, event->len);
	if (event->kind != TERM_KEY)
		return FIELD_IGNORED;
	if (!term_is_text(event))
		return edit(f, event->key);
	if (!insert(f, bytes, glyph_encode((unsigned)event->key, bytes)))
		result = FIELD_FULL;
	explicit_bzero(bytes, sizeof bytes);
	return result;
}

static bool masked(const struct field *f)
{
	return f->secret && !f->revealed;
}

/* Columns of the text between two places as it is shown. */
static int shown_columns(const struct field *f, size_t from, size_t to)
{
	int sum = 0, columns;

	while (from < to) {
		from += glyph_next(f->text + from, f->len - from, &columns);
		sum += masked(f) ? 1 : columns;
	}
	return sum;
}

/* The cursor stays in sight, with a column behind the text for itself. */
static void scroll(struct field *f, int w)
{
	int columns, sum;

	if (f->first > f->len)
		f->first = f->len;
	if (f->at < f->first)
		f->first = f->at;
	for (sum = shown_columns(f, f->first, f->at); sum > w - 1; sum -= masked(f) ? 1 : columns)
		f->first += glyph_next(f->text + f->first, f->len - f->first, &columns);
	while (f->first > 0) {
		size_t before = glyph_prev(f->text, f->first);

		if (shown_columns(f, before, f->len) > w - 1)
			break;
		f->first = before;
	}
}

void field_draw(struct field *f, int y, int x, int w, bool focus)
{
	size_t shown = 0;

	if (w < 2)
		return;
	scroll(f, w);
	if (masked(f)) {
		draw_span(y, x, w, THEME_FIELD, "", 0);
		for (size_t at = f->first; at < f->len && (int)shown < w; shown++) {
			int columns;

			at += glyph_next(f->text + at, f->len - at, &columns);
			draw_text(y, x + (int)shown, 1, THEME_FIELD, theme_mark(MARK_SECRET));
		}
	} else {
		draw_span(y, x, w, THEME_FIELD, f->text + f->first, f->len - f->first);
	}
	if (focus)
		draw_cursor(y, x + shown_columns(f, f->first, f->at));
}
