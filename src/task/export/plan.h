/*
 * What planning and taking back share: how the section of an account is marked.
 */
#ifndef OUTPOST_EXPORT_PLAN_H
#define OUTPOST_EXPORT_PLAN_H

struct export_file;
struct export_format;
struct section;

#define EXPORT_FILE_MOST (4u << 20)	/* bytes of a file that is changed */

struct section export_section(const struct export_format *format, const struct export_file *file,
			      const char *account);

#endif
