/* Where addresses lead, and which proxy the environment names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>

#include "port/net.h"
#include "port/net_private.h"

static const struct {
	const char *literal;
	enum net_scope scope;
} scopes[] = {
	{ "192.0.2.1", NET_GLOBAL },
	{ "8.8.8.8", NET_GLOBAL },
	{ "1.0.0.0", NET_GLOBAL },
	{ "9.255.255.255", NET_GLOBAL },
	{ "11.0.0.0", NET_GLOBAL },
	{ "100.63.255.255", NET_GLOBAL },
	{ "100.128.0.0", NET_GLOBAL },
	{ "126.255.255.255", NET_GLOBAL },
	{ "128.0.0.0", NET_GLOBAL },
	{ "169.253.255.255", NET_GLOBAL },
	{ "172.15.255.255", NET_GLOBAL },
	{ "172.32.0.0", NET_GLOBAL },
	{ "192.167.255.255", NET_GLOBAL },
	{ "192.169.0.0", NET_GLOBAL },
	{ "10.0.0.0", NET_PRIVATE },
	{ "10.255.255.255", NET_PRIVATE },
	{ "172.16.0.0", NET_PRIVATE },
	{ "172.31.255.255", NET_PRIVATE },
	{ "192.168.0.1", NET_PRIVATE },
	{ "169.254.169.254", NET_PRIVATE },
	{ "100.64.0.0", NET_PRIVATE },
	{ "100.127.255.255", NET_PRIVATE },
	{ "127.0.0.1", NET_THIS_HOST },
	{ "127.255.255.255", NET_THIS_HOST },
	{ "0.0.0.0", NET_THIS_HOST },
	{ "0.1.2.3", NET_THIS_HOST },
	{ "2001:db8::1", NET_GLOBAL },
	{ "2606:4700::1111", NET_GLOBAL },
	{ "fbff::1", NET_GLOBAL },
	{ "ff02::1", NET_GLOBAL },
	{ "fc00::", NET_PRIVATE },
	{ "fdff:ffff::1", NET_PRIVATE },
	{ "fe80::1", NET_PRIVATE },
	{ "fe80::1%eth0", NET_PRIVATE },
	{ "febf::1", NET_PRIVATE },
	{ "fec0::1", NET_PRIVATE },
	{ "::1", NET_THIS_HOST },
	{ "0:0:0:0:0:0:0:1", NET_THIS_HOST },
	{ "::", NET_THIS_HOST },
	{ "::ffff:127.0.0.1", NET_THIS_HOST },
	{ "::ffff:7f00:1", NET_THIS_HOST },
	{ "::ffff:0.0.0.0", NET_THIS_HOST },
	{ "::ffff:10.1.2.3", NET_PRIVATE },
	{ "::ffff:192.0.2.1", NET_GLOBAL },
	{ "::127.0.0.2", NET_THIS_HOST },
	{ "::10.0.0.1", NET_PRIVATE },
	{ "64:ff9b::127.0.0.1", NET_THIS_HOST },
	{ "64:ff9b::192.168.1.1", NET_PRIVATE },
	{ "64:ff9b::192.0.2.1", NET_GLOBAL },
	{ "64:ff9b:1::10.0.0.1", NET_GLOBAL },
	{ "2002:7f00:1::1", NET_THIS_HOST },
	{ "2002:a00:1::1", NET_PRIVATE },
	{ "2002:c000:201::1", NET_GLOBAL },
	{ "", NET_GLOBAL },
	{ "localhost", NET_GLOBAL },
	{ "127.1", NET_GLOBAL },
	{ "10.0.0.1.example.org", NET_GLOBAL },
	{ "[::1]", NET_GLOBAL },
	{ "127.0.0.1 ", NET_GLOBAL },
	{ "1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb:cccc", NET_GLOBAL },
};

static void test_scopes(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof scopes / sizeof *scopes; i++)
		if (net_scope_of(scopes[i].literal) != scopes[i].scope)
			fail_msg("%s: %d", scopes[i].literal, net_scope_of(scopes[i].literal));
}

static const struct {
	const char *name, *value; /* set beside no_proxy */
	const char *no_proxy, *scheme, *host;
	const char *proxy; /* NULL none */
} proxies[] = {
	{ "https_proxy", "http://p:1", "", "https", "mail.example.org", "http://p:1" },
	{ "HTTPS_PROXY", "http://p:1", "", "https", "mail.example.org", "http://p:1" },
	{ "http_proxy", "http://p:1", "", "http", "mail.example.org", "http://p:1" },
	{ "HTTP_PROXY", "http://p:1", "", "http", "mail.example.org", NULL },
	{ "http_proxy", "http://p:1", "", "https", "mail.example.org", NULL },
	{ "all_proxy", "p:1", "", "smtps", "mail.example.org", "p:1" },
	{ "ALL_PROXY", "p:1", "", "http", "mail.example.org", "p:1" },
	{ "smtp_proxy", "p:1", "", "smtp", "mail.example.org", "p:1" },
	{ "SMTPS_PROXY", "p:1", "", "smtps", "mail.example.org", "p:1" },
	{ "all_proxy", "", "", "smtps", "mail.example.org", NULL },
	{ "all_proxy", "p:1", "", "https", "localhost", NULL },
	{ "all_proxy", "p:1", "", "https", "127.0.0.1", NULL },
	{ "all_proxy", "p:1", "*", "https", "mail.example.org", NULL },
	{ "all_proxy", "p:1", "example.org", "https", "mail.example.org", NULL },
	{ "all_proxy", "p:1", ".Example.ORG", "https", "mail.example.org", NULL },
	{ "all_proxy", "p:1", "a, b,mail.example.org", "https", "mail.example.org", NULL },
	{ "all_proxy", "p:1", ", ,", "https", "mail.example.org", "p:1" },
	{ "all_proxy", "p:1", "ample.org", "https", "mail.example.org", "p:1" },
	{ "all_proxy", "p:1", "mail.example.org.uk", "https", "mail.example.org", "p:1" },
	{ "all_proxy", "p:1", ".", "https", "mail.example.org", "p:1" },
};

static void forget(void)
{
	unsetenv("no_proxy");
	unsetenv("NO_PROXY");
	for (size_t i = 0; i < sizeof proxies / sizeof *proxies; i++)
		unsetenv(proxies[i].name);
}

static void test_proxies(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof proxies / sizeof *proxies; i++) {
		const char *got;

		forget();
		setenv(proxies[i].name, proxies[i].value, 1);
		setenv(i % 2 ? "no_proxy" : "NO_PROXY", proxies[i].no_proxy, 1);
		got = net_proxy_of(proxies[i].scheme, proxies[i].host);
		if (!got != !proxies[i].proxy)
			fail_msg("case %zu: %s", i, got ? got : "none");
		if (got)
			assert_string_equal(got, proxies[i].proxy);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_scopes),
		cmocka_unit_test(test_proxies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
