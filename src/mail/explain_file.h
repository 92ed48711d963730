/*
 * data/replies.ini, read and judged. For the compiler mkreplies and for tests; the program itself
 * carries the table.
 *
 * One section a kind of reply; its name is the id. Keys (* can be repeated as KEY-2, KEY-3, ...):
 *
 *   from      whose reply it is: "Gmail", "Postfix", "RFC 5321"
 *   host      ends of the server's name, when only that server means it
 *   step      greeting ehlo starttls auth mail rcpt data, when it matters
 *   code      535 or 5xx; enhanced: 5.7.8 or 5.7.x; several with blanks between
 *   match *   words of the text; '*' is any run of characters; case and line ends do not matter
 *   says      what it means; cause: the likely reason (optional); try: what to do next
 *   link      https:// (optional)
 *   kind      auth refused tls network input config, as in err.h
 *   retry     yes or no: may the same thing work later? Left out, 4xx yes, 5xx no
 *   example * the reply as it came, lines parted by %0a; each match needs one
 *   source *  where that reply is to be seen: https://
 */
#ifndef OUTPOST_EXPLAIN_FILE_H
#define OUTPOST_EXPLAIN_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "mail/explain_rule.h"
#include "port/ini_report.h"

struct buf;

/* Lists end in NULL and are never NULL themselves. Everything is owned by the file. */
struct explain_row {
	struct explanation x; /* all but temporary */
	enum explain_retry retry;
	int line; /* where its section begins */
	char *from;
	char *hosts, *codes, *enhanced; /* as in struct explain_rule */
	char **match; /* folded, see explain_rule.h */
	char **examples, **sources;
	unsigned steps; /* 1u << enum explain_step */
};

struct explain_file {
	struct explain_row *rows;
	size_t count;
};

/* Calls tell for every fault and is -1 when there was one. Clear file in any case. */
int explain_file_parse(struct explain_file *file, const char *name, const char *text, size_t len,
		       ini_report_fn tell, void *arg);
void explain_file_clear(struct explain_file *file);

/* The parts of an example, as a session gives them to explain_reply. False: it is no reply. */
bool explain_example(const char *example, int *code, char enhanced[12], struct buf *text);

const char *explain_step_name(enum explain_step step); /* "greeting"; "any" for EXPLAIN_ANY */

#endif
