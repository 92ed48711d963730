/*
 * What the files of message share: GMime objects passed between them. Whoever
 * gets a GMimeObject owns one reference. Not for anyone else.
 */
#ifndef OUTPOST_MESSAGE_PRIVATE_H
#define OUTPOST_MESSAGE_PRIVATE_H

#include <gmime/gmime.h>

#include "mail/message.h"

/* GMime is initialised when it is first needed, once, by whichever thread. */
void message_init_library(void);

/* The value of an unstructured header, or a display name, as RFC 2047 encoded
 * words where it would not survive as it is; else a copy. Free with free().
 * text must be UTF-8 without control characters. */
char *message_words(const char *text);

/* The body with its signature as text/plain; NULL with ERR_INPUT. */
GMimeObject *message_text_part(const struct message_draft *draft, struct err *err);

/* One file as an attachment, opened now and read when the message is written. */
GMimeObject *message_attachment(const char *path, struct err *err);

#endif
