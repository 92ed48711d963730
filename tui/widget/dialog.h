/*
 * Small questions above the screen: a choice, or a password. They are screens
 * on the stack; the answer comes to a callback when the dialog has gone.
 */
#ifndef OUTPOST_DIALOG_H
#define OUTPOST_DIALOG_H

struct secret;

/* choice: the number of the option, -1 for Esc. */
typedef void (*dialog_answer)(void *arg, int choice);
/* NULL for Esc; else the callee owns it. */
typedef void (*dialog_secret_answer)(void *arg, struct secret *secret);

/* options end in NULL and must outlive the dialog; chosen is the one that
 * Enter takes: for what cannot be taken back, the harmless one. */
void dialog_push(const char *title, const char *text, const char *const *options, int chosen,
		 dialog_answer answer, void *arg);
void dialog_push_secret(const char *title, const char *text, dialog_secret_answer answer,
			void *arg);

#endif
