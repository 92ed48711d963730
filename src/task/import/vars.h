/*
 * Names and values that a file sets before it uses them; there may be a password among them, so
 * they are wiped. The last value of a name counts.
 */
#ifndef OUTPOST_IMPORT_VARS_H
#define OUTPOST_IMPORT_VARS_H

#include <stddef.h>

struct var {
	char *name, *value;
	int line;
};

struct vars {
	struct var *list;	/* in the order in which they were first set */
	size_t count;
};
#define VARS_INIT { NULL, 0 }
#define VARS_MAX 5000		/* more are left out */

void vars_put(struct vars *v, const char *name, const char *value, int line);
const struct var *vars_find(const struct vars *v, const char *name);	/* NULL */
const char *vars_get(const struct vars *v, const char *name);	/* NULL */
void vars_clear(struct vars *v);

#endif
