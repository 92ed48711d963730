/*
 * himalaya: [accounts.NAME], in version 1 with message.send.backend.host and the like, in version 2
 * with smtp.server as a URL and smtp.sasl. What is said outside accounts holds for all of them.
 */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/text.h"
#include "task/export/quote.h"
#include "task/import/readers.h"
#include "task/import/toml.h"

struct himalaya {
	struct entry *list[IMPORT_ACCOUNTS];
	size_t count;
	char name[100];		/* display-name outside accounts */
	char preferred[100];
};

/* message.send.backend.encryption.type, or without .type */
static void take_encryption(struct reader *r, struct entry *d, const char *value)
{
	bool tls = text_eq_nocase(value, "tls") || text_eq_nocase(value, "ssl") ||
		   text_eq_nocase(value, "true");

	d->tls = tls ? ENTRY_YES : ENTRY_NO;
	if (text_eq_nocase(value, "start-tls") || text_eq_nocase(value, "starttls"))
		d->starttls = ENTRY_YES;
	else
		d->starttls = tls ? ENTRY_NO : entry_encrypts(r, value);
}

static void take_server(struct reader *r, struct entry *d, const char *value)
{
	enum entry_flag starttls = d->starttls;

	if (!strstr(value, "://"))
		entry_server(r, d, value);
	else if (entry_url(r, d, value) && d->tls != ENTRY_YES && starttls != ENTRY_UNSAID)
		d->starttls = starttls;
}

static void take_backend(struct reader *r, struct entry *d, const char *value)
{
	(void)d;
	if (!text_eq_nocase(value, "smtp"))
		reader_note(r, "mail is handed to %.50s, which was not looked at", value);
}

/* One word after the other; "sh", "-c" is only how a command is run. */
static void take_word(struct reader *r, struct entry *d, const char *value)
{
	struct buf text = BUF_INIT(64 * 1024);

	(void)r;
	if (d->command && strcmp(d->command, "sh '-c'") == 0) {
		entry_command(d, value);
		return;
	}
	if (d->command)
		buf_printf(&text, "%s ", d->command);
	if (!d->command || export_quote_write(export_quote_by_name("sh"), value, "the command",
					      &text, NULL) < 0)
		buf_adds(&text, value);
	entry_command(d, buf_text(&text));
	buf_free(&text);
}

static void take_plain(struct reader *r, struct entry *d, const char *value)
{
	entry_set(r, d, ACCOUNT_USER, value);
	d->signin = ENTRY_YES;
}

static void take_login(struct reader *r, struct entry *d, const char *value)
{
	take_plain(r, d, value);
	entry_auth(r, d, "login");
}

static void take_oauth(struct reader *r, struct entry *d, const char *value)
{
	(void)value;
	entry_auth(r, d, "xoauth2");
	reader_note(r, "its token is himalaya's: outpost needs a command that prints one");
}

static void take_auth(struct reader *r, struct entry *d, const char *value)
{
	if (text_eq_nocase(value, "oauth2"))
		take_oauth(r, d, value);
	else
		entry_auth(r, d, value);
}

#define V1 "message.send.backend."
#define SASL "smtp.sasl."

static const char keyring[] = "the password is in himalaya's own place of the keyring";

static const struct entry_row rows[] = {
	{ "email", ROW_CALL, entry_from, NULL },
	{ "display-name", ACCOUNT_FROM_NAME, NULL, NULL },
	{ V1 "type", ROW_CALL, take_backend, NULL },
	{ V1 "host", ACCOUNT_HOST, NULL, NULL },
	{ V1 "port", ACCOUNT_PORT, NULL, NULL },
	{ V1 "encryption", ROW_CALL, take_encryption, NULL },
	{ V1 "encryption.type", ROW_CALL, take_encryption, NULL },
	{ V1 "login", ACCOUNT_USER, NULL, NULL },
	{ V1 "auth.type", ROW_CALL, take_auth, NULL },
	{ V1 "auth.raw", ROW_CALL, entry_password, NULL },
	{ V1 "auth.cmd", ROW_CALL, entry_take_command, NULL },
	{ V1 "auth.command", ROW_CALL, entry_take_command, NULL },
	{ V1 "auth.keyring", ROW_WHY, NULL, keyring },
	{ "smtp.server", ROW_CALL, take_server, NULL },
	{ "smtp.starttls", ROW_CALL, entry_take_starttls, NULL },
	{ "smtp.tls.cert", ACCOUNT_CA_FILE, NULL, NULL },
	{ SASL "plain.username", ROW_CALL, take_plain, NULL },
	{ SASL "plain.password.raw", ROW_CALL, entry_password, NULL },
	{ SASL "plain.password.command", ROW_CALL, entry_take_command, NULL },
	{ SASL "plain.password.command.", ROW_CALL, take_word, NULL },
	{ SASL "plain.password.keyring", ROW_WHY, NULL, keyring },
	{ SASL "login.username", ROW_CALL, take_login, NULL },
	{ SASL "login.password.raw", ROW_CALL, entry_password, NULL },
	{ SASL "login.password.command", ROW_CALL, entry_take_command, NULL },
	{ SASL "login.password.command.", ROW_CALL, take_word, NULL },
	{ SASL "login.password.keyring", ROW_WHY, NULL, keyring },
	{ .name = NULL },
};

static bool concerns(const char *name)
{
	return strncmp(name, "message.send.", 13) == 0 || strncmp(name, "smtp", 4) == 0;
}

static struct entry *find(struct himalaya *h, struct reader *r, const char *name)
{
	for (size_t i = 0; i < h->count; i++)
		if (strcmp(h->list[i]->name, name) == 0)
			return h->list[i];
	if (h->count == IMPORT_ACCOUNTS)
		return NULL;
	return h->list[h->count++] = entry_new(r, name);
}

/* "message\037send" -> "message.send", cut where it is longer than any that is known. */
static void dotted(const char *path, char name[100])
{
	snprintf(name, 100, "%s", path);
	for (char *p = name; *p; p++)
		if (*p == TOML_JOIN)
			*p = '.';
}

static void take_value(struct reader *r, void *arg, const char *path, const char *value)
{
	struct himalaya *h = arg;
	const char *rest, *account = path + strlen("accounts") + 1;
	char name[100], id[100];
	struct entry *d;

	if (strncmp(path, "accounts\037", 9) != 0 || !(rest = strchr(account, TOML_JOIN))) {
		if (strcmp(path, "display-name") == 0)
			snprintf(h->name, sizeof h->name, "%s", value);
		reader_passed(r);
		return;
	}
	snprintf(id, sizeof id, "%.*s", (int)(rest - account), account);
	d = find(h, r, id);
	dotted(rest + 1, name);
	/* Of the words of a command each has the row of all. */
	if (strstr(name, ".command.") && strspn(strrchr(name, '.') + 1, "0123456789") > 0)
		strrchr(name, '.')[1] = '\0';
	if (strcmp(name, "default") == 0 && strcmp(value, "true") == 0)
		snprintf(h->preferred, sizeof h->preferred, "%s", id);
	if (!d || entry_take(r, d, rows, name, value))
		return;
	if (concerns(name))
		reader_unknown(r, name);
	else
		reader_passed(r);
}

static void keep(struct reader *r, const struct himalaya *h, struct entry *d)
{
	if (!account_is_set(d->account, ACCOUNT_HOST)) {
		entry_free(d);
		return;
	}
	if (h->name[0] && !account_is_set(d->account, ACCOUNT_FROM_NAME))
		entry_set(r, d, ACCOUNT_FROM_NAME, h->name);
	/* Version 1 encrypts unless it is told not to. */
	if (d->tls == ENTRY_UNSAID)
		d->tls = ENTRY_YES;
	d->ports[NET_NONE] = 25;
	entry_keep(r, d);
}

int read_himalaya(struct reader *r, struct err *err)
{
	struct himalaya h = { .count = 0 };

	(void)err;
	toml_read(r, take_value, &h);
	for (size_t i = 0; i < h.count; i++)
		keep(r, &h, h.list[i]);
	if (h.preferred[0])
		entry_prefer(r, h.preferred);
	return 0;
}
