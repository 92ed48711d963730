/*
 * A date and time as a person or a program writes it:
 *
 *     Tue, 24 Nov 2026 09:30:00 +0100      RFC 5322 3.3 and 4.3 (day name and seconds may lack,
 *                                          a comment with the name of the zone may follow)
 *     2026-11-24T09:30:00+01:00            RFC 3339 (fractions of a second are dropped)
 *     2026-11-24 09:30                     in the zone of this machine; seconds may follow
 *
 * Whatever the language of the user. Days that a month has not, and a day name that is not
 * that day's, are errors, and so is all that is not one of these.
 */
#ifndef OUTPOST_DATE_H
#define OUTPOST_DATE_H

#include <time.h>

/* After 1970 and before 10000; -1 and *out untouched otherwise. */
int date_parse(const char *text, time_t *out);

#endif
