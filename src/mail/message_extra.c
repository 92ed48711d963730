#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/text.h"
#include "mail/message_gmime.h"
#include "mail/message_private.h"

enum { FOLD_WIDTH = 76, LINE_BYTES = 990, HEADERS_MAX = 1 << 20, ID_MAX = 900 };

static const char *const own[] = { "From",     "To",   "Cc",         "Bcc",          "Subject",
				   "Reply-To", "Date", "Message-ID", "MIME-Version", NULL };

static int check(const char *header, size_t name, struct err *err)
{
	bool taken = text_prefix_nocase(header, "Content-");

	for (size_t i = 0; own[i]; i++)
		taken = taken || (strlen(own[i]) == name && text_prefix_nocase(header, own[i]));
	if (name == 0 || name > 70 || header[name] != ':')
		return err_set(err, ERR_INPUT, "\"%.100s\" is no header: Name: value.", header);
	if (taken)
		return err_set(err, ERR_INPUT, "The header %.*s is written by outpost itself.",
			       (int)name, header);
	if (!text_utf8_valid(header, strlen(header)) || text_has_control(header, strlen(header)))
		return err_set(err, ERR_INPUT,
			       "The header %.*s has a line break, a control character, or is not "
			       "UTF-8.",
			       (int)name, header);
	return 0;
}

/* Broken at blanks, which stay, but for those at either end. A line that only a word too long
 * makes too long is an error. */
static int add_folded(struct buf *out, const char *header, size_t name, const char *value,
		      struct err *err)
{
	size_t width = name + 1;

	buf_add(out, header, name + 1);
	while (value[strspn(value, " ")]) {
		size_t blanks = strspn(value, " "), n = blanks + strcspn(value + blanks, " ");

		if (width > name + 1 && width + n > FOLD_WIDTH) {
			buf_adds(out, "\r\n");
			width = 0;
		}
		if (blanks == 0)
			buf_addc(out, ' ');
		buf_add(out, value, n);
		width += n + (blanks == 0);
		if (width > LINE_BYTES)
			return err_set(err, ERR_INPUT, "The header %.*s has too long a word.",
				       (int)name, header);
		value += n;
	}
	return buf_adds(out, "\r\n");
}

static int add(struct buf *out, const char *header, struct err *err)
{
	size_t name = 0;
	const char *value;
	char *words = NULL;
	int rc;

	while (header[name] > ' ' && header[name] < 0x7f && header[name] != ':')
		name++;
	if (check(header, name, err) < 0)
		return -1;
	value = header + name + 1;
	value += strspn(value, " ");
	if (!text_ascii(value) || strstr(value, "=?")) {
		if (message_gmime_load(err) < 0)
			return -1;
		words = message_words(value);
	}
	rc = add_folded(out, header, name, words ? words : value, err);
	free(words);
	return rc;
}

char *message_check_id(const char *id, struct err *err)
{
	size_t len = strlen(id);
	bool closed = len >= 2 && id[0] == '<' && id[len - 1] == '>';
	const char *bare = closed ? id + 1 : id, *at;

	len -= closed ? 2 : 0;
	at = memchr(bare, '@', len);
	for (size_t i = 0; at && i < len; i++)
		if (bare[i] <= ' ' || bare[i] > '~' || strchr("<>", bare[i]))
			at = NULL;
	if (at && at > bare && at < bare + len - 1 && len <= ID_MAX)
		return xasprintf("<%.*s>", (int)len, bare);
	err_set(err, ERR_INPUT, "\"%.100s\" is not the Message-ID of a message.", id);
	err_hint(err, "It stands in that message's header: Message-ID: <...@...>");
	return NULL;
}

/* What reading programs sort answers by. A chain of References that is given stays. */
static int add_answered(struct buf *out, const struct message_draft *draft, struct err *err)
{
	char *id;
	bool chain = false;

	if (!draft->in_reply_to)
		return 0;
	id = message_check_id(draft->in_reply_to, err);
	if (!id)
		return -1;
	for (size_t i = 0; i < draft->header_count; i++) {
		chain = chain || text_prefix_nocase(draft->headers[i], "References:");
		if (!text_prefix_nocase(draft->headers[i], "In-Reply-To:"))
			continue;
		free(id);
		return err_set(err, ERR_INPUT, "The header In-Reply-To is there twice.");
	}
	buf_printf(out, "In-Reply-To: %s\r\n", id);
	if (!chain)
		buf_printf(out, "References: %s\r\n", id);
	free(id);
	return 0;
}

int message_extra_write(const struct message_draft *draft, int fd, struct err *err)
{
	struct buf out = BUF_INIT(HEADERS_MAX);
	int rc = add_answered(&out, draft, err);

	for (size_t i = 0; rc == 0 && i < draft->header_count; i++)
		rc = add(&out, draft->headers[i], err);
	if (rc == 0 && out.len > 0 && file_write_all(fd, out.data, out.len, "the message", err) < 0)
		rc = message_write_failed(err);
	buf_free(&out);
	return rc;
}
