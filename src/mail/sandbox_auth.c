#include "mail/sandbox_auth.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/err.h"
#include "base/text.h"
#include "mail/sandbox_session.h"

#define ANSWER_MAX    SANDBOX_LINE_MAX
#define USER_MAX      1024
#define CHALLENGE_MAX 128

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static void encode(const char *text, size_t len, char *out)
{
	for (size_t i = 0; i < len; i += 3) {
		size_t left = len - i;
		unsigned long v = (unsigned long)(unsigned char)text[i] << 16;

		if (left > 1)
			v |= (unsigned long)(unsigned char)text[i + 1] << 8;
		if (left > 2)
			v |= (unsigned char)text[i + 2];
		*out++ = alphabet[v >> 18];
		*out++ = alphabet[v >> 12 & 63];
		*out++ = left > 1 ? alphabet[v >> 6 & 63] : '=';
		*out++ = left > 2 ? alphabet[v & 63] : '=';
	}
	*out = '\0';
}

/* Strict, as RFC 4954 wants: padded to fours, no other character, and no bits
 * set that belong to no byte. */
static int decode(const char *text, struct buf *out)
{
	size_t len = strlen(text), pad = 0;
	unsigned long v = 0;

	if (len % 4 != 0)
		return -1;
	while (pad < 2 && pad < len && text[len - 1 - pad] == '=')
		pad++;
	for (size_t i = 0; i < len - pad; i++) {
		const char *p = strchr(alphabet, text[i]);

		if (!p)
			return -1;
		v = (v << 6 | (unsigned long)(p - alphabet)) & 0xffffff;
		if (i % 4 != 0 && buf_addc(out, (char)(v >> (6 - 2 * (i % 4)))) < 0)
			return -1;
	}
	return pad > 0 && (v & (pad == 1 ? 3 : 15)) != 0 ? -1 : 0;
}

static int refuse(struct sandbox_session *s, const char *reply)
{
	s->auth_failed = true;
	sandbox_reply(s, "%s", reply);
	return -1;
}

static int decode_answer(struct sandbox_session *s, const char *text, struct buf *answer)
{
	if (decode(text, answer) < 0)
		return refuse(s, "501 5.5.2 This is not base64");
	return 0;
}

static int ask(struct sandbox_session *s, const char *challenge, struct buf *answer)
{
	char coded[CHALLENGE_MAX * 4 / 3 + 8];
	enum sandbox_line got;

	encode(challenge, strlen(challenge), coded);
	sandbox_reply(s, "334 %s", coded);
	got = sandbox_secret_line(s);
	if (got == LINE_NONE)
		return -1;
	if (got == LINE_LONG)
		return refuse(s, "500 5.5.6 The answer is too long");
	if (got == LINE_BARE)
		return refuse(s, "500 5.5.2 A line ends in CR LF, not in LF alone");
	if (strcmp(buf_text(&s->line), "*") == 0)
		return refuse(s, "501 5.7.0 Sign-in cancelled");
	if (memchr(buf_text(&s->line), '\0', s->line.len))
		return refuse(s, "501 5.5.2 This is not base64");
	return decode_answer(s, buf_text(&s->line), answer);
}

/* The initial response of the AUTH line, "=" being the empty one, or asked for. */
static int first_answer(struct sandbox_session *s, const char *initial, const char *challenge,
			struct buf *answer)
{
	if (!initial)
		return ask(s, challenge, answer);
	if (strcmp(initial, "=") == 0)
		return buf_adds(answer, "");
	return decode_answer(s, initial, answer);
}

static bool user_right(const struct sandbox_session *s, const char *user)
{
	const char *want = s->service->params.user;

	return *user && (!want || strcmp(user, want) == 0) && strlen(user) < USER_MAX &&
	       !text_has_control(user, strlen(user));
}

static int judge(struct sandbox_session *s, const char *user, bool proven)
{
	if (!user_right(s, user) || !proven)
		return refuse(s, "535 5.7.8 User name or password is wrong");
	s->user = xstrdup(user);
	s->auth_failed = false;
	sandbox_reply(s, "235 2.7.0 Signed in");
	return 0;
}

static bool password_right(const struct sandbox_session *s, const char *password)
{
	const char *want = s->service->params.password;

	return *password && (!want || strcmp(password, want) == 0);
}

static int auth_plain(struct sandbox_session *s, const char *initial)
{
	struct buf answer = BUF_INIT_SECRET(ANSWER_MAX);
	const char *user, *password, *end;
	int rc = first_answer(s, initial, "", &answer);

	if (rc < 0)
		goto out;
	/* authorization identity, NUL, user, NUL, password */
	end = buf_text(&answer) + answer.len;
	user = memchr(buf_text(&answer), '\0', answer.len);
	password = user ? memchr(user + 1, '\0', (size_t)(end - user - 1)) : NULL;
	if (!password || memchr(password + 1, '\0', (size_t)(end - password - 1)))
		rc = refuse(s, "501 5.5.2 PLAIN needs two NULs in its answer");
	else
		rc = judge(s, user + 1, password_right(s, password + 1));
out:
	buf_free(&answer);
	return rc;
}

static int auth_login(struct sandbox_session *s, const char *initial)
{
	struct buf user = BUF_INIT_SECRET(ANSWER_MAX);
	struct buf password = BUF_INIT_SECRET(ANSWER_MAX);
	int rc = -1;

	if (first_answer(s, initial, "Username:", &user) < 0 || ask(s, "Password:", &password) < 0)
		goto out;
	if (memchr(buf_text(&user), '\0', user.len) ||
	    memchr(buf_text(&password), '\0', password.len))
		rc = refuse(s, "501 5.5.2 There is a NUL in the answer");
	else
		rc = judge(s, buf_text(&user), password_right(s, buf_text(&password)));
out:
	buf_free(&user);
	buf_free(&password);
	return rc;
}

/* -1 when this OpenSSL is built or set up without MD5. */
static int hmac_md5(const char *password, const char *challenge, char *hex)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned len = 0;

	if (!HMAC(EVP_md5(), password, (int)strlen(password), (const unsigned char *)challenge,
		  strlen(challenge), digest, &len))
		return -1;
	for (unsigned i = 0; i < len; i++)
		snprintf(hex + 2 * i, 3, "%02x", digest[i]);
	return 0;
}

static int judge_digest(struct sandbox_session *s, const char *challenge, const char *answer)
{
	const char *want = s->service->params.password;
	const char *blank = strrchr(answer, ' ');
	char hex[2 * EVP_MAX_MD_SIZE + 1] = "";
	char user[USER_MAX];

	if (!blank || blank - answer >= USER_MAX || strlen(blank + 1) != 32)
		return refuse(s, "501 5.5.2 CRAM-MD5 needs a user, a blank and 32 hex digits");
	if (want && hmac_md5(want, challenge, hex) < 0)
		return refuse(s, "454 4.7.0 CRAM-MD5 does not work on this machine");
	memcpy(user, answer, (size_t)(blank - answer));
	user[blank - answer] = '\0';
	return judge(s, user, !want || strcmp(blank + 1, hex) == 0);
}

static int auth_cram_md5(struct sandbox_session *s, const char *initial)
{
	struct buf answer = BUF_INIT_SECRET(ANSWER_MAX);
	char challenge[CHALLENGE_MAX];
	uint64_t once;
	int rc;

	if (initial)
		return refuse(s, "501 5.7.0 With CRAM-MD5 the server speaks first");
	if (getrandom(&once, sizeof once, 0) != (ssize_t)sizeof once)
		return refuse(s, "454 4.7.0 No random numbers can be had");
	snprintf(challenge, sizeof challenge, "<%llu.%lld@localhost>", (unsigned long long)once,
		 (long long)time(NULL));
	rc = ask(s, challenge, &answer);
	if (rc == 0 && memchr(buf_text(&answer), '\0', answer.len))
		rc = refuse(s, "501 5.5.2 There is a NUL in the answer");
	else if (rc == 0)
		rc = judge_digest(s, challenge, buf_text(&answer));
	buf_free(&answer);
	return rc;
}

static const struct {
	const char *name;
	int (*run)(struct sandbox_session *s, const char *initial);
} mechanisms[] = {
	{ "PLAIN", auth_plain },
	{ "LOGIN", auth_login },
	{ "CRAM-MD5", auth_cram_md5 },
};

static void run_mechanism(struct sandbox_session *s, const char *name, const char *initial)
{
	for (size_t i = 0; i < sizeof mechanisms / sizeof *mechanisms; i++) {
		if (text_eq_nocase(name, mechanisms[i].name)) {
			(void)mechanisms[i].run(s, initial);
			return;
		}
	}
	(void)refuse(s, "504 5.5.4 This mechanism is not known here");
}

void sandbox_auth_run(struct sandbox_session *s, const char *args)
{
	struct buf copy = BUF_INIT_SECRET(ANSWER_MAX);
	char *initial;

	if (s->user || s->open || !s->extended) {
		(void)refuse(s, s->user   ? "503 5.5.1 You are signed in already"
				: s->open ? "503 5.5.1 Not between MAIL and the end of the message"
					  : "503 5.5.1 Say EHLO first");
		return;
	}
	/* args is in the line buffer, which the answers will overwrite. */
	if (!*args || buf_adds(&copy, args) < 0) {
		(void)refuse(s, "501 5.5.4 Say AUTH mechanism [initial response]");
		return;
	}
	initial = strchr(copy.data, ' ');
	if (initial) {
		*initial++ = '\0';
		initial += strspn(initial, " ");
	}
	run_mechanism(s, copy.data, initial);
	buf_free(&copy);
}
