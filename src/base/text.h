/*
 * Text from outside, and text shown to people.
 *
 * text_visible turns bytes that nobody vouches for (server replies, files,
 * mail, DNS) into UTF-8 that is safe on any terminal: printable characters
 * stay; C0 and C1 controls, DEL and bytes that are not UTF-8 become \xNN;
 * bidirectional and line-breaking controls (U+202A..E, U+2066..9, U+200E/F,
 * U+061C, U+2028/9) become \u{N}. A tab becomes a blank. CR and LF are controls
 * like any other. No locale is needed.
 */
#ifndef OUTPOST_TEXT_H
#define OUTPOST_TEXT_H

#include <stdbool.h>
#include <stddef.h>

struct buf;

/* Appends to out; stops quietly at out's maximum. */
void text_visible(struct buf *out, const char *bytes, size_t len);
/* The same line by line: LF and CRLF end one, and stay as LF. */
void text_visible_lines(struct buf *out, const char *bytes, size_t len);
/* Into an array, cut at a character's end if it does not fit; always ends in
 * NUL. Returns the length written. */
size_t text_visible_into(char *out, size_t size, const char *bytes, size_t len);

/* One character of UTF-8 at s (len bytes left): its length 1..4 and code
 * point, or 0 when the bytes are no valid UTF-8 (RFC 3629). */
size_t text_utf8_next(const char *s, size_t len, unsigned *code);
bool   text_utf8_valid(const char *s, size_t len);
bool   text_ascii(const char *s);	/* only 0x00..0x7f */
/* Has it a byte below 0x20 or 0x7f? */
bool   text_has_control(const char *s, size_t len);

#define TEXT_WHEN 32
/* "2026-01-31 12:00", in local time; seconds since 1970. */
void text_when(char out[TEXT_WHEN], long long when);

/* In place: blanks, tabs, CR and LF taken from both ends; returns s moved on. */
char *text_trim(char *s);
/* ASCII case only, whatever the locale. */
void  text_lower(char *s);
bool  text_eq_nocase(const char *a, const char *b);
bool  text_prefix_nocase(const char *s, const char *prefix);
/* Does needle occur in hay, ASCII case ignored? */
bool  text_has_nocase(const char *hay, const char *needle);
/* Is host that domain (n bytes) or a name below it, ASCII case and a last dot of host ignored? */
bool  text_in_domain(const char *host, const char *domain, size_t n);
/* Steps from one word to the other: a byte added, left out or changed, two neighbours swapped
 * (Damerau's distance, no byte moved twice). Words of more than TEXT_DISTANCE_MAX bytes are not
 * compared: then it is TEXT_DISTANCE_MAX. */
#define TEXT_DISTANCE_MAX 64
size_t text_distance(const char *a, const char *b);
/* Whole decimal number between min and max; -1 and *out untouched otherwise. */
int   text_number(const char *s, long min, long max, long *out);

#endif
