/*
 * The path of a file, completed while it is typed, as a shell does it.
 */
#ifndef OUTPOST_PATH_H
#define OUTPOST_PATH_H

#include <stddef.h>

/* How many names go on from what is typed ("~/" is the home folder). *whole (owned by the caller,
 * never NULL) is typed and what all of them have in common; a folder that is the only one ends in
 * '/'. list gets the names, as many as it has room for. Names that are not UTF-8, or that begin
 * with a dot that was not typed, are left out. */
size_t path_complete(const char *typed, char **whole, char *list, size_t size);

#endif
