#include "mail/sandbox_tls.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "base/err.h"

#define VALID_SECONDS (30L * 24 * 3600)
#define SERIAL_BITS   127

struct sandbox_tls_context {
	SSL_CTX *ctx;
	X509 *authority;
};

struct sandbox_tls {
	SSL *ssl;
	bool secure;	/* the handshake is done */
	bool broken;	/* a fatal error: nothing more may be written, not even a goodbye */
	unsigned long fault;
};

struct extension {
	int nid;
	const char *value;
};

/* Two certificates, as there are in life: not every program that trusts an authority takes a
 * server's certificate which has signed itself. */
static const struct extension of_authority[] = {
	{ NID_basic_constraints, "critical,CA:TRUE,pathlen:0" },
	{ NID_key_usage, "critical,keyCertSign,cRLSign" },
	{ NID_subject_key_identifier, "hash" },
	{ NID_authority_key_identifier, "keyid:always" },
	{ 0, NULL },
};
static const struct extension of_server[] = {
	{ NID_basic_constraints, "critical,CA:FALSE" },
	{ NID_key_usage, "critical,digitalSignature" },
	{ NID_ext_key_usage, "serverAuth" },
	{ NID_subject_key_identifier, "hash" },
	{ NID_authority_key_identifier, "keyid:always" },
	{ NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1,IP:::1" },
	{ 0, NULL },
};

static bool add_extensions(X509 *cert, X509 *issuer, const struct extension *list)
{
	X509V3_CTX v3;

	X509V3_set_ctx_nodb(&v3);
	X509V3_set_ctx(&v3, issuer, cert, NULL, NULL, 0);
	for (; list->value; list++) {
		X509_EXTENSION *ext = X509V3_EXT_conf_nid(NULL, &v3, list->nid, list->value);
		bool ok = ext && X509_add_ext(cert, ext, -1) == 1;

		X509_EXTENSION_free(ext);
		if (!ok)
			return false;
	}
	return true;
}

/* Some programs refuse a second certificate of the same issuer and number, so
 * the number is random. */
static bool set_serial(X509 *cert)
{
	BIGNUM *number = BN_new();
	bool ok = number &&
		  BN_rand(number, SERIAL_BITS, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1 &&
		  BN_to_ASN1_INTEGER(number, X509_get_serialNumber(cert)) != NULL;

	BN_free(number);
	return ok;
}

static bool add_name(X509_NAME *name, const char *field, const char *value)
{
	return X509_NAME_add_entry_by_txt(name, field, MBSTRING_ASC, (const unsigned char *)value,
					  -1, -1, 0) == 1;
}

static bool fill_cert(X509 *cert, EVP_PKEY *key, const char *name, X509 *issuer,
		      const struct extension *extensions)
{
	X509_NAME *subject = X509_get_subject_name(cert);

	return X509_set_version(cert, X509_VERSION_3) == 1 && set_serial(cert) &&
	       X509_gmtime_adj(X509_getm_notBefore(cert), -60) &&
	       X509_gmtime_adj(X509_getm_notAfter(cert), VALID_SECONDS) &&
	       add_name(subject, "O", "outpost sandbox") && add_name(subject, "CN", name) &&
	       X509_set_issuer_name(cert, X509_get_subject_name(issuer)) == 1 &&
	       X509_set_pubkey(cert, key) == 1 && add_extensions(cert, issuer, extensions);
}

static bool fill_context(SSL_CTX *ctx, X509 *cert, EVP_PKEY *key)
{
	SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
	SSL_CTX_set_mode(ctx, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
				      SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	return SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION) == 1 &&
	       SSL_CTX_use_certificate(ctx, cert) == 1 && SSL_CTX_use_PrivateKey(ctx, key) == 1;
}

/* The authority signs itself and the server, and its key is gone then. */
static bool make_certs(struct sandbox_tls_context *context)
{
	EVP_PKEY *signer = EVP_EC_gen("P-256"), *key = EVP_EC_gen("P-256");
	X509 *cert = X509_new(), *authority = context->authority;
	bool ok = signer && key && cert && authority &&
		  fill_cert(authority, signer, "outpost sandbox authority", authority,
			    of_authority) &&
		  X509_sign(authority, signer, EVP_sha256()) > 0 &&
		  fill_cert(cert, key, "localhost", authority, of_server) &&
		  X509_sign(cert, signer, EVP_sha256()) > 0 &&
		  fill_context(context->ctx, cert, key) &&
		  SSL_CTX_add1_chain_cert(context->ctx, authority) == 1;

	X509_free(cert);
	EVP_PKEY_free(key);
	EVP_PKEY_free(signer);
	return ok;
}

struct sandbox_tls_context *sandbox_tls_context_new(struct err *err)
{
	struct sandbox_tls_context *context = xcalloc(1, sizeof *context);

	context->authority = X509_new();
	context->ctx = SSL_CTX_new(TLS_server_method());
	if (context->ctx && make_certs(context))
		return context;
	const char *reason = ERR_reason_error_string(ERR_get_error());
	err_set(err, ERR_SYSTEM, "OpenSSL could not make a certificate for the sandbox: %s.",
		reason ? reason : "no reason given");
	sandbox_tls_context_free(context);
	return NULL;
}

void sandbox_tls_context_free(struct sandbox_tls_context *context)
{
	if (!context)
		return;
	SSL_CTX_free(context->ctx);
	X509_free(context->authority);
	free(context);
}

char *sandbox_tls_context_pem(const struct sandbox_tls_context *context)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *bytes = NULL, *pem;
	long len;

	if (!bio || PEM_write_bio_X509(bio, context->authority) != 1)
		die("OpenSSL could not write a certificate to memory");
	len = BIO_get_mem_data(bio, &bytes);
	pem = xstrndup(bytes, (size_t)len);
	BIO_free(bio);
	return pem;
}

struct sandbox_tls *sandbox_tls_new(struct sandbox_tls_context *context, int fd)
{
	struct sandbox_tls *tls = xcalloc(1, sizeof *tls);

	tls->ssl = SSL_new(context->ctx);
	if (!tls->ssl || SSL_set_fd(tls->ssl, fd) != 1) {
		sandbox_tls_free(tls);
		return NULL;
	}
	SSL_set_accept_state(tls->ssl);
	return tls;
}

void sandbox_tls_free(struct sandbox_tls *tls)
{
	if (!tls)
		return;
	SSL_free(tls->ssl);
	free(tls);
}

/* What a call that did not succeed needs: an event, or 0 when all is lost. */
static short wanted(struct sandbox_tls *tls, int rc)
{
	switch (SSL_get_error(tls->ssl, rc)) {
	case SSL_ERROR_WANT_READ:
		return POLLIN;
	case SSL_ERROR_WANT_WRITE:
		return POLLOUT;
	case SSL_ERROR_ZERO_RETURN:
		return 0;
	default:
		tls->fault = ERR_peek_error();
		tls->broken = true;
		return 0;
	}
}

int sandbox_tls_handshake(struct sandbox_tls *tls, short *want)
{
	int rc;

	ERR_clear_error();
	rc = SSL_do_handshake(tls->ssl);
	if (rc == 1) {
		tls->secure = true;
		return 0;
	}
	*want = wanted(tls, rc);
	return -1;
}

ssize_t sandbox_tls_read(struct sandbox_tls *tls, void *bytes, size_t n, short *want)
{
	size_t got;
	int rc;

	ERR_clear_error();
	rc = SSL_read_ex(tls->ssl, bytes, n, &got);
	if (rc == 1)
		return (ssize_t)got;
	*want = wanted(tls, rc);
	return -1;
}

ssize_t sandbox_tls_write(struct sandbox_tls *tls, const void *bytes, size_t n, short *want)
{
	size_t put;
	int rc;

	ERR_clear_error();
	rc = SSL_write_ex(tls->ssl, bytes, n, &put);
	if (rc == 1)
		return (ssize_t)put;
	*want = wanted(tls, rc);
	return -1;
}

void sandbox_tls_bye(struct sandbox_tls *tls)
{
	if (!tls->secure || tls->broken)
		return;
	ERR_clear_error();
	(void)SSL_shutdown(tls->ssl);
}

void sandbox_tls_describe(const struct sandbox_tls *tls, char *out, size_t size)
{
	const char *reason = ERR_reason_error_string(tls->fault);

	if (tls->secure)
		snprintf(out, size, "%s %s", SSL_get_version(tls->ssl),
			 SSL_get_cipher_name(tls->ssl));
	else
		snprintf(out, size, "%s", reason ? reason : "the client went away");
}
