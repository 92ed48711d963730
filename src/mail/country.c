#include "mail/country.h"

#include <stddef.h>
#include <string.h>

#include "base/text.h"

#define COUNT(a)  (sizeof(a) / sizeof((a)[0]))
#define NAMES_MAX 6
#define WORD_MIN  3 /* bytes; less says nothing of a name */

static const struct {
	const char *code;
	const char *names[NAMES_MAX]; /* English first; only ASCII has no case here */
} countries[] = {
	{ "ao", { "Angola" } },
	{ "at", { "Austria", "Österreich", "österreich", "Oesterreich" } },
	{ "au", { "Australia" } },
	{ "ba", { "Bosnia and Herzegovina", "Bosna i Hercegovina", "BiH" } },
	{ "be", { "Belgium", "Belgique", "België", "Belgie", "Belgien" } },
	{ "bg", { "Bulgaria", "България", "Balgariya" } },
	{ "br", { "Brazil", "Brasil" } },
	{ "by", { "Belarus", "Беларусь" } },
	{ "ca", { "Canada" } },
	{ "ch", { "Switzerland", "Schweiz", "Suisse", "Svizzera" } },
	{ "cn", { "China", "中国", "Zhongguo" } },
	{ "cu", { "Cuba" } },
	{ "cv", { "Cape Verde", "Cabo Verde" } },
	{ "cz", { "Czechia", "Czech Republic", "Česko", "česko", "Cesko" } },
	{ "de", { "Germany", "Deutschland", "Allemagne", "Alemania", "Germania" } },
	{ "dk", { "Denmark", "Danmark" } },
	{ "ee", { "Estonia", "Eesti" } },
	{ "es", { "Spain", "España", "Espana" } },
	{ "fr", { "France", "Frankreich", "Francia" } },
	{ "gb", { "United Kingdom", "UK", "Great Britain", "Britain", "England", "Scotland" } },
	{ "hu", { "Hungary", "Magyarország", "Magyarorszag" } },
	{ "in", { "India", "भारत", "Bharat" } },
	{ "it", { "Italy", "Italia", "Italien", "Italie" } },
	{ "jp", { "Japan", "日本", "Nihon", "Nippon" } },
	{ "kr", { "South Korea", "Korea", "한국", "대한민국", "Hanguk" } },
	{ "kz", { "Kazakhstan", "Қазақстан", "Казахстан" } },
	{ "lv", { "Latvia", "Latvija" } },
	{ "mz", { "Mozambique", "Moçambique", "Mocambique" } },
	{ "nl", { "Netherlands", "Nederland", "Holland", "The Netherlands" } },
	{ "no", { "Norway", "Norge", "Noreg" } },
	{ "nz", { "New Zealand", "Aotearoa" } },
	{ "pl", { "Poland", "Polska", "Polen" } },
	{ "pt", { "Portugal" } },
	{ "ru", { "Russia", "Россия", "россия", "Rossiya" } },
	{ "se", { "Sweden", "Sverige" } },
	{ "sk", { "Slovakia", "Slovensko" } },
	{ "tl", { "East Timor", "Timor-Leste" } },
	{ "tr", { "Turkey", "Türkiye", "Turkiye" } },
	{ "ua", { "Ukraine", "Україна", "україна", "Ukraina" } },
	{ "us", { "United States", "USA", "America", "U.S." } },
};

static const char *const world[] = { "world", "worldwide", "global", "international" };

static size_t find(const char *code)
{
	size_t i = 0;

	while (i < COUNT(countries) && !text_eq_nocase(countries[i].code, code))
		i++;
	return i;
}

bool country_known(const char *code)
{
	return find(code) < COUNT(countries);
}

bool country_is(const char *code, const char *word)
{
	size_t i = find(code);

	if (text_eq_nocase(code, word))
		return true;
	for (size_t k = 0; i < COUNT(countries) && k < NAMES_MAX && countries[i].names[k]; k++)
		if (text_eq_nocase(countries[i].names[k], word) ||
		    (strlen(word) >= WORD_MIN && text_prefix_nocase(countries[i].names[k], word)))
			return true;
	return false;
}

const char *country_of(const char *word)
{
	size_t i = find(word);

	for (size_t k = 0; i == COUNT(countries) && k < COUNT(countries); k++)
		if (country_is(countries[k].code, word))
			return countries[k].code;
	return i < COUNT(countries) ? countries[i].code : NULL;
}

bool country_is_world(const char *word)
{
	for (size_t i = 0; i < COUNT(world); i++)
		if (text_eq_nocase(world[i], word))
			return true;
	return false;
}

const char *country_name(const char *code)
{
	size_t i = find(code);

	return i < COUNT(countries) ? countries[i].names[0] : code;
}
