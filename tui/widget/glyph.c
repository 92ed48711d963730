#include "widget/glyph.h"

#include <string.h>
#include <wchar.h>

#include "base/text.h"

bool glyph_is_trick(unsigned code)
{
	return (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069) ||
	       code == 0x2028 || code == 0x2029;
}

static int code_columns(unsigned code)
{
	int w;

	if (code == '\t')
		return GLYPH_TAB;
	if (glyph_is_trick(code))
		return 1;
	w = wcwidth((wchar_t)code);
	return w < 0 ? 1 : w;
}

size_t glyph_next(const char *s, size_t len, int *columns)
{
	unsigned code = 0;
	size_t n = text_utf8_next(s, len, &code);

	*columns = 1;
	if (n == 0)
		return 1;
	*columns = code_columns(code);
	if (code < 0x20)
		return n;
	while (n < len) {
		size_t more = text_utf8_next(s + n, len - n, &code);

		if (more == 0 || code < 0x20 || code_columns(code) > 0)
			break;
		n += more;
	}
	if (*columns == 0)
		*columns = 1;
	return n;
}

size_t glyph_prev(const char *s, size_t at)
{
	size_t begin = 0, i = 0;
	int columns;

	/* A glyph begins for certain after any ASCII character. */
	for (begin = at > 0 ? at - 1 : 0; begin > 0; begin--)
		if ((unsigned char)s[begin] < 0x80 && begin + 1 < at)
			break;
	for (i = begin; i < at;) {
		size_t n = glyph_next(s + i, at - i, &columns);

		if (i + n >= at)
			return i;
		i += n;
	}
	return begin;
}

int glyph_columns(const char *s, size_t len)
{
	int sum = 0, columns;

	for (size_t i = 0; i < len;) {
		i += glyph_next(s + i, len - i, &columns);
		sum += columns;
	}
	return sum;
}

size_t glyph_encode(unsigned code, char out[4])
{
	if (code < 0x80) {
		out[0] = (char)code;
		return 1;
	}
	if (code < 0x800) {
		out[0] = (char)(0xc0 | code >> 6);
		out[1] = (char)(0x80 | (code & 0x3f));
		return 2;
	}
	if (code >= 0xd800 && code < 0xe000)
		return 0;
	if (code < 0x10000) {
		out[0] = (char)(0xe0 | code >> 12);
		out[1] = (char)(0x80 | (code >> 6 & 0x3f));
		out[2] = (char)(0x80 | (code & 0x3f));
		return 3;
	}
	if (code > 0x10ffff)
		return 0;
	out[0] = (char)(0xf0 | code >> 18);
	out[1] = (char)(0x80 | (code >> 12 & 0x3f));
	out[2] = (char)(0x80 | (code >> 6 & 0x3f));
	out[3] = (char)(0x80 | (code & 0x3f));
	return 4;
}

size_t glyph_break(const char *s, size_t len, int w, size_t *next)
{
	size_t at = 0, blank = 0;
	int used = 0, columns;

	while (at < len) {
		size_t n = glyph_next(s + at, len - at, &columns);

		if (s[at] == '\n') {
			*next = at + 1;
			return at;
		}
		if (s[at] == ' ')
			blank = at + 1;
		else if (used + columns > w && at > 0)
			break;
		used += columns;
		at += n;
	}
	if (at >= len) {
		*next = len;
		return len;
	}
	if (blank > 0 && blank <= at)
		at = blank;
	*next = at;
	return at;
}
