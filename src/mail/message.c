#include "mail/message_private.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/file.h"
#include "base/text.h"

enum { SUBJECT_MAX = 8000, NAME_MAX_BYTES = 1000, FILES_MAX = 500 };

struct message {
	int fd;
	off_t size;
	char *id;
	char *from;
	struct addr_list recipients;
};

void message_init_library(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, g_mime_init);
}

const char *message_library(void)
{
	static char name[40];

	snprintf(name, sizeof name, "GMime %u.%u.%u", gmime_major_version, gmime_minor_version,
		 gmime_micro_version);
	return name;
}

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
	ascii = g_hostname_to_ascii(domain);
	if (!ascii) {
		err_set(err, ERR_INPUT, "The domain %s is no valid international name.", domain);
		return NULL;
	}
	result = xasprintf("%.*s%s", (int)local, address, ascii);
	g_free(ascii);
	if (addr_check(result, err) == 0)
		return result;
	free(result);
	return NULL;
}

static int add_mailbox(InternetAddressList *out, const struct addr *addr, struct err *err)
{
	const char *name = addr->name ? addr->name : "";
	InternetAddress *mailbox;
	char *address, *words;

	if (check_header("name of a sender or recipient", name, NAME_MAX_BYTES, err) < 0)
		return -1;
	address = wire_address(addr->address, err);
	if (!address)
		return -1;
	words = message_words(name);
	mailbox = internet_address_mailbox_new(*words ? words : NULL, address);
	internet_address_list_add(out, mailbox);
	g_object_unref(mailbox);
	free(words);
	free(address);
	return 0;
}

static int add_mailboxes(GMimeMessage *mime, GMimeAddressType type, const struct addr_list *list,
			 struct err *err)
{
	InternetAddressList *out = g_mime_message_get_addresses(mime, type);

	for (size_t i = 0; i < list->count; i++)
		if (add_mailbox(out, &list->list[i], err) < 0)
			return -1;
	return 0;
}

static int add_reply_to(GMimeMessage *mime, const char *text, struct err *err)
{
	struct addr_list list = ADDR_LIST_INIT;
	int rc;

	if (!text || !*text)
		return 0;
	rc = message_parse_addresses(text, &list, err);
	if (rc == 0)
		rc = add_mailboxes(mime, GMIME_ADDRESS_TYPE_REPLY_TO, &list, err);
	addr_list_clear(&list);
	return rc;
}

/* A message to Bcc alone: without To some servers refuse it, some put the
 * recipients in. */
static void add_undisclosed(GMimeMessage *mime)
{
	InternetAddress *group = internet_address_group_new("undisclosed-recipients");

	internet_address_list_add(g_mime_message_get_addresses(mime, GMIME_ADDRESS_TYPE_TO), group);
	g_object_unref(group);
}

static int add_addresses(GMimeMessage *mime, const struct message_draft *draft, struct err *err)
{
	const struct addr_list from = { (struct addr *)&draft->from, 1 };

	if (add_mailboxes(mime, GMIME_ADDRESS_TYPE_FROM, &from, err) < 0 ||
	    add_reply_to(mime, draft->reply_to, err) < 0 ||
	    add_mailboxes(mime, GMIME_ADDRESS_TYPE_TO, &draft->to, err) < 0 ||
	    add_mailboxes(mime, GMIME_ADDRESS_TYPE_CC, &draft->cc, err) < 0)
		return -1;
	if (draft->to.count == 0 && draft->cc.count == 0)
		add_undisclosed(mime);
	return 0;
}

static int add_subject(GMimeMessage *mime, const char *subject, struct err *err)
{
	char *words;

	if (!subject)
		return 0;
	if (check_header("subject", subject, SUBJECT_MAX, err) < 0)
		return -1;
	words = message_words(subject);
	g_mime_message_set_subject(mime, words, "utf-8");
	free(words);
	return 0;
}

static int add_date(GMimeMessage *mime, time_t date, struct err *err)
{
	GDateTime *when = g_date_time_new_from_unix_local(date ? date : time(NULL));

	if (!when)
		return err_set(err, ERR_INPUT, "The date of the message is out of range.");
	g_mime_message_set_date(mime, when);
	g_date_time_unref(when);
	return 0;
}

/* Random and the sender's domain: nothing of this machine. */
static int add_id(GMimeMessage *mime, struct message *msg, struct err *err)
{
	static const char hex[] = "0123456789abcdef";
	unsigned char random[16];
	char left[2 * sizeof random + 1];
	char *domain, *id;

	if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random)
		return err_errno(err, "Cannot make a Message-ID");
	for (size_t i = 0; i < sizeof random; i++) {
		left[2 * i] = hex[random[i] >> 4];
		left[2 * i + 1] = hex[random[i] & 15];
	}
	left[sizeof left - 1] = '\0';
	domain = g_hostname_to_ascii(addr_domain(msg->from));
	if (!domain)
		return err_set(err, ERR_INPUT, "The domain of %s is no valid international name.",
			       msg->from);
	id = xasprintf("%s@%s", left, domain);
	g_mime_message_set_message_id(mime, id);
	msg->id = xasprintf("<%s>", id);
	free(id);
	g_free(domain);
	return 0;
}

static int add_body(GMimeMessage *mime, const struct message_draft *draft, struct err *err)
{
	GMimeObject *part = message_text_part(draft, err);
	GMimeMultipart *mixed;

	if (!part)
		return -1;
	if (draft->file_count > FILES_MAX) {
		g_object_unref(part);
		return err_set(err, ERR_INPUT, "A message takes at most %d attachments.",
			       FILES_MAX);
	}
	if (draft->file_count == 0) {
		g_mime_message_set_mime_part(mime, part);
		g_object_unref(part);
		return 0;
	}
	mixed = g_mime_multipart_new_with_subtype("mixed");
	g_mime_message_set_mime_part(mime, GMIME_OBJECT(mixed));
	for (size_t i = 0; part; i++) {
		g_mime_multipart_add(mixed, part);
		g_object_unref(part);
		if (i == draft->file_count)
			break;
		part = message_attachment(draft->files[i], err);
	}
	g_object_unref(mixed);
	return part ? 0 : -1;
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

static int write_out(GMimeMessage *mime, struct message *msg, struct err *err)
{
	GMimeFormatOptions *format = g_mime_format_options_clone(NULL);
	GMimeStream *file = g_mime_stream_fs_new(msg->fd);
	GMimeStream *buffer = g_mime_stream_buffer_new(file, GMIME_STREAM_BUFFER_BLOCK_WRITE);
	struct stat st;
	int rc = 0;

	g_mime_stream_fs_set_owner(GMIME_STREAM_FS(file), FALSE);
	g_mime_format_options_set_newline_format(format, GMIME_NEWLINE_FORMAT_DOS);
	errno = 0;
	if (g_mime_object_write_to_stream(GMIME_OBJECT(mime), format, buffer) < 0 ||
	    g_mime_stream_flush(buffer) < 0 || fstat(msg->fd, &st) < 0) {
		rc = err_errno(err, "Cannot write the message to a temporary file");
		err_hint(err, "Is there room left in $TMPDIR or /tmp?");
	} else {
		msg->size = st.st_size;
	}
	g_object_unref(buffer);
	g_object_unref(file);
	g_mime_format_options_free(format);
	return rc;
}

static int build(GMimeMessage *mime, const struct message_draft *draft, struct message *msg,
		 struct err *err)
{
	if (!draft->from.address)
		return err_set(err, ERR_INPUT, "The message has no sender.");
	msg->from = wire_address(draft->from.address, err);
	if (!msg->from || add_recipients(msg, draft, err) < 0 ||
	    add_addresses(mime, draft, err) < 0 || add_subject(mime, draft->subject, err) < 0 ||
	    add_date(mime, draft->date, err) < 0 || add_id(mime, msg, err) < 0 ||
	    add_body(mime, draft, err) < 0)
		return -1;
	msg->fd = file_temp(err);
	return msg->fd < 0 ? -1 : write_out(mime, msg, err);
}

struct message *message_build(const struct message_draft *draft, struct err *err)
{
	struct message *msg = xcalloc(1, sizeof *msg);
	GMimeMessage *mime;

	message_init_library();
	msg->fd = -1;
	mime = g_mime_message_new(TRUE);
	GMIME_OBJECT(mime)->ensure_newline = FALSE;
	if (build(mime, draft, msg, err) < 0) {
		message_free(msg);
		msg = NULL;
	}
	g_object_unref(mime);
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
	free(msg);
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
