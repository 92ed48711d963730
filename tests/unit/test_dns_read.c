/* The answers of name servers: good ones, broken ones, lies, and what is no name of a host. */
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
#include "port/dns.h"

/* Counts and types are two bytes, big-endian. */
#define HEAD(flags, questions, answers) "\x12\x34" flags questions answers "\0\0\0\0"
#define GOOD	 "\x81\x80"
#define NXDOMAIN "\x81\x83"
#define N(n)	 "\0" n
#define SRV	 "\0\x21"
#define MX	 "\0\x0f"
#define TXT	 "\0\x10"
#define A	 "\0\x01"
#define AAAA	 "\0\x1c"
#define CNAME	 "\0\x05"
#define IN	 "\0\x01"
#define TTL	 "\0\0\0\x3c"
#define ASKED	 "\xc0\x0c"		/* a pointer to the name of the question */
#define TEST	 "\xc0\x0e"		/* to its "test" */
#define QUESTION(type) "\1x\4test\0" type IN
#define RECORD(owner, type, len, data) owner type IN TTL len data
#define ONE(type, len, data) HEAD(GOOD, N("\1"), N("\1")) QUESTION(type) \
	RECORD(ASKED, type, len, data)

struct row {
	const char *what;
	enum dns_type type;
	const char *bytes;
	size_t len;
	const char *want;	/* "PRIORITY WEIGHT PORT TEXT;" each, or the kind of the error */
};
#define ROW(what, type, bytes, want) { what, type, bytes, sizeof(bytes) - 1, want }

static char *read_bytes(enum dns_type type, const void *bytes, size_t len)
{
	/* A copy without a byte behind it: reading on is seen by the sanitizer. */
	void *copy = xmalloc(len ? len : 1);
	struct dns_answer answer = DNS_ANSWER_INIT;
	struct buf out = BUF_INIT(1 << 20);
	struct err err = ERR_INIT;

	memcpy(copy, bytes, len);
	if (dns_read(type, copy, len, &answer, &err) < 0) {
		assert_int_equal(answer.count, 0);
		buf_adds(&out, err_kind_name(err.kind));
	}
	for (size_t i = 0; i < answer.count; i++)
		buf_printf(&out, "%d %d %d %s;", answer.list[i].priority, answer.list[i].weight,
			   answer.list[i].port, answer.list[i].text);
	assert_false(answer.secure);
	dns_answer_clear(&answer);
	free(copy);
	return buf_detach(&out);
}

static void check(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char *got = read_bytes(rows[i].type, rows[i].bytes, rows[i].len);

		if (strcmp(got, rows[i].want) != 0)
			fail_msg("%s: got \"%s\", want \"%s\"", rows[i].what, got, rows[i].want);
		free(got);
	}
}
#define CHECK(rows) check(rows, sizeof rows / sizeof *rows)

static void test_good(void **state)
{
	static const struct row rows[] = {
		ROW("srv", DNS_SRV, ONE(SRV, N("\x0a"), N("\1") N("\2") "\1\xd1" "\1m" TEST),
		    "1 2 465 m.test;"),
		ROW("srv of the root: not offered", DNS_SRV,
		    ONE(SRV, N("\7"), N("\0") N("\0") N("\0") "\0"), "0 0 0 ;"),
		ROW("by priority, then the heavier, then as they came", DNS_SRV,
		    HEAD(GOOD, N("\1"), N("\5")) QUESTION(SRV)
		    RECORD(ASKED, SRV, N("\x0a"), N("\2") N("\1") N("\1") "\1a" TEST)
		    RECORD(ASKED, SRV, N("\x0a"), N("\1") N("\1") N("\1") "\1b" TEST)
		    RECORD(ASKED, SRV, N("\x0a"), N("\1") N("\7") N("\1") "\1c" TEST)
		    RECORD(ASKED, SRV, N("\x0a"), N("\2") N("\1") N("\1") "\1d" TEST)
		    RECORD(ASKED, SRV, N("\x0a"), N("\0") N("\0") N("\1") "\1e" TEST),
		    "0 0 1 e.test;1 7 1 c.test;1 1 1 b.test;2 1 1 a.test;2 1 1 d.test;"),
		ROW("mx", DNS_MX, ONE(MX, N("\6"), N("\x0a") "\1m" TEST), "10 0 0 m.test;"),
		ROW("mx with two of one rank", DNS_MX,
		    HEAD(GOOD, N("\1"), N("\3")) QUESTION(MX)
		    RECORD(ASKED, MX, N("\6"), N("\5") "\1b" TEST)
		    RECORD(ASKED, MX, N("\6"), N("\1") "\1c" TEST)
		    RECORD(ASKED, MX, N("\6"), N("\5") "\1a" TEST),
		    "1 0 0 c.test;5 0 0 b.test;5 0 0 a.test;"),
		ROW("null mx", DNS_MX, ONE(MX, N("\3"), N("\0") "\0"), "0 0 0 ;"),
		ROW("txt, joined", DNS_TXT, ONE(TXT, N("\x07"), "\3a b" "\0" "\1c"), "0 0 0 a bc;"),
		ROW("txt, empty", DNS_TXT, ONE(TXT, N("\1"), "\0"), "0 0 0 ;"),
		ROW("txt, any byte", DNS_TXT, ONE(TXT, N("\4"), "\3\x1b\xff\n"), "0 0 0 \x1b\xff\n;"),
		ROW("a", DNS_ADDRESS, ONE(A, N("\4"), "\xc0\0\2\1"), "0 0 0 192.0.2.1;"),
		ROW("aaaa", DNS_ADDRESS, ONE(AAAA, N("\x10"), "\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1"),
		    "0 0 0 2001:db8::1;"),
		ROW("no such name", DNS_MX, HEAD(NXDOMAIN, N("\1"), N("\0")) QUESTION(MX), ""),
		ROW("no such record", DNS_MX, HEAD(GOOD, N("\1"), N("\0")) QUESTION(MX), ""),
		ROW("bytes behind it", DNS_MX, ONE(MX, N("\6"), N("\1") "\1m" TEST) "more",
		    "1 0 0 m.test;"),
	};

	(void)state;
	CHECK(rows);
}

static void test_owner(void **state)
{
	static const struct row rows[] = {
		ROW("another owner", DNS_MX, HEAD(GOOD, N("\1"), N("\1")) QUESTION(MX)
		    RECORD("\1y\xc0\x0e", MX, N("\6"), N("\1") "\1m" TEST), ""),
		ROW("the owner in capitals", DNS_MX, HEAD(GOOD, N("\1"), N("\1")) QUESTION(MX)
		    RECORD("\1X\4TeSt\0", MX, N("\6"), N("\1") "\1M" TEST), "1 0 0 m.test;"),
		ROW("one dot more, in a label", DNS_MX, HEAD(GOOD, N("\1"), N("\1")) QUESTION(MX)
		    RECORD("\6x.test\0", MX, N("\6"), N("\1") "\1m" TEST), ""),
		ROW("another type and another class", DNS_MX, HEAD(GOOD, N("\1"), N("\2")) QUESTION(MX)
		    RECORD(ASKED, TXT, N("\2"), "\1a")
		    ASKED MX "\0\3" TTL N("\6") N("\1") "\1m" TEST, ""),
		ROW("behind two CNAMEs, in any order", DNS_MX, HEAD(GOOD, N("\1"), N("\4")) QUESTION(MX)
		    RECORD("\1b" TEST, MX, N("\6"), N("\1") "\1m" TEST)
		    RECORD("\1c" TEST, MX, N("\6"), N("\2") "\1n" TEST)
		    RECORD("\1a" TEST, CNAME, N("\4"), "\1b" TEST)
		    RECORD(ASKED, CNAME, N("\4"), "\1A" TEST), "1 0 0 m.test;"),
		ROW("CNAMEs in a circle", DNS_MX, HEAD(GOOD, N("\1"), N("\3")) QUESTION(MX)
		    RECORD(ASKED, CNAME, N("\4"), "\1a" TEST)
		    RECORD("\1a" TEST, CNAME, N("\2"), ASKED)
		    RECORD(ASKED, MX, N("\6"), N("\1") "\1m" TEST), ""),
		ROW("a CNAME that leads nowhere", DNS_MX, HEAD(GOOD, N("\1"), N("\1")) QUESTION(MX)
		    RECORD(ASKED, CNAME, N("\4"), "\1a" TEST), ""),
		ROW("a broken CNAME", DNS_MX, HEAD(GOOD, N("\1"), N("\1")) QUESTION(MX)
		    RECORD(ASKED, CNAME, N("\2"), "\xc0\xff"), ""),
	};

	(void)state;
	CHECK(rows);
}

static void test_no_answer(void **state)
{
	static const struct row rows[] = {
		ROW("nothing", DNS_MX, "", "input"),
		ROW("half a header", DNS_MX, "\x12\x34\x81\x80\0\1", "input"),
		ROW("a question", DNS_MX, HEAD("\1\0", N("\1"), N("\0")) QUESTION(MX), "input"),
		ROW("cut by the server (TC)", DNS_MX, HEAD("\x83\x80", N("\1"), N("\0")) QUESTION(MX), "input"),
		ROW("a notification", DNS_MX, HEAD("\xa1\x80", N("\1"), N("\0")) QUESTION(MX), "input"),
		ROW("no question", DNS_MX, HEAD(GOOD, N("\0"), N("\0")), "input"),
		ROW("two questions", DNS_MX, HEAD(GOOD, N("\2"), N("\0")) QUESTION(MX) QUESTION(MX), "input"),
		ROW("a question cut short", DNS_MX, HEAD(GOOD, N("\1"), N("\0")) "\1x\4test\0\0\x0f", "input"),
		ROW("another type", DNS_MX, HEAD(GOOD, N("\1"), N("\0")) QUESTION(TXT), "input"),
		ROW("another class", DNS_MX, HEAD(GOOD, N("\1"), N("\0")) "\1x\4test\0" MX "\0\3", "input"),
		ROW("server failure", DNS_MX, HEAD("\x81\x82", N("\1"), N("\0")) QUESTION(MX), "host"),
		ROW("refused", DNS_MX, HEAD("\x81\x85", N("\1"), N("\0")) QUESTION(MX), "host"),
		ROW("fewer records than said", DNS_MX, HEAD(GOOD, N("\1"), N("\2")) QUESTION(MX)
		    RECORD(ASKED, MX, N("\6"), N("\1") "\1m" TEST), "input"),
		ROW("65,535 records, they say", DNS_MX, HEAD(GOOD, N("\1"), "\xff\xff") QUESTION(MX)
		    RECORD(ASKED, MX, N("\6"), N("\1") "\1m" TEST), "input"),
		ROW("a record longer than the packet", DNS_MX, ONE(MX, N("\7"), N("\1") "\1m" TEST), "input"),
		ROW("a record of 65,535 bytes, it says", DNS_TXT, ONE(TXT, "\xff\xff", "\1a"), "input"),
		ROW("a record cut in its head", DNS_MX, HEAD(GOOD, N("\1"), N("\1")) QUESTION(MX)
		    ASKED MX IN "\0\0", "input"),
		ROW("an owner that points to itself", DNS_MX, HEAD(GOOD, N("\1"), N("\1")) QUESTION(MX)
		    RECORD("\xc0\x18", MX, N("\6"), N("\1") "\1m" TEST), "input"),
		ROW("two pointers in a circle", DNS_MX, HEAD(GOOD, N("\1"), N("\1")) QUESTION(MX)
		    RECORD("\1a\xc0\x1a\1b\xc0\x18", MX, N("\6"), N("\1") "\1m" TEST), "input"),
		ROW("a pointer out of the packet", DNS_MX, HEAD(GOOD, N("\1"), N("\1")) QUESTION(MX)
		    RECORD("\xff\xff", MX, N("\6"), N("\1") "\1m" TEST), "input"),
		ROW("a label of a kind that is not", DNS_MX, HEAD(GOOD, N("\1"), N("\0")) "\x81x\0" MX IN,
		    "input"),
	};

	(void)state;
	CHECK(rows);
}

static void test_left_out(void **state)
{
	/* What a record holds is nonsense: the good one beside it stays. */
#define BESIDE(type, len, data, good_len, good) HEAD(GOOD, N("\1"), N("\2")) QUESTION(type) \
	RECORD(ASKED, type, len, data) RECORD(ASKED, type, good_len, good)
#define MX_BESIDE(len, host) BESIDE(MX, len, N("\1") host, N("\6"), N("\2") "\1g" TEST)
	static const struct row rows[] = {
		ROW("short srv", DNS_SRV, BESIDE(SRV, N("\5"), "\0\0\0\0\0", N("\x0a"), "\0\0\0\0\0\1\1g" TEST),
		    "0 0 1 g.test;"),
		ROW("srv without a host", DNS_SRV, BESIDE(SRV, N("\6"), "\0\0\0\0\0\1", N("\x0a"),
		    "\0\0\0\0\0\1\1g" TEST), "0 0 1 g.test;"),
		ROW("short mx", DNS_MX, BESIDE(MX, N("\1"), "\0", N("\6"), N("\2") "\1g" TEST),
		    "2 0 0 g.test;"),
		ROW("mx without a host", DNS_MX, MX_BESIDE(N("\2"), ""), "2 0 0 g.test;"),
		ROW("a host that ends early", DNS_MX, MX_BESIDE(N("\7"), "\1b" TEST "\0"), "2 0 0 g.test;"),
		ROW("a host that leads on", DNS_MX, MX_BESIDE(N("\5"), "\1b\x03"), "2 0 0 g.test;"),
		ROW("a host in a circle", DNS_MX, MX_BESIDE(N("\4"), "\xc0\x26"), "2 0 0 g.test;"),
		ROW("a blank", DNS_MX, MX_BESIDE(N("\7"), "\2b " TEST), "2 0 0 g.test;"),
		ROW("a NUL", DNS_MX, MX_BESIDE(N("\7"), "\2b\0" TEST), "2 0 0 g.test;"),
		ROW("a line end", DNS_MX, MX_BESIDE(N("\7"), "\2b\n" TEST), "2 0 0 g.test;"),
		ROW("a dot within a label", DNS_MX, MX_BESIDE(N("\x08"), "\3b.c" TEST), "2 0 0 g.test;"),
		ROW("a backslash", DNS_MX, MX_BESIDE(N("\7"), "\2b\\" TEST), "2 0 0 g.test;"),
		ROW("an umlaut", DNS_MX, MX_BESIDE(N("\7"), "\2\xc3\xa4" TEST), "2 0 0 g.test;"),
		ROW("127.0.0.1 as a name", DNS_MX, MX_BESIDE(N("\x0d"), "\3" "127\1" "0\1" "0\1" "1\0"),
		    "2 0 0 g.test;"),
		ROW("0x7f000001 as a name", DNS_MX, MX_BESIDE(N("\x0e"), "\x0a" "0x7f000001\0"),
		    "2 0 0 g.test;"),
		ROW("an underscore stays", DNS_MX, MX_BESIDE(N("\7"), "\2_b" TEST),
		    "1 0 0 _b.test;2 0 0 g.test;"),
		ROW("short a", DNS_ADDRESS, BESIDE(A, N("\3"), "\1\2\3", N("\4"), "\1\2\3\4"),
		    "0 0 0 1.2.3.4;"),
		ROW("long aaaa", DNS_ADDRESS, ONE(AAAA, N("\x11"), "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"), ""),
		ROW("no strings", DNS_TXT, BESIDE(TXT, N("\0"), "", N("\2"), "\1g"), "0 0 0 g;"),
		ROW("a string past the end", DNS_TXT, BESIDE(TXT, N("\2"), "\2b", N("\2"), "\1g"), "0 0 0 g;"),
		ROW("a text with NUL", DNS_TXT, BESIDE(TXT, N("\4"), "\3a\0b", N("\2"), "\1g"), "0 0 0 g;"),
	};

	(void)state;
	CHECK(rows);
}

/* As large as a packet can be. */
static void test_large(void **state)
{
	static const char head[] = HEAD(GOOD, N("\1"), N("\1")) QUESTION(TXT) ASKED TXT IN TTL;
	static char packet[65535];
	size_t data = sizeof head - 1 + 2, len = sizeof packet - data;
	char *got;

	(void)state;
	memcpy(packet, head, sizeof head - 1);
	packet[data - 2] = (char)(len >> 8);
	packet[data - 1] = (char)len;
	memset(packet + data, 'a', len);
	for (size_t at = 0; at < len; at += 256)
		packet[data + at] = (char)(len - at > 256 ? 255 : len - at - 1);
	got = read_bytes(DNS_TXT, packet, sizeof packet);
	assert_int_equal(strlen(got), DNS_TEXT + strlen("0 0 0 ;"));
	assert_int_equal(strspn(got + 6, "a"), DNS_TEXT);
	free(got);
}

static void test_many(void **state)
{
	static const char record[] = RECORD(ASKED, A, N("\4"), "\1\2\3\4");
	static const char head[] = HEAD(GOOD, N("\1"), "\0\xff") QUESTION(A);
	struct buf packet = BUF_INIT(65535);
	struct dns_answer answer = DNS_ANSWER_INIT;

	(void)state;
	buf_add(&packet, head, sizeof head - 1);
	for (int i = 0; i < 255; i++)
		buf_add(&packet, record, sizeof record - 1);
	assert_int_equal(dns_read(DNS_ADDRESS, packet.data, packet.len, &answer, NULL), 0);
	assert_int_equal(answer.count, DNS_RECORDS);
	/* Added to what is there, within the same bounds. */
	assert_int_equal(dns_read(DNS_ADDRESS, packet.data, packet.len, &answer, NULL), 0);
	assert_int_equal(answer.count, DNS_RECORDS);
	dns_answer_clear(&answer);
	dns_answer_clear(&answer);
	buf_free(&packet);
}

/* Every prefix of an answer is broken, and none is read past its end. */
static void test_prefixes(void **state)
{
	static const char packet[] = HEAD(GOOD, N("\1"), N("\2")) QUESTION(SRV)
		RECORD(ASKED, CNAME, N("\4"), "\1a" TEST)
		RECORD("\1a" TEST, SRV, N("\x0a"), N("\1") N("\2") "\1\xd1" "\1m" TEST);
	char *got;

	(void)state;
	for (size_t len = 0; len < sizeof packet - 1; len++) {
		got = read_bytes(DNS_SRV, packet, len);
		assert_string_equal(got, "input");
		free(got);
	}
	got = read_bytes(DNS_SRV, packet, sizeof packet - 1);
	assert_string_equal(got, "1 2 465 m.test;");
	free(got);
}

/* A name of 253 bytes is one; 255 on the wire with a label more is not. */
static void test_longest(void **state)
{
	static const char head[] = HEAD(GOOD, N("\1"), N("\1")) QUESTION(MX) ASKED MX IN TTL;

	(void)state;
	for (int last = 61; last <= 62; last++) {
		struct buf packet = BUF_INIT(1000);
		char *got;

		buf_add(&packet, head, sizeof head - 1);
		buf_addc(&packet, 1);
		buf_addc(&packet, (char)(2 + 3 * 64 + last + 2 - 256));
		buf_add(&packet, "\0\1", 2);
		for (int i = 0; i < 4; i++) {
			int n = i < 3 ? 63 : last;

			buf_addc(&packet, (char)n);
			for (int k = 0; k < n; k++)
				buf_addc(&packet, 'a');
		}
		buf_addc(&packet, 0);
		got = read_bytes(DNS_MX, packet.data, packet.len);
		assert_int_equal(strlen(got), last == 61 ? 253 + strlen("1 0 0 ;") : 0);
		free(got);
		buf_free(&packet);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),	 cmocka_unit_test(test_owner),
		cmocka_unit_test(test_no_answer), cmocka_unit_test(test_left_out),
		cmocka_unit_test(test_large),	 cmocka_unit_test(test_many),
		cmocka_unit_test(test_prefixes), cmocka_unit_test(test_longest),
	};

	return cmocka_run_group_tests_name("dns_read", tests, NULL, NULL);
}
