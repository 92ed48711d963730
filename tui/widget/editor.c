#include "widget/editor.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/text.h"
#include "widget/editor_undo.h"
#include "widget/glyph.h"

struct editor {
	struct buf text;
	size_t at;
	int goal; /* column that Up and Down aim at; -1: the cursor's own */
	/* Where the lines on the screen begin, for width w; made anew when stale. */
	size_t *starts, lines, cap;
	int w, h;
	size_t top; /* first line in sight */
	bool stale;
	bool full; /* not all of the last event went in */
	struct undo undo;
};

struct editor *editor_new(size_t max)
{
	struct editor *e = xcalloc(1, sizeof *e);

	e->text = (struct buf)BUF_INIT(max);
	e->w = 76;
	e->h = 10;
	e->goal = -1;
	e->stale = true;
	return e;
}

void editor_free(struct editor *e)
{
	if (!e)
		return;
	buf_free(&e->text);
	undo_clear(&e->undo);
	free(e->starts);
	free(e);
}

const char *editor_text(const struct editor *e)
{
	return buf_text(&e->text);
}

size_t editor_len(const struct editor *e)
{
	return e->text.len;
}

static void add_line(struct editor *e, size_t start)
{
	if (e->lines == e->cap) {
		e->cap = e->cap ? 2 * e->cap : 64;
		e->starts = xreallocarray(e->starts, e->cap, sizeof *e->starts);
	}
	e->starts[e->lines++] = start;
}

/* Where the line after the one at begins; false: there is none. */
static bool next_line(const struct editor *e, size_t *at)
{
	const char *text = buf_text(&e->text);
	size_t next;

	if (*at == e->text.len)
		return false;
	glyph_break(text + *at, e->text.len - *at, e->w, &next);
	*at += next;
	return *at < e->text.len || text[*at - 1] == '\n';
}

static void wrap(struct editor *e)
{
	size_t at = 0;

	if (!e->stale)
		return;
	e->stale = false;
	e->lines = 0;
	do
		add_line(e, at);
	while (next_line(e, &at));
}

/* The line that the cursor is on. */
static size_t line_at(const struct editor *e, size_t at)
{
	size_t low = 0, high = e->lines;

	while (high - low > 1) {
		size_t middle = (low + high) / 2;

		if (e->starts[middle] <= at)
			low = middle;
		else
			high = middle;
	}
	return low;
}

/* The last place on a line where the cursor can stand. */
static size_t line_end(const struct editor *e, size_t line)
{
	const char *text = buf_text(&e->text);
	size_t end = line + 1 < e->lines ? e->starts[line + 1] : e->text.len;

	if (line + 1 < e->lines && end > e->starts[line])
		return text[end - 1] == '\n' ? end - 1 : glyph_prev(text, end);
	return end;
}

/* After n bytes took the place of those between from and to: only the lines around are
 * broken anew, until one begins where an old one did. A line depends on its own beginning
 * and on the first word of the next, so the line before the change is the first. */
static void rewrap(struct editor *e, size_t from, size_t to, size_t n)
{
	size_t *old = e->starts, lines = e->lines, first = line_at(e, from), i, at;
	bool more = true;

	first = first > 0 ? first - 1 : 0;
	e->starts = NULL;
	e->lines = e->cap = 0;
	for (i = 0; i < first; i++)
		add_line(e, old[i]);
	for (at = old[first]; more; more = next_line(e, &at)) {
		/* Old lines behind the change have moved with their text. */
		while (i < lines && (old[i] < to || old[i] - to + from + n < at))
			i++;
		if (i < lines && old[i] - to + from + n == at)
			break;
		add_line(e, at);
	}
	for (; more && i < lines; i++)
		add_line(e, old[i] - to + from + n);
	free(old);
}

static bool put(struct editor *e, size_t from, size_t to, const char *bytes, size_t n)
{
	struct buf made = BUF_INIT(e->text.max);
	const char *text = buf_text(&e->text);

	e->full = e->text.len - (to - from) + n > e->text.max;
	if (e->full)
		return false;
	buf_add(&made, text, from);
	buf_add(&made, bytes, n);
	buf_add(&made, text + to, e->text.len - to);
	buf_free(&e->text);
	e->text = made;
	e->at = from + n;
	e->goal = -1;
	if (!e->stale)
		rewrap(e, from, to, n);
	return true;
}

/* As put, and can be taken back. */
static bool replace(struct editor *e, size_t from, size_t to, const char *bytes, size_t n)
{
	/* Its bytes are lent, and copied before they go. */
	struct undo_step step = { .at = from,
				  .gone = (char *)buf_text(&e->text) + from,
				  .gone_len = to - from,
				  .came = (char *)bytes,
				  .came_len = n };

	if (e->text.len - (to - from) + n <= e->text.max)
		undo_note(&e->undo, &step);
	return put(e, from, to, bytes, n);
}

/* False: there is nothing to take back. */
static bool take_back(struct editor *e)
{
	const struct undo_step *step = undo_back(&e->undo);

	return step && put(e, step->at, step->at + step->came_len, step->gone, step->gone_len);
}

static bool do_again(struct editor *e)
{
	const struct undo_step *step = undo_again(&e->undo);

	return step && put(e, step->at, step->at + step->gone_len, step->came, step->came_len);
}

static void insert_clean(struct editor *e, const char *text, size_t len)
{
	struct buf clean = BUF_INIT(e->text.max - e->text.len);
	bool fits = true;

	while (len > 0) {
		unsigned code;
		size_t n = text_utf8_next(text, len, &code);

		if (n > 0 && (code >= 0x20 || code == '\n' || code == '\t') &&
		    !(code >= 0x7f && code < 0xa0) && buf_add(&clean, text, n) < 0) {
			fits = false;
			break;
		}
		text += n ? n : 1;
		len -= n ? n : 1;
	}
	replace(e, e->at, e->at, buf_text(&clean), clean.len);
	e->full = !fits;
	buf_free(&clean);
}

bool editor_full(const struct editor *e)
{
	return e->full;
}

void editor_set(struct editor *e, const char *text)
{
	buf_clear(&e->text);
	e->at = 0;
	e->stale = true;
	insert_clean(e, text, strlen(text));
	undo_clear(&e->undo);
}

void editor_change(struct editor *e, const char *text)
{
	size_t len = strlen(text), same = 0;

	/* What both begin with stays, so that the cursor is where something happened. */
	while (same < len && same < e->text.len && text[same] == e->text.data[same])
		same++;
	while (same > 0 && same < len && ((unsigned char)text[same] & 0xc0) == 0x80)
		same--;
	undo_close(&e->undo);
	replace(e, same, e->text.len, "", 0);
	insert_clean(e, text + same, len - same);
	undo_close(&e->undo);
}

/* Up or down by lines; false at the edge. */
static bool climb(struct editor *e, long by)
{
	const char *text = buf_text(&e->text);
	long line = (long)line_at(e, e->at), to = line + by;
	size_t at, end;
	int column = 0, columns;

	if (to < 0)
		to = 0;
	if (to >= (long)e->lines)
		to = (long)e->lines - 1;
	if (to == line)
		return false;
	if (e->goal < 0)
		e->goal = glyph_columns(text + e->starts[line], e->at - e->starts[line]);
	end = line_end(e, (size_t)to);
	for (at = e->starts[to]; at < end && column < e->goal; column += columns)
		at += glyph_next(text + at, e->text.len - at, &columns);
	e->at = at;
	undo_close(&e->undo);
	return true;
}

static bool go(struct editor *e, size_t at)
{
	e->at = at;
	e->goal = -1;
	undo_close(&e->undo);
	return true;
}

static size_t next_glyph(const struct editor *e)
{
	int columns;

	if (e->at >= e->text.len)
		return e->text.len;
	return e->at + glyph_next(buf_text(&e->text) + e->at, e->text.len - e->at, &columns);
}

static size_t prev_glyph(const struct editor *e)
{
	return e->at > 0 ? glyph_prev(buf_text(&e->text), e->at) : 0;
}

static size_t word_begin(const struct editor *e)
{
	const char *text = buf_text(&e->text);
	size_t at = e->at;

	while (at > 0 && (text[at - 1] == ' ' || text[at - 1] == '\n'))
		at--;
	while (at > 0 && text[at - 1] != ' ' && text[at - 1] != '\n')
		at--;
	return at;
}

static size_t word_end(const struct editor *e)
{
	const char *text = buf_text(&e->text);
	size_t at = e->at;

	while (at < e->text.len && (text[at] == ' ' || text[at] == '\n'))
		at++;
	while (at < e->text.len && text[at] != ' ' && text[at] != '\n')
		at++;
	return at;
}

static bool move_key(struct editor *e, int key)
{
	size_t line = line_at(e, e->at);

	switch (key) {
	case TERM_LEFT:
		return go(e, prev_glyph(e));
	case TERM_RIGHT:
		return go(e, next_glyph(e));
	case TERM_HOME:
	case TERM_CTRL('a'):
		return go(e, e->starts[line]);
	case TERM_END_KEY:
	case TERM_CTRL('e'):
		return go(e, line_end(e, line));
	case TERM_WORD_LEFT:
		return go(e, word_begin(e));
	case TERM_WORD_RIGHT:
		return go(e, word_end(e));
	case TERM_TEXT_BEGIN:
		return go(e, 0);
	case TERM_TEXT_END:
		return go(e, e->text.len);
	case TERM_UP:
		return climb(e, -1);
	case TERM_DOWN:
		climb(e, 1);
		return true;
	case TERM_PAGE_UP:
		climb(e, -(e->h > 1 ? e->h - 1 : 1));
		return true;
	case TERM_PAGE_DOWN:
		climb(e, e->h > 1 ? e->h - 1 : 1);
		return true;
	default:
		return false;
	}
}

static bool change_key(struct editor *e, int key)
{
	size_t line = line_at(e, e->at), end;

	switch (key) {
	case TERM_ENTER:
		return replace(e, e->at, e->at, "\n", 1), true;
	case TERM_BACKSPACE:
		return replace(e, prev_glyph(e), e->at, "", 0), true;
	case TERM_DELETE:
	case TERM_CTRL('d'):
		end = e->at;
		return replace(e, end, next_glyph(e), "", 0), true;
	case TERM_CTRL('u'):
		return replace(e, e->starts[line], e->at, "", 0), true;
	case TERM_CTRL('k'):
		end = line_end(e, line);
		/* At the end of a line it takes the line end, as in other editors. */
		if (end == e->at)
			end = next_glyph(e);
		return replace(e, e->at, end, "", 0), true;
	case TERM_CTRL('w'):
		return replace(e, word_begin(e), e->at, "", 0), true;
	case EDITOR_UNDO:
	case TERM_F7:
		return take_back(e), true;
	case EDITOR_REDO:
	case TERM_F8:
		return do_again(e), true;
	default:
		return false;
	}
}

bool editor_event(struct editor *e, const struct term_event *event)
{
	char bytes[4];

	e->full = false;
	wrap(e);
	if (event->kind == TERM_PASTE) {
		undo_close(&e->undo);
		insert_clean(e, event->text, event->len);
		undo_close(&e->undo);
		return true;
	}
	if (event->kind != TERM_KEY)
		return false;
	if (term_is_text(event)) {
		replace(e, e->at, e->at, bytes, glyph_encode((unsigned)event->key, bytes));
		return true;
	}
	return move_key(e, event->key) || change_key(e, event->key);
}

void editor_draw(struct editor *e, const struct area *area, bool focus)
{
	const char *text = buf_text(&e->text);
	size_t line;
	int column;

	/* A column is left for a cursor behind the longest line. */
	if (e->w != area->w - 1) {
		e->w = area->w - 1;
		e->stale = true;
	}
	e->h = area->h;
	wrap(e);
	line = line_at(e, e->at);
	if (line < e->top)
		e->top = line;
	if (line >= e->top + (size_t)area->h)
		e->top = line + 1 - (size_t)area->h;
	for (int row = 0; row < area->h && e->top + (size_t)row < e->lines; row++) {
		size_t from = e->starts[e->top + (size_t)row];
		size_t to = e->top + (size_t)row + 1 < e->lines
				    ? e->starts[e->top + (size_t)row + 1]
				    : e->text.len;

		if (to > from && text[to - 1] == '\n')
			to--;
		draw_span(area->y + row, area->x, area->w, THEME_TEXT, text + from, to - from);
	}
	if (!focus)
		return;
	column = glyph_columns(text + e->starts[line], e->at - e->starts[line]);
	draw_cursor(area->y + (int)(line - e->top),
		    area->x + (column < area->w ? column : area->w - 1));
}
