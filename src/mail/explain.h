/*
 * What a server's refusal means, in words for someone who knows no SMTP.
 *
 * All knowledge is data: data/replies.ini, which mkreplies checks and compiles
 * into the table behind this header. A row there describes one kind of reply by
 * any of: the end of the server's name, words in the text, the enhanced status
 * code, the reply code, the step. Where several rows fit, the special one
 * speaks: a row that names the server before one that does not; then the one
 * with more letters of the text; then the one that asks for more of enhanced
 * code, reply code (535, not 5xx) and step; then the more exact codes (5.7.8
 * before 5.7.x before 535 before 5xx); then the order of the file. The rows of the
 * standards have neither server nor text, so they come last and every reply gets
 * a sentence.
 *
 * Nothing here is allocated, locked or sent; it knows no accounts. Text is not
 * trusted: its first EXPLAIN_TEXT_MAX bytes are looked at, in linear time.
 */
#ifndef OUTPOST_EXPLAIN_H
#define OUTPOST_EXPLAIN_H

#include <stdbool.h>

#include "base/err.h"

#define EXPLAIN_TEXT_MAX 4096

/* What the reply answers. */
enum explain_step {
	EXPLAIN_ANY, /* not known: rows that ask for a step are passed over */
	EXPLAIN_GREETING, /* nothing yet: the server speaks first */
	EXPLAIN_EHLO,
	EXPLAIN_STARTTLS,
	EXPLAIN_AUTH,
	EXPLAIN_MAIL,
	EXPLAIN_RCPT,
	EXPLAIN_DATA, /* DATA, BDAT, and the end of the message */
	EXPLAIN_STEPS
};

/* The strings are constant and never NULL. Sentences stand alone and end in a full stop. */
struct explanation {
	const char *id; /* the row: "gmail-app-password" */
	const char *says; /* what the server means */
	const char *cause; /* the likely reason, or "" */
	const char *hint; /* the next thing to do */
	const char *link; /* "https://..." where there is more, or "" */
	enum err_kind kind; /* what it is about, for struct err; never ERR_NONE */
	bool temporary; /* the same thing may work later: a password is not wrong then */
};

/* The words of a reply as struct smtp_reply has them: code (0: none), the enhanced
 * code ("5.7.8"), all lines of text joined by \n without codes; host is the
 * server's name. Strings may be NULL or "". There is an answer to everything. */
struct explanation explain_reply(enum explain_step step, int code, const char *enhanced,
				 const char *text, const char *host);

#endif
