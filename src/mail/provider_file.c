#include "mail/provider_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/text.h"
#include "mail/provider_keys.h"
#include "mail/provider_names.h"
#include "mail/provider_template.h"
#include "port/ini.h"
#include "port/ini_report.h"

#define ID_MAX  64
#define SECTION "provider"

#define ID_FIRST "abcdefghijklmnopqrstuvwxyz0123456789"

struct reading {
	struct provider *p;
	struct ini *ini;
	struct ini_report report;
	bool no_smtp; /* what "password" says, known before the keys are read */
};

static int line_of(const struct reading *r, const char *key)
{
	int line = ini_line(r->ini, SECTION, key);

	/* "not there" is reported where the section begins. */
	for (size_t i = 0; line == 0 && i < ini_section_count(r->ini); i++)
		if (strcmp(ini_section(r->ini, i), SECTION) == 0)
			line = ini_section_line(r->ini, i);
	return line > 0 ? line : 1;
}

static void take(struct reading *r, const struct provider_key *key, const char *name,
		 const char *value)
{
	char why[PROVIDER_WHY_MAX] = "";

	if (!key->take((char *)r->p + key->offset, value, why))
		ini_report(&r->report, line_of(r, name), "%s: %s", name, why);
}

/* Nothing, of a provider that has no server. Numbers are 0 already. */
static void empty(void *member, enum provider_type type)
{
	if (type == PROVIDER_TEXT)
		*(char **)member = xstrdup("");
	else if (type == PROVIDER_LIST)
		*(char ***)member = xcalloc(1, sizeof(char *));
}

static void read_key(struct reading *r, const struct provider_key *key)
{
	const char *value = ini_get(r->ini, SECTION, key->name);
	char name[INI_NAME_MAX + 1];

	if (r->no_smtp && key->server) {
		if (value)
			ini_report(&r->report, line_of(r, key->name),
				   "%s: there is no server where password = no-smtp", key->name);
		empty((char *)r->p + key->offset, key->type);
	} else if (value || key->fallback)
		take(r, key, key->name, value ? value : key->fallback);
	else if (ini_fault_count(r->ini) == 0) /* it may stand in the faulty line */
		ini_report(&r->report, line_of(r, key->name), "%s is missing", key->name);
	for (int n = 2; value && key->type == PROVIDER_LIST; n++) {
		snprintf(name, sizeof name, "%s-%d", key->name, n);
		value = ini_get(r->ini, SECTION, name);
		if (value)
			take(r, key, name, value);
	}
}

/* Is name a key, or a list's KEY-2, KEY-3, ... whose one before is there? */
static bool known(const struct reading *r, const char *name)
{
	char before[INI_NAME_MAX + 1];

	for (size_t i = 0; i < provider_key_count; i++) {
		const struct provider_key *key = &provider_keys[i];
		size_t n = strlen(key->name);
		long number;

		if (strcmp(key->name, name) == 0)
			return true;
		if (key->type != PROVIDER_LIST || strncmp(key->name, name, n) != 0 ||
		    name[n] != '-' || name[n + 1] == '0' ||
		    text_number(name + n + 1, 2, PROVIDER_LIST_MAX, &number) < 0)
			continue;
		snprintf(before, sizeof before, "%s-%ld", key->name, number - 1);
		return ini_get(r->ini, SECTION, number == 2 ? key->name : before) != NULL;
	}
	return false;
}

/* False: the section is not there at all. */
static bool check_names(struct reading *r)
{
	bool found = false;

	for (size_t i = 0; i < ini_section_count(r->ini); i++) {
		if (strcmp(ini_section(r->ini, i), SECTION) == 0)
			found = true;
		else
			ini_report(&r->report, ini_section_line(r->ini, i), "unknown section [%s]",
				   ini_section(r->ini, i));
	}
	if (!found && r->report.faults == 0)
		ini_report(&r->report, 1, "the section [" SECTION "] is missing");
	for (size_t i = 0; i < ini_key_count(r->ini, SECTION); i++) {
		const char *name = ini_key(r->ini, SECTION, i);

		if (!known(r, name))
			ini_report(&r->report, ini_line(r->ini, SECTION, name), "unknown key %s",
				   name);
	}
	return found;
}

/* ---- keys that have to fit each other ---- */

/* Does the template hold the provider's own placeholder? Unknown ones are faults. */
static bool check_template(struct reading *r, const char *key, const char *tmpl)
{
	const char *part;
	enum template_part what;
	size_t len;
	bool own = false;

	while ((what = template_next(&tmpl, &part, &len)) != TEMPLATE_END) {
		if (what != TEMPLATE_NAME || template_of_address(part, len))
			continue;
		if (template_is(part, len, r->p->placeholder))
			own = true;
		else
			ini_report(&r->report, line_of(r, key), "%s: unknown placeholder {%.*s}",
				   key, (int)(len < 40 ? len : 40), part);
	}
	return own;
}

static void check_placeholder(struct reading *r)
{
	const struct provider *p = r->p;
	bool in_host = check_template(r, "host", p->host);
	bool in_user = check_template(r, "user", p->user);

	if (!*p->placeholder) {
		if (*p->placeholder_label)
			ini_report(&r->report, line_of(r, "placeholder-label"),
				   "there is no placeholder");
		if (*p->choices)
			ini_report(&r->report, line_of(r, "choices"),
				   "choices without a placeholder");
		if (*p->choice_default)
			ini_report(&r->report, line_of(r, "default"),
				   "default without a placeholder");
		return;
	}
	if (!in_host && !in_user)
		ini_report(&r->report, line_of(r, "placeholder"),
			   "neither host nor user holds {%s}", p->placeholder);
	if (!*p->placeholder_label)
		ini_report(&r->report, line_of(r, "placeholder"),
			   "a placeholder needs a placeholder-label");
	if (*p->choices && *p->choice_default && !template_choice(p->choices, p->choice_default))
		ini_report(&r->report, line_of(r, "default"),
			   "default: \"%.80s\" is not among the choices", p->choice_default);
}

static void check_sign_in(struct reading *r)
{
	const struct provider *p = r->p;
	bool oauth = *p->oauth_auth_url || *p->oauth_token_url || *p->oauth_device_url ||
		     *p->oauth_scope;

	if (p->password == PROVIDER_OAUTH2 || p->password == PROVIDER_OAUTH2_OR_APP)
		oauth = true;
	if (oauth && (!*p->oauth_auth_url || !*p->oauth_token_url || !*p->oauth_scope))
		ini_report(&r->report, line_of(r, "password"),
			   "OAuth2 needs oauth-auth-url, oauth-token-url and oauth-scope");
	if (p->password == PROVIDER_NO_PASSWORD && *p->user)
		ini_report(&r->report, line_of(r, "user"),
			   "user: without sign-in there is no user name");
	if (p->same_password && (*p->user || p->password == PROVIDER_NO_PASSWORD))
		ini_report(&r->report, line_of(r, "same-password"),
			   "same-password is for a user name that is typed and secret");
}

static void check_common(struct reading *r)
{
	for (const char *const *c = r->p->common; *c; c++)
		if (!template_choice(r->p->domains, *c))
			ini_report(&r->report, line_of(r, "common"),
				   "common: %.80s is not among the domains", *c);
	if (!*r->p->common != !r->p->popularity)
		ini_report(&r->report, line_of(r, *r->p->common ? "common" : "popularity"),
			   "common and popularity go together");
}

static void check_together(struct reading *r)
{
	const struct provider *p = r->p;

	check_common(r);
	if (r->no_smtp)
		return;
	if (p->kind != PROVIDER_LOCAL && p->security == NET_NONE)
		ini_report(&r->report, line_of(r, "security"),
			   "security: none is only for kind = local");
	if (p->alt_port == p->port)
		ini_report(&r->report, line_of(r, "alt-port"), "alt-port is the same as port");
	if (!p->alt_port != !ini_get(r->ini, SECTION, "alt-security"))
		ini_report(&r->report, line_of(r, p->alt_port ? "alt-port" : "alt-security"),
			   "alt-port and alt-security go together");
	else if (p->alt_port && p->alt_security == NET_NONE && p->kind != PROVIDER_LOCAL)
		ini_report(&r->report, line_of(r, "alt-security"),
			   "alt-security: none is only for kind = local");
	check_placeholder(r);
	check_sign_in(r);
}

static void check_id(struct reading *r, const char *id)
{
	size_t n = strlen(id);

	if (n == 0 || n > ID_MAX || strspn(id, ID_FIRST "-") != n || id[0] == '-')
		ini_report(&r->report, 1,
			   "the name of the file is the id: a to z, 0 to 9 and -, "
			   "beginning with a letter or digit");
}

static void read_provider(struct reading *r, const char *id)
{
	enum provider_password kind;
	const char *password;

	check_id(r, id);
	r->p->id = xstrdup(id);
	ini_report_parsed(&r->report, r->ini);
	if (!check_names(r))
		return;
	password = ini_get(r->ini, SECTION, "password");
	r->no_smtp = password && provider_password_parse(password, &kind) == 0 &&
		     kind == PROVIDER_NO_SMTP;
	for (size_t i = 0; i < provider_key_count; i++)
		read_key(r, &provider_keys[i]);
	if (r->report.faults == 0)
		check_together(r);
}

struct provider *provider_parse(const char *id, const char *file, const char *text, size_t len,
				ini_report_fn tell, void *arg)
{
	struct reading r = { .report = { file, tell, arg, 0 } };
	struct err err = ERR_INIT;

	r.p = xcalloc(1, sizeof *r.p);
	r.ini = ini_parse(file, text, len, &err);
	if (r.ini)
		read_provider(&r, id);
	else
		ini_report(&r.report, 1, "%s", err.text);
	ini_free(r.ini);
	if (r.report.faults == 0)
		return r.p;
	provider_free_parsed(r.p);
	return NULL;
}

static void free_list(char **list)
{
	for (size_t i = 0; list && list[i]; i++)
		free(list[i]);
	free(list);
}

void provider_free_parsed(struct provider *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < provider_key_count; i++) {
		void *member = (char *)p + provider_keys[i].offset;

		if (provider_keys[i].type == PROVIDER_TEXT)
			free(*(char **)member);
		else if (provider_keys[i].type == PROVIDER_LIST)
			free_list(*(char ***)member);
	}
	free((char *)p->id);
	free(p);
}

char *provider_file_id(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	size_t n = strlen(name);

	if (n < 4 || strcmp(name + n - 4, ".ini") != 0)
		return NULL;
	return xstrndup(name, n - 4);
}
