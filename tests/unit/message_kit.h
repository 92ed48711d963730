/*
 * What the tests of messages share: drafts, random text, and what holds for
 * the bytes of every message.
 */
#ifndef OUTPOST_TEST_MESSAGE_KIT_H
#define OUTPOST_TEST_MESSAGE_KIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/text.h"
#include "mail/message.h"

static unsigned seed = 20250711;

static inline unsigned rnd(unsigned n)
{
	seed = seed * 1103515245u + 12345u;
	return (seed >> 12) % n;
}

static inline struct message_draft draft_new(const char *text)
{
	struct message_draft d = { .from = { NULL, (char *)(uintptr_t)"zoe@example.org" } };

	addr_list_add(&d.to, NULL, "bob@example.com");
	d.subject = "Greetings";
	d.text = text;
	d.text_len = strlen(text);
	return d;
}

static inline void draft_clear(struct message_draft *d)
{
	addr_list_clear(&d->to);
	addr_list_clear(&d->cc);
	addr_list_clear(&d->bcc);
}

/* The bytes as they are on disk; free with free(). */
static inline char *content(const struct message *msg, size_t *len)
{
	char *bytes;

	*len = (size_t)message_size(msg);
	bytes = xmalloc(*len + 1);
	assert_int_equal(pread(message_fd(msg), bytes, *len + 1, 0), *len);
	bytes[*len] = '\0';
	return bytes;
}

/* What holds for every message: CRLF, line length, ASCII, no Bcc. */
static inline void check_wire(const char *bytes, size_t len)
{
	size_t line = 0;

	for (size_t i = 0; i < len; i++) {
		assert_true((unsigned char)bytes[i] < 0x80);
		assert_int_not_equal(bytes[i], '\0');
		if (bytes[i] == '\n') {
			assert_true(i > 0 && bytes[i - 1] == '\r');
			line = 0;
		} else if (bytes[i] != '\r') {
			line++;
		} else {
			assert_int_equal(bytes[i + 1], '\n');
		}
		assert_in_range(line, 0, 998);
	}
	assert_false(text_prefix_nocase(bytes, "bcc:"));
	assert_false(text_has_nocase(bytes, "\nbcc:"));
}

static inline void random_text(struct buf *out, unsigned pieces)
{
	static const char *const piece[] = {
		"a",	  "word ",  " ",     "\n",    "\n\n",  "\r\n",	  "\r",	     "From ",
		"\nFrom ", ".",	    "\n.\n", "\n..",  "=",     "=20\n",	  "é",	     "日本",
		"😀",	  "\t",	    " \n",   "\t\n",  "-- \n", "\001",	  "\177",    ">From ",
		"\v",	  "--=-x",  "\xe2\x80\xa8", "=?x?q?y?=", "Subject: x\n", "\033[1m",
	};

	for (unsigned i = 0; i < pieces; i++) {
		unsigned pick = rnd(sizeof piece / sizeof *piece + 2);

		if (pick < sizeof piece / sizeof *piece)
			buf_adds(out, piece[pick]);
		else if (pick % 2)
			buf_add(out, "\0", 1);
		else
			for (unsigned n = rnd(2500); n > 0; n--)
				buf_addc(out, (char)('!' + n % 90));
	}
}

/* CRLF as LF: what the receiver must find. */
static inline void unix_lines(struct buf *text)
{
	size_t n = 0;

	for (size_t i = 0; i < text->len; i++)
		if (text->data[i] != '\r' || i + 1 == text->len || text->data[i + 1] != '\n')
			text->data[n++] = text->data[i];
	buf_cut(text, n);
}

/* Any UTF-8 without control characters, at most about max bytes. */
static inline void random_line(struct buf *out, unsigned max)
{
	static const char *const piece[] = {
		"a",  "Zoë",  " ",   "  ",  "\"", "\\",  ",",  "(",    ")",	 "<",  ">",
		"@",  ":",    ";",   "=?",  "?=", "=?utf-8?q?x?=", "日本語", "😀", ".", "_",
		"e\xcc\x81", "\xc2\xa0", "\xef\xbf\xbd", "O'Neil", "=", "?", "[", "%", "*", "\t",
	};

	for (unsigned n = 1 + rnd(14); n > 0; n--) {
		unsigned pick = rnd(sizeof piece / sizeof *piece + 1);

		if (pick < sizeof piece / sizeof *piece)
			buf_adds(out, piece[pick]);
		else
			for (unsigned k = rnd(max); k > 0; k--)
				buf_addc(out, (char)('a' + k % 26));
	}
}

#endif
