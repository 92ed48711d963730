/*
 * Thunderbird: user_pref("name", value); in prefs.js, and user.js beside it, whose values win.
 *
 * An account of ours is an identity with its server for outgoing mail, and each server that no
 * identity names is one without an address. Passwords are in Thunderbird's own store, which is
 * encrypted: they are not here.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/text.h"
#include "task/import/lines.h"
#include "task/import/readers.h"
#include "task/import/vars.h"

/* ---- reading ---- */

/* "..." or '...'; *at stands behind it. */
static bool read_string(const char **at, struct buf *out)
{
	char quote = **at;
	const char *p = *at + 1;

	if (quote != '"' && quote != '\'')
		return false;
	while (*p && *p != quote) {
		if (*p == '\\')
			lines_escape(&p, out);
		else
			buf_addc(out, *p++);
	}
	*at = p + 1;
	return *p != '\0';
}

/* A string, a number, true or false, up to the bracket. */
static bool read_value(const char **at, struct buf *out)
{
	size_t n;

	if (**at == '"' || **at == '\'')
		return read_string(at, out);
	n = strcspn(*at, ") \t;");
	buf_add(out, *at, n);
	*at += n;
	return n > 0;
}

static bool interesting(const char *name)
{
	return strncmp(name, "mail.smtp", 9) == 0 || strncmp(name, "mail.identity.", 14) == 0;
}

static void take_line(struct reader *r, struct vars *vars, const char *at)
{
	struct buf name = BUF_INIT(IMPORT_MAX), value = BUF_INIT_SECRET(IMPORT_MAX);
	bool good;

	at += strspn(at, " \t");
	if (text_prefix_nocase(at, "user_pref"))
		at += strlen("user_pref");
	else if (text_prefix_nocase(at, "pref"))
		at += strlen("pref");
	at += strspn(at, " \t(");
	good = read_string(&at, &name);
	at += strspn(at, " \t,");
	good = good && read_value(&at, &value);
	at += strspn(at, " \t");
	if (!good || *at != ')')
		reader_unknown(r, "this line");
	else if (interesting(buf_text(&name)))
		vars_put(vars, buf_text(&name), buf_text(&value), r->line);
	else
		reader_passed(r);
	buf_free(&name);
	buf_free(&value);
}

static void read_file(struct reader *r, void *arg)
{
	struct lines lines;
	bool comment = false;
	char *line;

	lines_begin(&lines, r);
	while ((line = lines_next(&lines))) {
		line = text_trim(line);
		if (strncmp(line, "/*", 2) == 0)
			comment = true;
		if (!comment && *line && *line != '#' && strncmp(line, "//", 2) != 0)
			take_line(r, arg, line);
		if (comment && strstr(line, "*/"))
			comment = false;
	}
	lines_end(&lines);
}

/* ---- settings ---- */

static void take_try_ssl(struct reader *r, struct entry *d, const char *value)
{
	bool tls = strcmp(value, "3") == 0, starttls = strcmp(value, "2") == 0;

	d->tls = tls ? ENTRY_YES : ENTRY_NO;
	if (tls || starttls)
		d->starttls = starttls ? ENTRY_YES : ENTRY_NO;
	else
		d->starttls = entry_encrypts(r, value);
	if (strcmp(value, "1") == 0)
		reader_note(r, "encryption was only tried; outpost insists on it");
}

static void take_method(struct reader *r, struct entry *d, const char *value)
{
	static const char *const names[] = { [1] = "none", [3] = "on", [4] = "cram-md5",
					     [5] = "GSSAPI", [6] = "NTLM", [7] = "external",
					     [10] = "xoauth2" };
	long n = 0;

	if (text_number(value, 0, 10, &n) < 0 || !names[n])
		entry_auth(r, d, n == 0 ? "on" : value);
	else
		entry_auth(r, d, names[n]);
	if (n == 10)
		reader_note(r, "its token is Thunderbird's: outpost needs a command that prints "
			       "one");
}

static const struct entry_row rows[] = {
	{ "hostname", ACCOUNT_HOST, NULL, NULL },
	{ "port", ACCOUNT_PORT, NULL, NULL },
	{ "username", ACCOUNT_USER, NULL, NULL },
	{ "try_ssl", ROW_CALL, take_try_ssl, NULL },
	{ "authmethod", ROW_CALL, take_method, NULL },
	{ "hello_argument", ACCOUNT_EHLO_NAME, NULL, NULL },
	{ "description", ROW_PASS, NULL, NULL },
	{ "type", ROW_PASS, NULL, NULL },
	{ "clientid", ROW_PASS, NULL, NULL },
	{ "clientidenabled", ROW_PASS, NULL, NULL },
	{ "oauth2.scope", ROW_PASS, NULL, NULL },
	{ "oauth2.issuer", ROW_PASS, NULL, NULL },
	{ .name = NULL },
};

static const char *get(const struct vars *vars, const char *of, const char *key, const char *name)
{
	char *whole = xasprintf("mail.%s.%s.%s", of, key, name);
	const char *value = vars_get(vars, whole);

	free(whole);
	return value ? value : "";
}

static struct entry *read_server(struct reader *r, const struct vars *vars, const char *key,
				 const char *name)
{
	char *begin = xasprintf("mail.smtpserver.%s.", key);
	size_t n = strlen(begin);
	struct entry *d = entry_new(r, name);

	for (size_t i = 0; i < vars->count; i++) {
		if (strncmp(vars->list[i].name, begin, n) != 0)
			continue;
		r->line = vars->list[i].line;
		/* Port 0 is the usual one. */
		if (strcmp(vars->list[i].name + n, "port") == 0 &&
		    strcmp(vars->list[i].value, "0") == 0)
			continue;
		if (!entry_take(r, d, rows, vars->list[i].name + n, vars->list[i].value))
			reader_unknown(r, vars->list[i].name);
	}
	d->ports[NET_NONE] = 25;
	/* A name stands there also where none is used. */
	if (d->signin == ENTRY_NO)
		entry_set(r, d, ACCOUNT_USER, NULL);
	free(begin);
	return d;
}

/* ---- identities ---- */

/* The server of that identity, where it names one; else the default. */
static bool sends_through(const struct vars *vars, const char *identity, const char *server)
{
	const char *named = get(vars, "identity", identity, "smtpServer");
	const char *usual = vars_get(vars, "mail.smtp.defaultserver");

	if (!*named)
		named = usual ? usual : "";
	return strcmp(named, server) == 0;
}

static void keep_identity(struct reader *r, const struct vars *vars, const char *server,
			  const char *identity)
{
	struct entry *d = read_server(r, vars, server, "");

	r->line = 0;
	entry_set(r, d, ACCOUNT_ADDRESS, get(vars, "identity", identity, "useremail"));
	entry_set(r, d, ACCOUNT_FROM_NAME, get(vars, "identity", identity, "fullName"));
	entry_keep(r, d);
}

static void keep_server(struct reader *r, const struct vars *vars, const char *server)
{
	static const char end[] = ".useremail";
	bool named = false;

	for (size_t i = 0; i < vars->count; i++) {
		const char *name = vars->list[i].name + strlen("mail.identity."), *dot;
		char *identity;

		if (strncmp(vars->list[i].name, "mail.identity.", 14) != 0)
			continue;
		dot = strchr(name, '.');
		if (!dot || strcmp(dot, end) != 0)
			continue;
		identity = xstrndup(name, (size_t)(dot - name));
		if (sends_through(vars, identity, server)) {
			keep_identity(r, vars, server, identity);
			named = true;
		}
		free(identity);
	}
	if (!named) {
		struct entry *d = read_server(r, vars, server, "");

		r->line = 0;
		entry_keep(r, d);
	}
}

/* "smtp1,smtp2", the default one first. */
static void keep_all(struct reader *r, const struct vars *vars)
{
	const char *usual = vars_get(vars, "mail.smtp.defaultserver");
	const char *list = vars_get(vars, "mail.smtpservers");
	char *whole = xasprintf("%s,%s", usual ? usual : "", list ? list : ""), *rest = whole, *key;

	for (bool first = true; (key = strsep(&rest, ",")); first = false) {
		key = text_trim(key);
		if (*key && (first || !usual || strcmp(key, usual) != 0) &&
		    *get(vars, "smtpserver", key, "hostname"))
			keep_server(r, vars, key);
	}
	free(whole);
}

int read_thunderbird(struct reader *r, struct err *err)
{
	const char *slash = strrchr(r->file->path, '/');
	struct vars vars = VARS_INIT;

	(void)err;
	read_file(r, &vars);
	if (strcmp(slash ? slash + 1 : r->file->path, "prefs.js") == 0)
		reader_beside(r, "user.js", read_file, &vars);
	r->line = 0;
	keep_all(r, &vars);
	vars_clear(&vars);
	return 0;
}
