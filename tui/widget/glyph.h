/*
 * Characters as a person sees them: a base character with the combining ones
 * that follow it is one glyph. Editors move and delete by glyph; drawing
 * counts columns by glyph (wide ones take two). The C library's tables are used
 * (wcwidth), so term_start must have set the locale before.
 */
#ifndef OUTPOST_GLYPH_H
#define OUTPOST_GLYPH_H

#include <stdbool.h>
#include <stddef.h>

#define GLYPH_TAB 4	/* columns of a tab */

/* Turns the text around it or breaks the line: shown as a character of its own. */
bool glyph_is_trick(unsigned code);
/* Bytes of the glyph at s (len left, not 0) and its columns. A byte that is
 * no UTF-8 is a glyph of one column. */
size_t glyph_next(const char *s, size_t len, int *columns);
/* Where the glyph before at begins. */
size_t glyph_prev(const char *s, size_t at);
int    glyph_columns(const char *s, size_t len);
/* Writes one code point as UTF-8 (1..4 bytes); 0 for what is no character. */
size_t glyph_encode(unsigned code, char out[4]);

/* Bytes of the first line when s is broken to w columns: at a line feed, at
 * blanks, or inside a word that is too long. *next is where the following
 * line begins (len at the end). */
size_t glyph_break(const char *s, size_t len, int w, size_t *next);

#endif
