/*
 * The command that a format wants run after its file was written: postmap, newaliases, ...
 */
#ifndef OUTPOST_EXPORT_RUN_H
#define OUTPOST_EXPORT_RUN_H

struct err;

/* Words of line, in which {{file}} and {{folder}} are those of path; no shell, one minute. -1
 * with its own words in err. A line that names the file is not run when there is none. */
int export_run(const char *line, const char *path, struct err *err);

#endif
