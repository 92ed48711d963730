/*
 * Postfix with a relayhost: main.cf (postconf(5): long lines fold, the last of several settings
 * counts, "$$" is a dollar) and the passwords in a plain file beside it, which postmap makes the
 * table from.
 *
 * main.cf has hundreds of settings; those of smtp(8) that are not known are told, the rest is about
 * other things.
 */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/text.h"
#include "task/import/lines.h"
#include "task/import/readers.h"

#define SYSTEM_CA "/etc/ssl/certs/ca-certificates.crt"

/* The settings come in any order: those that belong together wait in here. */
struct postfix {
	struct entry *d;
	char *relay;	/* as it is written: the key of its password */
	int relay_line;
	char *passwords;	/* name of their file, "" none */
	enum entry_flag wrapper, encrypt, sasl;
};

static void take_relay(struct reader *r, struct postfix *p, const char *value)
{
	free(p->relay);
	p->relay = xstrdup(value);
	p->relay_line = r->line;
}

static void take_level(struct reader *r, struct postfix *p, const char *value)
{
	p->encrypt = *value && !text_eq_nocase(value, "none") ? ENTRY_YES : ENTRY_NO;
	if (text_eq_nocase(value, "may"))
		reader_note(r, "encryption was only tried; outpost insists on it");
}

/* "hash:/etc/postfix/sasl_passwd"; of several the first. */
static void take_passwords(struct reader *r, struct postfix *p, const char *value)
{
	char *copy = xstrdup(value), *path = strchr(copy, ':');
	const char *slash;

	free(p->passwords);
	p->passwords = NULL;
	if (path)
		path[1 + strcspn(path + 1, ", \t")] = '\0';
	slash = path ? strrchr(path, '/') : NULL;
	if (slash && slash[1])
		p->passwords = xstrdup(slash + 1);
	else
		reader_unknown(r, "smtp_sasl_password_maps that is no file");
	free(copy);
}

static void take_canonical(struct reader *r, struct postfix *p, const char *value)
{
	if (strncmp(value, "static:", 7) == 0)
		entry_from(r, p->d, value + 7);
	else
		reader_passed(r);
}

static void take_ca(struct reader *r, struct postfix *p, const char *value)
{
	entry_set(r, p->d, ACCOUNT_CA_FILE, strcmp(value, SYSTEM_CA) == 0 ? NULL : value);
}

static void take_wrapper(struct reader *r, struct postfix *p, const char *value)
{
	(void)r;
	p->wrapper = entry_truth(value);
}

static void take_use_tls(struct reader *r, struct postfix *p, const char *value)
{
	(void)r;
	if (entry_truth(value) == ENTRY_YES)
		p->encrypt = ENTRY_YES;
}

static void take_sasl(struct reader *r, struct postfix *p, const char *value)
{
	(void)r;
	p->sasl = entry_truth(value);
}

static void take_cert(struct reader *r, struct postfix *p, const char *value)
{
	entry_set(r, p->d, ACCOUNT_CLIENT_CERT, value);
}

static void take_key(struct reader *r, struct postfix *p, const char *value)
{
	/* The same file is where it is looked for anyway. */
	entry_set(r, p->d, ACCOUNT_CLIENT_KEY, value[0] == '$' ? NULL : value);
}

static const struct {
	const char *name;
	void (*take)(struct reader *r, struct postfix *p, const char *value);
} rows[] = {
	{ "relayhost", take_relay },
	{ "smtp_sasl_auth_enable", take_sasl },
	{ "smtp_sasl_password_maps", take_passwords },
	{ "smtp_tls_security_level", take_level },
	{ "smtp_use_tls", take_use_tls },
	{ "smtp_enforce_tls", take_use_tls },
	{ "smtp_tls_wrappermode", take_wrapper },
	{ "smtp_tls_cafile", take_ca },
	{ "smtp_tls_cert_file", take_cert },
	{ "smtp_tls_key_file", take_key },
	{ "sender_canonical_maps", take_canonical },
};

/* Known, and nothing that an account could say. */
static const char *const other[] = {
	"smtp_sasl_security_options", "smtp_sasl_tls_security_options", "smtp_tls_capath",
	"smtp_tls_loglevel", "smtp_tls_session_cache_database", "smtp_tls_note_starttls_offer",
	"smtp_host_lookup", "smtp_header_checks", "smtp_generic_maps", NULL
};

static void undouble(char *value)
{
	char *out = value;

	for (const char *p = value; *p; p++) {
		*out++ = *p;
		p += p[0] == '$' && p[1] == '$';
	}
	*out = '\0';
}

/* A value with another setting in it is not known here. */
static bool expands(const char *value)
{
	for (; *value; value++)
		if (value[0] == '$' && value[1] == '$')
			value++;
		else if (value[0] == '$')
			return true;
	return false;
}

static void take_other(struct reader *r, const char *name)
{
	bool about = strncmp(name, "smtp_", 5) == 0 || strstr(name, "relayhost");

	for (size_t i = 0; other[i]; i++)
		about &= strcmp(other[i], name) != 0;
	if (about)
		reader_unknown(r, name);
	else
		reader_passed(r);
}

static void take_line(struct reader *r, struct postfix *p, char *line)
{
	char *value = lines_value(line, '=');
	size_t i = 0, n = sizeof rows / sizeof *rows;

	if (!value) {
		reader_unknown(r, line);
		return;
	}
	while (i < n && !text_eq_nocase(rows[i].name, line))
		i++;
	if (i == n) {
		take_other(r, line);
	} else if (expands(value) && rows[i].take != take_passwords && rows[i].take != take_key) {
		reader_note(r, "%s takes its value from another setting, and is not understood",
			    line);
	} else {
		if (rows[i].take != take_key || !expands(value))
			undouble(value);
		rows[i].take(r, p, value);
	}
}

/* ---- the password ---- */

/* Postfix looks for the server as it is written in relayhost. */
static void read_passwords(struct reader *r, void *arg)
{
	struct postfix *p = arg;
	struct lines lines;
	char *line, *value, *password;

	lines_begin(&lines, r);
	while ((line = lines_next(&lines))) {
		line += strspn(line, " \t");
		value = *line == '#' ? NULL : lines_value(line, ' ');
		if (!value || !text_eq_nocase(line, p->relay))
			continue;
		password = strchr(value, ':');
		if (!password) {
			reader_unknown(r, "a password that is not user:password");
			continue;
		}
		*password++ = '\0';
		entry_set(r, p->d, ACCOUNT_USER, value);
		entry_password(r, p->d, password);
	}
	lines_end(&lines);
}

static void find_password(struct reader *r, struct postfix *p)
{
	if (p->sasl != ENTRY_YES)
		return;
	p->d->signin = ENTRY_YES;
	if (p->passwords && !reader_beside(r, p->passwords, read_passwords, p))
		reader_note(r, "the file %.100s with the password could not be read beside it",
			    p->passwords);
	if (!account_is_set(p->d->account, ACCOUNT_USER))
		reader_note(r, "no user name was found for %.200s", p->relay);
}

static void keep(struct reader *r, struct postfix *p)
{
	struct entry *d = p->d;

	r->line = d->line = p->relay_line;
	entry_server(r, d, p->relay);
	r->line = 0;
	find_password(r, p);
	d->tls = p->wrapper == ENTRY_YES ? ENTRY_YES : ENTRY_NO;
	d->starttls = p->encrypt;
	for (size_t i = 0; i < 3; i++)
		d->ports[i] = 25;
	entry_keep(r, d);
}

int read_postfix(struct reader *r, struct err *err)
{
	struct postfix p = { .d = entry_new(r, "") };
	struct lines lines;
	char *line;

	(void)err;
	lines_begin(&lines, r);
	while ((line = lines_next_folded(&lines))) {
		line = text_trim(line);
		if (*line && *line != '#')
			take_line(r, &p, line);
	}
	lines_end(&lines);
	if (p.relay && *p.relay)
		keep(r, &p);
	else
		entry_free(p.d);
	free(p.relay);
	free(p.passwords);
	return 0;
}
