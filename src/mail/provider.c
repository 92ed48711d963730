#include "mail/provider.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/dirs.h"
#include "base/err.h"
#include "base/file.h"
#include "base/text.h"
#include "mail/country.h"
#include "mail/provider_file.h"
#include "mail/provider_table.h"
#include "mail/provider_template.h"
#include "port/ini.h"

#define OWN_MAX    1000 /* files; more is a folder that is something else */
#define DOMAIN_MAX 253

/* The user's own, in order of their files' names. */
static struct provider **own;
static size_t own_count;
static struct provider_domain *own_domains; /* sorted */
static size_t own_domain_count;

/* What is shown, own first; NULL while there are no own ones and the table is all. */
static const struct provider **shown;
static size_t shown_count;

size_t provider_count(void)
{
	return shown ? shown_count : provider_table_count;
}

const struct provider *provider_at(size_t i)
{
	if (i >= provider_count())
		return NULL;
	return shown ? shown[i] : &provider_table[i];
}

const struct provider *provider_by_id(const char *id)
{
	for (size_t i = 0; i < provider_count(); i++)
		if (strcmp(provider_at(i)->id, id) == 0)
			return provider_at(i);
	return NULL;
}

static int compare_domain(const void *key, const void *row)
{
	return strcmp(key, ((const struct provider_domain *)row)->domain);
}

static const struct provider_domain *find_domain(const char *domain,
						 const struct provider_domain *rows, size_t count)
{
	return count ? bsearch(domain, rows, count, sizeof *rows, compare_domain) : NULL;
}

const struct provider *provider_by_domain(const char *address)
{
	const char *at = strrchr(address, '@');
	const char *domain = at ? at + 1 : address;
	size_t n = strlen(domain);
	char name[DOMAIN_MAX + 1];
	const struct provider_domain *row;

	if (n > 0 && domain[n - 1] == '.')
		n--;
	if (n > DOMAIN_MAX)
		return NULL;
	memcpy(name, domain, n);
	name[n] = '\0';
	text_lower(name);
	row = find_domain(name, own_domains, own_domain_count);
	if (row)
		return own[row->provider];
	row = find_domain(name, provider_domains, provider_domain_count);
	return row ? provider_by_id(provider_table[row->provider].id) : NULL;
}

const struct provider *provider_by_mx(const char *host)
{
	const struct provider *best = NULL;
	size_t longest = 0;

	for (size_t i = 0; i < provider_count(); i++) {
		const struct provider *p = provider_at(i);

		for (const char *const *mx = p->mx; *mx; mx++) {
			size_t n = strlen(*mx);

			if (n <= longest || !text_in_domain(host, *mx, n))
				continue;
			longest = n;
			best = p;
		}
	}
	return best;
}

static bool in_country(const struct provider *p, const char *word)
{
	if (!*p->countries)
		return p->kind != PROVIDER_LOCAL && p->kind != PROVIDER_CUSTOM &&
		       country_is_world(word);
	for (const char *const *c = p->countries; *c; c++)
		if (country_is(*c, word))
			return true;
	return false;
}

bool provider_matches(const struct provider *p, const char *word)
{
	if (in_country(p, word))
		return true;
	/* "mailbox" is nearly all of them, and the name of one. */
	if (p->kind != PROVIDER_MAILBOX && text_eq_nocase(provider_kind_name(p->kind), word))
		return true;
	if (strlen(word) == 2 && country_known(word))
		return text_eq_nocase(p->id, word);
	if (text_has_nocase(p->id, word) || text_has_nocase(p->name, word))
		return true;
	for (const char *const *d = p->domains; *d; d++)
		if (text_has_nocase(*d, word))
			return true;
	return false;
}

/* ---- templates ---- */

struct expansion {
	const struct provider *p;
	const char *address;
	const char *choice;
	struct buf *out;
};

static int too_long(struct err *err)
{
	return err_set(err, ERR_INPUT, "The address is too long for the server's settings.");
}

static int add_domain(struct buf *out, const char *domain, bool dashed)
{
	for (; *domain; domain++) {
		char c = *domain;

		if (c >= 'A' && c <= 'Z')
			c = (char)(c + 'a' - 'A');
		if (buf_addc(out, c == '.' && dashed ? '-' : c) < 0)
			return -1;
	}
	return 0;
}

static int add_from_address(const struct expansion *x, const char *name, size_t len,
			    struct err *err)
{
	const char *at = strrchr(x->address, '@');
	int rc;

	if (!at || at == x->address || at[1] == '\0')
		return err_set(err, ERR_INPUT,
			       "%s needs your mail address (name@domain) to fill in its settings.",
			       x->p->name);
	if (template_is(name, len, "email"))
		rc = buf_adds(x->out, x->address);
	else if (template_is(name, len, "local"))
		rc = buf_add(x->out, x->address, (size_t)(at - x->address));
	else
		rc = add_domain(x->out, at + 1, template_is(name, len, "domain-dashed"));
	return rc < 0 ? too_long(err) : 0;
}

static void hint_choices(const struct provider *p, struct err *err)
{
	struct buf list = BUF_INIT(ERR_TEXT_MAX);

	for (const char *const *c = p->choices; *c; c++)
		if (buf_printf(&list, "%s%s", list.len ? ", " : "", *c) < 0)
			break;
	if (list.len)
		err_hint(err, "Choose one of: %s.", buf_text(&list));
	buf_free(&list);
}

static int add_choice(const struct expansion *x, struct err *err)
{
	const struct provider *p = x->p;
	const char *choice = x->choice && *x->choice ? x->choice : p->choice_default;
	size_t n = strlen(choice);

	if (n == 0) {
		err_set(err, ERR_INPUT, "%s needs a value for \"%s\".", p->name,
			p->placeholder_label);
		hint_choices(p, err);
		return -1;
	}
	if (*p->choices && !template_choice(p->choices, choice)) {
		err_set(err, ERR_INPUT, "\"%.80s\" is no \"%s\" of %s.", choice,
			p->placeholder_label, p->name);
		hint_choices(p, err);
		return -1;
	}
	if (strchr(choice, ' ') || text_has_control(choice, n))
		return err_set(err, ERR_INPUT, "The value for \"%s\" holds a blank.",
			       p->placeholder_label);
	return buf_add(x->out, choice, n) < 0 ? too_long(err) : 0;
}

static int expand_part(const struct expansion *x, enum template_part what, const char *part,
		       size_t len, struct err *err)
{
	if (what == TEMPLATE_TEXT)
		return buf_add(x->out, part, len) < 0 ? too_long(err) : 0;
	if (what == TEMPLATE_NAME && template_of_address(part, len))
		return add_from_address(x, part, len, err);
	if (what == TEMPLATE_NAME && template_is(part, len, x->p->placeholder))
		return add_choice(x, err);
	return err_set(err, ERR_INPUT, "The template of %s holds an unknown name.", x->p->name);
}

int provider_expand(const struct provider *p, const char *tmpl, const char *address,
		    const char *choice, struct buf *out, struct err *err)
{
	struct expansion x = { p, address ? address : "", choice, out };
	size_t before = out->len;
	enum template_part what;
	const char *part;
	size_t len;

	while ((what = template_next(&tmpl, &part, &len)) != TEMPLATE_END) {
		if (expand_part(&x, what, part, len, err) < 0) {
			buf_cut(out, before);
			return -1;
		}
	}
	return 0;
}

/* ---- the user's own files ---- */

struct loading {
	void (*fault)(void *arg, const char *file, const char *reason);
	void *arg;
	bool told; /* of this file: its first fault is enough */
};

static void tell(struct loading *load, const char *file, const char *reason)
{
	if (load->fault && !load->told)
		load->fault(load->arg, file, reason);
	load->told = true;
}

static void tell_line(void *arg, const char *file, int line, const char *reason)
{
	char text[ERR_TEXT_MAX + 32];

	snprintf(text, sizeof text, "line %d: %s", line, reason);
	tell(arg, file, text);
}

static void forget_own(void)
{
	for (size_t i = 0; i < own_count; i++)
		provider_free_parsed(own[i]);
	free(own);
	free(own_domains);
	free(shown);
	own = NULL;
	own_domains = NULL;
	shown = NULL;
	own_count = own_domain_count = shown_count = 0;
}

static int compare_rows(const void *a, const void *b)
{
	return strcmp(((const struct provider_domain *)a)->domain,
		      ((const struct provider_domain *)b)->domain);
}

/* Takes p, unless another own file already claims one of its domains. */
static bool add_own(struct provider *p, const char *file, struct loading *load)
{
	const struct provider_domain *row;
	char reason[ERR_TEXT_MAX];
	size_t n = own_domain_count;

	for (const char *const *d = p->domains; *d; d++) {
		row = find_domain(*d, own_domains, own_domain_count);
		if (row) {
			snprintf(reason, sizeof reason, "%s is also claimed by %s.ini", *d,
				 own[row->provider]->id);
			tell(load, file, reason);
			return false;
		}
	}
	for (const char *const *d = p->domains; *d; d++) {
		own_domains = xreallocarray(own_domains, n + 1, sizeof *own_domains);
		own_domains[n++] = (struct provider_domain){ *d, own_count };
	}
	own_domain_count = n;
	if (n > 0)
		qsort(own_domains, n, sizeof *own_domains, compare_rows);
	own = xreallocarray(own, own_count + 1, sizeof *own);
	own[own_count++] = p;
	return true;
}

static void load_file(const char *folder, const char *name, struct loading *load)
{
	struct buf text = BUF_INIT(INI_TEXT_MAX);
	struct err err = ERR_INIT;
	struct provider *p;
	struct stat st;
	char *path = xasprintf("%s/%s", folder, name);
	char *id = provider_file_id(name);

	load->told = false;
	/* Opening a pipe would wait for its other end. */
	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode)) {
		tell(load, path, "it is not a regular file");
	} else if (file_read(path, &text, &err) < 0) {
		tell(load, path, err.text);
	} else {
		p = provider_parse(id, path, buf_text(&text), text.len, tell_line, load);
		if (p && !add_own(p, path, load))
			provider_free_parsed(p);
	}
	buf_free(&text);
	free(id);
	free(path);
}

static int is_provider_file(const struct dirent *entry)
{
	char *id = entry->d_name[0] == '.' ? NULL : provider_file_id(entry->d_name);
	bool is = id != NULL;

	free(id);
	return is;
}

/* By bytes: the same in every locale. */
static int compare_entries(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static void load_folder(const char *folder, struct loading *load)
{
	struct dirent **entries;
	char reason[ERR_TEXT_MAX];
	int n = scandir(folder, &entries, is_provider_file, compare_entries);

	if (n < 0) {
		snprintf(reason, sizeof reason, "it cannot be read: %s", strerror(errno));
		if (errno != ENOENT)
			tell(load, folder, reason);
		return;
	}
	for (int i = 0; i < n; i++) {
		if (i < OWN_MAX)
			load_file(folder, entries[i]->d_name, load);
		free(entries[i]);
	}
	free(entries);
	load->told = false;
	snprintf(reason, sizeof reason, "only its first %d files are read", OWN_MAX);
	if (n > OWN_MAX)
		tell(load, folder, reason);
}

static bool is_own(const char *id)
{
	for (size_t i = 0; i < own_count; i++)
		if (strcmp(own[i]->id, id) == 0)
			return true;
	return false;
}

bool provider_is_own(const struct provider *p)
{
	for (size_t i = 0; i < own_count; i++)
		if (own[i] == p)
			return true;
	return false;
}

static void list_shown(void)
{
	if (own_count == 0)
		return;
	shown = xcalloc(own_count + provider_table_count, sizeof *shown);
	for (size_t i = 0; i < own_count; i++)
		shown[shown_count++] = own[i];
	for (size_t i = 0; i < provider_table_count; i++)
		if (!is_own(provider_table[i].id))
			shown[shown_count++] = &provider_table[i];
}

void provider_load_own(void (*fault)(void *arg, const char *file, const char *reason), void *arg)
{
	struct loading load = { .fault = fault, .arg = arg };
	char *folder = dirs_config_path("providers");

	forget_own();
	load_folder(folder, &load);
	list_shown();
	free(folder);
}
