#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/dirs.h"
#include "base/err.h"
#include "port/program.h"

#define WORDS_MAX 64
#define WORD_MAX  4096

/* Reads one word at *at into word. False: a quote is not closed, or it is too long. */
static bool read_word(const char **at, struct buf *word)
{
	const char *p = *at;
	char quote = 0;
	int rc = 0;

	for (; *p && rc == 0 && (quote || !strchr(" \t\n", *p)); p++) {
		if (quote && *p == quote)
			quote = 0;
		else if (!quote && (*p == '\'' || *p == '"'))
			quote = *p;
		else if (*p == '\\' && p[1] && quote != '\'')
			rc = buf_addc(word, *++p);
		else
			rc = buf_addc(word, *p);
	}
	*at = p;
	return rc == 0 && !quote;
}

static char *filled(const char *word, const char *fill, bool *used)
{
	struct buf out = BUF_INIT(WORD_MAX + 64 * strlen(fill));
	int rc = 0;

	for (; *word && rc == 0; word++) {
		if (word[0] == '%' && word[1] == 's') {
			rc = buf_adds(&out, fill);
			*used = true;
			word++;
		} else {
			if (word[0] == '%' && word[1] == '%')
				word++;
			rc = buf_addc(&out, *word);
		}
	}
	return buf_detach(&out);
}

char **program_words(const char *line, const char *fill, struct err *err)
{
	char **words = xcalloc(WORDS_MAX + 2, sizeof *words);
	bool used = false, good = true;
	size_t n = 0;

	while (line += strspn(line, " \t\n"), good && *line && n < WORDS_MAX) {
		struct buf word = BUF_INIT(WORD_MAX);
		char *whole;

		good = read_word(&line, &word);
		whole = dirs_expand(buf_text(&word));
		words[n++] = fill ? filled(whole, fill, &used) : xstrdup(whole);
		free(whole);
		buf_free(&word);
	}
	if (good && n > 0 && !*line) {
		if (fill && !used)
			words[n] = xstrdup(fill);
		return words;
	}
	program_words_free(words);
	err_set(err, ERR_INPUT, "This is no command: %s.",
		n == 0  ? "it is empty"
		: *line ? "it has too many words"
			: "a quotation mark is not closed, or a word is too long");
	return NULL;
}

void program_words_free(char **words)
{
	for (size_t i = 0; words && words[i]; i++)
		free(words[i]);
	free(words);
}
