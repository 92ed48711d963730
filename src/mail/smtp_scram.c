/*
 * SCRAM-SHA-256 and SCRAM-SHA-1 (RFC 5802, 7677): the password never leaves this
 * computer, and the server has to prove that it knows it as well.
 *
 * Written here and not taken from a library: OpenSSL, which is here anyway, has all that is
 * hard about it, and libcurl has no SCRAM of its own. There is no channel binding. The
 * password is used as it was typed: SASLprep would change only letters that no keyboard
 * makes, and after a refusal the password itself is tried where that is sensible.
 */
#include "mail/smtp_internal.h"
#include "mail/smtp_mech.h"

#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "base/text.h"
#include "port/crypt.h"

#define NONCE_BYTES    18 /* 24 letters of base64, none of them '=' */
#define ITERATIONS_MAX 1000000 /* below a second of work; servers ask for 4096 to 100000 */
#define GS2            "n,,"
#define GS2_BASE64     "biws"

struct scram {
	struct smtp *s;
	const char *wire;
	enum crypt_hash hash;
	struct buf bare; /* the client's first message without its GS2 header */
	struct buf challenge; /* the server's first */
	struct buf final; /* the client's last without its proof */
	unsigned char salted[CRYPT_HASH_MAX], server_signature[CRYPT_HASH_MAX];
	size_t len; /* of a digest */
};

static int fault(struct scram *c, struct err *err, const char *what)
{
	return smtp_mech_broken(c->s, err, c->wire, what);
}

static void must(int rc)
{
	if (rc < 0)
		die("OpenSSL cannot be used for signing in");
}

static void hmac(const struct scram *c, const unsigned char *key, const void *bytes, size_t len,
		 unsigned char *out)
{
	must(crypt_hmac(c->hash, (struct crypt_bytes){ key, c->len },
			(struct crypt_bytes){ bytes, len }, out));
}

static void first_message(struct scram *c)
{
	unsigned char random[NONCE_BYTES];

	crypt_random(random, sizeof random);
	buf_adds(&c->bare, "n=");
	for (const char *p = c->s->params.user; *p; p++) {
		if (*p == ',' || *p == '=')
			buf_adds(&c->bare, *p == ',' ? "=2C" : "=3D");
		else
			buf_addc(&c->bare, *p);
	}
	buf_adds(&c->bare, ",r=");
	crypt_base64(&c->bare, random, sizeof random);
}

/* The value of the attribute at *p ("r=..."), moved behind its comma; NULL when it is another. */
static char *attribute(const char **p, char name)
{
	size_t len;
	char *value;

	if ((*p)[0] != name || (*p)[1] != '=')
		return NULL;
	*p += 2;
	len = strcspn(*p, ",");
	value = xstrndup(*p, len);
	*p += len + ((*p)[len] == ',');
	return value;
}

static bool salt_password(struct scram *c, const char *salt64, long iterations)
{
	struct buf salt = BUF_INIT(SMTP_LINE_MAX);
	const struct secret *secret = c->s->params.secret;
	bool good = crypt_unbase64(&salt, salt64) == 0;

	if (good)
		must(crypt_pbkdf2(
			c->hash, (struct crypt_bytes){ secret_text(secret), secret_len(secret) },
			(struct crypt_bytes){ salt.data, salt.len }, (int)iterations, c->salted));
	buf_free(&salt);
	return good;
}

/* "r=NONCE,s=SALT,i=COUNT": the nonce goes on from ours, or somebody plays an old
 * conversation. */
static int read_challenge(struct scram *c, const struct smtp_reply *reply, struct err *err)
{
	const char *mine = strstr(buf_text(&c->bare), ",r=") + 3, *p;
	char *nonce = NULL, *salt = NULL, *count = NULL;
	long iterations = 0;
	int rc = -1;

	if (smtp_mech_challenge(reply, &c->challenge) < 0 ||
	    strlen(buf_text(&c->challenge)) != c->challenge.len)
		return fault(c, err, "sent a challenge that cannot be read in the sign-in");
	p = buf_text(&c->challenge);
	nonce = attribute(&p, 'r');
	salt = nonce ? attribute(&p, 's') : NULL;
	count = salt ? attribute(&p, 'i') : NULL;
	if (!count || strncmp(nonce, mine, strlen(mine)) != 0 || strlen(nonce) == strlen(mine))
		fault(c, err, "sent a challenge that is not for us in the sign-in");
	else if (text_number(count, 1, ITERATIONS_MAX, &iterations) < 0)
		fault(c, err, "asks for more work than is sensible in the sign-in");
	else if (!salt_password(c, salt, iterations))
		fault(c, err, "sent a challenge that cannot be read in the sign-in");
	else
		rc = buf_printf(&c->final, "c=%s,r=%s", GS2_BASE64, nonce);
	free(nonce);
	free(salt);
	free(count);
	return rc;
}

static int send_proof(struct scram *c, struct smtp_reply *reply, struct err *err)
{
	unsigned char client[CRYPT_HASH_MAX], stored[CRYPT_HASH_MAX], sign[CRYPT_HASH_MAX],
		server[CRYPT_HASH_MAX];
	struct buf all = BUF_INIT_SECRET(SMTP_PAYLOAD_MAX),
		   answer = BUF_INIT_SECRET(SMTP_PAYLOAD_MAX);
	int rc;

	buf_printf(&all, "%s,%s,%s", buf_text(&c->bare), buf_text(&c->challenge),
		   buf_text(&c->final));
	hmac(c, c->salted, "Client Key", 10, client);
	must(crypt_digest(c->hash, (struct crypt_bytes){ client, c->len }, stored));
	hmac(c, stored, all.data, all.len, sign);
	for (size_t i = 0; i < c->len; i++)
		client[i] ^= sign[i];
	hmac(c, c->salted, "Server Key", 10, server);
	hmac(c, server, all.data, all.len, c->server_signature);
	buf_printf(&answer, "%s,p=", buf_text(&c->final));
	crypt_base64(&answer, client, c->len);
	rc = smtp_mech_answer(c->s, reply, answer.data, answer.len, err);
	explicit_bzero(client, sizeof client);
	explicit_bzero(stored, sizeof stored);
	explicit_bzero(server, sizeof server);
	buf_free(&all);
	buf_free(&answer);
	return rc;
}

/* "v=SIGNATURE", or "e=REASON" before the refusal. */
static int check_server(struct scram *c, struct smtp_reply *reply, struct err *err)
{
	struct buf message = BUF_INIT(SMTP_LINE_MAX), signature = BUF_INIT(SMTP_LINE_MAX);
	bool good = false, proves;

	proves = smtp_mech_challenge(reply, &message) == 0 &&
		 text_prefix_nocase(buf_text(&message), "v=");
	if (proves)
		good = crypt_unbase64(&signature, message.data + 2) == 0 &&
		       signature.len == c->len &&
		       crypt_equal(signature.data, c->server_signature, c->len);
	buf_free(&message);
	buf_free(&signature);
	if (proves && !good)
		return fault(c, err, "could not prove that it knows the password, in the sign-in");
	if (smtp_mech_answer(c->s, reply, "", 0, err) < 0)
		return -1;
	if (reply->code == 235 && !proves)
		return fault(c, err, "did not prove that it knows the password, in the sign-in");
	return 0;
}

static int exchange(struct scram *c, struct smtp_reply *reply, struct err *err)
{
	struct buf first = BUF_INIT(SMTP_LINE_MAX);
	int rc;

	first_message(c);
	buf_printf(&first, GS2 "%s", buf_text(&c->bare));
	rc = smtp_mech_begin(c->s, reply, c->wire, &first, err);
	buf_free(&first);
	if (rc < 0 || reply->code != 334)
		return rc;
	if (read_challenge(c, reply, err) < 0 || send_proof(c, reply, err) < 0)
		return -1;
	if (reply->code == 334)
		return check_server(c, reply, err);
	if (reply->code == 235)
		return fault(c, err, "did not prove that it knows the password, in the sign-in");
	return 0;
}

static int run(struct smtp *s, struct smtp_reply *reply, const char *wire, enum crypt_hash hash,
	       struct err *err)
{
	struct scram c = { .s = s,
			   .wire = wire,
			   .hash = hash,
			   .bare = BUF_INIT(SMTP_LINE_MAX),
			   .challenge = BUF_INIT(SMTP_LINE_MAX),
			   .final = BUF_INIT(SMTP_LINE_MAX),
			   .len = crypt_hash_size(hash) };
	int rc;

	rc = exchange(&c, reply, err);
	explicit_bzero(c.salted, sizeof c.salted);
	explicit_bzero(c.server_signature, sizeof c.server_signature);
	buf_free(&c.bare);
	buf_free(&c.challenge);
	buf_free(&c.final);
	return rc;
}

int smtp_scram_sha_256(struct smtp *s, struct smtp_reply *reply, struct err *err)
{
	return run(s, reply, "SCRAM-SHA-256", CRYPT_SHA256, err);
}

int smtp_scram_sha_1(struct smtp *s, struct smtp_reply *reply, struct err *err)
{
	return run(s, reply, "SCRAM-SHA-1", CRYPT_SHA1, err);
}
