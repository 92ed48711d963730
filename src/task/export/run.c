#include "task/export/run.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/file.h"
#include "base/template.h"
#include "port/program.h"

#define MINUTE  60000 /* ms */
#define WORD_MAX 8192

struct place {
	const char *file;
	char *folder;
};

static const char *value_of(void *arg, const char *name)
{
	const struct place *p = arg;

	return strcmp(name, "file") == 0 ? p->file : strcmp(name, "folder") == 0 ? p->folder : NULL;
}

static int write_as_it_is(void *arg, const struct template_place *place, const char *value,
			  struct buf *out, struct err *err)
{
	(void)arg;
	(void)place;
	return buf_adds(out, value) < 0 ? err_set(err, ERR_INPUT, "The path is too long.") : 0;
}

/* A word is filled after the line was taken apart: nothing in a path makes two of it. */
static int fill_word(char **word, struct place *place, struct err *err)
{
	const struct template_filler filler = { place, value_of, write_as_it_is };
	struct template *t = template_parse(*word, strlen(*word), "run", 1, err);
	struct buf out = BUF_INIT(WORD_MAX);
	int rc = t ? template_fill(t, &filler, &out, err) : -1;

	if (rc == 0) {
		free(*word);
		*word = buf_detach(&out);
	}
	template_free(t);
	buf_free(&out);
	return rc;
}

static int run_words(char *const *words, struct err *err)
{
	struct program_answer answer = PROGRAM_ANSWER_INIT;
	int rc = program_run((const char *const *)words, NULL, -1, MINUTE, &answer, err);

	if (rc > 0) {
		const char *said = program_complaint(&answer);

		err_set(err, ERR_SYSTEM, "%s failed%s%s", words[0], *said ? ": " : ".", said);
	}
	program_answer_clear(&answer);
	return rc == 0 ? 0 : -1;
}

int export_run(const char *line, const char *path, struct err *err)
{
	const char *slash = strrchr(path, '/');
	struct place place = { path, NULL };
	char **words;
	int rc = 0;

	if (!line[0] || (strstr(line, "{{file}}") && !file_exists(path)))
		return 0;
	words = program_words(line, NULL, err);
	if (!words)
		return -1;
	place.folder = xstrndup(path, slash ? (size_t)(slash - path) : 0);
	for (size_t i = 0; rc == 0 && words[i]; i++)
		rc = fill_word(&words[i], &place, err);
	if (rc == 0)
		rc = run_words(words, err);
	program_words_free(words);
	free(place.folder);
	return rc;
}
