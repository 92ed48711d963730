#include "port/crypt.h"

#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include "base/buf.h"
#include "base/err.h"

static const EVP_MD *type_of(enum crypt_hash hash)
{
	switch (hash) {
	case CRYPT_MD5:
		return EVP_md5();
	case CRYPT_SHA1:
		return EVP_sha1();
	case CRYPT_SHA256:
		break;
	}
	return EVP_sha256();
}

size_t crypt_hash_size(enum crypt_hash hash)
{
	return (size_t)EVP_MD_get_size(type_of(hash));
}

int crypt_digest(enum crypt_hash hash, struct crypt_bytes bytes, unsigned char out[CRYPT_HASH_MAX])
{
	return EVP_Digest(bytes.data, bytes.len, out, NULL, type_of(hash), NULL) == 1 ? 0 : -1;
}

int crypt_hmac(enum crypt_hash hash, struct crypt_bytes key, struct crypt_bytes bytes,
	       unsigned char out[CRYPT_HASH_MAX])
{
	return HMAC(type_of(hash), key.data, (int)key.len, bytes.data, bytes.len, out, NULL) ? 0
											     : -1;
}

int crypt_pbkdf2(enum crypt_hash hash, struct crypt_bytes password, struct crypt_bytes salt,
		 int iterations, unsigned char out[CRYPT_HASH_MAX])
{
	return PKCS5_PBKDF2_HMAC(password.data, (int)password.len, salt.data, (int)salt.len,
				 iterations, type_of(hash), (int)crypt_hash_size(hash), out) == 1
		       ? 0
		       : -1;
}

void crypt_base64(struct buf *out, const void *bytes, size_t len)
{
	const unsigned char *in = bytes;
	unsigned char group[5];

	for (size_t i = 0; i < len; i += 3) {
		int n = EVP_EncodeBlock(group, in + i, (int)(len - i < 3 ? len - i : 3));

		buf_add(out, group, (size_t)n);
	}
	explicit_bzero(group, sizeof group);
}

int crypt_unbase64(struct buf *out, const char *text)
{
	size_t len = strlen(text), pad = 0, start = out->len;
	int n;

	if (len == 0 || len % 4 != 0 || len > out->max - out->len)
		return -1;
	/* OpenSSL forgives blanks around it and '=' in its middle. */
	while (pad < 2 && text[len - 1 - pad] == '=')
		pad++;
	if (strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/") !=
	    len - pad)
		return -1;
	for (size_t i = 0; i < len; i++)
		buf_addc(out, '\0');
	n = EVP_DecodeBlock((unsigned char *)out->data + start, (const unsigned char *)text,
			    (int)len);
	buf_cut(out, n < (int)pad ? start : start + (size_t)n - pad);
	return n < (int)pad ? -1 : 0;
}

void crypt_random(void *out, size_t len)
{
	if (RAND_bytes(out, (int)len) != 1)
		die("OpenSSL gives no random numbers");
}

bool crypt_equal(const void *a, const void *b, size_t len)
{
	return CRYPTO_memcmp(a, b, len) == 0;
}
