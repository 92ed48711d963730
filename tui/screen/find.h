/*
 * The search for the server of an address, as a job: task/discover for screens.
 *
 * One search at a time. find_begin starts it at once and drops the one before; answers come
 * through the job, and changed is called when the list or the state is another one. When the
 * search has settled, or was stopped, the first servers of the list are tried in the same job, and
 * what they say changes the list once more.
 *
 * The search knows the domain and nothing else of the address, so it holds for every address of
 * that domain: in the names to sign in with stands a mark, in whose place find_for puts the part
 * before the @. Nothing of this is for another thread than the UI's.
 */
#ifndef OUTPOST_FIND_H
#define OUTPOST_FIND_H

#include <stdbool.h>

#include "base/err.h"
#include "task/discover/discover.h"

struct find;

enum find_state {
	FIND_IDLE,	/* never begun */
	FIND_LOOKING,
	FIND_TRYING,	/* the list is settled; do they answer? */
	FIND_ENDED,
};

struct find *find_new(void (*changed)(void *owner), void *owner);
void find_free(struct find *f);	/* drops the job; NULL is fine */

/* Can its domain be looked up at all: a name with a dot in it? */
bool find_possible(const char *address);
/* Does the domain look complete: registered by somebody, as far as can be seen? */
bool find_complete(const char *address);
void find_begin(struct find *f, const char *address);
/* Looks no further; what was found stays, and is tried. */
void find_stop(struct find *f);

enum find_state find_state(const struct find *f);
bool find_is_for(const struct find *f, const char *address);	/* of the same domain */
long find_seconds(const struct find *f);	/* since it began */
const struct discover_list *find_list(const struct find *f);	/* until the next change */
const struct err *find_why(const struct find *f);	/* why the list is empty */
/* That server in the list as it is now; NULL. */
const struct discover_candidate *find_same(const struct find *f,
					   const struct discover_candidate *c);
bool find_equal(const struct discover_candidate *a, const struct discover_candidate *b);
/* A copy of c with the names to sign in with of this address. */
struct discover_candidate find_for(const struct discover_candidate *c, const char *address);

#endif
