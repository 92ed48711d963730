#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"

static void give_back(struct buf *b)
{
	if (b->secret && b->data)
		explicit_bzero(b->data, b->cap);
	free(b->data);
}

static int reserve(struct buf *b, size_t extra)
{
	size_t need, cap;
	char *data;

	if (extra > b->max || b->len > b->max - extra)
		return -1;
	need = b->len + extra + 1;
	if (need <= b->cap)
		return 0;
	cap = b->cap ? b->cap : 64;
	while (cap < need)
		cap *= 2;
	data = xmalloc(cap);
	if (b->len > 0)
		memcpy(data, b->data, b->len);
	give_back(b);
	b->data = data;
	b->cap = cap;
	return 0;
}

int buf_add(struct buf *b, const void *bytes, size_t n)
{
	if (reserve(b, n) < 0)
		return -1;
	if (n > 0)
		memcpy(b->data + b->len, bytes, n);
	b->len += n;
	b->data[b->len] = '\0';
	return 0;
}

int buf_addc(struct buf *b, char c)
{
	return buf_add(b, &c, 1);
}

int buf_adds(struct buf *b, const char *s)
{
	return buf_add(b, s, strlen(s));
}

int buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0 || reserve(b, (size_t)n) < 0)
		return -1;
	va_start(ap, fmt);
	vsnprintf(b->data + b->len, (size_t)n + 1, fmt, ap);
	va_end(ap);
	b->len += (size_t)n;
	return 0;
}

void buf_cut(struct buf *b, size_t n)
{
	if (n > b->len)
		die("buf_cut: %zu of %zu bytes", n, b->len);
	if (!b->data)
		return;
	if (b->secret)
		explicit_bzero(b->data + n, b->len - n);
	b->len = n;
	b->data[n] = '\0';
}

void buf_drop(struct buf *b, size_t n)
{
	if (n > b->len)
		die("buf_drop: %zu of %zu bytes", n, b->len);
	if (n == 0)
		return;
	memmove(b->data, b->data + n, b->len - n);
	buf_cut(b, b->len - n);
}

void buf_clear(struct buf *b)
{
	buf_cut(b, 0);
}

void buf_free(struct buf *b)
{
	give_back(b);
	b->data = NULL;
	b->len = b->cap = 0;
}

const char *buf_text(const struct buf *b)
{
	return b->data ? b->data : "";
}

char *buf_detach(struct buf *b)
{
	char *data = b->data ? b->data : xstrdup("");

	b->data = NULL;
	b->len = b->cap = 0;
	return data;
}
