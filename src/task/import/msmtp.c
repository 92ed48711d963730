/*
 * msmtp: a setting a line, up to the next "account". The value is the rest of the line, one pair of
 * double quotes around it is taken off, and there are no escapes. "defaults" are for the accounts
 * behind them; "account NAME : OTHER" begins with what OTHER has.
 */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/text.h"
#include "task/import/lines.h"
#include "task/import/readers.h"

struct msmtp {
	struct reader *r;
	struct entry *list[IMPORT_ACCOUNTS + 1];
	size_t count;
	struct entry *defaults;
	struct entry *now;	/* lent: one of these */
	char *preferred;
};

static void take_timeout(struct reader *r, struct entry *d, const char *value)
{
	entry_set(r, d, ACCOUNT_TIMEOUT, text_eq_nocase(value, "off") ? NULL : value);
}

static void take_trust(struct reader *r, struct entry *d, const char *value)
{
	entry_set(r, d, ACCOUNT_CA_FILE, strcmp(value, "system") == 0 ? NULL : value);
}

static void take_certcheck(struct reader *r, struct entry *d, const char *value)
{
	(void)d;
	if (entry_truth(value) == ENTRY_NO)
		reader_note(r, "tls_certcheck off is not taken over: outpost checks who the "
			       "server is");
}

static void take_protocol(struct reader *r, struct entry *d, const char *value)
{
	(void)d;
	if (!text_eq_nocase(value, "smtp"))
		reader_unknown(r, "a protocol other than smtp");
}

static void take_auth(struct reader *r, struct entry *d, const char *value)
{
	entry_auth(r, d, *value ? value : "on");
}

static const struct entry_row rows[] = {
	{ "host", ACCOUNT_HOST, NULL, NULL },
	{ "port", ACCOUNT_PORT, NULL, NULL },
	{ "timeout", ROW_CALL, take_timeout, NULL },
	{ "connect_timeout", ROW_CALL, take_timeout, NULL },
	{ "protocol", ROW_CALL, take_protocol, NULL },
	{ "domain", ACCOUNT_EHLO_NAME, NULL, NULL },
	{ "from", ROW_CALL, entry_from, NULL },
	{ "from_full_name", ACCOUNT_FROM_NAME, NULL, NULL },
	{ "user", ACCOUNT_USER, NULL, NULL },
	{ "password", ROW_CALL, entry_password, NULL },
	{ "passwordeval", ROW_CALL, entry_take_command, NULL },
	{ "auth", ROW_CALL, take_auth, NULL },
	{ "tls", ROW_CALL, entry_take_tls, NULL },
	{ "tls_starttls", ROW_CALL, entry_take_starttls, NULL },
	{ "tls_trust_file", ROW_CALL, take_trust, NULL },
	{ "tls_certcheck", ROW_CALL, take_certcheck, NULL },
	{ "tls_cert_file", ACCOUNT_CLIENT_CERT, NULL, NULL },
	{ "tls_key_file", ACCOUNT_CLIENT_KEY, NULL, NULL },
	{ "source_ip", ACCOUNT_SOURCE, NULL, NULL },
	{ "eval", ROW_WHY, NULL, "its command is not run" },
	{ "logfile", ROW_PASS, NULL, NULL },
	{ "logfile_time_format", ROW_PASS, NULL, NULL },
	{ "syslog", ROW_PASS, NULL, NULL },
	{ "aliases", ROW_PASS, NULL, NULL },
	{ "add_missing_from_header", ROW_PASS, NULL, NULL },
	{ "add_missing_date_header", ROW_PASS, NULL, NULL },
	{ "set_from_header", ROW_PASS, NULL, NULL },
	{ "set_date_header", ROW_PASS, NULL, NULL },
	{ "set_msgid_header", ROW_PASS, NULL, NULL },
	{ "remove_bcc_headers", ROW_PASS, NULL, NULL },
	{ "undisclosed_recipients", ROW_PASS, NULL, NULL },
	{ .name = NULL },
};

static struct entry *find(const struct msmtp *m, const char *name)
{
	for (size_t i = 0; i < m->count; i++)
		if (strcmp(m->list[i]->name, name) == 0)
			return m->list[i];
	return NULL;
}

/* "NAME" or "NAME : OTHER, OTHER"; of several the first gives what it has. */
static void begin_account(struct msmtp *m, char *value)
{
	char *base = strchr(value, ':'), *name;
	const struct entry *from = m->defaults;

	if (base) {
		*base++ = '\0';
		base = text_trim(base);
		from = find(m, base);
	}
	name = text_trim(value);
	if (base && strcmp(name, "default") == 0 && from) {
		free(m->preferred);
		m->preferred = xstrdup(base);
		m->now = (struct entry *)from;
		return;
	}
	if (!from) {
		reader_note(m->r, "there is no account %.100s before this line", base);
		from = m->defaults;
	}
	if (m->count == IMPORT_ACCOUNTS) {
		reader_note(m->r, "more than %d accounts are not read", IMPORT_ACCOUNTS);
		m->now = NULL;
		return;
	}
	m->now = m->list[m->count++] = entry_copy(from, m->r, name);
}

static void take_line(struct reader *r, void *arg, char *line)
{
	struct msmtp *m = arg;
	char *rest = text_trim(line), *word;

	if (!*rest || *rest == '#')
		return;
	word = lines_word(&rest);
	rest = lines_unquote(rest, '"');
	if (strcmp(word, "account") == 0)
		begin_account(m, rest);
	else if (strcmp(word, "defaults") == 0)
		m->now = m->defaults;
	else if (m->now && !entry_take(r, m->now, rows, word, rest))
		reader_unknown(r, word);
}

/* STARTTLS is what "tls on" means where nothing else is said, and its port is 25. */
static void keep(struct msmtp *m, struct entry *d)
{
	if (d->tls == ENTRY_YES && d->starttls != ENTRY_NO) {
		d->tls = ENTRY_NO;
		d->starttls = ENTRY_YES;
	} else if (d->tls != ENTRY_YES) {
		d->starttls = ENTRY_NO;
	}
	/* A user alone does not sign in. */
	if (d->signin == ENTRY_UNSAID)
		d->signin = ENTRY_NO;
	d->ports[NET_NONE] = d->ports[NET_STARTTLS] = 25;
	entry_keep(m->r, d);
}

int read_msmtp(struct reader *r, struct err *err)
{
	struct msmtp m = { .r = r, .defaults = entry_new(r, "default") };

	(void)err;
	m.now = m.defaults;
	lines_each(r, false, take_line, &m);
	for (size_t i = 0; i < m.count; i++)
		keep(&m, m.list[i]);
	entry_prefer(r, m.preferred ? m.preferred : "default");
	entry_free(m.defaults);
	free(m.preferred);
	return 0;
}
