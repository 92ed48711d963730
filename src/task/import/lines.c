#include "task/import/lines.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/text.h"
#include "task/import/vars.h"

void lines_begin(struct lines *l, struct reader *r)
{
	*l = (struct lines){ .reader = r,
			     .at = r->file->text,
			     .end = r->file->text + r->file->len,
			     .next = 1,
			     .text = BUF_INIT_SECRET(IMPORT_MAX) };
}

/* One more into the text, which a file's bound is enough for. */
static bool add_line(struct lines *l)
{
	const char *end;
	size_t len;

	if (l->at >= l->end)
		return false;
	end = memchr(l->at, '\n', (size_t)(l->end - l->at));
	len = (size_t)((end ? end : l->end) - l->at);
	buf_add(&l->text, l->at, len > 0 && l->at[len - 1] == '\r' ? len - 1 : len);
	l->at = end ? end + 1 : l->end;
	l->next++;
	return true;
}

char *lines_next(struct lines *l)
{
	buf_clear(&l->text);
	l->reader->line = l->next;
	if (!add_line(l))
		return NULL;
	return l->text.data;
}

static bool goes_on(const struct buf *text)
{
	size_t n = 0;

	while (n < text->len && text->data[text->len - 1 - n] == '\\')
		n++;
	return n % 2 == 1;
}

char *lines_next_joined(struct lines *l)
{
	char *line = lines_next(l);

	while (line && goes_on(&l->text)) {
		buf_cut(&l->text, l->text.len - 1);
		if (!add_line(l))
			break;
		line = l->text.data;
	}
	return line;
}

static bool folds(const struct lines *l)
{
	const char *p = l->at;

	while (p < l->end && (*p == ' ' || *p == '\t'))
		p++;
	return l->at < l->end && ((p > l->at && p < l->end && *p != '\n' && *p != '\r') ||
				  *l->at == '#');
}

char *lines_next_folded(struct lines *l)
{
	char *line = lines_next(l);

	if (!line || line[0] == '#' || line[0] == '\0')
		return line;
	while (folds(l)) {
		size_t before = l->text.len;
		const char *more;

		add_line(l);
		more = l->text.data + before;
		if (more[strspn(more, " \t")] == '#')
			buf_cut(&l->text, before);
	}
	return l->text.data;
}

void lines_end(struct lines *l)
{
	buf_free(&l->text);
	l->reader->line = 0;
}

void lines_each(struct reader *r, bool joined, void (*fn)(struct reader *r, void *arg, char *line),
		void *arg)
{
	struct lines lines;
	char *line;

	lines_begin(&lines, r);
	while ((line = joined ? lines_next_joined(&lines) : lines_next(&lines)))
		fn(r, arg, line);
	lines_end(&lines);
}

char *lines_value(char *line, char mark)
{
	char *value = mark == ' ' ? line + strcspn(line, " \t") : strchr(line, mark);

	if (!value || !*value)
		return NULL;
	*value++ = '\0';
	(void)text_trim(line);
	return text_trim(value);
}

char *lines_word(char **at)
{
	char *word = *at + strspn(*at, " \t");
	char *end = word + strcspn(word, " \t");

	*at = end + strspn(end, " \t");
	if (*end)
		*end = '\0';
	return word;
}

char *lines_unquote(char *text, char quote)
{
	size_t n = strlen(text);

	if (n < 2 || text[0] != quote || text[n - 1] != quote)
		return text;
	text[n - 1] = '\0';
	return text + 1;
}

/* ---- words ---- */

void lines_variable(const char **at, const struct vars *vars, char mark, struct buf *out)
{
	const char *p = *at + 1 + ((*at)[1] == '{');
	size_t n = strspn(p, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
	char *name = xstrndup(p, n);
	const char *value = vars_get(vars, name);

	free(name);
	if (!value) {
		buf_addc(out, '$');
		return;
	}
	if (mark)
		buf_addc(out, mark);
	buf_adds(out, value);
	*at = p + n - (p[-1] == '{' && p[n] == '}' ? 0 : 1);
}

int lines_shell_word(const char **at, const char *ends, struct buf *out)
{
	const char *p = *at;
	char quote = 0;

	for (; *p; p++) {
		if (quote ? *p == quote : *p == '"' || *p == '\'')
			quote = quote ? 0 : *p;
		else if (*p == '\\' && quote != '\'' && p[1])
			buf_addc(out, *++p);
		else if (!quote && (*p == ' ' || *p == '\t' || strchr(ends, *p)))
			break;
		else
			buf_addc(out, *p);
	}
	*at = p;
	return quote ? -1 : 0;
}

static void add_utf8(struct buf *out, unsigned code)
{
	if (code == 0 || code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
		code = 0xfffd;
	if (code < 0x80) {
		buf_addc(out, (char)code);
		return;
	}
	if (code < 0x800) {
		buf_addc(out, (char)(0xc0 | code >> 6));
	} else {
		if (code < 0x10000) {
			buf_addc(out, (char)(0xe0 | code >> 12));
		} else {
			buf_addc(out, (char)(0xf0 | code >> 18));
			buf_addc(out, (char)(0x80 | (code >> 12 & 63)));
		}
		buf_addc(out, (char)(0x80 | (code >> 6 & 63)));
	}
	buf_addc(out, (char)(0x80 | (code & 63)));
}

static int hex(char c)
{
	return c >= '0' && c <= '9'   ? c - '0'
	       : c >= 'a' && c <= 'f' ? c - 'a' + 10
	       : c >= 'A' && c <= 'F' ? c - 'A' + 10
				      : -1;
}

/* So many digits; false without them. */
static bool read_hex(const char **at, int digits, unsigned *code)
{
	*code = 0;
	for (int i = 0; i < digits; i++) {
		if (hex((*at)[i]) < 0)
			return false;
		*code = *code << 4 | (unsigned)hex((*at)[i]);
	}
	*at += digits;
	return true;
}

/* The second half of what JavaScript writes in UTF-16. */
static unsigned join_halves(const char **at, unsigned code)
{
	const char *p = *at;
	unsigned low;

	if (code < 0xd800 || code >= 0xdc00 || p[0] != '\\' || p[1] != 'u')
		return code;
	p += 2;
	if (!read_hex(&p, 4, &low) || low < 0xdc00 || low >= 0xe000)
		return code;
	*at = p;
	return 0x10000 + ((code & 0x3ff) << 10) + (low & 0x3ff);
}

void lines_escape(const char **at, struct buf *out)
{
	static const char names[] = "ntrbfe", values[] = "\n\t\r\b\f\033";
	char c = (*at)[1];
	const char *name = c ? strchr(names, c) : NULL;
	unsigned code;

	*at += c ? 2 : 1;
	if (name)
		buf_addc(out, values[name - names]);
	else if ((c == 'x' && read_hex(at, 2, &code)) || (c == 'U' && read_hex(at, 8, &code)))
		add_utf8(out, code);
	else if (c == 'u' && read_hex(at, 4, &code))
		add_utf8(out, join_halves(at, code));
	else
		buf_addc(out, c ? c : '\\');
}

bool lines_percent(char *text)
{
	char *out = text;

	for (const char *p = text; *p; out++) {
		unsigned code;

		if (*p != '%') {
			*out = *p++;
			continue;
		}
		p++;
		if (!read_hex(&p, 2, &code) || code == 0)
			return false;
		*out = (char)code;
	}
	*out = '\0';
	return true;
}
