/*
 * How far a long work is: a bar with rate and time left that is drawn over itself on a
 * terminal, a line every few seconds with --verbose elsewhere, nothing where nobody watches.
 */
#ifndef OUTPOST_PROGRESS_H
#define OUTPOST_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>

struct call;

struct progress {
	const char *what; /* "Queued", "Sent" */
	size_t done, total;
	size_t from; /* so many were done before it began, and count for no rate */
	long long began, shown; /* ms */
	bool live, quiet;
};

struct progress progress_new(const struct call *call, const char *what, size_t total);
/* After done has grown. */
void progress_show(struct progress *p);
/* Ahead of another line: the bar is wiped, or stays when the work has ended. */
void progress_break(const struct progress *p, bool ended);
/* Does somebody read what went well, too? */
bool progress_watched(const struct call *call);

#endif
