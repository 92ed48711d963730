/* From what a file said to an account: what it left open, and where the password comes from. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/dirs.h"
#include "base/err.h"
#include "base/secret.h"
#include "base/text.h"
#include "mail/addr.h"
#include "mail/provider.h"
#include "port/program.h"
#include "task/import/reader.h"

/* ---- the password ---- */

/* A word is that value; what splits a line has put the home folder in the place of ~. */
static bool is_value(const char *word, const char *value)
{
	char *expanded = dirs_expand(value);
	bool same = strcmp(word, value) == 0 || strcmp(word, expanded) == 0;

	free(expanded);
	return same;
}

/* secret-tool lookup with what our own item has, and nothing else: then it is that one. */
static bool is_our_item(const struct account *a, char *const *words, size_t count)
{
	const char *const known[][2] = {
		{ "host", account_get(a, ACCOUNT_HOST) },
		{ "server", account_get(a, ACCOUNT_HOST) },
		{ "user", account_user(a) },
		{ "service", "smtp" },
		{ "protocol", "smtp" },
	};

	if (count < 4 || count % 2 || strcmp(words[0], "secret-tool") != 0 ||
	    strcmp(words[1], "lookup") != 0)
		return false;
	for (size_t i = 2; i < count; i += 2) {
		size_t k = 0;

		while (k < 5 && (strcmp(known[k][0], words[i]) != 0 ||
				 !is_value(words[i + 1], known[k][1])))
			k++;
		if (k == 5)
			return false;
	}
	return true;
}

/* cat FILE, as far as our own rules for such a file allow to read it. */
static bool is_file(char *const *words, size_t count)
{
	struct stat st;
	char *path;
	bool good;

	if (count != 2 || strcmp(words[0], "cat") != 0 ||
	    (words[1][0] != '/' && strncmp(words[1], "~/", 2) != 0))
		return false;
	path = dirs_expand(words[1]);
	good = stat(path, &st) < 0 || (S_ISREG(st.st_mode) && (st.st_mode & 077) == 0);
	free(path);
	return good;
}

static bool is_outpost(char *const *words, size_t count)
{
	const char *slash = count > 2 ? strrchr(words[0], '/') : NULL;
	const char *name = slash ? slash + 1 : count > 2 ? words[0] : "";

	return strcmp(name, "outpost") == 0 && strcmp(words[1], "password") == 0 &&
	       strcmp(words[2], "show") == 0;
}

/* As a shell splits it; a % means nothing here. */
static char **split(const char *command, size_t *count)
{
	struct buf text = BUF_INIT(4 * IMPORT_MAX);
	char **words;

	for (; *command; command++)
		buf_adds(&text, *command == '%' ? "%%" : (char[]){ *command, '\0' });
	words = program_words(buf_text(&text), "", NULL);
	buf_free(&text);
	for (*count = 0; words && words[*count];)
		++*count;
	/* One word more was added for what a command is asked. */
	*count -= *count > 0;
	return words;
}

static void take_command(struct reader *r, struct entry *d)
{
	size_t count;
	char **words = split(d->command, &count);

	if (is_our_item(d->account, words, count)) {
		entry_set(r, d, ACCOUNT_PASSWORD, NULL);
	} else if (is_file(words, count)) {
		entry_set(r, d, ACCOUNT_PASSWORD, "file");
		entry_set(r, d, ACCOUNT_PASSWORD_FILE, words[1]);
	} else if (is_outpost(words, count)) {
		reader_note(r, "the password comes from outpost itself; give it once more");
	} else {
		entry_set(r, d, ACCOUNT_PASSWORD, "command");
		entry_set(r, d, ACCOUNT_PASSWORD_COMMAND, d->command);
	}
	program_words_free(words);
	/* One that did not fit leaves none behind. */
	if (strcmp(account_get(d->account, ACCOUNT_PASSWORD), "command") == 0 &&
	    !account_is_set(d->account, ACCOUNT_PASSWORD_COMMAND))
		entry_set(r, d, ACCOUNT_PASSWORD, NULL);
}

/* It would be missed later, when the server asks for it. */
static void note_unused(struct reader *r, const struct entry *d)
{
	int line = r->line;

	r->line = d->line;
	reader_note(r, "it does not sign in, so its password is not taken");
	r->line = line;
}

static void settle_signin(struct reader *r, struct entry *d)
{
	struct account *a = d->account;
	bool user = account_is_set(a, ACCOUNT_USER);
	bool certificate = strcmp(account_get(a, ACCOUNT_AUTH), "external") == 0;

	if (d->signin == ENTRY_NO || (d->signin == ENTRY_UNSAID && !user)) {
		if (d->password || d->command)
			note_unused(r, d);
		entry_set(r, d, ACCOUNT_AUTH, NULL);
		entry_set(r, d, ACCOUNT_USER, NULL);
		entry_set(r, d, ACCOUNT_PASSWORD, "none");
		secret_free(d->password);
		d->password = NULL;
	} else if (d->command && !certificate) {
		take_command(r, d);
	}
	if (certificate && !account_is_set(a, ACCOUNT_CLIENT_CERT)) {
		reader_note(r, "signing in with a certificate needs one, and none is named");
		entry_set(r, d, ACCOUNT_AUTH, NULL);
	}
}

/* ---- the rest ---- */

static void settle_server(struct reader *r, struct entry *d)
{
	static const char *const names[] = {
		[NET_NONE] = "none", [NET_STARTTLS] = "starttls", [NET_TLS] = "tls"
	};
	enum net_security security = d->tls == ENTRY_YES        ? NET_TLS
				     : d->starttls == ENTRY_YES ? NET_STARTTLS
								: NET_NONE;
	char port[16];

	entry_set(r, d, ACCOUNT_SECURITY, names[security]);
	snprintf(port, sizeof port, "%d", d->ports[security]);
	if (!account_is_set(d->account, ACCOUNT_PORT) && d->ports[security])
		entry_set(r, d, ACCOUNT_PORT, port);
	else if (!account_is_set(d->account, ACCOUNT_PORT))
		entry_set(r, d, ACCOUNT_PORT, account_get(d->account, ACCOUNT_PORT));
}

static void settle_address(struct reader *r, struct entry *d)
{
	struct account *a = d->account;
	const char *user = account_get(a, ACCOUNT_USER);
	const struct provider *p;

	if (!account_is_set(a, ACCOUNT_ADDRESS) && *user && addr_check(user, NULL) == 0)
		entry_set(r, d, ACCOUNT_ADDRESS, user);
	if (*user && strcmp(user, account_get(a, ACCOUNT_ADDRESS)) == 0)
		entry_set(r, d, ACCOUNT_USER, NULL);
	p = provider_by_domain(account_get(a, ACCOUNT_ADDRESS));
	if (p && text_eq_nocase(p->host, account_get(a, ACCOUNT_HOST)))
		entry_set(r, d, ACCOUNT_PROVIDER, p->id);
}

static bool alike(const struct account *a, const struct account *b)
{
	static const enum account_key keys[] = { ACCOUNT_ADDRESS, ACCOUNT_HOST, ACCOUNT_PORT,
						 ACCOUNT_USER };

	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		if (!text_eq_nocase(account_get(a, keys[i]), account_get(b, keys[i])))
			return false;
	return true;
}

const struct account *import_same(const struct account *account, const struct accounts *all)
{
	for (size_t i = 0; i < account_count(all); i++)
		if (alike(account, account_at(all, i)))
			return account_at(all, i);
	return NULL;
}

static bool is_found(const struct import_result *result, const struct account *a)
{
	for (size_t i = 0; i < result->count; i++)
		if (alike(result->found[i].account, a))
			return true;
	return false;
}

/* ---- names ---- */

/* An id made of what the program calls it; "" when nothing is left of it. */
static void make_id(const char *name, char id[58])
{
	size_t n = 0;

	if (strlen(name) < 58 && account_check_id(name, NULL) == 0) {
		strcpy(id, name);
		return;
	}
	for (; *name && n < 57; name++) {
		unsigned char c = (unsigned char)*name;

		if (c < 0x80 && isalnum(c))
			id[n++] = (char)tolower(c);
		else if (n > 0 && strchr("._-", c))
			id[n++] = (char)c;
		else if (n > 0 && id[n - 1] != '-')
			id[n++] = '-';
	}
	while (n > 0 && strchr("._-", id[n - 1]))
		n--;
	id[n] = '\0';
}

static bool id_is_found(const struct import_result *result, const char *id)
{
	for (size_t i = 0; i < result->count; i++)
		if (strcmp(account_id(result->found[i].account), id) == 0)
			return true;
	return false;
}

/* A copy of it under another name; takes the old one. */
static struct account *rename_account(struct account *a, const char *id)
{
	struct account *named = account_new(id);

	for (int key = 0; key < ACCOUNT_KEYS; key++)
		if (account_is_set(a, (enum account_key)key))
			account_set(named, (enum account_key)key,
				    account_get(a, (enum account_key)key), NULL);
	account_free(a);
	return named;
}

static void name_account(struct reader *r, struct entry *d)
{
	const char *address = account_get(d->account, ACCOUNT_ADDRESS);
	char id[58], unique[80];

	make_id(d->name, id);
	if (!*id) {
		char *suggested = account_suggest_id(
			NULL, *address ? address : account_get(d->account, ACCOUNT_HOST));

		snprintf(id, sizeof id, "%s", suggested);
		free(suggested);
	}
	snprintf(unique, sizeof unique, "%s", id);
	for (int i = 2; id_is_found(r->result, unique); i++)
		snprintf(unique, sizeof unique, "%s-%d", id, i);
	d->account = rename_account(d->account, unique);
}

static char *place(const struct reader *r, const struct entry *d)
{
	char name[200];

	text_visible_into(name, sizeof name, d->name, strlen(d->name));
	return name[0] ? xasprintf("%s, account %s", r->file->name, name)
		       : xstrdup(r->file->name);
}

struct account *import_account(const struct import_found *found, const struct accounts *all,
			       bool replace)
{
	const char *id = account_id(found->account);
	char free_id[80];

	snprintf(free_id, sizeof free_id, "%s", id);
	for (int i = 2; !replace && account_find(all, free_id); i++)
		snprintf(free_id, sizeof free_id, "%s-%d", id, i);
	return rename_account(account_copy(found->account), free_id);
}

/* ---- together ---- */

static bool complete(struct reader *r, const struct entry *d)
{
	if (!account_is_set(d->account, ACCOUNT_HOST)) {
		reader_note(r, "the account%s%.100s names no server, so it is left out",
			    d->name[0] ? " " : "", d->name);
		return false;
	}
	if (r->result->count == IMPORT_ACCOUNTS) {
		reader_note(r, "more than %d accounts are not read", IMPORT_ACCOUNTS);
		return false;
	}
	return true;
}

static void add(struct reader *r, struct entry *d)
{
	struct import_result *result = r->result;

	name_account(r, d);
	result->found = xreallocarray(result->found, result->count + 1, sizeof *result->found);
	result->found[result->count++] = (struct import_found){
		.account = d->account, .password = d->password, .where = place(r, d) };
	d->account = NULL;
	d->password = NULL;
}

void entry_keep(struct reader *r, struct entry *d)
{
	int line = r->line;

	r->line = d->line;
	if (complete(r, d)) {
		settle_server(r, d);
		settle_signin(r, d);
		settle_address(r, d);
		if (!is_found(r->result, d->account))
			add(r, d);
	}
	r->line = line;
	entry_free(d);
}

void entry_keep_whole(struct reader *r, const struct account *a)
{
	struct entry *d = entry_new(r, account_id(a));

	account_free(d->account);
	d->account = account_copy(a);
	if (complete(r, d) && !is_found(r->result, a))
		add(r, d);
	entry_free(d);
}

void entry_prefer(struct reader *r, const char *name)
{
	struct import_result *result = r->result;
	struct import_found first;
	char id[58];
	size_t i = 0;

	make_id(name, id);
	while (i < result->count && strcmp(account_id(result->found[i].account), id) != 0)
		i++;
	if (i == result->count)
		return;
	first = result->found[i];
	memmove(result->found + 1, result->found, i * sizeof *result->found);
	result->found[0] = first;
}
