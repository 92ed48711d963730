/*
 * What a person wants to see of a message that somebody else made: who, to
 * whom, about what. Encoded words are decoded; the strings are visible-safe
 * UTF-8 and never NULL. Only the header is looked at, at most 64 KiB of it.
 */
#ifndef OUTPOST_MESSAGE_HEAD_H
#define OUTPOST_MESSAGE_HEAD_H

#include <stddef.h>

struct message_head {
	char *from, *to, *cc, *subject, *date;
};

/* Any bytes will do: what is not there is "". Clear head after. */
void message_head_read(struct message_head *head, const char *data, size_t len);
void message_head_clear(struct message_head *head);

#endif
