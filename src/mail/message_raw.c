#include "mail/message_raw.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/text.h"
#include "mail/message_gmime.h"
#include "mail/message_private.h"

enum { PIECE = 64 * 1024, NAME_LONGEST = 200, ID_LONGEST = 900, SUBJECT_SHOWN = 400 };

struct field {
	size_t at, len; /* in the bytes read, with its line ends */
	size_t name_len;
};

struct message_raw {
	int fd;
	bool dot_ends, eof;
	struct buf in; /* the header, and what came with it */
	size_t body; /* where in those the body begins */
	struct field *fields;
	size_t count, room;
	char *from; /* NULL: none that is an address */
};

/* ---- reading the header ---- */

static int fill(struct message_raw *raw, struct err *err)
{
	char piece[4096];
	ssize_t n;

	do
		n = read(raw->fd, piece, sizeof piece);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return err_errno(err, "Cannot read the message");
	raw->eof = n == 0;
	buf_add(&raw->in, piece, (size_t)n);
	return 0;
}

/* The length of the name when the line begins with "Name:"; 0 when not. */
static size_t field_name(const char *line, size_t len)
{
	size_t name = 0, i;

	while (name < len && line[name] > ' ' && line[name] < 0x7f && line[name] != ':')
		name++;
	for (i = name; i < len && (line[i] == ' ' || line[i] == '\t'); i++)
		;
	return i < len && line[i] == ':' ? name : 0;
}

static void add_field(struct message_raw *raw, struct field field)
{
	if (raw->count == raw->room) {
		raw->room = raw->room ? 2 * raw->room : 32;
		raw->fields = xreallocarray(raw->fields, raw->room, sizeof *raw->fields);
	}
	raw->fields[raw->count++] = field;
}

/* Takes the line at the place given. False: the header has ended, and body is set. */
static bool take_line(struct message_raw *raw, size_t at, size_t len)
{
	const char *line = raw->in.data + at;
	size_t name;

	raw->body = at + len;
	if (line[0] == '\n' || (line[0] == '\r' && len == 2 && line[1] == '\n'))
		return false;
	if (at == 0 && (text_prefix_nocase(line, "From ") || text_prefix_nocase(line, ">From ")))
		return true;
	if ((line[0] == ' ' || line[0] == '\t') && raw->count > 0) {
		raw->fields[raw->count - 1].len += len;
		return true;
	}
	name = field_name(line, len);
	if (name > 0) {
		add_field(raw, (struct field){ at, len, name });
		return true;
	}
	/* No header, or one without the empty line behind it. */
	raw->body = at;
	return false;
}

/* An unfinished line that is long already: can it still be one of the header? */
static bool may_be_header(const struct message_raw *raw, size_t at)
{
	const char *line = raw->in.data + at;

	return ((line[0] == ' ' || line[0] == '\t') && raw->count > 0) ||
	       field_name(line, raw->in.len - at) > 0;
}

static int too_large(struct err *err)
{
	err_set(err, ERR_INPUT, "The header of the message is over %d MiB.",
		MESSAGE_RAW_HEAD >> 20);
	err_hint(err, "Is it a mail message, with an empty line behind its header?");
	return -1;
}

static int read_head(struct message_raw *raw, struct err *err)
{
	size_t at = 0;

	for (;;) {
		size_t left = raw->in.len - at;
		const char *line = buf_text(&raw->in) + at;
		const char *end = memchr(line, '\n', left);
		bool full = raw->in.len > MESSAGE_RAW_HEAD;

		if (!end && !raw->eof && !full) {
			if (fill(raw, err) < 0)
				return -1;
			continue;
		}
		raw->body = at;
		if (left == 0 || (!end && full && !may_be_header(raw, at)))
			break;
		if (!end && full)
			return too_large(err);
		if (!take_line(raw, at, end ? (size_t)(end - line) + 1 : left))
			break;
		at = raw->body;
		if (at > MESSAGE_RAW_HEAD)
			return too_large(err);
	}
	if (raw->body > 0 && memchr(raw->in.data, '\0', raw->body))
		return err_set(err, ERR_INPUT, "The header of the message has a NUL byte.");
	return 0;
}

/* ---- looking into the header ---- */

static bool is_named(const struct message_raw *raw, const struct field *f, const char *name)
{
	return strlen(name) == f->name_len &&
	       text_prefix_nocase(raw->in.data + f->at, name);
}

/* Unfolded, to be freed. */
static char *field_value(const struct message_raw *raw, const struct field *f)
{
	char *line = xstrndup(raw->in.data + f->at, f->len), *value, *result;
	size_t to = 0;

	value = strchr(line, ':') + 1;
	for (size_t i = 0; value[i]; i++)
		if (value[i] != '\n' && !(value[i] == '\r' && value[i + 1] == '\n'))
			value[to++] = value[i];
	value[to] = '\0';
	result = xstrdup(text_trim(value));
	free(line);
	return result;
}

/* The first of the name that is not empty, to be freed; NULL. */
static char *find_value(const struct message_raw *raw, const char *name)
{
	for (size_t i = 0; i < raw->count; i++) {
		char *value;

		if (!is_named(raw, &raw->fields[i], name))
			continue;
		value = field_value(raw, &raw->fields[i]);
		if (*value)
			return value;
		free(value);
	}
	return NULL;
}

static bool has_field(const struct message_raw *raw, const char *name)
{
	char *value = find_value(raw, name);

	free(value);
	return value != NULL;
}

static char *from_address(const struct message_raw *raw)
{
	struct addr_list list = ADDR_LIST_INIT;
	char *value = find_value(raw, "From"), *address = NULL;

	if (value && message_parse_addresses(value, &list, NULL) == 0 && list.count > 0)
		address = xstrdup(list.list[0].address);
	addr_list_clear(&list);
	free(value);
	return address;
}

struct message_raw *message_raw_open(int fd, bool dot_ends, struct err *err)
{
	struct message_raw *raw = xcalloc(1, sizeof *raw);

	raw->fd = fd;
	raw->dot_ends = dot_ends;
	raw->in = (struct buf)BUF_INIT(MESSAGE_RAW_HEAD + PIECE);
	if (read_head(raw, err) < 0) {
		message_raw_free(raw);
		return NULL;
	}
	raw->from = from_address(raw);
	return raw;
}

void message_raw_free(struct message_raw *raw)
{
	if (!raw)
		return;
	buf_free(&raw->in);
	free(raw->fields);
	free(raw->from);
	free(raw);
}

const char *message_raw_from(const struct message_raw *raw)
{
	return raw->from;
}

/* ---- recipients ---- */

static void add_once(struct addr_list *to, const struct addr_list *list)
{
	for (size_t i = 0; list && i < list->count; i++)
		if (!addr_list_has(to, list->list[i].address))
			addr_list_add(to, list->list[i].name, list->list[i].address);
}

static int add_header_recipients(const struct message_raw *raw,
				 const struct message_raw_params *params, struct addr_list *to,
				 struct err *err)
{
	static const char *const names[] = { "To", "Cc", "Bcc" };
	static const char *const resent[] = { "Resent-To", "Resent-Cc", "Resent-Bcc" };
	bool again = has_field(raw, resent[0]) || has_field(raw, resent[1]) ||
		     has_field(raw, resent[2]);
	struct addr_list list = ADDR_LIST_INIT;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < raw->count; i++)
		for (size_t n = 0; rc == 0 && n < 3; n++) {
			char *value;

			if (!is_named(raw, &raw->fields[i], again ? resent[n] : names[n]))
				continue;
			value = field_value(raw, &raw->fields[i]);
			rc = message_raw_parse(value, params->resolve, params->resolve_arg, &list,
					       err);
			free(value);
		}
	add_once(to, &list);
	addr_list_clear(&list);
	return rc;
}

static int take_recipients(const struct message_raw *raw, const struct message_raw_params *params,
			   struct message *msg, struct err *err)
{
	add_once(&msg->recipients, params->recipients);
	if (params->from_header &&
	    add_header_recipients(raw, params, &msg->recipients, err) < 0)
		return -1;
	if (msg->recipients.count == 0)
		return err_set(err, ERR_INPUT, "The message has no recipient.");
	if (msg->recipients.count > ADDR_LIST_MAX)
		return err_set(err, ERR_INPUT, "The message has over %d recipients.",
			       ADDR_LIST_MAX);
	return 0;
}

/* ---- writing the header ---- */

/* The display name of a From without an address, to be freed; NULL. */
static char *bare_display(const char *value, const char *bare)
{
	const char *open = strchr(value, '('), *angle = strchr(value, '<');
	char *copy, *name, *result = NULL;
	size_t len;

	if (open && !angle)
		copy = xstrndup(open + 1, strcspn(open + 1, "()"));
	else
		copy = angle ? xstrndup(value, (size_t)(angle - value)) : xstrdup(bare);
	name = text_trim(copy);
	len = strlen(name);
	if (len > 1 && name[0] == '"' && name[len - 1] == '"') {
		name[len - 1] = '\0';
		name++;
	}
	if (*name)
		result = xstrdup(name);
	free(copy);
	return result;
}

static int add_from(struct buf *out, const struct addr *from, const char *given, struct err *err)
{
	const char *name = given ? given : from->name;
	char *words;

	if (!name || !*name || strlen(name) > NAME_LONGEST ||
	    text_has_control(name, strlen(name)) || !text_utf8_valid(name, strlen(name))) {
		buf_printf(out, "From: %s\r\n", from->address);
		return 0;
	}
	if (message_needs_no_words(name)) {
		buf_adds(out, "From: \"");
		for (const char *p = name; *p; p++)
			buf_printf(out, "%s%c", *p == '"' || *p == '\\' ? "\\" : "", *p);
		buf_printf(out, "\" <%s>\r\n", from->address);
		return 0;
	}
	if (message_gmime_load(err) < 0)
		return -1;
	words = message_words(name);
	buf_printf(out, "From: %s <%s>\r\n", words, from->address);
	free(words);
	return 0;
}

/* As a whole: lines end in CRLF, and a CR that ends no line is a blank, so that no
 * server can take what follows it for a header of its own. */
static void add_field_bytes(struct buf *out, const char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (bytes[i] == '\n')
			buf_adds(out, "\r\n");
		else if (bytes[i] != '\r')
			buf_addc(out, bytes[i]);
		else if (i + 1 == len || bytes[i + 1] != '\n')
			buf_addc(out, ' ');
	if (len == 0 || bytes[len - 1] != '\n')
		buf_adds(out, "\r\n");
}

static bool id_is_good(const char *id)
{
	size_t len = strlen(id);

	if (len < 3 || len > ID_LONGEST || id[0] != '<' || id[len - 1] != '>')
		return false;
	for (size_t i = 1; i + 1 < len; i++)
		if (id[i] <= ' ' || id[i] >= 0x7f || id[i] == '<' || id[i] == '>')
			return false;
	return true;
}

/* What is missing, or is there and cannot stay. */
struct gaps {
	bool date, id, from, to;
	char *from_name; /* for the From that is added */
};

/* Who a From is that no server would take: the name, to be freed; NULL. */
static char *local_user(const struct message_raw *raw, const struct addr *sender, const char *from)
{
	char *bare = from ? message_raw_bare(from) : NULL;

	if (bare || !raw->from || !message_raw_local(raw->from) ||
	    message_raw_local(sender->address))
		return bare;
	return xstrndup(raw->from, strcspn(raw->from, "@"));
}

static void find_gaps(const struct message_raw *raw, const struct addr *sender,
		      struct message *msg, struct gaps *gaps)
{
	char *from = find_value(raw, "From"), *bare = local_user(raw, sender, from);

	msg->id = find_value(raw, "Message-ID");
	if (msg->id && !id_is_good(msg->id)) {
		free(msg->id);
		msg->id = NULL;
	}
	gaps->id = !msg->id;
	gaps->date = !has_field(raw, "Date");
	gaps->from = !from || bare;
	gaps->from_name = bare ? bare_display(from, bare) : NULL;
	gaps->to = !has_field(raw, "To") && !has_field(raw, "Cc");
	free(bare);
	free(from);
}

static bool is_dropped(const struct message_raw *raw, const struct field *f,
		       const struct gaps *gaps)
{
	return is_named(raw, f, "Bcc") || is_named(raw, f, "Resent-Bcc") ||
	       is_named(raw, f, "Return-Path") || (gaps->date && is_named(raw, f, "Date")) ||
	       (gaps->id && is_named(raw, f, "Message-ID")) ||
	       (gaps->from && is_named(raw, f, "From")) ||
	       (gaps->to && (is_named(raw, f, "To") || is_named(raw, f, "Cc")));
}

static int add_head(struct buf *out, const struct message_raw *raw,
		    const struct message_raw_params *params, struct message *msg, struct err *err)
{
	struct gaps gaps = { .from_name = NULL };
	int rc = 0;

	find_gaps(raw, &params->from, msg, &gaps);
	for (size_t i = 0; i < raw->count; i++)
		if (!is_dropped(raw, &raw->fields[i], &gaps))
			add_field_bytes(out, raw->in.data + raw->fields[i].at, raw->fields[i].len);
	if (gaps.date)
		rc = message_add_date(out, params->date ? params->date : time(NULL), err);
	if (rc == 0 && gaps.from)
		rc = add_from(out, &params->from, gaps.from_name, err);
	if (gaps.to)
		buf_adds(out, "To: undisclosed-recipients:;\r\n");
	if (rc == 0 && gaps.id) {
		msg->id = message_make_id(params->from.address, err);
		rc = msg->id ? 0 : -1;
		buf_printf(out, "Message-ID: %s\r\n", msg->id ? msg->id : "");
	}
	buf_adds(out, "\r\n");
	free(gaps.from_name);
	return rc;
}

/* ---- streaming the body ---- */

struct copy {
	struct buf out;
	bool dot_ends, line_start, after_cr, dot, done;
};

static void end_line(struct copy *c)
{
	if (c->dot) {
		c->done = true;
		return;
	}
	buf_adds(&c->out, "\r\n");
	c->line_start = true;
}

static void copy_byte(struct copy *c, char byte)
{
	bool after_cr = c->after_cr;

	c->after_cr = byte == '\r';
	if (byte == '\r' || (byte == '\n' && !after_cr)) {
		end_line(c);
	} else if (byte == '.' && c->line_start && c->dot_ends) {
		c->dot = true;
		c->line_start = false;
	} else if (byte != '\n') {
		if (c->dot)
			buf_addc(&c->out, '.');
		c->dot = c->line_start = false;
		buf_addc(&c->out, byte);
	}
}

static int copy_piece(struct copy *c, const char *bytes, size_t len, struct message *msg,
		      struct err *err)
{
	buf_clear(&c->out);
	for (size_t i = 0; i < len && !c->done; i++)
		copy_byte(c, bytes[i]);
	msg->size += (off_t)c->out.len;
	if (msg->size > MESSAGE_RAW_MAX)
		return err_set(err, ERR_INPUT, "The message is too large: at most %lld MiB.",
			       (long long)(MESSAGE_RAW_MAX >> 20));
	if (file_write_all(msg->fd, buf_text(&c->out), c->out.len, "the message", err) < 0)
		return message_write_failed(err);
	return 0;
}

static int copy_body(struct message_raw *raw, struct message *msg, struct err *err)
{
	struct copy c = { .dot_ends = raw->dot_ends, .line_start = true };
	int rc;

	/* Each byte becomes two at most, and a dot held back is one more. */
	c.out = (struct buf)BUF_INIT(2 * (MESSAGE_RAW_HEAD + PIECE) + 1);
	rc = copy_piece(&c, buf_text(&raw->in) + raw->body, raw->in.len - raw->body, msg, err);
	while (rc == 0 && !c.done && !raw->eof) {
		buf_clear(&raw->in);
		rc = fill(raw, err);
		if (rc == 0)
			rc = copy_piece(&c, buf_text(&raw->in), raw->in.len, msg, err);
	}
	buf_free(&c.out);
	return rc;
}

static int write_all(struct message_raw *raw, const struct message_raw_params *params,
		     struct message *msg, struct err *err)
{
	struct buf head = BUF_INIT(4 * MESSAGE_RAW_HEAD);
	int rc = add_head(&head, raw, params, msg, err);

	if (rc == 0)
		msg->fd = file_temp(err);
	if (rc == 0 && msg->fd < 0)
		rc = -1;
	if (rc == 0 && file_write_all(msg->fd, head.data, head.len, "the message", err) < 0)
		rc = message_write_failed(err);
	msg->size = (off_t)head.len;
	buf_free(&head);
	return rc == 0 ? copy_body(raw, msg, err) : -1;
}

/* Without GMime encoded words stay as they are. */
static char *read_subject(const struct message_raw *raw)
{
	char *value = find_value(raw, "Subject"), *text = value;
	char shown[SUBJECT_SHOWN];

	if (!value)
		return NULL;
	if (strstr(value, "=?") && message_gmime_load(NULL) == 0)
		text = message_words_read(value);
	text_visible_into(shown, sizeof shown, text, strlen(text));
	if (text != value)
		free(text);
	free(value);
	return xstrdup(shown);
}

struct message *message_raw_finish(struct message_raw *raw,
				   const struct message_raw_params *params, struct err *err)
{
	struct message *msg = xcalloc(1, sizeof *msg);

	msg->fd = -1;
	msg->from = xstrdup(params->sender ? params->sender : params->from.address);
	msg->subject = read_subject(raw);
	if (take_recipients(raw, params, msg, err) < 0 || write_all(raw, params, msg, err) < 0) {
		message_free(msg);
		return NULL;
	}
	return msg;
}
