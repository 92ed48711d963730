/* Any bytes as the answer of a name server; the first says what was asked. */
#include "fuzz.h"
#include "port/dns.h"

static void check_host(const char *host)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-_.";

	promise(strlen(host) <= 253 && host[strspn(host, letters)] == '\0');
	promise(host[0] != '.' && !strstr(host, "..") && (!*host || host[strlen(host) - 1] != '.'));
}

static void check(enum dns_type type, const struct dns_answer *answer)
{
	promise(answer->count <= DNS_RECORDS);
	for (size_t i = 0; i < answer->count; i++) {
		const struct dns_record *r = &answer->list[i], *before = r - 1;

		promise(strlen(r->text) <= DNS_TEXT);
		promise(r->port >= 0 && r->port <= 65535 && r->priority >= 0 && r->weight >= 0);
		if (type == DNS_SRV || type == DNS_MX)
			check_host(r->text);
		promise(i == 0 || before->priority < r->priority ||
			(before->priority == r->priority && before->weight >= r->weight));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dns_answer answer = DNS_ANSWER_INIT;
	struct err err = ERR_INIT;
	enum dns_type type;

	if (size == 0)
		return 0;
	type = (enum dns_type)(data[0] % 4);
	if (dns_read(type, data + 1, size - 1, &answer, &err) < 0)
		promise(is_told(&err) && answer.count == 0);
	check(type, &answer);
	dns_answer_clear(&answer);
	return 0;
}
