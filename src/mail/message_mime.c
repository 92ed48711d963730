#include "mail/message_gmime.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "mail/message_private.h"

static const GMimeContentEncoding encodings[] = {
	[CODING_AS_IS] = GMIME_CONTENT_ENCODING_7BIT,
	[CODING_QUOTED] = GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE,
	[CODING_BASE64] = GMIME_CONTENT_ENCODING_BASE64,
};

int message_gmime_load(struct err *err)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	if (late_load(&late_gmime_library, err) < 0)
		return -1;
	pthread_once(&once, g_mime_init);
	return 0;
}

const char *message_library(void)
{
	static char name[40];

	snprintf(name, sizeof name, "GMime %d.%d.%d", GMIME_MAJOR_VERSION, GMIME_MINOR_VERSION,
		 GMIME_MICRO_VERSION);
	return name;
}

static void add_mailboxes(GMimeMessage *mime, GMimeAddressType type, const struct addr_list *list)
{
	InternetAddressList *out = g_mime_message_get_addresses(mime, type);

	for (size_t i = 0; i < list->count; i++) {
		char *words = message_words_name(list->list[i].name ? list->list[i].name : "");
		InternetAddress *mailbox =
			internet_address_mailbox_new(*words ? words : NULL, list->list[i].address);
		InternetAddressMailbox *own = INTERNET_ADDRESS_MAILBOX(mailbox);

		/* GMime reads A-labels and makes them anew when it writes, or cannot and writes
		 * UTF-8: what is sent must be what was checked. */
		g_free(own->idn_addr);
		own->idn_addr = g_strdup(list->list[i].address);
		internet_address_list_add(out, mailbox);
		g_object_unref(mailbox);
		free(words);
	}
}

/* A message to Bcc alone: without To some servers refuse it, some put the
 * recipients in. */
static void add_undisclosed(GMimeMessage *mime)
{
	InternetAddress *group = internet_address_group_new("undisclosed-recipients");

	internet_address_list_add(g_mime_message_get_addresses(mime, GMIME_ADDRESS_TYPE_TO), group);
	g_object_unref(group);
}

static void add_addresses(GMimeMessage *mime, const struct message_fields *f)
{
	add_mailboxes(mime, GMIME_ADDRESS_TYPE_FROM, &f->from);
	add_mailboxes(mime, GMIME_ADDRESS_TYPE_REPLY_TO, &f->reply_to);
	add_mailboxes(mime, GMIME_ADDRESS_TYPE_TO, &f->to);
	add_mailboxes(mime, GMIME_ADDRESS_TYPE_CC, &f->cc);
	if (f->to.count == 0 && f->cc.count == 0)
		add_undisclosed(mime);
}

static void add_subject(GMimeMessage *mime, const char *subject)
{
	char *words;

	if (!subject)
		return;
	words = message_words(subject);
	g_mime_message_set_subject(mime, words, "utf-8");
	free(words);
}

static int add_date(GMimeMessage *mime, time_t date, struct err *err)
{
	GDateTime *when = g_date_time_new_from_unix_local(date);

	if (!when)
		return err_set(err, ERR_INPUT, "The date of the message is out of range.");
	g_mime_message_set_date(mime, when);
	g_date_time_unref(when);
	return 0;
}

static void add_filter(GMimeStream *stream, GMimeFilter *filter)
{
	g_mime_stream_filter_add(GMIME_STREAM_FILTER(stream), filter);
	g_object_unref(filter);
}

/* Line ends within base64 are CRLF (RFC 2045 6.8). */
static void expand_lines(GByteArray *out, const struct message_body *body)
{
	const char *p = body->bytes, *end = p + body->len;

	while (p < end) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));
		const char *stop = nl ? nl : end;

		g_byte_array_append(out, (const guint8 *)p, (guint)(stop - p));
		if (nl)
			g_byte_array_append(out, (const guint8 *)"\r\n", 2);
		p = nl ? nl + 1 : end;
	}
}

static GMimeStream *filtered(GByteArray *array, GMimeContentEncoding encoding)
{
	GMimeStream *memory = g_mime_stream_mem_new_with_byte_array(array);
	GMimeStream *stream = g_mime_stream_filter_new(memory);

	g_object_unref(memory);
	add_filter(stream, g_mime_filter_basic_new(encoding, TRUE));
	return stream;
}

/* "From " at the begin of a line of quoted-printable as "=46rom ". GMime has a filter for it,
 * which loses a last line of one to four letters that begins with F. */
static GMimeStream *armored(GByteArray *array)
{
	GByteArray *coded = g_byte_array_new(), *out = g_byte_array_new();
	GMimeStream *from = filtered(array, encodings[CODING_QUOTED]);
	GMimeStream *to = g_mime_stream_mem_new_with_byte_array(coded);
	const guint8 *p, *end;

	g_mime_stream_write_to_stream(from, to);
	for (p = coded->data, end = p + coded->len; p < end;) {
		const guint8 *nl = memchr(p, '\n', (size_t)(end - p)), *stop = nl ? nl + 1 : end;
		bool arm = stop - p >= 5 && memcmp(p, "From ", 5) == 0;

		if (arm)
			g_byte_array_append(out, (const guint8 *)"=46", 3);
		g_byte_array_append(out, p + arm, (guint)(stop - p - arm));
		p = stop;
	}
	g_object_unref(from);
	g_object_unref(to);
	return g_mime_stream_mem_new_with_byte_array(out);
}

/* The bytes as they go into the message, but with LF for CRLF. */
static GMimeStream *encoded_stream(const struct message_body *body)
{
	GByteArray *array = g_byte_array_new();

	if (body->coding == CODING_BASE64)
		expand_lines(array, body);
	else
		g_byte_array_append(array, (const guint8 *)body->bytes, (guint)body->len);
	switch (body->coding) {
	case CODING_QUOTED:
		return armored(array);
	case CODING_BASE64:
		return filtered(array, encodings[CODING_BASE64]);
	case CODING_AS_IS:
		break;
	}
	return g_mime_stream_mem_new_with_byte_array(array);
}

static GMimeObject *text_part(const struct message_body *body, const char *subtype)
{
	GMimeContentEncoding encoding = encodings[body->coding];
	GMimeStream *stream = encoded_stream(body);
	/* Content and part name the same encoding: GMime copies it as it is. */
	GMimeDataWrapper *content = g_mime_data_wrapper_new_with_stream(stream, encoding);
	GMimePart *part = g_mime_part_new_with_type("text", subtype);

	g_mime_object_set_content_type_parameter(GMIME_OBJECT(part), "charset", "utf-8");
	if (body->flowed)
		g_mime_object_set_content_type_parameter(GMIME_OBJECT(part), "format", "flowed");
	g_mime_part_set_content_encoding(part, encoding);
	g_mime_part_set_content(part, content);
	/* GMime would end a text that has no final line end with one. */
	GMIME_OBJECT(part)->ensure_newline = FALSE;
	g_object_unref(content);
	g_object_unref(stream);
	return GMIME_OBJECT(part);
}

/* Takes the reference of part. */
static void add_part(GMimeMultipart *to, GMimeObject *part)
{
	g_mime_multipart_add(to, part);
	g_object_unref(part);
}

/* The text, or text and HTML: who can show the later one does (RFC 2046 5.1.4). */
static GMimeObject *written_part(const struct message_fields *f)
{
	GMimeMultipart *both;

	if (!f->html.bytes)
		return text_part(&f->body, "plain");
	both = g_mime_multipart_new_with_subtype("alternative");
	add_part(both, text_part(&f->body, "plain"));
	add_part(both, text_part(&f->html, "html"));
	return GMIME_OBJECT(both);
}

static int add_body(GMimeMessage *mime, const struct message_fields *f, struct err *err)
{
	GMimeObject *part = written_part(f);
	GMimeMultipart *mixed;
	off_t room = MESSAGE_FILES_MAX;

	if (f->file_count == 0) {
		g_mime_message_set_mime_part(mime, part);
		g_object_unref(part);
		return 0;
	}
	mixed = g_mime_multipart_new_with_subtype("mixed");
	g_mime_message_set_mime_part(mime, GMIME_OBJECT(mixed));
	for (size_t i = 0; part; i++) {
		add_part(mixed, part);
		if (i == f->file_count)
			break;
		part = message_attachment(&f->files[i], &room, err);
	}
	g_object_unref(mixed);
	return part ? 0 : -1;
}

static int write_out(GMimeMessage *mime, int fd, struct err *err)
{
	GMimeFormatOptions *format = g_mime_format_options_clone(NULL);
	/* A stream for pipes: that for files calls fsync(2), which a file without a name
	 * does not need. */
	GMimeStream *file = g_mime_stream_pipe_new(fd);
	GMimeStream *buffer = g_mime_stream_buffer_new(file, GMIME_STREAM_BUFFER_BLOCK_WRITE);
	int rc = 0;

	g_mime_stream_pipe_set_owner(GMIME_STREAM_PIPE(file), FALSE);
	g_mime_format_options_set_newline_format(format, GMIME_NEWLINE_FORMAT_DOS);
	errno = 0;
	if (g_mime_object_write_to_stream(GMIME_OBJECT(mime), format, buffer) < 0 ||
	    g_mime_stream_flush(buffer) < 0)
		rc = message_write_failed(err);
	g_object_unref(buffer);
	g_object_unref(file);
	g_mime_format_options_free(format);
	return rc;
}

int message_mime_write(const struct message_fields *f, int fd, struct err *err)
{
	GMimeMessage *mime;
	int rc;

	if (message_gmime_load(err) < 0)
		return -1;
	mime = g_mime_message_new(TRUE);
	GMIME_OBJECT(mime)->ensure_newline = FALSE;
	add_addresses(mime, f);
	add_subject(mime, f->subject);
	g_mime_message_set_message_id(mime, f->id);
	rc = add_date(mime, f->date, err);
	if (rc == 0)
		rc = add_body(mime, f, err);
	if (rc == 0)
		rc = write_out(mime, fd, err);
	g_object_unref(mime);
	return rc;
}
