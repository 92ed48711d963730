/*
 * Anything a person may type into a message. The first byte chooses what is
 * left out; the rest is name, recipients, subject, reply-to, signature and
 * text, with NULs between. The text is an attachment, too; or the HTML, with the signature as
 * a header, the reply-to as what it answers, and the subject as the name of the attachment.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "fuzz.h"
#include "mail/message.h"

#define WIRE_LINE_MAX 998

enum {
	NO_NAME = 1,
	NO_SUBJECT = 2,
	NO_SIGNATURE = 4,
	NO_REPLY_TO = 8,
	ATTACH = 16,
	BCC = 32,
	HTML = 64,
	FLOWS = 128
};

static char file[300];

static void remove_file(void)
{
	unlink(file);
}

static void make_file(const char *bytes, size_t len)
{
	const char *tmp = getenv("TMPDIR");
	FILE *f;

	if (!file[0]) {
		snprintf(file, sizeof file, "%s/outpost-fuzz-%ld-\"\xc3\xab\".bin",
			 tmp && *tmp ? tmp : "/tmp", (long)getpid());
		atexit(remove_file);
	}
	f = fopen(file, "w");
	promise(f && fwrite(bytes, 1, len, f) == len);
	promise(fclose(f) == 0);
}

static int utf8_address(const struct message *msg, const struct message_draft *draft)
{
	const struct addr_list *to = message_recipients(msg);

	for (size_t i = 0; i < to->count; i++)
		if (!text_ascii(to->list[i].address))
			return 1;
	return !text_ascii(message_from(msg)) || (draft->reply_to && !text_ascii(draft->reply_to));
}

/* Lines that any server takes; a header is there until the first empty line. */
static void check_wire(const char *bytes, size_t len, int ascii)
{
	int header = 1;
	const char *at = bytes, *end = bytes + len;

	while (at < end) {
		const char *crlf = memmem(at, (size_t)(end - at), "\r\n", 2);
		const char *stop = crlf ? crlf : end;
		size_t n = (size_t)(stop - at);

		promise(n <= WIRE_LINE_MAX && (crlf || !header));
		promise(!memchr(at, '\r', n) && !memchr(at, '\n', n) && !memchr(at, '\0', n));
		for (size_t i = 0; i < n; i++)
			promise(!ascii || (unsigned char)at[i] < 0x80);
		if (header && n > 0) {
			promise(*at == ' ' || *at == '\t' || memchr(at, ':', n));
			promise(n < 4 || strncasecmp(at, "Bcc:", 4) != 0);
		}
		header = header && n > 0;
		at = crlf ? crlf + 2 : end;
	}
	promise(!header);
}

static void check_built(const struct message *msg, const struct message_draft *draft)
{
	size_t len = (size_t)message_size(msg);
	char *bytes = xmalloc(len);

	promise(pread(message_fd(msg), bytes, len, 0) == (ssize_t)len);
	promise(message_recipients(msg)->count >= 1 && message_id(msg)[0] == '<');
	check_wire(bytes, len, !utf8_address(msg, draft));
	free(bytes);
}

/* The same bytes in the places that a script may fill. */
static void add_more(struct message_draft *draft, struct message_file *attached,
		     const char *const *header)
{
	draft->html = draft->text;
	draft->html_len = draft->text_len;
	draft->text = NULL;
	draft->headers = header;
	draft->header_count = 1;
	if (draft->reply_to && strchr(draft->reply_to, '@')) {
		draft->in_reply_to = draft->reply_to;
		draft->reply_to = NULL;
	}
	if (draft->subject && *draft->subject)
		attached->name = draft->subject;
}

/* The next part of the input as a string of its own. */
static char *take(const uint8_t **at, const uint8_t *end)
{
	const uint8_t *nul = *at < end ? memchr(*at, '\0', (size_t)(end - *at)) : NULL;
	char *s = xstrndup((const char *)*at, (size_t)((nul ? nul : end) - *at));

	*at = nul ? nul + 1 : end;
	return s;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *at = data + 1, *end = data + size;
	struct message_file files[] = { { .path = file } };
	struct message_draft draft = { .from.address = (char[]){ "alice@example.org" } };
	struct message *msg;
	struct err err = ERR_INIT;
	const char *more[1];
	char *name, *to, *subject, *reply_to, *signature;

	if (size < 1)
		return 0;
	name = take(&at, end);
	to = take(&at, end);
	subject = take(&at, end);
	reply_to = take(&at, end);
	signature = take(&at, end);
	draft.from.name = data[0] & NO_NAME ? NULL : name;
	draft.subject = data[0] & NO_SUBJECT ? NULL : subject;
	draft.reply_to = data[0] & NO_REPLY_TO ? NULL : reply_to;
	draft.signature = data[0] & NO_SIGNATURE ? NULL : signature;
	draft.text = (const char *)at;
	draft.text_len = (size_t)(end - at);
	if (data[0] & ATTACH) {
		make_file(draft.text, draft.text_len);
		draft.files = files;
		draft.file_count = 1;
	}
	draft.flows = data[0] & FLOWS;
	more[0] = signature;
	if (data[0] & HTML)
		add_more(&draft, files, more);
	if (message_parse_addresses(to, data[0] & BCC ? &draft.bcc : &draft.to, NULL) < 0)
		addr_list_add(&draft.to, NULL, "bob@example.org");
	msg = message_build(&draft, &err);
	if (msg)
		check_built(msg, &draft);
	else
		promise(is_told(&err));
	message_free(msg);
	addr_list_clear(&draft.to);
	addr_list_clear(&draft.bcc);
	free(name);
	free(to);
	free(subject);
	free(reply_to);
	free(signature);
	return 0;
}
