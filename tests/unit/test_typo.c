/* Which domains look mistyped, and which must be left alone. */
#include "test_base_kit.h"

#include "mail/provider.h"
#include "mail/typo.h"

static const struct {
	const char *typed, *meant;
} typos[] = {
	{ "gmial.com", "gmail.com" },	    { "gamil.com", "gmail.com" },
	{ "gmai.com", "gmail.com" },	    { "gmal.com", "gmail.com" },
	{ "gmil.com", "gmail.com" },	    { "gmaill.com", "gmail.com" },
	{ "gmmail.com", "gmail.com" },	    { "gnail.com", "gmail.com" },
	{ "mgail.com", "gmail.com" },	    { "gmaul.com", "gmail.com" },
	{ "gmail.co", "gmail.com" },	    { "gmail.cm", "gmail.com" },
	{ "gmail.om", "gmail.com" },	    { "gmail.con", "gmail.com" },
	{ "gmail.cmo", "gmail.com" },	    { "gmail.comm", "gmail.com" },
	{ "gmailcom", "gmail.com" },	    { "gmial.con", "gmail.com" },
	{ "googlemial.com", "googlemail.com" }, { "goglemail.com", "googlemail.com" },
	{ "googelmail.con", "googlemail.com" }, { "hotmial.com", "hotmail.com" },
	{ "hotmal.com", "hotmail.com" },    { "hotmaill.com", "hotmail.com" },
	{ "homtail.com", "hotmail.com" },   { "hotmsil.com", "hotmail.com" },
	{ "hotmail.co", "hotmail.com" },    { "hotmial.co.uk", "hotmail.co.uk" },
	{ "hotmail.co.ku", "hotmail.co.uk" }, { "hotmial.fr", "hotmail.fr" },
	{ "outlok.com", "outlook.com" },    { "outllok.com", "outlook.com" },
	{ "oultook.com", "outlook.com" },   { "outlook.comn", "outlook.com" },
	{ "outlool.com", "outlook.com" },   { "yaho.com", "yahoo.com" },
	{ "yahooo.com", "yahoo.com" },	    { "yhaoo.com", "yahoo.com" },
	{ "yahoo.con", "yahoo.com" },	    { "yaho.co.uk", "yahoo.co.uk" },
	{ "yahoo.com.b", "yahoo.com.br" },  { "iclod.com", "icloud.com" },
	{ "icloudd.com", "icloud.com" },    { "ixloud.com", "icloud.com" },
	{ "icloud.cmo", "icloud.com" },	    { "me.con", "me.com" },
	{ "live.cmo", "live.com" },	    { "aol.con", "aol.com" },
	{ "gmx.dee", "gmx.de" },	    { "gmx.d", "gmx.de" },
	{ "gmx.nett", "gmx.net" },	    { "gmx.ent", "gmx.net" },
	{ "web.dee", "web.de" },	    { "web.ed", "web.de" },
	{ "t-onilne.de", "t-online.de" },   { "t-online.d", "t-online.de" },
	{ "freenett.de", "freenet.de" },    { "protonmial.com", "protonmail.com" },
	{ "protonmali.con", "protonmail.com" }, { "proton.mee", "proton.me" },
	{ "comcsat.net", "comcast.net" },   { "yandxe.ru", "yandex.ru" },
	{ "laposte.ent", "laposte.net" },   { "example.con", "example.com" },
	{ "mail.example.ogr", "mail.example.org" }, { "firma.dee", "firma.de" },
};

/* They exist, or may: nobody is asked about them. */
static const char *const fine[] = {
	"gmail.com", "googlemail.com", "hotmail.com", "outlook.com", "yahoo.com", "ymail.com",
	"icloud.com", "me.com", "mac.com", "aol.com", "aim.com", "live.com", "msn.com", "mail.com",
	"email.com", "gmx.com", "gmx.net", "gmx.li", "gmx.us", "web.de", "mail.de", "mail.ru",
	"email.it", "mail.ee", "mail.fr", "mail.dk", "free.fr", "free.de", "yahoo.co.jp", "yahoo.com.tw",
	"alice.it", "alice.de", "tiscali.it", "tiscali.co.uk", "o2.pl", "onet.pl", "wp.pl", "op.pl",
	"qq.com", "163.com", "126.com", "fastmail.fm", "pm.me", "proton.me", "hey.com", "duck.com",
	/* known to no list here, near to something that is */
	"love.com", "five.com", "life.com", "web.dev", "web.com", "web.me", "cloud.com",
	"tmail.com", "hmail.com", "yazoo.com", "gemail.com", "poste.it", "rodgers.com", "roger.com",
	"skyy.com", "gmc.de", "yahoo.cl", "outlook.pt", "hotmail.ch", "incloud.com", "mails.com",
	"orange.com", "uol.com", "photon.me", "navel.com", "libera.it", "range.fr", "gmx.ag",
	"charters.net", "verizon.com", "att.com", "sky.de", "bt.com", "telenor.be", "outlet.com",
	"hotel.com", "hotmart.com", "example.com", "example.org", "example.co.uk", "example.co",
	"example.cm", "example.dev", "company.io", "mail.gmail.com", "gmail.example.org",
	"localhost", "xn--bcher-kva.example", "bücher.example", "[127.0.0.1]", "", ".", "..", ".con",
};

TEST(what_was_meant)
{
	char meant[TYPO_MAX], address[TYPO_MAX], want[TYPO_MAX];

	assert_true(COUNT(typos) >= 40);
	for (size_t i = 0; i < COUNT(typos); i++) {
		if (!typo_find(typos[i].typed, meant) || strcmp(meant, typos[i].meant) != 0)
			fail_msg("%s: %s", typos[i].typed, meant);
		snprintf(address, sizeof address, "Anna.B+x@%s", typos[i].typed);
		snprintf(want, sizeof want, "Anna.B+x@%s", typos[i].meant);
		assert_true(typo_find(address, meant));
		assert_string_equal(meant, want);
	}
}

TEST(what_is_left_alone)
{
	char meant[TYPO_MAX], address[TYPO_MAX];

	assert_true(COUNT(fine) >= 40);
	for (size_t i = 0; i < COUNT(fine); i++) {
		if (typo_find(fine[i], meant))
			fail_msg("%s: %s?", fine[i], meant);
		assert_string_equal(meant, "");
		snprintf(address, sizeof address, "a@%s", fine[i]);
		assert_false(typo_find(address, meant));
	}
}

/* All that any provider claims, also one that is near to another one's. */
TEST(no_known_domain_is_questioned)
{
	char meant[TYPO_MAX];

	for (size_t i = 0; i < provider_count(); i++)
		for (const char *const *d = provider_at(i)->domains; *d; d++)
			if (typo_find(*d, meant))
				fail_msg("%s: %s?", *d, meant);
}

TEST(case_and_length)
{
	char meant[TYPO_MAX], longest[600];

	assert_true(typo_find("ANNA@GMIAL.COM", meant));
	assert_string_equal(meant, "ANNA@gmail.com");
	assert_true(typo_find("\"a@b\"@gmial.com", meant));
	assert_string_equal(meant, "\"a@b\"@gmail.com");
	memset(longest, 'a', sizeof longest);
	strcpy(longest + 300, ".con");
	assert_false(typo_find(longest, meant));
	strcpy(longest + 100, "@gmial.com");
	assert_true(typo_find(longest, meant));
	assert_string_equal(meant + 100, "@gmail.com");
	longest[100] = 'a';
	strcpy(longest + 200, "@gmial.com");
	assert_false(typo_find(longest, meant));
	strcpy(longest + 60, ".con");
	assert_true(typo_find(longest, meant));
	strcpy(longest + 249, ".con");
	memset(longest, 'a', 249);
	assert_true(typo_find(longest, meant));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_meant),
		cmocka_unit_test(what_is_left_alone),
		cmocka_unit_test(no_known_domain_is_questioned),
		cmocka_unit_test(case_and_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
