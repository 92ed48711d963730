/*
 * mutt and neomutt: "set name=value name=value", where values are in single quotes (literal), in
 * double quotes or bare (a backslash takes the next character), or come from a command in
 * backquotes, which is not run. Files that are sourced are read where they lie below the home
 * folder.
 *
 * A hook ("folder-hook work 'set smtp_url=...'") is for some folders only: each that names
 * another server or sender is an account of its own, with what is set outside hooks.
 */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/text.h"
#include "mail/addr.h"
#include "task/import/lines.h"
#include "task/import/readers.h"
#include "task/import/vars.h"

#define HOOKS 50

struct hook {
	char *name, *command;
	int line;
};

struct mutt {
	struct entry *d;
	struct vars vars;	/* my_... */
	struct hook hooks[HOOKS];
	size_t hook_count;
	bool in_hook;
};

/* A value that a command in backquotes prints is told apart by this before and behind it. */
enum { BY_COMMAND = '\001' };

/* All of it is one command. */
static bool is_command(const char *value)
{
	size_t n = strlen(value);

	return n > 1 && strchr(value, BY_COMMAND) == value &&
	       strchr(value + 1, BY_COMMAND) == value + n - 1;
}

static void add_text(struct buf *out, char c)
{
	if (c != BY_COMMAND)
		buf_addc(out, c);
}

/* Of one that is_command. */
static void use_command(struct entry *d, const char *value)
{
	char *command = xstrndup(value + 1, strlen(value) - 2);

	entry_command(d, command);
	free(command);
}

static void take_url(struct reader *r, struct entry *d, const char *value)
{
	enum entry_flag starttls = d->starttls;

	if (!*value)
		entry_set(r, d, ACCOUNT_HOST, NULL);
	else if (entry_url(r, d, value) && d->tls != ENTRY_YES)
		d->starttls = starttls;
}

static void take_pass(struct reader *r, struct entry *d, const char *value)
{
	if (is_command(value))
		use_command(d, value);
	else
		entry_password(r, d, value);
}

/* In order; what the server does not offer is passed over there. */
static void take_mechanisms(struct reader *r, struct entry *d, const char *value)
{
	if (*value && !strchr(value, ':'))
		entry_auth(r, d, value);
}

static void take_refresh(struct reader *r, struct entry *d, const char *value)
{
	entry_auth(r, d, "oauthbearer");
	if (is_command(value))
		use_command(d, value);
	else
		entry_command(d, value);
}

static void take_force(struct reader *r, struct entry *d, const char *value)
{
	d->insists = entry_encrypts(r, value) == ENTRY_YES;
}

static void take_verify(struct reader *r, struct entry *d, const char *value)
{
	(void)d;
	if (entry_truth(value) == ENTRY_NO)
		reader_note(r, "certificates were not checked; outpost checks who the server is");
}

static const struct entry_row rows[] = {
	{ "smtp_url", ROW_CALL, take_url, NULL },
	{ "smtp_pass", ROW_CALL, take_pass, NULL },
	{ "smtp_user", ACCOUNT_USER, NULL, NULL },
	{ "smtp_authenticators", ROW_CALL, take_mechanisms, NULL },
	{ "smtp_oauth_refresh_command", ROW_CALL, take_refresh, NULL },
	{ "from", ROW_CALL, entry_from, NULL },
	{ "realname", ACCOUNT_FROM_NAME, NULL, NULL },
	{ "ssl_starttls", ROW_CALL, entry_take_starttls, NULL },
	{ "ssl_force_tls", ROW_CALL, take_force, NULL },
	{ "ssl_ca_certificates_file", ACCOUNT_CA_FILE, NULL, NULL },
	{ "ssl_client_cert", ACCOUNT_CLIENT_CERT, NULL, NULL },
	{ "ssl_verify_host", ROW_CALL, take_verify, NULL },
	{ "ssl_verify_dates", ROW_CALL, take_verify, NULL },
	{ "sendmail", ROW_WHY, NULL, "mail is handed to a program, which was not looked at" },
	{ "ssl_usesystemcerts", ROW_PASS, NULL, NULL },
	{ "certificate_file", ROW_PASS, NULL, NULL },
	{ .name = NULL },
};

/* What is about sending, but not known. */
static bool concerns(const char *name)
{
	return strncmp(name, "smtp_", 5) == 0 || strncmp(name, "ssl_", 4) == 0 ||
	       strncmp(name, "tunnel", 6) == 0;
}

/* ---- words ---- */

/* What stands between backquotes, between marks. */
static void add_command(const char **at, struct buf *out)
{
	const char *p = *at + 1;

	buf_addc(out, BY_COMMAND);
	for (; *p && *p != '`'; p++)
		add_text(out, *p);
	buf_addc(out, BY_COMMAND);
	*at = *p ? p : p - 1;
}

/* \n, \t, \r, \f; any other character is itself. */
static void add_escaped(const char **at, struct buf *out)
{
	if (strchr("ntrf", (*at)[1])) {
		lines_escape(at, out);
		(*at)--;
	} else {
		add_text(out, *++*at);
	}
}

/* -1: a quote does not close. */
static int read_word(const struct mutt *m, const char **at, bool name, struct buf *out)
{
	const char *p = *at;
	char quote = 0;

	for (; *p; p++) {
		if (quote ? *p == quote : *p == '"' || *p == '\'')
			quote = quote ? 0 : *p;
		else if (*p == '`' && quote != '\'')
			add_command(&p, out);
		else if (*p == '$' && quote != '\'')
			lines_variable(&p, &m->vars, 0, out);
		else if (*p == '\\' && quote != '\'' && p[1])
			add_escaped(&p, out);
		else if (!quote && strchr(name ? " \t;=#" : " \t;#", *p))
			break;
		else
			add_text(out, *p);
	}
	*at = p;
	return quote ? -1 : 0;
}

/* One "name=value", "name", "noname" or "?name". */
static void take_setting(struct reader *r, struct mutt *m, const char *name, const char *value)
{
	struct entry *d = m->d;
	bool no = !value && strncmp(name, "no", 2) == 0;
	bool command = value && strchr(value, BY_COMMAND);
	bool whole = command && is_command(value);

	if (value && strncmp(name, "my_", 3) == 0) {
		vars_put(&m->vars, name, value, r->line);
		reader_passed(r);
		return;
	}
	if (command && (!whole || (strcmp(name, "smtp_pass") != 0 &&
				   strcmp(name, "smtp_oauth_refresh_command") != 0))) {
		if (concerns(name) || strcmp(name, "from") == 0 || strcmp(name, "realname") == 0)
			reader_note(r, "%.100s %s a command, which is not run", name,
				    whole ? "comes from" : "is put together with");
		else
			reader_passed(r);
		return;
	}
	if (entry_take(r, d, rows, no ? name + 2 : name, no ? "no" : value ? value : "yes"))
		return;
	if (concerns(no ? name + 2 : name))
		reader_unknown(r, name);
	else
		reader_passed(r);
}

/* Up to ';', '#' or the end. */
static const char *take_set(struct reader *r, struct mutt *m, const char *at)
{
	struct buf name = BUF_INIT(IMPORT_MAX), value = BUF_INIT_SECRET(IMPORT_MAX);
	bool given;

	for (;;) {
		at += strspn(at, " \t");
		if (!*at || *at == ';' || *at == '#')
			break;
		buf_clear(&name);
		buf_clear(&value);
		if (read_word(m, &at, true, &name) < 0)
			break;
		at += strspn(at, " \t");
		given = *at == '=';
		if (given) {
			at++;
			at += strspn(at, " \t");
		}
		if (given && read_word(m, &at, false, &value) < 0) {
			reader_note(r, "the quote around %.100s is not closed", buf_text(&name));
			break;
		}
		if (name.len > 0)
			take_setting(r, m, buf_text(&name), given ? buf_text(&value) : NULL);
		else if (!given)
			at++;
	}
	buf_free(&name);
	buf_free(&value);
	return at;
}

/* ---- lines ---- */

static void read_file(struct reader *r, void *arg);
static void take_line(struct reader *r, struct mutt *m, const char *at);

static void take_source(struct reader *r, struct mutt *m, const char *at)
{
	struct buf path = BUF_INIT(4096);

	read_word(m, &at, false, &path);
	if (path.len == 0 || path.data[path.len - 1] == '|' ||
	    strchr(buf_text(&path), BY_COMMAND) || *(at + strspn(at, " \t")) == '|')
		reader_note(r, "what a command prints is not read: it is not run");
	else
		reader_follow(r, buf_text(&path), read_file, m);
	buf_free(&path);
}

static void take_hook(struct reader *r, struct mutt *m, const char *at)
{
	struct buf name = BUF_INIT(4096), command = BUF_INIT(IMPORT_MAX);

	if (read_word(m, &at, false, &name) == 0) {
		at += strspn(at, " \t");
		read_word(m, &at, false, &command);
	}
	if (m->in_hook || m->hook_count == HOOKS)
		reader_unknown(r, "this hook");
	else if (strchr(buf_text(&name), BY_COMMAND) || strchr(buf_text(&command), BY_COMMAND))
		reader_note(r, "this hook is put together with a command, which is not run");
	else if (strstr(buf_text(&command), "smtp_") || strstr(buf_text(&command), "from") ||
		 strstr(buf_text(&command), "source"))
		m->hooks[m->hook_count++] = (struct hook){ buf_detach(&name),
							   buf_detach(&command), r->line };
	else
		reader_passed(r);
	buf_free(&name);
	buf_free(&command);
}

/* my_hdr From: Name <address> */
static void take_header(struct reader *r, struct mutt *m, const char *at)
{
	char *copy = xstrdup(at);

	if (text_prefix_nocase(copy, "from:"))
		entry_from(r, m->d, lines_unquote(text_trim(copy + 5), '"'));
	else
		reader_passed(r);
	free(copy);
}

static bool is(const char *word, const char *const *list)
{
	for (; *list; list++)
		if (strcmp(*list, word) == 0)
			return true;
	return false;
}

static void take_command(struct reader *r, struct mutt *m, const char *word, const char *at)
{
	static const char *const hooks[] = { "folder-hook", "account-hook", "send-hook",
					     "send2-hook", "reply-hook", NULL };

	if (strcmp(word, "source") == 0)
		take_source(r, m, at);
	else if (is(word, hooks))
		take_hook(r, m, at);
	else if (strcmp(word, "my_hdr") == 0)
		take_header(r, m, at);
	else
		reader_passed(r);
}

static void take_line(struct reader *r, struct mutt *m, const char *at)
{
	char word[32];
	size_t n;

	for (;;) {
		at += strspn(at, " \t;");
		n = strcspn(at, " \t;");
		if (n == 0 || *at == '#')
			return;
		memcpy(word, at, n < sizeof word ? n : 0);
		word[n < sizeof word ? n : 0] = '\0';
		at += n;
		at += strspn(at, " \t");
		if (strcmp(word, "set") != 0) {
			take_command(r, m, word, at);
			return;
		}
		at = take_set(r, m, at);
	}
}

static void take_any(struct reader *r, void *arg, char *line)
{
	take_line(r, arg, line);
}

static void read_file(struct reader *r, void *arg)
{
	lines_each(r, true, take_any, arg);
}

/* ---- together ---- */

static void keep(struct reader *r, struct entry *d)
{
	if (!account_is_set(d->account, ACCOUNT_HOST)) {
		entry_free(d);
		return;
	}
	/* STARTTLS is what it does where nothing is said. */
	if (d->starttls == ENTRY_UNSAID || d->insists)
		d->starttls = ENTRY_YES;
	if (account_is_set(d->account, ACCOUNT_USER))
		d->signin = ENTRY_YES;
	d->ports[NET_NONE] = d->ports[NET_STARTTLS] = 25;
	entry_keep(r, d);
}

static void run_hook(struct reader *r, struct mutt *m, const struct hook *hook)
{
	struct entry *base = m->d;

	r->line = hook->line;
	m->d = entry_copy(base, r, hook->name[0] == '.' ? "" : hook->name);
	m->in_hook = true;
	take_line(r, m, hook->command);
	keep(r, m->d);
	m->d = base;
}

static int read_any(struct reader *r)
{
	struct mutt m = { .d = entry_new(r, "") };

	read_file(r, &m);
	r->line = 0;
	keep(r, entry_copy(m.d, r, ""));
	for (size_t i = 0; i < m.hook_count; i++) {
		run_hook(r, &m, &m.hooks[i]);
		free(m.hooks[i].name);
		free(m.hooks[i].command);
	}
	vars_clear(&m.vars);
	entry_free(m.d);
	r->line = 0;
	return 0;
}

int read_mutt(struct reader *r, struct err *err)
{
	(void)err;
	return read_any(r);
}

int read_neomutt(struct reader *r, struct err *err)
{
	(void)err;
	return read_any(r);
}
