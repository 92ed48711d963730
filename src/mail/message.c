#include "mail/message_private.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/file.h"
#include "base/text.h"
#include "port/net.h"

enum { SUBJECT_MAX = 8000, NAME_MAX_BYTES = 1000, FILES_MAX = 500 };

static int check_header(const char *what, const char *text, size_t max, struct err *err)
{
	size_t len = strlen(text);

	if (!text_utf8_valid(text, len)) {
		err_set(err, ERR_INPUT, "The %s is not UTF-8.", what);
		err_hint(err, "Convert it first, for instance with iconv -f ISO-8859-1 -t UTF-8.");
		return -1;
	}
	if (strpbrk(text, "\r\n")) {
		err_set(err, ERR_INPUT, "The %s has a line break.", what);
		err_hint(err, "A header is one line.");
		return -1;
	}
	for (const char *p = text; *p; p++)
		if (*p != '\t' && text_has_control(p, 1))
			return err_set(err, ERR_INPUT, "The %s has a control character.", what);
	if (len > max)
		return err_set(err, ERR_INPUT, "The %s is too long: at most %zu bytes.", what, max);
	return 0;
}

/* The address as it goes over the wire: a domain in UTF-8 becomes A-labels,
 * unless the part before the @ needs SMTPUTF8 anyway. NULL with ERR_INPUT. */
static char *wire_address(const char *address, struct err *err)
{
	const char *domain;
	char *ascii, *result;
	size_t local;

	if (addr_check(address, err) < 0)
		return NULL;
	domain = addr_domain(address);
	local = (size_t)(domain - address);
	if (text_ascii(domain))
		return xstrdup(address);
	for (size_t i = 0; i < local; i++)
		if ((unsigned char)address[i] >= 0x80)
			return xstrdup(address);
	ascii = net_host_ascii(domain);
	if (!ascii) {
		err_set(err, ERR_INPUT, "The domain %s is no valid international name.", domain);
		return NULL;
	}
	result = xasprintf("%.*s%s", (int)local, address, ascii);
	free(ascii);
	if (addr_check(result, err) == 0)
		return result;
	free(result);
	return NULL;
}

/* Into out as they go over the wire. */
static int wire_list(struct addr_list *out, const struct addr *list, size_t count, struct err *err)
{
	for (size_t i = 0; i < count; i++) {
		const char *name = list[i].name ? list[i].name : "";
		char *address;

		if (check_header("name of a sender or recipient", name, NAME_MAX_BYTES, err) < 0)
			return -1;
		address = wire_address(list[i].address, err);
		if (!address)
			return -1;
		addr_list_add(out, name, address);
		free(address);
	}
	return 0;
}

static int wire_reply_to(struct addr_list *out, const char *text, struct err *err)
{
	struct addr_list list = ADDR_LIST_INIT;
	int rc;

	if (!text || !*text)
		return 0;
	rc = message_parse_addresses(text, &list, err);
	if (rc == 0)
		rc = wire_list(out, list.list, list.count, err);
	addr_list_clear(&list);
	return rc;
}

static int add_recipients(struct message *msg, const struct message_draft *draft, struct err *err)
{
	const struct addr_list *lists[] = { &draft->to, &draft->cc, &draft->bcc };

	for (size_t n = 0; n < 3; n++)
		for (size_t i = 0; i < lists[n]->count; i++) {
			char *address = wire_address(lists[n]->list[i].address, err);

			if (!address)
				return -1;
			if (!addr_list_has(&msg->recipients, address))
				addr_list_add(&msg->recipients, lists[n]->list[i].name, address);
			free(address);
		}
	if (msg->recipients.count == 0)
		return err_set(err, ERR_INPUT, "The message has no recipient.");
	if (msg->recipients.count > ADDR_LIST_MAX)
		return err_set(err, ERR_INPUT, "The message has over %d recipients.",
			       ADDR_LIST_MAX);
	return 0;
}

/* Random and the sender's domain: nothing of this machine. */
char *message_make_id(const char *sender, struct err *err)
{
	static const char hex[] = "0123456789abcdef";
	const char *domain = addr_domain(sender);
	unsigned char random[16];
	char left[2 * sizeof random + 1];
	char *ascii = NULL, *id;

	if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random) {
		err_errno(err, "Cannot make a Message-ID");
		return NULL;
	}
	for (size_t i = 0; i < sizeof random; i++) {
		left[2 * i] = hex[random[i] >> 4];
		left[2 * i + 1] = hex[random[i] & 15];
	}
	left[sizeof left - 1] = '\0';
	if (!text_ascii(domain)) {
		domain = ascii = net_host_ascii(domain);
		if (!ascii) {
			err_set(err, ERR_INPUT, "The domain of %s is no valid international name.",
				sender);
			return NULL;
		}
	}
	id = xasprintf("<%s@%s>", left, domain);
	free(ascii);
	return id;
}

/* Everything that can be wrong with a draft, but for what is in its files. */
static int check_draft(const struct message_draft *draft, struct message *msg,
		       struct message_fields *f, struct err *err)
{
	if (!draft->from.address)
		return err_set(err, ERR_INPUT, "The message has no sender.");
	if (wire_list(&f->from, &draft->from, 1, err) < 0 || add_recipients(msg, draft, err) < 0 ||
	    wire_reply_to(&f->reply_to, draft->reply_to, err) < 0 ||
	    wire_list(&f->to, draft->to.list, draft->to.count, err) < 0 ||
	    wire_list(&f->cc, draft->cc.list, draft->cc.count, err) < 0 ||
	    (draft->subject && check_header("subject", draft->subject, SUBJECT_MAX, err) < 0))
		return -1;
	if (draft->file_count > FILES_MAX)
		return err_set(err, ERR_INPUT, "A message takes at most %d attachments.",
			       FILES_MAX);
	f->subject = draft->subject;
	f->date = draft->date ? draft->date : time(NULL);
	f->files = draft->files;
	f->file_count = draft->file_count;
	msg->from = xstrdup(f->from.list[0].address);
	msg->id = message_make_id(msg->from, err);
	if (!msg->id)
		return -1;
	f->id = xstrndup(msg->id + 1, strlen(msg->id) - 2);
	return draft->html ? message_html_make(draft, f, err)
			   : message_body_make(draft, &f->body, err);
}

int message_write_failed(struct err *err)
{
	err_errno(err, "Cannot write the message to a temporary file");
	err_hint(err, "Is there room left in $TMPDIR or /tmp?");
	return -1;
}

static int write_file(struct message *msg, const struct message_draft *draft,
		      const struct message_fields *f, struct err *err)
{
	struct stat st;
	int rc;

	msg->fd = file_temp(err);
	if (msg->fd < 0)
		return -1;
	if (message_extra_write(draft, msg->fd, err) < 0)
		return -1;
	rc = message_plain_fits(f) ? message_plain_write(f, msg->fd, err)
				   : message_mime_write(f, msg->fd, err);
	if (rc == 0 && fstat(msg->fd, &st) < 0)
		rc = message_write_failed(err);
	if (rc == 0)
		msg->size = st.st_size;
	return rc;
}

struct message *message_build(const struct message_draft *draft, struct err *err)
{
	struct message *msg = xcalloc(1, sizeof *msg);
	struct message_fields f = { .id = NULL };

	msg->fd = -1;
	if (check_draft(draft, msg, &f, err) < 0 || write_file(msg, draft, &f, err) < 0) {
		message_free(msg);
		msg = NULL;
	}
	addr_list_clear(&f.from);
	addr_list_clear(&f.reply_to);
	addr_list_clear(&f.to);
	addr_list_clear(&f.cc);
	free(f.id);
	free(f.body.bytes);
	free(f.html.bytes);
	return msg;
}

void message_free(struct message *msg)
{
	if (!msg)
		return;
	if (msg->fd >= 0)
		close(msg->fd);
	addr_list_clear(&msg->recipients);
	free(msg->id);
	free(msg->from);
	free(msg->subject);
	free(msg);
}

const char *message_subject(const struct message *msg)
{
	return msg->subject;
}

int message_fd(const struct message *msg)
{
	return msg->fd;
}

off_t message_size(const struct message *msg)
{
	return msg->size;
}

const char *message_id(const struct message *msg)
{
	return msg->id;
}

const char *message_from(const struct message *msg)
{
	return msg->from;
}

const struct addr_list *message_recipients(const struct message *msg)
{
	return &msg->recipients;
}
