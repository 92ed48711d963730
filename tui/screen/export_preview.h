/*
 * What one program would get of an account; writing it, trying it, taking it back.
 */
#ifndef OUTPOST_SCREEN_EXPORT_PREVIEW_H
#define OUTPOST_SCREEN_EXPORT_PREVIEW_H

struct account;
struct export_format;

void export_preview_push(const struct export_format *format,
			 const struct account *account); /* copied */

#endif
