/*
 * What the files of message that call GMime share: the library, loaded when
 * it is first needed, and its objects passed between them. Whoever gets a
 * GMimeObject owns one reference. Not for anyone else.
 */
#ifndef OUTPOST_MESSAGE_GMIME_H
#define OUTPOST_MESSAGE_GMIME_H

#include "late_gmime.h"
#include "mail/message.h"

/* Before the first call of GMime, by whichever thread. ERR_SYSTEM when the
 * library is not there. */
int message_gmime_load(struct err *err);

/* The value of an unstructured header as RFC 2047 encoded words where it would not survive
 * as it is; else a copy. Free with free(). text must be UTF-8 without control characters. */
char *message_words(const char *text);
/* The same of a display name, for GMime to quote. */
char *message_words_name(const char *name);
/* The other way. What comes out may hold anything. */
char *message_words_read(const char *value);

/* One file as an attachment, opened now and read when the message is written; its bytes
 * are taken off *room, which is where the sum of all ends. */
GMimeObject *message_attachment(const struct message_file *file, off_t *room, struct err *err);
/* By the name and the first bytes of a file, at most MESSAGE_SNIFF. */
enum { MESSAGE_SNIFF = 16384 };
GMimeContentType *message_type(const char *name, const char *bytes, size_t len);

#endif
