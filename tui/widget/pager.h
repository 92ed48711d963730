/*
 * A long text to read, as a screen on the stack: wrapped, scrolled.
 */
#ifndef OUTPOST_PAGER_H
#define OUTPOST_PAGER_H

struct buf;

void pager_push(const char *title, const char *text);	/* copied */
/* The text may grow while it is read; it must outlive the screens above its owner. The
 * key s saves it as it stands, for the user only, as ~/SAVE_NAME-DATE-TIME.txt. */
void pager_push_live(const char *title, const struct buf *text, const char *save_name);

#endif
