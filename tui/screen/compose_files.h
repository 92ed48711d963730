/*
 * Private to compose: the attached files, as a list that can be walked.
 */
#ifndef OUTPOST_SCREEN_COMPOSE_FILES_H
#define OUTPOST_SCREEN_COMPOSE_FILES_H

#include <stdbool.h>
#include <stddef.h>

#include "widget/draw.h"
#include "widget/term.h"

struct compose_files;

enum compose_files_result {
	COMPOSE_FILES_IGNORED,
	COMPOSE_FILES_USED,
	COMPOSE_FILES_CHANGED,
	COMPOSE_FILES_ABOVE, /* Up on the first */
	COMPOSE_FILES_BELOW, /* Down on the last */
};

struct compose_files *compose_files_new(void);
void compose_files_free(struct compose_files *f);
void compose_files_clear(struct compose_files *f);
/* False: why (a sentence) says what is wrong with it. */
bool compose_files_add(struct compose_files *f, const char *typed, char *why, size_t size);
/* As it was kept; it may be gone by now, which is told when it is sent. */
void compose_files_restore(struct compose_files *f, const char *path);
void compose_files_drop_last(struct compose_files *f);
size_t compose_files_count(const struct compose_files *f);
char *const *compose_files_paths(const struct compose_files *f);
/* Of all, as they are on the disk. */
long long compose_files_bytes(const struct compose_files *f);
/* "3.4 MB" */
void compose_files_size(char out[24], long long bytes);

enum compose_files_result compose_files_event(struct compose_files *f,
					      const struct term_event *event);
/* The cursor goes to the first or to the last of them. */
void compose_files_enter(struct compose_files *f, bool from_below);
/* Returns the lines it took, at most area->h. */
int compose_files_draw(struct compose_files *f, const struct area *area, bool focus);

#endif
