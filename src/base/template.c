#include "base/template.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"

enum part_kind { PART_TEXT, PART_PLACE, PART_IF, PART_UNLESS, PART_END };

struct part {
	enum part_kind kind;
	const char *text; /* PART_TEXT: lent */
	size_t len;
	char name[TEMPLATE_NAME_MAX + 1], rule[TEMPLATE_NAME_MAX + 1];
	size_t partner; /* of IF and UNLESS: the place of their END */
};

struct template {
	struct part *parts;
	size_t count;
};

/* ---- reading ---- */

struct reader {
	struct template *t;
	const char *begin, *end; /* of the whole */
	const char *where;
	int line; /* of begin */
	size_t open[TEMPLATE_DEPTH];
	size_t depth;
	struct err *err;
};

static int fault(const struct reader *r, const char *at, const char *what, const char *mark,
		 size_t len)
{
	int line = r->line;

	for (const char *p = r->begin; p < at; p++)
		line += *p == '\n';
	return err_set(r->err, ERR_INPUT, "%s, line %d: %s: %.*s", r->where, line, what,
		       (int)(len < 60 ? len : 60), mark);
}

static struct part *add(struct template *t, enum part_kind kind)
{
	if (t->count % 32 == 0)
		t->parts = xreallocarray(t->parts, t->count + 32, sizeof *t->parts);
	t->parts[t->count] = (struct part){ .kind = kind };
	return &t->parts[t->count++];
}

static void add_text(struct template *t, const char *text, size_t len)
{
	struct part *part = len > 0 ? add(t, PART_TEXT) : NULL;

	if (part) {
		part->text = text;
		part->len = len;
	}
}

static bool take_word(char out[TEMPLATE_NAME_MAX + 1], const char *word, size_t len)
{
	if (len == 0 || len > TEMPLATE_NAME_MAX)
		return false;
	for (size_t i = 0; i < len; i++)
		if (!((word[i] >= 'a' && word[i] <= 'z') || (word[i] >= '0' && word[i] <= '9') ||
		      word[i] == '_' || word[i] == '-'))
			return false;
	memcpy(out, word, len);
	out[len] = '\0';
	return true;
}

static int close_section(struct reader *r, const char *at, const struct part *end)
{
	struct part *begin;

	if (r->depth == 0)
		return fault(r, at, "nothing is open here that could end", end->name,
			     strlen(end->name));
	begin = &r->t->parts[r->open[--r->depth]];
	begin->partner = r->t->count - 1;
	if (strcmp(begin->name, end->name) != 0)
		return fault(r, at, "this ends something else", end->name, strlen(end->name));
	return 0;
}

/* What stands between two braces and two braces. */
static int add_mark(struct reader *r, const char *inner, size_t len)
{
	static const struct {
		char mark;
		enum part_kind kind;
	} kinds[] = { { '#', PART_IF }, { '^', PART_UNLESS }, { '/', PART_END } };
	enum part_kind kind = PART_PLACE;
	const char *colon;
	struct part *part;

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (len > 0 && inner[0] == kinds[i].mark)
			kind = kinds[i].kind;
	part = add(r->t, kind);
	colon = kind == PART_PLACE ? memchr(inner, ':', len) : NULL;
	if (kind != PART_PLACE) {
		inner++;
		len--;
	}
	if (!take_word(part->name, inner, colon ? (size_t)(colon - inner) : len) ||
	    (colon && !take_word(part->rule, colon + 1, len - (size_t)(colon - inner) - 1)))
		return fault(r, inner, "this is no name", inner, len);
	if (kind == PART_END)
		return close_section(r, inner, part);
	if (kind == PART_PLACE)
		return 0;
	if (r->depth == TEMPLATE_DEPTH)
		return fault(r, inner, "too many are open", inner, len);
	r->open[r->depth++] = r->t->count - 1;
	return 0;
}

/* Where the mark at p ends, NULL when it does not on its line. */
static const char *mark_end(const struct reader *r, const char *p)
{
	for (; p + 1 < r->end && *p != '\n'; p++)
		if (p[0] == '}' && p[1] == '}')
			return p;
	return NULL;
}

/* Does the line hold nothing but marks of sections? Then *next is where the next one begins. */
static bool only_sections(const struct reader *r, const char *line, const char **next)
{
	bool any = false;
	const char *p = line;

	while (p < r->end && *p != '\n') {
		const char *end = p + 2 < r->end && p[0] == '{' && p[1] == '{' &&
						  strchr("#^/", p[2])
					  ? mark_end(r, p + 2)
					  : NULL;

		if (end) {
			any = true;
			p = end + 2;
		} else if (*p == ' ' || *p == '\t') {
			p++;
		} else {
			return false;
		}
	}
	*next = p < r->end ? p + 1 : p;
	return any;
}

/* One mark at p; returns where reading goes on, NULL with err. */
static const char *read_mark(struct reader *r, const char *p)
{
	const char *end;

	if (r->end - p >= 6 && memcmp(p, "{{{{}}", 6) == 0) {
		add_text(r->t, p, 2);
		return p + 6;
	}
	end = mark_end(r, p + 2);
	if (!end) {
		fault(r, p, "this does not close", p, (size_t)(r->end - p));
		return NULL;
	}
	return add_mark(r, p + 2, (size_t)(end - p - 2)) == 0 ? end + 2 : NULL;
}

/* A line that is only marks: they count, the line does not. */
static const char *read_marks(struct reader *r, const char *p, const char *next)
{
	while (p && p < next && *p != '\n') {
		if (*p == '{')
			p = read_mark(r, p);
		else
			p++;
	}
	return p ? next : NULL;
}

static int read_all(struct reader *r)
{
	const char *p = r->begin, *text = p, *next;

	while (p && p < r->end) {
		bool at_line = p == r->begin || p[-1] == '\n';

		if (at_line && only_sections(r, p, &next)) {
			add_text(r->t, text, (size_t)(p - text));
			text = p = read_marks(r, p, next);
		} else if (p + 1 < r->end && p[0] == '{' && p[1] == '{') {
			add_text(r->t, text, (size_t)(p - text));
			text = p = read_mark(r, p);
		} else {
			p++;
		}
	}
	if (!p)
		return -1;
	add_text(r->t, text, (size_t)(r->end - text));
	if (r->depth > 0) {
		const char *name = r->t->parts[r->open[r->depth - 1]].name;

		return fault(r, r->end, "this does not end", name, strlen(name));
	}
	return 0;
}

struct template *template_parse(const char *text, size_t len, const char *where, int line,
				struct err *err)
{
	struct reader r = { .t = xcalloc(1, sizeof(struct template)),
			    .begin = text,
			    .end = text + len,
			    .where = where,
			    .line = line,
			    .err = err };

	if (read_all(&r) == 0)
		return r.t;
	template_free(r.t);
	return NULL;
}

void template_free(struct template *t)
{
	if (!t)
		return;
	free(t->parts);
	free(t);
}

/* ---- filling ---- */

static int too_long(struct err *err)
{
	return err_set(err, ERR_INPUT, "What the template makes is too long.");
}

static int fill_place(const struct part *part, const struct template_filler *f, struct buf *out,
		      struct err *err)
{
	const struct template_place place = { part->name, part->rule[0] ? part->rule : NULL };
	const char *value = f->value(f->arg, part->name);

	if (!value)
		return err_set(err, ERR_INPUT, "There is no value called %s.", part->name);
	return f->write(f->arg, &place, value, out, err);
}

/* Goes on behind the section when its condition does not hold. */
static int fill_section(const struct template *t, size_t *i, const struct template_filler *f,
			struct err *err)
{
	const struct part *part = &t->parts[*i];
	const char *value = f->value(f->arg, part->name);

	if (!value)
		return err_set(err, ERR_INPUT, "There is no value called %s.", part->name);
	if ((value[0] != '\0') != (part->kind == PART_IF))
		*i = part->partner;
	return 0;
}

int template_fill(const struct template *t, const struct template_filler *filler, struct buf *out,
		  struct err *err)
{
	size_t before = out->len;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < t->count; i++) {
		const struct part *part = &t->parts[i];

		if (part->kind == PART_TEXT && buf_add(out, part->text, part->len) < 0)
			rc = too_long(err);
		else if (part->kind == PART_PLACE)
			rc = fill_place(part, filler, out, err);
		else if (part->kind == PART_IF || part->kind == PART_UNLESS)
			rc = fill_section(t, &i, filler, err);
	}
	if (rc < 0)
		buf_cut(out, before);
	return rc;
}

void template_each(const struct template *t,
		   void (*fn)(void *arg, const char *name, const char *rule), void *arg)
{
	for (size_t i = 0; i < t->count; i++)
		if (t->parts[i].kind != PART_TEXT && t->parts[i].kind != PART_END)
			fn(arg, t->parts[i].name, t->parts[i].rule[0] ? t->parts[i].rule : NULL);
}
