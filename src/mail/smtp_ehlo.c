#include "mail/smtp_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "mail/smtp_mech.h"

#define WORD_MAX 64

/* Copies the next word of *s, cut at WORD_MAX, and moves on; false at the end. */
static bool next_word(const char **s, const char *end, char word[WORD_MAX])
{
	size_t n = 0;

	while (*s < end && **s == ' ')
		(*s)++;
	if (*s == end)
		return false;
	for (; *s < end && **s != ' '; (*s)++)
		if (n + 1 < WORD_MAX)
			word[n++] = **s;
	word[n] = '\0';
	return true;
}

static void parse_auth(struct smtp_capabilities *caps, const char *args, const char *end)
{
	char word[WORD_MAX];
	const char *s = args;

	caps->auth = true;
	while (next_word(&s, end, word))
		for (int i = SMTP_AUTH_AUTO + 1; i < SMTP_AUTH_NONE; i++)
			if (text_eq_nocase(word, smtp_mech((enum smtp_auth)i)->wire))
				caps->mechanisms |= 1u << i;
	while (args < end && *args == ' ')
		args++;
	if (!caps->auth_line[0])
		snprintf(caps->auth_line, sizeof caps->auth_line, "%.*s", (int)(end - args), args);
}

static void parse_size(struct smtp_capabilities *caps, const char *args, const char *end)
{
	char word[WORD_MAX];
	const char *s = args;

	caps->size = 0;
	/* What does not fit in 18 digits is no limit for anybody. */
	if (next_word(&s, end, word) && strlen(word) <= 18 &&
	    strspn(word, "0123456789") == strlen(word))
		caps->size = atoll(word);
}

static void parse_line(struct smtp_capabilities *caps, const char *line, const char *end)
{
	const struct {
		const char *keyword;
		bool *flag;
	} flags[] = {
		{ "STARTTLS", &caps->starttls },
		{ "PIPELINING", &caps->pipelining },
		{ "CHUNKING", &caps->chunking },
		{ "8BITMIME", &caps->eightbitmime },
		{ "SMTPUTF8", &caps->smtputf8 },
		{ "DSN", &caps->dsn },
		{ "ENHANCEDSTATUSCODES", &caps->enhanced },
		{ "REQUIRETLS", &caps->requiretls },
	};
	char word[WORD_MAX];
	const char *args = line;

	if (!next_word(&args, end, word))
		return;
	for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++)
		if (text_eq_nocase(word, flags[i].keyword))
			*flags[i].flag = true;
	if (text_eq_nocase(word, "SIZE"))
		parse_size(caps, args, end);
	if (text_eq_nocase(word, "AUTH"))
		parse_auth(caps, args, end);
	/* The form of before RFC 2554, still sent for the sake of old clients. */
	if (text_prefix_nocase(word, "AUTH=")) {
		const char *equals = memchr(line, '=', (size_t)(end - line));

		parse_auth(caps, equals + 1, end);
	}
}

void smtp_ehlo_parse(struct smtp_capabilities *caps, const char *text)
{
	const char *line = strchr(text, '\n'); /* the first line is the server's name */

	*caps = (struct smtp_capabilities){ .esmtp = true, .size = -1 };
	while (line) {
		const char *end = strchr(++line, '\n');

		parse_line(caps, line, end ? end : line + strlen(line));
		line = end;
	}
}
