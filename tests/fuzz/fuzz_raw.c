/*
 * Anything a program may give to sendmail as a message. The first byte chooses options;
 * the rest comes in on a descriptor.
 */
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "fuzz.h"
#include "mail/message_raw.h"
#include "mail/message_read.h"

enum { DOT_ENDS = 1, FROM_HEADER = 2, NULL_SENDER = 4, NO_NAMES = 8 };

static int resolve(void *arg, const char *name, struct addr_list *out, struct err *err)
{
	(void)arg;
	if (name[0] == 'x')
		return err_set(err, ERR_INPUT, "There is no such name.");
	addr_list_add(out, NULL, "admin@example.org");
	return 0;
}

/* RFC 5322 4.5 lets blanks stand before the colon. */
static int is_field(const char *line, size_t n, const char *name)
{
	size_t len = strlen(name);

	if (n <= len || strncasecmp(line, name, len) != 0)
		return 0;
	while (len < n && (line[len] == ' ' || line[len] == '\t'))
		len++;
	return len < n && line[len] == ':';
}

/* A line of a header; promises that the header has what every server wants. */
static void check_field(const char *line, size_t n, unsigned *seen)
{
	static const char *const needed[] = { "Date", "From", "Message-ID" };
	static const char *const gone[] = { "Bcc", "Resent-Bcc", "Return-Path" };

	promise(*line == ' ' || *line == '\t' || memchr(line, ':', n));
	promise(!memchr(line, '\0', n));
	for (size_t i = 0; i < 3; i++) {
		promise(!is_field(line, n, gone[i]));
		*seen |= is_field(line, n, needed[i]) ? 1u << i : 0;
	}
}

/* Lines end in CRLF, and there are no other CR and LF. */
static void check_wire(const char *bytes, size_t len)
{
	const char *at = bytes, *end = bytes + len;
	unsigned seen = 0;
	int header = 1;

	while (at < end) {
		const char *crlf = memmem(at, (size_t)(end - at), "\r\n", 2);
		size_t n = (size_t)((crlf ? crlf : end) - at);

		promise(!memchr(at, '\r', n) && !memchr(at, '\n', n));
		header = header && n > 0;
		if (header)
			check_field(at, n, &seen);
		at = crlf ? crlf + 2 : end;
	}
	promise(!header && seen == 7);
}

static void check_message(const struct message *msg)
{
	size_t len = (size_t)message_size(msg);
	const struct addr_list *to = message_recipients(msg);
	char *bytes = xmalloc(len);

	promise(pread(message_fd(msg), bytes, len, 0) == (ssize_t)len);
	promise(to->count >= 1 && message_id(msg)[0] == '<');
	for (size_t i = 0; i < to->count; i++)
		promise(addr_check(to->list[i].address, NULL) == 0);
	promise(!message_subject(msg) || is_visible(message_subject(msg)));
	check_wire(bytes, len);
	free(bytes);
}

/* What was taken can be shown: taken apart again, whatever it is. */
static void check_parts(const struct message *msg)
{
	struct err err = ERR_INIT;
	struct message_read *m = message_read_open(message_fd(msg), message_size(msg), &err);
	int fd = file_temp(NULL);

	promise(fd >= 0);
	if (!m)
		promise(is_told(&err));
	for (size_t i = 0; m && i < m->file_count; i++)
		promise(message_read_save(m, i, fd, NULL) == 0);
	promise(!m || (m->text_len <= MESSAGE_READ_TEXT && is_visible(m->obstacle)));
	message_read_free(m);
	close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct addr_list to = ADDR_LIST_INIT;
	struct message_raw_params params = { .from = { NULL, (char[]){ "alice@example.org" } },
					     .recipients = &to };
	struct message *msg = NULL;
	struct message_raw *raw;
	struct err err = ERR_INIT;
	int fd;

	if (size < 1)
		return 0;
	params.from_header = data[0] & FROM_HEADER;
	params.sender = data[0] & NULL_SENDER ? "" : NULL;
	params.resolve = data[0] & NO_NAMES ? NULL : resolve;
	if (!params.from_header)
		addr_list_add(&to, NULL, "bob@example.org");
	fd = file_temp(NULL);
	promise(fd >= 0 && write(fd, data + 1, size - 1) == (ssize_t)size - 1);
	promise(lseek(fd, 0, SEEK_SET) == 0);
	raw = message_raw_open(fd, data[0] & DOT_ENDS, &err);
	if (raw)
		msg = message_raw_finish(raw, &params, &err);
	if (msg) {
		check_message(msg);
		check_parts(msg);
	} else {
		promise(is_told(&err));
	}
	message_free(msg);
	message_raw_free(raw);
	addr_list_clear(&to);
	close(fd);
	return 0;
}
