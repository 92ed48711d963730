/*
 * The user's own editor: $VISUAL, $EDITOR or vi.
 *
 * It gets the terminal until it ends. Whoever shows a full screen gives the terminal
 * back before, and takes it again after.
 */
#ifndef OUTPOST_VISUAL_H
#define OUTPOST_VISUAL_H

struct err;

/* On return the file is as the editor left it. ERR_NOINPUT: there is no such editor;
 * ERR_CANCELLED: it ended with an error, as vi does for :cq, or took the file away; ERR_SYSTEM:
 * no terminal. */
int visual_edit(const char *path, struct err *err);

#endif
