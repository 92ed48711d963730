/*
 * Private to form: the state of a form, for its two files (form.c: rows and
 * events, form_draw.c: what they look like).
 */
#ifndef OUTPOST_FORM_ROW_H
#define OUTPOST_FORM_ROW_H

#include "widget/form.h"

struct field;

struct form_row {
	int id;
	const char *label, *help, *placeholder;
	struct field *field;	/* NULL: a choice */
	char **labels;
	int count, chosen;
	bool hidden;
	char message[600];
	enum form_tone tone;
};

struct form {
	struct form_row *rows;
	int count, focus, left;
	int top;		/* lines scrolled away */
};

#endif
