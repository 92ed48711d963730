/* What would change, as diff -u shows it; and whether the program is here. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/dirs.h"
#include "base/err.h"
#include "base/file.h"
#include "task/export/export.h"
#include "task/export/format.h"
#include "task/export/place.h"

#define CONTEXT 3 /* lines around what changes */

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

static void show(struct buf *out, char sign, const struct lines *l, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++) {
		buf_addc(out, sign);
		buf_add(out, l->at[i], l->len[i]);
		buf_addc(out, '\n');
	}
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
	if (t->change != EXPORT_SAME) {
		buf_printf(out, "--- %s\n+++ %s\n@@ -%zu,%zu +%zu,%zu @@\n",
			   t->before ? t->path : "/dev/null", t->path, a.count ? from + 1 : 0,
			   a_to - from, from + 1, b_to - from);
		show(out, ' ', &a, from, head);
		show(out, '-', &a, head, a.count - tail);
		show(out, '+', &b, head, b.count - tail);
		show(out, ' ', &a, a.count - tail, a_to);
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
