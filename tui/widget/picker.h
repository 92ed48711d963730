/*
 * A choice with many answers, as a screen: a list that is searched by typing.
 */
#ifndef OUTPOST_PICKER_H
#define OUTPOST_PICKER_H

/* labels end in NULL and must outlive the picker; -1 for Esc. */
void picker_push(const char *title, const char *const *labels, int chosen,
		 void (*take)(void *arg, int choice), void *arg);

#endif
