/*
 * Countries by the names that people search with: in English, in what is spoken there, and
 * the two letters of ISO 3166-1. Only those that a provider names need to be here.
 */
#ifndef OUTPOST_COUNTRY_H
#define OUTPOST_COUNTRY_H

#include <stdbool.h>

/* Is code ("de", lower case) one of the table? */
bool country_known(const char *code);
/* Does word, its code or the beginning of a name (three bytes at least, ASCII case ignored),
 * mean that country? */
bool country_is(const char *code, const char *word);
/* The code of the country that word means, or NULL; a code goes before the names. */
const char *country_of(const char *word);
/* Does word mean every country: "world", "worldwide", "global", "international"? */
bool country_is_world(const char *word);
/* "Germany"; code itself when it is not known. */
const char *country_name(const char *code);

#endif
