#include "mail/smtp_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/secret.h"
#include "base/text.h"

#define PAYLOAD_MAX (32 * 1024)
/* RFC 4954 4: an initial response must fit in a command line of RFC 5321. */
#define COMMAND_MAX 510

/* Runs the exchange up to the final reply, whatever that says. */
typedef int (*mechanism_run)(struct smtp *s, struct smtp_reply *reply, struct err *err);

static void base64(struct buf *out, const char *bytes, size_t len)
{
	unsigned char group[5];

	for (size_t i = 0; i < len; i += 3) {
		int n = EVP_EncodeBlock(group, (const unsigned char *)bytes + i,
					(int)(len - i < 3 ? len - i : 3));

		buf_add(out, group, (size_t)n);
	}
	explicit_bzero(group, sizeof group);
}

/* Sends base64 of the bytes as an answer to 334; secret: it holds the password. */
static int answer(struct smtp *s, struct smtp_reply *reply, const char *bytes, size_t len,
		  bool secret, struct err *err)
{
	struct buf line = BUF_INIT_SECRET(PAYLOAD_MAX);
	int rc;

	base64(&line, bytes, len);
	if (secret)
		smtp_trace_payload(s, buf_text(&line), line.len);
	s->hide = true;
	rc = smtp_command(s, reply, buf_text(&line), smtp_patience(s, SMTP_WAIT_COMMAND), err);
	buf_free(&line);
	return rc;
}

static int start(struct smtp *s, struct smtp_reply *reply, const char *line, struct err *err)
{
	return smtp_command(s, reply, line, smtp_patience(s, SMTP_WAIT_COMMAND), err);
}

/* RFC 4616 */
static int run_plain(struct smtp *s, struct smtp_reply *reply, struct err *err)
{
	struct buf message = BUF_INIT_SECRET(PAYLOAD_MAX), line = BUF_INIT_SECRET(PAYLOAD_MAX);
	int rc;

	buf_addc(&message, '\0');
	buf_adds(&message, s->params.user);
	buf_addc(&message, '\0');
	buf_adds(&message, secret_text(s->params.secret));
	buf_adds(&line, "AUTH PLAIN ");
	base64(&line, message.data, message.len);
	smtp_trace_payload(s, line.data + 11, line.len - 11);
	if (line.len > COMMAND_MAX)
		buf_cut(&line, 10);
	rc = start(s, reply, buf_text(&line), err);
	/* Also from servers that do not look at an initial response. */
	if (rc == 0 && reply->code == 334)
		rc = answer(s, reply, message.data, message.len, true, err);
	buf_free(&message);
	buf_free(&line);
	return rc;
}

static int run_login(struct smtp *s, struct smtp_reply *reply, struct err *err)
{
	const char *user = s->params.user;
	const struct secret *secret = s->params.secret;

	if (start(s, reply, "AUTH LOGIN", err) < 0)
		return -1;
	if (reply->code == 334 && answer(s, reply, user, strlen(user), false, err) < 0)
		return -1;
	if (reply->code == 334)
		return answer(s, reply, secret_text(secret), secret_len(secret), true, err);
	return 0;
}

/* The challenge as bytes; -1 when it is no base64. */
static int decode(struct buf *out, const char *text)
{
	size_t len = strlen(text), pad = 0;
	int n;

	if (len == 0 || len % 4 != 0 || len > SMTP_LINE_MAX)
		return -1;
	while (pad < 2 && text[len - 1 - pad] == '=')
		pad++;
	for (size_t i = 0; i < len; i++)
		buf_addc(out, '\0');
	n = EVP_DecodeBlock((unsigned char *)out->data, (const unsigned char *)text, (int)len);
	if (n < (int)pad)
		return -1;
	buf_cut(out, (size_t)n - pad);
	return 0;
}

/* RFC 2195 */
static int run_cram_md5(struct smtp *s, struct smtp_reply *reply, struct err *err)
{
	struct buf challenge = BUF_INIT(SMTP_LINE_MAX), message = BUF_INIT_SECRET(PAYLOAD_MAX);
	const struct secret *secret = s->params.secret;
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned n = 0;
	int rc = start(s, reply, "AUTH CRAM-MD5", err);

	if (rc < 0 || reply->code != 334)
		goto out;
	if (decode(&challenge, reply->text) < 0) {
		s->dead = true;
		rc = err_set(err, ERR_AUTH,
			     "%s began CRAM-MD5 with a challenge that is not base64.", s->host);
		goto out;
	}
	if (!HMAC(EVP_md5(), secret_text(secret), (int)secret_len(secret),
		  (const unsigned char *)buf_text(&challenge), challenge.len, digest, &n)) {
		s->dead = true;
		rc = err_set(err, ERR_AUTH,
			     "CRAM-MD5 cannot be used: MD5 is switched off on this "
			     "computer.");
		goto out;
	}
	buf_printf(&message, "%s ", s->params.user);
	for (unsigned i = 0; i < n; i++)
		buf_printf(&message, "%02x", digest[i]);
	rc = answer(s, reply, message.data, message.len, true, err);
out:
	buf_free(&challenge);
	buf_free(&message);
	return rc;
}

static const struct {
	const char *name, *wire;
	bool shows_password; /* to whoever reads the connection */
	mechanism_run run; /* NULL: not a mechanism, a choice */
} mechanisms[SMTP_AUTHS] = {
	[SMTP_AUTH_AUTO] = { "auto", "", false, NULL },
	[SMTP_AUTH_PLAIN] = { "plain", "PLAIN", true, run_plain },
	[SMTP_AUTH_LOGIN] = { "login", "LOGIN", true, run_login },
	[SMTP_AUTH_CRAM_MD5] = { "cram-md5", "CRAM-MD5", false, run_cram_md5 },
	[SMTP_AUTH_NONE] = { "none", "", false, NULL },
};

const char *smtp_auth_name(enum smtp_auth auth)
{
	return mechanisms[auth].name;
}

const char *smtp_auth_wire_name(enum smtp_auth auth)
{
	return mechanisms[auth].wire;
}

int smtp_auth_parse(const char *name, enum smtp_auth *auth)
{
	for (int i = 0; i < SMTP_AUTHS; i++) {
		if (!text_eq_nocase(name, mechanisms[i].name))
			continue;
		*auth = (enum smtp_auth)i;
		return 0;
	}
	return -1;
}

/* Without TLS nobody but this computer may see what is sent. */
static bool is_private(const struct smtp *s)
{
	return net_layer(s->net) == NET_LAYER_TLS || net_is_loopback(s->host);
}

static bool usable(const struct smtp *s, enum smtp_auth auth)
{
	return s->caps.mechanisms & 1u << auth &&
	       (!mechanisms[auth].shows_password || is_private(s));
}

static size_t choose(const struct smtp *s, enum smtp_auth out[SMTP_AUTHS])
{
	static const enum smtp_auth encrypted[] = { SMTP_AUTH_PLAIN, SMTP_AUTH_LOGIN,
						    SMTP_AUTH_CRAM_MD5 };
	static const enum smtp_auth clear[] = { SMTP_AUTH_CRAM_MD5, SMTP_AUTH_PLAIN,
						SMTP_AUTH_LOGIN };
	const enum smtp_auth *order = net_layer(s->net) == NET_LAYER_TLS ? encrypted : clear;
	size_t n = 0;

	for (size_t i = 0; i < 3; i++)
		if ((s->params.auth == SMTP_AUTH_AUTO || s->params.auth == order[i]) &&
		    usable(s, order[i]))
			out[n++] = order[i];
	return n;
}

static int none_usable(struct smtp *s, struct err *err)
{
	enum smtp_auth wanted = s->params.auth;
	bool clear = net_layer(s->net) != NET_LAYER_TLS;

	if (!s->caps.auth) {
		err_set(err, ERR_AUTH, "%s does not offer sign-in here%s.", s->host,
			clear ? " without encryption" : "");
		if (clear)
			err_hint(err, "Choose STARTTLS or TLS, or leave the user name empty if the "
				      "server needs no sign-in.");
		else
			err_hint(err,
				 "Port 587 or 465 may be the one for sign-in; or leave the user "
				 "name empty if the server needs none.");
		return -1;
	}
	if (wanted != SMTP_AUTH_AUTO && !(s->caps.mechanisms & 1u << wanted)) {
		err_set(err, ERR_AUTH, "%s does not offer sign-in by %s, only: %s.", s->host,
			mechanisms[wanted].wire, s->caps.auth_line);
		err_hint(err, "Choose \"auto\" for the way of signing in.");
		return -1;
	}
	if (clear && !is_private(s) && s->caps.mechanisms) {
		err_set(err, ERR_AUTH,
			"%s wants the password in clear text, and the connection is "
			"not encrypted.",
			s->host);
		err_hint(err, "Choose STARTTLS or TLS. The password was not sent.");
		return -1;
	}
	err_set(err, ERR_AUTH,
		"%s offers only ways to sign in that this program does not know: %s.", s->host,
		s->caps.auth_line);
	err_hint(err, "Known are PLAIN, LOGIN and CRAM-MD5.");
	return -1;
}

static int refused(struct smtp *s, const struct smtp_reply *reply, const char *wire,
		   struct err *err)
{
	int code = reply->code;

	if (code >= 400 && code < 500)
		return smtp_refused(s, reply, err,
				    "%s did not check the sign-in; this says nothing about the "
				    "password.",
				    s->host);
	if (code == 534 || code == 504)
		err_set(err, ERR_AUTH, "%s does not let this account sign in by %s.", s->host,
			wire);
	else if (code == 538 || code == 530)
		err_set(err, ERR_AUTH, "%s wants an encrypted connection before sign-in.", s->host);
	else if (code >= 500)
		err_set(err, ERR_AUTH, "%s did not accept the sign-in.", s->host);
	else
		err_set(err, ERR_AUTH, "%s answered the sign-in by %s with %d instead of 235.",
			s->host, wire, code);
	smtp_explain(s, reply, err);
	return -1;
}

/* One mechanism: 0 signed in, 1 another may be tried, -1 over. */
static int try_one(struct smtp *s, enum smtp_auth auth, bool first, struct err *err)
{
	struct smtp_reply reply = { .code = 0 };
	int rc = mechanisms[auth].run(s, &reply, err);

	if (rc == 0 && reply.code == 235) {
		s->mechanism = mechanisms[auth].wire;
	} else if (rc == 0) {
		/* Asking on would be without end: the exchange is given up. */
		if (reply.code == 334)
			s->dead = true;
		refused(s, &reply, mechanisms[auth].wire, err);
		rc = reply.code == 504 || reply.code == 534 || (first && reply.code == 535) ? 1
											    : -1;
	}
	smtp_reply_clear(&reply);
	return rc;
}

static int sign_in(struct smtp *s, struct err *err)
{
	enum smtp_auth list[SMTP_AUTHS];
	size_t n = choose(s, list);
	struct err later = ERR_INIT;
	int rc;

	if (n == 0)
		return none_usable(s, err);
	rc = try_one(s, list[0], true, err);
	for (size_t i = 1; rc == 1 && !s->dead && i < n; i++) {
		rc = try_one(s, list[i], false, &later);
		/* A wrong password stays the news, whatever came after it. */
		if (rc != 0 && strncmp(err->reply, "535", 3) != 0)
			*err = later;
	}
	if (rc == 0)
		err_clear(err);
	return rc == 0 ? 0 : -1;
}

int smtp_sign_in(struct smtp *s, struct err *err)
{
	const struct secret *secret = s->params.secret;

	if (!s->params.user || !s->params.user[0] || s->params.auth == SMTP_AUTH_NONE) {
		smtp_step_skip(s, SMTP_STEP_SIGNIN);
		return 0;
	}
	smtp_step_run(s, SMTP_STEP_SIGNIN);
	if (!secret)
		return err_set(err, ERR_KEYRING, "There is no password for %s.", s->params.user);
	if (strlen(s->params.user) > 512)
		return err_set(err, ERR_INPUT, "The user name is too long: 512 bytes at most.");
	smtp_trace_secret(s, secret_text(secret), secret_len(secret));
	if (sign_in(s, err) < 0)
		return -1;
	smtp_step_end(s, SMTP_STEP_DONE, s->mechanism);
	return 0;
}
