#include "task/import/toml.h"

#include <string.h>

#include "base/buf.h"
#include "task/import/lines.h"

#define PATH_BYTES 1024

struct toml {
	struct reader *r;
	const char *at;		/* a NUL stands at the end */
	toml_fn fn;
	void *arg;
	struct buf path;	/* of the table, and of what is being read in it */
	struct buf value;
	bool skip;		/* in a table of an array */
};

static void skip_blanks(struct toml *t)
{
	t->at += strspn(t->at, " \t");
}

static void skip_line(struct toml *t)
{
	t->at += strcspn(t->at, "\n");
}

/* Blanks, line ends and comments. */
static void skip_space(struct toml *t)
{
	for (;; t->at++) {
		if (*t->at == '#')
			skip_line(t);
		if (*t->at == '\n')
			t->r->line++;
		if (!*t->at || !strchr(" \t\r\n", *t->at))
			return;
	}
}

/* ---- strings ---- */

/* Behind three quotes, up to three more. */
static bool read_long_string(struct toml *t, char quote, struct buf *out)
{
	const char close[] = { quote, quote, quote, '\0' };

	t->at += 3;
	if (t->at[0] == '\r')
		t->at++;
	while (*t->at && strncmp(t->at, close, 3) != 0) {
		if (*t->at == '\n')
			t->r->line++;
		if (quote == '"' && *t->at == '\\' && strchr(" \t\r\n", t->at[1])) {
			t->at++;
			while (*t->at && strchr(" \t\r\n", *t->at))
				t->r->line += *t->at++ == '\n';
		} else if (quote == '"' && *t->at == '\\') {
			lines_escape(&t->at, out);
		} else {
			/* A line end right behind the quotes is none of it. */
			if (*t->at != '\n' || out->len > 0)
				buf_addc(out, *t->at);
			t->at++;
		}
	}
	if (!*t->at)
		return false;
	t->at += 3;
	return true;
}

static bool read_string(struct toml *t, struct buf *out)
{
	char quote = *t->at;

	if (t->at[1] == quote && t->at[2] == quote)
		return read_long_string(t, quote, out);
	for (t->at++; *t->at && *t->at != '\n' && *t->at != quote;) {
		if (quote == '"' && *t->at == '\\')
			lines_escape(&t->at, out);
		else
			buf_addc(out, *t->at++);
	}
	if (*t->at != quote)
		return false;
	t->at++;
	return true;
}

/* ---- keys ---- */

static bool read_key_part(struct toml *t, struct buf *path)
{
	size_t before = path->len, n;

	if (path->len > 0)
		buf_addc(path, TOML_JOIN);
	if (*t->at == '"' || *t->at == '\'')
		return read_string(t, path) && path->len < path->max;
	n = strspn(t->at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-");
	if (n == 0 || buf_add(path, t->at, n) < 0) {
		buf_cut(path, before);
		return false;
	}
	t->at += n;
	return true;
}

static bool read_key(struct toml *t)
{
	for (;;) {
		skip_blanks(t);
		if (!read_key_part(t, &t->path))
			return false;
		skip_blanks(t);
		if (*t->at != '.')
			return true;
		t->at++;
	}
}

/* ---- values ---- */

static bool read_value(struct toml *t, int depth);

static bool skip_array(struct toml *t, int depth)
{
	t->at++;
	for (;;) {
		skip_space(t);
		if (*t->at == ']') {
			t->at++;
			return true;
		}
		if (*t->at == ',') {
			t->at++;
			continue;
		}
		if (!read_value(t, depth + 1))
			return false;
	}
}

static bool read_pair(struct toml *t, int depth)
{
	size_t before = t->path.len;
	bool good = read_key(t);

	skip_blanks(t);
	if (good && *t->at == '=') {
		t->at++;
		skip_blanks(t);
		good = read_value(t, depth);
	} else {
		good = false;
	}
	buf_cut(&t->path, before);
	return good;
}

static bool read_inline_table(struct toml *t, int depth)
{
	t->at++;
	for (;;) {
		skip_space(t);
		if (*t->at == '}') {
			t->at++;
			return true;
		}
		if (*t->at == ',')
			t->at++;
		else if (!read_pair(t, depth + 1))
			return false;
	}
}

static void tell(struct toml *t)
{
	if (!t->skip)
		t->fn(t->r, t->arg, buf_text(&t->path), buf_text(&t->value));
}

static bool read_value(struct toml *t, int depth)
{
	bool skip = t->skip, good;
	size_t n;

	if (depth > TOML_DEPTH)
		return false;
	if (*t->at == '{')
		return read_inline_table(t, depth);
	if (*t->at == '[') {
		t->skip = true;
		good = skip_array(t, depth);
		t->skip = skip;
		return good;
	}
	buf_clear(&t->value);
	if (*t->at == '"' || *t->at == '\'') {
		if (!read_string(t, &t->value))
			return false;
	} else {
		n = strcspn(t->at, " \t\r\n,]}#");
		if (n == 0)
			return false;
		buf_add(&t->value, t->at, n);
		t->at += n;
	}
	tell(t);
	return true;
}

/* ---- lines ---- */

/* [a.b] or [[a.b]] */
static bool read_heading(struct toml *t)
{
	t->skip = t->at[1] == '[';
	t->at += t->skip ? 2 : 1;
	buf_clear(&t->path);
	if (!read_key(t) || *t->at != ']' || (t->skip && t->at[1] != ']'))
		return false;
	t->at += t->skip ? 2 : 1;
	return true;
}

static void read_line(struct toml *t)
{
	bool heading = *t->at == '[';
	bool good = heading ? read_heading(t) : read_pair(t, 0);

	skip_blanks(t);
	if (good && (!*t->at || strchr("\r\n#", *t->at)))
		skip_line(t);
	else
		good = false;
	if (good)
		return;
	reader_unknown(t->r, "this line");
	/* What stands below belongs nowhere. */
	t->skip |= heading;
	skip_line(t);
}

void toml_read(struct reader *r, toml_fn fn, void *arg)
{
	struct toml t = { .r = r,
			  .at = r->file->text,
			  .fn = fn,
			  .arg = arg,
			  .path = BUF_INIT(PATH_BYTES),
			  .value = BUF_INIT_SECRET(IMPORT_MAX) };

	r->line = 1;
	for (;;) {
		skip_space(&t);
		if (!*t.at)
			break;
		read_line(&t);
	}
	buf_free(&t.path);
	buf_free(&t.value);
	r->line = 0;
}
