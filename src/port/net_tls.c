#include "port/net_tls.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "base/err.h"
#include "base/text.h"

static pthread_once_t index_once = PTHREAD_ONCE_INIT;
static int probe_index;

static void make_index(void)
{
	probe_index = SSL_CTX_get_ex_new_index(0, NULL, NULL, NULL, NULL);
	if (probe_index < 0)
		die("out of memory");
}

static void hex(char out[65], const unsigned char *digest)
{
	for (int i = 0; i < 32; i++)
		snprintf(out + 2 * i, 3, "%02x", digest[i]);
}

static void fingerprints(struct net_tls *tls, X509 *cert)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned char *der = NULL;
	unsigned n;
	int len;

	if (X509_digest(cert, EVP_sha256(), digest, &n) == 1)
		hex(tls->cert_sha256, digest);
	len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(cert), &der);
	if (len > 0 && EVP_Digest(der, (size_t)len, digest, &n, EVP_sha256(), NULL) == 1) {
		hex(tls->key_sha256, digest);
		memcpy(tls->key_pin, "sha256//", 9);
		EVP_EncodeBlock((unsigned char *)tls->key_pin + 8, digest, 32);
	}
	OPENSSL_free(der);
}

static void name_text(char *out, size_t size, const X509_NAME *name)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *text;
	long len;

	if (!bio)
		die("out of memory");
	if (X509_NAME_print_ex(bio, name, 0,
			       XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB) >= 0) {
		len = BIO_get_mem_data(bio, &text);
		text_visible_into(out, size, text, len > 0 ? (size_t)len : 0);
	}
	BIO_free(bio);
}

static time_t when(const ASN1_TIME *t)
{
	struct tm tm;

	return ASN1_TIME_to_tm(t, &tm) == 1 ? timegm(&tm) : 0;
}

static void add_name(struct net_tls *tls, const char *name, size_t len)
{
	size_t used = strlen(tls->names);

	if (used + len + 2 >= sizeof tls->names)
		return;
	if (used > 0)
		tls->names[used++] = ' ';
	text_visible_into(tls->names + used, sizeof tls->names - used, name, len);
}

static void add_general_name(struct net_tls *tls, const GENERAL_NAME *name)
{
	char text[INET6_ADDRSTRLEN];
	const ASN1_STRING *value;
	int type;

	value = GENERAL_NAME_get0_value(name, &type);
	if (type == GEN_DNS) {
		add_name(tls, (const char *)ASN1_STRING_get0_data(value),
			 (size_t)ASN1_STRING_length(value));
	} else if (type == GEN_IPADD) {
		int family = ASN1_STRING_length(value) == 16 ? AF_INET6 : AF_INET;

		if (ASN1_STRING_length(value) < 4)
			return;
		if (inet_ntop(family, ASN1_STRING_get0_data(value), text, sizeof text))
			add_name(tls, text, strlen(text));
	}
}

static void names(struct net_tls *tls, X509 *cert)
{
	GENERAL_NAMES *list = X509_get_ext_d2i(cert, NID_subject_alt_name, NULL, NULL);
	char cn[256];
	int len;

	for (int i = 0; i < sk_GENERAL_NAME_num(list); i++)
		add_general_name(tls, sk_GENERAL_NAME_value(list, i));
	GENERAL_NAMES_free(list);
	if (tls->names[0])
		return;
	len = X509_NAME_get_text_by_NID(X509_get_subject_name(cert), NID_commonName, cn, sizeof cn);
	if (len > 0)
		add_name(tls, cn, (size_t)len);
}

static void leaf(struct net_tls_probe *probe, X509 *cert)
{
	struct net_tls *tls = &probe->tls;

	if (probe->seen || !cert)
		return;
	probe->seen = true;
	name_text(tls->subject, sizeof tls->subject, X509_get_subject_name(cert));
	name_text(tls->issuer, sizeof tls->issuer, X509_get_issuer_name(cert));
	names(tls, cert);
	tls->not_before = when(X509_get0_notBefore(cert));
	tls->not_after = when(X509_get0_notAfter(cert));
	fingerprints(tls, cert);
}

static enum net_tls_fault fault_of(int code)
{
	switch (code) {
	case X509_V_ERR_CERT_HAS_EXPIRED:
		return NET_TLS_EXPIRED;
	case X509_V_ERR_CERT_NOT_YET_VALID:
		return NET_TLS_NOT_YET;
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
		return NET_TLS_SELF_SIGNED;
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
		return NET_TLS_UNKNOWN_ISSUER;
	default:
		return NET_TLS_OTHER;
	}
}

static int on_verify(int ok, X509_STORE_CTX *store)
{
	SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
	struct net_tls_probe *probe = SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), probe_index);
	int code = X509_STORE_CTX_get_error(store);

	leaf(probe, X509_STORE_CTX_get0_cert(store));
	if (!ok && probe->fault == NET_TLS_GOOD) {
		probe->fault = fault_of(code);
		probe->depth = X509_STORE_CTX_get_error_depth(store);
		snprintf(probe->tls.verify_error, sizeof probe->tls.verify_error, "%s",
			 X509_verify_cert_error_string(code));
	}
	return ok;
}

static void session(struct net_tls_probe *probe, const SSL *ssl)
{
	snprintf(probe->tls.version, sizeof probe->tls.version, "%s", SSL_get_version(ssl));
	snprintf(probe->tls.cipher, sizeof probe->tls.cipher, "%s", SSL_get_cipher_name(ssl));
	leaf(probe, SSL_get0_peer_certificate(ssl));
}

static enum net_tls_alert alert_of(int code)
{
	switch (code) {
	case SSL_AD_CERTIFICATE_REQUIRED:
	case SSL_AD_BAD_CERTIFICATE:
	case SSL_AD_UNKNOWN_CA:
	case SSL_AD_UNSUPPORTED_CERTIFICATE:
	case SSL_AD_CERTIFICATE_EXPIRED:
	case SSL_AD_CERTIFICATE_REVOKED:
	case SSL_AD_CERTIFICATE_UNKNOWN:
		return NET_TLS_ALERT_CERTIFICATE;
	case SSL_AD_PROTOCOL_VERSION:
		return NET_TLS_ALERT_VERSION;
	default:
		return NET_TLS_ALERT_OTHER;
	}
}

static void on_info(const SSL *ssl, int where, int value)
{
	struct net_tls_probe *probe = SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), probe_index);

	if (where & SSL_CB_HANDSHAKE_DONE)
		session(probe, ssl);
	if ((where & SSL_CB_READ_ALERT) == SSL_CB_READ_ALERT && value >> 8 == SSL3_AL_FATAL)
		probe->alert = alert_of(value & 0xff);
}

void net_tls_attach(struct net_tls_probe *probe, void *ssl_ctx)
{
	SSL_CTX *ctx = ssl_ctx;

	pthread_once(&index_once, make_index);
	probe->started = true;
	if (SSL_CTX_set_ex_data(ctx, probe_index, probe) != 1)
		die("out of memory");
	SSL_CTX_set_verify(ctx, SSL_CTX_get_verify_mode(ctx), on_verify);
	SSL_CTX_set_info_callback(ctx, on_info);
	/* net_send_some may come back with more bytes at another address. */
	SSL_CTX_set_mode(ctx, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
}
