/*
 * Certificates made at the start of a test: an authority, and servers' ones
 * with the faults of real life.
 */
#ifndef SCRIPTED_TLS_H
#define SCRIPTED_TLS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

struct scripted_cert {
	X509 *cert;
	EVP_PKEY *key;
};

static inline void scripted_extension(X509 *cert, int nid, const char *value)
{
	X509_EXTENSION *ext = X509V3_EXT_conf_nid(NULL, NULL, nid, value);

	assert_non_null(ext);
	X509_add_ext(cert, ext, -1);
	X509_EXTENSION_free(ext);
}

/* Valid from and to: seconds from now. issuer NULL: signed by itself; san NULL:
 * an authority. */
static inline struct scripted_cert scripted_cert(const char *name, const char *san,
						 const struct scripted_cert *issuer, long from,
						 long to)
{
	struct scripted_cert c = { X509_new(), EVP_EC_gen("P-256") };
	X509_NAME *subject = X509_get_subject_name(c.cert);
	static long serial;

	X509_set_version(c.cert, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(c.cert), ++serial);
	X509_gmtime_adj(X509_getm_notBefore(c.cert), from);
	X509_gmtime_adj(X509_getm_notAfter(c.cert), to);
	X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, (const unsigned char *)name, -1, -1,
				   0);
	X509_set_issuer_name(c.cert, issuer ? X509_get_subject_name(issuer->cert) : subject);
	X509_set_pubkey(c.cert, c.key);
	scripted_extension(c.cert, NID_basic_constraints, san ? "CA:FALSE" : "critical,CA:TRUE");
	if (san)
		scripted_extension(c.cert, NID_subject_alt_name, san);
	assert_true(X509_sign(c.cert, issuer ? issuer->key : c.key, EVP_sha256()) > 0);
	return c;
}

static inline void scripted_cert_free(struct scripted_cert *c)
{
	X509_free(c->cert);
	EVP_PKEY_free(c->key);
}

static inline SSL_CTX *scripted_ctx(const struct scripted_cert *c)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());

	assert_int_equal(SSL_CTX_use_certificate(ctx, c->cert), 1);
	assert_int_equal(SSL_CTX_use_PrivateKey(ctx, c->key), 1);
	return ctx;
}

/* A PEM file; path is a template for mkstemp and the caller's to unlink. */
static inline void scripted_cert_write(const struct scripted_cert *c, char *path)
{
	int fd = mkstemp(path);
	FILE *f = fdopen(fd, "w");

	assert_non_null(f);
	assert_int_equal(PEM_write_X509(f, c->cert), 1);
	assert_int_equal(fclose(f), 0);
}

#endif
