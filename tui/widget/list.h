/*
 * A list of rows with one selected, and a filter that is typed.
 *
 * The rows belong to the caller, who draws and matches them through the
 * source; the list knows numbers only. Filtering keeps the order.
 */
#ifndef OUTPOST_LIST_H
#define OUTPOST_LIST_H

#include <stdbool.h>
#include <stddef.h>

#include "widget/draw.h"
#include "widget/term.h"

struct list;

struct list_source {
	size_t (*count)(const void *arg);
	/* One row into w columns at y, x. */
	void (*draw)(const void *arg, size_t i, bool selected, int y, int x, int w);
	/* Does row i fit what was typed? NULL: the list has no filter. */
	bool (*matches)(const void *arg, size_t i, const char *word);
	const void *arg;
};

#define LIST_NONE ((size_t)-1)

struct list *list_new(const struct list_source *source);
void list_free(struct list *l);
void list_reload(struct list *l);		/* the rows changed */
size_t list_selected(const struct list *l);	/* LIST_NONE when nothing is shown */
void list_select(struct list *l, size_t i);
/* After list_reload: the selected row is i now, and stays where it was on the screen. */
void list_follow(struct list *l, size_t i);
const char *list_filter(const struct list *l);
/* Moves, and types into the filter; false when the event is none of the list's. */
bool list_event(struct list *l, const struct term_event *event);
void list_draw(struct list *l, const struct area *area);

#endif
