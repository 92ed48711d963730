/*
 * What a person or a script gives: passwords, the text of a message.
 */
#ifndef OUTPOST_INPUT_H
#define OUTPOST_INPUT_H

#include <stdbool.h>

#include "task/session.h"

struct buf;
struct err;
struct secret;

/* One line of standard input, blanks kept, its line end not. Owned by the caller. */
struct secret *input_secret_stdin(struct err *err);
/* Typed at the terminal without being shown. ERR_USAGE when there is no
 * terminal, ERR_CANCELLED on Ctrl-C. prompt is without the colon. */
struct secret *input_secret_tty(const char *prompt, struct err *err);
/* For session_params.ask: asks at the terminal; NULL when there is none. */
session_ask input_asker(void);

/* Can a person be asked: standard input and standard error are a terminal? */
bool input_terminal(void);
/* Asks "QUESTION [Y/n] " there; Enter alone is yes. 1, 0, or -1 with ERR_CANCELLED. */
int input_yes(const char *question, struct err *err);
/* One line, trimmed; "" when nothing was typed. Owned by the caller. NULL: ERR_CANCELLED. */
char *input_text(const char *prompt, struct err *err);

/* Has the text changed in $VISUAL, $EDITOR or vi. ERR_INPUT when nothing is left. *kept
 * names the file with the text, for input_editor_done; NULL when none was written. */
int input_editor(struct buf *text, char **kept, struct err *err);
/* Removes the file, or says where it is when the text was not sent. Takes kept. */
void input_editor_done(char *kept, bool sent);

#endif
