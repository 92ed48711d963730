/* Hashes and base64 against the vectors of their RFCs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "port/crypt.h"

static struct crypt_bytes bytes_of(const char *text)
{
	return (struct crypt_bytes){ text, strlen(text) };
}

static void check(enum crypt_hash hash, int rc, const unsigned char *got, const char *want)
{
	char hex[2 * CRYPT_HASH_MAX + 1] = "";

	assert_int_equal(rc, 0);
	for (size_t i = 0; i < crypt_hash_size(hash); i++)
		snprintf(hex + 2 * i, 3, "%02x", got[i]);
	assert_string_equal(hex, want);
}

static void hashes(void **state)
{
	unsigned char out[CRYPT_HASH_MAX];
	struct crypt_bytes abc = bytes_of("abc"), key = bytes_of("Jefe"),
			   text = bytes_of("what do ya want for nothing?");

	(void)state;
	check(CRYPT_SHA256, crypt_digest(CRYPT_SHA256, abc, out), out,
	      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	check(CRYPT_SHA1, crypt_digest(CRYPT_SHA1, abc, out), out,
	      "a9993e364706816aba3e25717850c26c9cd0d89d");
	/* RFC 2202, 4231 */
	check(CRYPT_MD5, crypt_hmac(CRYPT_MD5, key, text, out), out,
	      "750c783e6ab0b503eaa86e310a5db738");
	check(CRYPT_SHA1, crypt_hmac(CRYPT_SHA1, key, text, out), out,
	      "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
	check(CRYPT_SHA256, crypt_hmac(CRYPT_SHA256, key, text, out), out,
	      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
	/* RFC 6070; SHA-256 from RFC 7914 11, its first block */
	check(CRYPT_SHA1, crypt_pbkdf2(CRYPT_SHA1, bytes_of("password"), bytes_of("salt"), 4096, out),
	      out, "4b007901b765489abead49d926f721d065a429c1");
	check(CRYPT_SHA256, crypt_pbkdf2(CRYPT_SHA256, bytes_of("passwd"), bytes_of("salt"), 1, out), out,
	      "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc");
}

static void base64(void **state)
{
	static const struct {
		const char *bytes, *text;
	} good[] = {
		{ "f", "Zg==" }, { "fo", "Zm8=" }, { "foo", "Zm9v" }, { "foob", "Zm9vYg==" },
		{ "fooba", "Zm9vYmE=" }, { "foobar", "Zm9vYmFy" }, { "\xff\xfe\x3e", "//4+" },
	};
	static const char *const bad[] = { "", "Z", "Zg", "Zg=", "Zg===", "Z===", "Zm9v\n", " Zm9v",
					   "Zm9v Zm9v", "Zg==Zg==", "Z=g=", "!!!!", "Zm9\xc3" };
	struct buf out = BUF_INIT(64);

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		buf_clear(&out);
		crypt_base64(&out, good[i].bytes, strlen(good[i].bytes));
		assert_string_equal(buf_text(&out), good[i].text);
		buf_clear(&out);
		buf_addc(&out, '<');
		assert_int_equal(crypt_unbase64(&out, good[i].text), 0);
		assert_string_equal(buf_text(&out) + 1, good[i].bytes);
	}
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		buf_clear(&out);
		buf_adds(&out, "x");
		assert_int_equal(crypt_unbase64(&out, bad[i]), -1);
		assert_string_equal(buf_text(&out), "x");
	}
	buf_free(&out);
}

static void random_bytes(void **state)
{
	unsigned char a[16] = { 0 }, b[16] = { 0 };

	(void)state;
	crypt_random(a, sizeof a);
	crypt_random(b, sizeof b);
	assert_false(crypt_equal(a, b, sizeof a));
	assert_true(crypt_equal(a, a, sizeof a));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hashes),
		cmocka_unit_test(base64),
		cmocka_unit_test(random_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
