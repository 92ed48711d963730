/*
 * A long text to read, as a screen on the stack: wrapped, scrolled.
 */
#ifndef OUTPOST_PAGER_H
#define OUTPOST_PAGER_H

struct buf;

void pager_push(const char *title, const char *text);	/* copied */
/* The text may grow while it is read; it must outlive the screens above its owner. */
void pager_push_live(const char *title, const struct buf *text);

#endif
