#include "mail/message_read.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/file.h"
#include "base/text.h"
#include "mail/message_gmime.h"
#include "mail/message_private.h"

#define DEPTH 10 /* of multiparts within multiparts that is looked at */

struct message_parts {
	GMimeMessage *mime;
	GMimePart *text; /* NULL: none; the message's own, like all others */
	GMimePart **files;
	bool flowed; /* format=flowed, as message_flow.c writes it */
};

#define LAID_OUT "Its text is laid out in a way that would change."

/* The first thing that is in the way is told. */
static void object(struct message_read *m, const char *what)
{
	if (m->obstacle[0] == '\0')
		snprintf(m->obstacle, sizeof m->obstacle, "%s", what);
}

/* ---- the header ---- */

static void check_headers(struct message_read *m, GMimeObject *of, const char *const *known)
{
	GMimeHeaderList *list = g_mime_object_get_header_list(of);
	int count = g_mime_header_list_get_count(list);
	unsigned seen = 0;

	for (int i = 0; i < count && m->obstacle[0] == '\0'; i++) {
		GMimeHeader *header = g_mime_header_list_get_header_at(list, i);
		const char *name = g_mime_header_get_name(header);
		unsigned k = 0;
		char shown[60];

		while (known[k] && !text_eq_nocase(known[k], name))
			k++;
		if (known[k] && !(seen & 1u << k)) {
			seen |= 1u << k;
			continue;
		}
		text_visible_into(shown, sizeof shown, name, strlen(name));
		snprintf(m->obstacle, sizeof m->obstacle,
			 "Its header \"%s\" would be lost or changed.", shown);
	}
}

static void add_mailbox(struct message_read *m, struct message_mailboxes *out,
			InternetAddress *entry)
{
	const char *name = internet_address_get_name(entry);
	InternetAddressMailbox *mailbox;
	const char *address, *wire;

	if (INTERNET_ADDRESS_IS_GROUP(entry)) {
		InternetAddressGroup *group = INTERNET_ADDRESS_GROUP(entry);

		/* "undisclosed-recipients: ;" is written where there is nobody else. */
		if (internet_address_list_length(internet_address_group_get_members(group)) > 0)
			object(m, "Its recipients stand in a group, which would be dissolved.");
		return;
	}
	mailbox = INTERNET_ADDRESS_MAILBOX(entry);
	address = internet_address_mailbox_get_addr(mailbox);
	wire = internet_address_mailbox_get_idn_addr(mailbox);
	if (!address || addr_check(address, NULL) < 0) {
		object(m, "One of its addresses cannot be read.");
		return;
	}
	out->list = xreallocarray(out->list, out->count + 1, sizeof *out->list);
	out->list[out->count++] = (struct message_mailbox){ xstrdup(name ? name : ""),
							    xstrdup(address),
							    xstrdup(wire ? wire : address) };
}

static void take_addresses(struct message_read *m, GMimeAddressType type,
			   struct message_mailboxes *out)
{
	InternetAddressList *list = g_mime_message_get_addresses(m->parts->mime, type);
	int count = list ? internet_address_list_length(list) : 0;

	for (int i = 0; i < count; i++)
		add_mailbox(m, out, internet_address_list_get_address(list, i));
}

static void take_head(struct message_read *m)
{
	/* What the last two say is not true of the new one. */
	static const char *const known[] = {
		"From", "To", "Cc", "Subject", "Date", "Message-ID", "MIME-Version",
		"User-Agent", "X-Mailer", NULL
	};
	GMimeMessage *mime = m->parts->mime;

	check_headers(m, GMIME_OBJECT(mime), known);
	take_addresses(m, GMIME_ADDRESS_TYPE_FROM, &m->from);
	take_addresses(m, GMIME_ADDRESS_TYPE_TO, &m->to);
	take_addresses(m, GMIME_ADDRESS_TYPE_CC, &m->cc);
	m->subject = xstrdup(g_mime_message_get_subject(mime));
	m->date = xstrdup(g_mime_object_get_header(GMIME_OBJECT(mime), "Date"));
}

/* ---- its parts ---- */

static bool is_type(GMimeObject *part, const char *type, const char *subtype)
{
	return g_mime_content_type_is_type(g_mime_object_get_content_type(part), type, subtype);
}

static bool is_attached(GMimeObject *part)
{
	const char *disposition = g_mime_object_get_disposition(part);

	return disposition && text_eq_nocase(disposition, "attachment");
}

static void add_file(struct message_read *m, GMimePart *part)
{
	const char *name = g_mime_part_get_filename(part);
	size_t count = m->file_count + 1;

	m->files = xreallocarray(m->files, count, sizeof *m->files);
	m->parts->files = xreallocarray(m->parts->files, count, sizeof *m->parts->files);
	m->parts->files[m->file_count] = part;
	m->files[m->file_count++] = xstrdup(name ? name : "");
	if (!is_attached(GMIME_OBJECT(part)))
		object(m, "It has parts other than a text and attached files.");
}

static const char *parameter(GMimePart *part, const char *name)
{
	return g_mime_object_get_content_type_parameter(GMIME_OBJECT(part), name);
}

static void take_text(struct message_read *m, GMimePart *part)
{
	const char *charset = parameter(part, "charset"), *format = parameter(part, "format");

	m->parts->text = part;
	m->parts->flowed = format && text_eq_nocase(format, "flowed") && !parameter(part, "delsp");
	if (is_attached(GMIME_OBJECT(part)) || m->file_count > 0 || (format && !m->parts->flowed))
		object(m, LAID_OUT);
	if (charset && !text_eq_nocase(charset, "utf-8") && !text_eq_nocase(charset, "us-ascii"))
		object(m, "Its text is in another character set than UTF-8.");
}

static void take_part(struct message_read *m, GMimeObject *part, int depth)
{
	static const char *const known[] = { "Content-Type", "Content-Transfer-Encoding",
					     "Content-Disposition", NULL };

	if (!part || depth > DEPTH) {
		object(m, "It has no text that can be read.");
		return;
	}
	check_headers(m, part, known);
	if (GMIME_IS_MULTIPART(part)) {
		GMimeMultipart *multipart = GMIME_MULTIPART(part);
		int count = g_mime_multipart_get_count(multipart);

		if (is_type(part, "multipart", "signed") || is_type(part, "multipart", "encrypted"))
			object(m, "It is signed or encrypted: any change would spoil that.");
		else if (is_type(part, "multipart", "alternative"))
			object(m, "It has its text in more than one form (HTML).");
		else if (depth > 0 || !is_type(part, "multipart", "mixed"))
			object(m, "It is made of parts that would be lost.");
		for (int i = 0; i < count; i++)
			take_part(m, g_mime_multipart_get_part(multipart, i), depth + 1);
	} else if (!GMIME_IS_PART(part)) {
		object(m, "It has another message in it.");
	} else if (!m->parts->text && is_type(part, "text", "plain") && !is_attached(part)) {
		take_text(m, GMIME_PART(part));
	} else {
		add_file(m, GMIME_PART(part));
	}
}

/* ---- content ---- */

/* From where fd stands. With charset the text becomes UTF-8, where that is known. */
static int write_content(GMimePart *part, const char *charset, int fd, struct err *err)
{
	GMimeDataWrapper *content = g_mime_part_get_content(part);
	GMimeStream *file = g_mime_stream_pipe_new(fd);
	GMimeStream *out = g_mime_stream_filter_new(file);
	GMimeFilter *filter = charset ? g_mime_filter_charset_new(charset, "utf-8") : NULL;
	int rc = 0;

	g_mime_stream_pipe_set_owner(GMIME_STREAM_PIPE(file), FALSE);
	if (filter) {
		g_mime_stream_filter_add(GMIME_STREAM_FILTER(out), filter);
		g_object_unref(filter);
	}
	errno = 0;
	if (content && (g_mime_data_wrapper_write_to_stream(content, out) < 0 ||
			g_mime_stream_flush(out) < 0))
		rc = err_errno(err, "A part of the message cannot be written");
	g_object_unref(out);
	g_object_unref(file);
	return rc;
}

/* CRLF becomes LF, in place. */
static void end_in_lf(struct message_read *m)
{
	size_t to = 0;

	for (size_t i = 0; i < m->text_len; i++)
		if (m->text[i] != '\r' || i + 1 == m->text_len || m->text[i + 1] != '\n')
			m->text[to++] = m->text[i];
	m->text[to] = '\0';
	m->text_len = to;
}

static int read_text(struct message_read *m, struct err *err)
{
	GMimePart *part = m->parts->text;
	const char *charset;
	ssize_t n = 0;
	int fd, rc;

	m->text = xcalloc(1, 1);
	if (!part)
		return 0;
	charset = parameter(part, "charset");
	fd = file_temp(err);
	if (fd < 0)
		return -1;
	rc = write_content(part, charset && !text_eq_nocase(charset, "utf-8") ? charset : NULL, fd,
			   err);
	free(m->text);
	m->text = xmalloc(MESSAGE_READ_TEXT + 2);
	if (rc == 0 && (n = pread(fd, m->text, MESSAGE_READ_TEXT + 1, 0)) < 0)
		rc = err_errno(err, "The text of the message cannot be read");
	close(fd);
	m->cut = n > MESSAGE_READ_TEXT;
	m->text_len = m->cut ? MESSAGE_READ_TEXT : n > 0 ? (size_t)n : 0;
	end_in_lf(m);
	if (m->parts->flowed && !message_unflow(m->text, &m->text_len))
		object(m, LAID_OUT);
	m->text[m->text_len] = '\0';
	if (m->cut)
		object(m, "Its text is too long to be edited.");
	if (memchr(m->text, '\0', m->text_len) || !text_utf8_valid(m->text, m->text_len))
		object(m, "Its text is not UTF-8.");
	return rc;
}

/* ---- all of it ---- */

static GMimeMessage *parse(int fd, off_t size, struct err *err)
{
	/* GMime closes what it is given. */
	int own = dup(fd);
	GMimeStream *stream;
	GMimeParser *parser;
	GMimeMessage *mime;

	if (own < 0) {
		err_errno(err, "The message cannot be read");
		return NULL;
	}
	stream = g_mime_stream_fs_new_with_bounds(own, 0, size);
	parser = g_mime_parser_new_with_stream(stream);
	mime = g_mime_parser_construct_message(parser, NULL);
	g_object_unref(parser);
	g_object_unref(stream);
	if (!mime)
		err_set(err, ERR_INPUT, "This is no mail message.");
	return mime;
}

struct message_read *message_read_open(int fd, off_t size, struct err *err)
{
	struct message_read *m;
	GMimeMessage *mime = NULL;

	if (message_gmime_load(err) == 0)
		mime = parse(fd, size, err);
	if (!mime)
		return NULL;
	m = xcalloc(1, sizeof *m);
	m->parts = xcalloc(1, sizeof *m->parts);
	m->parts->mime = mime;
	take_head(m);
	take_part(m, g_mime_message_get_mime_part(mime), 0);
	if (read_text(m, err) == 0)
		return m;
	message_read_free(m);
	return NULL;
}

int message_read_save(struct message_read *m, size_t i, int fd, struct err *err)
{
	return write_content(m->parts->files[i], NULL, fd, err);
}

static void free_mailboxes(struct message_mailboxes *of)
{
	for (size_t i = 0; i < of->count; i++) {
		free(of->list[i].name);
		free(of->list[i].address);
		free(of->list[i].wire);
	}
	free(of->list);
}

void message_read_free(struct message_read *m)
{
	if (!m)
		return;
	free_mailboxes(&m->from);
	free_mailboxes(&m->to);
	free_mailboxes(&m->cc);
	for (size_t i = 0; i < m->file_count; i++)
		free(m->files[i]);
	free(m->files);
	free(m->subject);
	free(m->date);
	free(m->text);
	free(m->parts->files);
	g_object_unref(m->parts->mime);
	free(m->parts);
	free(m);
}
