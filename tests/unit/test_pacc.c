/* PACC: its record, and its file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "port/crypt.h"
#include "task/discover/pacc.h"

#define D "MOA19C2fw1LnfpriQEArPk+FRkxoE7UVaunADBmu7G8="

static const struct {
	const char *text;
	bool good;
} records[] = {
	{ "v=UAAC1; a=sha256; d=" D, true },
	{ "v=UAAC1;a=sha256;d=" D, true },
	{ "v=UAAC1; a=sha256; d=" D ";", true },
	{ " v = UAAC1 ;\ta = sha256 ; d = " D " ; ", true },
	{ "d=" D "; v=UAAC1; a=sha256", true },
	{ "v=UAAC1; a=sha256; d=" D "; x=later; y=", true },
	{ "", false },
	{ "v=spf1 mx -all", false },
	{ "v=UAAC2; a=sha256; d=" D, false },
	{ "v=uaac1; a=sha256; d=" D, false },
	{ "v=UAAC1; a=sha512; d=" D, false },
	{ "v=UAAC1; d=" D, false },
	{ "v=UAAC1; a=sha256", false },
	{ "v=UAAC1; a=sha256; d=", false },
	{ "v=UAAC1; a=sha256; d=abc", false },
	{ "v=UAAC1; a=sha256; d=MOA19C2fw1LnfpriQEArPg==", false },
	{ "v=UAAC1; a=sha256; d=" D "AAAA", false },
	{ "v=UAAC1; a=sha256; d=30e035f42d9fc352e77e9ae240402b3e4f85464c6813b5156ae9c00c19aeec6f", false },
	{ "v=UAAC1; a=sha256; d=" D "; d=" D, false },
	{ "v=UAAC1; v=UAAC1; a=sha256; d=" D, false },
	{ "v=UAAC1;; a=sha256; d=" D, false },
	{ "v=UAAC1; a=sha256; d=" D "; x", false },
	{ "v=UAAC1; a=sha256; d=" D "; =x", false },
};

static void test_records(void **state)
{
	static const unsigned char begin[4] = { 0x30, 0xe0, 0x35, 0xf4 };

	(void)state;
	for (size_t i = 0; i < sizeof records / sizeof *records; i++) {
		unsigned char digest[32] = { 0 };

		if (pacc_record(records[i].text, digest) != records[i].good)
			fail_msg("%s", records[i].text);
		assert_int_equal(memcmp(digest, begin, 4) == 0, records[i].good);
	}
}

static int read_json(const char *json, struct discover_list *list, struct err *err)
{
	size_t len = strlen(json);
	unsigned char digest[CRYPT_HASH_MAX];
	char *copy = xmalloc(len + 1);
	int rc;

	memcpy(copy, json, len);
	assert_int_equal(crypt_digest(CRYPT_SHA256, (struct crypt_bytes){ json, len }, digest), 0);
	rc = pacc_read(copy, len, digest, "alice@example.org", list, err);
	free(copy);
	return rc;
}

#define SUBMIT "\"protocols\":{\"imap\":{\"host\":\"imap.example.org\"}," \
	"\"submit\":{\"host\":\"Smtp.Example.org\"}}"
#define SMTP   "\"protocols\":{\"smtp\":{\"host\":\"smtp.example.org\"}}"
#define OAUTH  "\"oauth-public\":{\"issuer\":\"https://login.example.org/\"}"

static const struct {
	const char *json;
	int signin; /* -1: no candidate */
} files[] = {
	{ "{" SUBMIT "}", DISCOVER_PASSWORD },
	{ "{" SMTP "}", DISCOVER_PASSWORD },
	{ "{" SMTP ",\"authentication\":{\"password\":true," OAUTH "}}", DISCOVER_PASSWORD },
	{ "{" SMTP ",\"authentication\":{\"password\":false," OAUTH "}}", DISCOVER_OAUTH2 },
	{ "{" SMTP ",\"authentication\":{" OAUTH "}}", DISCOVER_OAUTH2 },
	{ "{" SMTP ",\"authentication\":{\"password\":false}}", -1 },
	{ "{" SMTP ",\"authentication\":{\"password\":\"true\"}}", -1 },
	{ "{" SMTP ",\"authentication\":{\"oauth-public\":{\"issuer\":\"http://login.example.org/\"}}}", -1 },
	{ "{" SMTP ",\"authentication\":{\"oauth-public\":{}}}", -1 },
	{ "{" SMTP ",\"authentication\":{\"later\":true}}", -1 },
	{ "{\"protocols\":{}}", -1 },
	{ "{\"protocols\":{\"jmap\":{\"url\":\"https://example.org/\"}}}", -1 },
	{ "{\"protocols\":{\"smtp\":\"smtp.example.org\"}}", -1 },
	{ "{\"protocols\":{\"smtp\":{\"host\":\"a b\"}}}", -1 },
	{ "{\"protocols\":{\"smtp\":{\"host\":7}}}", -1 },
	{ "{\"protocols\":{\"smtp\":{}}}", -1 },
};

static void test_files(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		struct discover_list list = { .count = 0 };
		const struct discover_candidate *c = list.list;
		struct err err = ERR_INIT;

		if (read_json(files[i].json, &list, &err) != 0)
			fail_msg("%s: %s", files[i].json, err.text);
		if (list.count != (files[i].signin >= 0))
			fail_msg("%s: %zu", files[i].json, list.count);
		if (list.count == 0)
			continue;
		assert_string_equal(c->host, "smtp.example.org");
		assert_string_equal(c->user, "alice@example.org");
		assert_int_equal(c->port, 465);
		assert_int_equal(c->security, NET_TLS);
		assert_int_equal(c->signin, files[i].signin);
	}
}

static void test_about(void **state)
{
	struct discover_list list = { .count = 0 };

	(void)state;
	assert_int_equal(read_json("\xef\xbb\xbf{" SMTP ",\"info\":{\"provider\":"
				   "{\"name\":\"Ex\xc3\xa4mple\\u202e\","
				   "\"shortName\":\"Ex\"},\"help\":{\"documentation\":"
				   "\"https://example.org/help\"}}}", &list, NULL), 0);
	assert_int_equal(read_json("{" SMTP ",\"info\":{\"provider\":{\"name\":7},\"help\":{\"documentation\":"
				   "\"http://example.org/help\"}}}", &list, NULL), 0);
	assert_int_equal(list.count, 2);
	assert_string_equal(list.list[0].name, "Ex\xc3\xa4mple\\u{202e}");
	assert_string_equal(list.list[0].help_url, "https://example.org/help");
	assert_string_equal(list.list[1].name, "");
	assert_string_equal(list.list[1].help_url, "");
}

static void test_wrong(void **state)
{
	static const struct {
		const char *json, *words;
	} cases[] = {
		{ "", "The JSON cannot be read" },
		{ "<html>", "The JSON cannot be read" },
		{ "{" SMTP, "The JSON cannot be read" },
		{ "{" SMTP "," SMTP "}", "duplicate" },
		{ "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]", "too deep" },
		{ "{}", "names no protocols" },
		{ "[]", "names no protocols" },
		{ "\"smtp\"", "names no protocols" },
		{ "{\"protocols\":[]}", "names no protocols" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct discover_list list = { .count = 0 };
		struct err err = ERR_INIT;

		if (read_json(cases[i].json, &list, &err) != -1 || err.kind != ERR_INPUT || list.count ||
		    !strstr(err.text, cases[i].words))
			fail_msg("%s: %s", cases[i].json, err.text);
	}
}

static void test_digest(void **state)
{
	static const char json[] = "{" SMTP "}";
	unsigned char digest[CRYPT_HASH_MAX];
	struct discover_list list = { .count = 0 };
	struct err err = ERR_INIT;
	void *large;

	(void)state;
	assert_int_equal(crypt_digest(CRYPT_SHA256, (struct crypt_bytes){ json, sizeof json - 1 }, digest), 0);
	assert_int_equal(pacc_read(json, sizeof json - 1, digest, "a@example.org", &list, &err), 0);
	/* A blank more is another file. */
	assert_int_equal(pacc_read("{" SMTP "} ", sizeof json, digest, "a@example.org", &list, &err), -1);
	assert_string_equal(err.text, "It is not the file that the domain's TXT record vouches for.");
	digest[31] ^= 1;
	assert_int_equal(pacc_read(json, sizeof json - 1, digest, "a@example.org", &list, &err), -1);
	assert_int_equal(list.count, 1);
	large = xcalloc(1, PACC_MAX + 1);
	assert_int_equal(pacc_read(large, PACC_MAX + 1, digest, "a@example.org", &list, &err), -1);
	assert_non_null(strstr(err.text, "longer than 262144 bytes"));
	free(large);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_records),
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_about),
		cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_digest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
