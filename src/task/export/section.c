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

/* The next line from p on that begins with mark, the whole of it when whole; NULL. */
static const char *find_line(const char *p, const char *end, const char *line, bool whole)
{
	size_t n = strlen(line);

	while (p < end) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));
		size_t len = nl ? (size_t)(nl - p) : (size_t)(end - p);

		if (len > 0 && p[len - 1] == '\r')
			len--;
		if ((whole ? len == n : len >= n) && memcmp(p, line, n) == 0)
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

/* Behind the mark of UTF-8 that some editors write first. */
static const char *first_place(struct section_text file)
{
	bool bom = file.len >= 3 && memcmp(file.bytes, "\xef\xbb\xbf", 3) == 0;

	return file.bytes + (bom ? 3 : 0);
}

static int not_a_pair(const char *line, struct err *err)
{
	err_set(err, ERR_INPUT, "The two lines that mark outpost's part are not there as a pair, "
		"each once: \"%s\".", line);
	err_hint(err, "Take out what is too many, or put the other one back.");
	return -1;
}

static void any_mark(const struct section *s, char out[MARK_MAX])
{
	snprintf(out, MARK_MAX, "%s >>> outpost", s->comment);
}

/* 1: *from up to *to is ours with its marks; 0: it is not there. */
static int find(const struct section *s, struct section_text file, const char **from,
		const char **to, struct err *err)
{
	char begin[MARK_MAX], end[MARK_MAX], any[MARK_MAX];
	const char *stop = file.bytes + file.len, *last;

	mark(s, '>', begin);
	mark(s, '<', end);
	any_mark(s, any);
	*from = find_line(first_place(file), stop, begin, true);
	last = find_line(first_place(file), stop, end, true);
	if (!*from && !last)
		return 0;
	if (!*from || !last || last < *from)
		return not_a_pair(*from ? begin : end, err);
	*to = behind_line(file, last);
	if (find_line(behind_line(file, *from), stop, begin, true) ||
	    find_line(behind_line(file, *from), last, any, false) ||
	    find_line(*to, stop, end, true))
		return not_a_pair(begin, err);
	return 1;
}

bool section_any(const struct section *s, struct section_text file)
{
	char any[MARK_MAX];

	any_mark(s, any);
	return find_line(first_place(file), file.bytes + file.len, any, false) != NULL;
}

static int add(struct buf *out, const char *bytes, size_t len)
{
	return len > 0 ? buf_add(out, bytes, len) : 0;
}

static bool has_crlf(struct section_text file)
{
	const char *nl = file.len > 0 ? memchr(file.bytes, '\n', file.len) : NULL;

	return nl && nl > file.bytes && nl[-1] == '\r';
}

/* The line of a mark. */
static bool ends_in_crlf(struct section_text file, const char *line)
{
	return behind_line(file, line)[-2] == '\r';
}

/* Line by line, each with the file's end. */
static int add_lines(struct buf *out, struct section_text text, const char *eol)
{
	const char *p = text.bytes, *end = p + text.len;
	int rc = 0;

	while (rc == 0 && p < end) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));

		rc = add(out, p, (size_t)((nl ? nl : end) - p));
		if (rc == 0)
			rc = buf_adds(out, eol);
		p = nl ? nl + 1 : end;
	}
	return rc;
}

/* Marks and body; a line end before them where the file has no last one. */
static int add_section(const struct section *s, struct section_text body, const char *eol,
		       struct buf *out)
{
	char line[MARK_MAX];

	if (out->len > 0 && buf_text(out)[out->len - 1] != '\n' && buf_adds(out, eol) < 0)
		return -1;
	mark(s, '>', line);
	if (buf_printf(out, "%s%s", line, eol) < 0 || add_lines(out, body, eol) < 0)
		return -1;
	mark(s, '<', line);
	return buf_printf(out, "%s%s", line, eol);
}

static bool only_bom(const struct buf *out)
{
	return out->len == 3 && memcmp(buf_text(out), "\xef\xbb\xbf", 3) == 0;
}

int section_put(const struct section *s, struct section_text file, struct section_text body,
		struct buf *out, struct err *err)
{
	const char *from = NULL, *to = NULL, *end = file.bytes + file.len;
	const char *eol;
	int found = find(s, file, &from, &to, err), rc;

	if (found < 0)
		return -1;
	eol = (found ? ends_in_crlf(file, from) : has_crlf(file)) ? "\r\n" : "\n";
	if (!found)
		from = to = s->at_begin ? first_place(file) : end;
	rc = add(out, file.bytes, (size_t)(from - file.bytes));
	if (rc == 0 && only_bom(out)) {
		struct buf part = BUF_INIT_SECRET(out->max);

		rc = add_section(s, body, eol, &part);
		if (rc == 0)
			rc = add(out, buf_text(&part), part.len);
		buf_free(&part);
	} else if (rc == 0) {
		rc = add_section(s, body, eol, out);
	}
	if (rc == 0)
		rc = add(out, to, (size_t)(end - to));
	return rc < 0 ? err_set(err, ERR_INPUT, "The file is too long to be changed.") : 0;
}

int section_take_out(const struct section *s, struct section_text file, bool bare,
		     struct buf *out, struct err *err)
{
	const char *from, *to, *end = file.bytes + file.len;
	int found = find(s, file, &from, &to, err);
	size_t head, cut;

	if (found <= 0)
		return found;
	/* The line end that came with our part is of the same kind as that of its mark. */
	head = (size_t)(from - file.bytes);
	cut = ends_in_crlf(file, from) ? 2 : 1;
	if (bare && to == end && head >= cut && memcmp(from - cut, "\r\n" + 2 - cut, cut) == 0)
		head -= cut;
	if (add(out, file.bytes, head) < 0 ||
	    add(out, to, (size_t)(end - to)) < 0)
		return err_set(err, ERR_INPUT, "The file is too long to be changed.");
	return 1;
}
