/*
 * The first file of an import, for import.c and for sources that are folders.
 */
#ifndef OUTPOST_IMPORT_READER_FILE_H
#define OUTPOST_IMPORT_READER_FILE_H

#include "task/import/reader.h"

struct buf;

/* Reads it whole into text, which file then points into; free its name with free(). */
int reader_open(struct reader *r, const char *path, struct buf *text, struct import_file *file,
		struct err *err);
/* "~/.msmtprc" for the path; free it. */
char *reader_shown(const char *path);

#endif
