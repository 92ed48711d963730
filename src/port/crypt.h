/*
 * Hashes, base64 and random bytes, from OpenSSL.
 *
 * Nothing is kept; results go where the caller says, and secrets in them are the
 * caller's to wipe. A hash that this computer does not allow (MD5 in FIPS mode) is -1.
 */
#ifndef OUTPOST_CRYPT_H
#define OUTPOST_CRYPT_H

#include <stdbool.h>
#include <stddef.h>

struct buf;

enum crypt_hash { CRYPT_MD5, CRYPT_SHA1, CRYPT_SHA256 };

#define CRYPT_HASH_MAX 32

struct crypt_bytes {
	const void *data;
	size_t len;
};

size_t crypt_hash_size(enum crypt_hash hash);
int crypt_digest(enum crypt_hash hash, struct crypt_bytes bytes, unsigned char out[CRYPT_HASH_MAX]);
int crypt_hmac(enum crypt_hash hash, struct crypt_bytes key, struct crypt_bytes bytes,
	       unsigned char out[CRYPT_HASH_MAX]);
/* RFC 8018 5.2 with HMAC, one block. */
int crypt_pbkdf2(enum crypt_hash hash, struct crypt_bytes password, struct crypt_bytes salt,
		 int iterations, unsigned char out[CRYPT_HASH_MAX]);

/* RFC 4648 4, without line ends. unbase64 appends to out; -1, and out as it was, when the text
 * is empty or not base64. */
void crypt_base64(struct buf *out, const void *bytes, size_t len);
int crypt_unbase64(struct buf *out, const char *text);

void crypt_random(void *out, size_t len);
/* In a time that does not tell where they differ. */
bool crypt_equal(const void *a, const void *b, size_t len);

#endif
