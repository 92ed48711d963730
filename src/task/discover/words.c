/* Names for programs, words for people. */
#include "task/discover/discover.h"

#include <stdio.h>

static const struct {
	const char *name, *brief, *words;
} sources[DISCOVER_SOURCES] = {
	[DISCOVER_OWN] = { "own", "your own file", "a provider file of yours" },
	[DISCOVER_PRESET] = { "preset", "list of providers",
		"the list of providers that came with outpost" },
	[DISCOVER_SRV] = { "srv", "SRV record", "the domain's own SRV record" },
	[DISCOVER_PACC] = { "pacc", "PACC file", "the domain's own settings file (PACC)" },
	[DISCOVER_AUTOCONFIG] = { "autoconfig", "autoconfig file",
		"the domain's own settings file (autoconfig)" },
	[DISCOVER_ISPDB] = { "ispdb", "Thunderbird's list",
		"Thunderbird's list of providers (ISPDB)" },
	[DISCOVER_MX_PRESET] = { "mx-preset", "who takes its mail",
		"the settings of whoever takes the domain's mail" },
	[DISCOVER_MX_AUTOCONFIG] = { "mx-autoconfig", "mail host's file",
		"the settings file of whoever takes the domain's mail" },
	[DISCOVER_MX_ISPDB] = { "mx-ispdb", "Thunderbird's list",
		"Thunderbird's list, for whoever takes the domain's mail" },
	[DISCOVER_PROBE] = { "probe", "a usual name", "a try of the usual names" },
};

const char *discover_source_name(enum discover_source source)
{
	return sources[source].name;
}

const char *discover_source_brief(enum discover_source source)
{
	return sources[source].brief;
}

const char *discover_source_words(enum discover_source source)
{
	return sources[source].words;
}

const char *discover_secured_name(enum discover_secured secured)
{
	static const char *const words[] = { [DISCOVER_BUILT_IN] = "built-in",
					     [DISCOVER_DNSSEC] = "dnssec",
					     [DISCOVER_HTTPS] = "https",
					     [DISCOVER_CLEAR] = "none" };

	return words[secured];
}

const char *discover_sure_name(enum discover_sure sure)
{
	static const char *const words[] = { [DISCOVER_CERTAIN] = "certain",
					     [DISCOVER_LIKELY] = "likely",
					     [DISCOVER_UNSURE] = "unsure",
					     [DISCOVER_GUESS] = "guess" };

	return words[sure];
}

const char *discover_live_name(enum discover_live live)
{
	static const char *const words[] = { [DISCOVER_NOT_TRIED] = "not-tried",
					     [DISCOVER_ANSWERS] = "answers",
					     [DISCOVER_BAD_CERT] = "bad-certificate",
					     [DISCOVER_NO_ANSWER] = "no-answer" };

	return words[live];
}

void discover_sentence(const struct discover_candidate *c, char *out, size_t size)
{
	snprintf(out, size, "%s, port %d, %s", c->host, c->port,
		 c->security == NET_NONE       ? "not encrypted"
		 : c->security == NET_STARTTLS ? "STARTTLS"
					       : "TLS");
}

void discover_sure_words(const struct discover_candidate *c, char *out, size_t size)
{
	static const char *const ways[] = {
		[DISCOVER_BUILT_IN] = "",
		[DISCOVER_DNSSEC] = ", secured by DNSSEC",
		[DISCOVER_HTTPS] = ", secured by https",
		[DISCOVER_CLEAR] = ", not secured on its way here",
	};

	snprintf(out, size, "%s%s", discover_sure_name(c->sure), ways[c->secured]);
}

void discover_foreign_words(const struct discover_candidate *c, const char *domain, char *out,
			    size_t size)
{
	out[0] = '\0';
	if (c->foreign && c->secured != DISCOVER_BUILT_IN)
		snprintf(out, size, "the server is not one of %s%s%s", domain,
			 c->name[0] ? " but of " : "", c->name);
}
