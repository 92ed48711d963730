/*
 * Another program, run for what it prints: without a shell, and within bounds.
 *
 * Safe from a thread. Nothing of what is filled in can become a word of its own, an
 * option of the shell or a second command.
 */
#ifndef OUTPOST_PROGRAM_H
#define OUTPOST_PROGRAM_H

struct buf;
struct err;

/* The words of a line, as a shell splits it: blanks, '...', "...", \. A "~/" that begins a
 * word is the home folder. In every word %s becomes fill, and %% becomes %; when there was no
 * %s, fill is a last word. Owned by the caller, ends in NULL. NULL: ERR_INPUT. */
char **program_words(const char *line, const char *fill, struct err *err);
void program_words_free(char **words);

/* Standard output goes to out; its maximum and ms are the bounds. Input is empty, stderr
 * goes nowhere. The exit status, or -1: ERR_NOINPUT when it cannot be started, ERR_CANCELLED when
 * cancel_fd (-1: none) became readable, ERR_SYSTEM when it was too slow, printed too much, or was
 * ended by a signal; it is killed then, with all that it has started. */
int program_run(char *const words[], int cancel_fd, long ms, struct buf *out, struct err *err);

#endif
