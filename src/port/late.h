/*
 * Libraries that few commands need, loaded when the first of their functions
 * is about to be called.
 *
 * GMime and libsecret bring GLib, GObject and GIO with them: a third of the
 * time that a short command takes would go into loading what it never calls.
 * They are loaded with dlopen(3) instead. A list (NAME.calls, beside the
 * module that the library stands behind) holds the name of the file, what to
 * tell the user when it is not there, the header, and the functions that are
 * called. src/tool/late.sh turns it into gen/late_NAME.h, included after
 * the library's own header: from there on each listed name means a pointer of
 * the same type, so that the code reads and is checked as if it were linked.
 * A function that is called but not listed does not link.
 *
 * It also lets the program be copied to a server where one of them is missing:
 * what needs it says so, the rest works.
 */
#ifndef OUTPOST_LATE_H
#define OUTPOST_LATE_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

struct err;

/* One a list; made by late.sh. */
struct late_library {
	const char *file;	/* "libsecret-1.so.0"; the first there is of several */
	const char *name;		/* "libsecret" */
	const char *package;		/* of Debian */
	const char *const *functions;
	void **calls;			/* filled in the order of functions */
	size_t count;
	pthread_mutex_t lock;
	bool loaded;
};

/* ERR_SYSTEM when it is missing or too old; asked again, it tries again. The
 * library stays until the program ends. */
int late_load(struct late_library *lib, struct err *err);

#endif
