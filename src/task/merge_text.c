#include "task/merge_text.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/options.h"
#include "base/text.h"
#include "mail/addr.h"
#include "mail/message.h"

#define PLACES_MAX 10000 /* of one text */
#define NAME_BYTES 200 /* of what stands between braces */

/* Words, and then perhaps a cell. */
struct part {
	char *words;
	size_t len;
	long column; /* -1: none */
	char *otherwise; /* NULL: an empty cell is an error */
};

struct merge_text {
	struct part *parts;
	size_t count;
	enum merge_use use;
	char **names; /* of the columns, lent */
};

long merge_column(const struct merge_columns *columns, const char *name)
{
	for (size_t i = 0; i < columns->count; i++)
		if (columns->names[i][0] && text_eq_nocase(columns->names[i], name))
			return (long)i;
	return -1;
}

void merge_column_hint(const struct merge_columns *columns, const char *name, struct err *err)
{
	struct buf all = BUF_INIT(300);
	const char *near =
		options_nearest(name, (const char *const *)columns->names, columns->count);

	for (size_t i = 0; i < columns->count; i++)
		if (buf_printf(&all, "%s%s", i ? ", " : "", columns->names[i]) < 0)
			break;
	err_hint(err, "%s%s%sIts columns: %s.", near ? "Is it \"" : "", near ? near : "",
		 near ? "\"? " : "", buf_text(&all));
	buf_free(&all);
}

/* ---- reading ---- */

struct scan {
	const struct merge_source *source;
	const struct merge_columns *columns;
	struct merge_text *text;
	struct buf words; /* since the last place */
	struct err *err;
};

static int at_place(const struct scan *s, const char *at, const char *what, const char *name)
{
	const struct merge_source *src = s->source;
	long line = src->line;

	for (const char *p = src->bytes; p < at; p++)
		line += *p == '\n';
	if (src->line)
		return err_set(s->err, ERR_INPUT, "%s, line %ld: %s \"%.100s\".", src->where, line,
			       what, name);
	return err_set(s->err, ERR_INPUT, "In %s: %s \"%.100s\".", src->where, what, name);
}

static int unknown(const struct scan *s, const char *at, const char *name)
{
	at_place(s, at, "the table has no column", name);
	merge_column_hint(s->columns, name, s->err);
	return -1;
}

static struct part *add_part(struct scan *s)
{
	struct merge_text *t = s->text;
	struct part *part;

	if (t->count % 16 == 0)
		t->parts = xreallocarray(t->parts, t->count + 16, sizeof *t->parts);
	part = &t->parts[t->count++];
	*part = (struct part){ .len = s->words.len, .column = -1 };
	part->words = buf_detach(&s->words);
	return part;
}

/* What stands between the braces at that place of the text. */
static int add_place(struct scan *s, const char *at, const char *inner, size_t len)
{
	char *name = xstrndup(inner, len);
	char *bar = strchr(name, '|');
	long column;
	int rc = -1;

	if (bar)
		*bar = '\0';
	column = merge_column(s->columns, text_trim(name));
	if (memchr(inner, '\n', len) || len > NAME_BYTES || memchr(inner, '{', len))
		at_place(s, at, "two braces open and do not close, as in", "{{name}}");
	else if (s->text->count >= PLACES_MAX)
		at_place(s, at, "there are too many places, the last is", name);
	else if (column < 0)
		unknown(s, at, text_trim(name));
	else {
		struct part *part = add_part(s);

		part->column = column;
		part->otherwise = bar ? xstrdup(bar + 1) : NULL;
		rc = 0;
	}
	free(name);
	return rc;
}

static int scan(struct scan *s)
{
	const char *p = s->source->bytes, *end = p + s->source->len;

	while (p < end) {
		size_t left = (size_t)(end - p);
		const char *close;

		if (left >= 3 && memcmp(p, "\\{{", 3) == 0) {
			buf_adds(&s->words, "{{");
			p += 3;
			continue;
		}
		if (left < 2 || memcmp(p, "{{", 2) != 0) {
			buf_addc(&s->words, *p++);
			continue;
		}
		close = memmem(p + 2, left - 2, "}}", 2);
		if (!close)
			return at_place(s, p, "two braces open and do not close, as in",
					"{{name}}");
		if (add_place(s, p, p + 2, (size_t)(close - p - 2)) < 0)
			return -1;
		p = close + 2;
	}
	add_part(s);
	return 0;
}

struct merge_text *merge_text_new(const struct merge_source *source,
				  const struct merge_columns *columns, struct err *err)
{
	struct merge_text *text = xcalloc(1, sizeof *text);
	struct scan s = { .source = source,
			  .columns = columns,
			  .text = text,
			  .words = BUF_INIT(source->len),
			  .err = err };

	text->use = source->use;
	text->names = columns->names;
	if (scan(&s) < 0) {
		merge_text_free(text);
		text = NULL;
	}
	buf_free(&s.words);
	return text;
}

void merge_text_free(struct merge_text *text)
{
	if (!text)
		return;
	for (size_t i = 0; i < text->count; i++) {
		free(text->parts[i].words);
		free(text->parts[i].otherwise);
	}
	free(text->parts);
	free(text);
}

/* ---- filling ---- */

/* Words of a name have no sign that means something between addresses. */
static int check_addresses(const char *column, const char *value, struct err *err)
{
	struct addr_list list = ADDR_LIST_INIT;
	bool fine = !strpbrk(value, "<>()[]\\:;@,\"") ||
		    message_parse_addresses(value, &list, NULL) == 0;

	addr_list_clear(&list);
	if (fine)
		return 0;
	return err_set(err, ERR_INPUT,
		       "Column \"%s\" holds \"%.100s\", which is neither an address nor a name.",
		       column, value);
}

static int check_line(const char *column, const char *value, struct err *err)
{
	if (!text_has_control(value, strlen(value)))
		return 0;
	err_set(err, ERR_INPUT, "Column \"%s\" has a line break or a control character.", column);
	err_hint(err, "It stands in a header, and a header is one line.");
	return -1;
}

static int add_link(struct buf *out, const char *value)
{
	for (; *value; value++) {
		unsigned char c = (unsigned char)*value;
		bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			     (c >= '0' && c <= '9') || strchr("-._~", c);

		if ((plain ? buf_addc(out, *value) : buf_printf(out, "%%%02X", c)) < 0)
			return -1;
	}
	return 0;
}

static int add_html(struct buf *out, const char *value)
{
	static const char signs[] = "&<>\"'";
	static const char *const entities[] = { "&amp;", "&lt;", "&gt;", "&quot;", "&#39;" };
	int rc = 0;

	for (; rc == 0 && *value; value++) {
		const char *sign = strchr(signs, *value);

		rc = sign ? buf_adds(out, entities[sign - signs]) : buf_addc(out, *value);
	}
	return rc;
}

static int add_value(enum merge_use use, struct buf *out, const char *value)
{
	if (use == MERGE_LINK)
		return add_link(out, value);
	return use == MERGE_HTML ? add_html(out, value) : buf_adds(out, value);
}

static int add_cell(const struct merge_text *text, const struct part *part, const char *cell,
		    struct buf *out, struct err *err)
{
	const char *column = text->names[part->column];
	const char *value = *cell ? cell : part->otherwise;
	int rc;

	if (!value) {
		err_set(err, ERR_INPUT, "Column \"%s\" is empty.", column);
		err_hint(err, "{{%s|words}} says what to put then, {{%s|}} that nothing is.",
			 column, column);
		return -1;
	}
	if ((text->use == MERGE_HEADER || text->use == MERGE_ADDRESSES) &&
	    check_line(column, value, err) < 0)
		return -1;
	if (text->use == MERGE_ADDRESSES && check_addresses(column, value, err) < 0)
		return -1;
	rc = add_value(text->use, out, value);
	return rc < 0 ? err_set(err, ERR_INPUT, "The text is too long with column \"%s\".", column)
		      : 0;
}

int merge_text_fill(const struct merge_text *text, char *const *cells, struct buf *out,
		    struct err *err)
{
	for (size_t i = 0; i < text->count; i++) {
		const struct part *part = &text->parts[i];

		if (buf_add(out, part->words, part->len) < 0)
			return err_set(err, ERR_INPUT, "The text is too long.");
		if (part->column >= 0 && add_cell(text, part, cells[part->column], out, err) < 0)
			return -1;
	}
	return 0;
}
