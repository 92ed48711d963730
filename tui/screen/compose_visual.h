/*
 * Private to compose: the text in the user's own editor, on the whole terminal.
 */
#ifndef OUTPOST_SCREEN_COMPOSE_VISUAL_H
#define OUTPOST_SCREEN_COMPOSE_VISUAL_H

struct buf;
struct draft_file;
struct err;

/* The file that the editor has lies beside the draft, where it is found after a crash; with
 * file NULL it is a temporary one. 0: out has the text. -1: nothing is to change. */
int compose_visual(const struct draft_file *file, const char *text, struct buf *out,
		   struct err *err);

#endif
