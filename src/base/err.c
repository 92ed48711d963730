#include "base/err.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

static die_hook hook;

static const struct {
	const char *name;
	int exit_code;	/* sysexits(3) */
	bool temporary;
} kinds[] = {
	[ERR_NONE] = { "none", 0, false },
	[ERR_USAGE] = { "usage", 64, false },
	[ERR_INPUT] = { "input", 65, false },
	[ERR_NOINPUT] = { "noinput", 66, false },
	[ERR_CONFIG] = { "config", 78, false },
	[ERR_KEYRING] = { "keyring", 69, false },
	[ERR_HOST] = { "host", 68, false },
	[ERR_NETWORK] = { "network", 75, true },
	[ERR_TLS] = { "tls", 76, false },
	[ERR_AUTH] = { "auth", 77, false },
	[ERR_REFUSED] = { "refused", 69, false },
	[ERR_UNSURE] = { "unsure", 74, false },
	[ERR_SYSTEM] = { "system", 71, false },
	[ERR_CANCELLED] = { "cancelled", 130, true },
};

static void __attribute__((format(printf, 3, 0)))
format_visible(char *out, size_t size, const char *fmt, va_list ap)
{
	char raw[ERR_REPLY_MAX];

	vsnprintf(raw, sizeof raw, fmt, ap);
	text_visible_into(out, size, raw, strlen(raw));
}

int err_set(struct err *err, enum err_kind kind, const char *fmt, ...)
{
	va_list ap;

	if (!err)
		return -1;
	va_start(ap, fmt);
	format_visible(err->text, sizeof err->text, fmt, ap);
	va_end(ap);
	err->kind = kind;
	err->temporary = kinds[kind].temporary;
	err->hint[0] = err->reply[0] = '\0';
	return -1;
}

/* A path can be longer than the text; the reason behind it must still be there. */
int err_errno(struct err *err, const char *fmt, ...)
{
	const char *reason = strerror(errno);
	size_t room = ERR_TEXT_MAX - sizeof ": ." - strlen(reason), len;
	char what[ERR_TEXT_MAX];
	char raw[ERR_TEXT_MAX + 1];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(raw, sizeof raw, fmt, ap);
	va_end(ap);
	len = text_visible_into(what, sizeof what, raw, strlen(raw));
	if (len > room || strlen(raw) == sizeof raw - 1) {
		len = text_visible_into(what, room - strlen("..."), raw, strlen(raw));
		strcpy(what + len, "...");
	}
	return err_set(err, ERR_SYSTEM, "%s: %s.", what, reason);
}

void err_hint(struct err *err, const char *fmt, ...)
{
	va_list ap;

	if (!err)
		return;
	va_start(ap, fmt);
	format_visible(err->hint, sizeof err->hint, fmt, ap);
	va_end(ap);
}

void err_reply(struct err *err, const char *text, size_t len)
{
	size_t used = 0;

	if (!err)
		return;
	err->reply[0] = '\0';
	while (len > 0 && used + 1 < sizeof err->reply) {
		const char *nl = memchr(text, '\n', len);
		size_t n = nl ? (size_t)(nl - text) : len;
		size_t line = n;

		while (line > 0 && text[line - 1] == '\r')
			line--;
		if (used > 0)
			err->reply[used++] = '\n';
		used += text_visible_into(err->reply + used, sizeof err->reply - used, text, line);
		n += nl ? 1 : 0;
		text += n;
		len -= n;
	}
}

void err_clear(struct err *err)
{
	if (err)
		*err = (struct err)ERR_INIT;
}

int err_exit_code(const struct err *err)
{
	if (err->kind == ERR_REFUSED && err->temporary)
		return 75;
	return kinds[err->kind].exit_code;
}

const char *err_kind_name(enum err_kind kind)
{
	return kinds[kind].name;
}

void die_set_hook(die_hook h)
{
	hook = h;
}

void die(const char *fmt, ...)
{
	va_list ap;
	die_hook h = hook;

	hook = NULL;
	if (h)
		h();
	fputs("outpost: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	abort();
}

void *xmalloc(size_t n)
{
	void *p = malloc(n ? n : 1);

	if (!p)
		die("out of memory (%zu bytes)", n);
	return p;
}

void *xcalloc(size_t n, size_t size)
{
	void *p = calloc(n ? n : 1, size ? size : 1);

	if (!p)
		die("out of memory (%zu times %zu bytes)", n, size);
	return p;
}

void *xreallocarray(void *p, size_t n, size_t size)
{
	void *q = reallocarray(p, n ? n : 1, size ? size : 1);

	if (!q)
		die("out of memory (%zu times %zu bytes)", n, size);
	return q;
}

char *xstrdup(const char *s)
{
	return s ? xstrndup(s, strlen(s)) : NULL;
}

char *xstrndup(const char *s, size_t n)
{
	size_t len = strnlen(s, n);
	char *p = xmalloc(len + 1);

	memcpy(p, s, len);
	p[len] = '\0';
	return p;
}

char *xasprintf(const char *fmt, ...)
{
	char *p = NULL;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&p, fmt, ap);
	va_end(ap);
	if (n < 0)
		die("out of memory");
	return p;
}
