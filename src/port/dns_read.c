/* The bytes of an answer (RFC 1035 4): what belongs to the question, and nothing else. */
#include "port/dns_private.h"

#include <arpa/inet.h>
#include <ares.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/text.h"

#define HEADER	    12
#define RECORDS_MAX 512 /* of an answer that are looked at */
#define CHAIN_MAX   16	/* names behind one another by CNAME */
#define HOST_MAX    253
#define CNAME	    5
#define CLASS_IN    1
#define NO_SUCH	    3 /* NXDOMAIN */

struct packet {
	const unsigned char *bytes;
	size_t len;
};

struct record {
	char *owner;
	unsigned type;
	size_t data, len; /* of its RDATA, within the packet */
};

static unsigned get16(const unsigned char *p)
{
	return (unsigned)p[0] << 8 | p[1];
}

/* The name at an offset, with odd bytes escaped; *end is behind it. NULL: there is none. */
static char *read_name(const struct packet *p, size_t at, size_t *end)
{
	char *escaped, *name;
	long used;

	if (at >= p->len || ares_expand_name(p->bytes + at, p->bytes, (int)p->len, &escaped,
					     &used) != ARES_SUCCESS)
		return NULL;
	name = xstrdup(escaped);
	ares_free_string(escaped);
	*end = at + (size_t)used;
	return name;
}

/* The record at *at, which is moved behind it. Free its owner. */
static int read_record(const struct packet *p, size_t *at, struct record *r)
{
	size_t fixed;

	r->owner = read_name(p, *at, &fixed);
	if (!r->owner)
		return -1;
	if (fixed + 10 <= p->len) {
		r->type = get16(p->bytes + fixed + 2) == CLASS_IN ? get16(p->bytes + fixed) : 0;
		r->data = fixed + 10;
		r->len = get16(p->bytes + fixed + 8);
		*at = r->data + r->len;
		if (*at <= p->len)
			return 0;
	}
	free(r->owner);
	return -1;
}

static bool label_ends(char c)
{
	return c == '.' || c == '\0';
}

/* As an address would be written: a name whose last label is a number is none of a host. */
static bool is_number(const char *label)
{
	if (label[0] == '0' && (label[1] == 'x' || label[1] == 'X'))
		return label[2 + strspn(label + 2, "0123456789abcdefABCDEF")] == '\0';
	return label[strspn(label, "0123456789")] == '\0';
}

bool dns_is_host(const char *name)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789-_";
	const char *last = strrchr(name, '.');

	if (strlen(name) > HOST_MAX || is_number(last ? last + 1 : name))
		return false;
	for (const char *p = name;; p++) {
		size_t n = strspn(p, letters);

		if (n < 1 || n > 63 || !label_ends(p[n]))
			return false;
		p += n;
		if (!*p)
			return true;
	}
}

unsigned dns_wire_type(enum dns_type type)
{
	static const unsigned types[] = {
		[DNS_SRV] = 33, [DNS_MX] = 15, [DNS_TXT] = 16, [DNS_ADDRESS] = DNS_A,
	};

	return types[type];
}

void dns_answer_add(struct dns_answer *answer, const struct dns_record *record)
{
	if (answer->count >= DNS_RECORDS)
		return;
	answer->list = xreallocarray(answer->list, answer->count + 1, sizeof *answer->list);
	answer->list[answer->count] = *record;
	answer->list[answer->count++].text = xstrdup(record->text);
}

void dns_answer_clear(struct dns_answer *answer)
{
	for (size_t i = 0; i < answer->count; i++)
		free(answer->list[i].text);
	free(answer->list);
	*answer = (struct dns_answer)DNS_ANSWER_INIT;
}

/* The name that fills the RDATA from an offset on; the root is "". */
static void take_host(const struct packet *p, const struct record *r, size_t at,
		      struct dns_record *record, struct dns_answer *answer)
{
	size_t end = 0;
	char *name = at < r->len ? read_name(p, r->data + at, &end) : NULL;

	if (name && end == r->data + r->len && (!*name || dns_is_host(name))) {
		text_lower(name);
		record->text = name;
		dns_answer_add(answer, record);
	}
	free(name);
}

static void take_text(const unsigned char *data, size_t len, struct dns_answer *answer)
{
	char text[DNS_TEXT + 1];
	size_t kept = 0;

	for (size_t at = 0; at < len; at += 1 + (size_t)data[at]) {
		size_t n = data[at], room = DNS_TEXT - kept;

		if (at + 1 + n > len)
			return;
		memcpy(text + kept, data + at + 1, n < room ? n : room);
		kept += n < room ? n : room;
	}
	text[kept] = '\0';
	if (len > 0 && strlen(text) == kept)
		dns_answer_add(answer, &(struct dns_record){ .text = text });
}

static void take_address(int family, const unsigned char *data, size_t len,
			 struct dns_answer *answer)
{
	char text[INET6_ADDRSTRLEN];

	if (len == (family == AF_INET ? 4 : 16) && inet_ntop(family, data, text, sizeof text))
		dns_answer_add(answer, &(struct dns_record){ .text = text });
}

static void take(enum dns_type type, const struct packet *p, const struct record *r,
		 struct dns_answer *answer)
{
	const unsigned char *data = p->bytes + r->data;
	struct dns_record record = { .text = NULL };

	switch (type) {
	case DNS_SRV:
		if (r->len < 6)
			return;
		record.priority = (int)get16(data);
		record.weight = (int)get16(data + 2);
		record.port = (int)get16(data + 4);
		take_host(p, r, 6, &record, answer);
		return;
	case DNS_MX:
		if (r->len < 2)
			return;
		record.priority = (int)get16(data);
		take_host(p, r, 2, &record, answer);
		return;
	case DNS_TXT:
		take_text(data, r->len, answer);
		return;
	case DNS_ADDRESS:
		take_address(r->type == DNS_A ? AF_INET : AF_INET6, data, r->len, answer);
		return;
	}
}

/* One walk over the answer section from an offset: what of the type the name has goes to answer
 * (NULL: nowhere), the name that it is another word for to *other. -1: the packet is broken. */
static int walk(enum dns_type type, const struct packet *p, size_t at, const char *name,
		unsigned wire, struct dns_answer *answer, char **other)
{
	unsigned count = get16(p->bytes + 6);

	for (unsigned i = 0; i < count && i < RECORDS_MAX; i++) {
		struct record r;
		size_t end;

		if (read_record(p, &at, &r) < 0)
			return -1;
		if (text_eq_nocase(r.owner, name)) {
			if (r.type == wire && answer)
				take(type, p, &r, answer);
			if (r.type == CNAME && other && !*other)
				*other = read_name(p, r.data, &end);
		}
		free(r.owner);
	}
	return 0;
}

/* Takes what the name has, or what the name at the end of its CNAMEs has. Owns name. */
static int follow(enum dns_type type, const struct packet *p, size_t at, char *name,
		  struct dns_answer *answer)
{
	unsigned wire = get16(p->bytes + at - 4);
	int rc = 0;

	for (int i = 0; i < CHAIN_MAX && name; i++) {
		char *other = NULL;

		rc = walk(type, p, at, name, wire, NULL, &other);
		if (rc == 0 && !other)
			rc = walk(type, p, at, name, wire, answer, NULL);
		free(name);
		name = rc == 0 ? other : NULL;
		if (rc < 0)
			free(other);
	}
	free(name);
	return rc;
}

/* The name that was asked for, *at moved behind the question. NULL: this is no answer to a
 * question of that type. */
static char *read_question(const struct packet *p, enum dns_type type, size_t *at)
{
	const unsigned char *h = p->bytes;
	unsigned wire;
	char *name;

	/* An answer (QR) to a query, whole (no TC), with one question. */
	if (p->len < HEADER || p->len > 65535 || (h[2] & 0xfa) != 0x80 || get16(h + 4) != 1)
		return NULL;
	name = read_name(p, HEADER, at);
	if (!name)
		return NULL;
	*at += 4;
	wire = *at <= p->len && get16(h + *at - 2) == CLASS_IN ? get16(h + *at - 4) : 0;
	if (wire && (wire == dns_wire_type(type) || (type == DNS_ADDRESS && wire == DNS_AAAA)))
		return name;
	free(name);
	return NULL;
}

static bool is_before(enum dns_type type, const struct dns_record *a, const struct dns_record *b)
{
	if (a->priority != b->priority)
		return a->priority < b->priority;
	return type == DNS_SRV && a->weight > b->weight;
}

/* Few and mostly in order; equals stay as they came. */
static void sort(enum dns_type type, struct dns_answer *answer)
{
	for (size_t i = 1; i < answer->count; i++) {
		struct dns_record r = answer->list[i];
		size_t k = i;

		for (; k > 0 && is_before(type, &r, &answer->list[k - 1]); k--)
			answer->list[k] = answer->list[k - 1];
		answer->list[k] = r;
	}
}

int dns_read(enum dns_type type, const void *bytes, size_t len, struct dns_answer *answer,
	     struct err *err)
{
	struct packet p = { bytes, len };
	size_t at;
	char *name = read_question(&p, type, &at);
	int rcode;

	if (!name)
		return err_set(err, ERR_INPUT, "What the name server sent is no answer.");
	rcode = p.bytes[3] & 0xf;
	if (rcode == 0 && follow(type, &p, at, name, answer) < 0)
		return err_set(err, ERR_INPUT, "The answer of the name server is broken.");
	if (rcode != 0)
		free(name);
	if (rcode != 0 && rcode != NO_SUCH)
		return err_set(err, ERR_HOST, "The name server could not answer (error %d).",
			       rcode);
	sort(type, answer);
	return 0;
}
