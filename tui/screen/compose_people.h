/*
 * Private to compose: whom a message may be for, while somebody types it.
 *
 * Those who were written to before are read by a job when writing begins; an address book is
 * asked by a job each time it is wanted. Nobody waits for either.
 */
#ifndef OUTPOST_SCREEN_COMPOSE_PEOPLE_H
#define OUTPOST_SCREEN_COMPOSE_PEOPLE_H

#include <stdbool.h>
#include <stddef.h>

struct compose_people;

/* Gets what was chosen, as it stands in a header field; text is lent. */
typedef void (*compose_people_take)(void *arg, const char *text);

struct compose_people *compose_people_new(compose_people_take take, void *arg);
void compose_people_free(struct compose_people *p);
/* The last of the addresses in a row, where it begins: what is being typed. */
const char *compose_people_part(const char *row);
/* How many stand in a row. */
size_t compose_people_count(const char *row);
/* What was pasted as one line, to be freed: between stands where lines ended, ", " in a row of
 * people. */
char *compose_people_line(const char *text, size_t len, const char *between);
/* Is nothing of it left to be typed? */
bool compose_people_whole(const struct compose_people *p, const char *part);
/* Who fits, for a line below the row; "" when nobody does. */
void compose_people_hint(const struct compose_people *p, const char *part, char *out, size_t size);
/* Takes the one who fits, or offers those who do. False: nobody does. */
bool compose_people_complete(struct compose_people *p, const char *part);
/* Offers those who fit and whom the command finds (NULL or empty: there is none). False when
 * that was asked before, and found nobody. */
bool compose_people_search(struct compose_people *p, const char *command, const char *part);
/* An address book is being asked. */
bool compose_people_asking(const struct compose_people *p);
/* Typing goes on: what is still asked is not wanted any more. */
void compose_people_stop(struct compose_people *p);

#endif
