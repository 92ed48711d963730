#include "task/export/format.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/template.h"
#include "base/text.h"
#include "task/export/quote.h"
#include "task/export/values.h"

#define FILE_MARK "--- "

struct reader {
	struct export_format *f;
	char *at; /* in f->text: the next line */
	int line;
	struct err *err;
};

static int fault(const struct reader *r, const char *what, const char *word)
{
	return err_set(r->err, ERR_INPUT, "%s.tmpl, line %d: %s: %.100s.", r->f->id, r->line, what,
		       word);
}

/* The next line without its end; NULL after the last. */
static char *next_line(struct reader *r)
{
	char *line = r->at, *end;

	if (*line == '\0')
		return NULL;
	end = strchr(line, '\n');
	r->at = end ? end + 1 : line + strlen(line);
	if (end)
		*end = '\0';
	r->line++;
	return line;
}

/* "key = value" taken apart in place; -1 when it is none. */
static int split(const struct reader *r, char *line, char **key, char **value)
{
	char *equals = strchr(line, '=');

	if (!equals)
		return fault(r, "this is no \"key = value\"", line);
	*equals = '\0';
	*key = text_trim(line);
	*value = text_trim(equals + 1);
	return 0;
}

static int word_of(const char *const *words, const char *word)
{
	for (int i = 0; words[i]; i++)
		if (strcmp(words[i], word) == 0)
			return i;
	return -1;
}

/* ---- what is known of the program ---- */

static const char *const groups[] = { "client", "sender", "server", "app", "phone", "sheet", NULL };
static const char *const group_titles[] = {
	"Mail programs", "Programs that send for others", "Mail servers that relay",
	"Applications and scripts", "Phones and tablets", "Sheets and records",
};

const char *export_group_name(enum export_group group)
{
	return groups[group];
}

const char *export_group_title(enum export_group group)
{
	return group_titles[group];
}

static const char *const secrets[] = { "keyring", "command", "outpost", "asks",
				       "file",    "none",    NULL };

static int take_next(struct reader *r, const char *value)
{
	if (r->f->next_count == EXPORT_NEXT)
		return fault(r, "too many things to do", value);
	r->f->next[r->f->next_count++] = value;
	return 0;
}

static int take_word(struct reader *r, const char *const *words, const char *value, int *to)
{
	*to = word_of(words, value);
	return *to < 0 ? fault(r, "this word is not known here", value) : 0;
}

static int take_yes(struct reader *r, const char *value, bool *to)
{
	*to = strcmp(value, "yes") == 0;
	return *to || strcmp(value, "no") == 0 ? 0 : fault(r, "yes or no", value);
}

/* Every word a name, or names with |, maybe behind a "!". */
static int check_needs(const struct reader *r, const char *needs)
{
	char *copy = xstrdup(needs), *rest = copy, *word;
	int rc = 0;

	while (rc == 0 && (word = strsep(&rest, " |"))) {
		word += *word == '!';
		if (*word && !export_value_exists(word))
			rc = fault(r, "needs names something that does not exist", word);
	}
	free(copy);
	return rc;
}

static int take_key(struct reader *r, const char *key, const char *value)
{
	struct export_format *f = r->f;
	const struct {
		const char *key;
		const char **to;
	} texts[] = {
		{ "title", &f->title }, { "about", &f->about },   { "program", &f->program },
		{ "also", &f->also },   { "tried", &f->tried },   { "read", &f->read },
		{ "since", &f->since }, { "check", &f->check },   { "warn", &f->warn },
		{ "without", &f->without }, { "needs", &f->needs },
	};
	int number = 0, rc;

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		if (strcmp(texts[i].key, key) == 0) {
			*texts[i].to = value;
			return texts[i].to == &f->needs ? check_needs(r, value) : 0;
		}
	if (strcmp(key, "group") == 0) {
		rc = take_word(r, groups, value, &number);
		f->group = (enum export_group)number;
		return rc;
	}
	if (strcmp(key, "secret") == 0) {
		rc = take_word(r, secrets, value, &number);
		f->secret = (enum export_secret)number;
		return rc;
	}
	if (strcmp(key, "single") == 0)
		return take_yes(r, value, &f->single);
	if (strcmp(key, "root") == 0)
		return take_yes(r, value, &f->root);
	return strcmp(key, "next") == 0 ? take_next(r, value) : fault(r, "an unknown key", key);
}

/* ---- its files ---- */

static int take_mode(struct reader *r, struct export_file *file, const char *value)
{
	char *end;
	long mode = strtol(value, &end, 8);

	file->mode = (mode_t)mode;
	file->mode_given = true;
	return *end || mode < 0400 || mode > 0777 ? fault(r, "no rights of a file", value) : 0;
}

/* "#" or "<!-- -->" */
static int take_comment(struct export_file *file, char *value)
{
	char *blank = strchr(value, ' ');

	file->comment = value;
	if (blank) {
		*blank = '\0';
		file->comment_end = text_trim(blank + 1);
	}
	return 0;
}

static int take_file_key(struct reader *r, struct export_file *file, const char *key, char *value)
{
	static const char *const merges[] = { "own", "section", "print", NULL };
	int number = 0, rc;

	if (strcmp(key, "merge") == 0) {
		rc = take_word(r, merges, value, &number);
		file->merge = (enum export_merge)number;
		return rc;
	}
	if (strcmp(key, "comment") == 0)
		return take_comment(file, value);
	if (strcmp(key, "place") == 0) {
		file->at_begin = strcmp(value, "begin") == 0;
		return file->at_begin || strcmp(value, "end") == 0
			       ? 0
			       : fault(r, "begin or end", value);
	}
	if (strcmp(key, "mode") == 0)
		return take_mode(r, file, value);
	if (strcmp(key, "hidden") == 0)
		return take_yes(r, value, &file->hidden);
	if (strcmp(key, "quote") == 0)
		file->quote = value;
	else if (strcmp(key, "owner") == 0)
		file->owner = value;
	else if (strcmp(key, "when") == 0)
		file->when = value;
	else if (strcmp(key, "run") == 0)
		file->run = value;
	else if (strcmp(key, "made") == 0)
		file->made = value;
	else
		return fault(r, "an unknown key", key);
	return 0;
}

/* ---- names and rules of bodies and lines ---- */

struct check {
	const char *only; /* names that may stand there, blank-separated; NULL: all */
	bool secret; /* the password, too */
	char name[TEMPLATE_NAME_MAX + 1], rule[TEMPLATE_NAME_MAX + 1]; /* the first wrong one */
};

static bool may_stand(const struct check *check, const char *name)
{
	if (!export_value_exists(name))
		return false;
	if (check->only)
		return strstr(check->only, name) != NULL;
	return check->secret || strcmp(name, "password") != 0;
}

static void check_one(void *arg, const char *name, const char *rule)
{
	struct check *check = arg;

	if (!check->name[0] && !may_stand(check, name))
		snprintf(check->name, sizeof check->name, "%s", name);
	if (!check->rule[0] && rule && !export_quote_by_name(rule))
		snprintf(check->rule, sizeof check->rule, "%s", rule);
}

static int check_names(const struct reader *r, const struct template *t, struct check *check)
{
	template_each(t, check_one, check);
	if (check->name[0])
		return fault(r, "this name does not exist, or not here", check->name);
	if (check->rule[0])
		return fault(r, "there is no such rule", check->rule);
	return 0;
}

/* A line that is a template itself. */
static int check_line(const struct reader *r, const char *line, const char *only)
{
	struct check check = { .only = only };
	struct template *t = template_parse(line, strlen(line), r->f->id, r->line, r->err);
	int rc = t ? check_names(r, t, &check) : -1;

	template_free(t);
	return rc;
}

static int check_head(const struct reader *r)
{
	const struct export_format *f = r->f;
	int rc = check_line(r, f->without, NULL);

	if (rc == 0)
		rc = check_line(r, f->check, NULL);
	for (size_t i = 0; rc == 0 && i < f->next_count; i++)
		rc = check_line(r, f->next[i], NULL);
	return rc;
}

static int check_file(const struct reader *r, const struct export_file *file)
{
	struct check check = { .secret = true };

	if (check_names(r, file->body, &check) < 0 || check_line(r, file->path, NULL) < 0 ||
	    check_line(r, file->run, "file folder") < 0)
		return -1;
	if (!export_quote_by_name(file->quote))
		return fault(r, "there is no such rule for quote", file->quote);
	if (file->when[0] && !export_value_exists(file->when))
		return fault(r, "when names something that does not exist", file->when);
	if (file->merge == EXPORT_SECTION && !file->comment[0])
		return fault(r, "a section needs a comment", file->path);
	if (file->merge != EXPORT_PRINT && !file->path[0])
		return fault(r, "a file needs a path", "---");
	return 0;
}

/* Up to the next file or the end. */
static int read_body(struct reader *r, struct export_file *file)
{
	char *body = r->at, *end = body;
	int first = r->line + 1;

	while (*end && strncmp(end, FILE_MARK, sizeof FILE_MARK - 1) != 0) {
		char *nl = strchr(end, '\n');

		end = nl ? nl + 1 : end + strlen(end);
		r->line++;
	}
	r->at = end;
	/* A blank line before the next file is for the eye. */
	if (*end && end - body >= 2 && end[-1] == '\n' && end[-2] == '\n')
		end--;
	file->body = template_parse(body, (size_t)(end - body), r->f->id, first, r->err);
	return file->body ? check_file(r, file) : -1;
}

static int read_file(struct reader *r, char *mark)
{
	struct export_file *file = &r->f->files[r->f->file_count];
	char *line, *key = NULL, *value = NULL;

	if (r->f->file_count == EXPORT_FILES)
		return fault(r, "too many files", mark);
	*file = (struct export_file){ .path = text_trim(mark + sizeof FILE_MARK - 1),
				      .comment = "",
				      .comment_end = "",
				      .mode = 0600,
				      .owner = "",
				      .quote = "plain",
				      .when = "",
				      .run = "",
				      .made = "" };
	if (strcmp(file->path, "-") == 0)
		file->path = "";
	r->f->file_count++;
	while ((line = next_line(r)) && *text_trim(line))
		if (split(r, line, &key, &value) < 0 || take_file_key(r, file, key, value) < 0)
			return -1;
	return read_body(r, file);
}

static int read_all(struct reader *r)
{
	char *line, *key = NULL, *value = NULL;

	while ((line = next_line(r))) {
		int rc = 0;

		if (strncmp(line, FILE_MARK, sizeof FILE_MARK - 1) == 0)
			rc = read_file(r, line);
		else if (*text_trim(line) && *line != '#')
			rc = split(r, line, &key, &value) < 0 ? -1 : take_key(r, key, value);
		if (rc < 0)
			return -1;
	}
	if (!r->f->title[0] || r->f->file_count == 0)
		return fault(r, "a title and a file are needed", r->f->id);
	return check_head(r);
}

static void set_empty(struct export_format *f)
{
	f->title = f->about = f->program = f->also = f->tried = f->read = "";
	f->since = f->without = f->check = f->warn = f->needs = "";
	f->secret = EXPORT_SECRET_NONE;
}

struct export_format *export_format_parse(const char *id, const char *text, size_t len,
					  struct err *err)
{
	struct export_format *f = xcalloc(1, sizeof *f);
	size_t id_len = strlen(id) + 1;
	struct reader r = { .f = f, .err = err };
	bool good = id[0] && strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-") == id_len - 1;

	set_empty(f);
	f->text = xmalloc(id_len + len + 1);
	memcpy(f->text, id, id_len);
	memcpy(f->text + id_len, text, len);
	f->text[id_len + len] = '\0';
	f->id = f->text;
	r.at = f->text + id_len;
	if (!good)
		fault(&r, "the name of the file is the id: a to z, 0 to 9 and -", id);
	else if (memchr(text, '\0', len))
		fault(&r, "it holds a NUL", "");
	else if (read_all(&r) == 0)
		return f;
	export_format_free(f);
	return NULL;
}

void export_format_free(struct export_format *f)
{
	if (!f)
		return;
	for (size_t i = 0; i < f->file_count; i++)
		template_free(f->files[i].body);
	free(f->text);
	free(f);
}
