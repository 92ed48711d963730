/*
 * mkreplies OUT.c FILE.ini
 *
 * Checks data/replies.ini and writes it as the constant tables that mail/explain_table.h declares,
 * special rules before general ones. Every example must be explained by its own row,
 * every pattern must occur in an example, and one row must fit all replies. On any fault it
 * prints a line "file:line: reason" for each one, leaves OUT.c as it was, and ends
 * with 1.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "mail/explain_file.h"
#include "mail/explain_rule.h"
#include "port/ini.h"
#include "tool/c_text.h"

#define OUT_MAX ((size_t)16 * 1024 * 1024)

struct ranked {
	struct explain_rule rule;
	size_t host, letters, kinds, enhanced, code; /* how much it asks for */
};

struct table {
	const char *name;
	struct explain_file file;
	struct ranked *rules;
	size_t count;
};

static size_t faults;

static void print_fault(void *arg, const char *file, int line, const char *reason)
{
	(void)arg;
	faults++;
	fprintf(stderr, "%s:%d: %s\n", file, line, reason);
}

/* ---- ordering ---- */

/* How many digits or numbers a code names: 5xx 1, 535 3, 5.7.x 2; of several the least. */
static size_t named(const char *codes)
{
	size_t least = 3, n = 3;

	for (const char *p = codes; *p; p++) {
		n = *p == ' ' ? 3 : n - (*p == 'x');
		least = n < least ? n : least;
	}
	return *codes ? least : 0;
}

static int more(size_t a, size_t b)
{
	return a > b ? -1 : a < b;
}

static int compare_rules(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;
	int order;

	if ((order = more(x->host, y->host)) || (order = more(x->letters, y->letters)) ||
	    (order = more(x->kinds, y->kinds)) || (order = more(x->enhanced, y->enhanced)) ||
	    (order = more(x->code, y->code)))
		return order;
	if (x->rule.row != y->rule.row)
		return x->rule.row < y->rule.row ? -1 : 1;
	return strcmp(x->rule.match, y->rule.match);
}

static void add_rule(struct table *t, const struct explain_row *row, const char *match)
{
	struct ranked *r;

	t->rules = xreallocarray(t->rules, t->count + 1, sizeof *t->rules);
	r = &t->rules[t->count++];
	*r = (struct ranked){ .rule = { .hosts = row->hosts,
					.match = match,
					.enhanced = row->enhanced,
					.codes = row->codes,
					.steps = row->steps,
					.row = (size_t)(row - t->file.rows) },
			      .host = row->hosts[0] != '\0',
			      .enhanced = named(row->enhanced),
			      .code = named(row->codes) };
	r->kinds = (r->enhanced > 0) + (r->code == 3) + (row->steps != 0);
	for (const char *p = match; *p; p++)
		r->letters += *p != '*';
}

static void order_rules(struct table *t)
{
	for (size_t i = 0; i < t->file.count; i++) {
		const struct explain_row *row = &t->file.rows[i];

		if (!row->match[0])
			add_rule(t, row, "");
		for (size_t m = 0; row->match[m]; m++)
			add_rule(t, row, row->match[m]);
	}
	if (t->count > 0)
		qsort(t->rules, t->count, sizeof *t->rules, compare_rules);
}

/* ---- checking ---- */

static void fault(const struct table *t, const struct explain_row *row, const char *what,
		  const char *detail)
{
	char reason[2 * ERR_TEXT_MAX];

	snprintf(reason, sizeof reason, "[%s]: %s%.500s", row->x.id, what, detail);
	print_fault(NULL, t->name, row->line, reason);
}

/* The row that speaks; the last one when none does (check_last complains). */
static const struct explain_row *speaker(const struct table *t, const struct explain_words *words)
{
	size_t i = 0;

	while (i + 1 < t->count && !explain_rule_fits(&t->rules[i].rule, words))
		i++;
	return &t->file.rows[t->rules[i].rule.row];
}

/* One example, as it would come from this server at this step. */
static bool own(const struct table *t, const struct explain_row *row, const char *example,
		enum explain_step step, const char *host)
{
	struct buf text = BUF_INIT(INI_LINE_MAX);
	struct explain_words words;
	const struct explain_row *by;
	char enhanced[12], detail[ERR_TEXT_MAX];
	int code;

	explain_example(example, &code, enhanced, &text);
	explain_words_set(&words, step, code, enhanced, buf_text(&text), host);
	buf_free(&text);
	by = speaker(t, &words);
	if (by == row)
		return true;
	snprintf(detail, sizeof detail, "%s at %s from %s: %.200s", by->x.id,
		 explain_step_name(step), host, example);
	fault(t, row, "its example is explained by ", detail);
	return false;
}

/* A row that asks for no step speaks at each; one that knows only codes is a fall-back, and
 * steps may have better ones. */
static bool own_at_steps(const struct table *t, const struct explain_row *row, const char *example,
			 const char *host)
{
	bool good = row->steps != 0 || own(t, row, example, EXPLAIN_ANY, host);

	for (unsigned step = EXPLAIN_GREETING; good && step < EXPLAIN_STEPS; step++)
		if (row->steps ? row->steps & 1u << step : row->match[0] != NULL)
			good = own(t, row, example, step, host);
	return good;
}

/* As the server of each of these names would say it. */
static bool own_from(const struct table *t, const struct explain_row *row, const char *example,
		     const char *hosts)
{
	char *copy = xstrdup(hosts), *save = NULL;
	bool good = true;

	for (char *h = strtok_r(copy, " ", &save); good && h; h = strtok_r(NULL, " ", &save))
		good = own_at_steps(t, row, example, h);
	free(copy);
	return good;
}

/* With its own server's names, or else with those that other rows of the same origin know. */
static void check_examples(const struct table *t, const struct explain_row *row)
{
	for (size_t e = 0; row->examples[e]; e++) {
		const char *example = row->examples[e];
		bool good = own_from(t, row, example, row->hosts[0] ? row->hosts : "mail.example");

		for (size_t i = 0; good && !row->hosts[0] && i < t->file.count; i++)
			if (strcmp(t->file.rows[i].from, row->from) == 0)
				good = own_from(t, row, example, t->file.rows[i].hosts);
	}
}

static void check_patterns(const struct table *t, const struct explain_row *row)
{
	struct explain_words words;

	for (size_t m = 0; row->match[m]; m++) {
		struct explain_rule rule = { "", row->match[m], "", "", 0, 0 };
		bool found = false;

		for (size_t e = 0; row->examples[e] && !found; e++) {
			struct buf text = BUF_INIT(INI_LINE_MAX);
			char enhanced[12];
			int code;

			explain_example(row->examples[e], &code, enhanced, &text);
			explain_words_set(&words, EXPLAIN_ANY, code, enhanced, buf_text(&text), "");
			buf_free(&text);
			found = explain_rule_fits(&rule, &words);
		}
		if (!found)
			fault(t, row, "no example has: ", row->match[m]);
	}
}

static void check_last(const struct table *t)
{
	const struct ranked *last = t->count > 0 ? &t->rules[t->count - 1] : NULL;

	if (!last || last->host || last->letters || last->kinds || last->code)
		print_fault(NULL, t->name, 1, "no row fits every reply");
}

static void check(const struct table *t)
{
	check_last(t);
	if (t->count == 0)
		return;
	for (size_t i = 0; i < t->file.count; i++) {
		check_examples(t, &t->file.rows[i]);
		check_patterns(t, &t->file.rows[i]);
	}
}

/* ---- writing C ---- */

static void write_member(struct buf *out, const char *name, const char *value)
{
	buf_printf(out, "\t\t.%s = ", name);
	c_string(out, value);
	buf_adds(out, ",\n");
}

static void write_entry(struct buf *out, const struct explain_row *row)
{
	buf_adds(out, "\t{\n");
	write_member(out, "x.id", row->x.id);
	write_member(out, "x.says", row->x.says);
	write_member(out, "x.cause", row->x.cause);
	write_member(out, "x.hint", row->x.hint);
	write_member(out, "x.link", row->x.link);
	buf_printf(out, "\t\t.x.kind = %d,\n\t\t.retry = %d,\n\t},\n", (int)row->x.kind,
		   (int)row->retry);
}

static void write_rule(struct buf *out, const struct explain_rule *rule)
{
	buf_adds(out, "\t{\n");
	write_member(out, "hosts", rule->hosts);
	write_member(out, "match", rule->match);
	write_member(out, "enhanced", rule->enhanced);
	write_member(out, "codes", rule->codes);
	buf_printf(out, "\t\t.steps = %u,\n\t\t.row = %zu,\n\t},\n", rule->steps, rule->row);
}

static int write_tables(const char *path, const struct table *t)
{
	struct buf out = BUF_INIT(OUT_MAX);
	struct err err = ERR_INIT;
	int rc;

	buf_adds(&out, "/* Written by mkreplies from data/replies.ini. */\n"
		       "#include \"mail/explain_table.h\"\n\n"
		       "const struct explain_entry explain_entries[] = {\n");
	for (size_t i = 0; i < t->file.count; i++)
		write_entry(&out, &t->file.rows[i]);
	buf_adds(&out, "};\n\nconst struct explain_rule explain_rules[] = {\n");
	for (size_t i = 0; i < t->count; i++)
		write_rule(&out, &t->rules[i].rule);
	buf_printf(&out, "};\nconst size_t explain_rule_count = %zu;\n", t->count);
	rc = file_replace(path, buf_text(&out), out.len, 0644, &err);
	if (rc < 0)
		fprintf(stderr, "mkreplies: %s\n", err.text);
	buf_free(&out);
	return rc;
}

static int compile(const char *path, const char *name)
{
	struct buf text = BUF_INIT(INI_TEXT_MAX);
	struct table t = { .name = name };
	struct err err = ERR_INIT;
	int rc = -1;

	if (file_read(name, &text, &err) < 0) {
		print_fault(NULL, name, 1, err.text);
		goto out;
	}
	if (explain_file_parse(&t.file, name, buf_text(&text), text.len, print_fault, NULL) < 0)
		goto out;
	order_rules(&t);
	check(&t);
	if (faults == 0)
		rc = write_tables(path, &t);
out:
	free(t.rules);
	explain_file_clear(&t.file);
	buf_free(&text);
	return rc;
}

int main(int argc, char **argv)
{
	if (argc != 3) {
		fprintf(stderr, "usage: mkreplies OUT.c FILE.ini\n");
		return 1;
	}
	return compile(argv[1], argv[2]) < 0 ? 1 : 0;
}
