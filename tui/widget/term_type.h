/*
 * Private to term: can a terminal of this type show a full screen?
 */
#ifndef OUTPOST_TERM_TYPE_H
#define OUTPOST_TERM_TYPE_H

struct err;

/* ERR_USAGE says why not. */
int term_type_check(struct err *err);

#endif
