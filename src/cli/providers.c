#include "mail/provider.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "cli/command.h"
#include "cli/print.h"
#include "port/json.h"

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
	put_some(value, "host", p->host);
	put_count(value, "port", p->port);
	json_put_text(value, "security", provider_security_name(p->security));
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
	put_some(value, "help_url", p->help_url);
	put_some(value, "app_password_url", p->app_password_url);
	put_some(value, "limit", p->limit);
	put_count(value, "per_hour", p->per_hour);
	put_count(value, "per_day", p->per_day);
	put_count(value, "per_message", p->per_message);
	put_count(value, "max_size_mb", p->max_size_mb);
	json_put_bool(value, "sent_copy", p->sent_copy);
	return value;
}

static void print_row(const char *label, const char *value)
{
	if (value[0] == '\0')
		return;
	print_padded(stdout, label, 16);
	print_visible(stdout, value);
	putchar('\n');
}

static void print_texts(const char *label, const char *const *list)
{
	if (!*list)
		return;
	print_padded(stdout, label, 16);
	for (size_t i = 0; list[i]; i++) {
		fputs(i > 0 ? " " : "", stdout);
		print_visible(stdout, list[i]);
	}
	putchar('\n');
}

static const char *security_words(enum net_security security)
{
	return security == NET_NONE ? "no encryption" : security == NET_TLS ? "TLS" : "STARTTLS";
}

static void print_one(const struct provider *p)
{
	print_row("Name", p->name);
	print_row("Id", p->id);
	print_row("Kind", provider_kind_name(p->kind));
	print_row("Server", p->host);
	printf("%-16s%d, %s", "Port", p->port, security_words(p->security));
	if (p->alt_port)
		printf("; or %d, %s", p->alt_port, security_words(p->alt_security));
	putchar('\n');
	print_row("User", p->user);
	print_row("Password", p->password == PROVIDER_NO_PASSWORD
				      ? "none"
				      : provider_password_label(p->password));
	if (p->placeholder[0]) {
		print_row("To choose",
			  p->placeholder_label[0] ? p->placeholder_label : p->placeholder);
		print_texts("  one of", p->choices);
		print_row("  usual", p->choice_default);
	}
	print_texts("Domains", p->domains);
	print_row("Limit", p->limit);
	print_row("Password page", p->app_password_url);
	print_row("More", p->help_url);
	if (p->hint[0]) {
		putchar('\n');
		print_wrapped(stdout, p->hint, 0);
	}
}

static void print_list(const char *word)
{
	for (size_t i = 0; i < provider_count(); i++) {
		const struct provider *p = provider_at(i);

		if (!provider_matches(p, word))
			continue;
		print_padded(stdout, p->id, 20);
		fputc(' ', stdout);
		print_padded(stdout, p->name, 30);
		fputc(' ', stdout);
		print_visible(stdout, p->host);
		putchar('\n');
	}
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
	if (found > 0)
		return 0;
	err_set(err, ERR_NOINPUT, "No provider has \"%s\" in its id, name or domains.", word);
	err_hint(err, "Any server works: outpost setup ADDRESS --host HOST --port PORT");
	return -1;
}

static int show(struct call *call, struct err *err)
{
	const struct provider *p = provider_by_id(call->args[0]);

	if (!p) {
		err_set(err, ERR_NOINPUT, "There is no provider \"%s\".", call->args[0]);
		err_hint(err, "Search for it: outpost providers %s", call->args[0]);
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
	{ "outpost providers show gmail", "all about one" },
	{ NULL, NULL },
};

const struct command command_providers = {
	.name = "providers",
	.args = "[WORD] | show ID",
	.summary = "List mail providers and their settings",
	.description = "One provider a line: id, name, server. Your own are read from the folder "
		       "providers in the configuration folder, one file ID.ini each; they win over "
		       "those that came with the program.",
	.examples = examples,
	.options = rows,
	.options_size = sizeof(struct providers_options),
	.max_args = 1,
	.subs = subs,
	.run = list,
};
