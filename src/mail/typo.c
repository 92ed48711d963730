#include "mail/typo.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "mail/provider.h"

#define DOMAIN_MAX 253
#define LABEL_MAX  63

/* Popularity from which on a name is looked for by more than swapped and doubled letters. */
#define FAMOUS 6
#define KNOWN  3

/* Shorter names differ by one letter from too many that exist. */
#define NAME_MIN 5
/* From here on any one letter may be wrong, or even two. */
#define NAME_LONG  7
#define NAME_LONGER 8

/* Endings nobody has, whatever stands before them. */
static const struct {
	const char *wrong, *right;
} endings[] = {
	{ "con", "com" },  { "cmo", "com" }, { "ocm", "com" }, { "vom", "com" },
	{ "xom", "com" },  { "cim", "com" }, { "cpm", "com" }, { "comm", "com" },
	{ "coom", "com" }, { "c0m", "com" }, { "ogr", "org" }, { "orgg", "org" },
	{ "nett", "net" }, { "nte", "net" }, { "dee", "de" },
};

/* Endings that exist and that .com becomes when a letter is lost. */
static const char *const lost[] = { "co", "cm", "om" };

/* Top-level domains of countries (IANA), two letters each. */
static const char countries[] =
	"ac ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bm bn bo br "
	"bs bt bv bw by bz ca cc cd cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do "
	"dz ec ee eg er es et eu fi fj fk fm fo fr ga gb gd ge gf gg gh gi gl gm gn gp gq gr gs gt "
	"gu gw gy hk hm hn hr ht hu id ie il im in io iq ir is it je jm jo jp ke kg kh ki km kn kp "
	"kr kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc md me mg mh mk ml mm mn mo mp mq mr ms "
	"mt mu mv mw mx my mz na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr "
	"ps pt pw py qa re ro rs ru rw sa sb sc sd se sg sh si sj sk sl sm sn so sr ss st su sv sx "
	"sy sz tc td tf tg th tj tk tl tm tn to tr tt tv tw tz ua ug uk us uy uz va vc ve vg vi vn "
	"vu wf ws ye yt za zm zw ";

/* Longer ones that are one slip away from an ending that is common. */
static const char *const others[] = {
	"com", "net", "org",  "cam", "vet", "pet", "bet", "new", "nec", "next", "dev", "frl",
	"fit", "itv", "onl",  "run", "cat", "cab", "cal", "car", "win", "ink",  "ing", "inc",
	"int", "men", "meo",  "med", "mom", "bom", "info",
};

/* Neighbours of each letter on keyboards with qwerty, qwertz or azerty, a to z. */
static const char *const beside[] = {
	"qwszp", "vghn",   "xdfv",   "serfcx", "wsdr34", "drtgvc", "ftyzhbv", "gyujbn", "ujko89",
	"huikmn", "jiolm", "kopm",   "njkl",   "bhjm",   "iklp90", "ol0",     "waas12",  "edft45",
	"wedxza", "rfgyz56", "yzhji78", "cfgb", "qase23", "zsdcy", "tghuzx67", "asxtuh",
};

static bool near_key(char a, char b)
{
	return a >= 'a' && a <= 'z' && strchr(beside[a - 'a'], b) != NULL;
}

static bool exists(const char *ending)
{
	const char *dot = strrchr(ending, '.');
	const char *last = dot ? dot + 1 : ending;

	for (size_t i = 0; strlen(last) == 2 && countries[i]; i += 3)
		if (strncmp(countries + i, last, 2) == 0)
			return true;
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		if (strcmp(others[i], last) == 0)
			return true;
	return false;
}

/* ---- one slip ---- */

/* How many bytes the two have in common at the beginning. */
static size_t same_until(const char *a, const char *b)
{
	size_t i = 0;

	while (a[i] && a[i] == b[i])
		i++;
	return i;
}

/* Two neighbours changed places. */
static bool swapped(const char *typed, const char *meant)
{
	size_t i = same_until(typed, meant);

	return typed[i] && typed[i + 1] && typed[i] == meant[i + 1] && typed[i + 1] == meant[i] &&
	       strcmp(typed + i + 2, meant + i + 2) == 0;
}

/* longer has one letter more, beside or equal to one of those around it if it has to be near. */
static bool one_more(const char *longer, const char *shorter, bool near)
{
	size_t i = same_until(longer, shorter);
	char more = longer[i];

	if (!more || strcmp(longer + i + 1, shorter + i) != 0)
		return false;
	return !near || (i > 0 && (longer[i - 1] == more || near_key(more, longer[i - 1]))) ||
	       near_key(more, longer[i + 1]);
}

/* A letter twice for once, or once for twice. */
static bool doubled(const char *longer, const char *shorter)
{
	size_t i = same_until(longer, shorter);

	return i > 0 && longer[i] == longer[i - 1] && strcmp(longer + i + 1, shorter + i) == 0;
}

static bool neighbour(const char *typed, const char *meant)
{
	size_t i = same_until(typed, meant);

	return typed[i] && meant[i] && strcmp(typed + i + 1, meant + i + 1) == 0 &&
	       near_key(meant[i], typed[i]);
}

/* Steps from the name to the one that was meant; -1: it is another one. */
static int name_slips(const char *typed, const char *meant, long popularity)
{
	size_t len = strlen(meant), steps;

	if (strcmp(typed, meant) == 0)
		return 0;
	if (len < NAME_MIN || popularity < KNOWN)
		return -1;
	if (swapped(typed, meant))
		return 1;
	/* Nobody misses the first letter so often that others may be asked about theirs. */
	if (typed[0] != meant[0])
		return -1;
	if (doubled(typed, meant) || doubled(meant, typed))
		return 1;
	if (popularity < FAMOUS)
		return -1;
	if (one_more(meant, typed, false) || one_more(typed, meant, true) ||
	    neighbour(typed, meant))
		return 1;
	steps = text_distance(typed, meant);
	return steps <= (size_t)(len >= NAME_LONGER ? 2 : len >= NAME_LONG) ? (int)steps : -1;
}

static int ending_slips(const char *typed, const char *meant, bool famous)
{
	if (strcmp(typed, meant) == 0)
		return 0;
	for (size_t i = 0; famous && i < sizeof lost / sizeof *lost; i++)
		if (strcmp(meant, "com") == 0 && strcmp(typed, lost[i]) == 0)
			return 1;
	return !exists(typed) && text_distance(typed, meant) == 1 ? 1 : -1;
}

/* ---- the domain that was meant ---- */

/* Splits at the first dot; NULL: there is none, or the name is too long for one. */
static const char *split(const char *domain, char name[LABEL_MAX + 1])
{
	size_t n = strcspn(domain, ".");

	if (domain[n] == '\0' || n == 0 || n > LABEL_MAX)
		return NULL;
	memcpy(name, domain, n);
	name[n] = '\0';
	return domain + n + 1;
}

/* "gmailcom" */
static bool without_dot(const char *typed, const char *meant)
{
	size_t n = strcspn(meant, ".");

	return !strchr(typed, '.') && strncmp(typed, meant, n) == 0 &&
	       strcmp(typed + n, meant + n + 1) == 0;
}

/* Slips between the two; -1: too many to ask. */
static int slips(const char *typed, const char *meant, long popularity)
{
	char name[LABEL_MAX + 1], right[LABEL_MAX + 1];
	const char *ending = split(typed, name), *right_ending = split(meant, right);
	int in_name, in_ending;

	if (without_dot(typed, meant))
		return 1;
	if (!ending || !right_ending)
		return -1;
	in_name = name_slips(name, right, popularity);
	/* A right name with an ending of its own is somebody's; "gmail.co" is nearly nobody's. */
	in_ending = ending_slips(ending, right_ending, in_name == 0 && popularity >= FAMOUS);
	return in_name < 0 || in_ending < 0 ? -1 : in_name + in_ending;
}

static const char *nearest(const char *typed)
{
	const char *best = NULL;
	long popularity = 0;
	int least = 0;

	for (size_t i = 0; i < provider_count(); i++) {
		const struct provider *p = provider_at(i);

		for (const char *const *c = p->common; *c; c++) {
			int n = slips(typed, *c, p->popularity);

			if (n < 0 || (best && (n > least ||
					       (n == least && p->popularity <= popularity))))
				continue;
			best = *c;
			least = n;
			popularity = p->popularity;
		}
	}
	return best;
}

/* ".con" of whatever domain. */
static bool wrong_ending(const char *typed, char meant[DOMAIN_MAX + 8])
{
	const char *dot = strrchr(typed, '.');

	if (!dot || dot == typed)
		return false;
	for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
		if (strcmp(dot + 1, endings[i].wrong) != 0)
			continue;
		snprintf(meant, DOMAIN_MAX + 8, "%.*s%s", (int)(dot + 1 - typed), typed,
			 endings[i].right);
		return true;
	}
	return false;
}

bool typo_find(const char *address, char meant[TYPO_MAX])
{
	const char *at = strrchr(address, '@');
	const char *domain = at ? at + 1 : address, *near;
	char typed[DOMAIN_MAX + 1], other[DOMAIN_MAX + 8];
	size_t n = strlen(domain), before = (size_t)(domain - address);

	meant[0] = '\0';
	if (n == 0 || n > DOMAIN_MAX || before >= TYPO_MAX - DOMAIN_MAX || !text_ascii(domain) ||
	    provider_by_domain(domain))
		return false;
	memcpy(typed, domain, n + 1);
	text_lower(typed);
	near = nearest(typed);
	if (!near && wrong_ending(typed, other))
		near = other;
	if (near)
		snprintf(meant, TYPO_MAX, "%.*s%s", (int)before, address, near);
	return near != NULL;
}
