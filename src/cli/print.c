#include "cli/print.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/text.h"
#include "mail/account.h"
#include "mail/typo.h"
#include "port/json.h"

#define LINE_WIDTH 79

void print_visible(FILE *to, const char *text)
{
	struct buf safe = BUF_INIT(64 * 1024);

	text_visible(&safe, text, strlen(text));
	fputs(buf_text(&safe), to);
	buf_free(&safe);
}

void print_lines(FILE *to, const char *text)
{
	while (*text) {
		size_t n = strcspn(text, "\n");
		char *line = xstrndup(text, n > 0 && text[n - 1] == '\r' ? n - 1 : n);

		print_visible(to, line);
		fputc('\n', to);
		free(line);
		text += n + (text[n] == '\n');
	}
}

size_t print_width(const char *text)
{
	size_t width = 0;

	for (; *text; text++)
		width += ((unsigned char)*text & 0xc0) != 0x80;
	return width;
}

void print_padded(FILE *to, const char *text, size_t width)
{
	size_t used = print_width(text);

	print_visible(to, text);
	if (used < width)
		fprintf(to, "%*s", (int)(width - used), "");
}

/* The bytes of text that fit into room, cut at a blank; a word that is longer, a
 * link perhaps, stays whole. Texts here are ours and mostly ASCII. */
static size_t fitting(const char *text, size_t len, size_t room)
{
	size_t n = room;

	if (len <= room)
		return len;
	while (n > 0 && text[n] != ' ')
		n--;
	if (n > 0)
		return n;
	n = strcspn(text, " ");
	return n < len ? n : len;
}

/* The first line's indent is there already. */
static void print_paragraph(FILE *to, const char *text, size_t len, int indent)
{
	while (len > 0) {
		size_t n = fitting(text, len, (size_t)(LINE_WIDTH - indent));
		size_t next = n;

		fprintf(to, "%.*s\n", (int)n, text);
		while (next < len && text[next] == ' ')
			next++;
		text += next;
		len -= next;
		if (len > 0)
			fprintf(to, "%*s", indent, "");
	}
}

void print_wrapped(FILE *to, const char *text, int indent)
{
	while (*text) {
		size_t len = strcspn(text, "\n");

		if (len == 0)
			fputc('\n', to);
		else
			fprintf(to, "%*s", indent, "");
		print_paragraph(to, text, len, indent);
		text += len;
		if (*text == '\n')
			text++;
	}
}

void print_beside(FILE *to, const char *label, const char *text, int column)
{
	size_t used = print_width(label);

	fputs(label, to);
	if (used + 2 > (size_t)column) {
		fputc('\n', to);
		used = 0;
	}
	fprintf(to, "%*s", column - (int)used, "");
	print_paragraph(to, text, strlen(text), column);
}

static void __attribute__((format(printf, 2, 0)))
print_sentence(const char *kind, const char *fmt, va_list ap)
{
	char text[ERR_TEXT_MAX * 2];

	vsnprintf(text, sizeof text, fmt, ap);
	fprintf(stderr, "outpost: %s", kind);
	print_visible(stderr, text);
	fputc('\n', stderr);
}

void print_note(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	print_sentence("", fmt, ap);
	va_end(ap);
}

void print_warning(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	print_sentence("warning: ", fmt, ap);
	va_end(ap);
}

void print_typo(const char *address, const char *goes_on)
{
	char meant[TYPO_MAX];

	if (typo_find(address, meant))
		print_warning("%s may be mistyped: did you mean %s? %s", address, meant, goes_on);
}

/* err's texts were made visible when they were set. */
void print_error(const struct err *err)
{
	const char *line = err->reply;

	fprintf(stderr, "outpost: %s\n", err->text);
	while (*line) {
		size_t n = strcspn(line, "\n");

		fprintf(stderr, "  The server said: %.*s\n", (int)n, line);
		line += n + (line[n] == '\n');
	}
	if (err->hint[0])
		fprintf(stderr, "  %s\n", err->hint);
}

void print_faults(const struct accounts *all)
{
	const struct account_fault *list;
	size_t count = account_faults(all, &list);

	for (size_t i = 0; i < count; i++)
		print_warning("accounts.ini, line %d: %s%s%s%s.", list[i].line, list[i].reason,
			      list[i].id[0] ? "; the account " : "", list[i].id,
			      list[i].id[0] ? " is left out" : "");
}

struct json *error_json(const struct err *err)
{
	struct json *error = json_new_object();

	json_put_text(error, "kind", err_kind_name(err->kind));
	json_put_number(error, "exit", err_exit_code(err));
	json_put_bool(error, "temporary", err->temporary);
	json_put_text(error, "message", err->text);
	json_put_text(error, "hint", err->hint[0] ? err->hint : NULL);
	json_put_text(error, "reply", err->reply[0] ? err->reply : NULL);
	return error;
}
