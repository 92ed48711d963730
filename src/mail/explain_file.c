#include "mail/explain_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "port/ini.h"
#include "port/ini_report.h"

#define DIGITS       "0123456789"
#define LOWER        "abcdefghijklmnopqrstuvwxyz"
#define SENTENCE_MAX 240 /* two of them fit on a screen */
#define LIST_MAX     99
#define LETTERS_MIN  4 /* less of a text says nothing */

struct reading {
	struct explain_file *file;
	struct ini *ini;
	struct ini_report report;
};

static const char *const steps[EXPLAIN_STEPS] = { "any",  "greeting", "ehlo", "starttls",
						  "auth", "mail",     "rcpt", "data" };

const char *explain_step_name(enum explain_step step)
{
	return steps[step];
}

/* ---- what the values of keys may be; each returns why not, without a full stop, or NULL ---- */

static void list_add(char ***list, const char *s)
{
	size_t n = 0;

	while ((*list)[n])
		n++;
	*list = xreallocarray(*list, n + 2, sizeof **list);
	(*list)[n] = xstrdup(s);
	(*list)[n + 1] = NULL;
}

/* It is shown as it stands. */
static const char *plain(const char *value)
{
	struct buf shown = BUF_INIT(8 * INI_LINE_MAX);
	bool same;

	text_visible(&shown, value, strlen(value));
	same = strcmp(buf_text(&shown), value) == 0;
	buf_free(&shown);
	return same ? NULL : "it holds control characters";
}

static const char *take_name(void *member, const char *value)
{
	*(char **)member = xstrdup(value);
	return *value ? plain(value) : "it is empty";
}

static const char *take_sentence(void *member, const char *value)
{
	size_t n = strlen(value);

	*(char **)member = xstrdup(value);
	if (n > SENTENCE_MAX)
		return "it is too long";
	if (n < 2 || value[n - 1] != '.' || (value[0] >= 'a' && value[0] <= 'z'))
		return "it is no sentence: a capital first, a full stop last";
	return plain(value);
}

static bool is_link(const char *value)
{
	return strncmp(value, "https://", 8) == 0 && strlen(value) > 8 && text_ascii(value) &&
	       !text_has_control(value, strlen(value)) && !strpbrk(value, " \"<>\\^`{|}");
}

static const char *take_link(void *member, const char *value)
{
	*(char **)member = xstrdup(value);
	return is_link(value) ? NULL : "it is no https:// address";
}

static const char *take_source(void *member, const char *value)
{
	list_add(member, value);
	return is_link(value) ? NULL : "it is no https:// address";
}

static const char *take_kind(void *member, const char *value)
{
	static const enum err_kind kinds[] = { ERR_AUTH,    ERR_REFUSED, ERR_TLS,
					       ERR_NETWORK, ERR_INPUT,   ERR_CONFIG };

	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		if (strcmp(err_kind_name(kinds[i]), value) != 0)
			continue;
		*(enum err_kind *)member = kinds[i];
		return NULL;
	}
	return "it is none of auth, refused, tls, network, input, config";
}

static const char *take_retry(void *member, const char *value)
{
	bool yes = strcmp(value, "yes") == 0;

	*(enum explain_retry *)member = yes ? EXPLAIN_RETRY_YES : EXPLAIN_RETRY_NO;
	return yes || strcmp(value, "no") == 0 ? NULL : "it is neither yes nor no";
}

static bool is_host(const char *word)
{
	return strspn(word, LOWER DIGITS ".-") == strlen(word) && strchr(word, '.') &&
	       word[0] != '.' && word[strlen(word) - 1] != '.';
}

static bool is_code(const char *word)
{
	return strlen(word) == 3 && strchr("2345", word[0]) && strspn(word + 1, DIGITS "x") == 2 &&
	       (word[1] != 'x' || word[2] == 'x');
}

static bool is_enhanced(const char *word)
{
	if (!strchr("45", word[0]) || word[1] != '.')
		return false;
	word += 2;
	for (int part = 0; part < 2; part++) {
		size_t n = strspn(word, DIGITS);

		if (n == 0)
			n = *word == 'x';
		if (n < 1 || n > 3 || word[n] != (part == 0 ? '.' : '\0'))
			return false;
		word += n + 1;
	}
	return true;
}

/* Words with blanks between, each good; kept with one blank. */
static const char *take_words(char **words, const char *value, bool (*good)(const char *word),
			      const char *why)
{
	char *copy = xstrdup(value), *save = NULL, *more;
	bool all = *value != '\0';

	for (char *w = strtok_r(copy, " \t", &save); w; w = strtok_r(NULL, " \t", &save)) {
		all = all && good(w);
		more = xasprintf("%s%s%s", *words ? *words : "", *words ? " " : "", w);
		free(*words);
		*words = more;
	}
	free(copy);
	return all ? NULL : why;
}

static const char *take_hosts(void *member, const char *value)
{
	return take_words(member, value, is_host, "it is no end of a host name in lower case");
}

static const char *take_codes(void *member, const char *value)
{
	return take_words(member, value, is_code, "a reply code is like 535 or 5xx");
}

static const char *take_enhanced(void *member, const char *value)
{
	return take_words(member, value, is_enhanced, "an enhanced code is like 5.7.8 or 5.7.x");
}

static const char *take_steps(void *member, const char *value)
{
	char *copy = xstrdup(value), *save = NULL;
	const char *why = *value ? NULL : "it is empty";

	for (char *w = strtok_r(copy, " \t", &save); w; w = strtok_r(NULL, " \t", &save)) {
		unsigned step = EXPLAIN_GREETING;

		while (step < EXPLAIN_STEPS && strcmp(steps[step], w) != 0)
			step++;
		if (step == EXPLAIN_STEPS)
			why = "it is none of greeting, ehlo, starttls, auth, mail, rcpt, data";
		else
			*(unsigned *)member |= 1u << step;
	}
	free(copy);
	return why;
}

static const char *take_match(void *member, const char *value)
{
	char folded[INI_LINE_MAX + 1];
	size_t n = explain_fold(folded, sizeof folded, value), stars = 0;

	list_add(member, folded);
	for (size_t i = 0; i < n; i++)
		stars += folded[i] == '*';
	if (n < LETTERS_MIN + stars)
		return "it has less than 4 letters";
	if (folded[0] == '*' || folded[n - 1] == '*' || strstr(folded, "**"))
		return "a '*' belongs between words; it is always looked for anywhere in the text";
	return NULL;
}

static const char *take_example(void *member, const char *value)
{
	struct buf text = BUF_INIT(INI_LINE_MAX);
	char enhanced[12];
	int code;
	bool good = explain_example(value, &code, enhanced, &text);

	buf_free(&text);
	list_add(member, value);
	return good ? NULL : "it is no reply";
}

/* ---- the keys ---- */

struct key {
	const char *name;
	size_t offset; /* in struct explain_row */
	const char *(*take)(void *member, const char *value);
	bool needed, numbered;
};

#define AT(member) offsetof(struct explain_row, member)

static const struct key keys[] = {
	{ "from", AT(from), take_name, true, false },
	{ "host", AT(hosts), take_hosts, false, false },
	{ "step", AT(steps), take_steps, false, false },
	{ "code", AT(codes), take_codes, false, false },
	{ "enhanced", AT(enhanced), take_enhanced, false, false },
	{ "match", AT(match), take_match, false, true },
	{ "says", AT(x.says), take_sentence, true, false },
	{ "cause", AT(x.cause), take_sentence, false, false },
	{ "try", AT(x.hint), take_sentence, true, false },
	{ "link", AT(x.link), take_link, false, false },
	{ "kind", AT(x.kind), take_kind, true, false },
	{ "retry", AT(retry), take_retry, false, false },
	{ "example", AT(examples), take_example, true, true },
	{ "source", AT(sources), take_source, true, true },
};

#define KEYS (sizeof keys / sizeof keys[0])

/* The key that this name means: itself, or KEY-2, KEY-3, ... whose one before is there. */
static const struct key *find_key(const struct reading *r, const char *id, const char *name)
{
	char before[INI_NAME_MAX + 1];

	for (size_t i = 0; i < KEYS; i++) {
		size_t n = strlen(keys[i].name);
		long number;

		if (strcmp(keys[i].name, name) == 0)
			return &keys[i];
		if (!keys[i].numbered || strncmp(keys[i].name, name, n) != 0 || name[n] != '-' ||
		    name[n + 1] == '0' || text_number(name + n + 1, 2, LIST_MAX, &number) < 0)
			continue;
		snprintf(before, sizeof before, "%s-%ld", keys[i].name, number - 1);
		if (ini_get(r->ini, id, number == 2 ? keys[i].name : before))
			return &keys[i];
	}
	return NULL;
}

static void read_row(struct reading *r, struct explain_row *row)
{
	const char *id = row->x.id;

	for (size_t i = 0; i < ini_key_count(r->ini, id); i++) {
		const char *name = ini_key(r->ini, id, i);
		const struct key *key = find_key(r, id, name);
		const char *why;

		if (!key) {
			ini_report(&r->report, ini_line(r->ini, id, name), "unknown key %s", name);
			continue;
		}
		why = key->take((char *)row + key->offset, ini_get(r->ini, id, name));
		if (why)
			ini_report(&r->report, ini_line(r->ini, id, name), "%s: %s", name, why);
	}
	for (size_t i = 0; i < KEYS; i++)
		if (keys[i].needed && !ini_get(r->ini, id, keys[i].name) &&
		    ini_section_faults(r->ini, id) == 0) /* it may stand in the faulty line */
			ini_report(&r->report, row->line, "%s is missing", keys[i].name);
}

static char **new_list(void)
{
	return xcalloc(1, sizeof(char *));
}

static void add_row(struct reading *r, const char *id, int line)
{
	static const size_t optional[] = { AT(x.cause), AT(x.link), AT(hosts), AT(codes),
					   AT(enhanced) };
	struct explain_row *row = &r->file->rows[r->file->count++];

	*row = (struct explain_row){ .x = { .id = xstrdup(id) }, .line = line };
	row->match = new_list();
	row->examples = new_list();
	row->sources = new_list();
	if (strspn(id, LOWER DIGITS "-") != strlen(id))
		ini_report(&r->report, line, "[%s]: an id is made of a to z, 0 to 9 and -", id);
	read_row(r, row);
	for (size_t i = 0; i < sizeof optional / sizeof optional[0]; i++) {
		char **member = (char **)((char *)row + optional[i]);

		if (!*member)
			*member = xstrdup("");
	}
}

int explain_file_parse(struct explain_file *file, const char *name, const char *text, size_t len,
		       ini_report_fn tell, void *arg)
{
	struct reading r = { .file = file, .report = { name, tell, arg, 0 } };
	struct err err = ERR_INIT;
	size_t count;

	*file = (struct explain_file){ .count = 0 };
	r.ini = ini_parse(name, text, len, &err);
	if (!r.ini) {
		ini_report(&r.report, 1, "%s", err.text);
		return -1;
	}
	ini_report_parsed(&r.report, r.ini);
	count = ini_section_count(r.ini);
	file->rows = xcalloc(count + 1, sizeof *file->rows);
	for (size_t i = 0; i < count; i++)
		add_row(&r, ini_section(r.ini, i), ini_section_line(r.ini, i));
	ini_free(r.ini);
	return r.report.faults > 0 ? -1 : 0;
}

static void free_list(char **list)
{
	for (size_t i = 0; list[i]; i++)
		free(list[i]);
	free(list);
}

void explain_file_clear(struct explain_file *file)
{
	for (size_t i = 0; i < file->count; i++) {
		struct explain_row *row = &file->rows[i];

		free((char *)row->x.id);
		free((char *)row->x.says);
		free((char *)row->x.cause);
		free((char *)row->x.hint);
		free((char *)row->x.link);
		free(row->from);
		free(row->hosts);
		free(row->codes);
		free(row->enhanced);
		free_list(row->match);
		free_list(row->examples);
		free_list(row->sources);
	}
	free(file->rows);
	*file = (struct explain_file){ .count = 0 };
}

/* ---- examples ---- */

/* The length of "5.7.8" at s if it is an enhanced code of this class, else 0. */
static size_t enhanced_at(const char *s, char class)
{
	char word[12];
	size_t n = strspn(s, DIGITS ".");

	if (n < 5 || n >= sizeof word || s[0] != class || (s[n] && !strchr(" \r\n", s[n])))
		return 0;
	snprintf(word, sizeof word, "%.*s", (int)n, s);
	return is_enhanced(word) ? n : 0;
}

bool explain_example(const char *example, int *code, char enhanced[12], struct buf *text)
{
	const char *line = example;

	enhanced[0] = '\0';
	*code = atoi(example);
	for (;;) {
		const char *end = line + strcspn(line, "\n");
		size_t n;

		if (strspn(line, DIGITS) != 3 || atoi(line) != *code || !strchr("2345", line[0]) ||
		    (end - line > 3 ? line[3] != (*end ? '-' : ' ') : *end != '\0'))
			return false;
		if (line > example)
			buf_addc(text, '\n');
		line += end - line > 3 ? 4 : 3;
		n = enhanced_at(line, example[0]);
		if (n > 0 && !enhanced[0])
			snprintf(enhanced, 12, "%.*s", (int)n, line);
		line += n + (n > 0 && line[n] == ' ');
		buf_add(text, line, (size_t)(end - line));
		if (!*end)
			return true;
		line = end + 1;
	}
}
