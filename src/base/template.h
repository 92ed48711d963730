/*
 * Text with places to fill: the little that the formats of other programs need.
 *
 *   {{name}}            the value, written by the usual rule
 *   {{name:rule}}       written by that rule
 *   {{#name}}...{{/name}}   only where the name has a value (not "")
 *   {{^name}}...{{/name}}   only where it has none
 *
 * No logic beyond that. A line that holds nothing but such marks leaves no line behind.
 * A value is never read again, so it cannot make a place. Two braces for themselves: {{{{}}.
 * What the rules do is the caller's: they quote, and may refuse.
 */
#ifndef OUTPOST_TEMPLATE_H
#define OUTPOST_TEMPLATE_H

#include <stddef.h>

struct buf;
struct err;
struct template;

#define TEMPLATE_DEPTH 8
#define TEMPLATE_NAME_MAX 40

/* text is lent for its life; line is the number of its first line in where ("msmtp.tmpl"), for
 * messages. NULL with ERR_INPUT: a mark that does not close, or closes another. */
struct template *template_parse(const char *text, size_t len, const char *where, int line,
				struct err *err);
void template_free(struct template *t);	/* NULL is fine */

struct template_place {
	const char *name, *rule;	/* rule NULL: the usual one */
};

struct template_filler {
	void *arg;
	/* NULL: there is no such name, which is an error; "" has no value */
	const char *(*value)(void *arg, const char *name);
	/* 0, or -1 with err. */
	int (*write)(void *arg, const struct template_place *place, const char *value,
		     struct buf *out, struct err *err);
};
/* Appends to out; on failure out is as it was. */
int template_fill(const struct template *t, const struct template_filler *filler, struct buf *out,
		  struct err *err);
/* Each name with its rule (NULL: usual, or a section), for who checks a template. */
void template_each(const struct template *t,
		   void (*fn)(void *arg, const char *name, const char *rule), void *arg);

#endif
