/* autoconfig files: what becomes a candidate, and what is left out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "task/discover/autoconfig.h"

#define ADDRESS "alice.b@example.org"
#define FILE_(provider) "<?xml version=\"1.0\"?>\n<clientConfig version=\"1.1\">\n" \
	"<emailProvider id=\"example.org\">\n" provider "</emailProvider></clientConfig>\n"
#define SMTP(parts) "<outgoingServer type=\"smtp\">\n" parts "</outgoingServer>\n"
#define HOST(h, p, s) "  <hostname>" h "</hostname>\n  <port>" p "</port>\n  <socketType>" s "</socketType>\n"
#define USER(u) "  <username>" u "</username>\n"
#define AUTH(a) "  <authentication>" a "</authentication>\n"
#define MAIL HOST("smtp.example.org", "465", "SSL")

/* "host port security user signin", a line each. */
static const char *shown(const struct discover_list *list, char out[4096])
{
	static const char *const securities[] = { "none", "starttls", "tls" };
	static const char *const signins[] = { "password", "oauth2", "nothing" };
	size_t len = 0;

	out[0] = '\0';
	for (size_t i = 0; i < list->count; i++) {
		const struct discover_candidate *c = &list->list[i];

		len += (size_t)snprintf(out + len, 4096 - len, "%s%s %d %s %s %s", i ? "\n" : "", c->host,
					c->port, securities[c->security], c->user, signins[c->signin]);
	}
	return out;
}

static int read_text(const char *text, size_t len, struct discover_list *list, struct err *err)
{
	/* Of exactly this size, so that a byte too far is noticed. */
	char *copy = xmalloc(len ? len : 1);
	int rc;

	memcpy(copy, text, len);
	rc = autoconfig_read(copy, len, ADDRESS, list, err);
	free(copy);
	return rc;
}

static const struct {
	const char *what, *xml, *want;
} cases[] = {
	{ "TLS", FILE_(SMTP(MAIL USER("%EMAILADDRESS%") AUTH("password-cleartext"))),
	  "smtp.example.org 465 tls alice.b@example.org password" },
	{ "STARTTLS, local part", FILE_(SMTP(HOST("smtp.example.org", "587", "STARTTLS")
	  USER("%EMAILLOCALPART%") AUTH("password-encrypted"))),
	  "smtp.example.org 587 starttls alice.b password" },
	{ "clear text", FILE_(SMTP(HOST("smtp.example.org", "25", "plain") USER("%EMAILADDRESS%")
	  AUTH("none"))), "smtp.example.org 25 none  nothing" },
	{ "an odd port", FILE_(SMTP(HOST("smtp.example.org", "586", "TLS"))),
	  "smtp.example.org 586 tls alice.b@example.org password" },
	{ "several, in their order", FILE_(
	  SMTP(HOST("b.example.org", "587", "STARTTLS") AUTH("plain"))
	  SMTP(HOST("a.example.org", "465", "SSL") AUTH("secure"))),
	  "b.example.org 587 starttls alice.b@example.org password\n"
	  "a.example.org 465 tls alice.b@example.org password" },
	{ "both parts of the address", FILE_(SMTP(MAIL USER("%EMAILLOCALPART%.%EMAILDOMAIN%"))),
	  "smtp.example.org 465 tls alice.b.example.org password" },
	{ "placeholders in the host", FILE_(SMTP(HOST("mail.%EMAILDOMAIN%", "465", "SSL"))),
	  "mail.example.org 465 tls alice.b@example.org password" },
	{ "a user of one's own", FILE_(SMTP(MAIL USER("EXAMPLE\\shared &amp; co"))),
	  "smtp.example.org 465 tls EXAMPLE\\shared & co password" },
	{ "an empty user is none", FILE_(SMTP(MAIL USER(" "))),
	  "smtp.example.org 465 tls alice.b@example.org password" },
	{ "the first user counts", FILE_(SMTP(MAIL USER("one") USER("two"))),
	  "smtp.example.org 465 tls one password" },
	{ "words in any case, blanks around", FILE_(SMTP(HOST(" SMTP.Example.ORG ", "\t465\n", " ssl ")
	  AUTH("PASSWORD-Cleartext"))), "smtp.example.org 465 tls alice.b@example.org password" },
	{ "a final dot", FILE_(SMTP(HOST("smtp.example.org.", "465", "SSL"))),
	  "smtp.example.org 465 tls alice.b@example.org password" },
	{ "an international name", FILE_(SMTP(HOST("smtp.b\xc3\xbc" "cher.example", "465", "SSL"))),
	  "smtp.xn--bcher-kva.example 465 tls alice.b@example.org password" },
	{ "an address as host", FILE_(SMTP(HOST("192.0.2.1", "465", "SSL"))
	  SMTP(HOST("[2001:DB8::1]", "465", "SSL"))),
	  "192.0.2.1 465 tls alice.b@example.org password\n"
	  "2001:db8::1 465 tls alice.b@example.org password" },
	{ "a password before a token", FILE_(SMTP(MAIL AUTH("OAuth2") AUTH("password-cleartext"))),
	  "smtp.example.org 465 tls alice.b@example.org password" },
	{ "a token alone", FILE_(SMTP(MAIL AUTH("OAuth2"))),
	  "smtp.example.org 465 tls alice.b@example.org oauth2" },
	{ "a token before nothing", FILE_(SMTP(MAIL AUTH("none") AUTH("OAuth2"))),
	  "smtp.example.org 465 tls alice.b@example.org oauth2" },
	{ "by the address of the computer", FILE_(SMTP(MAIL AUTH("client-IP-address"))),
	  "smtp.example.org 465 tls  nothing" },
	{ "what we cannot is passed over", FILE_(SMTP(MAIL AUTH("GSSAPI") AUTH("NTLM") AUTH("plain"))),
	  "smtp.example.org 465 tls alice.b@example.org password" },
	{ "nothing that we can", FILE_(SMTP(MAIL AUTH("GSSAPI") AUTH("TLS-client-cert"))
	  SMTP(MAIL AUTH("NTLM")) SMTP(MAIL AUTH("smtp-after-pop"))), "" },
	{ "the first encryption that is known", FILE_(SMTP(HOST("a.example.org", "465", "TLSv4")
	  "<socketType>SSL</socketType><socketType>plain</socketType>")),
	  "a.example.org 465 tls alice.b@example.org password" },
	{ "an encryption that is not known", FILE_(SMTP(HOST("a.example.org", "465", "TLSv4"))
	  SMTP(HOST("a.example.org", "465", ""))), "" },
	{ "nothing about encryption", FILE_(SMTP("<hostname>a.example.org</hostname><port>465</port>")), "" },
	{ "no port, no host", FILE_(SMTP("<hostname>a.example.org</hostname><socketType>SSL</socketType>")
	  SMTP("<port>465</port><socketType>SSL</socketType>")), "" },
	{ "ports that are none", FILE_(SMTP(HOST("a.example.org", "0", "SSL"))
	  SMTP(HOST("a.example.org", "65536", "SSL")) SMTP(HOST("a.example.org", "-1", "SSL"))
	  SMTP(HOST("a.example.org", "465x", "SSL")) SMTP(HOST("a.example.org", "99999999999", "SSL"))), "" },
	{ "hosts that are none", FILE_(SMTP(HOST("a b", "465", "SSL")) SMTP(HOST("http://a/", "465", "SSL"))
	  SMTP(HOST("a..b", "465", "SSL")) SMTP(HOST("user@a", "465", "SSL"))
	  SMTP(HOST("a:465", "465", "SSL")) SMTP(HOST("%EMAILDOMAIN", "465", "SSL"))
	  SMTP(HOST("%DOMAIN%", "465", "SSL")) SMTP(HOST("a/../b", "465", "SSL"))
	  SMTP(HOST("%EMAILADDRESS%", "465", "SSL")) SMTP(HOST("-a.example.org", "465", "SSL"))), "" },
	{ "placeholders that are not known", FILE_(SMTP(MAIL USER("%REALNAME%")) SMTP(MAIL USER("50%"))), "" },
	{ "a user with a line in it", FILE_(SMTP(MAIL USER("a\nb")) SMTP(MAIL USER("a\xe2\x80\xae" "b"))), "" },
	{ "a good one after a bad one", FILE_(SMTP(HOST("a b", "465", "SSL")) SMTP(MAIL)),
	  "smtp.example.org 465 tls alice.b@example.org password" },
	{ "other servers, other types", FILE_("<incomingServer type=\"imap\">" HOST("imap.example.org", "993",
	  "SSL") "</incomingServer><outgoingServer type=\"uucp\">" MAIL "</outgoingServer>"
	  "<outgoingServer>" HOST("untyped.example.org", "465", "SSL") "</outgoingServer>"),
	  "untyped.example.org 465 tls alice.b@example.org password" },
	{ "what is not known, at every level", FILE_("<x><outgoingServer type='smtp'>" MAIL
	  "</outgoingServer></x>"
	  "<domain purpose='mx'>example.org</domain>"
	  SMTP(MAIL "<restriction>clientIPAddress</restriction><addThisServer>true</addThisServer>"
	       "<useGlobalPreferredServer>true</useGlobalPreferredServer><x><hostname>evil.example</hostname>"
	       "</x>")), "smtp.example.org 465 tls alice.b@example.org password" },
	{ "no outgoing server", FILE_("<domain>example.org</domain>"), "" },
	{ "outside of a provider", "<clientConfig><outgoingServer type='smtp'>" MAIL
	  "</outgoingServer><webMail/></clientConfig>", "" },
	{ "two providers", "<clientConfig><emailProvider>" SMTP(HOST("a.example.org", "465", "SSL"))
	  "</emailProvider><emailProvider>" SMTP(HOST("b.example.org", "465", "SSL"))
	  "</emailProvider></clientConfig>",
	  "a.example.org 465 tls alice.b@example.org password\n"
	  "b.example.org 465 tls alice.b@example.org password" },
	{ "Latin-1", "<?xml version='1.0' encoding='iso-8859-1'?><clientConfig><emailProvider><displayName>"
	  "Stra\xdf" "e</displayName>" SMTP(MAIL) "</emailProvider></clientConfig>",
	  "smtp.example.org 465 tls alice.b@example.org password" },
};

static void test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct discover_list list = { .count = 0 };
		struct err err = ERR_INIT;
		char got[4096];

		if (read_text(cases[i].xml, strlen(cases[i].xml), &list, &err) != 0)
			fail_msg("%s: %s", cases[i].what, err.text);
		if (strcmp(shown(&list, got), cases[i].want) != 0)
			fail_msg("%s:\n%s\nwanted:\n%s", cases[i].what, got, cases[i].want);
	}
}

#define BYTES(s) s, sizeof s - 1

static const struct {
	const char *what, *bytes;
	size_t len;
	const char *words;
} wrong[] = {
	{ "nothing", BYTES(""), "It is an empty file, not settings." },
	{ "blanks", BYTES(" \r\n\t\n"), "It is an empty file" },
	{ "a page", BYTES("<!DOCTYPE html>\n<html><body>Welcome</body></html>"),
	  "It is a web page, not settings." },
	{ "a page of old", BYTES("<HTML><HEAD><TITLE>Log in</TITLE>"), "It is a web page" },
	{ "a page that is XML", BYTES("<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'/>"),
	  "It is a web page" },
	{ "a page of XML with a type", BYTES("<?xml version='1.0'?>\n<!DOCTYPE html PUBLIC '-//W3C//DTD XHTML'>"
	  "<html/>"), "It is a web page" },
	{ "a page with a mark", BYTES("\xef\xbb\xbf\n<!doctype HTML><p>"), "It is a web page" },
	{ "a page of two bytes a character", BYTES("\xff\xfe<\0h\0t\0m\0l\0/\0>\0"), "It is a web page" },
	{ "JSON", BYTES("{\"error\": \"not found\"}"), "It is JSON, and settings are XML here." },
	{ "a list of JSON", BYTES(" []"), "It is JSON" },
	{ "text", BYTES("404 page not found"), "It is some text, not settings." },
	{ "another XML", BYTES("<Autodiscover><Response/></Autodiscover>"),
	  "It is XML, but not settings: its first element is <Autodiscover>." },
	{ "bytes", BYTES("\x1f\x8b\x08\0\0\0"), "The XML cannot be read: line 1" },
	{ "a document type", BYTES("<!DOCTYPE clientConfig SYSTEM 'x'><clientConfig/>"), "DOCTYPE" },
	{ "an entity", BYTES("<clientConfig>&nbsp;</clientConfig>"), "undefined entity" },
	{ "cut", BYTES("<clientConfig><emailProvider>" SMTP(MAIL)), "no element found" },
	{ "wrong at its end", BYTES("<clientConfig><emailProvider>" SMTP(MAIL) "</emailProvider></x>"),
	  "mismatched tag" },
};

static void test_wrong(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		struct discover_list list = { .count = 1 };
		struct err err = ERR_INIT;

		if (read_text(wrong[i].bytes, wrong[i].len, &list, &err) != -1 || err.kind != ERR_INPUT ||
		    !strstr(err.text, wrong[i].words) || list.count != 1)
			fail_msg("%s: \"%s\", %zu", wrong[i].what, err.text, list.count);
	}
}

/* A file as large providers have it: name and help stand after the servers. */
static const char large[] =
	"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	"<clientConfig version=\"1.1\">\n"
	"  <emailProvider id=\"example.org\">\n"
	"    <domain>example.org</domain>\n    <domain>example.com</domain>\n"
	"    <incomingServer type=\"imap\">\n" HOST("imap.example.org", "993", "SSL") USER("%EMAILADDRESS%")
	AUTH("OAuth2") AUTH("password-cleartext") "    </incomingServer>\n"
	SMTP(HOST("smtp.example.org", "465", "SSL") USER("%EMAILADDRESS%") AUTH("OAuth2")
	     AUTH("password-cleartext"))
	SMTP(HOST("smtp.example.org", "587", "STARTTLS") USER("%EMAILADDRESS%") AUTH("password-cleartext"))
	"    <displayName>Example\xc2\xae &amp; Sons</displayName>\n"
	"    <displayShortName>Ex</displayShortName>\n"
	"    <enable visiturl=\"https://example.org/enable\">"
	"<instruction>Switch it on.</instruction></enable>\n"
	"    <documentation url=\"http://example.org/insecure\">"
	"<descr lang=\"en\">Old</descr></documentation>\n"
	"    <documentation url=\"javascript:alert(1)\"/>\n"
	"    <documentation url=\"https://help.example.org/smtp?a=1&amp;b=2\">"
	"<descr>Help</descr></documentation>\n"
	"    <documentation url=\"https://help.example.org/second\"/>\n"
	"  </emailProvider>\n"
	"  <oAuth2><issuer>login.example.org</issuer><scope>https://mail.example.org/</scope>\n"
	"  <authURL>https://login.example.org/a</authURL>"
	"<tokenURL>https://login.example.org/t</tokenURL></oAuth2>\n"
	"  <clientConfigUpdate url=\"https://example.org/config.xml\"/>\n"
	"</clientConfig>\n";

static void test_large(void **state)
{
	struct discover_list list = { .count = 0 };
	char got[4096];

	(void)state;
	assert_int_equal(read_text(large, sizeof large - 1, &list, NULL), 0);
	assert_string_equal(shown(&list, got), "smtp.example.org 465 tls alice.b@example.org password\n"
			    "smtp.example.org 587 starttls alice.b@example.org password");
	for (size_t i = 0; i < 2; i++) {
		assert_string_equal(list.list[i].name, "Example\xc2\xae & Sons");
		assert_string_equal(list.list[i].help_url, "https://help.example.org/smtp?a=1&b=2");
	}
	/* Appended to what is there. */
	assert_int_equal(read_text(large, sizeof large - 1, &list, NULL), 0);
	assert_int_equal(list.count, 4);
}

/* Whatever the length of the file that came, nothing of half a file is taken. */
static void test_cut_anywhere(void **state)
{
	(void)state;
	for (size_t len = 0; len < sizeof large - 3; len++) {
		struct discover_list list = { .count = 0 };

		assert_int_equal(read_text(large, len, &list, NULL), -1);
		assert_int_equal(list.count, 0);
	}
}

static void test_utf16(void **state)
{
	struct discover_list list = { .count = 0 };
	static const char xml[] = "<clientConfig><emailProvider>" SMTP(MAIL) "</emailProvider></clientConfig>";
	char wide[2 * sizeof xml] = { '\xff', '\xfe' };

	(void)state;
	for (size_t i = 0; i < sizeof xml - 1; i++)
		wide[2 + 2 * i] = xml[i];
	assert_int_equal(read_text(wide, sizeof wide, &list, NULL), 0);
	assert_int_equal(list.count, 1);
}

static void test_names(void **state)
{
	struct buf xml = BUF_INIT(100000);
	struct discover_list list = { .count = 0 };

	(void)state;
	buf_adds(&xml, "<clientConfig><emailProvider><displayName>");
	for (int i = 0; i < 200; i++)
		buf_adds(&xml, "\xc3\xa4");
	buf_adds(&xml, "</displayName>" SMTP(MAIL) "<documentation url='https://");
	for (int i = 0; i < 400; i++)
		buf_adds(&xml, "a");
	buf_adds(&xml, "'/></emailProvider><emailProvider><displayName>a\xe2\x80\xae" "b\nc</displayName>"
		 SMTP(MAIL) "<documentation url='https://a.example/&#x202e;'/></emailProvider></clientConfig>");
	assert_int_equal(read_text(xml.data, xml.len, &list, NULL), 0);
	assert_int_equal(list.count, 2);
	/* Cut where a character ends; an address that was cut would lead elsewhere. */
	assert_int_equal(strlen(list.list[0].name), 126);
	assert_string_equal(list.list[0].help_url, "");
	assert_string_equal(list.list[1].name, "a\\u{202e}b\\x0ac");
	assert_string_equal(list.list[1].help_url, "");
	buf_free(&xml);
}

static void test_many(void **state)
{
	struct buf xml = BUF_INIT(2 * AUTOCONFIG_MAX);
	struct discover_list list = { .count = 0 };
	struct err err = ERR_INIT;

	(void)state;
	buf_adds(&xml, "<clientConfig><emailProvider>");
	for (int i = 0; i < 100; i++)
		buf_adds(&xml, SMTP(MAIL));
	buf_adds(&xml, "</emailProvider></clientConfig>");
	assert_int_equal(read_text(xml.data, xml.len, &list, NULL), 0);
	assert_int_equal(list.count, DISCOVER_MAX);
	while (xml.len <= AUTOCONFIG_MAX)
		buf_adds(&xml, "                                                                ");
	list.count = 0;
	assert_int_equal(read_text(xml.data, xml.len, &list, &err), -1);
	assert_string_equal(err.text, "It is longer than 1048576 bytes, which no settings are.");
	buf_free(&xml);
}

static void test_address(void **state)
{
	static const char xml[] = FILE_(SMTP(HOST("smtp.%EMAILDOMAIN%", "465", "SSL")
					     USER("%EMAILLOCALPART%")));
	struct discover_list list = { .count = 0 };

	(void)state;
	assert_int_equal(autoconfig_read(xml, sizeof xml - 1, "\"a@b\"@b\xc3\xbc" "cher.example", &list,
					 NULL), 0);
	assert_int_equal(list.count, 1);
	assert_string_equal(list.list[0].host, "smtp.xn--bcher-kva.example");
	assert_string_equal(list.list[0].user, "\"a@b\"");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_large),
		cmocka_unit_test(test_cut_anywhere),
		cmocka_unit_test(test_utf16),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_address),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
