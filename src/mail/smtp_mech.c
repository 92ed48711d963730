#include "mail/smtp_mech.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "base/text.h"
#include "mail/smtp_internal.h"
#include "port/crypt.h"
#include "port/json.h"

/* RFC 4954 4: an initial response must fit in a command line of RFC 5321. */
#define COMMAND_MAX 510

/* ---- steps ---- */

static int command(struct smtp *s, struct smtp_reply *reply, const char *line, struct err *err)
{
	return smtp_command(s, reply, line, smtp_patience(s, SMTP_WAIT_COMMAND), err);
}

int smtp_mech_answer(struct smtp *s, struct smtp_reply *reply, const char *bytes, size_t len,
		     struct err *err)
{
	struct buf line = BUF_INIT_SECRET(SMTP_PAYLOAD_MAX);
	int rc;

	crypt_base64(&line, bytes, len);
	smtp_trace_payload(s, buf_text(&line), line.len);
	s->hide = true;
	rc = command(s, reply, buf_text(&line), err);
	buf_free(&line);
	return rc;
}

int smtp_mech_begin(struct smtp *s, struct smtp_reply *reply, const char *name,
		    const struct buf *first, struct err *err)
{
	struct buf line = BUF_INIT_SECRET(SMTP_PAYLOAD_MAX);
	size_t bare;
	bool cut;
	int rc;

	buf_printf(&line, "AUTH %s", name);
	bare = line.len;
	buf_addc(&line, ' ');
	crypt_base64(&line, first->data, first->len);
	if (first->len == 0)
		buf_addc(&line, '=');
	smtp_trace_payload(s, line.data + bare + 1, line.len - bare - 1);
	cut = line.len > COMMAND_MAX;
	if (cut)
		buf_cut(&line, bare);
	rc = command(s, reply, buf_text(&line), err);
	/* Servers that do not look at an initial response ask with nothing. */
	if (rc == 0 && reply->code == 334 && (cut || !(reply->text && reply->text[0])))
		rc = smtp_mech_answer(s, reply, first->data, first->len, err);
	buf_free(&line);
	return rc;
}

int smtp_mech_challenge(const struct smtp_reply *reply, struct buf *out)
{
	return crypt_unbase64(out, reply->text ? reply->text : "");
}

int smtp_mech_broken(struct smtp *s, struct err *err, const char *wire, const char *what)
{
	s->dead = true;
	return err_set(err, ERR_AUTH, "%s %s by %s.", s->host, what, wire);
}

/* ---- a password, shown ---- */

/* RFC 4616. Some ask "334 ok go on": any 334 means that the response was not looked at. */
static int run_plain(struct smtp *s, struct smtp_reply *reply, struct err *err)
{
	struct buf message = BUF_INIT_SECRET(SMTP_PAYLOAD_MAX);
	int rc;

	buf_addc(&message, '\0');
	buf_adds(&message, s->params.user);
	buf_addc(&message, '\0');
	buf_adds(&message, secret_text(s->params.secret));
	rc = smtp_mech_begin(s, reply, "PLAIN", &message, err);
	if (rc == 0 && reply->code == 334 && reply->text && reply->text[0])
		rc = smtp_mech_answer(s, reply, message.data, message.len, err);
	buf_free(&message);
	return rc;
}

/* Two questions whose words differ from server to server; nobody reads them. */
static int run_login(struct smtp *s, struct smtp_reply *reply, struct err *err)
{
	const char *user = s->params.user;
	const struct secret *secret = s->params.secret;

	if (command(s, reply, "AUTH LOGIN", err) < 0)
		return -1;
	if (reply->code == 334 && smtp_mech_answer(s, reply, user, strlen(user), err) < 0)
		return -1;
	if (reply->code == 334)
		return smtp_mech_answer(s, reply, secret_text(secret), secret_len(secret), err);
	return 0;
}

/* ---- a password, proved ---- */

/* RFC 2195 */
static int run_cram_md5(struct smtp *s, struct smtp_reply *reply, struct err *err)
{
	struct buf challenge = BUF_INIT(SMTP_LINE_MAX), message = BUF_INIT_SECRET(SMTP_PAYLOAD_MAX);
	const struct secret *secret = s->params.secret;
	unsigned char digest[CRYPT_HASH_MAX];
	int rc = command(s, reply, "AUTH CRAM-MD5", err);

	if (rc < 0 || reply->code != 334)
		goto out;
	if (smtp_mech_challenge(reply, &challenge) < 0) {
		rc = smtp_mech_broken(s, err, "CRAM-MD5",
				      "sent a challenge that is not base64 in the sign-in");
		goto out;
	}
	if (crypt_hmac(CRYPT_MD5, (struct crypt_bytes){ secret_text(secret), secret_len(secret) },
		       (struct crypt_bytes){ challenge.data, challenge.len }, digest) < 0) {
		s->dead = true;
		rc = err_set(err, ERR_AUTH,
			     "CRAM-MD5 cannot be used: MD5 is switched off on this computer.");
		goto out;
	}
	buf_printf(&message, "%s ", s->params.user);
	for (size_t i = 0; i < crypt_hash_size(CRYPT_MD5); i++)
		buf_printf(&message, "%02x", digest[i]);
	rc = smtp_mech_answer(s, reply, message.data, message.len, err);
out:
	buf_free(&challenge);
	buf_free(&message);
	return rc;
}

/* ---- a certificate ---- */

/* RFC 4422 A: who the certificate belongs to, or who else is to be acted for. */
static int run_external(struct smtp *s, struct smtp_reply *reply, struct err *err)
{
	struct buf message = BUF_INIT(1024);
	int rc;

	buf_adds(&message, s->params.user ? s->params.user : "");
	rc = smtp_mech_begin(s, reply, "EXTERNAL", &message, err);
	buf_free(&message);
	return rc;
}

/* ---- a token ---- */

static void add_fault(struct buf *out, const char *json, const char *key)
{
	char *value = json_text_of(json, key);

	if (value && value[0])
		buf_printf(out, "%s%s %s", out->len ? ", " : "", key, value);
	free(value);
}

/* 334 with a JSON object says what is wrong; the final reply comes after an answer. */
static int token_fault(struct smtp *s, struct smtp_reply *reply, const char *answer, size_t len,
		       struct err *err)
{
	struct buf json = BUF_INIT(2 * SMTP_LINE_MAX), fault = BUF_INIT(4 * SMTP_LINE_MAX);

	if (smtp_mech_challenge(reply, &json) == 0) {
		add_fault(&fault, buf_text(&json), "status");
		add_fault(&fault, buf_text(&json), "error");
		add_fault(&fault, buf_text(&json), "scope");
		text_visible_into(s->token_fault, sizeof s->token_fault, buf_text(&fault),
				  fault.len);
	}
	buf_free(&json);
	buf_free(&fault);
	return smtp_mech_answer(s, reply, answer, len, err);
}

/* Google's and Microsoft's own, from before there was a standard. */
static int run_xoauth2(struct smtp *s, struct smtp_reply *reply, struct err *err)
{
	struct buf message = BUF_INIT_SECRET(SMTP_PAYLOAD_MAX);
	int rc;

	buf_printf(&message, "user=%s\1auth=Bearer %s\1\1", s->params.user,
		   secret_text(s->params.secret));
	rc = smtp_mech_begin(s, reply, "XOAUTH2", &message, err);
	if (rc == 0 && reply->code == 334)
		rc = token_fault(s, reply, "", 0, err);
	buf_free(&message);
	return rc;
}

/* RFC 5801 4: a name in a GS2 header. */
static void add_saslname(struct buf *out, const char *name)
{
	for (; *name; name++) {
		if (*name == ',' || *name == '=')
			buf_adds(out, *name == ',' ? "=2C" : "=3D");
		else
			buf_addc(out, *name);
	}
}

/* RFC 7628 */
static int run_oauthbearer(struct smtp *s, struct smtp_reply *reply, struct err *err)
{
	struct buf message = BUF_INIT_SECRET(SMTP_PAYLOAD_MAX);
	int rc;

	buf_adds(&message, "n,a=");
	add_saslname(&message, s->params.user);
	buf_printf(&message, ",\1host=%s\1port=%d\1auth=Bearer %s\1\1", s->host, s->params.port,
		   secret_text(s->params.secret));
	rc = smtp_mech_begin(s, reply, "OAUTHBEARER", &message, err);
	if (rc == 0 && reply->code == 334)
		rc = token_fault(s, reply, "\1", 1, err);
	buf_free(&message);
	return rc;
}

/* ---- the rows ---- */

static const struct smtp_mech mechs[SMTP_AUTHS] = {
	[SMTP_AUTH_AUTO] = { "auto", "", 0, NULL },
	[SMTP_AUTH_EXTERNAL] = { "external", "EXTERNAL", SMTP_MECH_CERT, run_external },
	[SMTP_AUTH_SCRAM_SHA_256] = { "scram-sha-256", "SCRAM-SHA-256", SMTP_MECH_PROVES,
				      smtp_scram_sha_256 },
	[SMTP_AUTH_SCRAM_SHA_1] = { "scram-sha-1", "SCRAM-SHA-1", SMTP_MECH_PROVES,
				    smtp_scram_sha_1 },
	[SMTP_AUTH_PLAIN] = { "plain", "PLAIN", SMTP_MECH_SHOWS, run_plain },
	[SMTP_AUTH_LOGIN] = { "login", "LOGIN", SMTP_MECH_SHOWS, run_login },
	[SMTP_AUTH_CRAM_MD5] = { "cram-md5", "CRAM-MD5", SMTP_MECH_PROVES, run_cram_md5 },
	[SMTP_AUTH_OAUTHBEARER] = { "oauthbearer", "OAUTHBEARER", SMTP_MECH_SHOWS | SMTP_MECH_TOKEN,
				    run_oauthbearer },
	[SMTP_AUTH_XOAUTH2] = { "xoauth2", "XOAUTH2", SMTP_MECH_SHOWS | SMTP_MECH_TOKEN,
				run_xoauth2 },
	[SMTP_AUTH_NONE] = { "none", "", 0, NULL },
};

const struct smtp_mech *smtp_mech(enum smtp_auth auth)
{
	return &mechs[auth];
}

const char *smtp_auth_name(enum smtp_auth auth)
{
	return mechs[auth].name;
}

int smtp_auth_parse(const char *name, enum smtp_auth *auth)
{
	for (int i = 0; i < SMTP_AUTHS; i++) {
		if (!text_eq_nocase(name, mechs[i].name))
			continue;
		*auth = (enum smtp_auth)i;
		return 0;
	}
	return -1;
}
