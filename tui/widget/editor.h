/*
 * A text of many lines that can be edited: wrapped at words, UTF-8 with wide
 * and combining characters. Lines end in LF. Pasted control characters other
 * than line ends and tabs are left out. Changes can be taken back, and done again.
 */
#ifndef OUTPOST_EDITOR_H
#define OUTPOST_EDITOR_H

#include <stdbool.h>
#include <stddef.h>

#include "widget/draw.h"
#include "widget/term.h"

struct editor;

#define EDITOR_UNDO TERM_CTRL('_')	/* what terminals send for Ctrl-/, too; also F7 */
#define EDITOR_REDO TERM_CTRL('y')	/* also F8 */

struct editor *editor_new(size_t max);	/* bytes */
void editor_free(struct editor *e);
const char *editor_text(const struct editor *e);	/* ends in NUL */
size_t editor_len(const struct editor *e);
/* Another text; nothing before it can be taken back to. */
void editor_set(struct editor *e, const char *text);
/* As if somebody had typed it: can be taken back. */
void editor_change(struct editor *e, const char *text);
/* The last event brought more than there is room for; what fits went in. */
bool editor_full(const struct editor *e);
/* False when the event is none of the editor's: Up on the first line, Tab, Esc, ... */
bool editor_event(struct editor *e, const struct term_event *event);
void editor_draw(struct editor *e, const struct area *area, bool focus);

#endif
