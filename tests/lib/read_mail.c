/*
 * What GMime finds in messages, as JSON, a line for each: a reader to compare with Python's,
 * which shares no code with what wrote them.
 *
 *   read_mail FILE...
 *
 * {"subject": ..., "from": [[name, address]...], "to": ..., "cc": ..., "reply_to": ...,
 *  "date": seconds, "id": ..., "headers": {name: decoded value, the last of each name},
 *  "tree": "mixed(alternative(text/plain,text/html),image/png)",
 *  "parts": [{"type", "charset", "format", "disposition", "filename", "hex"}...]}
 * Charset, format and the like are null where they are not given.
 */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <gmime/gmime.h>
#include <jansson.h>

static json_t *text(const char *s)
{
	return s ? json_string(s) : json_null();
}

static json_t *addresses(GMimeMessage *msg, GMimeAddressType type)
{
	InternetAddressList *list = g_mime_message_get_addresses(msg, type);
	json_t *out = json_array();

	for (int i = 0; i < internet_address_list_length(list); i++) {
		InternetAddress *one = internet_address_list_get_address(list, i);
		json_t *pair = json_array();

		json_array_append_new(pair, text(internet_address_get_name(one)));
		json_array_append_new(pair, INTERNET_ADDRESS_IS_MAILBOX(one)
						    ? text(internet_address_mailbox_get_addr(
							      INTERNET_ADDRESS_MAILBOX(one)))
						    : json_null());
		json_array_append_new(out, pair);
	}
	return out;
}

static json_t *headers(GMimeMessage *msg)
{
	GMimeHeaderList *list = g_mime_object_get_header_list(GMIME_OBJECT(msg));
	json_t *out = json_object();

	for (int i = 0; i < g_mime_header_list_get_count(list); i++) {
		GMimeHeader *header = g_mime_header_list_get_header_at(list, i);

		json_object_set_new(out, g_mime_header_get_name(header),
				    text(g_mime_header_get_value(header)));
	}
	return out;
}

static json_t *content(GMimePart *part)
{
	GMimeStream *stream = g_mime_stream_mem_new();
	GMimeDataWrapper *data = g_mime_part_get_content(part);
	GByteArray *bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream));
	GString *hex = g_string_new(NULL);
	json_t *out;

	if (data)
		g_mime_data_wrapper_write_to_stream(data, stream);
	for (guint i = 0; i < bytes->len; i++)
		g_string_append_printf(hex, "%02x", bytes->data[i]);
	out = json_string(hex->str);
	g_string_free(hex, TRUE);
	g_object_unref(stream);
	return out;
}

static json_t *leaf(GMimeObject *part)
{
	json_t *out = json_object();
	char *type = g_mime_content_type_get_mime_type(g_mime_object_get_content_type(part));

	json_object_set_new(out, "type", text(type));
	json_object_set_new(out, "charset",
			    text(g_mime_object_get_content_type_parameter(part, "charset")));
	json_object_set_new(out, "format",
			    text(g_mime_object_get_content_type_parameter(part, "format")));
	json_object_set_new(out, "disposition", text(g_mime_object_get_disposition(part)));
	json_object_set_new(out, "filename", text(g_mime_part_get_filename(GMIME_PART(part))));
	json_object_set_new(out, "hex", content(GMIME_PART(part)));
	g_free(type);
	return out;
}

/* Its leaves to parts, its shape to tree. */
static void walk(GMimeObject *object, json_t *parts, GString *tree)
{
	GMimeContentType *type = g_mime_object_get_content_type(object);

	if (!GMIME_IS_MULTIPART(object)) {
		json_t *one = leaf(object);

		g_string_append(tree, json_string_value(json_object_get(one, "type")));
		json_array_append_new(parts, one);
		return;
	}
	g_string_append_printf(tree, "%s(", g_mime_content_type_get_media_subtype(type));
	for (int i = 0; i < g_mime_multipart_get_count(GMIME_MULTIPART(object)); i++) {
		g_string_append(tree, i ? "," : "");
		walk(g_mime_multipart_get_part(GMIME_MULTIPART(object), i), parts, tree);
	}
	g_string_append_c(tree, ')');
}

static json_t *read_one(int fd)
{
	GMimeStream *stream = g_mime_stream_fs_new(fd);
	GMimeParser *parser = g_mime_parser_new_with_stream(stream);
	GMimeMessage *msg = g_mime_parser_construct_message(parser, NULL);
	GDateTime *date = msg ? g_mime_message_get_date(msg) : NULL;
	GString *tree = g_string_new(NULL);
	json_t *out = json_object(), *parts = json_array();

	if (msg) {
		json_object_set_new(out, "subject", text(g_mime_message_get_subject(msg)));
		json_object_set_new(out, "from", addresses(msg, GMIME_ADDRESS_TYPE_FROM));
		json_object_set_new(out, "to", addresses(msg, GMIME_ADDRESS_TYPE_TO));
		json_object_set_new(out, "cc", addresses(msg, GMIME_ADDRESS_TYPE_CC));
		json_object_set_new(out, "reply_to", addresses(msg, GMIME_ADDRESS_TYPE_REPLY_TO));
		json_object_set_new(out, "date", json_integer(date ? g_date_time_to_unix(date) : 0));
		json_object_set_new(out, "id", text(g_mime_message_get_message_id(msg)));
		json_object_set_new(out, "headers", headers(msg));
		walk(g_mime_message_get_mime_part(msg), parts, tree);
		g_object_unref(msg);
	}
	json_object_set_new(out, "parts", parts);
	json_object_set_new(out, "tree", json_string(tree->str));
	g_string_free(tree, TRUE);
	g_object_unref(parser);
	g_object_unref(stream);
	return out;
}

int main(int argc, char **argv)
{
	g_mime_init();
	for (int i = 1; i < argc; i++) {
		int fd = open(argv[i], O_RDONLY | O_CLOEXEC);
		json_t *found;

		if (fd < 0) {
			fprintf(stderr, "read_mail: cannot read %s\n", argv[i]);
			return 1;
		}
		found = read_one(fd);
		json_dumpf(found, stdout, JSON_COMPACT);
		putchar('\n');
		json_decref(found);
	}
	return 0;
}
