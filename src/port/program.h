/*
 * Another program that is asked something: words in, text out.
 *
 * No shell. Its stdin is the text that is given (or nothing), both outputs are read up to what
 * their buffers may hold, and whoever runs longer than its time is killed with its
 * children. Not for programs that want the terminal.
 */
#ifndef OUTPOST_PROGRAM_H
#define OUTPOST_PROGRAM_H

#include "base/buf.h"

struct err;

struct program_answer {
	struct buf out;
	struct buf complaint; /* stderr */
};
#define PROGRAM_ANSWER_INIT                           \
	{                                             \
		BUF_INIT(1024 * 1024), BUF_INIT(4096) \
	}

/* Safe from a thread. Its exit code, 128 and the signal's number when one ended it. -1:
 * ERR_NOINPUT there is no such program (words[0], looked up in PATH), ERR_CANCELLED cancel_fd
 * (-1: none) became readable, ERR_SYSTEM it took too long or said too much. */
int program_run(const char *const *words, const char *input, int cancel_fd, int ms,
		struct program_answer *answer, struct err *err);
/* The last line of its complaint, or "". */
const char *program_complaint(struct program_answer *answer);
void program_answer_clear(struct program_answer *answer);

/* The words of a line, as a shell splits it: blanks, '...', "...", \. A "~/" that begins a
 * word is the home folder. In every word %s becomes fill, and %% becomes %; when there was no
 * %s, fill is a last word: nothing in it becomes an option of a shell or a second command.
 * fill NULL: the words as they are.
 * Owned by the caller, ends in NULL. NULL: ERR_INPUT. */
char **program_words(const char *line, const char *fill, struct err *err);
void program_words_free(char **words);

#endif
