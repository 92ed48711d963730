/*
 * The media type of an attachment. The judge is the system's own table (shared-mime-info,
 * through GIO). Where that is not installed, as on small servers, GIO knows nothing but
 * "text or not": then the ending of the name decides, for what people mostly attach.
 */
#include <stdbool.h>
#include <string.h>

#include "base/text.h"
#include "mail/message_gmime.h"

static const struct {
	const char *ending, *type;
} endings[] = {
	{ "pdf", "application/pdf" },
	{ "png", "image/png" },
	{ "jpg", "image/jpeg" },
	{ "jpeg", "image/jpeg" },
	{ "gif", "image/gif" },
	{ "webp", "image/webp" },
	{ "svg", "image/svg+xml" },
	{ "html", "text/html" },
	{ "htm", "text/html" },
	{ "csv", "text/csv" },
	{ "txt", "text/plain" },
	{ "log", "text/plain" },
	{ "md", "text/markdown" },
	{ "ics", "text/calendar" },
	{ "vcf", "text/vcard" },
	{ "diff", "text/x-diff" },
	{ "patch", "text/x-diff" },
	{ "xml", "application/xml" },
	{ "json", "application/json" },
	{ "zip", "application/zip" },
	{ "gz", "application/gzip" },
	{ "xz", "application/x-xz" },
	{ "tar", "application/x-tar" },
	{ "doc", "application/msword" },
	{ "xls", "application/vnd.ms-excel" },
	{ "docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document" },
	{ "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" },
	{ "pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation" },
	{ "odt", "application/vnd.oasis.opendocument.text" },
	{ "ods", "application/vnd.oasis.opendocument.spreadsheet" },
	{ "odp", "application/vnd.oasis.opendocument.presentation" },
	{ "epub", "application/epub+zip" },
	{ "mp3", "audio/mpeg" },
	{ "ogg", "audio/ogg" },
	{ "mp4", "video/mp4" },
};

/* Of a file that goes on the last character may be incomplete. */
static bool looks_utf8(const char *bytes, size_t len)
{
	size_t most = len < MESSAGE_SNIFF ? 0 : 3;

	for (size_t cut = 0; cut <= most; cut++)
		if (text_utf8_valid(bytes, len - cut))
			return memchr(bytes, '\0', len) == NULL;
	return false;
}

/* Is it what GIO says of anything that it does not know? */
static bool says_nothing(const char *mime)
{
	return text_eq_nocase(mime, "application/octet-stream") ||
	       text_eq_nocase(mime, "text/plain") || text_prefix_nocase(mime, "inode/") ||
	       text_eq_nocase(mime, "application/x-zerosize");
}

/* NULL: not known. A text that is none has the wrong ending. */
static const char *by_ending(const char *name, bool text)
{
	const char *dot = strrchr(name, '.');

	for (size_t i = 0; dot && i < sizeof endings / sizeof *endings; i++)
		if (text_eq_nocase(dot + 1, endings[i].ending))
			return text || !text_prefix_nocase(endings[i].type, "text/")
				       ? endings[i].type
				       : NULL;
	return NULL;
}

/* Messages and multiparts may not be base64 (RFC 2046), and inode/... is GIO's own: those go
 * as plain bytes. */
static bool can_be_sent(const char *mime)
{
	return strchr(mime, '/') && !text_prefix_nocase(mime, "message/") &&
	       !text_prefix_nocase(mime, "multipart/") && !text_prefix_nocase(mime, "inode/") &&
	       !text_eq_nocase(mime, "application/x-zerosize");
}

GMimeContentType *message_type(const char *name, const char *bytes, size_t len)
{
	char *guess = g_content_type_guess(name, (const guchar *)bytes, len, NULL);
	char *known = guess ? g_content_type_get_mime_type(guess) : NULL;
	const char *mime = known;
	bool text = looks_utf8(bytes, len);
	GMimeContentType *type = NULL;

	if (!mime || says_nothing(mime)) {
		const char *other = by_ending(name, text);

		mime = other ? other : mime;
	}
	if (mime && can_be_sent(mime))
		type = g_mime_content_type_parse(NULL, mime);
	if (!type)
		type = g_mime_content_type_new("application", "octet-stream");
	if (text && g_mime_content_type_is_type(type, "text", "*"))
		g_mime_content_type_set_parameter(type, "charset", "utf-8");
	g_free(guess);
	g_free(known);
	return type;
}
