/* Signing in: which mechanisms, in which order, and what a refusal means. */
#include "mail/smtp_internal.h"

#include <string.h>

#include "base/secret.h"
#include "mail/smtp_mech.h"

/* Without TLS nobody but this computer may see what is sent. */
static bool is_private(const struct smtp *s)
{
	return net_layer(s->net) == NET_LAYER_TLS || net_is_loopback(s->host);
}

static bool is_chosen(const struct smtp *s, enum smtp_auth auth)
{
	/* Nobody can see from a secret whether it is a password or a token. */
	return s->params.auth == auth ||
	       (s->params.auth == SMTP_AUTH_AUTO && !(smtp_mech(auth)->flags & SMTP_MECH_TOKEN));
}

static bool usable(const struct smtp *s, enum smtp_auth auth)
{
	unsigned flags = smtp_mech(auth)->flags;

	if (!(s->caps.mechanisms & 1u << auth))
		return false;
	if (flags & SMTP_MECH_CERT)
		return s->params.options.client_cert && net_layer(s->net) == NET_LAYER_TLS;
	return s->params.secret && (!(flags & SMTP_MECH_SHOWS) || is_private(s));
}

/* In the order of the rows; without TLS what shows the password comes last. */
static size_t choose(const struct smtp *s, enum smtp_auth out[SMTP_AUTHS])
{
	bool clear = net_layer(s->net) != NET_LAYER_TLS;
	size_t n = 0;

	for (int last = 0; last < (clear ? 2 : 1); last++)
		for (int i = SMTP_AUTH_AUTO + 1; i < SMTP_AUTH_NONE; i++) {
			enum smtp_auth auth = (enum smtp_auth)i;
			bool late = clear && smtp_mech(auth)->flags & SMTP_MECH_SHOWS;

			if (late == last && is_chosen(s, auth) && usable(s, auth))
				out[n++] = auth;
		}
	return n;
}

static int not_offered(struct smtp *s, struct err *err)
{
	bool clear = net_layer(s->net) != NET_LAYER_TLS;

	err_set(err, ERR_AUTH, "%s does not offer sign-in here%s.", s->host,
		clear ? " without encryption" : "");
	if (clear)
		err_hint(err, "Choose STARTTLS or TLS, or leave the user name empty if the "
			      "server needs no sign-in.");
	else
		err_hint(err, "Port 587 or 465 may be the one for sign-in; or leave the user "
			      "name empty if the server needs none.");
	return -1;
}

static bool offers_only_tokens(const struct smtp *s)
{
	unsigned tokens = 1u << SMTP_AUTH_XOAUTH2 | 1u << SMTP_AUTH_OAUTHBEARER;

	return s->caps.mechanisms && !(s->caps.mechanisms & ~tokens);
}

static int none_usable(struct smtp *s, struct err *err)
{
	enum smtp_auth wanted = s->params.auth;
	bool clear = net_layer(s->net) != NET_LAYER_TLS;

	if (!s->caps.auth)
		return not_offered(s, err);
	if (wanted != SMTP_AUTH_AUTO && !(s->caps.mechanisms & 1u << wanted)) {
		err_set(err, ERR_AUTH, "%s does not offer sign-in by %s, only: %s.", s->host,
			smtp_mech(wanted)->wire, s->caps.auth_line);
		err_hint(err, "Choose \"auto\" for the way of signing in.");
		return -1;
	}
	if (smtp_mech(wanted)->flags & SMTP_MECH_CERT) {
		err_set(err, ERR_AUTH, "There is no certificate to sign in to %s with.", s->host);
		err_hint(err, clear ? "It works over TLS only."
				    : "Name its file in the account: client-cert.");
		return -1;
	}
	if (wanted == SMTP_AUTH_AUTO && offers_only_tokens(s)) {
		err_set(err, ERR_AUTH, "%s takes no password, only a token (%s).", s->host,
			s->caps.auth_line);
		err_hint(err,
			 "Set auth to xoauth2 or oauthbearer, and password-command to a program "
			 "that prints a token.");
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
	err_hint(err, "Known are PLAIN, LOGIN, CRAM-MD5, SCRAM and OAuth2.");
	return -1;
}

static int refused(struct smtp *s, const struct smtp_reply *reply, const struct smtp_mech *mech,
		   struct err *err)
{
	int code = reply->code;

	if (code >= 400 && code < 500)
		return smtp_refused(s, reply, err,
				    "%s did not check the sign-in; this says nothing about the "
				    "%s.",
				    s->host, mech->flags & SMTP_MECH_TOKEN ? "token" : "password");
	if (code == 534 || code == 504)
		err_set(err, ERR_AUTH, "%s does not let this account sign in by %s.", s->host,
			mech->wire);
	else if (code == 538 || code == 530)
		err_set(err, ERR_AUTH, "%s wants an encrypted connection before sign-in.", s->host);
	else if (code >= 500 && mech->flags & SMTP_MECH_TOKEN && s->token_fault[0])
		err_set(err, ERR_AUTH, "%s did not accept the token (%s).", s->host,
			s->token_fault);
	else if (code >= 500)
		err_set(err, ERR_AUTH, "%s did not accept the sign-in.", s->host);
	else
		err_set(err, ERR_AUTH, "%s answered the sign-in by %s with %d instead of 235.",
			s->host, mech->wire, code);
	if (s->token_fault[0]) {
		err_hint(err, "Its time may be over: password-command must print a new one.");
		smtp_reply_to_err(reply, err);
	} else {
		smtp_explain(s, reply, err);
	}
	return -1;
}

/* One mechanism: 0 signed in, -1 not; *code is the server's verdict, 0 for none. */
static int try_one(struct smtp *s, enum smtp_auth auth, int *code, struct err *err)
{
	const struct smtp_mech *mech = smtp_mech(auth);
	struct smtp_reply reply = { .code = 0 };
	int rc;

	s->token_fault[0] = '\0';
	/* With the challenges of a proof the password could be guessed at leisure. */
	s->conceal = mech->flags & SMTP_MECH_PROVES;
	rc = mech->run(s, &reply, err);
	s->conceal = false;
	*code = rc == 0 ? reply.code : 0;
	if (*code == 235) {
		s->mechanism = mech->wire;
	} else if (rc == 0) {
		/* Asking on would be without end: the exchange is given up. */
		if (reply.code == 334)
			s->dead = true;
		if (reply.code == 334 && mech->flags & SMTP_MECH_PROVES)
			reply.text[0] = '\0';
		rc = refused(s, &reply, mech, err);
	}
	smtp_reply_clear(&reply);
	return rc;
}

/* Who was refused because the server keeps no proof of the password may still be let in with
 * the password itself. */
static size_t next_after(const enum smtp_auth *list, size_t n, size_t at, int code)
{
	bool proof = smtp_mech(list[at])->flags & SMTP_MECH_PROVES;

	for (at++; code == 535 && proof && at < n; at++)
		if (!(smtp_mech(list[at])->flags & SMTP_MECH_PROVES))
			break;
	return at;
}

/* Some hang up after a refusal; the next mechanism then has a connection of its own. */
static int try_again(struct smtp *s, enum smtp_auth auth, int *code, struct err *err)
{
	int rc = s->dead ? -1 : try_one(s, auth, code, err);

	if (rc == 0 || *code != 0 || !s->dead ||
	    (err->kind != ERR_NONE && err->kind != ERR_NETWORK))
		return rc;
	if (smtp_reopen(s, err) < 0 || !usable(s, auth))
		return -1;
	return try_one(s, auth, code, err);
}

/* Ten wrong passwords lock an account at some providers: after 535 only one more
 * mechanism is tried. */
static int sign_in(struct smtp *s, struct err *err)
{
	enum smtp_auth list[SMTP_AUTHS];
	size_t n = choose(s, list), at = 0;
	bool wrong = false;
	int code, rc;

	if (n == 0)
		return none_usable(s, err);
	rc = try_one(s, list[at], &code, err);
	while (rc < 0 && (code == 504 || code == 534 || (code == 535 && !wrong))) {
		struct err later = ERR_INIT;

		wrong |= code == 535;
		at = next_after(list, n, at, code);
		if (at >= n)
			break;
		code = 0;
		rc = try_again(s, list[at], &code, &later);
		/* A wrong password stays the news, whatever came after it. */
		if (rc < 0 && (!wrong || later.kind == ERR_CANCELLED))
			*err = later;
	}
	if (rc == 0)
		err_clear(err);
	return rc;
}

int smtp_sign_in(struct smtp *s, struct err *err)
{
	const struct secret *secret = s->params.secret;
	bool cert = s->params.auth == SMTP_AUTH_EXTERNAL;

	if (s->params.auth == SMTP_AUTH_NONE ||
	    (!cert && (!s->params.user || !s->params.user[0]))) {
		smtp_step_skip(s, SMTP_STEP_SIGNIN);
		return 0;
	}
	smtp_step_run(s, SMTP_STEP_SIGNIN);
	if (!secret && !cert)
		return err_set(err, ERR_KEYRING, "There is no password for %s.", s->params.user);
	if (s->params.user && strlen(s->params.user) > 512)
		return err_set(err, ERR_INPUT, "The user name is too long: 512 bytes at most.");
	if (secret)
		smtp_trace_secret(s, secret_text(secret), secret_len(secret));
	if (sign_in(s, err) < 0)
		return -1;
	smtp_step_end(s, SMTP_STEP_DONE, s->mechanism);
	return 0;
}
