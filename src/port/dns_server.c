/* Who is asked, and whether what it says of DNSSEC may be believed. */
#define CARES_NO_DEPRECATED /* the names of these calls in newer ones are not in older ones */
#include "port/dns_private.h"

#include <arpa/inet.h>
#include <ares.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/text.h"
#include "port/net.h"

#define RESOLV_CONF	"/etc/resolv.conf"
#define RESOLV_CONF_MAX 65536

/* Splits "ADDRESS", "ADDRESS:PORT", "[IPv6]:PORT" in place. */
static int split(char *server, char **address, long *port)
{
	char *end, *colon = strchr(server, ':');

	*address = server;
	if (server[0] == '[') {
		end = strchr(++*address, ']');
		if (!end || (end[1] && end[1] != ':'))
			return -1;
		colon = end[1] ? end + 1 : NULL;
		*end = '\0';
	} else if (colon && strchr(colon + 1, ':')) {
		colon = NULL; /* IPv6 without a port */
	}
	if (!colon)
		return 0;
	*colon = '\0';
	return text_number(colon + 1, 1, 65535, port);
}

int dns_server_set(struct ares_channeldata *channel, const char *server, struct err *err)
{
	char text[80] = "", parts[80], *address;
	unsigned char bytes[16];
	long port = 53;
	int rc = -1;

	if (strlen(server) < sizeof parts) {
		strcpy(parts, server);
		if (split(parts, &address, &port) == 0 &&
		    (inet_pton(AF_INET, address, bytes) == 1 ||
		     inet_pton(AF_INET6, address, bytes) == 1)) {
			snprintf(text, sizeof text, strchr(address, ':') ? "[%s]:%ld" : "%s:%ld",
				 address, port);
			rc = ares_set_servers_ports_csv(channel, text);
		}
	}
	if (rc == ARES_SUCCESS)
		return 0;
	err_set(err, ERR_INPUT, "\"%s\" is no name server.", server);
	err_hint(err, "Give its address, with a port where that is not 53: 9.9.9.9, "
		 "127.0.0.1:5353 or [::1]:5353.");
	return -1;
}

/* Is the word in the options? As glibc reads them: blanks between. */
static bool has_option(const char *options, size_t len)
{
	static const char word[] = "trust-ad";
	const char *end = options + len;

	while (options < end) {
		size_t n = strcspn(options, " \t\n");

		if (options + n > end)
			n = (size_t)(end - options);
		if (n == sizeof word - 1 && memcmp(options, word, n) == 0)
			return true;
		options += n + 1;
	}
	return false;
}

/* "options trust-ad" (resolv.conf(5)), or the same from the environment. */
static bool is_called_trusted(void)
{
	static const char key[] = "options";
	const char *set = getenv("RES_OPTIONS");
	struct buf file = BUF_INIT(RESOLV_CONF_MAX);
	bool found = set && has_option(set, strlen(set));

	if (!found && file_read(RESOLV_CONF, &file, NULL) == 0)
		for (const char *line = buf_text(&file); *line && !found;) {
			size_t n = strcspn(line, "\n");

			if (n > sizeof key && memcmp(line, key, sizeof key - 1) == 0 &&
			    strchr(" \t", line[sizeof key - 1]))
				found = has_option(line + sizeof key, n - sizeof key);
			line += n + (line[n] == '\n');
		}
	buf_free(&file);
	return found;
}

size_t dns_server_count(struct ares_channeldata *channel)
{
	struct ares_addr_port_node *servers = NULL;
	size_t n = 0;

	if (ares_get_servers_ports(channel, &servers) != ARES_SUCCESS)
		return 0;
	for (struct ares_addr_port_node *s = servers; s; s = s->next)
		n++;
	ares_free_data(servers);
	return n;
}

bool dns_server_trusted(struct ares_channeldata *channel, bool system)
{
	struct ares_addr_port_node *servers = NULL;
	bool local;

	if (ares_get_servers_ports(channel, &servers) != ARES_SUCCESS)
		return false;
	local = servers != NULL;
	for (struct ares_addr_port_node *s = servers; s && local; s = s->next) {
		char text[INET6_ADDRSTRLEN];

		local = inet_ntop(s->family, &s->addr, text, sizeof text) && net_is_loopback(text);
	}
	ares_free_data(servers);
	return local || (system && is_called_trusted());
}
