#include "mail/provider.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/options.h"
#include "cli/command.h"
#include "cli/print.h"
#include "mail/country.h"
#include "mail/typo.h"
#include "port/json.h"

#define COLUMN	16
#define NO_SMTP "none: it has no SMTP"

struct providers_options {
	bool ids;
};

static struct json *texts(const char *const *list)
{
	struct json *value = json_new_array();

	for (; *list; list++)
		json_add_text(value, *list);
	return value;
}

static void put_some(struct json *value, const char *key, const char *text)
{
	json_put_text(value, key, text[0] ? text : NULL);
}

static void put_count(struct json *value, const char *key, long number)
{
	if (number > 0)
		json_put_number(value, key, number);
	else
		json_put_null(value, key);
}

static struct json *one_json(const struct provider *p)
{
	struct json *value = json_new_object();

	json_put_text(value, "id", p->id);
	json_put_text(value, "name", p->name);
	json_put_text(value, "kind", provider_kind_name(p->kind));
	json_put(value, "domains", texts(p->domains));
	json_put(value, "mx", texts(p->mx));
	json_put(value, "countries", texts(p->countries));
	put_some(value, "host", p->host);
	put_count(value, "port", p->port);
	json_put_text(value, "security", p->port ? provider_security_name(p->security) : NULL);
	put_count(value, "alt_port", p->alt_port);
	json_put_text(value, "alt_security",
		      p->alt_port ? provider_security_name(p->alt_security) : NULL);
	json_put_text(value, "password", provider_password_name(p->password));
	put_some(value, "user", p->user);
	json_put_bool(value, "same_password", p->same_password);
	put_some(value, "placeholder", p->placeholder);
	json_put(value, "choices", texts(p->choices));
	put_some(value, "choice_default", p->choice_default);
	put_some(value, "hint", p->hint);
	put_some(value, "note_date", p->note_date);
	put_some(value, "help_url", p->help_url);
	put_some(value, "app_password_url", p->app_password_url);
	put_some(value, "limit", p->limit);
	put_count(value, "per_hour", p->per_hour);
	put_count(value, "per_day", p->per_day);
	put_count(value, "per_message", p->per_message);
	put_count(value, "max_size_mb", p->max_size_mb);
	json_put_bool(value, "sent_copy", p->sent_copy);
	json_put_bool(value, "unverified", p->unverified);
	return value;
}

static void print_row(const char *label, const char *value)
{
	if (value[0] == '\0')
		return;
	print_padded(stdout, label, COLUMN);
	print_visible(stdout, value);
	putchar('\n');
}

/* One after the other, broken where the line ends. */
static void print_texts(const char *label, const char *const *list,
			const char *(*shown)(const char *))
{
	struct buf text = BUF_INIT(64 * 1024);

	for (size_t i = 0; list[i]; i++)
		if (buf_printf(&text, "%s%s", i > 0 ? ", " : "", shown ? shown(list[i]) : list[i]))
			break;
	if (text.len > 0)
		print_beside(stdout, label, buf_text(&text), COLUMN);
	buf_free(&text);
}

static const char *security_words(enum net_security security)
{
	return security == NET_NONE ? "no encryption" : security == NET_TLS ? "TLS" : "STARTTLS";
}

/* The template that most have, in words. */
static const char *user_words(const char *user)
{
	return strcmp(user, "{email}") == 0   ? "the mail address"
	       : strcmp(user, "{local}") == 0 ? "what stands before the @"
					      : user;
}

static const char *password_words(enum provider_password kind)
{
	return kind == PROVIDER_NO_PASSWORD ? "none"
	       : kind == PROVIDER_PASSWORD  ? "that of the mail account"
					    : provider_password_label(kind);
}

static void print_server(const struct provider *p)
{
	if (p->password == PROVIDER_NO_SMTP) {
		print_row("Server", NO_SMTP);
		return;
	}
	print_row("Server", p->host);
	printf("%-*s%d, %s", COLUMN, "Port", p->port, security_words(p->security));
	if (p->alt_port)
		printf("; or %d, %s", p->alt_port, security_words(p->alt_security));
	putchar('\n');
	print_row("User", p->same_password ? "the same as the password" : user_words(p->user));
	print_row("Password", password_words(p->password));
	if (p->placeholder[0]) {
		print_row("To choose", p->placeholder_label);
		print_texts("  one of", p->choices, NULL);
		print_row("  usual", p->choice_default);
	}
}

static void print_limits(const struct provider *p)
{
	char size[40];

	print_row("Limit", p->limit);
	snprintf(size, sizeof size, "%ld MB a message", p->max_size_mb);
	if (p->max_size_mb > 0)
		print_row("Size", size);
	if (p->sent_copy)
		print_row("Sent mail", "the provider keeps a copy");
}

static void print_one(const struct provider *p)
{
	print_row("Name", p->name);
	print_row("Id", p->id);
	print_row("Kind", provider_kind_name(p->kind));
	print_texts("Countries", p->countries, country_name);
	print_server(p);
	print_texts("Domains", p->domains, NULL);
	print_limits(p);
	print_row("Password page", p->app_password_url);
	print_row("More", p->help_url);
	print_row("As of", p->note_date);
	if (p->unverified)
		print_row("Certain", "no: the sources are few or differ, so check it");
	if (p->hint[0]) {
		putchar('\n');
		print_wrapped(stdout, p->hint, 0);
	}
}

static const char *server_of(const struct provider *p)
{
	return p->password == PROVIDER_NO_SMTP ? NO_SMTP : p->host;
}

/* The columns are as wide as what is in them. */
static void print_list(const char *word)
{
	size_t ids = 0, names = 0, n;

	for (size_t i = 0; i < provider_count(); i++) {
		const struct provider *p = provider_at(i);

		if (!provider_matches(p, word))
			continue;
		n = print_width(p->id);
		ids = n > ids ? n : ids;
		n = print_width(p->name);
		names = n > names ? n : names;
	}
	for (size_t i = 0; i < provider_count(); i++) {
		const struct provider *p = provider_at(i);

		if (!provider_matches(p, word))
			continue;
		print_padded(stdout, p->id, ids + 2);
		print_padded(stdout, p->name, names + 2);
		print_visible(stdout, server_of(p));
		putchar('\n');
	}
}

/* A mistyped domain, or an id that is nearly the word. */
static void hint_near(const char *command, const char *word, struct err *err)
{
	size_t count = provider_count();
	const char **ids = xcalloc(count, sizeof *ids);
	char meant[TYPO_MAX];
	const char *near;

	for (size_t i = 0; i < count; i++)
		ids[i] = provider_at(i)->id;
	near = options_nearest(word, ids, count);
	if (typo_find(word, meant))
		err_hint(err, "Did you mean %s? outpost providers %s", meant, meant);
	else if (near)
		err_hint(err, "Did you mean %s? outpost %s %s", near, command, near);
	else
		err_hint(err, "Any server works: outpost setup ADDRESS --host HOST --port PORT");
	free(ids);
}

static int list(struct call *call, struct err *err)
{
	const struct providers_options *o = call->options;
	const char *word = call->arg_count > 0 ? call->args[0] : "";
	struct json *all = NULL;
	size_t found = 0;

	if (call->global.json) {
		call->result = json_new_object();
		all = json_new_array();
	}
	for (size_t i = 0; i < provider_count(); i++) {
		const struct provider *p = provider_at(i);

		if (!provider_matches(p, word))
			continue;
		found++;
		if (all)
			json_add(all, one_json(p));
		else if (o->ids)
			puts(p->id);
	}
	if (all)
		json_put(call->result, "providers", all);
	else if (!o->ids)
		print_list(word);
	if (found > 0) {
		if (!all && !o->ids && country_of(word) && isatty(STDERR_FILENO))
			print_note("Those that are for every country: outpost providers world");
		return 0;
	}
	err_set(err, ERR_NOINPUT, "No provider has \"%s\" in its id, name, domains or countries.",
		word);
	hint_near("providers", word, err);
	return -1;
}

static int show(struct call *call, struct err *err)
{
	const struct provider *p = provider_by_id(call->args[0]);

	if (!p) {
		err_set(err, ERR_NOINPUT, "There is no provider \"%s\".", call->args[0]);
		hint_near("providers show", call->args[0], err);
		return -1;
	}
	if (call->global.json)
		call->result = one_json(p);
	else
		print_one(p);
	return 0;
}

static const struct option_row rows[] = {
	{ "ids", 0, NULL, "only the ids, one a line", OPTION_FLAG,
	  offsetof(struct providers_options, ids), NULL, 0, 0 },
	{ .name = NULL },
};

static const struct command subs[] = {
	{ .name = "providers show",
	  .args = "ID",
	  .summary = "Show what is known of a provider",
	  .description = "Server, ports, the kind of password and where to make it, limits.",
	  .min_args = 1,
	  .max_args = 1,
	  .run = show },
	{ .name = NULL },
};

static const struct example examples[] = {
	{ "outpost providers", "all of them" },
	{ "outpost providers google", "those with a word in id, name or domains" },
	{ "outpost providers germany", "those of a country; also Deutschland, or de" },
	{ "outpost providers relay", "those that send for domains of yours" },
	{ "outpost providers show gmail", "all about one" },
	{ NULL, NULL },
};

const struct command command_providers = {
	.name = "providers",
	.args = "[WORD] | show ID",
	.summary = "List mail providers and their settings",
	.description =
		"One provider a line: id, name, server. WORD is looked for in ids, names and "
		"domains; a country, by its name or two letters, shows who is for it, and "
		"\"world\" who is for all of them. Your own are read from the folder providers "
		"in the configuration folder, one file ID.ini each; they win over those that came "
		"with the program.",
	.examples = examples,
	.options = rows,
	.options_size = sizeof(struct providers_options),
	.max_args = 1,
	.subs = subs,
	.run = list,
};
