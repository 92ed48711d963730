/*
 * Files that are one document: Mailspring's config.json, and Thunderbird's autoconfig XML, which
 * describes a provider's server for whoever has an address there. And another outpost's
 * accounts.ini.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/text.h"
#include "mail/account.h"
#include "mail/addr.h"
#include "port/json.h"
#include "task/discover/autoconfig.h"
#include "task/import/readers.h"
#include "task/import/reader.h"

/* ---- Mailspring ---- */

static const char *text_of(const struct json *object, const char *key)
{
	const char *text = json_get_text(object, key);

	return text ? text : "";
}

static void keep_mailspring(struct reader *r, const struct json *account)
{
	const struct json *settings = json_get_object(account, "settings");
	const char *security = text_of(settings, "smtp_security");
	char port[24];
	struct entry *d;

	if (!*text_of(settings, "smtp_host")) {
		reader_note(r, "the account %.100s names no server for outgoing mail, so it is "
			       "left out", text_of(account, "emailAddress"));
		return;
	}
	d = entry_new(r, "");
	entry_set(r, d, ACCOUNT_ADDRESS, text_of(account, "emailAddress"));
	entry_set(r, d, ACCOUNT_FROM_NAME, text_of(account, "name"));
	entry_set(r, d, ACCOUNT_HOST, text_of(settings, "smtp_host"));
	entry_set(r, d, ACCOUNT_USER, text_of(settings, "smtp_username"));
	snprintf(port, sizeof port, "%lld", json_get_number(settings, "smtp_port"));
	if (strcmp(port, "0") != 0)
		entry_set(r, d, ACCOUNT_PORT, port);
	if (*text_of(settings, "smtp_password"))
		entry_password(r, d, text_of(settings, "smtp_password"));
	if (json_get_bool(settings, "smtp_allow_insecure_ssl"))
		reader_note(r, "certificates were not checked; outpost checks who the server is");
	d->starttls = text_eq_nocase(security, "STARTTLS") ? ENTRY_YES : ENTRY_NO;
	d->tls = text_has_nocase(security, "SSL") ? ENTRY_YES : ENTRY_NO;
	entry_keep(r, d);
}

int read_mailspring(struct reader *r, struct err *err)
{
	struct json *root = json_read(r->file->text, r->file->len, err);
	const struct json *all, *list;

	if (!root)
		return -1;
	all = json_get_object(root, "*");
	list = json_get_array(all ? all : root, "accounts");
	for (size_t i = 0; i < json_count(list); i++)
		keep_mailspring(r, json_at(list, i));
	if (!list)
		err_set(err, ERR_INPUT, "There is no list of accounts in it.");
	json_free(root);
	return list ? 0 : -1;
}

/* ---- autoconfig ---- */

/* Stands for an address that is not known; a name that is made from it shows where. */
#define NOBODY "part-before-the-at"
#define NOWHERE "address.invalid"

static void keep_candidate(struct reader *r, const struct discover_candidate *c)
{
	const char *address = r->params->address;
	struct entry *d = entry_new(r, "");
	char port[16];

	snprintf(port, sizeof port, "%d", c->port);
	entry_set(r, d, ACCOUNT_HOST, c->host);
	entry_set(r, d, ACCOUNT_PORT, port);
	if (address)
		entry_set(r, d, ACCOUNT_ADDRESS, address);
	/* The address is who signs in where nothing else is said. */
	if (strcmp(c->user, NOBODY "@" NOWHERE) != 0 && !strstr(c->user, NOBODY) &&
	    !strstr(c->user, NOWHERE))
		entry_set(r, d, ACCOUNT_USER, c->user);
	else if (strcmp(c->user, NOBODY "@" NOWHERE) != 0)
		reader_note(r, "the user name is made from the address: give it with --address");
	d->signin = c->signin == DISCOVER_NO_SIGNIN ? ENTRY_NO : ENTRY_YES;
	if (c->signin == DISCOVER_OAUTH2)
		entry_auth(r, d, "xoauth2");
	d->tls = c->security == NET_TLS ? ENTRY_YES : ENTRY_NO;
	d->starttls = c->security == NET_STARTTLS ? ENTRY_YES : ENTRY_NO;
	entry_keep(r, d);
}

int read_autoconfig(struct reader *r, struct err *err)
{
	struct discover_list *list = xcalloc(1, sizeof *list);
	const char *address = r->params->address ? r->params->address : NOBODY "@" NOWHERE;
	int rc = autoconfig_read(r->file->text, r->file->len, address, list, err);

	for (size_t i = 0; rc == 0 && i < list->count; i++)
		keep_candidate(r, &list->list[i]);
	free(list);
	return rc;
}

/* ---- another outpost ---- */

int read_outpost(struct reader *r, struct err *err)
{
	struct accounts *all = accounts_parse(r->file->name, r->file->text, r->file->len, err);
	const struct account_fault *faults;
	size_t count;

	if (!all)
		return -1;
	count = account_faults(all, &faults);
	for (size_t i = 0; i < count; i++) {
		r->line = faults[i].line;
		reader_note(r, "%s", faults[i].reason);
	}
	r->line = 0;
	for (size_t i = 0; i < account_count(all); i++)
		entry_keep_whole(r, account_at(all, i));
	entry_prefer(r, account_default(all));
	accounts_close(all);
	return 0;
}
