/* Any text as an address, a host, and a list of addresses. */
#include <stdlib.h>

#include "fuzz.h"
#include "mail/addr.h"
#include "mail/message.h"
#include "mail/typo.h"
#include "port/net.h"

/* What passes the gate could do no harm in a command of SMTP or in a header. */
static void check_passed(const char *address)
{
	size_t len = strlen(address);
	char meant[TYPO_MAX];

	promise(len <= 254 && strchr(address, '@') && is_visible(address));
	promise(!text_has_control(address, len));
	promise(addr_domain(address)[0]);
	if (address[0] != '"')
		promise(!strpbrk(address, "<> ,;"));
	/* What is proposed instead is an address,. */
	if (typo_find(address, meant))
		promise(addr_check(meant, NULL) == 0 && !text_eq_nocase(meant, address));
	else
		promise(meant[0] == '\0');
}

static void one(const char *text)
{
	struct err err = ERR_INIT;
	char *ascii;

	if (addr_check(text, &err) == 0)
		check_passed(text);
	else
		promise(is_told(&err));
	err_clear(&err);
	if (addr_check_host(text, &err) == 0)
		promise(text[0] && !strpbrk(text, " \r\n<>") && is_visible(text));
	else
		promise(is_told(&err));
	(void)net_is_loopback(text);
	ascii = net_host_ascii(text);
	promise(!ascii || text_ascii(ascii));
	free(ascii);
}

static void many(const char *text)
{
	struct addr_list list = ADDR_LIST_INIT;
	struct err err = ERR_INIT;

	if (message_parse_addresses(text, &list, &err) < 0) {
		promise(is_told(&err) && list.count == 0);
	} else {
		promise(list.count <= ADDR_LIST_MAX);
		for (size_t i = 0; i < list.count; i++) {
			promise(addr_check(list.list[i].address, &err) == 0);
			promise(!text_has_control(list.list[i].name, strlen(list.list[i].name)));
			promise(addr_list_has(&list, list.list[i].address));
			check_passed(list.list[i].address);
		}
	}
	addr_list_clear(&list);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = xstrndup((const char *)data, size);

	one(text);
	many(text);
	free(text);
	return 0;
}
