/*
 * What the files of message share. Not for anyone else.
 *
 * A message is made in two steps. message.c checks the draft and brings it
 * into its final values ("fields": addresses as they go over the wire, the text with
 * its signature and the encoding that it needs). Then one of two writers puts
 * them into the file: message_plain.c what needs no encoding and no folding,
 * as it stands (or flowed), the usual message of a script; message_mime.c, with GMime, all
 * else. For a message that both can write both write the same bytes.
 */
#ifndef OUTPOST_MESSAGE_PRIVATE_H
#define OUTPOST_MESSAGE_PRIVATE_H

#include "mail/message.h"

struct buf;

struct message {
	int fd;		/* -1: none yet */
	off_t size;
	char *id;	/* "<...>" */
	char *from;	/* of the envelope; "" is the null sender */
	char *subject;	/* decoded; NULL: not known */
	struct addr_list recipients;
};

enum message_coding { CODING_AS_IS, CODING_QUOTED, CODING_BASE64 };

struct message_body {
	char *bytes;	/* lines end in LF */
	size_t len;
	enum message_coding coding;
	bool flowed;	/* format=flowed: bytes are as they go over the wire */
};

struct message_fields {
	struct addr_list from, reply_to, to, cc;	/* names without control characters */
	const char *subject;	/* NULL: no such header */
	char *id;		/* without its angle brackets */
	time_t date;
	struct message_body body;
	struct message_body html;	/* bytes NULL: none */
	const struct message_file *files;
	size_t file_count;
};

/* The text and its signature, checked; ERR_INPUT. Free body->bytes. */
int message_body_make(const struct message_draft *draft, struct message_body *body,
		      struct err *err);
/* The HTML of a draft that has one, and the text of one that has no other. Free both. */
int message_html_make(const struct message_draft *draft, struct message_fields *f,
		      struct err *err);
/* Checks text of a body: ERR_INPUT when it is too long or not UTF-8. */
int message_check_text(const char *what, const char *text, size_t len, struct err *err);
/* What passes any server and changes nothing. */
enum message_coding message_best_coding(const struct message_body *body);
/* Makes it format=flowed (RFC 3676) when a line is over 78 bytes and a reader gets back
 * every byte; else nothing is changed. */
bool message_flow(struct message_body *body);
/* The other way, in place: each paragraph is a line again, as a reader shows it. False: it has
 * quotes, which would be none any more; nothing is changed. */
bool message_unflow(char *text, size_t *len);

/* Is it the value of a header, or a name, without encoded words (RFC 2047)? */
bool message_needs_no_words(const char *text);

/* The headers that the draft adds, checked, encoded and folded, ahead of all others. */
int message_extra_write(const struct message_draft *draft, int fd, struct err *err);
/* Can it be written as it stands? */
bool message_plain_fits(const struct message_fields *f);
/* Both write from where the file stands. */
int message_plain_write(const struct message_fields *f, int fd, struct err *err);
int message_mime_write(const struct message_fields *f, int fd, struct err *err);
/* "<random@domain of the sender>", to be freed; NULL with err. */
char *message_make_id(const char *sender, struct err *err);
/* Adds the header "Date", with its line end. */
int message_add_date(struct buf *out, time_t date, struct err *err);
/* errno as it is after a write to the temporary file failed; returns -1. */
int message_write_failed(struct err *err);

#endif
