#include "mail/message_private.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/text.h"

enum { LINE_MAX_SMTP = 998 }; /* RFC 5322 2.1.1, without CRLF */

int message_check_text(const char *what, const char *text, size_t len, struct err *err)
{
	size_t at = 0, line = 1, n;
	unsigned code;

	if (len > MESSAGE_TEXT_MAX) {
		err_set(err, ERR_INPUT, "The %s is too long: at most %d MB can be sent as text.",
			what, MESSAGE_TEXT_MAX >> 20);
		err_hint(err, "Send it as an attachment.");
		return -1;
	}

	for (; at < len; at += n) {
		n = text_utf8_next(text + at, len - at, &code);
		if (n == 0)
			break;
		line += code == '\n';
	}
	if (at == len)
		return 0;
	err_set(err, ERR_INPUT, "The %s is not UTF-8 (line %zu).", what, line);
	err_hint(err, "Convert it first, for instance with iconv -f ISO-8859-1 -t UTF-8. "
		      "A file that is not text is sent as an attachment.");
	return -1;
}

static void add_lines(struct message_body *body, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '\r' && i + 1 < len && text[i + 1] == '\n')
			continue;
		body->bytes[body->len++] = text[i];
	}
}

static void end_line(struct message_body *body)
{
	if (body->len > 0 && body->bytes[body->len - 1] != '\n')
		body->bytes[body->len++] = '\n';
}

/* Length without the line ends at the end. */
static size_t trimmed(const char *text, size_t len)
{
	while (len > 0 && text[len - 1] == '\n')
		len--;
	return len;
}

/* Is the signature, below its "-- ", already the end of the text? (A reply or
 * a draft taken up again.) */
static bool signed_already(const struct message_body *body, const struct message_body *sig)
{
	size_t have = trimmed(body->bytes, body->len), want = trimmed(sig->bytes, sig->len);

	if (have < want || memcmp(body->bytes + have - want, sig->bytes, want) != 0)
		return false;
	return have == want || body->bytes[have - want - 1] == '\n';
}

static void add_signature(struct message_body *body, const char *signature)
{
	size_t len = strlen(signature);
	struct message_body sig = { .bytes = xmalloc(len + 8) };

	add_lines(&sig, "-- \n", 4);
	add_lines(&sig, signature, len);
	end_line(&sig);
	if (!signed_already(body, &sig)) {
		end_line(body);
		add_lines(body, sig.bytes, sig.len);
	}
	free(sig.bytes);
}

/* What passes any server and changes nothing: as it is, if every line is short
 * printable ASCII; else quoted-printable, or base64 where that is shorter.
 * "From " at the start of a line is encoded because mailbox files change it. */
enum message_coding message_best_coding(const struct message_body *body)
{
	size_t coded = 0, line = 0;
	bool as_is = true;

	for (size_t i = 0; i < body->len; i++) {
		unsigned char c = (unsigned char)body->bytes[i];

		if (line == 0 && body->len - i >= 5 && memcmp(body->bytes + i, "From ", 5) == 0)
			as_is = false;
		/* Quoted-printable as GMime writes it would eat this CR. */
		if (c == '\n' && i > 0 && body->bytes[i - 1] == '\r')
			return CODING_BASE64;
		line = c == '\n' ? 0 : line + 1;
		if (line > LINE_MAX_SMTP)
			as_is = false;
		if (c >= 0x7f || (c < 0x20 && c != '\n' && c != '\t'))
			coded++;
	}
	if (as_is && coded == 0)
		return CODING_AS_IS;
	return coded > body->len / 6 ? CODING_BASE64 : CODING_QUOTED;
}

int message_body_make(const struct message_draft *draft, struct message_body *body, struct err *err)
{
	const char *signature = draft->signature ? draft->signature : "";
	size_t len = draft->text ? draft->text_len : 0;

	if (message_check_text("text", draft->text, len, err) < 0 ||
	    message_check_text("signature", signature, strlen(signature), err) < 0)
		return -1;
	*body = (struct message_body){ .bytes = xmalloc(len + strlen(signature) + 16) };
	if (len > 0)
		add_lines(body, draft->text, len);
	if (*signature)
		add_signature(body, signature);
	if (!draft->flows || !message_flow(body))
		body->coding = message_best_coding(body);
	return 0;
}
