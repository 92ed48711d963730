/* Every file of providers/, as it is compiled in: what can be judged without a network. */
#include "test_base_kit.h"

#include <ctype.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/text.h"
#include "mail/country.h"
#include "mail/provider.h"
#include "mail/provider_table.h"

#define HINT_MAX 200

/* Ports that speak something else than is usual there, and why. */
static const struct {
	const char *id;
	int port;
	enum net_security security;
} odd_ports[] = {
	{ "charter", 587, NET_TLS },	 /* told so by two lists of servers */
	{ "brighthouse", 587, NET_TLS }, /* the same network */
	{ "nauta", 25, NET_STARTTLS },	 /* nothing else is open */
	{ "proton-bridge", 1025, NET_STARTTLS }, /* a program on this machine */
	{ "sandbox", 2525, NET_NONE },	 /* and this one */
};

/* The page itself has no https. */
static const char *const plain_pages[] = { "sky",     "proximus",      "usfamily", "seznam",
					   "bol",     "cesky-hosting", "gigahost", "sina" };

static void judge(const struct provider *p, bool good, const char *what)
{
	if (!good)
		fail_msg("%s.ini: %s", p->id, what);
}

static bool usual(const struct provider *p, int port, enum net_security security)
{
	enum net_security known;

	for (size_t i = 0; i < COUNT(odd_ports); i++)
		if (strcmp(odd_ports[i].id, p->id) == 0 && odd_ports[i].port == port)
			return odd_ports[i].security == security;
	return provider_security_of_port(port, &known) == 0 && known == security;
}

/* A name that a resolver takes, or an address of this machine. */
static bool host_name(const char *host)
{
	size_t dots = 0;

	if (strcmp(host, "localhost") == 0 || strcmp(host, "127.0.0.1") == 0)
		return true;
	for (const char *c = host; *c; c++) {
		if (!islower((unsigned char)*c) && !isdigit((unsigned char)*c) && *c != '-' && *c != '.')
			return false;
		dots += *c == '.';
	}
	return dots > 0 && host[0] != '.' && host[strlen(host) - 1] != '.' && !strstr(host, "..");
}

static void judge_server(const struct provider *p)
{
	const char *choice = p->choices[0] ? p->choices[0] : "x1";
	struct buf out = BUF_INIT(1024);
	struct err err = ERR_INIT;

	judge(p, provider_expand(p, p->host, "anna.b@mail.example.org", choice, &out, &err) == 0,
	      err.text);
	judge(p, host_name(buf_text(&out)), buf_text(&out));
	buf_clear(&out);
	judge(p, provider_expand(p, p->user, "anna.b@mail.example.org", choice, &out, &err) == 0,
	      err.text);
	judge(p, usual(p, p->port, p->security), "port and security do not fit");
	judge(p, !p->alt_port || usual(p, p->alt_port, p->alt_security),
	      "alt-port and alt-security do not fit");
	judge(p, p->kind == PROVIDER_LOCAL || p->security != NET_NONE, "not encrypted");
	buf_free(&out);
}

static void judge_no_server(const struct provider *p)
{
	judge(p, !*p->host && !*p->user && p->port == 0 && p->alt_port == 0, "has a server");
	judge(p, p->kind == PROVIDER_MAILBOX, "only a mailbox can have no SMTP");
}

static bool wants_words(const struct provider *p)
{
	return p->password != PROVIDER_PASSWORD || p->same_password || p->kind == PROVIDER_LOCAL ||
	       (*p->user && *p->user != '{');
}

static void judge_words(const struct provider *p)
{
	size_t n = strlen(p->hint);
	bool plain = false;

	judge(p, !wants_words(p) || n > 0, "needs a hint");
	judge(p, n <= HINT_MAX, "the hint is too long");
	judge(p, n == 0 || p->hint[n - 1] == '.', "the hint ends without a full stop");
	judge(p, !strstr(p->hint, "  ") && !strstr(p->hint, "!!"), "the hint");
	/* What was said once is right until somebody changes it: the day tells how old it is. */
	judge(p, n > 0 || !*p->note_date, "a date without a hint");
	judge(p, n == 0 || *p->note_date || p->kind == PROVIDER_LOCAL || p->kind == PROVIDER_CUSTOM,
	      "a hint without a date");
	for (size_t i = 0; i < COUNT(plain_pages); i++)
		plain = plain || strcmp(plain_pages[i], p->id) == 0;
	judge(p, !*p->help_url || text_prefix_nocase(p->help_url, plain ? "http://" : "https://"),
	      "help-url is not https");
	judge(p, !*p->limit || p->limit[strlen(p->limit) - 1] != '.', "limit is no sentence");
}

static void judge_names(const struct provider *p)
{
	for (const char *const *d = p->domains; *d; d++) {
		judge(p, host_name(*d), *d);
		judge(p, provider_by_domain(*d) == p, *d);
	}
	for (const char *const *mx = p->mx; *mx; mx++) {
		judge(p, host_name(*mx), *mx);
		judge(p, provider_by_mx(*mx) == p, *mx);
	}
	for (const char *const *c = p->countries; *c; c++)
		judge(p, provider_matches(p, country_name(*c)), *c);
	judge(p, strlen(p->name) <= 50, "the name is too long for a list");
}

TEST(every_file)
{
	for (size_t i = 0; i < provider_count(); i++) {
		const struct provider *p = provider_at(i);

		assert_ptr_equal(provider_by_id(p->id), p);
		if (p->password == PROVIDER_NO_SMTP)
			judge_no_server(p);
		else if (p->kind != PROVIDER_CUSTOM)
			judge_server(p);
		judge_words(p);
		judge_names(p);
		if (i > 0)
			assert_true(provider_at(i - 1)->kind <= p->kind);
	}
	assert_true(provider_count() >= 270);
}

/* No exception outlives what it was made for. */
TEST(every_exception_is_needed)
{
	for (size_t i = 0; i < COUNT(odd_ports); i++) {
		const struct provider *p = provider_by_id(odd_ports[i].id);

		assert_non_null(p);
		assert_int_equal(p->port, odd_ports[i].port);
	}
	for (size_t i = 0; i < COUNT(plain_pages); i++) {
		const struct provider *p = provider_by_id(plain_pages[i]);

		assert_non_null(p);
		judge(p, text_prefix_nocase(p->help_url, "http://"), "has https now");
	}
}

TEST(domains_are_sorted_and_claimed_once)
{
	assert_true(provider_domain_count > 900);
	for (size_t i = 1; i < provider_domain_count; i++)
		assert_true(strcmp(provider_domains[i - 1].domain, provider_domains[i].domain) < 0);
}

/* One of each sort, so that a slip of the pen in a file is seen here. */
static const struct {
	const char *id, *host;
	int port;
	enum provider_password password;
	const char *user;
} facts[] = {
	{ "aol", "smtp.aol.com", 465, PROVIDER_OAUTH2_OR_APP, "{email}" },
	{ "webde", "smtp.web.de", 465, PROVIDER_PASSWORD, "{local}" },
	{ "tonline", "securesmtp.t-online.de", 465, PROVIDER_APP_PASSWORD, "{email}" },
	{ "rogers", "smtp.mail.yahoo.com", 465, PROVIDER_OAUTH2, "{email}" },
	{ "resend", "smtp.resend.com", 465, PROVIDER_API_KEY, "resend" },
	{ "sparkpost", "smtp.sparkpostmail.com", 587, PROVIDER_API_KEY, "SMTP_Injection" },
	{ "mailjet", "in-v3.mailjet.com", 587, PROVIDER_API_KEY, "" },
	{ "iijmio", "mbox.iijmio-mail.jp", 587, PROVIDER_PASSWORD, "{local}.{domain}" },
	{ "hosteurope", "{server}.mailout.server-he.de", 465, PROVIDER_PASSWORD, "{email}" },
	{ "loops", "smtp.loops.so", 587, PROVIDER_API_KEY, "loops" },
	{ "tuta", "", 0, PROVIDER_NO_SMTP, "" },
};

TEST(some_facts)
{
	for (size_t i = 0; i < COUNT(facts); i++) {
		const struct provider *p = provider_by_id(facts[i].id);

		assert_non_null(p);
		assert_string_equal(p->host, facts[i].host);
		assert_int_equal(p->port, facts[i].port);
		assert_int_equal(p->password, facts[i].password);
		assert_string_equal(p->user, facts[i].user);
	}
}

static const struct {
	const char *host, *id; /* NULL: nobody's */
} mx_hosts[] = {
	{ "aspmx.l.google.com", "google-workspace" },
	{ "ASPMX2.GOOGLEMAIL.COM.", "google-workspace" },
	{ "example-com.mail.protection.outlook.com", "microsoft365" },
	{ "hotmail-com.olc.protection.outlook.com", "outlook" },
	{ "in1-smtp.messagingengine.com", "fastmail" },
	{ "mail.protonmail.ch", "proton-bridge" },
	{ "mx.zoho.com", "zoho-pro" },
	{ "mx.zoho.eu", "zoho-eu" },
	{ "mx.hover.com.cust.hostedemail.com", "hover" },
	{ "mx.example.hostedemail.com", "opensrs" },
	{ "mxbiz1.qq.com", "qq-exmail" },
	{ "mx0.mail.ovh.net", "ovh" },
	{ "vps-1.vps.ovh.net", NULL },
	{ "example-com.o-v1.mx.microsoft", "microsoft365" },
	{ "mx00.ionos.co.uk", "ionos-uk" },
	{ "notgoogle.com", NULL },
	{ "google.com.evil.example", NULL },
	{ "com", NULL },
	{ "", NULL },
	{ ".", NULL },
};

TEST(by_mx)
{
	for (size_t i = 0; i < COUNT(mx_hosts); i++) {
		const struct provider *p = provider_by_mx(mx_hosts[i].host);

		if (!mx_hosts[i].id && p)
			fail_msg("%s is of %s", mx_hosts[i].host, p->id);
		if (mx_hosts[i].id && (!p || strcmp(p->id, mx_hosts[i].id) != 0))
			fail_msg("%s is of %s", mx_hosts[i].host, p ? p->id : "nobody");
	}
}

static const struct {
	const char *word, *id;
	bool fits;
} searches[] = {
	{ "germany", "webde", true },	  { "DEUTSCHLAND", "webde", true },
	{ "deut", "webde", true },	  { "de", "webde", true },
	{ "de", "gmx", true },		  { "de", "yahoo", false },
	{ "de", "dreamhost", false },	  { "at", "gmx", true },
	{ "schweiz", "bluewin", true },	  { "Österreich", "gmx", true },
	{ "日本", "docomo", true },	  { "uk", "sky", true },
	{ "usa", "comcast", true },	  { "germany", "gmail", false },
	{ "world", "gmail", true },	  { "global", "sendgrid", true },
	{ "world", "webde", false },	  { "world", "localhost", false },
	{ "world", "custom", false },	  { "in", "infomaniak", false },
	{ "inf", "infomaniak", true },	  { "österreich", "a1", true },
	{ "qq", "qq", true },		  { "relay", "sendgrid", true },
	{ "mailbox", "gmail", false },	  { "ee", "mail-ee", true },
	{ "in", "rediffmail", true },	  { "it", "libero", true },
	{ "it", "mittwald", false },	  { "hotmail.co.uk", "outlook", true },
};

TEST(searches_by_country)
{
	for (size_t i = 0; i < COUNT(searches); i++)
		if (provider_matches(provider_by_id(searches[i].id), searches[i].word) !=
		    searches[i].fits)
			fail_msg("%s and %s", searches[i].word, searches[i].id);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_file),
		cmocka_unit_test(every_exception_is_needed),
		cmocka_unit_test(domains_are_sorted_and_claimed_once),
		cmocka_unit_test(some_facts),
		cmocka_unit_test(by_mx),
		cmocka_unit_test(searches_by_country),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
