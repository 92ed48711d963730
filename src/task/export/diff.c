/* What would change, as diff -u shows it; and whether the program is here. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/dirs.h"
#include "base/err.h"
#include "base/file.h"
#include "base/text.h"
#include "task/export/export.h"
#include "task/export/format.h"
#include "task/export/place.h"

#define CONTEXT 3 /* lines around what changes */

struct export_line {
	const char *text;
	size_t len;
};

struct range {
	size_t from, to;
};

struct lines {
	const char **at;
	size_t *len;
	size_t count;
};

static struct lines split(const char *text, size_t len)
{
	struct lines l = { NULL, NULL, 0 };
	size_t most = 1;

	for (size_t i = 0; i < len; i++)
		most += text[i] == '\n';
	l.at = xcalloc(most, sizeof *l.at);
	l.len = xcalloc(most, sizeof *l.len);
	for (size_t i = 0; i < len;) {
		const char *nl = memchr(text + i, '\n', len - i);
		size_t n = nl ? (size_t)(nl - text) - i : len - i;

		l.at[l.count] = text + i;
		l.len[l.count++] = n;
		i += n + 1;
	}
	return l;
}

static void free_lines(struct lines *l)
{
	free(l->at);
	free(l->len);
}

static bool same(const struct lines *a, size_t i, const struct lines *b, size_t j)
{
	return a->len[i] == b->len[j] && memcmp(a->at[i], b->at[j], a->len[i]) == 0;
}

/* ---- lines that are not for everybody who looks over a shoulder ---- */

static const char hidden[] = "(hidden)";

/* How much of a line may be seen: up to the value of something that is called a secret, up to
 * what stands behind user: in an address. */
static size_t seen_of(const char *line, size_t len)
{
	static const char *const words[] = { "pass", "secret", "token", "key", "pw", "cred",
					     NULL };
	char *copy = xstrndup(line, len);
	const char *word = NULL, *at = strchr(copy, '@'), *colon;
	size_t seen = len;

	for (size_t i = 0; !word && words[i]; i++)
		word = text_has_nocase(copy, words[i]) ? words[i] : NULL;
	if (word) {
		size_t begin = strspn(copy, " \t");

		seen = begin + strcspn(copy + begin, " \t=:(,");
	}
	colon = at ? strchr(at, ':') : NULL;
	if (colon && colon[1] && !strchr(" \t/", colon[1]) && (size_t)(colon - copy) < seen)
		seen = (size_t)(colon - copy) + 1;
	colon = strstr(copy, "://");
	colon = colon && at > colon ? strchr(colon + 3, ':') : NULL;
	if (colon && colon < at && (size_t)(colon - copy) < seen)
		seen = (size_t)(colon - copy) + 1;
	free(copy);
	return seen;
}

static void show_line(struct buf *out, const struct export_target *t, char sign,
		      struct export_line line)
{
	bool old = sign != '+';
	size_t seen = line.len;

	if (old && t->file->hidden)
		seen = 0;
	else if (old || t->secret)
		seen = seen_of(line.text, line.len);
	if (line.len > 0 && line.text[line.len - 1] == '\r') {
		line.len--;
		seen = seen > line.len ? line.len : seen;
	}
	buf_addc(out, sign);
	text_visible(out, line.text, seen);
	if (seen < line.len)
		buf_printf(out, "%s%s", seen > 0 ? " " : "", hidden);
	buf_addc(out, '\n');
}

static void show(struct buf *out, const struct export_target *t, char sign, const struct lines *l,
		 struct range range)
{
	for (size_t i = range.from; i < range.to; i++)
		show_line(out, t, sign, (struct export_line){ l->at[i], l->len[i] });
}

/* A file changes in one place, ours: what is alike before and behind it is context. */
void export_diff(const struct export_target *t, struct buf *out)
{
	struct lines a = split(t->before ? t->before : "", t->before_len);
	struct lines b = split(t->after, t->after_len);
	size_t head = 0, tail = 0, from, a_to, b_to;

	while (head < a.count && head < b.count && same(&a, head, &b, head))
		head++;
	while (tail < a.count - head && tail < b.count - head &&
	       same(&a, a.count - 1 - tail, &b, b.count - 1 - tail))
		tail++;
	from = head > CONTEXT ? head - CONTEXT : 0;
	a_to = a.count - (tail > CONTEXT ? tail - CONTEXT : 0);
	b_to = b.count - (tail > CONTEXT ? tail - CONTEXT : 0);
	if (t->before && t->mode != t->mode_now)
		buf_printf(out, "mode of %s: %04o becomes %04o\n", t->path, (unsigned)t->mode_now,
			   (unsigned)t->mode);
	if (head < a.count || head < b.count) {
		buf_printf(out, "--- %s\n+++ %s\n@@ -%zu,%zu +%zu,%zu @@\n",
			   t->before ? t->path : "/dev/null", t->path, a.count ? from + 1 : 0,
			   a_to - from, from + 1, b_to - from);
		show(out, t, ' ', &a, (struct range){ from, head });
		show(out, t, '-', &a, (struct range){ head, a.count - tail });
		show(out, t, '+', &b, (struct range){ head, b.count - tail });
		show(out, t, ' ', &a, (struct range){ a.count - tail, a_to });
	}
	free_lines(&a);
	free_lines(&b);
}

bool export_installed(const struct export_format *f)
{
	char *also = xstrdup(f->also), *rest = also, *path;
	bool there = f->program[0] && export_in_path(f->program);

	while (!there && (path = strsep(&rest, " "))) {
		char *whole = dirs_expand(path);

		there = *path && file_exists(whole);
		free(whole);
	}
	free(also);
	return there;
}
