/*
 * Variables that programs take their mail server from: this process's environment, or a file with
 * NAME=VALUE lines (.env, EnvironmentFile= of systemd). Each family of names, SMTP_, MAIL_
 * (Laravel, Flask), EMAIL_ (Django), SPRING_MAIL_, GF_SMTP_ (Grafana), is an account of its own.
 *
 * Values: '...' is literal, in "..." a backslash takes the next character (\n a line end), bare
 * ones end at a blank with '#' behind it. ${NAME} is not put in.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/text.h"
#include "task/import/lines.h"
#include "task/import/readers.h"

extern char **environ;

/* Longer beginnings first. */
static const char *const families[] = { "SPRING_MAIL_", "GF_SMTP_", "SMTP_", "EMAIL_", "MAILER_",
					"MAIL_", "WPMS_SMTP_", NULL };
enum { FAMILIES = 7 };

/* ---- names, behind the beginning of their family ---- */

/* "tls" is STARTTLS but on the port where that cannot be: judged at the end. */
static void take_encryption(struct reader *r, struct entry *d, const char *value)
{
	if (text_eq_nocase(value, "ssl") || text_eq_nocase(value, "smtps") ||
	    text_eq_nocase(value, "implicit") || text_eq_nocase(value, "force_tls"))
		d->tls = ENTRY_YES;
	else if (text_eq_nocase(value, "starttls") || text_eq_nocase(value, "tls"))
		d->starttls = ENTRY_YES;
	else
		d->starttls = *value ? entry_encrypts(r, value) : ENTRY_NO;
}

/* In so many words: tls is TLS from the first byte. */
static void take_security(struct reader *r, struct entry *d, const char *value)
{
	if (text_eq_nocase(value, "tls")) {
		d->tls = ENTRY_YES;
	} else {
		if (text_eq_nocase(value, "starttls"))
			d->tls = ENTRY_NO;
		take_encryption(r, d, value);
	}
}

static void take_ssl(struct reader *r, struct entry *d, const char *value)
{
	(void)r;
	if (*value && entry_truth(value) == ENTRY_YES)
		d->tls = ENTRY_YES;
}

static void take_starttls(struct reader *r, struct entry *d, const char *value)
{
	if (text_has_nocase(value, "mandatory") || text_has_nocase(value, "opportunistic"))
		d->starttls = ENTRY_YES;
	else if (!*value || text_eq_nocase(value, "NoStartTLS"))
		d->starttls = ENTRY_NO;
	else
		d->starttls = entry_encrypts(r, value);
}

static void take_url(struct reader *r, struct entry *d, const char *value)
{
	if (*value)
		entry_url(r, d, value);
}

static void take_user(struct reader *r, struct entry *d, const char *value)
{
	entry_set(r, d, ACCOUNT_USER, text_eq_nocase(value, "null") ? NULL : value);
}

static void take_password(struct reader *r, struct entry *d, const char *value)
{
	entry_password(r, d, text_eq_nocase(value, "null") ? "" : value);
}

static void take_auth(struct reader *r, struct entry *d, const char *value)
{
	if (!text_eq_nocase(value, "true"))
		entry_auth(r, d, entry_truth(value) == ENTRY_NO && text_eq_nocase(value, "false")
					 ? "none" : value);
}

/* Laravel's MAIL_MAILER, and how MAIL_SCHEME names the encryption. */
static void take_mailer(struct reader *r, struct entry *d, const char *value)
{
	if (text_eq_nocase(value, "smtps"))
		d->tls = ENTRY_YES;
	else if (*value && !text_eq_nocase(value, "smtp") && !text_eq_nocase(value, "null"))
		reader_note(r, "mail is handed to %.50s, which was not looked at", value);
}

static const struct entry_row rows[] = {
	{ "host", ROW_CALL, entry_server, NULL },
	{ "hostname", ROW_CALL, entry_server, NULL },
	{ "server", ROW_CALL, entry_server, NULL },
	{ "address", ROW_CALL, entry_server, NULL },
	{ "port", ACCOUNT_PORT, NULL, NULL },
	{ "user", ROW_CALL, take_user, NULL },
	{ "username", ROW_CALL, take_user, NULL },
	{ "user_name", ROW_CALL, take_user, NULL },
	{ "login", ROW_CALL, take_user, NULL },
	{ "host_user", ROW_CALL, take_user, NULL },
	{ "pass", ROW_CALL, take_password, NULL },
	{ "password", ROW_CALL, take_password, NULL },
	{ "host_password", ROW_CALL, take_password, NULL },
	{ "password_command", ROW_CALL, entry_take_command, NULL },
	{ "from", ROW_CALL, entry_from, NULL },
	{ "from_address", ROW_CALL, entry_from, NULL },
	{ "from_email", ROW_CALL, entry_from, NULL },
	{ "sender", ROW_CALL, entry_from, NULL },
	{ "default_sender", ROW_CALL, entry_from, NULL },
	{ "from_name", ACCOUNT_FROM_NAME, NULL, NULL },
	{ "encryption", ROW_CALL, take_encryption, NULL },
	{ "security", ROW_CALL, take_security, NULL },
	{ "secure", ROW_CALL, take_encryption, NULL },
	{ "tls", ROW_CALL, take_encryption, NULL },
	{ "use_tls", ROW_CALL, take_starttls, NULL },
	{ "starttls", ROW_CALL, take_starttls, NULL },
	{ "starttls_policy", ROW_CALL, take_starttls, NULL },
	{ "enable_starttls_auto", ROW_CALL, take_starttls, NULL },
	{ "properties_mail_smtp_starttls_enable", ROW_CALL, take_starttls, NULL },
	{ "properties_mail_smtp_starttls_required", ROW_CALL, take_starttls, NULL },
	{ "properties_mail_smtp_ssl_enable", ROW_CALL, take_ssl, NULL },
	{ "ssl", ROW_CALL, take_ssl, NULL },
	{ "use_ssl", ROW_CALL, take_ssl, NULL },
	{ "auth", ROW_CALL, take_auth, NULL },
	{ "authentication", ROW_CALL, take_auth, NULL },
	{ "ca_file", ACCOUNT_CA_FILE, NULL, NULL },
	{ "url", ROW_CALL, take_url, NULL },
	{ "dsn", ROW_CALL, take_url, NULL },
	{ "mailer", ROW_CALL, take_mailer, NULL },
	{ "driver", ROW_CALL, take_mailer, NULL },
	{ "scheme", ROW_CALL, take_mailer, NULL },
	{ "timeout", ROW_PASS, NULL, NULL },
	{ "enabled", ROW_PASS, NULL, NULL },
	{ "backend", ROW_PASS, NULL, NULL },
	{ "subject_prefix", ROW_PASS, NULL, NULL },
	{ .name = NULL },
};

/* ---- variables ---- */

struct env {
	struct entry *list[FAMILIES];	/* NULL: none of that family was seen */
	char *other_from;		/* DEFAULT_FROM_EMAIL; NULL */
};

static int family(const char *name)
{
	for (int i = 0; families[i]; i++)
		if (strncmp(name, families[i], strlen(families[i])) == 0)
			return i;
	return -1;
}

static void take_variable(struct reader *r, struct env *e, const char *name, const char *value)
{
	int f = family(name);

	if (f < 0) {
		if (strcmp(name, "DEFAULT_FROM_EMAIL") == 0) {
			free(e->other_from);
			e->other_from = xstrdup(value);
		}
		reader_passed(r);
		return;
	}
	if (!e->list[f])
		e->list[f] = entry_new(r, "");
	if (!entry_take(r, e->list[f], rows, name + strlen(families[f]), value))
		reader_unknown(r, name);
}

static void keep(struct reader *r, struct env *e, struct entry *d)
{
	long port = 0;

	if (!d || !account_is_set(d->account, ACCOUNT_HOST)) {
		entry_free(d);
		return;
	}
	if (account_is_set(d->account, ACCOUNT_PORT))
		port = account_port(d->account);
	if (d->starttls != ENTRY_NO && d->tls == ENTRY_UNSAID && port == 465)
		d->tls = ENTRY_YES;
	if (d->starttls == ENTRY_UNSAID && (port == 587 || port == 0))
		d->starttls = ENTRY_YES;
	if (e->other_from && !account_is_set(d->account, ACCOUNT_ADDRESS))
		entry_from(r, d, e->other_from);
	entry_keep(r, d);
}

static void keep_all(struct reader *r, struct env *e)
{
	r->line = 0;
	for (int i = 0; i < FAMILIES; i++)
		keep(r, e, e->list[i]);
	free(e->other_from);
}

/* ---- a file ---- */

/* -1: a quote is not closed; 1: the value of another variable stands in it. */
static int decode(const char *p, struct buf *out)
{
	char quote = *p == '"' || *p == '\'' ? *p++ : 0;
	int rc = 0;

	for (; *p && *p != quote; p++) {
		if (!quote && (*p == ' ' || *p == '\t') && p[1 + strspn(p + 1, " \t")] == '#')
			break;
		if (quote != '\'' && p[0] == '$' && p[1] == '{')
			rc = 1;
		if (quote == '"' && *p == '\\' && p[1])
			buf_addc(out, *++p == 'n' ? '\n' : *p);
		else
			buf_addc(out, *p);
	}
	return quote && *p != quote ? -1 : rc;
}

static void take_line(struct reader *r, void *e, char *line)
{
	struct buf value = BUF_INIT_SECRET(IMPORT_MAX);
	char *text;
	int rc;

	line += strspn(line, " \t");
	if (!*line || *line == '#')
		return;
	if (strncmp(line, "export ", 7) == 0)
		line += 7;
	text = lines_value(line, '=');
	if (!text) {
		reader_unknown(r, line);
		return;
	}
	rc = decode(text, &value);
	if (rc < 0)
		reader_note(r, "the quote around %.100s is not closed", line);
	else if (rc > 0 && family(line) >= 0)
		reader_note(r, "%.100s takes its value from another variable, and is not "
			       "understood", line);
	else
		take_variable(r, e, line, buf_text(&value));
	buf_free(&value);
}

int read_env(struct reader *r, struct err *err)
{
	struct env e = { .other_from = NULL };

	(void)err;
	if (r->file->path[0] == '\0') {
		for (char **p = environ; *p; p++) {
			const char *mark = strchr(*p, '=');
			char *name = xstrndup(*p, mark ? (size_t)(mark - *p) : 0);

			if (mark && (family(name) >= 0 || strcmp(name, "DEFAULT_FROM_EMAIL") == 0))
				take_variable(r, &e, name, mark + 1);
			free(name);
		}
	}
	lines_each(r, false, take_line, &e);
	keep_all(r, &e);
	return 0;
}

bool env_there(void)
{
	static const char *const ends[] = { "HOST", "HOSTNAME", "SERVER", "ADDRESS", "URL", "DSN",
					    NULL };

	for (int f = 0; families[f]; f++)
		for (size_t i = 0; ends[i]; i++) {
			char name[64];
			const char *value;

			snprintf(name, sizeof name, "%s%s", families[f], ends[i]);
			value = getenv(name);
			if (value && *value)
				return true;
		}
	return false;
}
