#include "mail/message_head.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/text.h"
#include "mail/message_gmime.h"

#define HEAD_MAX  (64 * 1024)
#define VALUE_MAX (8 * 1024)

/* The header with the empty line behind it, or as much as is looked at. */
static size_t head_length(const char *data, size_t len)
{
	size_t most = len < HEAD_MAX ? len : HEAD_MAX;

	for (size_t i = 0; i + 1 < most; i++) {
		if (data[i] != '\n')
			continue;
		if (data[i + 1] == '\n')
			return i + 2;
		if (data[i + 1] == '\r' && i + 2 < most && data[i + 2] == '\n')
			return i + 3;
	}
	return most;
}

static char *value(GMimeMessage *msg, const char *name)
{
	const char *text = msg ? g_mime_object_get_header(GMIME_OBJECT(msg), name) : NULL;
	struct buf safe = BUF_INIT(VALUE_MAX);

	if (text)
		text_visible(&safe, text, strlen(text));
	return buf_detach(&safe);
}

static void empty(struct message_head *head)
{
	*head = (struct message_head){ xstrdup(""), xstrdup(""), xstrdup(""), xstrdup(""),
				       xstrdup("") };
}

void message_head_read(struct message_head *head, const char *data, size_t len)
{
	GMimeStream *stream;
	GMimeParser *parser;
	GMimeMessage *msg;

	if (message_gmime_load(NULL) < 0)
		return empty(head);
	stream = g_mime_stream_mem_new_with_buffer(data, head_length(data, len));
	parser = g_mime_parser_new_with_stream(stream);
	msg = g_mime_parser_construct_message(parser, NULL);
	head->from = value(msg, "From");
	head->to = value(msg, "To");
	head->cc = value(msg, "Cc");
	head->subject = value(msg, "Subject");
	head->date = value(msg, "Date");
	g_clear_object(&msg);
	g_object_unref(parser);
	g_object_unref(stream);
}

void message_head_clear(struct message_head *head)
{
	free(head->from);
	free(head->to);
	free(head->cc);
	free(head->subject);
	free(head->date);
	*head = (struct message_head){ .from = NULL };
}
