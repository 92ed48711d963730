/*
 * Whom a message may be for: those who were written to before, and those whom the
 * user's address book knows.
 *
 * The address book is a command, the account's setting address-query, which is asked as
 * mutt asks its query_command: a first line of its own, then a line each with address,
 * tab, name, and whatever else behind another tab.
 */
#ifndef OUTPOST_PEOPLE_H
#define OUTPOST_PEOPLE_H

#include <stdbool.h>
#include <stddef.h>

struct err;

#define PEOPLE_MAX    2000
#define PEOPLE_ASK_MS 10000L

struct person {
	char *address;
	char *name; /* NULL: not known */
};

struct people {
	struct person *list;
	size_t count;
};
#define PEOPLE_INIT     \
	{               \
		NULL, 0 \
	}

/* From the outbox, the last first, without those who were refused for good. Nobody is no error.
 * *told as in outbox_open. */
int people_past(struct people *people, char **told, struct err *err);
/* Adds those whom the command names; what is no address is passed over. ERR_CONFIG when it cannot
 * be run, ERR_SYSTEM when it is too slow or prints too much. */
int people_ask(const char *command, const char *part, int cancel_fd, struct people *people,
	       struct err *err);
/* Adds one unless it is there; what it is given is copied. */
void people_add(struct people *people, const char *address, const char *name);
/* Does part begin a word of the name or of the address? */
bool person_fits(const struct person *person, const char *part);
/* "Zoë <zoe@example.org>", quoted where it has to be. Owned by the caller. */
char *person_text(const struct person *person);
void people_clear(struct people *people);

#endif
