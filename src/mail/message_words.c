#include "mail/message_gmime.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/text.h"
#include "mail/message_private.h"

/* RFC 2047 allows 75; 64 leaves room for "Subject: " in a line of 78. */
enum { WORD_PAYLOAD = 52, RAW_BASE64 = WORD_PAYLOAD / 4 * 3, NAME_WIDTH = 72 };

/* What RFC 2047 5 (3) lets stand in the word of a phrase. */
static bool stands_for_itself(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c != '\0' && strchr("!*+-/", c));
}

static size_t quoted_len(const char *text, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++)
		n += text[i] == ' ' || stands_for_itself((unsigned char)text[i]) ? 1 : 3;
	return n;
}

static void add_quoted(struct buf *out, const char *text, size_t len)
{
	buf_adds(out, "=?UTF-8?Q?");
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c == ' ')
			buf_addc(out, '_');
		else if (stands_for_itself(c))
			buf_addc(out, (char)c);
		else
			buf_printf(out, "=%02X", c);
	}
	buf_adds(out, "?=");
}

static void add_base64(struct buf *out, const char *text, size_t len)
{
	char *coded = g_base64_encode((const guchar *)text, len);

	buf_printf(out, "=?UTF-8?B?%s?=", coded);
	g_free(coded);
}

/* How much of text goes into one quoted word: whole characters (RFC 2047 5). */
static size_t quoted_word(const char *text)
{
	size_t left = strlen(text), len = 0, used = 0;
	unsigned code;

	while (len < left) {
		size_t n = text_utf8_next(text + len, left - len, &code);

		used += quoted_len(text + len, n);
		if (used > WORD_PAYLOAD)
			break;
		len += n;
	}
	return len;
}

/* The same for base64. Only the last word may end in padding: GMime (and so
 * Balsa, notmuch and more) loses what follows. 0 when there is no such place. */
static size_t base64_word(const char *text)
{
	size_t left = strlen(text), len = 0, best = 0;
	unsigned code;

	if (left <= RAW_BASE64)
		return left;
	for (;;) {
		len += text_utf8_next(text + len, left - len, &code);
		if (len > RAW_BASE64)
			return best;
		if (len % 3 == 0)
			best = len;
	}
}

static char *encode(const char *text)
{
	size_t all = strlen(text);
	bool quoted = quoted_len(text, all) <= all / 3 * 4 + 4;
	struct buf out = BUF_INIT(all * 16 + 100);

	while (*text) {
		size_t n = quoted ? 0 : base64_word(text);

		if (out.len > 0)
			buf_addc(&out, ' ');
		if (n > 0) {
			add_base64(&out, text, n);
		} else {
			n = quoted_word(text);
			add_quoted(&out, text, n);
		}
		text += n;
	}
	return buf_detach(&out);
}

char *message_words(const char *text)
{
	return message_needs_no_words(text) ? xstrdup(text) : encode(text);
}

/* GMime folds a long name even within quotes, and a tab is then where the blank was. */
char *message_words_name(const char *name)
{
	size_t width = strlen("\"\"");

	for (const char *p = name; *p; p++)
		width += *p == '"' || *p == '\\' ? 2 : 1;
	return width > NAME_WIDTH ? encode(name) : message_words(name);
}

char *message_words_read(const char *value)
{
	char *text = g_mime_utils_header_decode_text(NULL, value);
	char *own = xstrdup(text);

	g_free(text);
	return own;
}
