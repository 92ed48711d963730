/*
 * git send-email: the sections [sendemail] and [sendemail "IDENTITY"] of git's configuration
 * (git-config(1)). An identity has what [sendemail] says unless it says something else. The
 * password is git's credential helper's to find; one that runs a command for the server is
 * understood, as outpost export git writes it.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/text.h"
#include "task/import/lines.h"
#include "task/import/readers.h"
#include "task/import/vars.h"

struct git {
	struct vars vars;	/* "section\nsubsection\nkey", where it is of interest */
	char *section, *sub;	/* small letters; as it is; never NULL */
};

static const char *const sections[] = { "sendemail", "user", "credential", "include", "includeif",
					NULL };

static bool known_section(const char *name)
{
	for (size_t i = 0; sections[i]; i++)
		if (strcmp(sections[i], name) == 0)
			return true;
	return false;
}

/* ---- lines ---- */

/* [section], [section "sub"], [section.sub]; *at stands behind the bracket then. */
static bool take_heading(struct git *g, char **at)
{
	struct buf name = BUF_INIT(4096), sub = BUF_INIT(4096);
	char *p = *at + 1;

	for (; *p && !strchr(" \t\"].", *p); p++)
		buf_addc(&name, *p);
	if (*p == '.')
		for (p++; *p && *p != ']'; p++)
			buf_addc(&sub, *p);
	p += strspn(p, " \t");
	if (*p == '"')
		for (p++; *p && *p != '"'; p++)
			buf_addc(&sub, *p == '\\' && p[1] ? *++p : *p);
	p += *p == '"';
	free(g->section);
	free(g->sub);
	g->section = buf_detach(&name);
	g->sub = buf_detach(&sub);
	text_lower(g->section);
	*at = p + (*p == ']');
	return *p == ']';
}

/* Quotes, escapes, comments; blanks at the end that are not quoted go. */
static void decode(const char *p, struct buf *out)
{
	size_t keep = 0;
	bool quoted = false;

	for (; *p; p++) {
		if (*p == '"') {
			quoted = !quoted;
		} else if (*p == '\\' && p[1]) {
			const char *escape = strchr("nt", *++p);

			buf_addc(out, !escape ? *p : *escape == 'n' ? '\n' : '\t');
		} else if (!quoted && (*p == '#' || *p == ';')) {
			break;
		} else {
			buf_addc(out, *p);
		}
		if (quoted || !strchr(" \t", *p))
			keep = out->len;
	}
	buf_cut(out, keep);
}

static void read_file(struct reader *r, void *arg);

static void put(struct reader *r, struct git *g, const char *key, const char *value)
{
	char *name = xasprintf("%s\n%s\n%s", g->section, g->sub, key);

	if (strcmp(g->section, "include") == 0 && strcmp(key, "path") == 0)
		reader_follow(r, value, read_file, g);
	else if (strcmp(g->section, "includeif") == 0)
		reader_note(r, "%.100s is read only where its condition holds, and was not",
			    value);
	else
		vars_put(&g->vars, name, value, r->line);
	free(name);
}

static void take_line(struct reader *r, void *arg, char *line)
{
	struct git *g = arg;
	struct buf value = BUF_INIT_SECRET(IMPORT_MAX);
	char *mark;

	line += strspn(line, " \t");
	if (*line == '[' && !take_heading(g, &line)) {
		reader_unknown(r, "this heading");
		return;
	}
	line = text_trim(line);
	if (!*line || *line == '#' || *line == ';')
		return;
	if (!known_section(g->section)) {
		reader_passed(r);
		return;
	}
	mark = lines_value(line, '=');
	decode(mark ? mark : "true", &value);
	text_lower(line);
	put(r, g, line, buf_text(&value));
	buf_free(&value);
}

static void read_file(struct reader *r, void *arg)
{
	lines_each(r, true, take_line, arg);
}

/* ---- settings ---- */

static void take_server(struct reader *r, struct entry *d, const char *value)
{
	if (*value == '/' || strchr(value, ' ')) {
		entry_set(r, d, ACCOUNT_HOST, NULL);
		reader_note(r, "mail is handed to the program %.100s, which was not looked at",
			    value);
	} else {
		entry_set(r, d, ACCOUNT_HOST, value);
	}
}

static void take_encryption(struct reader *r, struct entry *d, const char *value)
{
	bool tls = text_eq_nocase(value, "ssl");
	bool plain = tls || !*value;

	d->tls = tls ? ENTRY_YES : ENTRY_NO;
	if (text_eq_nocase(value, "tls"))
		d->starttls = ENTRY_YES;
	else
		d->starttls = plain ? ENTRY_NO : entry_encrypts(r, value);
}

/* Several mechanisms are a choice, and so is what is taken here. */
static void take_auth(struct reader *r, struct entry *d, const char *value)
{
	if (!strchr(value, ' '))
		entry_auth(r, d, value);
}

static void take_certificates(struct reader *r, struct entry *d, const char *value)
{
	struct stat st;

	if (!*value)
		reader_note(r, "certificates were not checked; outpost checks who the server is");
	else if (stat(value, &st) == 0 && S_ISDIR(st.st_mode))
		reader_note(r, "a folder of certificates is not taken over: the system's serve");
	else
		entry_set(r, d, ACCOUNT_CA_FILE, value);
}

static const struct entry_row rows[] = {
	{ "smtpserver", ROW_CALL, take_server, NULL },
	{ "smtpserverport", ACCOUNT_PORT, NULL, NULL },
	{ "smtpencryption", ROW_CALL, take_encryption, NULL },
	{ "smtpuser", ACCOUNT_USER, NULL, NULL },
	{ "smtppass", ROW_CALL, entry_password, NULL },
	{ "smtpauth", ROW_CALL, take_auth, NULL },
	{ "smtpsslcertpath", ROW_CALL, take_certificates, NULL },
	{ "smtpdomain", ACCOUNT_EHLO_NAME, NULL, NULL },
	{ "from", ROW_CALL, entry_from, NULL },
	{ "sendmailcmd", ROW_WHY, NULL, "its program was not looked at" },
	{ .name = NULL },
};

/* What belongs to one section goes to the entry. */
static void take_section(struct reader *r, const struct git *g, const char *sub, struct entry *d)
{
	char *begin = xasprintf("sendemail\n%s\n", sub);
	size_t n = strlen(begin);

	for (size_t i = 0; i < g->vars.count; i++) {
		const struct var *v = &g->vars.list[i];

		if (strncmp(v->name, begin, n) != 0 || strchr(v->name + n, '\n'))
			continue;
		r->line = v->line;
		if (entry_take(r, d, rows, v->name + n, v->value))
			continue;
		if (strncmp(v->name + n, "smtp", 4) == 0)
			reader_unknown(r, v->name + n);
		else
			reader_passed(r);
	}
	free(begin);
}

/* ---- the password ---- */

/* The command in a helper that prints "password=" before what it prints; NULL. Free it. */
static char *helper_command(const char *helper)
{
	static const char *const forms[][2] = { { "\"$( (", ") | head -n 1)\"" },
						{ "\"$(", ")\"" } };
	const char *begin = *helper == '!' ? strstr(helper, "password=") : NULL;

	for (size_t i = 0; begin && i < 2; i++) {
		const char *command = strstr(begin, forms[i][0]), *end = NULL;

		if (!command)
			continue;
		command += strlen(forms[i][0]);
		/* The last one: there may be the like in the command. */
		for (const char *p = command; (p = strstr(p, forms[i][1])); p++)
			end = p;
		if (end)
			return xstrndup(command, (size_t)(end - command));
	}
	return NULL;
}

static void find_helper(struct reader *r, const struct git *g, struct entry *d)
{
	const char *host = account_get(d->account, ACCOUNT_HOST);
	const char *port = account_get(d->account, ACCOUNT_PORT);
	char *key = strchr(host, ':')
			    ? xasprintf("credential\nsmtp://[%s]:%s\nhelper", host, port)
			    : xasprintf("credential\nsmtp://%s:%s\nhelper", host, port);
	const struct var *v = vars_find(&g->vars, key);
	char *command = v ? helper_command(v->value) : NULL;

	free(key);
	if (command && !d->password) {
		entry_command(d, command);
	} else if (v && *v->value) {
		r->line = v->line;
		reader_note(r, "this credential helper is git's alone");
	}
	free(command);
}

/* ---- together ---- */

static void add_person(struct reader *r, const struct git *g, struct entry *d)
{
	const char *email = vars_get(&g->vars, "user\n\nemail");
	const char *name = vars_get(&g->vars, "user\n\nname");

	if (account_is_set(d->account, ACCOUNT_ADDRESS))
		return;
	r->line = 0;
	if (email)
		entry_from(r, d, email);
	if (name)
		entry_set(r, d, ACCOUNT_FROM_NAME, name);
}

static void keep(struct reader *r, const struct git *g, struct entry *d)
{
	if (!account_is_set(d->account, ACCOUNT_HOST)) {
		entry_free(d);
		return;
	}
	d->ports[NET_NONE] = d->ports[NET_STARTTLS] = 25;
	add_person(r, g, d);
	find_helper(r, g, d);
	r->line = 0;
	entry_keep(r, d);
}

/* Each subsection once, where its first line is. */
static void keep_identities(struct reader *r, const struct git *g)
{
	/* The lines of [sendemail] were counted before. */
	const size_t passed = r->result->passed;

	for (size_t i = 0; i < g->vars.count; i++) {
		const char *sub = g->vars.list[i].name + strlen("sendemail\n"), *end;
		bool seen = false;
		struct entry *d;
		char *name;

		if (strncmp(g->vars.list[i].name, "sendemail\n", 10) != 0 || *sub == '\n')
			continue;
		end = strchr(sub, '\n');
		for (size_t k = 0; k < i; k++)
			seen |= strncmp(g->vars.list[k].name, g->vars.list[i].name,
					(size_t)(end - g->vars.list[i].name) + 1) == 0;
		if (seen)
			continue;
		name = xstrndup(sub, (size_t)(end - sub));
		r->line = g->vars.list[i].line;
		d = entry_new(r, name);
		take_section(r, g, "", d);
		r->result->passed = passed;
		take_section(r, g, name, d);
		keep(r, g, d);
		free(name);
	}
}

int read_git(struct reader *r, struct err *err)
{
	struct git g = { .section = xstrdup(""), .sub = xstrdup("") };
	const char *identity;
	struct entry *d;

	(void)err;
	read_file(r, &g);
	r->line = 0;
	d = entry_new(r, "");
	take_section(r, &g, "", d);
	keep(r, &g, d);
	keep_identities(r, &g);
	identity = vars_get(&g.vars, "sendemail\n\nidentity");
	if (identity)
		entry_prefer(r, identity);
	r->line = 0;
	vars_clear(&g.vars);
	free(g.section);
	free(g.sub);
	return 0;
}
