#include "task/export/values.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/secret.h"
#include "base/template.h"
#include "base/text.h"
#include "mail/account.h"
#include "mail/addr.h"
#include "port/crypt.h"
#include "task/export/quote.h"

#define TEXT_MAX (64 * 1024)

struct export_values {
	char *list[EXPORT_NAMES]; /* never NULL */
	const struct secret *password; /* lent; NULL: it is left out */
};

void export_value_set(struct export_values *v, const char *name, const char *value)
{
	long at = export_name_at(name);

	if (at < 0)
		die("export: no name %s", name);
	free(v->list[at]);
	v->list[at] = xstrdup(value);
}

const char *export_value(const struct export_values *v, const char *name)
{
	long at = export_name_at(name);

	if (v->password && strcmp(name, "password") == 0)
		return secret_text(v->password);
	return at < 0 ? NULL : v->list[at];
}

static void set_yes(struct export_values *v, const char *name, bool yes)
{
	export_value_set(v, name, yes ? "yes" : "");
}

/* ---- how a program gets the password ---- */

/* A word for /bin/sh. Other programs read the line before it does, some of them badly: no
 * quotes where none are needed. */
static int add_word(struct buf *out, const char *word, struct err *err)
{
	static const char safe[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				   "-_./@:+,=%";

	if (word[0] && strspn(word, safe) == strlen(word))
		return buf_adds(out, word);
	return export_quote_write(export_quote_by_name("sh"), word, "the password command", out,
				  err);
}

static int add_words(struct buf *out, const char *const *words, struct err *err)
{
	for (; *words; words++)
		if ((out->len > 0 && buf_addc(out, ' ') < 0) || add_word(out, *words, err) < 0)
			return -1;
	return 0;
}

static int add_command(const struct export_values *v, const struct store_ref *ref, struct buf *out,
		       struct err *err)
{
	const char *const lookup[] = { "secret-tool", "lookup", "host", ref->host, "service",
				       "smtp", "user", ref->user, NULL };
	const char *const file[] = { "cat", ref->source, NULL };
	const char *const show[] = { export_value(v, "outpost"), "password", "show",
				     export_value(v, "id"), NULL };

	switch (ref->kind) {
	case STORE_KEYRING:
		return add_words(out, lookup, err);
	case STORE_COMMAND:
		return buf_adds(out, ref->source);
	case STORE_FILE:
		return add_words(out, file, err);
	case STORE_NONE:
		return 0;
	default:
		return add_words(out, show, err);
	}
}

static int set_password(struct export_values *v, const struct export_params *p, struct err *err)
{
	struct buf command = BUF_INIT(4096);
	struct store_ref ref;
	char label[256];
	int rc;

	account_store_ref(p->account, &ref, label);
	rc = ref.user[0] ? add_command(v, &ref, &command, err) : 0;
	if (rc == 0)
		export_value_set(v, "password_command", buf_text(&command));
	set_yes(v, "keyring", ref.kind == STORE_KEYRING && ref.user[0]);
	v->password = p->password;
	buf_free(&command);
	return rc;
}

/* ---- the rest ---- */

static void set_outpost(struct export_values *v)
{
	char *path = file_of_program(NULL);

	export_value_set(v, "outpost", path ? path : "outpost");
	free(path);
}

/* RFC 9562 5.8: the same whenever it is exported, also to another server. */
static void set_uid(struct export_values *v, const struct account *a)
{
	char *text = xasprintf("outpost %s %s", account_id(a), account_get(a, ACCOUNT_ADDRESS));
	unsigned char hash[CRYPT_HASH_MAX] = { 0 };
	char uid[40];

	(void)crypt_digest(CRYPT_SHA256, (struct crypt_bytes){ text, strlen(text) }, hash);
	snprintf(uid, sizeof uid,
		 "%02x%02x%02x%02x-%02x%02x-8%x%02x-a%x%02x-%02x%02x%02x%02x%02x%02x", hash[0],
		 hash[1], hash[2], hash[3], hash[4], hash[5], hash[6] & 15, hash[7], hash[8] & 15,
		 hash[9], hash[10], hash[11], hash[12], hash[13], hash[14], hash[15]);
	export_value_set(v, "uid", uid);
	free(text);
}

static void set_address(struct export_values *v, const struct account *a)
{
	const char *address = account_get(a, ACCOUNT_ADDRESS);
	const char *name = account_get(a, ACCOUNT_FROM_NAME);
	const char *domain = addr_domain(address);
	char *local = xstrndup(address, (size_t)(domain - address) - (*domain ? 1 : 0));
	struct buf from = BUF_INIT(TEXT_MAX);

	if (name[0]) {
		buf_addc(&from, '"');
		for (const char *c = name; *c; c++)
			buf_printf(&from, *c == '"' || *c == '\\' ? "\\%c" : "%c", *c);
		buf_printf(&from, "\" <%s>", address);
	} else {
		buf_adds(&from, address);
	}
	export_value_set(v, "id", account_id(a));
	export_value_set(v, "address", address);
	export_value_set(v, "local", local);
	export_value_set(v, "domain", domain);
	export_value_set(v, "name", name);
	export_value_set(v, "from", buf_text(&from));
	buf_free(&from);
	free(local);
}

static void set_server(struct export_values *v, const struct export_params *p)
{
	const struct account *a = p->account;
	struct smtp_params smtp;
	char port[16];

	account_smtp_params(a, &smtp);
	snprintf(port, sizeof port, "%d", p->host ? p->port : smtp.port);
	export_value_set(v, "host", p->host ? p->host : smtp.host);
	export_value_set(v, "port", port);
	export_value_set(v, "user", smtp.user);
	set_yes(v, "tls", smtp.security == NET_TLS);
	set_yes(v, "starttls", smtp.security == NET_STARTTLS);
	set_yes(v, "plain", smtp.security == NET_NONE);
	set_yes(v, "auth", smtp.user[0] != '\0');
	if (smtp.auth != SMTP_AUTH_AUTO && smtp.auth != SMTP_AUTH_NONE)
		export_value_set(v, "mechanism", smtp_auth_name(smtp.auth));
	set_yes(v, "oauth", smtp.auth == SMTP_AUTH_OAUTHBEARER || smtp.auth == SMTP_AUTH_XOAUTH2);
	if (p->ca_file || smtp.options.ca_file)
		export_value_set(v, "ca_file", p->ca_file ? p->ca_file : smtp.options.ca_file);
	if (smtp.options.client_cert)
		export_value_set(v, "client_cert", smtp.options.client_cert);
	if (smtp.options.client_key)
		export_value_set(v, "client_key", smtp.options.client_key);
}

struct export_values *export_values_new(const struct export_params *p, struct err *err)
{
	struct export_values *v = xcalloc(1, sizeof *v);

	for (size_t i = 0; i < EXPORT_NAMES; i++)
		v->list[i] = xstrdup("");
	set_outpost(v);
	set_address(v, p->account);
	set_server(v, p);
	set_uid(v, p->account);
	if (set_password(v, p, err) == 0)
		return v;
	export_values_free(v);
	return NULL;
}

void export_values_free(struct export_values *v)
{
	if (!v)
		return;
	for (size_t i = 0; i < EXPORT_NAMES; i++)
		free(v->list[i]);
	free(v);
}

/* ---- filling ---- */

struct filling {
	const struct export_values *v;
	const char *quote;
};

static const char *value_of(void *arg, const char *name)
{
	const struct filling *f = arg;

	return export_value(f->v, name);
}

static int write_value(void *arg, const struct template_place *place, const char *value,
		       struct buf *out, struct err *err)
{
	const struct filling *f = arg;
	const char *rule = place->rule ? place->rule : f->quote;
	const struct export_quote *quote = export_quote_by_name(rule);

	if (!quote)
		return err_set(err, ERR_INPUT, "There is no rule \"%s\" of writing a value.", rule);
	if (export_quote_write(quote, value, export_name_words(place->name), out, err) == 0)
		return 0;
	/* Not even which character it is. */
	if (strcmp(place->name, "password") == 0)
		err_set(err, ERR_INPUT, "The password holds something that this format cannot "
			"hold (%s).", quote->about);
	return -1;
}

int export_fill(const struct export_values *v, const struct template *t, const char *quote,
		struct buf *out, struct err *err)
{
	struct filling f = { v, quote };
	const struct template_filler filler = { &f, value_of, write_value };

	return template_fill(t, &filler, out, err);
}

char *export_fill_text(const struct export_values *v, const char *text, const char *quote,
		       struct err *err)
{
	struct buf out = BUF_INIT_SECRET(TEXT_MAX);
	struct template *t = template_parse(text, strlen(text), "the format", 1, err);
	char *filled = NULL;

	if (t && export_fill(v, t, quote, &out, err) == 0)
		filled = buf_detach(&out);
	template_free(t);
	buf_free(&out);
	return filled;
}
