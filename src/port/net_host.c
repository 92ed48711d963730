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
