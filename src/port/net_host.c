/* Names of hosts, and what is needed once a process. */
#include "port/net.h"

#include <arpa/inet.h>
#include <locale.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>

#include "base/err.h"
#include "base/text.h"

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void init(void)
{
	/* libcurl writes to sockets that a server may have closed; with
	 * CURLOPT_NOSIGNAL it leaves SIGPIPE to us. */
	signal(SIGPIPE, SIG_IGN);
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		die("libcurl cannot be used (curl_global_init failed)");
}

void net_init(void)
{
	pthread_once(&once, init);
}

const char *net_library(void)
{
	static char name[64];

	snprintf(name, sizeof name, "libcurl %s", curl_version_info(CURLVERSION_NOW)->version);
	return name;
}

bool net_is_loopback(const char *host)
{
	struct in_addr four;
	struct in6_addr six;
	size_t n = strlen(host);

	if (inet_pton(AF_INET, host, &four) == 1)
		return ntohl(four.s_addr) >> 24 == 127;
	if (inet_pton(AF_INET6, host, &six) == 1)
		return IN6_IS_ADDR_LOOPBACK(&six) ||
		       (IN6_IS_ADDR_V4MAPPED(&six) && six.s6_addr[12] == 127);
	if (n > 0 && host[n - 1] == '.')
		n--;
	return (n == 9 && text_prefix_nocase(host, "localhost")) ||
	       (n > 10 && text_prefix_nocase(host + n - 10, ".localhost"));
}

static enum net_scope scope_of_four(const unsigned char *a)
{
	if (a[0] == 0 || a[0] == 127)
		return NET_THIS_HOST;
	if (a[0] == 10 || (a[0] == 172 && a[1] >> 4 == 1) || (a[0] == 192 && a[1] == 168) ||
	    (a[0] == 169 && a[1] == 254) || (a[0] == 100 && a[1] >> 6 == 1))
		return NET_PRIVATE;
	return NET_GLOBAL;
}

static enum net_scope scope_of_six(const struct in6_addr *six)
{
	static const unsigned char nat64[12] = { 0, 0x64, 0xff, 0x9b };
	const unsigned char *a = six->s6_addr;

	if (IN6_IS_ADDR_LOOPBACK(six) || IN6_IS_ADDR_UNSPECIFIED(six))
		return NET_THIS_HOST;
	/* Those that hold one of version 4 lead where that one leads (RFC 4291, 6052, 3056). */
	if (IN6_IS_ADDR_V4MAPPED(six) || IN6_IS_ADDR_V4COMPAT(six) || memcmp(a, nat64, 12) == 0)
		return scope_of_four(a + 12);
	if (a[0] == 0x20 && a[1] == 0x02)
		return scope_of_four(a + 2);
	/* The last are the site-local ones of old (RFC 3879). */
	if ((a[0] & 0xfe) == 0xfc || IN6_IS_ADDR_LINKLOCAL(six) || IN6_IS_ADDR_SITELOCAL(six))
		return NET_PRIVATE;
	return NET_GLOBAL;
}

enum net_scope net_scope_of(const char *literal)
{
	char address[INET6_ADDRSTRLEN + 1];
	unsigned char four[4];
	struct in6_addr six;
	size_t len = strcspn(literal, "%"); /* then comes the zone of a link-local one */

	if (len >= sizeof address)
		return NET_GLOBAL;
	memcpy(address, literal, len);
	address[len] = '\0';
	if (inet_pton(AF_INET, address, four) == 1)
		return scope_of_four(four);
	if (inet_pton(AF_INET6, address, &six) == 1)
		return scope_of_six(&six);
	return NET_GLOBAL;
}

char *net_host_ascii(const char *host)
{
	char *out = NULL;

	if (text_ascii(host))
		return xstrdup(host);
#ifdef CURLU_PUNYCODE
	/* libcurl reads the name in the locale's encoding; ours is always UTF-8. */
	locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	locale_t before = utf8 ? uselocale(utf8) : (locale_t)0;
	CURLU *url = curl_url();
	char *ascii = NULL;

	if (curl_url_set(url, CURLUPART_SCHEME, "smtp", 0) == CURLUE_OK &&
	    curl_url_set(url, CURLUPART_HOST, host, 0) == CURLUE_OK &&
	    curl_url_get(url, CURLUPART_HOST, &ascii, CURLU_PUNYCODE) == CURLUE_OK &&
	    text_ascii(ascii))
		out = xstrdup(ascii);
	curl_free(ascii);
	curl_url_cleanup(url);
	if (utf8) {
		uselocale(before);
		freelocale(utf8);
	}
#endif
	return out;
}
