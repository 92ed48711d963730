/*
 * What a person should be asked before a message goes: it can be sent, and is probably not
 * what they meant. What the outbox remembers of the recipients counts too.
 */
#ifndef OUTPOST_DRAFTS_DOUBT_H
#define OUTPOST_DRAFTS_DOUBT_H

#include <stdbool.h>

struct draft;

enum draft_doubt {
	DRAFT_DOUBT_SUBJECT, /* there is none */
	DRAFT_DOUBT_TEXT, /* neither text nor file */
	DRAFT_DOUBT_FILES, /* the text speaks of one that is not there */
	DRAFT_DOUBT_ADDRESS, /* one that looks mistyped */
	DRAFT_DOUBT_SIZE, /* larger than most servers take */
	DRAFT_DOUBT_REFUSED, /* to somebody who was refused for good again and again */
	DRAFT_DOUBTS
};

/* The first that holds from that one on, and a sentence for it; DRAFT_DOUBTS when none does.
 * bytes: of the attached files. */
enum draft_doubt draft_doubt(const struct draft *draft, enum draft_doubt from, long long bytes,
			     char sentence[300]);
/* Does it look mistyped? Then there is a sentence. */
bool draft_doubt_address(const char *address, char sentence[300]);
/* Does the text, without quoted lines and signature, speak of an attachment? */
bool draft_speaks_of_file(const char *text);

#endif
