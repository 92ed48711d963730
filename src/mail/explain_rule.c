#include "mail/explain_rule.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

#define DIGITS "0123456789"

size_t explain_fold(char *out, size_t size, const char *text)
{
	size_t n = 0;

	while (*text && n < size - 1) {
		size_t blanks = strspn(text, " \t\r\n");
		char c = *text;

		if (blanks > 0) {
			text += blanks;
			if (n > 0 && *text)
				out[n++] = ' ';
			continue;
		}
		out[n++] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
		text++;
	}
	out[n] = '\0';
	return n;
}

/* Some servers put the code into the text: "sorry, no mailbox here (#5.1.1)". */
static void find_enhanced(struct explain_words *words)
{
	for (const char *p = strchr(words->text, '#'); p; p = strchr(p + 1, '#')) {
		const char *code = p + 1;
		size_t n = strspn(code, DIGITS ".");
		int subject, detail, end = 0;

		if (n < 5 || n >= sizeof words->enhanced || code[0] != words->code[0])
			continue;
		snprintf(words->enhanced, sizeof words->enhanced, "%.*s", (int)n, code);
		if (sscanf(words->enhanced, "%*1d.%3d.%3d%n", &subject, &detail, &end) == 2 &&
		    (size_t)end == n)
			return;
		words->enhanced[0] = '\0';
	}
}

void explain_words_set(struct explain_words *words, enum explain_step step, int code,
		       const char *enhanced, const char *text, const char *host)
{
	words->step = step > EXPLAIN_ANY && step < EXPLAIN_STEPS ? 1u << step : 0;
	words->code[0] = '\0';
	if (code >= 100 && code <= 999)
		snprintf(words->code, sizeof words->code, "%d", code % 1000);
	snprintf(words->enhanced, sizeof words->enhanced, "%s", enhanced ? enhanced : "");
	words->host = host ? host : "";
	words->len = explain_fold(words->text, sizeof words->text, text ? text : "");
	if (!words->enhanced[0] && words->code[0])
		find_enhanced(words);
}

/* ---- fitting ---- */

static bool host_is(const char *pattern, size_t n, const char *host)
{
	return text_in_domain(host, pattern, n);
}

/* 'x' is one digit in a reply code ("5xx"), a whole number in an enhanced one ("5.7.x"). */
static bool code_is(const char *pattern, size_t n, const char *code)
{
	bool dotted = memchr(pattern, '.', n) != NULL;

	for (const char *end = pattern + n; pattern < end; pattern++) {
		size_t digits = strspn(code, DIGITS);

		if (*pattern != 'x') {
			if (*code++ != *pattern)
				return false;
			continue;
		}
		if (digits == 0)
			return false;
		code += dotted ? digits : 1;
	}
	return *code == '\0';
}

/* The pieces between the stars, one after the other: as each is taken where it comes
 * first, no way back is ever needed. */
static bool text_has(const char *pattern, const struct explain_words *words)
{
	const char *at = words->text, *end = words->text + words->len;

	for (;;) {
		size_t n = strcspn(pattern, "*");

		if (n > 0) {
			at = memmem(at, (size_t)(end - at), pattern, n);
			if (!at)
				return false;
			at += n;
		}
		if (!pattern[n])
			return true;
		pattern += n + 1;
	}
}

static bool any_is(const char *words, const char *value,
		   bool (*is)(const char *pattern, size_t n, const char *value))
{
	bool found = !*words;

	while (*words && !found) {
		size_t n = strcspn(words, " ");

		found = is(words, n, value);
		words += n + (words[n] == ' ');
	}
	return found;
}

bool explain_rule_fits(const struct explain_rule *rule, const struct explain_words *words)
{
	return (rule->steps == 0 || (rule->steps & words->step)) &&
	       any_is(rule->codes, words->code, code_is) &&
	       any_is(rule->enhanced, words->enhanced, code_is) &&
	       any_is(rule->hosts, words->host, host_is) && text_has(rule->match, words);
}
