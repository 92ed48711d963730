/*
 * Messages that were begun and not finished.
 *
 * One file a message in the folder drafts of the state folder (0700, files 0600), replaced
 * as a whole whenever it is saved: header fields, an empty line, the text, so that a
 * person can rescue it with any pager. A field is one line; the text goes to the end of the
 * file as it is.
 *
 * Who writes a message holds it (a lock that dies with the process), so that
 * only what nobody is writing any more is offered again. Each has a number, for people; a
 * number is used again only when no later message is left.
 *
 * The full screen shows recipients, subject, files and text. A draft that says more, as
 * outpost send --draft can keep it, is not offered there: what cannot be seen is not sent from
 * there.
 *
 * A draft may be the correction of a message of the outbox (task/outbox_edit), which is
 * replaced when the draft is sent. What was attached to that one lies in a folder beside the draft
 * (drafts_files_path), and goes with it.
 *
 * While an editor of the user has the text, it is in a file beside the draft
 * (drafts_edit_path). One that was left there, by a crash, is the text.
 */
#ifndef OUTPOST_DRAFTS_H
#define OUTPOST_DRAFTS_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "task/typed.h"

struct err;
struct draft_file;

/* As typed; strings owned by it, NULL is empty. */
struct draft {
	char *account; /* id */
	char *to, *cc, *bcc, *subject;
	char *from, *reply_to, *in_reply_to, *html, *date; /* html: a path */
	char *no_signature; /* "yes" */
	char *keep_lines; /* "yes": the text is a program's, see message.h */
	char **headers; /* "Name: value" */
	size_t header_count;
	char **files;
	char **names; /* of each file; NULL: its own */
	size_t file_count;
	char *text;
	long long replaces;	/* a message of the outbox; 0: none */
	bool waited;		/* it was ready, and is held for this draft */
	char *sent_as;		/* tag of the message that it became, see task/drafts_sent */
};

#define DRAFT_FILES_MAX   50
#define DRAFT_HEADERS_MAX 50
#define DRAFT_TEXT_MAX  (2 << 20)

/* A new one; nothing is on the disk before it is saved. NULL: no folder for it. */
struct draft_file *drafts_begin(struct err *err);
/* The newest that nobody holds and that says nothing the full screen cannot show, read into
 * draft and held from now on; NULL when there is none. What cannot be read stays where it is
 * and is passed over. Free draft in any case. */
struct draft_file *drafts_take(struct draft *draft);
/* That one, held from now on. ERR_NOINPUT: there is none, or it is no draft; ERR_SYSTEM:
 * somebody is writing it. Free draft in any case. */
struct draft_file *drafts_open(long number, struct draft *draft, struct err *err);
/* ERR_INPUT when it is over the maximum, ERR_SYSTEM; what was saved before is still there then. */
int drafts_save(struct draft_file *file, const struct draft *draft, struct err *err);
/* The message was sent or thrown away. The file may be used again. */
void drafts_remove(struct draft_file *file);
/* Lets go; what was saved is kept for drafts_take. NULL is fine. */
void drafts_leave(struct draft_file *file);
const char *drafts_path(const struct draft_file *file);
const char *drafts_edit_path(const struct draft_file *file);
/* Where files of the draft itself can be kept; the folder is made by who uses it. */
const char *drafts_files_path(const struct draft_file *file);
long drafts_number(const struct draft_file *file);

struct draft_seen {
	long number;
	time_t saved;
	bool held;	/* somebody is writing it */
	struct draft draft;
};
/* All of them, the oldest first; what cannot be read is left out. Free with drafts_seen_free. */
struct draft_seen *drafts_list(size_t *count);
void drafts_seen_free(struct draft_seen *list, size_t count);
/* Does it say more than recipients, subject, files and text? */
bool draft_says_more(const struct draft *draft);
/* What it says more, lent. */
struct typed draft_typed(const struct draft *draft);
/* The same fields, files and text; what they replace and their headers are not looked at. */
bool draft_same(const struct draft *a, const struct draft *b);
void draft_clear(struct draft *draft);

#endif
