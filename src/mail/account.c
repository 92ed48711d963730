#include "mail/account_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/dirs.h"
#include "base/err.h"
#include "base/text.h"
#include "mail/provider.h"

#define ID_MAX 64

struct account {
	char *id;
	char *value[ACCOUNT_KEYS];	/* NULL: not set */
	char *path[ACCOUNT_KEYS];	/* the same with "~/" expanded, for ACCOUNT_PATH */
};

bool account_id_ok(const char *id)
{
	static const char start[] = "abcdefghijklmnopqrstuvwxyz0123456789";
	size_t n = strlen(id);

	return n > 0 && n <= ID_MAX && strchr(start, id[0]) &&
	       strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789._-") == n;
}

int account_check_id(const char *id, struct err *err)
{
	if (account_id_ok(id))
		return 0;
	if (strlen(id) > ID_MAX)
		return err_set(err, ERR_INPUT, "The name of an account has at most %d letters.",
			       ID_MAX);
	return err_set(err, ERR_INPUT, "\"%s\" cannot be the name of an account: use small "
		       "letters, digits, '.', '_' and '-', and begin with a letter or digit.", id);
}

struct account *account_new(const char *id)
{
	struct account *a = xcalloc(1, sizeof *a);

	a->id = xstrdup(id ? id : "");
	return a;
}

struct account *account_copy(const struct account *a)
{
	struct account *copy = account_new(a->id);

	for (int key = 0; key < ACCOUNT_KEYS; key++) {
		copy->value[key] = xstrdup(a->value[key]);
		copy->path[key] = xstrdup(a->path[key]);
	}
	return copy;
}

void account_free(struct account *a)
{
	if (!a)
		return;
	for (int key = 0; key < ACCOUNT_KEYS; key++) {
		free(a->value[key]);
		free(a->path[key]);
	}
	free(a->id);
	free(a);
}

const char *account_id(const struct account *a)
{
	return a->id;
}

void account_set_id(struct account *a, const char *id)
{
	char *copy = xstrdup(id);

	free(a->id);
	a->id = copy;
}

bool account_equal(const struct account *a, const struct account *b)
{
	if (strcmp(a->id, b->id) != 0)
		return false;
	for (int key = 0; key < ACCOUNT_KEYS; key++) {
		if (!a->value[key] != !b->value[key])
			return false;
		if (a->value[key] && strcmp(a->value[key], b->value[key]) != 0)
			return false;
	}
	return true;
}

bool account_is_set(const struct account *a, enum account_key key)
{
	return a->value[key] != NULL;
}

const char *account_get(const struct account *a, enum account_key key)
{
	static const char *const ports[] = {
		[NET_NONE] = "25", [NET_STARTTLS] = "587", [NET_TLS] = "465" };

	if (a->value[key])
		return a->value[key];
	if (key == ACCOUNT_PORT)
		return ports[account_security(a)];
	return account_setting(key)->fallback;
}

/* ---- setting a value ---- */

static int check_text(const struct account_setting *s, const char *value, struct err *err)
{
	if (!text_utf8_valid(value, strlen(value)))
		return err_set(err, ERR_INPUT, "The value of %s is not valid UTF-8.", s->name);
	for (const char *p = value; *p; p++) {
		if (!text_has_control(p, 1))
			continue;
		if (!(s->flags & ACCOUNT_MULTILINE))
			return err_set(err, ERR_INPUT, "The value of %s must be one line without "
				       "control characters.", s->name);
		if (*p != '\n' && *p != '\t')
			return err_set(err, ERR_INPUT, "The value of %s may hold line ends and "
				       "tabs, but no other control characters.", s->name);
	}
	return 0;
}

static int check_choice(const struct account_setting *s, char *value, struct err *err)
{
	char list[128] = "";

	for (size_t i = 0; s->choices[i]; i++) {
		if (text_eq_nocase(s->choices[i], value)) {
			strcpy(value, s->choices[i]);
			return 0;
		}
		snprintf(list + strlen(list), sizeof list - strlen(list), "%s%s",
			 i == 0 ? "" : s->choices[i + 1] ? ", " : " or ", s->choices[i]);
	}
	return err_set(err, ERR_INPUT, "%s must be %s, not \"%s\".", s->name, list, value);
}

/* Refused here, at the field, and not only when the file is written. */
static int check_length(const struct account_setting *s, const char *value, struct err *err)
{
	struct buf line = BUF_INIT(2 * INI_LINE_MAX);
	int rc = ini_write_value(&line, s->name, value, err);

	buf_free(&line);
	return rc;
}

static char *one_line_ends(const char *value)
{
	char *copy = xstrdup(value), *out = copy;

	for (const char *p = copy; *p; p++)
		if (p[0] != '\r' || p[1] != '\n')
			*out++ = *p;
	*out = '\0';
	return copy;
}

int account_set(struct account *a, enum account_key key, const char *value, struct err *err)
{
	const struct account_setting *s = account_setting(key);
	char *copy = NULL;

	if (value && *value) {
		copy = s->flags & ACCOUNT_MULTILINE ? one_line_ends(value) : xstrdup(value);
		if (check_text(s, copy, err) < 0 ||
		    (s->choices && check_choice(s, copy, err) < 0) ||
		    (s->check && s->check(copy, err) < 0) ||
		    check_length(s, copy, err) < 0) {
			free(copy);
			return -1;
		}
	}
	free(a->value[key]);
	a->value[key] = copy;
	free(a->path[key]);
	a->path[key] = copy && (s->flags & ACCOUNT_PATH) ? dirs_expand(copy) : NULL;
	return 0;
}

/* ---- all together ---- */

/* Which setting names the place of the password; ACCOUNT_KEYS: none does. */
static enum account_key source_key(enum store_kind kind)
{
	switch (kind) {
	case STORE_COMMAND:
		return ACCOUNT_PASSWORD_COMMAND;
	case STORE_CREDENTIAL:
		return ACCOUNT_CREDENTIAL;
	case STORE_FILE:
		return ACCOUNT_PASSWORD_FILE;
	default:
		return ACCOUNT_KEYS;
	}
}

static enum smtp_auth auth(const struct account *a)
{
	enum smtp_auth which = SMTP_AUTH_AUTO;

	if (smtp_auth_parse(account_get(a, ACCOUNT_AUTH), &which) < 0)
		die("no sign-in called %s", account_get(a, ACCOUNT_AUTH));
	return which;
}

/* Who signs in with a certificate has no password, whatever is set for one. */
static enum store_kind password_kind(const struct account *a)
{
	enum store_kind kind = STORE_KEYRING;

	if (auth(a) == SMTP_AUTH_EXTERNAL)
		return STORE_NONE;
	if (store_kind_parse(account_get(a, ACCOUNT_PASSWORD), &kind) < 0)
		die("no store called %s", account_get(a, ACCOUNT_PASSWORD));
	return kind;
}

int account_check(const struct account *a, struct err *err)
{
	enum account_key source = source_key(password_kind(a));

	for (int key = 0; key < ACCOUNT_KEYS; key++) {
		const struct account_setting *s = account_setting((enum account_key)key);

		if ((s->flags & ACCOUNT_REQUIRED) && !a->value[key])
			return err_set(err, ERR_INPUT, "The account %s needs a value for %s (%s).",
				       a->id, s->name, s->help);
	}
	if (auth(a) == SMTP_AUTH_EXTERNAL && !a->value[ACCOUNT_CLIENT_CERT])
		return err_set(err, ERR_INPUT,
			       "To sign in with a certificate, the account %s needs a value for "
			       "%s.", a->id, account_setting(ACCOUNT_CLIENT_CERT)->name);
	if (source == ACCOUNT_KEYS || a->value[source] || account_user(a)[0] == '\0')
		return 0;
	return err_set(err, ERR_INPUT, "With the password from a %s, the account %s needs a value "
		       "for %s.", account_get(a, ACCOUNT_PASSWORD), a->id,
		       account_setting(source)->name);
}

const char *account_port_advice(const struct account *a)
{
	int port = account_port(a);
	enum net_security security = account_security(a);
	const struct provider *p = provider_by_id(account_get(a, ACCOUNT_PROVIDER));

	/* A few servers are odd, and their providers are known to say so. */
	if (p && p->port == port && p->security == security &&
	    strcmp(p->host, account_get(a, ACCOUNT_HOST)) == 0)
		return NULL;
	if (port == 465 && security == NET_STARTTLS)
		return "On port 465 servers expect tls from the first byte; starttls is usual "
		       "on port 587.";
	if (port == 465 && security == NET_NONE)
		return "On port 465 servers expect tls from the first byte; without encryption "
		       "it does not answer.";
	if ((port == 587 || port == 25) && security == NET_TLS)
		return port == 587
			? "On port 587 servers expect starttls; tls from the first byte is usual "
			  "on port 465."
			: "On port 25 servers speak without encryption or with starttls; tls from "
			  "the first byte is usual on port 465.";
	return NULL;
}

int account_port(const struct account *a)
{
	return atoi(account_get(a, ACCOUNT_PORT));
}

enum net_security account_security(const struct account *a)
{
	const char *name = account_get(a, ACCOUNT_SECURITY);

	if (strcmp(name, "tls") == 0)
		return NET_TLS;
	return strcmp(name, "starttls") == 0 ? NET_STARTTLS : NET_NONE;
}

const char *account_user(const struct account *a)
{
	if (a->value[ACCOUNT_USER] && auth(a) != SMTP_AUTH_NONE)
		return a->value[ACCOUNT_USER];
	if (auth(a) == SMTP_AUTH_NONE || password_kind(a) == STORE_NONE)
		return "";
	return account_get(a, ACCOUNT_ADDRESS);
}

void account_store_ref(const struct account *a, struct store_ref *ref, char label[256])
{
	enum account_key source;
	char *text;

	*ref = (struct store_ref){ .kind = password_kind(a), .label = label,
				   .host = account_get(a, ACCOUNT_HOST), .port = account_port(a),
				   .user = account_user(a), .cancel_fd = -1 };
	source = source_key(ref->kind);
	if (source != ACCOUNT_KEYS)
		ref->source = a->path[source] ? a->path[source] : account_get(a, source);
	text = xasprintf("outpost: %s at %s", ref->user, ref->host);
	text_visible_into(label, 256, text, strlen(text));
	free(text);
}

void account_smtp_params(const struct account *a, struct smtp_params *params)
{
	*params = (struct smtp_params){
		.host = account_get(a, ACCOUNT_HOST),
		.port = account_port(a),
		.security = account_security(a),
		.auth = auth(a),
		.user = account_user(a),
		.options = {
			.ca_file = a->path[ACCOUNT_CA_FILE],
			.client_cert = a->path[ACCOUNT_CLIENT_CERT],
			.client_key = a->path[ACCOUNT_CLIENT_KEY],
			.pin = a->value[ACCOUNT_PIN],
			.tls13 = strcmp(account_get(a, ACCOUNT_TLS_MIN), "1.3") == 0,
			.proxy = a->value[ACCOUNT_PROXY],
			.source = a->value[ACCOUNT_SOURCE],
		},
		.ehlo_name = a->value[ACCOUNT_EHLO_NAME],
		.cancel_fd = -1,
		.timeout = 1000 * atol(account_get(a, ACCOUNT_TIMEOUT)),
	};
}
