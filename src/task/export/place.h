/*
 * Where a file of a format is: its path rule, for this user and this computer.
 */
#ifndef OUTPOST_EXPORT_PLACE_H
#define OUTPOST_EXPORT_PLACE_H

#include <stdbool.h>

struct err;
struct export_values;

/* Of alternatives ("~/.msmtprc | ${XDG_CONFIG_HOME}/msmtp/config") the first that exists, else the
 * first. "~/" is the home folder, ${NAME} a folder of the XDG Base Directory Specification (its
 * usual place when it is not set), "*" in the last but one part a folder that matches (the newest);
 * {{...}} is filled in. root (NULL: none) stands before it. Owned by the caller; NULL with err. */
char *export_place(const char *rule, const struct export_values *values, const char *root,
		   struct err *err);
/* Is a program of that name in PATH? */
bool export_in_path(const char *program);

#endif
