#include "screen/compose_files.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/dirs.h"
#include "base/err.h"
#include "mail/message.h"
#include "task/drafts.h"

#define LINES_MAX 3 /* shown at a time */
#define LABEL     16 /* columns left of the names, as in the form */
#define SIZE_W    10

struct compose_files {
	char *paths[DRAFT_FILES_MAX];
	long long sizes[DRAFT_FILES_MAX]; /* -1: it is not there */
	size_t count, selected, top;
};

struct compose_files *compose_files_new(void)
{
	return xcalloc(1, sizeof(struct compose_files));
}

void compose_files_free(struct compose_files *f)
{
	if (f)
		compose_files_clear(f);
	free(f);
}

void compose_files_clear(struct compose_files *f)
{
	while (f->count > 0)
		free(f->paths[--f->count]);
	f->selected = f->top = 0;
}

static void put(struct compose_files *f, char *path, long long size)
{
	f->sizes[f->count] = size;
	f->paths[f->count++] = path;
}

bool compose_files_add(struct compose_files *f, const char *typed, char *why, size_t size)
{
	char *path = dirs_expand(typed);
	struct stat st;

	if (stat(path, &st) < 0 || access(path, R_OK) < 0) {
		snprintf(why, size, "%s: %s.", typed, strerror(errno));
	} else if (!S_ISREG(st.st_mode)) {
		snprintf(why, size, "%s is no file.", typed);
	} else if (f->count == DRAFT_FILES_MAX) {
		snprintf(why, size, "There are %d files already.", DRAFT_FILES_MAX);
	} else if (compose_files_bytes(f) + (long long)st.st_size > MESSAGE_FILES_MAX) {
		snprintf(why, size, "%s is too large: all files together have room for %d MB.",
			 typed, MESSAGE_FILES_MAX >> 20);
	} else {
		put(f, path, (long long)st.st_size);
		return true;
	}
	free(path);
	return false;
}

void compose_files_restore(struct compose_files *f, const char *path)
{
	struct stat st;

	if (f->count < DRAFT_FILES_MAX)
		put(f, xstrdup(path), stat(path, &st) == 0 ? (long long)st.st_size : -1);
}

static void drop(struct compose_files *f, size_t i)
{
	free(f->paths[i]);
	f->count--;
	memmove(f->paths + i, f->paths + i + 1, (f->count - i) * sizeof *f->paths);
	memmove(f->sizes + i, f->sizes + i + 1, (f->count - i) * sizeof *f->sizes);
	if (f->selected >= f->count && f->count > 0)
		f->selected = f->count - 1;
}

void compose_files_drop_last(struct compose_files *f)
{
	if (f->count > 0)
		drop(f, f->count - 1);
}

size_t compose_files_count(const struct compose_files *f)
{
	return f->count;
}

char *const *compose_files_paths(const struct compose_files *f)
{
	return f->paths;
}

long long compose_files_bytes(const struct compose_files *f)
{
	long long sum = 0;

	for (size_t i = 0; i < f->count; i++)
		sum += f->sizes[i] > 0 ? f->sizes[i] : 0;
	return sum;
}

void compose_files_size(char out[24], long long bytes)
{
	if (bytes >= 0 && bytes < 1000)
		snprintf(out, 24, "%d bytes", (int)bytes);
	else if (bytes < 1000000)
		snprintf(out, 24, "%.1f kB", (double)bytes / 1e3);
	else
		snprintf(out, 24, "%.1f MB", (double)bytes / 1e6);
}

enum compose_files_result compose_files_event(struct compose_files *f,
					      const struct term_event *event)
{
	if (event->kind != TERM_KEY)
		return COMPOSE_FILES_IGNORED;
	switch (event->key) {
	case TERM_UP:
		if (f->selected == 0)
			return COMPOSE_FILES_ABOVE;
		f->selected--;
		return COMPOSE_FILES_USED;
	case TERM_DOWN:
	case TERM_ENTER:
		if (f->selected + 1 >= f->count)
			return COMPOSE_FILES_BELOW;
		f->selected++;
		return COMPOSE_FILES_USED;
	case TERM_DELETE:
	case TERM_BACKSPACE:
	case TERM_CTRL('d'):
		drop(f, f->selected);
		return f->count > 0 ? COMPOSE_FILES_CHANGED : COMPOSE_FILES_ABOVE;
	default:
		return COMPOSE_FILES_IGNORED;
	}
}

void compose_files_enter(struct compose_files *f, bool from_below)
{
	f->selected = from_below && f->count > 0 ? f->count - 1 : 0;
}

static void draw_line(const struct compose_files *f, size_t i, int y, const struct area *area,
		      bool focus)
{
	const char *slash = strrchr(f->paths[i], '/');
	const char *name = slash && slash[1] ? slash + 1 : f->paths[i];
	int x = area->x + LABEL, room = area->w - LABEL - SIZE_W - 2;
	char size[24] = "not there";

	if (f->sizes[i] >= 0)
		compose_files_size(size, f->sizes[i]);
	if (focus)
		draw_text(y, area->x, 1, THEME_KEY, theme_mark(MARK_SELECTED));
	draw_text(y, x, room, focus ? THEME_SELECTED : THEME_TEXT, name);
	draw_textf(y, area->x + area->w - SIZE_W, SIZE_W, f->sizes[i] < 0 ? THEME_BAD : THEME_DIM,
		   "%*s", SIZE_W, size);
	if (focus)
		draw_cursor(y, x);
}

int compose_files_draw(struct compose_files *f, const struct area *area, bool focus)
{
	size_t lines = f->count < LINES_MAX ? f->count : LINES_MAX;

	if ((int)lines > area->h)
		lines = area->h > 0 ? (size_t)area->h : 0;
	if (lines == 0)
		return 0;
	/* Without the focus the last ones are seen: what was just added. */
	if (!focus)
		f->top = f->count - lines;
	else if (f->selected < f->top)
		f->top = f->selected;
	else if (f->selected >= f->top + lines)
		f->top = f->selected + 1 - lines;
	if (f->top + lines > f->count)
		f->top = f->count - lines;
	for (size_t i = 0; i < lines; i++)
		draw_line(f, f->top + i, area->y + (int)i, area,
			  focus && f->top + i == f->selected);
	if (f->count > lines)
		draw_textf(area->y, area->x + 2, LABEL - 3, THEME_DIM, "%zu of %zu", f->top + lines,
			   f->count);
	return (int)lines;
}
