/*
 * Private to editor: what was changed, so that it can be taken back and done again.
 *
 * Typing is taken back a word at a time, deleting a run at a time, all else a change at a time.
 * What is older than the bounds is forgotten.
 */
#ifndef OUTPOST_EDITOR_UNDO_H
#define OUTPOST_EDITOR_UNDO_H

#include <stdbool.h>
#include <stddef.h>

#define UNDO_BYTES (8u << 20)
#define UNDO_STEPS 2000

/* At a place of the text some bytes went and others came. */
struct undo_step {
	size_t at;
	char *gone, *came;
	size_t gone_len, came_len;
};

struct undo {
	struct undo_step *steps;
	size_t count; /* steps there are */
	size_t done; /* of them, done and not taken back */
	size_t bytes;
	bool open; /* the last step may still grow */
};

/* What was taken back before cannot be done again any more. */
void undo_note(struct undo *u, const struct undo_step *step);
/* The cursor moved: what is typed now is another step. */
void undo_close(struct undo *u);
/* The step to take back, or to do again; NULL: there is none. Lent until the next call. */
const struct undo_step *undo_back(struct undo *u);
const struct undo_step *undo_again(struct undo *u);
void undo_clear(struct undo *u);

#endif
