/*
 * aerc's accounts.conf, as Go's ini package reads it: "[account]", "key = value", comments after
 * '#' or ';'; a value may stand in backquotes, and one pair of double or single quotes around the
 * whole of it is taken off.
 */
#include <string.h>

#include "base/err.h"
#include "base/text.h"
#include "task/import/lines.h"
#include "task/import/readers.h"

static void take_outgoing(struct reader *r, struct entry *d, const char *value)
{
	enum entry_flag starttls = d->starttls;

	if (*value == '/' || *value == '~' || !strstr(value, "://"))
		reader_note(r, "mail is handed to the program %.100s, which was not looked at",
			    strchr(value, '@') ? "there" : value);
	else if (entry_url(r, d, value) && d->tls != ENTRY_YES && d->starttls == ENTRY_UNSAID)
		d->starttls = starttls;
}

static const struct entry_row rows[] = {
	{ "outgoing", ROW_CALL, take_outgoing, NULL },
	{ "outgoing-cred-cmd", ROW_CALL, entry_take_command, NULL },
	{ "smtp-starttls", ROW_CALL, entry_take_starttls, NULL },
	{ "from", ROW_CALL, entry_from, NULL },
	{ "smtp-domain", ACCOUNT_EHLO_NAME, NULL, NULL },
	{ .name = NULL },
};

/* What is about sending, but not known; the rest is about reading mail. */
static bool concerns(const char *key)
{
	return strncmp(key, "outgoing", 8) == 0 || strncmp(key, "smtp", 4) == 0;
}

static char *decode(char *value)
{
	char *end, *comment;

	if (*value == '`') {
		end = strrchr(value + 1, '`');
		if (end)
			*end = '\0';
		return end ? value + 1 : value;
	}
	for (comment = value; *comment; comment++)
		if (comment > value && strchr("#;", *comment) && strchr(" \t", comment[-1]))
			break;
	*comment = '\0';
	value = text_trim(value);
	/* Only where the quote that closes is the first one behind it. */
	if ((*value == '"' || *value == '\'') && strchr(value + 1, *value) == strchr(value, 0) - 1)
		return lines_unquote(value, *value);
	return value;
}

static void take_pair(struct reader *r, struct entry *d, char *line)
{
	char *value = lines_value(line, '=');

	if (!value || !d) {
		reader_unknown(r, line);
	} else if (!entry_take(r, d, rows, line, decode(value))) {
		if (concerns(line))
			reader_unknown(r, line);
		else
			reader_passed(r);
	}
}

/* An account that only reads mail is none of ours. */
static void keep(struct reader *r, struct entry *d)
{
	if (!d || !account_is_set(d->account, ACCOUNT_HOST)) {
		entry_free(d);
		return;
	}
	/* Newer versions know no other way unless the scheme says so. */
	if (d->starttls == ENTRY_UNSAID)
		d->starttls = ENTRY_YES;
	d->ports[NET_NONE] = d->ports[NET_STARTTLS] = 587;
	entry_keep(r, d);
}

int read_aerc(struct reader *r, struct err *err)
{
	struct entry *d = NULL;
	struct lines lines;
	char *line;

	(void)err;
	lines_begin(&lines, r);
	while ((line = lines_next(&lines))) {
		line = text_trim(line);
		if (!*line || *line == '#' || *line == ';')
			continue;
		if (*line == '[' && line[strlen(line) - 1] == ']') {
			line[strlen(line) - 1] = '\0';
			keep(r, d);
			d = entry_new(r, line + 1);
		} else {
			take_pair(r, d, line);
		}
	}
	lines_end(&lines);
	keep(r, d);
	return 0;
}
