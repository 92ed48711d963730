/*
 * Small programs that send a computer's mail on: ssmtp, esmtp, nullmailer, dma. Their files are
 * short, and every line of them is about that.
 */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/text.h"
#include "mail/addr.h"
#include "task/import/lines.h"
#include "task/import/readers.h"

static void reader_each(struct reader *r, struct entry **d,
			void (*take)(struct reader *r, struct entry **d, char *line))
{
	struct lines lines;
	char *line;

	lines_begin(&lines, r);
	while ((line = lines_next(&lines))) {
		line = text_trim(line);
		if (*line && *line != '#')
			take(r, d, line);
	}
	lines_end(&lines);
}

/* "host:port", where a host may be an IPv6 address without brackets: the last ':' counts, if what
 * stands before it is a host. */
static void take_server(struct reader *r, struct entry *d, const char *value)
{
	char *host = xstrdup(value), *port = strrchr(host, ':');

	if (*host != '[' && port && port != strchr(host, ':')) {
		*port++ = '\0';
		if (addr_check_host(host, NULL) == 0) {
			entry_set(r, d, ACCOUNT_HOST, host);
			entry_set(r, d, ACCOUNT_PORT, port);
			free(host);
			return;
		}
	}
	entry_server(r, d, value);
	free(host);
}

/* ---- ssmtp: "Key=Value", which ends at a blank, '#' or '=' ---- */

static const struct entry_row ssmtp_rows[] = {
	{ "mailhub", ROW_CALL, take_server, NULL },
	{ "usetls", ROW_CALL, entry_take_tls, NULL },
	{ "usestarttls", ROW_CALL, entry_take_starttls, NULL },
	{ "authuser", ACCOUNT_USER, NULL, NULL },
	{ "authpass", ROW_CALL, entry_password, NULL },
	{ "authmethod", ROW_CALL, entry_auth, NULL },
	{ "tls_ca_file", ACCOUNT_CA_FILE, NULL, NULL },
	{ "tlscert", ACCOUNT_CLIENT_CERT, NULL, NULL },
	{ "tlskey", ACCOUNT_CLIENT_KEY, NULL, NULL },
	{ "hostname", ROW_PASS, NULL, NULL },
	{ "root", ROW_PASS, NULL, NULL },
	{ "rewritedomain", ROW_PASS, NULL, NULL },
	{ "fromlineoverride", ROW_PASS, NULL, NULL },
	{ "usetlscert", ROW_PASS, NULL, NULL },
	{ "debug", ROW_PASS, NULL, NULL },
	{ .name = NULL },
};

static void take_ssmtp(struct reader *r, struct entry **d, char *line)
{
	char *value;

	line[strcspn(line, "#")] = '\0';
	value = lines_value(line, '=');
	if (value)
		value[strcspn(value, " \t=")] = '\0';
	if (!value || !entry_take(r, *d, ssmtp_rows, line, value))
		reader_unknown(r, line);
}

int read_ssmtp(struct reader *r, struct err *err)
{
	struct entry *d = entry_new(r, "");

	(void)err;
	reader_each(r, &d, take_ssmtp);
	if (d->starttls == ENTRY_YES)
		d->tls = ENTRY_NO;
	d->ports[NET_NONE] = d->ports[NET_STARTTLS] = 25;
	entry_keep(r, d);
	return 0;
}

/* ---- esmtp: "key = value", in double quotes or bare; "identity" begins another ---- */

static const struct entry_row esmtp_rows[] = {
	{ "hostname", ROW_CALL, take_server, NULL },
	{ "username", ACCOUNT_USER, NULL, NULL },
	{ "password", ROW_CALL, entry_password, NULL },
	{ "starttls", ROW_CALL, entry_take_starttls, NULL },
	{ "helo", ACCOUNT_EHLO_NAME, NULL, NULL },
	{ "preconnect", ROW_WHY, NULL, "its command is not run" },
	{ "postconnect", ROW_WHY, NULL, "its command is not run" },
	{ "mda", ROW_PASS, NULL, NULL },
	{ "qualifydomain", ROW_PASS, NULL, NULL },
	{ .name = NULL },
};

static void keep_esmtp(struct reader *r, struct entry *d)
{
	for (size_t i = 0; i < 3; i++)
		d->ports[i] = 587;
	entry_keep(r, d);
}

static void take_esmtp(struct reader *r, struct entry **d, char *line)
{
	size_t n = strcspn(line, " \t=");
	char *value = line + n + strspn(line + n, " \t=");

	if (*value)
		line[n] = '\0';
	if (*value == '"')
		value[1 + strcspn(value + 1, "\"")] = '\0';
	value += *value == '"';
	if (text_eq_nocase(line, "identity")) {
		/* Without a server the lines before it are what it begins with. */
		struct entry *next = entry_copy(*d, r, "");

		if (account_is_set((*d)->account, ACCOUNT_HOST))
			keep_esmtp(r, *d);
		else
			entry_free(*d);
		*d = next;
		entry_from(r, next, value);
	} else if (text_eq_nocase(line, "default")) {
		reader_passed(r);
	} else if (!entry_take(r, *d, esmtp_rows, line, value)) {
		reader_unknown(r, line);
	}
}

int read_esmtp(struct reader *r, struct err *err)
{
	struct entry *d = entry_new(r, "");

	(void)err;
	reader_each(r, &d, take_esmtp);
	keep_esmtp(r, d);
	return 0;
}

/* ---- nullmailer: a server a line, words as a shell has them ---- */

static void take_login(struct reader *r, struct entry *d, const char *value)
{
	(void)value;
	entry_auth(r, d, "login");
}

static void take_insecure(struct reader *r, struct entry *d, const char *value)
{
	(void)d;
	(void)value;
	reader_note(r, "insecure is not taken over: outpost checks who the server is");
}

static const struct entry_row nullmailer_rows[] = {
	{ "port", ACCOUNT_PORT, NULL, NULL },
	{ "user", ACCOUNT_USER, NULL, NULL },
	{ "pass", ROW_CALL, entry_password, NULL },
	{ "auth-login", ROW_CALL, take_login, NULL },
	{ "starttls", ROW_CALL, entry_take_starttls, NULL },
	{ "tls", ROW_CALL, entry_take_tls, NULL },
	{ "ssl", ROW_CALL, entry_take_tls, NULL },
	{ "insecure", ROW_CALL, take_insecure, NULL },
	{ "x509cafile", ACCOUNT_CA_FILE, NULL, NULL },
	{ "x509certfile", ACCOUNT_CLIENT_CERT, NULL, NULL },
	{ "source", ACCOUNT_SOURCE, NULL, NULL },
	{ .name = NULL },
};

/* "key=value", "--key=value" or "key" */
static void take_word(struct reader *r, struct entry *d, char *word)
{
	char *name = strncmp(word, "--", 2) == 0 ? word + 2 : word;
	char *value = strchr(name, '=');

	if (value)
		*value++ = '\0';
	if (!entry_take(r, d, nullmailer_rows, name, value ? value : ""))
		reader_unknown(r, name);
}

static void take_nullmailer(struct reader *r, struct entry **unused, char *line)
{
	struct buf word = BUF_INIT_SECRET(IMPORT_MAX);
	struct entry *d = entry_new(r, "");
	const char *at = line;

	(void)unused;
	d->ports[NET_NONE] = d->ports[NET_STARTTLS] = 25;
	for (int i = 0; *at; i++) {
		buf_clear(&word);
		if (lines_shell_word(&at, "", &word) < 0) {
			reader_note(r, "a quote is not closed");
			break;
		}
		at += strspn(at, " \t");
		if (i == 0)
			entry_set(r, d, ACCOUNT_HOST, buf_text(&word));
		else if (i == 1 && strcmp(buf_text(&word), "smtp") == 0)
			continue;
		else if (word.len > 0)
			take_word(r, d, word.data);
	}
	entry_keep(r, d);
	buf_free(&word);
}

int read_nullmailer(struct reader *r, struct err *err)
{
	(void)err;
	reader_each(r, NULL, take_nullmailer);
	return 0;
}

/* ---- dma: "KEY value" and bare words; the passwords in a file beside it ---- */

static void take_auth(struct reader *r, void *arg, char *line)
{
	struct entry *d = arg;
	const char *want = account_get(d->account, ACCOUNT_HOST);
	char *host = strchr(line, '|');
	size_t n = strlen(want);

	if (!host || !strchr(host, ':')) {
		if (*line && *line != '#')
			reader_unknown(r, "what is not user|host:password");
		return;
	}
	*host++ = '\0';
	if (!text_prefix_nocase(host, want) || host[n] != ':')
		return;
	entry_set(r, d, ACCOUNT_USER, line);
	entry_password(r, d, host + n + 1);
}

static void read_auth(struct reader *r, void *arg)
{
	lines_each(r, false, take_auth, arg);
}

static void take_authpath(struct reader *r, struct entry *d, const char *value)
{
	const char *slash = strrchr(value, '/');

	d->signin = ENTRY_YES;
	/* The host is needed to find the line, and may stand below. */
	(void)r;
	free(d->name);
	d->name = xstrdup(slash ? slash + 1 : value);
}

static const struct entry_row dma_rows[] = {
	{ "smarthost", ACCOUNT_HOST, NULL, NULL },
	{ "port", ACCOUNT_PORT, NULL, NULL },
	{ "authpath", ROW_CALL, take_authpath, NULL },
	{ "securetransfer", ROW_CALL, entry_take_tls, NULL },
	{ "starttls", ROW_CALL, entry_take_starttls, NULL },
	{ "masquerade", ROW_CALL, entry_from, NULL },
	{ "certfile", ACCOUNT_CLIENT_CERT, NULL, NULL },
	{ "opportunistic_tls", ROW_WHY, NULL, "outpost insists on the encryption" },
	{ "aliases", ROW_PASS, NULL, NULL },
	{ "spooldir", ROW_PASS, NULL, NULL },
	{ "defer", ROW_PASS, NULL, NULL },
	{ "mailname", ROW_PASS, NULL, NULL },
	{ "verifycert", ROW_PASS, NULL, NULL },
	{ .name = NULL },
};

static void take_dma(struct reader *r, struct entry **d, char *line)
{
	char *word = lines_word(&line);

	if (!entry_take(r, *d, dma_rows, word, line))
		reader_unknown(r, word);
}

int read_dma(struct reader *r, struct err *err)
{
	struct entry *d = entry_new(r, "");
	char *auth;

	(void)err;
	reader_each(r, &d, take_dma);
	auth = xstrdup(d->name);
	d->name[0] = '\0';
	if (*auth && !reader_beside(r, auth, read_auth, d))
		reader_note(r, "the file %.100s with the password is not beside it", auth);
	free(auth);
	/* STARTTLS says how SECURETRANSFER begins. */
	if (d->starttls == ENTRY_YES)
		d->tls = ENTRY_NO;
	for (size_t i = 0; i < 3; i++)
		d->ports[i] = 25;
	entry_keep(r, d);
	return 0;
}
