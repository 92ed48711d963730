#include "mail/smtp_internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"

#define HIDDEN "***"
/* A shorter form would be found in innocent text, and tell more by its gaps. */
#define NEEDLE_MIN 4
#define NEEDLE_MAX (16 * 1024)

static void add_needle(struct smtp *s, const char *bytes, size_t len, bool base64)
{
	if (len < NEEDLE_MIN)
		return;
	for (size_t i = 0; i < SMTP_NEEDLES; i++) {
		struct smtp_needle *needle = &s->needles[i];

		if (needle->bytes.len > 0)
			continue;
		needle->base64 = base64;
		needle->bytes = (struct buf)BUF_INIT_SECRET(NEEDLE_MAX);
		buf_add(&needle->bytes, bytes, len);
		return;
	}
}

void smtp_trace_payload(struct smtp *s, const char *base64, size_t len)
{
	/* Echoed without its padding, it is still the secret. */
	while (len > 0 && base64[len - 1] == '=')
		len--;
	s->exposed = true;
	add_needle(s, base64, len, true);
}

static char sextet(unsigned v)
{
	return "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"[v & 63];
}

/* What of the base64 of anything around these bytes depends on them alone,
 * when they begin shift bytes after a group of three. */
static void add_inner_base64(struct smtp *s, const unsigned char *bytes, size_t len, size_t shift)
{
	struct buf out = BUF_INIT_SECRET(NEEDLE_MAX);
	size_t i = (3 - shift) % 3;

	for (; i + 3 <= len; i += 3) {
		unsigned v = (unsigned)bytes[i] << 16 | (unsigned)bytes[i + 1] << 8 | bytes[i + 2];

		buf_addc(&out, sextet(v >> 18));
		buf_addc(&out, sextet(v >> 12));
		buf_addc(&out, sextet(v >> 6));
		buf_addc(&out, sextet(v));
	}
	add_needle(s, buf_text(&out), out.len, true);
	buf_free(&out);
}

void smtp_trace_secret(struct smtp *s, const char *bytes, size_t len)
{
	if (s->needles[0].bytes.len > 0 || len < NEEDLE_MIN)
		return;
	add_needle(s, bytes, len, false);
	for (size_t shift = 0; shift < 3; shift++)
		add_inner_base64(s, (const unsigned char *)bytes, len, shift);
}

void smtp_trace_clear(struct smtp *s)
{
	for (size_t i = 0; i < SMTP_NEEDLES; i++)
		buf_free(&s->needles[i].bytes);
}

static bool is_base64(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
	       c == '+' || c == '/' || c == '=';
}

/* whole: with a piece of base64 everything that hangs together with it goes,
 * for its ends share bits with the secret. */
static void blank_out(struct buf *line, const struct buf *needle, bool whole)
{
	size_t at = 0;

	while (needle->len > 0 && line->len - at >= needle->len) {
		char *hit = memmem(line->data + at, line->len - at, needle->data, needle->len);
		struct buf rest = BUF_INIT_SECRET(SMTP_REPLY_MAX);
		size_t from, to;

		if (!hit)
			return;
		from = (size_t)(hit - line->data);
		to = from + needle->len;
		while (whole && from > at && is_base64(line->data[from - 1]))
			from--;
		while (whole && to < line->len && is_base64(line->data[to]))
			to++;
		buf_add(&rest, line->data + to, line->len - to);
		buf_cut(line, from);
		buf_adds(line, HIDDEN);
		at = line->len;
		buf_add(line, buf_text(&rest), rest.len);
		buf_free(&rest);
	}
}

/* "AUTH PLAIN AGFsaWNl..." keeps its first two words. */
static size_t auth_words(const char *line, size_t len)
{
	size_t n = 5;

	if (len < 6 || !text_prefix_nocase(line, "AUTH "))
		return len;
	while (n < len && line[n] != ' ')
		n++;
	return n;
}

void smtp_trace(struct smtp *s, enum net_direction dir, enum net_layer layer, const char *line,
		size_t len, struct buf *shown)
{
	struct buf raw = BUF_INIT_SECRET(SMTP_REPLY_MAX), out = BUF_INIT(4 * SMTP_REPLY_MAX);
	struct smtp_line event = { dir, layer, clock_us() - s->began_us, NULL };

	if (dir == NET_SENT && s->hide) {
		buf_adds(&raw, HIDDEN);
	} else if (dir == NET_SENT) {
		size_t keep = auth_words(line, len);

		buf_add(&raw, line, keep);
		buf_adds(&raw, keep < len ? " " HIDDEN : "");
	} else {
		buf_add(&raw, line, len);
		for (size_t i = 0; s->exposed && i < SMTP_NEEDLES; i++)
			blank_out(&raw, &s->needles[i].bytes, s->needles[i].base64);
	}
	text_visible(&out, buf_text(&raw), raw.len);
	event.text = buf_text(&out);
	if (s->watch.line)
		s->watch.line(s->watch.arg, &event);
	if (shown)
		buf_add(shown, buf_text(&out), out.len);
	buf_free(&raw);
	buf_free(&out);
}
