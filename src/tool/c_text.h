/*
 * Strings as C source, for the tables that the tools write.
 */
#ifndef OUTPOST_C_TEXT_H
#define OUTPOST_C_TEXT_H

struct buf;

void c_string(struct buf *out, const char *s);
/* list ends in NULL, here and there. */
void c_list(struct buf *out, const char *const *list);

#endif
