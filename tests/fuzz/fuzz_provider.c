/* Any text as a provider file, and its templates filled with what was chosen. */
#include "fuzz.h"
#include "mail/addr.h"
#include "mail/country.h"
#include "mail/provider.h"
#include "mail/provider_file.h"

static void see_fault(void *arg, const char *file, int line, const char *reason)
{
	unsigned *faults = arg;

	promise(line >= 0 && is_visible(file) && reason[0] && is_visible(reason));
	++*faults;
}

static void expand(const struct provider *p, const char *tmpl, const char *choice)
{
	struct buf out = BUF_INIT(1024);
	struct err err = ERR_INIT;

	if (provider_expand(p, tmpl, "zo\xc3\xab.b@mail.example.org", choice, &out, &err) < 0)
		promise(is_told(&err) && out.len == 0);
	else
		promise(is_visible(buf_text(&out)));
	buf_free(&out);
}

static void use(const struct provider *p)
{
	bool server = p->password != PROVIDER_NO_SMTP;

	promise(p->name[0] && !p->host[0] == !server && (server || !p->user[0]));
	promise(p->port >= server && p->port <= (server ? 65535 : 0));
	promise(p->alt_port >= 0 && p->alt_port <= (server ? 65535 : 0));
	promise(is_visible(p->name) && is_visible(p->hint) && is_visible(p->help_url));
	promise(is_visible(p->limit) && is_visible(p->app_password_url));
	promise(provider_kind_name(p->kind)[0] && provider_password_label(p->password)[0]);
	promise(provider_matches(p, "fuzz"));
	for (size_t i = 0; p->domains[i]; i++)
		promise(provider_matches(p, p->domains[i]));
	for (size_t i = 0; p->countries[i]; i++)
		promise(provider_matches(p, country_name(p->countries[i])));
	promise(!p->common[0] == !p->popularity && p->popularity <= 9);
	expand(p, p->host, NULL);
	expand(p, p->user, NULL);
	expand(p, p->host, "a b");
	for (size_t i = 0; p->choices[i]; i++)
		expand(p, p->host, p->choices[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned faults = 0;
	struct provider *p = provider_parse("fuzz", "fuzz.ini", (const char *)data, size, see_fault,
					    &faults);

	promise((p != NULL) == (faults == 0));
	if (p)
		use(p);
	provider_free_parsed(p);
	return 0;
}
