/*
 * s-nail (and mailx from it): "set name=value noname name", words as a shell has them, with $'...'
 * too; "account NAME {" to "}" is an account with what is set outside. A password is often in a
 * variable that "vput ! name command" fills: the command is not run, and becomes the password
 * command.
 */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/text.h"
#include "task/import/lines.h"
#include "task/import/readers.h"
#include "task/import/vars.h"

struct mailrc {
	struct entry *base, *now;	/* now: base, or the account that is open */
	struct entry *list[IMPORT_ACCOUNTS];
	size_t count;
	struct vars commands;	/* variables that vput fills */
	struct vars passwords;	/* password-..., user-...; a command after the mark */
};

static const char by_command = '\001';

static void take_mta(struct reader *r, struct entry *d, const char *value)
{
	enum entry_flag starttls = d->starttls;

	if (!strstr(value, "://")) {
		entry_set(r, d, ACCOUNT_HOST, NULL);
		reader_note(r, "mail is handed to the program %.100s, which was not looked at",
			    value);
	} else if (entry_url(r, d, value) && d->tls != ENTRY_YES && starttls != ENTRY_UNSAID) {
		d->starttls = starttls;
	}
}

/* As before version 15: "smtp=host:port", or with the scheme. */
static void take_smtp(struct reader *r, struct entry *d, const char *value)
{
	if (strstr(value, "://"))
		take_mta(r, d, value);
	else
		entry_server(r, d, value);
}

static void take_verify(struct reader *r, struct entry *d, const char *value)
{
	(void)d;
	if (text_eq_nocase(value, "ignore"))
		reader_note(r, "certificates were not checked; outpost checks who the server is");
}

static const struct entry_row rows[] = {
	{ "mta", ROW_CALL, take_mta, NULL },
	{ "smtp", ROW_CALL, take_smtp, NULL },
	{ "from", ROW_CALL, entry_from, NULL },
	{ "smtp-use-starttls", ROW_CALL, entry_take_starttls, NULL },
	{ "smtp-auth", ROW_CALL, entry_auth, NULL },
	{ "smtp-auth-user", ACCOUNT_USER, NULL, NULL },
	{ "user", ACCOUNT_USER, NULL, NULL },
	{ "smtp-hostname", ACCOUNT_EHLO_NAME, NULL, NULL },
	{ "tls-ca-file", ACCOUNT_CA_FILE, NULL, NULL },
	{ "ssl-ca-file", ACCOUNT_CA_FILE, NULL, NULL },
	{ "tls-verify", ROW_CALL, take_verify, NULL },
	{ "ssl-verify", ROW_CALL, take_verify, NULL },
	{ "tls-ca-no-defaults", ROW_PASS, NULL, NULL },
	{ "ssl-ca-no-defaults", ROW_PASS, NULL, NULL },
	{ .name = NULL },
};

static bool concerns(const char *name)
{
	static const char *const begins[] = { "smtp", "tls-", "ssl-", "mta", NULL };

	for (size_t i = 0; begins[i]; i++)
		if (strncmp(name, begins[i], strlen(begins[i])) == 0)
			return true;
	return false;
}

/* ---- words ---- */

/* Behind $' */
static void add_dollar_quoted(const char **at, struct buf *out)
{
	const char *p = *at + 2;

	while (*p && *p != '\'') {
		if (*p == '\\')
			lines_escape(&p, out);
		else
			buf_addc(out, *p++);
	}
	*at = *p ? p : p - 1;
}

static int read_word(const struct mailrc *m, const char **at, struct buf *out)
{
	const char *p = *at;
	char quote = 0;

	for (; *p; p++) {
		if (!quote && p[0] == '$' && p[1] == '\'')
			add_dollar_quoted(&p, out);
		else if (quote ? *p == quote : *p == '"' || *p == '\'')
			quote = quote ? 0 : *p;
		else if (*p == '$' && quote != '\'')
			lines_variable(&p, &m->commands, by_command, out);
		else if (*p == '\\' && quote != '\'' && p[1])
			buf_addc(out, *++p);
		else if (!quote && (*p == ' ' || *p == '\t'))
			break;
		else
			buf_addc(out, *p);
	}
	*at = p;
	return quote ? -1 : 0;
}

/* ---- lines ---- */

static void take_setting(struct reader *r, struct mailrc *m, char *word)
{
	char *value = strchr(word, '=');
	bool no = !value && strncmp(word, "no", 2) == 0;
	const char *name = no ? word + 2 : word;

	if (value)
		*value++ = '\0';
	if (value && (strncmp(name, "password", 8) == 0 || strncmp(name, "user-", 5) == 0 ||
		      strncmp(name, "smtp-auth-password", 18) == 0))
		vars_put(&m->passwords, name, value, r->line);
	else if (value && *value == by_command)
		reader_note(r, "%.100s comes from a command, which is not run", name);
	else if (entry_take(r, m->now, rows, name, no ? "no" : value ? value : "yes"))
		return;
	else if (concerns(name))
		reader_unknown(r, name);
	else
		reader_passed(r);
}

static void take_set(struct reader *r, struct mailrc *m, const char *at)
{
	struct buf word = BUF_INIT_SECRET(IMPORT_MAX);

	for (at += strspn(at, " \t"); *at; at += strspn(at, " \t")) {
		if (*at == '#')
			break;
		buf_clear(&word);
		if (read_word(m, &at, &word) < 0) {
			reader_note(r, "a quote is not closed");
			break;
		}
		if (word.len > 0)
			take_setting(r, m, word.data);
	}
	buf_free(&word);
}

/* "COMMAND | head -n 1 | tr -d '\n'": only the first line of it counts here anyway. Where outpost
 * wrote it, COMMAND stands in brackets. */
static char *bare_command(const char *text, bool ours)
{
	static const char *const tails[] = { " | tr -d '\\n'", " | head -n 1", " | head -n1",
					     " | head -1", NULL };
	char *copy = xstrdup(text);
	size_t n = strlen(copy);

	for (size_t i = 0; tails[i]; i++) {
		size_t len = strlen(tails[i]);

		if (n > len && strcmp(copy + n - len, tails[i]) == 0)
			copy[n -= len] = '\0';
	}
	if (ours && n > 2 && copy[0] == '(' && copy[n - 1] == ')') {
		copy[n - 1] = '\0';
		memmove(copy, copy + 1, n - 1);
	}
	return copy;
}

/* vput ! NAME COMMAND */
static void take_vput(struct reader *r, struct mailrc *m, char *at)
{
	char *what = lines_word(&at), *name = lines_word(&at), *command;

	if (strcmp(what, "!") != 0 || !*at) {
		reader_passed(r);
		return;
	}
	command = bare_command(at, strcmp(name, "outpost_password") == 0);
	vars_put(&m->commands, name, command, r->line);
	free(command);
}

static void begin_account(struct reader *r, struct mailrc *m, char *at)
{
	char *name = lines_word(&at);

	if (m->count == IMPORT_ACCOUNTS)
		reader_note(r, "more than %d accounts are not read", IMPORT_ACCOUNTS);
	else
		m->now = m->list[m->count++] = entry_copy(m->base, r, name);
}

static void read_file(struct reader *r, void *arg);

static void take_line(struct reader *r, void *arg, char *line)
{
	struct mailrc *m = arg;
	char *at = text_trim(line), *word;

	if (!*at || *at == '#')
		return;
	word = lines_word(&at);
	if (strcmp(word, "set") == 0)
		take_set(r, m, at);
	else if (strcmp(word, "vput") == 0)
		take_vput(r, m, at);
	else if (strcmp(word, "account") == 0 && strchr(at, '{'))
		begin_account(r, m, at);
	else if (strcmp(word, "}") == 0)
		m->now = m->base;
	else if (strcmp(word, "source") == 0 && strchr(at, '|'))
		reader_note(r, "what a command prints is not read: it is not run");
	else if (strcmp(word, "source") == 0)
		reader_follow(r, lines_unquote(lines_unquote(at, '"'), '\''), read_file, m);
	else
		reader_passed(r);
}

static void read_file(struct reader *r, void *arg)
{
	lines_each(r, true, take_line, arg);
}

/* ---- together ---- */

/* NAME-USER@HOST:PORT, NAME-HOST:PORT, NAME-HOST, NAME: the first that there is. */
static const char *find_password(const struct mailrc *m, const struct entry *d, const char *name)
{
	const char *host = account_get(d->account, ACCOUNT_HOST);
	const char *user = account_get(d->account, ACCOUNT_USER);
	const char *port = account_get(d->account, ACCOUNT_PORT);
	char *shown = strchr(host, ':') ? xasprintf("[%s]", host) : xstrdup(host);
	char *const tries[] = {
		xasprintf("%s-%s@%s:%s", name, user, shown, port),
		xasprintf("%s-%s@%s", name, user, shown), xasprintf("%s-%s:%s", name, shown, port),
		xasprintf("%s-%s", name, shown), xstrdup(name),
	};
	const char *value = NULL;

	for (size_t i = 0; i < sizeof tries / sizeof *tries; i++) {
		if (!value)
			value = vars_get(&m->passwords, tries[i]);
		free(tries[i]);
	}
	free(shown);
	return value;
}

static void keep(struct reader *r, const struct mailrc *m, struct entry *d)
{
	const char *password, *user;

	if (!account_is_set(d->account, ACCOUNT_HOST)) {
		entry_free(d);
		return;
	}
	r->line = d->line;
	d->ports[NET_NONE] = d->ports[NET_STARTTLS] = 25;
	user = find_password(m, d, "user");
	if (user && !account_is_set(d->account, ACCOUNT_USER))
		entry_set(r, d, ACCOUNT_USER, user);
	password = find_password(m, d, "password");
	if (!password)
		password = find_password(m, d, "smtp-auth-password");
	if (password && *password == by_command)
		entry_command(d, password + 1);
	else if (password)
		entry_password(r, d, password);
	entry_keep(r, d);
}

int read_mailrc(struct reader *r, struct err *err)
{
	struct mailrc m = { .base = entry_new(r, "") };

	(void)err;
	m.now = m.base;
	m.base->line = 0;
	read_file(r, &m);
	for (size_t i = 0; i < m.count; i++)
		keep(r, &m, m.list[i]);
	keep(r, &m, m.base);
	r->line = 0;
	vars_clear(&m.commands);
	vars_clear(&m.passwords);
	return 0;
}
