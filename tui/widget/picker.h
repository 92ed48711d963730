/*
 * A choice with many answers, as a screen: a list that is searched by typing.
 */
#ifndef OUTPOST_PICKER_H
#define OUTPOST_PICKER_H

#include "widget/list.h"

struct picker_look {
	const char *title;
	struct list_source rows;	/* what its arg points to must outlive the picker */
	const char *nothing;		/* said when no row fits what was typed; NULL: nothing */
	/* Draws above the list and returns the rows it took; NULL: nothing. */
	int (*head)(const struct area *area);
};

/* take is called once, with -1 for Esc. chosen may be LIST_NONE. */
void picker_push(const struct picker_look *look, size_t chosen,
		 void (*take)(void *arg, int choice), void *arg);
/* Rows of one text each. labels end in NULL and must outlive the picker. */
void picker_push_labels(const char *title, const char *const *labels, size_t chosen,
			void (*take)(void *arg, int choice), void *arg);

#endif
