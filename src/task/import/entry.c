#include "task/import/reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/secret.h"
#include "base/text.h"
#include "mail/addr.h"
#include "mail/message.h"
#include "task/import/lines.h"

struct entry *entry_new(struct reader *r, const char *name)
{
	struct entry *d = xcalloc(1, sizeof *d);

	d->account = account_new("");
	d->name = xstrdup(name);
	d->line = r->line;
	return d;
}

struct entry *entry_copy(const struct entry *from, struct reader *r, const char *name)
{
	struct entry *d = xcalloc(1, sizeof *d);

	*d = *from;
	d->account = account_copy(from->account);
	d->password = secret_copy(from->password);
	d->command = xstrdup(from->command);
	d->name = xstrdup(name);
	d->line = r->line;
	return d;
}

void entry_free(struct entry *d)
{
	if (!d)
		return;
	account_free(d->account);
	secret_free(d->password);
	free(d->command);
	free(d->name);
	free(d);
}

/* ---- values ---- */

void entry_set(struct reader *r, struct entry *d, enum account_key key, const char *value)
{
	struct err err = ERR_INIT;

	if (account_set(d->account, key, value, &err) < 0)
		reader_note_err(r, &err);
}

void entry_password(struct reader *r, struct entry *d, const char *text)
{
	secret_free(d->password);
	d->password = *text ? secret_new(text, strlen(text)) : NULL;
	free(d->command);
	d->command = NULL;
	if (*text && !d->password)
		reader_note(r, "the password is over %d bytes", SECRET_MAX);
}

void entry_command(struct entry *d, const char *command)
{
	free(d->command);
	d->command = *command ? xstrdup(command) : NULL;
	secret_free(d->password);
	d->password = NULL;
}

void entry_take_command(struct reader *r, struct entry *d, const char *value)
{
	(void)r;
	entry_command(d, value);
}

/* The text before a <; in quotes it has escapes. */
static void set_name(struct reader *r, struct entry *d, const char *text, size_t len)
{
	struct buf name = BUF_INIT(4096);
	char *copy = xstrndup(text, len), *p = text_trim(copy), *end = p + strlen(p);

	if (end - p >= 2 && *p == '"' && end[-1] == '"') {
		end[-1] = '\0';
		for (p++; *p; p++)
			buf_addc(&name, *p == '\\' && p[1] ? *++p : *p);
	} else {
		buf_adds(&name, p);
	}
	if (name.len > 0)
		entry_set(r, d, ACCOUNT_FROM_NAME, buf_text(&name));
	buf_free(&name);
	free(copy);
}

/* NAME <a@b>, as people write it too, with a name that no header could have; a list of addresses
 * would tidy it, or refuse it. */
static bool take_bracketed(struct reader *r, struct entry *d, const char *value)
{
	const char *open = strrchr(value, '<');
	size_t n = open ? strlen(open) : 0;
	char *address;
	bool good;

	if (n < 3 || open[n - 1] != '>' || (strstr(value, "=?") && strstr(value, "?=")))
		return false;
	address = xstrndup(open + 1, n - 2);
	good = addr_check(address, NULL) == 0;
	if (good) {
		entry_set(r, d, ACCOUNT_ADDRESS, address);
		set_name(r, d, value, (size_t)(open - value));
	}
	free(address);
	return good;
}

void entry_from(struct reader *r, struct entry *d, const char *value)
{
	struct addr_list list = ADDR_LIST_INIT;
	struct err err = ERR_INIT;

	if (addr_check(value, NULL) == 0) {
		entry_set(r, d, ACCOUNT_ADDRESS, value);
	} else if (take_bracketed(r, d, value)) {
		return;
	} else if (message_parse_addresses(value, &list, &err) < 0) {
		reader_note(r, "%.200s is not an address", value);
	} else if (list.count > 0) {
		entry_set(r, d, ACCOUNT_ADDRESS, list.list[0].address);
		if (list.list[0].name[0])
			entry_set(r, d, ACCOUNT_FROM_NAME, list.list[0].name);
	}
	addr_list_clear(&list);
}

/* "[host]:port" has its host up to the bracket; of what has several ':' and no bracket the
 * whole is an IPv6 address, but for Exim's two before a port. */
void entry_server(struct reader *r, struct entry *d, const char *value)
{
	char *copy = xstrdup(value), *host = copy, *port = strchr(host, ':');
	char *end = host[0] == '[' ? strchr(host, ']') : NULL;

	if (end) {
		*end = '\0';
		host++;
		port = end[1] == ':' ? end + 1 : NULL;
	} else if (port && strchr(port + 1, ':') && port[1] != ':') {
		port = NULL;
	} else if (port && port[1] == ':' && port[2 + strspn(port + 2, "0123456789")] != '\0') {
		port = NULL;
	}
	if (port) {
		*port++ = '\0';
		port += *port == ':';
	}
	entry_set(r, d, ACCOUNT_HOST, host);
	if (port)
		entry_set(r, d, ACCOUNT_PORT, port);
	free(copy);
}

/* ---- how ---- */

enum entry_flag entry_truth(const char *value)
{
	static const char *const yes[] = { "", "yes", "on", "true", "1", "y", "t", "enabled",
					   "required", "always", NULL };

	for (size_t i = 0; yes[i]; i++)
		if (text_eq_nocase(value, yes[i]))
			return ENTRY_YES;
	return ENTRY_NO;
}

/* A word that is not known must not become an account that sends in clear. */
enum entry_flag entry_encrypts(struct reader *r, const char *value)
{
	static const char *const no[] = { "no", "off", "false", "0", "n", "f", "none", "null",
					  "nil", "disabled", "never", "plain", NULL };

	for (size_t i = 0; no[i]; i++)
		if (text_eq_nocase(value, no[i]))
			return ENTRY_NO;
	if (entry_truth(value) == ENTRY_NO)
		reader_note(r, "\"%.50s\" is not understood; outpost insists on encryption",
			    value);
	return ENTRY_YES;
}

void entry_take_starttls(struct reader *r, struct entry *d, const char *value)
{
	d->starttls = entry_encrypts(r, value);
}

void entry_take_tls(struct reader *r, struct entry *d, const char *value)
{
	d->tls = entry_encrypts(r, value);
}

static const struct {
	const char *word;
	const char *name;	/* "": any; NULL: a sign-in that there is not here */
	enum entry_flag signin;
} mechanisms[] = {
	{ "on", "", ENTRY_YES },
	{ "yes", "", ENTRY_YES },
	{ "any", "", ENTRY_YES },
	{ "auto", "", ENTRY_YES },
	{ "password", "", ENTRY_YES },
	{ "password-cleartext", "", ENTRY_YES },
	{ "off", "none", ENTRY_NO },
	{ "no", "none", ENTRY_NO },
	{ "none", "none", ENTRY_NO },
	{ "oauth2", "xoauth2", ENTRY_YES },
	{ "password-encrypted", "cram-md5", ENTRY_YES },
	{ "xoauthbearer", "oauthbearer", ENTRY_YES },
};

void entry_auth(struct reader *r, struct entry *d, const char *value)
{
	char name[32];
	enum smtp_auth auth;

	snprintf(name, sizeof name, "%s", value);
	text_lower(name);
	for (char *p = name; *p; p++)
		if (*p == '_')
			*p = '-';
	d->signin = ENTRY_YES;
	for (size_t i = 0; i < sizeof mechanisms / sizeof *mechanisms; i++) {
		if (strcmp(mechanisms[i].word, name) != 0)
			continue;
		d->signin = mechanisms[i].signin;
		entry_set(r, d, ACCOUNT_AUTH, mechanisms[i].name);
		return;
	}
	if (*name && strlen(value) < sizeof name && smtp_auth_parse(name, &auth) == 0)
		entry_set(r, d, ACCOUNT_AUTH, name);
	else
		reader_note(r, "signing in with %.50s is not possible here; the best that the "
			    "server offers is taken", value);
}

/* ---- URLs ---- */

static const struct {
	const char *name;
	enum entry_flag tls, starttls;
	int port;
} schemes[] = {
	{ "smtp", ENTRY_NO, ENTRY_UNSAID, 0 },
	{ "smtps", ENTRY_YES, ENTRY_NO, 0 },
	{ "ssmtp", ENTRY_YES, ENTRY_NO, 0 },
	{ "submission", ENTRY_NO, ENTRY_YES, 587 },
	{ "submissions", ENTRY_YES, ENTRY_NO, 465 },
};

/* "smtp+insecure": what stands behind the '+' is how to encrypt or to sign in. */
static bool take_scheme(struct reader *r, struct entry *d, char *scheme)
{
	char *rest = scheme, *word = strsep(&rest, "+");
	size_t i = 0, n = sizeof schemes / sizeof *schemes;

	while (i < n && !text_eq_nocase(schemes[i].name, word))
		i++;
	if (i == n)
		return false;
	d->tls = schemes[i].tls;
	if (schemes[i].starttls != ENTRY_UNSAID)
		d->starttls = schemes[i].starttls;
	if (schemes[i].port)
		entry_set(r, d, ACCOUNT_PORT, schemes[i].port == 465 ? "465" : "587");
	while ((word = strsep(&rest, "+"))) {
		if (text_eq_nocase(word, "insecure"))
			d->starttls = ENTRY_NO;
		else if (text_eq_nocase(word, "starttls") || text_eq_nocase(word, "tls"))
			d->starttls = ENTRY_YES;
		else
			entry_auth(r, d, word);
	}
	return true;
}

/* "user:password" */
static void take_login(struct reader *r, struct entry *d, char *login)
{
	char *password = strchr(login, ':');

	if (password)
		*password++ = '\0';
	if (!lines_percent(login) || (password && !lines_percent(password))) {
		reader_note(r, "a %% in the address of the server is wrong");
		return;
	}
	entry_set(r, d, ACCOUNT_USER, login);
	if (password && *password)
		entry_password(r, d, password);
}

bool entry_url(struct reader *r, struct entry *d, const char *value)
{
	char *copy = xstrdup(value), *rest = strstr(copy, "://"), *at;
	size_t size = strlen(copy);
	bool good = false;

	if (rest) {
		*rest = '\0';
		rest += 3;
		rest[strcspn(rest, "/?#")] = '\0';
		entry_set(r, d, ACCOUNT_PORT, NULL);
		entry_set(r, d, ACCOUNT_USER, NULL);
		good = take_scheme(r, d, copy);
	}
	if (good) {
		at = strrchr(rest, '@');
		if (at) {
			*at = '\0';
			take_login(r, d, rest);
		}
		if (lines_percent(at ? at + 1 : rest))
			entry_server(r, d, at ? at + 1 : rest);
	} else {
		/* There may be a password in it. */
		reader_note(r, "%.100s is no server that takes mail by SMTP",
			    rest || !strchr(copy, '@') ? copy : "this");
	}
	explicit_bzero(copy, size);
	free(copy);
	return good;
}

/* ---- tables ---- */

bool entry_take(struct reader *r, struct entry *d, const struct entry_row *rows, const char *name,
		const char *value)
{
	while (rows->name && !text_eq_nocase(rows->name, name))
		rows++;
	if (!rows->name)
		return false;
	if (rows->what == ROW_CALL)
		rows->take(r, d, value);
	else if (rows->what == ROW_PASS)
		reader_passed(r);
	else if (rows->what == ROW_WHY)
		reader_note(r, "%s: %s", rows->name, rows->why);
	else
		entry_set(r, d, (enum account_key)rows->what, value);
	return true;
}
