#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/buf.h"

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

size_t text_utf8_next(const char *s, size_t len, unsigned *code)
{
	static const unsigned least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const unsigned char *p = (const unsigned char *)s;
	unsigned c;
	size_t n;

	if (len == 0)
		return 0;
	if (p[0] < 0x80) {
		*code = p[0];
		return 1;
	}
	if (p[0] >= 0xc2 && p[0] <= 0xdf) {
		n = 2;
		c = p[0] & 0x1f;
	} else if ((p[0] & 0xf0) == 0xe0) {
		n = 3;
		c = p[0] & 0x0f;
	} else if (p[0] >= 0xf0 && p[0] <= 0xf4) {
		n = 4;
		c = p[0] & 0x07;
	} else {
		return 0;
	}
	if (len < n)
		return 0;
	for (size_t i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (p[i] & 0x3f);
	}
	if (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0;
	*code = c;
	return n;
}

bool text_utf8_valid(const char *s, size_t len)
{
	unsigned code;

	while (len > 0) {
		size_t n = text_utf8_next(s, len, &code);

		if (n == 0)
			return false;
		s += n;
		len -= n;
	}
	return true;
}

/* One source character as it is shown: at most 10 bytes into out. Returns the
 * length shown and sets *used to the bytes taken from s. */
static size_t visible_one(char out[16], const char *s, size_t len, size_t *used)
{
	unsigned code = 0;
	size_t n = text_utf8_next(s, len, &code);

	*used = n ? n : 1;
	if (n == 0 || (code < 0x20 && code != '\t') || code == 0x7f)
		return (size_t)snprintf(out, 16, "\\x%02x", (unsigned char)*s);
	if (code == '\t') {
		out[0] = ' ';
		return 1;
	}
	if ((code >= 0x80 && code < 0xa0) || (code >= 0x2028 && code <= 0x202e) ||
	    (code >= 0x2066 && code <= 0x2069) || code == 0x200e || code == 0x200f ||
	    code == 0x061c)
		return (size_t)snprintf(out, 16, "\\u{%x}", code);
	memcpy(out, s, n);
	return n;
}

void text_visible(struct buf *out, const char *bytes, size_t len)
{
	char one[16];
	size_t used;

	while (len > 0) {
		size_t n = visible_one(one, bytes, len, &used);

		if (buf_add(out, one, n) < 0)
			return;
		bytes += used;
		len -= used;
	}
}

void text_visible_lines(struct buf *out, const char *bytes, size_t len)
{
	const char *end = bytes + len;

	while (bytes < end) {
		const char *nl = memchr(bytes, '\n', (size_t)(end - bytes));
		size_t n = (size_t)((nl ? nl : end) - bytes);

		if (n > 0 && nl && bytes[n - 1] == '\r')
			n--;
		text_visible(out, bytes, n);
		buf_addc(out, '\n');
		bytes = nl ? nl + 1 : end;
	}
}

size_t text_visible_into(char *out, size_t size, const char *bytes, size_t len)
{
	char one[16];
	size_t used, at = 0;

	if (size == 0)
		return 0;
	while (len > 0) {
		size_t n = visible_one(one, bytes, len, &used);

		if (at + n >= size)
			break;
		memcpy(out + at, one, n);
		at += n;
		bytes += used;
		len -= used;
	}
	out[at] = '\0';
	return at;
}

bool text_ascii(const char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s >= 0x80)
			return false;
	return true;
}

bool text_has_control(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)s[i] < 0x20 || s[i] == 0x7f)
			return true;
	return false;
}

char *text_trim(char *s)
{
	size_t n;

	s += strspn(s, " \t\r\n");
	n = strlen(s);
	while (n > 0 && strchr(" \t\r\n", s[n - 1]))
		s[--n] = '\0';
	return s;
}

void text_lower(char *s)
{
	for (; *s; s++)
		*s = lower(*s);
}

bool text_eq_nocase(const char *a, const char *b)
{
	while (*a && lower(*a) == lower(*b)) {
		a++;
		b++;
	}
	return lower(*a) == lower(*b);
}

bool text_prefix_nocase(const char *s, const char *prefix)
{
	while (*prefix && lower(*s) == lower(*prefix)) {
		s++;
		prefix++;
	}
	return *prefix == '\0';
}

bool text_has_nocase(const char *hay, const char *needle)
{
	for (; *hay; hay++)
		if (text_prefix_nocase(hay, needle))
			return true;
	return *needle == '\0';
}

bool text_in_domain(const char *host, const char *domain, size_t n)
{
	size_t len = strlen(host);

	if (len > 0 && host[len - 1] == '.')
		len--;
	if (len < n || strncasecmp(host + len - n, domain, n) != 0)
		return false;
	return len == n || host[len - n - 1] == '.';
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

size_t text_distance(const char *a, const char *b)
{
	size_t n = strlen(a), m = strlen(b);
	size_t rows[3][TEXT_DISTANCE_MAX + 1];
	size_t *before = rows[0], *last = rows[1], *now = rows[2];

	if (n > TEXT_DISTANCE_MAX || m > TEXT_DISTANCE_MAX)
		return TEXT_DISTANCE_MAX;
	for (size_t j = 0; j <= m; j++)
		last[j] = j;
	for (size_t i = 1; i <= n; i++) {
		size_t *spare = before;

		now[0] = i;
		for (size_t j = 1; j <= m; j++) {
			size_t other = a[i - 1] != b[j - 1];

			now[j] = least(least(last[j], now[j - 1]) + 1, last[j - 1] + other);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				now[j] = least(now[j], before[j - 2] + 1);
		}
		before = last;
		last = now;
		now = spare;
	}
	return last[m];
}

int text_number(const char *s, long min, long max, long *out)
{
	size_t n = strlen(s);
	long v;

	if (n == 0 || n > 18 || strspn(s, "0123456789") != n)
		return -1;
	v = strtol(s, NULL, 10);
	if (v < min || v > max)
		return -1;
	*out = v;
	return 0;
}

void text_when(char out[TEXT_WHEN], long long when)
{
	time_t t = (time_t)when;
	struct tm tm;

	out[0] = '\0';
	if (localtime_r(&t, &tm))
		strftime(out, TEXT_WHEN, "%Y-%m-%d %H:%M", &tm);
}
