#include "mail/message_gmime.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/text.h"

static int check_regular(const struct stat *st, const char *path, struct err *err)
{
	if (S_ISREG(st->st_mode))
		return 0;
	if (S_ISDIR(st->st_mode)) {
		err_set(err, ERR_NOINPUT, "%s is a folder; only files can be attached.", path);
		err_hint(err, "Pack it first, for instance with zip -r or tar.");
		return -1;
	}
	err_set(err, ERR_NOINPUT, "%s is not a regular file, so it cannot be attached.", path);
	err_hint(err, "Save its content to a file and attach that.");
	return -1;
}

/* How much of it is sent: what it holds now, so that one that grows meanwhile comes to an
 * end. Files of /proc say 0 and hold more. */
static int take_room(const struct stat *st, off_t *room, off_t *size, struct err *err)
{
	if (st->st_size > *room) {
		err_set(err, ERR_INPUT, "The attachments are too large: together at most %d MB "
			"can be sent.", MESSAGE_FILES_MAX >> 20);
		err_hint(err, "Servers mostly take 10 to 50 MB. Send a link to the file.");
		return -1;
	}
	*size = st->st_size > 0 ? st->st_size : *room;
	*room -= st->st_size;
	return 0;
}

static int open_path(const char *path, struct err *err)
{
	/* Not blocking: opening a pipe that nobody writes to would hang. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return err_set(err, ERR_NOINPUT, "There is no file %s to attach.", path);
	if (fd < 0)
		return err_set(err, ERR_NOINPUT, "Cannot read the attachment %s: %s.", path,
			       strerror(errno));
	return fd;
}

/* what is for messages. */
static int open_file(const struct message_file *file, const char *what, off_t *room, off_t *size,
		     struct err *err)
{
	struct stat st;
	int fd = file->path ? open_path(file->path, err) : fcntl(file->fd, F_DUPFD_CLOEXEC, 0);

	if (fd < 0 && !file->path)
		err_errno(err, "Cannot read the attachment %s", what);
	if (fd < 0)
		return -1;
	if (fstat(fd, &st) < 0)
		err_errno(err, "Cannot read the attachment %s", what);
	else if (check_regular(&st, what, err) == 0 && take_room(&st, room, size, err) == 0)
		return fd;
	close(fd);
	return -1;
}

/* The name as the receiver sees it: no folder, UTF-8, nothing that could break
 * a header, turn the writing around or be taken for an encoded word. */
static char *safe_name(const struct message_file *file)
{
	const char *whole = file->name ? file->name : file->path;
	const char *slash = strrchr(whole, '/'), *from = slash ? slash + 1 : whole;
	size_t left = strlen(from), n;
	char *name = xmalloc(left + 1), *to = name;
	unsigned c = 0;

	for (; left > 0; from += n, left -= n) {
		n = text_utf8_next(from, left, &c);
		if (n == 0 || c < 0x20 || (c >= 0x7f && c < 0xa0) || (c >= 0x2028 && c <= 0x202e) ||
		    (c >= 0x2066 && c <= 0x2069) || (c == '?' && to > name && to[-1] == '=')) {
			n = n ? n : 1;
			*to++ = '_';
			continue;
		}
		memcpy(to, from, n);
		to += n;
	}
	*to = '\0';
	return name;
}

static void set_name(GMimeObject *part, const char *name)
{
	GMimeParam *param;

	g_mime_part_set_filename(GMIME_PART(part), name);
	param = g_mime_param_list_get_parameter(
		g_mime_content_disposition_get_parameters(
			g_mime_object_get_content_disposition(part)),
		"filename");
	g_mime_param_set_charset(param, "utf-8");
	param = g_mime_param_list_get_parameter(
		g_mime_content_type_get_parameters(g_mime_object_get_content_type(part)), "name");
	g_mime_param_set_charset(param, "utf-8");
}

static GMimePart *part_new(GMimeContentType *type, const char *name, int fd, off_t size)
{
	GMimeStream *stream = g_mime_stream_fs_new_with_bounds(fd, 0, size);
	GMimeDataWrapper *content =
		g_mime_data_wrapper_new_with_stream(stream, GMIME_CONTENT_ENCODING_DEFAULT);
	GMimePart *part = g_mime_part_new();

	g_mime_object_set_content_type(GMIME_OBJECT(part), type);
	g_mime_object_set_disposition(GMIME_OBJECT(part), GMIME_DISPOSITION_ATTACHMENT);
	set_name(GMIME_OBJECT(part), name);
	g_mime_part_set_content_encoding(part, GMIME_CONTENT_ENCODING_BASE64);
	g_mime_part_set_content(part, content);
	g_object_unref(content);
	g_object_unref(stream);
	return part;
}

GMimeObject *message_attachment(const struct message_file *file, off_t *room, struct err *err)
{
	const char *what = file->path ? file->path : file->name;
	GMimeContentType *type;
	GMimePart *part;
	char *head, *name;
	off_t size = 0;
	ssize_t n;
	int fd = open_file(file, what, room, &size, err);

	if (fd < 0)
		return NULL;
	head = xmalloc(MESSAGE_SNIFF);
	n = pread(fd, head, MESSAGE_SNIFF, 0);
	if (n < 0) {
		err_errno(err, "Cannot read the attachment %s", what);
		close(fd);
		free(head);
		return NULL;
	}
	name = safe_name(file);
	type = message_type(name, head, (size_t)n);
	part = part_new(type, name, fd, size);
	g_object_unref(type);
	free(name);
	free(head);
	return GMIME_OBJECT(part);
}
