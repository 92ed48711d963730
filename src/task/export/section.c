#include "task/export/section.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"

#define MARK_MAX 300

static void mark(const struct section *s, char dir, char out[MARK_MAX])
{
	const char *arrow = dir == '>' ? ">>>" : "<<<";

	snprintf(out, MARK_MAX, "%s %s outpost%s%s %s%s%s", s->comment, arrow,
		 s->name[0] ? " " : "", s->name, arrow, s->comment_end[0] ? " " : "",
		 s->comment_end);
}

/* The begin of the line that is the mark, NULL when no line is. */
static const char *find_line(struct section_text file, const char *line)
{
	const char *p = file.bytes, *end = p + file.len;
	size_t n = strlen(line);

	while (p < end) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));
		size_t len = nl ? (size_t)(nl - p) : (size_t)(end - p);

		if (len > 0 && p[len - 1] == '\r')
			len--;
		if (len == n && memcmp(p, line, n) == 0)
			return p;
		p = nl ? nl + 1 : end;
	}
	return NULL;
}

static const char *behind_line(struct section_text file, const char *line)
{
	const char *end = file.bytes + file.len;
	const char *nl = memchr(line, '\n', (size_t)(end - line));

	return nl ? nl + 1 : end;
}

/* 1: *from up to *to is ours with its marks; 0: it is not there. */
static int find(const struct section *s, struct section_text file, const char **from,
		const char **to, struct err *err)
{
	char begin[MARK_MAX], end[MARK_MAX];
	const char *last;

	mark(s, '>', begin);
	mark(s, '<', end);
	*from = find_line(file, begin);
	last = find_line(file, end);
	if (!*from && !last)
		return 0;
	if (!*from || !last || last < *from) {
		err_set(err, ERR_INPUT, "Only one of the two lines that mark outpost's part is in "
			"the file: \"%s\".", *from ? begin : end);
		err_hint(err, "Take that line out, or put the other one back.");
		return -1;
	}
	*to = behind_line(file, last);
	return 1;
}

static int add(struct buf *out, const char *bytes, size_t len)
{
	return len > 0 ? buf_add(out, bytes, len) : 0;
}

/* Marks and body; a line end before them where the file has no last one. */
static int add_section(const struct section *s, struct section_text body, struct buf *out)
{
	char line[MARK_MAX];

	if (out->len > 0 && buf_text(out)[out->len - 1] != '\n' && buf_addc(out, '\n') < 0)
		return -1;
	mark(s, '>', line);
	if (buf_printf(out, "%s\n", line) < 0 || add(out, body.bytes, body.len) < 0)
		return -1;
	if (body.len > 0 && body.bytes[body.len - 1] != '\n' && buf_addc(out, '\n') < 0)
		return -1;
	mark(s, '<', line);
	return buf_printf(out, "%s\n", line);
}

int section_put(const struct section *s, struct section_text file, struct section_text body,
		struct buf *out, struct err *err)
{
	const char *from = NULL, *to = NULL, *end = file.bytes + file.len;
	int found = find(s, file, &from, &to, err), rc;

	if (found < 0)
		return -1;
	if (!found)
		from = to = s->at_begin ? file.bytes : end;
	rc = add(out, file.bytes, (size_t)(from - file.bytes));
	if (rc == 0)
		rc = add_section(s, body, out);
	if (rc == 0)
		rc = add(out, to, (size_t)(end - to));
	return rc < 0 ? err_set(err, ERR_INPUT, "The file is too long to be changed.") : 0;
}

int section_take_out(const struct section *s, struct section_text file, struct buf *out,
		     struct err *err)
{
	const char *from, *to, *end = file.bytes + file.len;
	int found = find(s, file, &from, &to, err);

	if (found <= 0)
		return found;
	if (add(out, file.bytes, (size_t)(from - file.bytes)) < 0 ||
	    add(out, to, (size_t)(end - to)) < 0)
		return err_set(err, ERR_INPUT, "The file is too long to be changed.");
	return 1;
}
