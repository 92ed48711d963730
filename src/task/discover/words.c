/* Names for programs, words for people. */
#include "task/discover/discover.h"

static const struct {
	const char *name, *words;
} sources[DISCOVER_SOURCES] = {
	[DISCOVER_OWN] = { "own", "a provider file of yours" },
	[DISCOVER_PRESET] = { "preset", "the list of providers that came with outpost" },
	[DISCOVER_SRV] = { "srv", "the domain's own SRV record" },
	[DISCOVER_PACC] = { "pacc", "the domain's own settings file (PACC)" },
	[DISCOVER_AUTOCONFIG] = { "autoconfig", "the domain's own settings file (autoconfig)" },
	[DISCOVER_ISPDB] = { "ispdb", "Thunderbird's list of providers (ISPDB)" },
	[DISCOVER_MX_PRESET] = { "mx-preset", "the provider that takes the domain's mail" },
	[DISCOVER_MX_AUTOCONFIG] = { "mx-autoconfig",
				     "the settings file of whoever takes the domain's mail" },
	[DISCOVER_MX_ISPDB] = { "mx-ispdb",
				"Thunderbird's list, for whoever takes the domain's mail" },
	[DISCOVER_PROBE] = { "probe", "a usual name that answers" },
};

const char *discover_source_name(enum discover_source source)
{
	return sources[source].name;
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
